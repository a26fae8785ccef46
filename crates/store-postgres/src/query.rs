//! "What do people dislike at this touchpoint? Show me the mentions."

use moodline_store::containing;
use moodline_types::{
    Flag, FlagId, MapId, MentionId, MentionOrder, MentionQuery, MentionRow, ModelId, OpinionId, PersonaId,
    SentimentLabel, TouchpointFilter,
};
use sqlx::QueryBuilder;

use crate::{
    PostgresStore, copies,
    failure::Attempt,
    opinions,
    rows::{self, Db, Row, characters, column, emotions, instant, rating, sentiment, word, word_or_none},
};

/// Whether a condition only holds for opinions with an assignment, which then leads the query by its own indexes.
fn needs_place(query: &MentionQuery) -> bool {
    query.stage.is_some() || query.touchpoint.is_some() || flagged(query)
}

fn flagged(query: &MentionQuery) -> bool {
    query.flagged || query.status.is_some()
}

/// Whether the query asks for something that only a map can answer and names none.
fn lacks_map(query: &MentionQuery) -> bool {
    query.map.is_none() && (needs_place(query) || query.persona.is_some())
}

/// The opinions that fit, in the order asked for.
pub(crate) async fn find(store: &PostgresStore, query: &MentionQuery) -> Attempt<Vec<MentionRow>> {
    let Some(model) = opinions::adopted(store).await? else { return Ok(Vec::new()) };
    if lacks_map(query) {
        return Ok(Vec::new());
    }
    let mut sql = QueryBuilder::<Db>::new(
        "SELECT m.id AS mention, m.source, m.external_id, m.url, m.posted_ms, m.language, m.title, m.text, \
         m.rating_value, m.rating_worst, m.rating_best, o.id AS opinion, o.start_char, o.end_char, o.evidence, \
         o.negative, o.neutral, o.positive, o.verdict, o.joy, o.anger, o.sadness, o.fear, o.surprise, o.disgust, o.calm",
    );
    if query.map.is_some() {
        sql.push(
            ", a.stage, a.touchpoint, a.score, a.reason, a.detail, f.id AS flag, f.status AS flag_status, \
             f.raised_ms AS flag_raised_ms",
        );
    }
    from(&mut sql, query);
    conditions(&mut sql, query, &model.id);
    let placed = needs_place(query);
    sql.push(match (query.order, placed) {
        (MentionOrder::Time, true) => " ORDER BY a.posted_ms DESC, a.opinion_id",
        (MentionOrder::Time, false) => " ORDER BY m.posted_ms DESC, o.id",
        (MentionOrder::Severity, true) => " ORDER BY a.negative DESC, a.opinion_id",
        (MentionOrder::Severity, false) => " ORDER BY o.negative DESC, o.id",
    });
    sql.push(" LIMIT ").push_bind(i64::from(query.limit)).push(" OFFSET ").push_bind(i64::from(query.offset));
    let rows = sql.build().fetch_all(store.read()).await?;
    let mut rows = rows.iter().map(|row| found(row, query.map.as_ref())).collect::<Attempt<Vec<_>>>()?;
    let mentions: Vec<MentionId> = rows.iter().map(|row| row.mention).collect();
    let copies = copies::origins(store, &mentions).await?;
    for row in &mut rows {
        row.copies = copies.get(&row.mention).cloned().unwrap_or_default();
    }
    Ok(rows)
}

/// How many opinions fit.
pub(crate) async fn count(store: &PostgresStore, query: &MentionQuery) -> Attempt<u64> {
    let Some(model) = opinions::adopted(store).await? else { return Ok(0) };
    if lacks_map(query) {
        return Ok(0);
    }
    let mut sql = QueryBuilder::<Db>::new("SELECT count(*) AS found");
    from(&mut sql, query);
    conditions(&mut sql, query, &model.id);
    rows::count(&sql.build().fetch_one(store.read()).await?, "found")
}

/// The tables; the planner's statistics choose their order.
fn from(sql: &mut QueryBuilder<Db>, query: &MentionQuery) {
    let Some(map) = &query.map else {
        sql.push(match query.order {
            MentionOrder::Time => " FROM mentions m JOIN opinions o ON o.mention_id = m.id",
            MentionOrder::Severity => " FROM opinions o JOIN mentions m ON m.id = o.mention_id",
        });
        return;
    };
    let flag = " f ON f.map = a.map AND f.mention_id = a.mention_id AND f.touchpoint = a.touchpoint";
    if flagged(query) && query.touchpoint.is_none() && query.stage.is_none() {
        sql.push(
            " FROM flags f JOIN opinions o ON o.mention_id = f.mention_id \
             JOIN assignments a ON a.opinion_id = o.id AND a.map = f.map AND a.touchpoint = f.touchpoint \
             JOIN mentions m ON m.id = o.mention_id",
        );
    } else if needs_place(query) {
        sql.push(
            " FROM assignments a JOIN opinions o ON o.id = a.opinion_id \
             JOIN mentions m ON m.id = o.mention_id ",
        );
        sql.push(if flagged(query) { "JOIN flags" } else { "LEFT JOIN flags" }).push(flag);
    } else {
        sql.push(match query.order {
            MentionOrder::Time => " FROM mentions m JOIN opinions o ON o.mention_id = m.id",
            MentionOrder::Severity => " FROM opinions o JOIN mentions m ON m.id = o.mention_id",
        });
        sql.push(" JOIN assignments a ON a.opinion_id = o.id AND a.map = ").push_bind(map.as_str());
        sql.push(" LEFT JOIN flags").push(flag);
    }
}

fn conditions(sql: &mut QueryBuilder<Db>, query: &MentionQuery, model: &ModelId) {
    sql.push(" WHERE m.hidden_ms IS NULL AND m.copy_of IS NULL AND o.model = ").push_bind(model.as_str());
    let placed = needs_place(query);
    if placed {
        sql.push(" AND a.map = ").push_bind(query.map.as_ref().map(MapId::as_str));
    }
    if let Some(stage) = &query.stage {
        sql.push(" AND a.stage = ").push_bind(stage.as_str());
    }
    match &query.touchpoint {
        Some(TouchpointFilter::Is(touchpoint)) => {
            sql.push(" AND a.touchpoint = ").push_bind(touchpoint.as_str());
        }
        Some(TouchpointFilter::Unassigned) => {
            sql.push(" AND a.touchpoint IS NULL");
        }
        None => {}
    }
    if flagged(query) {
        // A flag whose opinion was judged anew, or by another model, shows with whatever the mention says there now.
        sql.push(" AND (f.opinion_id = o.id OR NOT EXISTS (SELECT 1 FROM opinions x WHERE x.id = f.opinion_id");
        sql.push(" AND x.model = o.model))");
        if let Some(map) = &query.map {
            sql.push(" AND f.map = ").push_bind(map.as_str());
        }
    }
    if let Some(status) = query.status {
        sql.push(" AND f.status = ").push_bind(status.as_str());
    }
    let posted = if placed { "a.posted_ms" } else { "m.posted_ms" };
    if let Some(since) = query.since {
        sql.push(" AND ").push(posted).push(" >= ").push_bind(since.timestamp_millis());
    }
    if let Some(until) = query.until {
        sql.push(" AND ").push(posted).push(" < ").push_bind(until.timestamp_millis());
    }
    if let (Some(map), Some(persona)) = (&query.map, &query.persona) {
        has_persona(sql, map, persona);
    }
    if let Some(label) = query.sentiment {
        has_verdict(sql, query.map.as_ref(), label);
    }
    if query.mismatch {
        contradicts_the_stars(sql, model);
    }
    of_the_mention(sql, query);
    if let Some(emotion) = query.emotion {
        sql.push(" AND o.emotion = ").push_bind(emotion.as_str());
    }
    if let Some(least) = query.min_confidence {
        sql.push(" AND greatest(o.negative, o.neutral, o.positive) >= ").push_bind(least);
    }
}

fn has_persona(sql: &mut QueryBuilder<Db>, map: &MapId, persona: &PersonaId) {
    sql.push(" AND EXISTS (SELECT 1 FROM tallies t WHERE t.map = ").push_bind(map.as_str());
    sql.push(" AND t.mention_id = o.mention_id AND t.persona = ").push_bind(persona.as_str()).push(")");
}

fn has_verdict(sql: &mut QueryBuilder<Db>, map: Option<&MapId>, label: SentimentLabel) {
    sql.push(" AND (o.verdict = ").push_bind(label.as_str());
    if label == SentimentLabel::Mixed {
        // Only a mention can be mixed: its opinions at one touchpoint disagree.
        sql.push(" OR EXISTS (SELECT 1 FROM tallies t WHERE t.mention_id = o.mention_id AND t.label = 'mixed'");
        if let Some(map) = map {
            sql.push(" AND a.map IS NOT NULL AND t.touchpoint = coalesce(a.touchpoint, '') AND t.map = ");
            sql.push_bind(map.as_str());
        }
        sql.push(")");
    }
    sql.push(")");
}

/// Stars of the upper quarter and nothing but bad words, or of the lower quarter and nothing but praise.
fn contradicts_the_stars(sql: &mut QueryBuilder<Db>, model: &ModelId) {
    const STARS: &str = "(m.rating_value - m.rating_worst) / (m.rating_best - m.rating_worst)";
    sql.push(" AND (");
    for (place, (bound, said, agrees)) in
        [(">= 0.75", "negative", "positive"), ("<= 0.25", "positive", "negative")].into_iter().enumerate()
    {
        sql.push(if place == 0 { "(" } else { " OR (" });
        sql.push(STARS).push(" ").push(bound).push(" AND o.verdict = ").push_bind(said);
        sql.push(" AND NOT EXISTS (SELECT 1 FROM opinions x WHERE x.mention_id = m.id AND x.model = ");
        sql.push_bind(model.as_str()).push(" AND x.verdict = ").push_bind(agrees).push("))");
    }
    sql.push(")");
}

fn of_the_mention(sql: &mut QueryBuilder<Db>, query: &MentionQuery) {
    if let Some(source) = &query.source {
        sql.push(" AND (m.source = ").push_bind(source.as_str());
        sql.push(" OR EXISTS (SELECT 1 FROM mentions c WHERE c.copy_of = m.id AND c.hidden_ms IS NULL AND c.source = ");
        sql.push_bind(source.as_str()).push("))");
    }
    if let Some(language) = &query.language {
        let longer = format!("{}-%", containing(language).trim_matches('%'));
        sql.push(" AND (lower(m.language) = lower(").push_bind(language.clone());
        sql.push(") OR lower(m.language) LIKE lower(").push_bind(longer).push(") ESCAPE '\\')");
    }
    if let Some(text) = query.text.as_deref().filter(|text| !text.is_empty()) {
        let pattern = containing(text);
        sql.push(" AND (lower(m.text) LIKE lower(").push_bind(pattern.clone());
        sql.push(") ESCAPE '\\' OR lower(m.title) LIKE lower(").push_bind(pattern).push(") ESCAPE '\\')");
    }
}

fn found(row: &Row, map: Option<&MapId>) -> Attempt<MentionRow> {
    let (mut place, mut assignment, mut flag) = (None, None, None);
    if map.is_some() {
        place = word_or_none(row, "assignments", "stage")?.zip(word_or_none(row, "assignments", "touchpoint")?);
        if let Some(score) = column::<Option<f32>>(row, "score")? {
            assignment = Some((score, word(row, "assignments", "reason")?, column(row, "detail")?));
        }
        if let Some(id) = column::<Option<i64>>(row, "flag")? {
            flag = Some(Flag {
                id: FlagId(id),
                status: word(row, "flags", "flag_status")?,
                raised_at: instant(row, "flags", "flag_raised_ms")?,
            });
        }
    }
    Ok(MentionRow {
        mention: MentionId(column(row, "mention")?),
        opinion: OpinionId(column(row, "opinion")?),
        source: word(row, "mentions", "source")?,
        external_id: column(row, "external_id")?,
        url: column(row, "url")?,
        posted_at: instant(row, "mentions", "posted_ms")?,
        language: column(row, "language")?,
        title: column(row, "title")?,
        text: column(row, "text")?,
        start: characters(row, "start_char")?,
        end: characters(row, "end_char")?,
        evidence: column(row, "evidence")?,
        map: map.cloned(),
        place,
        assignment,
        label: word(row, "opinions", "verdict")?,
        sentiment: sentiment(row)?,
        emotions: emotions(row)?,
        rating: rating(row)?,
        flag,
        copies: Vec::new(),
    })
}
