//! What narrows a query, after ` WHERE `. The tables are `m`entions, `o`pinions and, with a map, `a`ssignments and
//! `f`lags.

use moodline_store::containing;
use moodline_types::{
    FlagStatus, MapId, MentionQuery, ModelId, PersonaId, SentimentLabel, StarRange, TouchpointFilter,
};
use sqlx::QueryBuilder;

use crate::{
    query::Asked,
    rows::{Db, list},
    words,
};

/// What rounding may take from a star.
const STAR_SLACK: f64 = 0.001;

/// Every condition of a query.
pub(crate) fn conditions(sql: &mut QueryBuilder<Db>, asked: &Asked<'_>) {
    let query = asked.query;
    sql.push(" WHERE m.hidden_ms IS NULL AND m.copy_of IS NULL AND o.model = ")
        .push_bind(asked.model.as_str().to_owned());
    if let Some(map) = &query.map {
        of_the_place(sql, query, map);
    }
    let posted = if asked.lead.is_assignments() { "a.posted_ms" } else { "m.posted_ms" };
    if let Some(since) = query.since {
        sql.push(" AND ").push(posted).push(" >= ").push_bind(since.timestamp_millis());
    }
    if let Some(until) = query.until {
        sql.push(" AND ").push(posted).push(" < ").push_bind(until.timestamp_millis());
    }
    if let Some(label) = query.sentiment {
        has_verdict(sql, query.map.as_ref(), label);
    }
    if query.mismatch {
        contradicts_the_stars(sql, asked.model);
    }
    of_the_mention(sql, query);
    if let Some(words) = asked.words.as_ref().filter(|_| !asked.few) {
        words::stand_in(sql.push(" AND "), words, if asked.lead.is_assignments() { "a.mention_id" } else { "m.id" });
    }
    if let Some(emotion) = query.emotion {
        sql.push(" AND o.emotion = ").push_bind(emotion.as_str());
    }
    if let Some(least) = query.min_confidence {
        sql.push(" AND greatest(o.negative, o.neutral, o.positive) >= ").push_bind(least);
    }
    if let Some(opinions) = &query.opinions {
        let ids: Vec<i64> = opinions.iter().map(|id| id.0).collect();
        sql.push(" AND o.id = ANY(").push_bind(ids).push(")");
    }
}

fn of_the_place(sql: &mut QueryBuilder<Db>, query: &MentionQuery, map: &MapId) {
    sql.push(" AND a.map = ").push_bind(map.as_str().to_owned());
    if let Some(stage) = &query.stage {
        sql.push(" AND a.stage = ").push_bind(stage.as_str().to_owned());
    }
    match &query.touchpoint {
        Some(TouchpointFilter::Is(touchpoint)) => {
            sql.push(" AND a.touchpoint = ").push_bind(touchpoint.as_str().to_owned());
        }
        Some(TouchpointFilter::Unassigned) => {
            sql.push(" AND a.touchpoint IS NULL");
        }
        None => {}
    }
    if query.wants_flags() {
        sql.push(" AND a.flag_status IS NOT NULL");
    }
    one_of(sql, "a.flag_status", query.statuses.iter().copied().map(FlagStatus::as_str));
    if let Some(assignee) = &query.assignee {
        sql.push(" AND f.assignee = ").push_bind(assignee.clone());
    }
    if let Some(persona) = &query.persona {
        has_persona(sql, map, persona);
    }
}

/// Any of these words, or anything where there are none.
fn one_of<'w>(sql: &mut QueryBuilder<Db>, column: &str, words: impl ExactSizeIterator<Item = &'w str>) {
    if words.len() > 0 {
        let mut list = sql.push(" AND ").push(column).push(" IN (").separated(", ");
        for word in words {
            list.push_bind(word.to_owned());
        }
        sql.push(")");
    }
}

fn has_persona(sql: &mut QueryBuilder<Db>, map: &MapId, persona: &PersonaId) {
    sql.push(" AND EXISTS (SELECT 1 FROM tallies t WHERE t.map = ").push_bind(map.as_str().to_owned());
    sql.push(" AND t.mention_id = o.mention_id AND t.persona = ").push_bind(persona.as_str().to_owned()).push(")");
}

fn has_verdict(sql: &mut QueryBuilder<Db>, map: Option<&MapId>, label: SentimentLabel) {
    sql.push(" AND (o.verdict = ").push_bind(label.as_str());
    if label == SentimentLabel::Mixed {
        // Only a mention can be mixed: its opinions at one touchpoint disagree.
        sql.push(" OR EXISTS (SELECT 1 FROM tallies t WHERE t.mention_id = o.mention_id AND t.label = 'mixed'");
        if let Some(map) = map {
            sql.push(" AND t.touchpoint = coalesce(a.touchpoint, '') AND t.map = ");
            sql.push_bind(map.as_str().to_owned());
        }
        sql.push(")");
    }
    sql.push(")");
}

/// The stars of a mention, from 0 (worst) to 1.
const STARS: &str = "(m.rating_value::FLOAT8 - m.rating_worst) / (m.rating_best::FLOAT8 - m.rating_worst)";

/// Stars of the upper quarter and nothing but bad words, or of the lower quarter and nothing but praise.
fn contradicts_the_stars(sql: &mut QueryBuilder<Db>, model: &ModelId) {
    sql.push(" AND (");
    for (place, (bound, said, agrees)) in
        [(">= 0.75", "negative", "positive"), ("<= 0.25", "positive", "negative")].into_iter().enumerate()
    {
        sql.push(if place == 0 { "(" } else { " OR (" });
        sql.push(STARS).push(" ").push(bound).push(" AND o.verdict = ").push_bind(said);
        sql.push(" AND NOT EXISTS (SELECT 1 FROM opinions x WHERE x.mention_id = m.id AND x.model = ");
        sql.push_bind(model.as_str().to_owned()).push(" AND x.verdict = ").push_bind(agrees).push("))");
    }
    sql.push(")");
}

fn of_the_mention(sql: &mut QueryBuilder<Db>, query: &MentionQuery) {
    if !query.sources.is_empty() {
        sql.push(" AND (TRUE");
        one_of(sql, "m.source", query.sources.iter().map(moodline_types::SourceId::as_str));
        sql.push(" OR EXISTS (SELECT 1 FROM mentions c WHERE c.copy_of = m.id AND c.hidden_ms IS NULL");
        one_of(sql, "c.source", query.sources.iter().map(moodline_types::SourceId::as_str));
        sql.push("))");
    }
    if let Some(language) = &query.language {
        let longer = format!("{}-%", containing(language).trim_matches('%'));
        sql.push(" AND (lower(m.language) = lower(").push_bind(language.clone());
        sql.push(") OR lower(m.language) LIKE lower(").push_bind(longer).push(") ESCAPE '\\')");
    }
    if let Some(StarRange { least, most }) = query.stars {
        sql.push(" AND 1 + 4 * ").push(STARS).push(" BETWEEN ").push_bind(f64::from(least) - STAR_SLACK);
        sql.push(" AND ").push_bind(f64::from(most) + STAR_SLACK);
    }
    if let Some(author) = &query.author {
        sql.push(" AND m.author_hash = ").push_bind(author.clone());
    }
    if let Some(mentions) = &query.mentions {
        sql.push(" AND m.id = ANY(").push_bind(list(mentions)).push(")");
    }
}
