//! Survey answers, stage entries, and what a model is known to get wrong.

use std::collections::BTreeMap;

use async_trait::async_trait;
use chrono::{DateTime, Days, NaiveDate, NaiveTime, Utc};
use moodline_store::{AnswerCount, LabelStore, RatingCount, Result, SaidCount, SurveyChange, SurveyStore};
use moodline_types::{DayWindow, MapId, Metric, ModelId, SourceId, StageId, SurveyAnswer, SurveyPlace, TouchpointId};
use sqlx::Row as _;

use crate::{
    SqliteStore,
    failure::Attempt,
    privacy,
    rows::{Row, column, count, word, word_or_none},
};

/// How a place is written: stage, touchpoint.
fn parts(place: &SurveyPlace) -> (&str, &str) {
    match place {
        SurveyPlace::Map => ("", ""),
        SurveyPlace::Stage(stage) => (stage.as_str(), ""),
        SurveyPlace::Touchpoint(touchpoint) => ("", touchpoint.as_str()),
    }
}

fn place(row: &Row) -> Attempt<SurveyPlace> {
    let stage: Option<StageId> = word_or_none(row, "survey_answers", "stage")?;
    let touchpoint: Option<TouchpointId> = word_or_none(row, "survey_answers", "touchpoint")?;
    Ok(match (stage, touchpoint) {
        (_, Some(touchpoint)) => SurveyPlace::Touchpoint(touchpoint),
        (Some(stage), None) => SurveyPlace::Stage(stage),
        (None, None) => SurveyPlace::Map,
    })
}

async fn write_answers(store: &SqliteStore, map: &MapId, answers: &[SurveyAnswer]) -> Attempt<SurveyChange> {
    let known = "SELECT value, answers FROM survey_answers WHERE map = $1 AND metric = $2 AND stage = $3 \
                 AND touchpoint = $4 AND day = $5 AND respondent = $6";
    let put = "INSERT INTO survey_answers (map, metric, stage, touchpoint, day, respondent, value, answers) \
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (map, metric, stage, touchpoint, day, respondent) \
               DO UPDATE SET value = excluded.value, answers = excluded.answers";
    let mut tx = store.write().await?;
    let mut change = SurveyChange::default();
    let respondents: Vec<String> = answers.iter().filter_map(|answer| answer.respondent.clone()).collect();
    let erased = privacy::erased_among(&mut tx, &respondents).await?;
    for answer in answers {
        if answer.respondent.as_ref().is_some_and(|respondent| erased.contains(respondent)) {
            change.erased += 1;
            continue;
        }
        let (stage, touchpoint) = parts(&answer.place);
        let respondent = answer.respondent.clone().unwrap_or_else(|| format!("={}", answer.value));
        let query = sqlx::query(known).bind(map.as_str()).bind(answer.metric.as_str()).bind(stage).bind(touchpoint);
        let before = query.bind(answer.day).bind(&respondent).fetch_optional(&mut *tx).await?;
        let before = before
            .map(|row| Ok::<_, sqlx::Error>((row.try_get::<f64, _>("value")?, row.try_get::<i64, _>("answers")?)));
        let now = (answer.value, answer.answers as i64);
        match before.transpose()? {
            Some((value, number)) if (value - now.0).abs() < f64::EPSILON && number == now.1 => {
                change.unchanged += 1;
                continue;
            }
            Some(_) => change.changed += 1,
            None => change.added += 1,
        }
        let query = sqlx::query(put).bind(map.as_str()).bind(answer.metric.as_str()).bind(stage).bind(touchpoint);
        query.bind(answer.day).bind(&respondent).bind(now.0).bind(now.1).execute(&mut *tx).await?;
    }
    tx.commit().await?;
    Ok(change)
}

async fn write_entries(
    store: &SqliteStore,
    map: &MapId,
    entries: &[(StageId, NaiveDate, u64)],
) -> Attempt<SurveyChange> {
    let known = "SELECT entered FROM stage_entries WHERE map = $1 AND stage = $2 AND day = $3";
    let put = "INSERT INTO stage_entries (map, stage, day, entered) VALUES ($1, $2, $3, $4) \
               ON CONFLICT (map, stage, day) DO UPDATE SET entered = excluded.entered";
    let mut tx = store.write().await?;
    let mut change = SurveyChange::default();
    for (stage, day, entered) in entries {
        let query = sqlx::query_scalar::<_, i64>(known).bind(map.as_str()).bind(stage.as_str()).bind(*day);
        match query.fetch_optional(&mut *tx).await? {
            Some(before) if before == *entered as i64 => {
                change.unchanged += 1;
                continue;
            }
            Some(_) => change.changed += 1,
            None => change.added += 1,
        }
        let query = sqlx::query(put).bind(map.as_str()).bind(stage.as_str()).bind(*day);
        query.bind(*entered as i64).execute(&mut *tx).await?;
    }
    tx.commit().await?;
    Ok(change)
}

async fn answers(store: &SqliteStore, map: &MapId, window: DayWindow) -> Attempt<Vec<AnswerCount>> {
    let sql = "SELECT metric, stage, touchpoint, value, CAST(sum(answers) AS BIGINT) AS answers FROM survey_answers \
               WHERE map = $1 AND day BETWEEN $2 AND $3 GROUP BY metric, stage, touchpoint, value";
    let query = sqlx::query(sql).bind(map.as_str()).bind(window.from).bind(window.to);
    let read = |row| {
        Ok(AnswerCount {
            metric: word::<Metric>(row, "survey_answers", "metric")?,
            place: place(row)?,
            value: column(row, "value")?,
            answers: count(row, "answers")?,
        })
    };
    let mut answers = query.fetch_all(store.read()).await?.iter().map(read).collect::<Attempt<Vec<_>>>()?;
    answers.sort_by(|a, b| (a.metric, &a.place).cmp(&(b.metric, &b.place)).then(a.value.total_cmp(&b.value)));
    Ok(answers)
}

async fn entries(store: &SqliteStore, map: &MapId, window: DayWindow) -> Attempt<Vec<(StageId, u64)>> {
    let sql = "SELECT stage, CAST(sum(entered) AS BIGINT) AS entered FROM stage_entries \
               WHERE map = $1 AND day BETWEEN $2 AND $3 GROUP BY stage";
    let query = sqlx::query(sql).bind(map.as_str()).bind(window.from).bind(window.to);
    let read = |row| Ok((word(row, "stage_entries", "stage")?, count(row, "entered")?));
    let mut entries = query.fetch_all(store.read()).await?.iter().map(read).collect::<Attempt<Vec<_>>>()?;
    entries.sort_unstable();
    Ok(entries)
}

async fn ratings(
    store: &SqliteStore,
    source: &SourceId,
    map: Option<&MapId>,
    window: DayWindow,
) -> Attempt<Vec<RatingCount>> {
    let begins = |day: NaiveDate| day.and_time(NaiveTime::MIN).and_utc().timestamp_millis();
    let (from, to) = (begins(window.from), begins(window.to.checked_add_days(Days::new(1)).unwrap_or(window.to)));
    let all = "SELECT '' AS touchpoint, m.rating_value, m.rating_worst, m.rating_best, count(*) AS mentions \
               FROM mentions m WHERE m.source = $1 AND m.posted_ms >= $2 AND m.posted_ms < $3 \
               AND m.rating_value IS NOT NULL AND m.hidden_ms IS NULL AND m.copy_of IS NULL \
               GROUP BY m.rating_value, m.rating_worst, m.rating_best";
    let placed = "SELECT t.touchpoint, m.rating_value, m.rating_worst, m.rating_best, count(*) AS mentions \
                  FROM mentions m JOIN tallies t ON t.map = $4 AND t.mention_id = m.id AND t.touchpoint <> '' \
                  WHERE m.source = $1 AND m.posted_ms >= $2 AND m.posted_ms < $3 \
                  AND m.rating_value IS NOT NULL AND m.hidden_ms IS NULL AND m.copy_of IS NULL \
                  GROUP BY t.touchpoint, m.rating_value, m.rating_worst, m.rating_best";
    let query = sqlx::query(if map.is_some() { placed } else { all }).bind(source.as_str()).bind(from).bind(to);
    let query = if let Some(map) = map { query.bind(map.as_str()) } else { query };
    let read = |row| {
        let scale: (f32, f32) = (column(row, "rating_worst")?, column(row, "rating_best")?);
        Ok(RatingCount {
            touchpoint: word_or_none(row, "tallies", "touchpoint")?,
            value: f64::from(column::<f32>(row, "rating_value")?),
            scale: (f64::from(scale.0), f64::from(scale.1)),
            mentions: count(row, "mentions")?,
        })
    };
    let mut ratings = query.fetch_all(store.read()).await?.iter().map(read).collect::<Attempt<Vec<_>>>()?;
    ratings.sort_by(|a, b| a.touchpoint.cmp(&b.touchpoint).then(a.value.total_cmp(&b.value)));
    Ok(ratings)
}

async fn save_labels(store: &SqliteStore, model: &ModelId, counts: &[SaidCount], now: DateTime<Utc>) -> Attempt<()> {
    let mut sums: BTreeMap<(&str, &str), i64> = BTreeMap::new();
    for count in counts {
        *sums.entry((count.gold.as_str(), count.said.as_str())).or_default() += count.texts as i64;
    }
    let mut tx = store.write().await?;
    sqlx::query("DELETE FROM confusions WHERE model = $1").bind(model.as_str()).execute(&mut *tx).await?;
    let sql = "INSERT INTO confusions (model, gold, said, texts, saved_ms) VALUES ($1, $2, $3, $4, $5)";
    for ((gold, said), texts) in sums {
        let query = sqlx::query(sql).bind(model.as_str()).bind(gold).bind(said).bind(texts);
        query.bind(now.timestamp_millis()).execute(&mut *tx).await?;
    }
    Ok(tx.commit().await?)
}

async fn labels(store: &SqliteStore, model: &ModelId) -> Attempt<Vec<SaidCount>> {
    let query = sqlx::query("SELECT gold, said, texts FROM confusions WHERE model = $1").bind(model.as_str());
    let read = |row| {
        Ok(SaidCount {
            gold: word(row, "confusions", "gold")?,
            said: word(row, "confusions", "said")?,
            texts: count(row, "texts")?,
        })
    };
    let mut counts = query.fetch_all(store.read()).await?.iter().map(read).collect::<Attempt<Vec<SaidCount>>>()?;
    counts.sort_unstable_by_key(|count| (count.gold, count.said));
    Ok(counts)
}

#[async_trait]
impl SurveyStore for SqliteStore {
    async fn write_answers(&self, map: &MapId, of: &[SurveyAnswer]) -> Result<SurveyChange> {
        self.told("store survey answers", write_answers(self, map, of).await)
    }

    async fn write_entries(&self, map: &MapId, of: &[(StageId, NaiveDate, u64)]) -> Result<SurveyChange> {
        self.told("store stage entries", write_entries(self, map, of).await)
    }

    async fn answers(&self, map: &MapId, window: DayWindow) -> Result<Vec<AnswerCount>> {
        self.told("read survey answers", answers(self, map, window).await)
    }

    async fn entries(&self, map: &MapId, window: DayWindow) -> Result<Vec<(StageId, u64)>> {
        self.told("read stage entries", entries(self, map, window).await)
    }

    async fn ratings(&self, source: &SourceId, map: Option<&MapId>, window: DayWindow) -> Result<Vec<RatingCount>> {
        self.told("count ratings", ratings(self, source, map, window).await)
    }
}

#[async_trait]
impl LabelStore for SqliteStore {
    async fn save_labels(&self, model: &ModelId, counts: &[SaidCount], now: DateTime<Utc>) -> Result<()> {
        self.told("keep what a model gets wrong", save_labels(self, model, counts, now).await)
    }

    async fn labels(&self, model: &ModelId) -> Result<Vec<SaidCount>> {
        self.told("read what a model gets wrong", labels(self, model).await)
    }
}
