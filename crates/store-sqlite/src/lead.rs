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
    /// Assignments in the order asked for, by an index of this name.
    Assignments(&'static str),
    /// Mentions by time.
    Time,
    /// Opinions by their probability of negative.
    Severity,
}

impl Lead {
    /// `few`: the words looked for stand in few mentions.
    pub(crate) fn of(query: &MentionQuery, few: bool) -> Self {
        use MentionOrder::{Representative, Severity, Time};
        let named = query.mentions.is_some() || query.opinions.is_some() || query.author.is_some();
        if few || named || query.assignee.is_some() {
            return Self::Mentions;
        }
        match (query.touchpoint.is_some(), query.wants_flags(), query.order) {
            (true, true, Time) => Self::Assignments("assignments_flagged_by_time"),
            (true, true, Severity) => Self::Assignments("assignments_flagged_by_severity"),
            (true, true, Representative) => Self::Assignments("assignments_flagged_by_likeness"),
            (true, false, Time) => Self::Assignments("assignments_by_time"),
            (true, false, Severity) => Self::Assignments("assignments_by_severity"),
            (true, false, Representative) => Self::Assignments("assignments_by_likeness"),
            (false, true, Time) => Self::Assignments("assignments_of_map_flagged_by_time"),
            (false, true, Severity) => Self::Assignments("assignments_of_map_flagged_by_severity"),
            (false, true, Representative) => Self::Assignments("assignments_of_map_flagged_by_likeness"),
            (false, false, Time) if query.stage.is_some() => Self::Assignments("assignments_by_stage"),
            (false, false, Time) => Self::Time,
            (false, false, Severity) => Self::Severity,
            (false, false, Representative) => Self::Assignments("assignments_of_map_by_likeness"),
        }
    }

    /// The columns of the order: its key and the id of the opinion.
    pub(crate) fn order(self, order: MentionOrder) -> (&'static str, &'static str) {
        match (self, order) {
            (Self::Assignments(_), MentionOrder::Time) => ("a.posted_ms", "a.opinion_id"),
            (Self::Assignments(_), MentionOrder::Severity) => ("a.negative", "a.opinion_id"),
            (Self::Assignments(_), MentionOrder::Representative) => ("a.representative", "a.opinion_id"),
            (_, MentionOrder::Time) => ("m.posted_ms", "o.id"),
            (_, MentionOrder::Severity) => ("o.negative", "o.id"),
            (_, MentionOrder::Representative) => ("a.representative", "o.id"),
        }
    }

    /// Whether the index of the order holds the ids as well.
    pub(crate) fn has_ids(self) -> bool {
        matches!(self, Self::Assignments(_) | Self::Severity)
    }

    /// Whether posting times are those of the assignments.
    pub(crate) fn is_assignments(self) -> bool {
        matches!(self, Self::Assignments(_))
    }

    /// The tables. `CROSS JOIN` and `INDEXED BY` keep SQLite, which has no statistics, from choosing others.
    pub(crate) fn from(self, sql: &mut QueryBuilder<Db>, asked: &Asked<'_>, with_flags: bool) {
        let query = asked.query;
        match self {
            Self::Mentions => {
                sql.push(" FROM (");
                few(sql, asked);
                sql.push(") n CROSS JOIN mentions m ON m.id = n.id CROSS JOIN opinions o ON o.mention_id = m.id");
            }
            Self::Assignments(index) => {
                sql.push(" FROM assignments a INDEXED BY ").push(index);
                sql.push(" CROSS JOIN opinions o ON o.id = a.opinion_id CROSS JOIN mentions m ON m.id = o.mention_id");
            }
            Self::Time => {
                sql.push(" FROM mentions m INDEXED BY mentions_by_time CROSS JOIN opinions o ON o.mention_id = m.id");
            }
            Self::Severity => {
                sql.push(" FROM opinions o INDEXED BY opinions_by_severity");
                sql.push(" CROSS JOIN mentions m ON m.id = o.mention_id");
            }
        }
        let Some(map) = &query.map else { return };
        if !self.is_assignments() {
            sql.push(" CROSS JOIN assignments a ON a.opinion_id = o.id AND a.map = ").push_bind(map.as_str());
        }
        if with_flags {
            sql.push(" LEFT JOIN flags f ON f.map = a.map AND f.mention_id = a.mention_id");
            sql.push(" AND f.touchpoint = a.touchpoint");
        }
    }
}

/// The ids of the few mentions that lead; the conditions hold for them as well.
fn few(sql: &mut QueryBuilder<Db>, asked: &Asked<'_>) {
    let query = asked.query;
    if let Some(search) = asked.words.as_ref().filter(|_| asked.few) {
        sql.push("SELECT rowid AS id FROM mention_words WHERE mention_words MATCH ").push_bind(words::matching(search));
    } else if let Some(opinions) = &query.opinions {
        let ids: Vec<i64> = opinions.iter().map(|id| id.0).collect();
        sql.push("SELECT DISTINCT mention_id AS id FROM opinions WHERE id IN (SELECT value FROM json_each(");
        sql.push_bind(list(&ids)).push("))");
    } else if let Some(mentions) = &query.mentions {
        sql.push("SELECT DISTINCT value AS id FROM json_each(").push_bind(list(mentions)).push(")");
    } else if let Some(author) = &query.author {
        sql.push("SELECT id FROM mentions WHERE author_hash = ").push_bind(author.clone());
    } else if let (Some(assignee), Some(map)) = (&query.assignee, &query.map) {
        sql.push("SELECT DISTINCT mention_id AS id FROM flags WHERE map = ").push_bind(MapId::as_str(map));
        sql.push(" AND assignee = ").push_bind(assignee.clone());
    }
}
