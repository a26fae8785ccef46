//! The audit log.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use moodline_store::{Act, ActStore, NewAct, Result, storable};

use crate::{
    PostgresStore,
    connect::Tx,
    failure::Attempt,
    rows::{Row, column, instant},
};

/// Records an act inside the transaction that does it.
pub(crate) async fn record(tx: &mut Tx, act: &NewAct, now: DateTime<Utc>) -> Attempt<()> {
    let sql = "INSERT INTO acts (at_ms, actor, action, subject, detail) VALUES ($1, $2, $3, $4, $5)";
    let query = sqlx::query(sql)
        .bind(now.timestamp_millis())
        .bind(storable(&act.actor))
        .bind(storable(&act.action))
        .bind(storable(&act.subject))
        .bind(storable(&act.detail));
    query.execute(&mut **tx).await?;
    Ok(())
}

async fn alone(store: &PostgresStore, act: &NewAct, now: DateTime<Utc>) -> Attempt<()> {
    let mut tx = store.write().await?;
    record(&mut tx, act, now).await?;
    Ok(tx.commit().await?)
}

async fn newest(store: &PostgresStore, action: Option<&str>, limit: u32) -> Attempt<Vec<Act>> {
    let query = match action {
        None => sqlx::query("SELECT * FROM acts ORDER BY id DESC LIMIT $1"),
        Some(action) => sqlx::query("SELECT * FROM acts WHERE action = $1 ORDER BY id DESC LIMIT $2").bind(action),
    };
    let rows = query.bind(i64::from(limit)).fetch_all(store.read()).await?;
    rows.iter().map(stored).collect()
}

fn stored(row: &Row) -> Attempt<Act> {
    Ok(Act {
        id: column(row, "id")?,
        at: instant(row, "acts", "at_ms")?,
        act: NewAct {
            actor: column(row, "actor")?,
            action: column(row, "action")?,
            subject: column(row, "subject")?,
            detail: column(row, "detail")?,
        },
    })
}

#[async_trait]
impl ActStore for PostgresStore {
    async fn record_act(&self, act: &NewAct, now: DateTime<Utc>) -> Result<()> {
        self.told("record an act", alone(self, act, now).await)
    }

    async fn acts(&self, action: Option<&str>, limit: u32) -> Result<Vec<Act>> {
        self.told("list acts", newest(self, action, limit).await)
    }
}
