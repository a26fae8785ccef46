//! What many opinions at one touchpoint say alike.

use std::collections::{HashMap, HashSet};

use async_trait::async_trait;
use chrono::{DateTime, Days, NaiveDate, NaiveTime, Utc};
use moodline_store::{
    KnownTheme, Result, ThemeMark, ThemeOpinion, ThemeSet, ThemeStore, ThemeVoice, TouchpointThemes, Unplaced,
};
use moodline_types::{
    DayWindow, Embedding, MapId, Measured, MentionId, OpinionId, RunId, Theme, ThemeId, ThemeQuote, ThemedTouchpoint,
    TouchpointId,
};
use sqlx::Row as _;

use crate::{
    PostgresStore,
    failure::Attempt,
    opinions,
    rows::{Row, column, corrupt, count, emotions, instant, list, sentiment, word},
    runs, theme_writes, unplaced,
};

const DAY_MS: i64 = 86_400_000;

/// The first instant of a window and the first after it, in unix milliseconds.
pub(crate) fn bounds(window: DayWindow) -> (i64, i64) {
    let midnight = |day: NaiveDate| day.and_time(NaiveTime::MIN).and_utc().timestamp_millis();
    (midnight(window.from), midnight(window.to).saturating_add(DAY_MS))
}

fn day(row: &Row, name: &'static str) -> Attempt<NaiveDate> {
    Ok(instant(row, "mentions", name)?.date_naive())
}

async fn marks(store: &PostgresStore, map: &MapId, window: DayWindow) -> Attempt<Vec<ThemeMark>> {
    // Touchpoint by touchpoint, so that the index leads to the window and the history before it is not read. Days of
    // rollups may be those of another zone.
    let sql = "SELECT DISTINCT touchpoint FROM rollups WHERE map = $1 AND day BETWEEN $2 AND $3 AND touchpoint <> '' \
               ORDER BY touchpoint";
    let query =
        sqlx::query_scalar(sql).bind(map.as_str()).bind(window.from - Days::new(1)).bind(window.to + Days::new(1));
    let touchpoints: Vec<String> = query.fetch_all(store.read()).await?;
    let (from, to) = bounds(window);
    let sql = "SELECT a.touchpoint, a.posted_ms / 86400000 AS day, count(*) AS opinions, \
               CAST(sum(a.opinion_id * CASE a.verdict WHEN 'negative' THEN 2 WHEN 'positive' THEN 3 ELSE 1 END) AS BIGINT) \
               AS sum FROM assignments a JOIN mentions m ON m.id = a.mention_id \
               WHERE a.map = $1 AND a.touchpoint = $2 AND a.posted_ms >= $3 AND a.posted_ms < $4 \
               AND m.hidden_ms IS NULL AND m.copy_of IS NULL GROUP BY 1, 2 ORDER BY 2";
    let mut marks = Vec::new();
    for touchpoint in touchpoints {
        let query = sqlx::query(sql).bind(map.as_str()).bind(touchpoint).bind(from).bind(to);
        for row in &query.fetch_all(store.read()).await? {
            marks.push(ThemeMark {
                touchpoint: word(row, "assignments", "touchpoint")?,
                day: NaiveDate::default() + Days::new(count(row, "day")?),
                opinions: count(row, "opinions")?,
                sum: column(row, "sum")?,
            });
        }
    }
    Ok(marks)
}

async fn marks_kept(store: &PostgresStore, map: &MapId) -> Attempt<HashMap<TouchpointId, String>> {
    let sql = "SELECT touchpoint, mark FROM theme_marks WHERE map = $1";
    let rows = sqlx::query(sql).bind(map.as_str()).fetch_all(store.read()).await?;
    rows.iter().map(|row| Ok((word(row, "theme_marks", "touchpoint")?, column(row, "mark")?))).collect()
}

async fn of_touchpoint(
    store: &PostgresStore,
    map: &MapId,
    touchpoint: &TouchpointId,
    window: DayWindow,
    limit: u32,
) -> Attempt<Vec<ThemeOpinion>> {
    let Some(model) = opinions::adopted(store).await? else { return Ok(Vec::new()) };
    let (from, to) = bounds(window);
    let sql = "SELECT o.*, o.id AS opinion, e.embedding, m.language, m.posted_ms, t.label AS counted FROM (\
                 SELECT a.opinion_id FROM assignments a JOIN mentions m ON m.id = a.mention_id \
                 WHERE a.map = $1 AND a.touchpoint = $2 AND a.posted_ms >= $3 AND a.posted_ms < $4 \
                 AND m.hidden_ms IS NULL AND m.copy_of IS NULL \
                 ORDER BY (a.opinion_id % 1000003) * 618034 % 1000003, a.opinion_id LIMIT $6) p \
               JOIN opinions o ON o.id = p.opinion_id JOIN opinion_embeddings e ON e.opinion_id = o.id \
               JOIN mentions m ON m.id = o.mention_id \
               JOIN tallies t ON t.map = $1 AND t.mention_id = o.mention_id AND t.touchpoint = $2 \
               WHERE o.model = $5 AND o.evidence <> '' ORDER BY o.id";
    let query = sqlx::query(sql)
        .bind(map.as_str())
        .bind(touchpoint.as_str())
        .bind(from)
        .bind(to)
        .bind(model.id.as_str())
        .bind(i64::from(limit));
    query.fetch_all(store.read()).await?.iter().map(opinion).collect()
}

/// An opinion read with its mention's language and time, its vector, and as what its mention counts there.
pub(crate) fn opinion(row: &Row) -> Attempt<ThemeOpinion> {
    Ok(ThemeOpinion {
        opinion: OpinionId(column(row, "opinion")?),
        mention: MentionId(column(row, "mention_id")?),
        evidence: column(row, "evidence")?,
        embedding: Embedding::from_bytes(row.try_get::<&[u8], _>("embedding")?),
        sentiment: sentiment(row)?,
        verdict: word(row, "opinions", "verdict")?,
        emotions: emotions(row)?,
        language: column(row, "language")?,
        day: day(row, "posted_ms")?,
        counted: word(row, "tallies", "counted")?,
    })
}

async fn voices(
    store: &PostgresStore,
    map: &MapId,
    touchpoint: &TouchpointId,
    window: DayWindow,
) -> Attempt<Vec<ThemeVoice>> {
    let (from, to) = bounds(window);
    let sql = "SELECT v.*, o.joy, o.anger, o.sadness, o.fear, o.surprise, o.disgust, o.calm, m.posted_ms, \
               t.label AS counted FROM theme_mentions v JOIN opinions o ON o.id = v.opinion_id \
               JOIN mentions m ON m.id = v.mention_id \
               JOIN tallies t ON t.map = v.map AND t.mention_id = v.mention_id AND t.touchpoint = v.touchpoint \
               WHERE v.map = $1 AND v.touchpoint = $2 AND m.posted_ms >= $3 AND m.posted_ms < $4 \
               AND m.hidden_ms IS NULL AND m.copy_of IS NULL ORDER BY v.opinion_id";
    let query = sqlx::query(sql).bind(map.as_str()).bind(touchpoint.as_str()).bind(from).bind(to);
    let voice = |row: &Row| {
        Ok(ThemeVoice {
            opinion: OpinionId(column(row, "opinion_id")?),
            mention: MentionId(column(row, "mention_id")?),
            kind: word(row, "theme_mentions", "kind")?,
            theme: column::<Option<i64>>(row, "theme_id")?.map(ThemeId),
            centrality: column(row, "centrality")?,
            emotions: emotions(row)?,
            day: day(row, "posted_ms")?,
            counted: word(row, "tallies", "counted")?,
        })
    };
    query.fetch_all(store.read()).await?.iter().map(voice).collect()
}

async fn known(
    store: &PostgresStore,
    map: &MapId,
    touchpoint: &TouchpointId,
    since: DateTime<Utc>,
) -> Attempt<Vec<KnownTheme>> {
    let sql = "SELECT * FROM themes WHERE map = $1 AND touchpoint = $2 AND last_seen_ms >= $3 ORDER BY id";
    let query = sqlx::query(sql).bind(map.as_str()).bind(touchpoint.as_str()).bind(since.timestamp_millis());
    let known = |row: &Row| {
        Ok(KnownTheme {
            id: ThemeId(column(row, "id")?),
            kind: word(row, "themes", "kind")?,
            terms: array(row, "themes", "terms")?,
            centre: Embedding::from_bytes(row.try_get::<&[u8], _>("centre")?),
        })
    };
    query.fetch_all(store.read()).await?.iter().map(known).collect()
}

/// A column that holds a JSON array.
fn array<T: serde::de::DeserializeOwned>(row: &Row, table: &'static str, name: &'static str) -> Attempt<Vec<T>> {
    serde_json::from_str(row.try_get(name)?).map_err(|error| corrupt(table, name, error))
}

/// Values as a JSON array.
pub(crate) fn json<T: Into<serde_json::Value> + Clone>(values: &[T]) -> String {
    serde_json::Value::Array(values.iter().cloned().map(Into::into).collect()).to_string()
}

async fn read(store: &PostgresStore, map: &MapId, run: Option<RunId>) -> Attempt<Option<ThemeSet>> {
    let sql = "SELECT runs.* FROM runs WHERE runs.status = 'done' AND runs.kind = 'themes' \
               AND ($2::BIGINT IS NULL OR runs.id = $2) \
               AND EXISTS (SELECT 1 FROM theme_touchpoints t WHERE t.map = $1 AND t.run_id = runs.id) \
               ORDER BY runs.id DESC LIMIT 1";
    let query = sqlx::query(sql).bind(map.as_str()).bind(run.map(|run| run.0));
    let Some(row) = query.fetch_optional(store.read()).await? else { return Ok(None) };
    let run = runs::stored(&row)?;
    let sql = "SELECT * FROM theme_touchpoints WHERE map = $1 AND run_id = $2 ORDER BY ordinal";
    let rows = sqlx::query(sql).bind(map.as_str()).bind(run.id.0).fetch_all(store.read()).await?;
    let Some(first) = rows.first() else { return Ok(None) };
    let window = DayWindow { from: column(first, "from_day")?, to: column(first, "to_day")? };
    let touchpoints = rows.iter().map(touchpoint).collect::<Attempt<Vec<_>>>()?;
    let sql = "SELECT v.*, t.first_seen_ms FROM theme_versions v JOIN themes t ON t.id = v.theme_id \
               WHERE v.map = $1 AND v.run_id = $2 ORDER BY v.ordinal";
    let rows = sqlx::query(sql).bind(map.as_str()).bind(run.id.0).fetch_all(store.read()).await?;
    let wanted = rows.iter().map(|row| array::<i64>(row, "theme_versions", "quotes")).collect::<Attempt<Vec<_>>>()?;
    let quotes = quotes(store, &wanted.concat()).await?;
    let themes = rows.iter().zip(&wanted).map(|(row, wanted)| {
        let quotes = wanted.iter().filter_map(|id| quotes.get(id)).cloned().collect();
        theme(row, quotes)
    });
    Ok(Some(ThemeSet { run, window, touchpoints, themes: themes.collect::<Attempt<_>>()? }))
}

/// The words of opinions that are still to be seen.
async fn quotes(store: &PostgresStore, opinions: &[i64]) -> Attempt<HashMap<i64, ThemeQuote>> {
    let sql = "SELECT o.id, o.mention_id, o.evidence FROM opinions o JOIN mentions m ON m.id = o.mention_id \
               WHERE o.id = ANY($1) AND m.hidden_ms IS NULL AND o.evidence <> ''";
    let rows = sqlx::query(sql).bind(list(opinions)).fetch_all(store.read()).await?;
    let quote = |row: &Row| {
        let id: i64 = column(row, "id")?;
        let text: String = column(row, "evidence")?;
        Ok((id, ThemeQuote { opinion: OpinionId(id), mention: MentionId(column(row, "mention_id")?), text }))
    };
    rows.iter().map(quote).collect()
}

fn measured(row: &Row, [value, low, high]: [&'static str; 3]) -> Attempt<Option<Measured>> {
    let parts: (Option<f64>, Option<f64>, Option<f64>) = (column(row, value)?, column(row, low)?, column(row, high)?);
    Ok(match parts {
        (Some(value), Some(low), Some(high)) => Some(Measured { value, low, high }),
        _ => None,
    })
}

fn touchpoint(row: &Row) -> Attempt<ThemedTouchpoint> {
    Ok(ThemedTouchpoint {
        place: (word(row, "theme_touchpoints", "stage")?, word(row, "theme_touchpoints", "touchpoint")?),
        mentions: count(row, "mentions")?,
        impact: measured(row, ["impact", "impact_low", "impact_high"])?,
        opinions: count(row, "opinions")?,
        sampled: count(row, "sampled")?,
    })
}

fn theme(row: &Row, quotes: Vec<ThemeQuote>) -> Attempt<Theme> {
    Ok(Theme {
        id: ThemeId(column(row, "theme_id")?),
        place: (word(row, "theme_versions", "stage")?, word(row, "theme_versions", "touchpoint")?),
        kind: word(row, "theme_versions", "kind")?,
        terms: array(row, "theme_versions", "terms")?,
        quotes,
        first_seen: instant(row, "themes", "first_seen_ms")?,
        mentions: count(row, "mentions")?,
        mentions_before: count(row, "mentions_before")?,
        share: column(row, "share")?,
        share_change: measured(row, ["change_share", "change_low", "change_high"])?,
        emotion: word(row, "theme_versions", "emotion")?,
        impact: measured(row, ["impact", "impact_low", "impact_high"])?,
    })
}

async fn mentions(store: &PostgresStore, themes: &[ThemeId]) -> Attempt<HashMap<ThemeId, Vec<MentionId>>> {
    let ids: Vec<i64> = themes.iter().map(|theme| theme.0).collect();
    let sql = "SELECT v.theme_id, v.mention_id FROM theme_mentions v JOIN mentions m ON m.id = v.mention_id \
               WHERE v.theme_id = ANY($1) AND m.hidden_ms IS NULL \
               ORDER BY v.theme_id, v.centrality DESC, v.opinion_id";
    let mut found: HashMap<ThemeId, Vec<MentionId>> = HashMap::new();
    let mut seen = HashSet::new();
    for row in &sqlx::query(sql).bind(list(&ids)).fetch_all(store.read()).await? {
        let (theme, mention) = (ThemeId(column(row, "theme_id")?), MentionId(column(row, "mention_id")?));
        if seen.insert((theme, mention)) {
            found.entry(theme).or_default().push(mention);
        }
    }
    Ok(found)
}

#[async_trait]
impl ThemeStore for PostgresStore {
    async fn theme_marks(&self, map: &MapId, window: DayWindow) -> Result<Vec<ThemeMark>> {
        self.told("see what lies at touchpoints", marks(self, map, window).await)
    }

    async fn theme_marks_kept(&self, map: &MapId) -> Result<HashMap<TouchpointId, String>> {
        self.told("read what lay at touchpoints", marks_kept(self, map).await)
    }

    async fn theme_opinions(
        &self,
        map: &MapId,
        touchpoint: &TouchpointId,
        window: DayWindow,
        limit: u32,
    ) -> Result<Vec<ThemeOpinion>> {
        self.told("read the opinions of a touchpoint", of_touchpoint(self, map, touchpoint, window, limit).await)
    }

    async fn unplaced_opinions(&self, map: &MapId, window: DayWindow, limit: u32) -> Result<Unplaced> {
        self.told("read the opinions that fit no touchpoint", unplaced::read(self, map, window, limit).await)
    }

    async fn theme_voices(&self, map: &MapId, touchpoint: &TouchpointId, window: DayWindow) -> Result<Vec<ThemeVoice>> {
        self.told("read the voices of themes", voices(self, map, touchpoint, window).await)
    }

    async fn known_themes(
        &self,
        map: &MapId,
        touchpoint: &TouchpointId,
        since: DateTime<Utc>,
    ) -> Result<Vec<KnownTheme>> {
        self.told("read known themes", known(self, map, touchpoint, since).await)
    }

    async fn write_themes(
        &self,
        run: RunId,
        map: &MapId,
        window: DayWindow,
        touchpoints: &[TouchpointThemes],
        summary: &str,
        now: DateTime<Utc>,
    ) -> Result<()> {
        self.told("store themes", theme_writes::write(self, run, map, window, touchpoints, summary, now).await)
    }

    async fn themes(&self, map: &MapId, run: Option<RunId>) -> Result<Option<ThemeSet>> {
        self.told("read themes", read(self, map, run).await)
    }

    async fn theme_mentions(&self, themes: &[ThemeId]) -> Result<HashMap<ThemeId, Vec<MentionId>>> {
        self.told("read the mentions of themes", mentions(self, themes).await)
    }
}
