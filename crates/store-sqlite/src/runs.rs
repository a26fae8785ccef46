//! The journal of what ran.

use async_trait::async_trait;
use chrono::{DateTime, Days, NaiveDate, NaiveTime, Utc};
use moodline_store::{Result, RunStore, StoreError, storable};
use moodline_types::{Run, RunId, RunKind, RunStatus};
use sqlx::Row as _;

use crate::{
    SqliteStore,
    connect::Tx,
    failure::Attempt,
    rows::{Row, column, instant, instant_or_none, word},
};

async fn start(store: &SqliteStore, kind: RunKind, subject: &str, now: DateTime<Utc>) -> Attempt<RunId> {
    let sql = "INSERT INTO runs (kind, subject, status, started_ms) VALUES ($1, $2, $3, $4) RETURNING id";
    let mut tx = store.write().await?;
    let query = sqlx::query(sql).bind(kind.as_str()).bind(storable(subject)).bind(RunStatus::Running.as_str());
    let id = query.bind(now.timestamp_millis()).fetch_one(&mut *tx).await?.try_get("id")?;
    tx.commit().await?;
    Ok(RunId(id))
}

/// Closes a run inside the transaction of its result.
pub(crate) async fn close(
    tx: &mut Tx,
    run: RunId,
    status: RunStatus,
    summary: &str,
    now: DateTime<Utc>,
) -> Attempt<()> {
    let sql = "UPDATE runs SET status = $2, summary = $3, finished_ms = $4 WHERE id = $1";
    let query = sqlx::query(sql).bind(run.0).bind(status.as_str()).bind(storable(summary));
    if query.bind(now.timestamp_millis()).execute(&mut **tx).await?.rows_affected() == 0 {
        return Err(StoreError::Missing { what: "run", id: run.to_string() }.into());
    }
    Ok(())
}

/// Notes that a run looked back to `day`, where that is before the day it began.
pub(crate) async fn look_back(tx: &mut Tx, run: RunId, day: NaiveDate) -> Attempt<()> {
    let next_day = (day + Days::new(1)).and_time(NaiveTime::MIN).and_utc().timestamp_millis();
    let sql = "UPDATE runs SET as_of = $2 WHERE id = $1 AND started_ms >= $3";
    sqlx::query(sql).bind(run.0).bind(day).bind(next_day).execute(&mut **tx).await?;
    Ok(())
}

async fn finish(
    store: &SqliteStore,
    run: RunId,
    outcome: std::result::Result<&str, &str>,
    now: DateTime<Utc>,
) -> Attempt<()> {
    let (status, summary) = match outcome {
        Ok(summary) => (RunStatus::Done, summary),
        Err(reason) => (RunStatus::Failed, reason),
    };
    let mut tx = store.write().await?;
    close(&mut tx, run, status, summary, now).await?;
    Ok(tx.commit().await?)
}

async fn newest(store: &SqliteStore, kind: Option<RunKind>, limit: u32) -> Attempt<Vec<Run>> {
    let query = match kind {
        None => sqlx::query("SELECT * FROM runs ORDER BY id DESC LIMIT $1"),
        Some(kind) => sqlx::query("SELECT * FROM runs WHERE kind = $1 ORDER BY id DESC LIMIT $2").bind(kind.as_str()),
    };
    let rows = query.bind(i64::from(limit)).fetch_all(store.read()).await?;
    rows.iter().map(stored).collect()
}

/// A row of `runs`.
pub(crate) fn stored(row: &Row) -> Attempt<Run> {
    Ok(Run {
        id: RunId(column(row, "id")?),
        kind: word(row, "runs", "kind")?,
        subject: column(row, "subject")?,
        status: word(row, "runs", "status")?,
        started_at: instant(row, "runs", "started_ms")?,
        finished_at: instant_or_none(row, "runs", "finished_ms")?,
        summary: column(row, "summary")?,
        as_of: column(row, "as_of")?,
    })
}

#[async_trait]
impl RunStore for SqliteStore {
    async fn start_run(&self, kind: RunKind, subject: &str, now: DateTime<Utc>) -> Result<RunId> {
        self.told("open a run", start(self, kind, subject, now).await)
    }

    async fn finish_run(&self, run: RunId, outcome: std::result::Result<&str, &str>, now: DateTime<Utc>) -> Result<()> {
        self.told("close a run", finish(self, run, outcome, now).await)
    }

    async fn runs(&self, kind: Option<RunKind>, limit: u32) -> Result<Vec<Run>> {
        self.told("list runs", newest(self, kind, limit).await)
    }
}
