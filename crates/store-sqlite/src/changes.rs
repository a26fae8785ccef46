//! What teams did at their touchpoints.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use moodline_store::{ChangeStore, NewAct, NewTouchpointChange, Result, StoreError, storable};
use moodline_types::{ChangeId, MapId, TouchpointChange};

use crate::{
    SqliteStore, acts,
    failure::Attempt,
    rows::{Row, column, instant, word},
};

async fn add(store: &SqliteStore, new: &NewTouchpointChange, now: DateTime<Utc>) -> Attempt<ChangeId> {
    let mut tx = store.write().await?;
    let known = "SELECT id FROM changes WHERE map = $1 AND touchpoint = $2 AND day = $3 AND what = $4";
    let query = sqlx::query_scalar(known).bind(new.map.as_str()).bind(new.touchpoint.as_str()).bind(new.day);
    if let Some(id) = query.bind(storable(&new.what)).fetch_optional(&mut *tx).await? {
        return Ok(ChangeId(id));
    }
    let sql = "INSERT INTO changes (map, touchpoint, day, what, actor, added_ms) VALUES ($1, $2, $3, $4, $5, $6) \
               RETURNING id";
    let query = sqlx::query_scalar(sql)
        .bind(new.map.as_str())
        .bind(new.touchpoint.as_str())
        .bind(new.day)
        .bind(storable(&new.what))
        .bind(storable(&new.actor))
        .bind(now.timestamp_millis());
    let id = ChangeId(query.fetch_one(&mut *tx).await?);
    let act = NewAct {
        actor: new.actor.clone(),
        action: "change".to_owned(),
        subject: format!("{} of map {}", new.touchpoint, new.map),
        detail: format!("from {}: {}", new.day, new.what),
    };
    acts::record(&mut tx, &act, now).await?;
    tx.commit().await?;
    Ok(id)
}

async fn all(store: &SqliteStore, map: Option<&MapId>) -> Attempt<Vec<TouchpointChange>> {
    let query = match map {
        None => sqlx::query("SELECT * FROM changes ORDER BY day DESC, id DESC"),
        Some(map) => sqlx::query("SELECT * FROM changes WHERE map = $1 ORDER BY day DESC, id DESC").bind(map.as_str()),
    };
    query.fetch_all(store.read()).await?.iter().map(stored).collect()
}

fn stored(row: &Row) -> Attempt<TouchpointChange> {
    Ok(TouchpointChange {
        id: ChangeId(column(row, "id")?),
        map: word(row, "changes", "map")?,
        touchpoint: word(row, "changes", "touchpoint")?,
        day: column(row, "day")?,
        what: column(row, "what")?,
        actor: column(row, "actor")?,
        added_at: instant(row, "changes", "added_ms")?,
    })
}

async fn remove(store: &SqliteStore, change: ChangeId, actor: &str, now: DateTime<Utc>) -> Attempt<()> {
    let mut tx = store.write().await?;
    let sql = "DELETE FROM changes WHERE id = $1 RETURNING *";
    let Some(row) = sqlx::query(sql).bind(change.0).fetch_optional(&mut *tx).await? else {
        return Err(StoreError::Missing { what: "change", id: change.to_string() }.into());
    };
    let gone = stored(&row)?;
    let act = NewAct {
        actor: actor.to_owned(),
        action: "change".to_owned(),
        subject: format!("{} of map {}", gone.touchpoint, gone.map),
        detail: format!("removed: from {}: {}", gone.day, gone.what),
    };
    acts::record(&mut tx, &act, now).await?;
    Ok(tx.commit().await?)
}

#[async_trait]
impl ChangeStore for SqliteStore {
    async fn add_change(&self, change: &NewTouchpointChange, now: DateTime<Utc>) -> Result<ChangeId> {
        self.told("store a change", add(self, change, now).await)
    }

    async fn changes(&self, map: Option<&MapId>) -> Result<Vec<TouchpointChange>> {
        self.told("list changes", all(self, map).await)
    }

    async fn remove_change(&self, change: ChangeId, actor: &str, now: DateTime<Utc>) -> Result<()> {
        self.told("remove a change", remove(self, change, actor, now).await)
    }
}
