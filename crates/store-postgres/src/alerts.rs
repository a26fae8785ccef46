//! Alerts, the mentions that moved them, and what people did about them.

use std::collections::HashMap;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use moodline_store::{AlertStore, AlertTriage, AlertWrite, NewAct, Result, StoreError, storable};
use moodline_types::{
    Alert, AlertEpisode, AlertFigures, AlertId, AlertKind, AlertQuery, AlertStatus, AlertSubject, AlertTier, MapId,
    MentionId, SourceId, StageId, TouchpointId,
};
use sqlx::{PgConnection, QueryBuilder};

use crate::{
    PostgresStore, acts,
    connect::{Tx, events_in_turn},
    failure::Attempt,
    rows::{self, Db, Row, column, corrupt, instant, instant_or_none, list, word, word_or_none},
};

/// A subject as its columns: map, stage, touchpoint, source.
fn parts(subject: &AlertSubject) -> [&str; 4] {
    match subject {
        AlertSubject::Touchpoint { map, stage, touchpoint } => [map.as_str(), stage.as_str(), touchpoint.as_str(), ""],
        AlertSubject::Source { source } => ["", "", "", source.as_str()],
    }
}

async fn write(store: &PostgresStore, writes: &[AlertWrite], now: DateTime<Utc>) -> Attempt<Vec<AlertId>> {
    let mut tx = store.write().await?;
    let (mut ids, mut raised) = (Vec::with_capacity(writes.len()), Vec::new());
    for AlertWrite { known, episode } in writes {
        let id = match known {
            Some(id) => *id,
            None => row_of(&mut tx, episode, now).await?,
        };
        let stored = by_ids(&mut tx, &[id.0]).await?.pop();
        let stored = stored.ok_or_else(|| StoreError::Missing { what: "alert", id: id.to_string() })?;
        if stored.episode != *episode {
            update(&mut tx, id, episode, now).await?;
        }
        if stored.alerted_at.is_none() && episode.tier == AlertTier::Alert {
            raised.push(id);
        }
        ids.push(id);
    }
    raise(&mut tx, &raised, now).await?;
    tx.commit().await?;
    Ok(ids)
}

/// Notes that alerts are raised, each later than every one there is: the last that a transaction does, so that nobody waits
/// long for its turn.
async fn raise(tx: &mut Tx, alerts: &[AlertId], now: DateTime<Utc>) -> Attempt<()> {
    if !alerts.is_empty() {
        events_in_turn(tx).await?;
    }
    let sql = "UPDATE alerts SET alerted_ms = greatest($2, (SELECT coalesce(max(x.alerted_ms) + 1, 0) FROM alerts x)) \
               WHERE id = $1";
    for alert in alerts {
        sqlx::query(sql).bind(alert.0).bind(now.timestamp_millis()).execute(&mut **tx).await?;
    }
    Ok(())
}

/// The row of an episode that was not known: a new one, or the one that began on the same day.
async fn row_of(tx: &mut Tx, episode: &AlertEpisode, now: DateTime<Utc>) -> Attempt<AlertId> {
    let sql = "INSERT INTO alerts (kind, map, stage, touchpoint, source, tier, status, from_day, last_day, detail, \
               opened_ms, updated_ms) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, '', $10, $10) \
               ON CONFLICT (kind, map, touchpoint, source, from_day) DO UPDATE SET stage = excluded.stage RETURNING id";
    let [map, stage, touchpoint, source] = parts(&episode.subject);
    let query = sqlx::query_scalar(sql)
        .bind(episode.kind.as_str())
        .bind(map)
        .bind(stage)
        .bind(touchpoint)
        .bind(source)
        .bind(AlertTier::Watch.as_str())
        .bind(AlertStatus::Open.as_str())
        .bind(episode.from_day)
        .bind(episode.last_day)
        .bind(now.timestamp_millis());
    Ok(AlertId(query.fetch_one(&mut **tx).await?))
}

async fn update(tx: &mut Tx, id: AlertId, episode: &AlertEpisode, now: DateTime<Utc>) -> Attempt<()> {
    let sql = "UPDATE alerts SET stage = $2, tier = $3, last_day = $4, ended_day = $5, observed = $6, n = $7, \
               expected = $8, expected_low = $9, expected_high = $10, change = $11, change_low = $12, \
               change_high = $13, probability = $14, adjusted = $15, usual_n = $16, power_to = $17, power = $18, \
               detail = $19, updated_ms = $20 WHERE id = $1";
    let [_, stage, _, _] = parts(&episode.subject);
    let figures = episode.figures.as_ref();
    let query = sqlx::query(sql)
        .bind(id.0)
        .bind(stage)
        .bind(episode.tier.as_str())
        .bind(episode.last_day)
        .bind(episode.ended_day)
        .bind(figures.map(|f| f.observed as i64))
        .bind(figures.map(|f| f.n as i64))
        .bind(figures.map(|f| f.expected))
        .bind(figures.map(|f| f.expected_low))
        .bind(figures.map(|f| f.expected_high))
        .bind(figures.map(|f| f.change))
        .bind(figures.map(|f| f.change_low))
        .bind(figures.map(|f| f.change_high))
        .bind(figures.map(|f| f.probability))
        .bind(figures.map(|f| f.adjusted))
        .bind(figures.map(|f| f.usual_n))
        .bind(figures.map(|f| f.power_to))
        .bind(figures.map(|f| f.power))
        .bind(storable(&episode.detail))
        .bind(now.timestamp_millis());
    query.execute(&mut **tx).await?;
    sqlx::query("DELETE FROM alert_mentions WHERE alert_id = $1").bind(id.0).execute(&mut **tx).await?;
    let sql =
        "INSERT INTO alert_mentions (alert_id, ordinal, mention_id) SELECT $1, $2, id FROM mentions WHERE id = $3";
    for (mention, ordinal) in episode.mentions.iter().zip(0_i32..) {
        sqlx::query(sql).bind(id.0).bind(ordinal).bind(mention.0).execute(&mut **tx).await?;
    }
    Ok(())
}

async fn by_ids(connection: &mut PgConnection, ids: &[i64]) -> Attempt<Vec<Alert>> {
    let sql = "SELECT * FROM alerts WHERE id = ANY($1)";
    let rows = sqlx::query(sql).bind(list(ids)).fetch_all(&mut *connection).await?;
    with_mentions(connection, &rows).await
}

/// Rows with the mentions of each.
async fn with_mentions(connection: &mut PgConnection, rows: &[Row]) -> Attempt<Vec<Alert>> {
    let mut alerts = rows.iter().map(stored).collect::<Attempt<Vec<_>>>()?;
    let ids: Vec<i64> = alerts.iter().map(|alert| alert.id.0).collect();
    let sql = "SELECT alert_id, mention_id FROM alert_mentions WHERE alert_id = ANY($1) \
               ORDER BY alert_id, ordinal";
    let mut mentions: HashMap<i64, Vec<MentionId>> = HashMap::new();
    for row in &sqlx::query(sql).bind(list(&ids)).fetch_all(&mut *connection).await? {
        mentions.entry(column(row, "alert_id")?).or_default().push(MentionId(column(row, "mention_id")?));
    }
    for alert in &mut alerts {
        alert.episode.mentions = mentions.remove(&alert.id.0).unwrap_or_default();
    }
    Ok(alerts)
}

fn stored(row: &Row) -> Attempt<Alert> {
    let touchpoint: (Option<MapId>, Option<StageId>, Option<TouchpointId>) = (
        word_or_none(row, "alerts", "map")?,
        word_or_none(row, "alerts", "stage")?,
        word_or_none(row, "alerts", "touchpoint")?,
    );
    let source: Option<SourceId> = word_or_none(row, "alerts", "source")?;
    let subject = match (touchpoint, source) {
        ((Some(map), Some(stage), Some(touchpoint)), None) => AlertSubject::Touchpoint { map, stage, touchpoint },
        ((None, None, None), Some(source)) => AlertSubject::Source { source },
        _ => return Err(corrupt("alerts", "map", "an alert about neither a touchpoint nor a source")),
    };
    Ok(Alert {
        id: AlertId(column(row, "id")?),
        episode: AlertEpisode {
            subject,
            kind: word(row, "alerts", "kind")?,
            tier: word(row, "alerts", "tier")?,
            from_day: column(row, "from_day")?,
            last_day: column(row, "last_day")?,
            ended_day: column(row, "ended_day")?,
            figures: figures(row)?,
            detail: column(row, "detail")?,
            mentions: Vec::new(),
        },
        status: word(row, "alerts", "status")?,
        opened_at: instant(row, "alerts", "opened_ms")?,
        alerted_at: instant_or_none(row, "alerts", "alerted_ms")?,
        updated_at: instant(row, "alerts", "updated_ms")?,
        actor: column(row, "actor")?,
        note: column(row, "note")?,
    })
}

fn figures(row: &Row) -> Attempt<Option<AlertFigures>> {
    let Some(n) = column::<Option<i64>>(row, "n")? else { return Ok(None) };
    Ok(Some(AlertFigures {
        observed: rows::count(row, "observed")?,
        n: u64::try_from(n).unwrap_or(0),
        expected: column(row, "expected")?,
        expected_low: column(row, "expected_low")?,
        expected_high: column(row, "expected_high")?,
        change: column(row, "change")?,
        change_low: column(row, "change_low")?,
        change_high: column(row, "change_high")?,
        probability: column(row, "probability")?,
        adjusted: column(row, "adjusted")?,
        usual_n: column(row, "usual_n")?,
        power_to: column(row, "power_to")?,
        power: column(row, "power")?,
    }))
}

fn conditions(sql: &mut QueryBuilder<Db>, query: &AlertQuery) {
    sql.push(" WHERE TRUE");
    if !query.ids.is_empty() {
        let ids: Vec<i64> = query.ids.iter().map(|id| id.0).collect();
        sql.push(" AND id = ANY(").push_bind(list(&ids)).push(")");
    }
    if let Some(map) = &query.map {
        sql.push(" AND map = ").push_bind(map.as_str().to_owned());
    }
    if let Some(touchpoint) = &query.touchpoint {
        sql.push(" AND touchpoint = ").push_bind(touchpoint.as_str().to_owned());
    }
    if let Some(source) = &query.source {
        sql.push(" AND source = ").push_bind(source.as_str().to_owned());
    }
    if let Some(tier) = query.tier {
        sql.push(" AND tier = ").push_bind(tier.as_str());
    }
    one_of(sql, "kind", query.kinds.iter().map(|kind: &AlertKind| kind.as_str()));
    one_of(sql, "status", query.statuses.iter().map(|status: &AlertStatus| status.as_str()));
    match query.going_on {
        Some(true) => drop(sql.push(" AND ended_day IS NULL")),
        Some(false) => drop(sql.push(" AND ended_day IS NOT NULL")),
        None => {}
    }
    if let Some(since) = query.since {
        sql.push(" AND updated_ms >= ").push_bind(since.timestamp_millis());
    }
}

/// One of these words, or any where there are none.
fn one_of(sql: &mut QueryBuilder<Db>, column: &'static str, words: impl Iterator<Item = &'static str>) {
    let words: Vec<&str> = words.collect();
    if words.is_empty() {
        return;
    }
    sql.push(" AND ").push(column).push(" IN (");
    let mut separated = sql.separated(", ");
    for word in words {
        separated.push_bind(word);
    }
    sql.push(")");
}

async fn find(store: &PostgresStore, query: &AlertQuery) -> Attempt<Vec<Alert>> {
    let mut sql = QueryBuilder::<Db>::new("SELECT * FROM alerts");
    conditions(&mut sql, query);
    sql.push(" ORDER BY ended_day IS NOT NULL, tier = 'watch', opened_ms DESC, id DESC LIMIT ");
    sql.push_bind(i64::from(query.limit));
    let mut connection = store.read().acquire().await?;
    let rows = sql.build().fetch_all(&mut *connection).await?;
    with_mentions(&mut connection, &rows).await
}

async fn raised_after(store: &PostgresStore, raised: DateTime<Utc>, limit: u32) -> Attempt<Vec<Alert>> {
    let sql = "SELECT * FROM alerts WHERE tier = 'alert' AND alerted_ms > $1 AND alerted_ms <= (SELECT max(ms) FROM \
               (SELECT alerted_ms AS ms FROM alerts WHERE tier = 'alert' AND alerted_ms > $1 ORDER BY alerted_ms LIMIT $2) \
               AS next) ORDER BY alerted_ms, id";
    let mut connection = store.read().acquire().await?;
    let query = sqlx::query(sql).bind(raised.timestamp_millis()).bind(i64::from(limit));
    let rows = query.fetch_all(&mut *connection).await?;
    with_mentions(&mut connection, &rows).await
}

async fn newest(store: &PostgresStore) -> Attempt<Option<DateTime<Utc>>> {
    let row = sqlx::query("SELECT max(alerted_ms) AS newest FROM alerts").fetch_one(store.read()).await?;
    instant_or_none(&row, "alerts", "newest")
}

async fn number(store: &PostgresStore, query: &AlertQuery) -> Attempt<u64> {
    let mut sql = QueryBuilder::<Db>::new("SELECT count(*) AS found FROM alerts");
    conditions(&mut sql, query);
    rows::count(&sql.build().fetch_one(store.read()).await?, "found")
}

async fn triage(store: &PostgresStore, alerts: &[AlertId], new: &AlertTriage, now: DateTime<Utc>) -> Attempt<()> {
    let mut tx = store.write().await?;
    for alert in alerts {
        let sql = "UPDATE alerts SET status = $2, actor = $3, note = $4, updated_ms = $5 WHERE id = $1";
        let query = sqlx::query(sql)
            .bind(alert.0)
            .bind(new.status.as_str())
            .bind(storable(&new.actor))
            .bind(new.note.as_deref().map(storable))
            .bind(now.timestamp_millis());
        if query.execute(&mut *tx).await?.rows_affected() == 0 {
            return Err(StoreError::Missing { what: "alert", id: alert.to_string() }.into());
        }
        let note = new.note.as_ref().map(|note| format!(": {note}")).unwrap_or_default();
        let act = NewAct {
            actor: new.actor.clone(),
            action: "alert".to_owned(),
            subject: format!("alert {alert}"),
            detail: format!("{}{note}", new.status),
        };
        acts::record(&mut tx, &act, now).await?;
    }
    Ok(tx.commit().await?)
}

#[async_trait]
impl AlertStore for PostgresStore {
    async fn write_alerts(&self, writes: &[AlertWrite], now: DateTime<Utc>) -> Result<Vec<AlertId>> {
        self.told("store alerts", write(self, writes, now).await)
    }

    async fn alerts(&self, query: &AlertQuery) -> Result<Vec<Alert>> {
        self.told("list alerts", find(self, query).await)
    }

    async fn alerts_after(&self, raised: DateTime<Utc>, limit: u32) -> Result<Vec<Alert>> {
        self.told("list new alerts", raised_after(self, raised, limit).await)
    }

    async fn newest_alert(&self) -> Result<Option<DateTime<Utc>>> {
        self.told("find the newest alert", newest(self).await)
    }

    async fn count_alerts(&self, query: &AlertQuery) -> Result<u64> {
        self.told("count alerts", number(self, query).await)
    }

    async fn triage_alerts(&self, alerts: &[AlertId], new: &AlertTriage, now: DateTime<Utc>) -> Result<()> {
        self.told("change alerts", triage(self, alerts, new, now).await)
    }
}
