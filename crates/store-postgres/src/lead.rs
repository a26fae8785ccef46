//! The table and index that lead a query: they have its order, or its few rows.

use moodline_types::{MapId, MentionOrder, MentionQuery};
use sqlx::QueryBuilder;

use crate::{
    query::Asked,
    rows::{Db, list},
    words,
};

/// What is read first; everything else is looked up by its rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lead {
    /// The few mentions that a condition names: gathered, then sorted.
    Mentions,
    /// Assignments in the order asked for.
    Assignments,
    /// Mentions by time.
    Time,
    /// Opinions by their probability of negative.
    Severity,
}

impl Lead {
    /// `few`: the words looked for stand in few mentions.
    pub(crate) fn of(query: &MentionQuery, few: bool) -> Self {
        let named = query.mentions.is_some() || query.opinions.is_some() || query.author.is_some();
        if few || named || query.assignee.is_some() {
            return Self::Mentions;
        }
        match query.order {
            _ if query.touchpoint.is_some() || query.wants_flags() => Self::Assignments,
            MentionOrder::Time if query.stage.is_some() => Self::Assignments,
            MentionOrder::Time => Self::Time,
            MentionOrder::Severity => Self::Severity,
            MentionOrder::Representative => Self::Assignments,
        }
    }

    /// The columns of the order: its key and the id of the opinion.
    pub(crate) fn order(self, order: MentionOrder) -> (&'static str, &'static str) {
        match (self, order) {
            (Self::Assignments, MentionOrder::Time) => ("a.posted_ms", "a.opinion_id"),
            (Self::Assignments, MentionOrder::Severity) => ("a.negative", "a.opinion_id"),
            (Self::Assignments, MentionOrder::Representative) => ("a.representative", "a.opinion_id"),
            (_, MentionOrder::Time) => ("m.posted_ms", "o.id"),
            (_, MentionOrder::Severity) => ("o.negative", "o.id"),
            (_, MentionOrder::Representative) => ("a.representative", "o.id"),
        }
    }

    /// Whether the index of the order holds the ids as well.
    pub(crate) fn has_ids(self) -> bool {
        matches!(self, Self::Assignments | Self::Severity)
    }

    /// Whether posting times are those of the assignments.
    pub(crate) fn is_assignments(self) -> bool {
        matches!(self, Self::Assignments)
    }

    /// The tables; the planner's statistics choose their order and indexes, but for what is looked up by the rows of
    /// another: how rare a phrase is they do not tell, and guessing high the planner would read all of a table, or follow
    /// the order of all mentions until the few have turned up. `OFFSET 0` keeps it from that.
    pub(crate) fn from(self, sql: &mut QueryBuilder<Db>, asked: &Asked<'_>, with_flags: bool) {
        let query = asked.query;
        match self {
            Self::Mentions => {
                sql.push(" FROM (");
                few(sql, asked);
                sql.push(") n CROSS JOIN LATERAL (SELECT * FROM mentions WHERE mentions.id = n.id OFFSET 0) m");
                sql.push(" CROSS JOIN LATERAL (SELECT * FROM opinions WHERE opinions.mention_id = m.id OFFSET 0) o");
            }
            Self::Assignments => {
                sql.push(" FROM assignments a JOIN opinions o ON o.id = a.opinion_id");
                sql.push(" JOIN mentions m ON m.id = o.mention_id");
            }
            Self::Time => {
                sql.push(" FROM mentions m JOIN opinions o ON o.mention_id = m.id");
            }
            Self::Severity => {
                sql.push(" FROM opinions o JOIN mentions m ON m.id = o.mention_id");
            }
        }
        let Some(map) = &query.map else { return };
        if self == Self::Mentions {
            sql.push(" CROSS JOIN LATERAL (SELECT * FROM assignments WHERE opinion_id = o.id AND map = ");
            sql.push_bind(map.as_str()).push(" OFFSET 0) a");
        } else if !self.is_assignments() {
            sql.push(" JOIN assignments a ON a.opinion_id = o.id AND a.map = ").push_bind(map.as_str());
        }
        if with_flags {
            sql.push(
                " LEFT JOIN LATERAL (SELECT * FROM flags WHERE flags.map = a.map AND flags.mention_id = a.mention_id",
            );
            sql.push(" AND flags.touchpoint = a.touchpoint OFFSET 0) f ON TRUE");
        }
    }
}

/// The ids of the few mentions that lead; the conditions hold for them as well.
fn few(sql: &mut QueryBuilder<Db>, asked: &Asked<'_>) {
    let query = asked.query;
    if let Some(search) = asked.words.as_ref().filter(|_| asked.few) {
        sql.push("SELECT mention_id AS id FROM mention_words WHERE words @@ ").push_bind(words::matching(search));
        sql.push("::TSQUERY");
    } else if let Some(opinions) = &query.opinions {
        let ids: Vec<i64> = opinions.iter().map(|id| id.0).collect();
        sql.push("SELECT DISTINCT mention_id AS id FROM opinions WHERE id = ANY(").push_bind(ids).push(")");
    } else if let Some(mentions) = &query.mentions {
        sql.push("SELECT DISTINCT id FROM unnest(").push_bind(list(mentions)).push("::BIGINT[]) AS named (id)");
    } else if let Some(author) = &query.author {
        sql.push("SELECT id FROM mentions WHERE author_hash = ").push_bind(author.clone());
    } else if let (Some(assignee), Some(map)) = (&query.assignee, &query.map) {
        sql.push("SELECT DISTINCT mention_id AS id FROM flags WHERE map = ").push_bind(MapId::as_str(map));
        sql.push(" AND assignee = ").push_bind(assignee.clone());
    }
}
