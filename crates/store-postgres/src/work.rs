//! The queues.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use moodline_store::{Backlog, Lease, Result, WorkItem, WorkKind, WorkStore, storable};
use moodline_types::{MapId, MentionId, ModelId};

use crate::{
    PostgresStore,
    connect::Tx,
    failure::Attempt,
    rows::{Row, column, count, list},
};

/// Writing work again takes its lease and its history away.
macro_rules! again {
    () => {
        " ON CONFLICT (kind, target, mention_id) DO UPDATE SET tries = 0, queued_ms = excluded.queued_ms, \
          holder = NULL, leased_until_ms = NULL, error = NULL, set_aside = FALSE"
    };
}

/// Queues mentions for every model.
pub(crate) async fn queue_for_models(tx: &mut Tx, mentions: &[i64], now: DateTime<Utc>) -> Attempt<()> {
    let sql = concat!(
        "INSERT INTO work (kind, target, mention_id, queued_ms) \
         SELECT 'enrich', models.id, m.id, $2 FROM models, mentions m \
         WHERE m.id = ANY($1) ORDER BY models.id, m.id",
        again!()
    );
    sqlx::query(sql).bind(list(mentions)).bind(now.timestamp_millis()).execute(&mut **tx).await?;
    Ok(())
}

/// Queues mentions for every map in use.
pub(crate) async fn queue_for_maps(tx: &mut Tx, mentions: &[i64], now: DateTime<Utc>) -> Attempt<()> {
    let sql = concat!(
        "INSERT INTO work (kind, target, mention_id, queued_ms) \
         SELECT 'assign', maps.id, m.id, $2 FROM maps, mentions m \
         WHERE maps.retired_ms IS NULL AND m.id = ANY($1) \
         AND (m.text_dropped_ms IS NULL OR m.hidden_ms IS NOT NULL) ORDER BY maps.id, m.id",
        again!()
    );
    sqlx::query(sql).bind(list(mentions)).bind(now.timestamp_millis()).execute(&mut **tx).await?;
    Ok(())
}

/// Queues everything `model` has judged for one map, or for every map in use.
pub(crate) async fn queue_judged(tx: &mut Tx, model: &ModelId, map: Option<&MapId>, now: DateTime<Utc>) -> Attempt<()> {
    // Mentions in the order of their ids, so that nothing has to be sorted or made distinct.
    let sql = concat!(
        "INSERT INTO work (kind, target, mention_id, queued_ms) \
         SELECT 'assign', maps.id, m.id, CAST($3 AS BIGINT) FROM maps CROSS JOIN mentions m \
         WHERE maps.retired_ms IS NULL AND ($2 IS NULL OR maps.id = $2) AND m.text_dropped_ms IS NULL \
         AND EXISTS (SELECT 1 FROM opinions o WHERE o.mention_id = m.id AND o.model = $1) ORDER BY maps.id, m.id",
        again!()
    );
    let query = sqlx::query(sql).bind(model.as_str()).bind(map.map(MapId::as_str)).bind(now.timestamp_millis());
    query.execute(&mut **tx).await?;
    Ok(())
}

/// Queues every visible mention that `model` has not judged and that is not queued for it already.
pub(crate) async fn queue_unjudged(tx: &mut Tx, model: &ModelId, now: DateTime<Utc>) -> Attempt<()> {
    let sql = "INSERT INTO work (kind, target, mention_id, queued_ms) \
               SELECT 'enrich', $1, m.id, $2 FROM mentions m WHERE m.hidden_ms IS NULL \
               AND m.copy_of IS NULL AND m.text_dropped_ms IS NULL \
               AND NOT EXISTS (SELECT 1 FROM opinions o WHERE o.mention_id = m.id AND o.model = $1) \
               ORDER BY m.id ON CONFLICT (kind, target, mention_id) DO NOTHING";
    sqlx::query(sql).bind(model.as_str()).bind(now.timestamp_millis()).execute(&mut **tx).await?;
    Ok(())
}

/// Those of `mentions` that `holder` still holds, locked until the transaction ends.
pub(crate) async fn held(
    tx: &mut Tx,
    kind: WorkKind,
    target: &str,
    holder: &str,
    mentions: &[MentionId],
) -> Attempt<Vec<i64>> {
    let sql = "SELECT mention_id FROM work WHERE kind = $1 AND target = $2 AND holder = $3 \
               AND mention_id = ANY($4) ORDER BY mention_id FOR UPDATE";
    let query = sqlx::query_scalar(sql).bind(kind.as_str()).bind(target).bind(holder).bind(list(mentions));
    Ok(query.fetch_all(&mut **tx).await?)
}

/// Ends the work of these mentions.
pub(crate) async fn done(tx: &mut Tx, kind: WorkKind, target: &str, mentions: &[i64]) -> Attempt<()> {
    let sql = "DELETE FROM work WHERE kind = $1 AND target = $2 \
               AND mention_id = ANY($3)";
    sqlx::query(sql).bind(kind.as_str()).bind(target).bind(list(mentions)).execute(&mut **tx).await?;
    Ok(())
}

/// Takes mentions that count nowhere out of the queues of all models.
pub(crate) async fn drop_judging(tx: &mut Tx, mentions: &[i64]) -> Attempt<()> {
    let sql = "DELETE FROM work WHERE kind = 'enrich' AND target IN (SELECT id FROM models) \
               AND mention_id = ANY($1)";
    sqlx::query(sql).bind(list(mentions)).execute(&mut **tx).await?;
    Ok(())
}

/// Drops all work of one target.
pub(crate) async fn drop_target(tx: &mut Tx, kind: WorkKind, target: &str) -> Attempt<()> {
    let sql = "DELETE FROM work WHERE kind = $1 AND target = $2";
    sqlx::query(sql).bind(kind.as_str()).bind(target).execute(&mut **tx).await?;
    Ok(())
}

async fn claim(
    store: &PostgresStore,
    kind: WorkKind,
    target: &str,
    limit: u32,
    lease: &Lease,
    now: DateTime<Utc>,
) -> Attempt<Vec<WorkItem>> {
    // Materialised, because a subquery may run once per row of the join and then lock more than the limit.
    let sql = "WITH free AS MATERIALIZED (\
                 SELECT mention_id AS chosen FROM work WHERE kind = $1 AND target = $2 AND NOT set_aside \
                 AND (holder IS NULL OR leased_until_ms <= $3) ORDER BY queued_ms, mention_id LIMIT $6 \
                 FOR UPDATE SKIP LOCKED) \
               UPDATE work SET holder = $4, leased_until_ms = $5, tries = tries + 1 FROM free \
               WHERE kind = $1 AND target = $2 AND mention_id = chosen \
               RETURNING mention_id, tries, queued_ms";
    let mut tx = store.write().await?;
    let query = sqlx::query(sql)
        .bind(kind.as_str())
        .bind(target)
        .bind(now.timestamp_millis())
        .bind(&lease.holder)
        .bind(lease.until.timestamp_millis())
        .bind(i64::from(limit));
    let rows = query.fetch_all(&mut *tx).await?;
    tx.commit().await?;
    let mut claimed = rows.iter().map(claimed_row).collect::<Attempt<Vec<_>>>()?;
    claimed.sort_unstable_by_key(|(queued_ms, item)| (*queued_ms, item.mention));
    Ok(claimed.into_iter().map(|(_, item)| item).collect())
}

fn claimed_row(row: &Row) -> Attempt<(i64, WorkItem)> {
    let tries: i32 = column(row, "tries")?;
    let item = WorkItem {
        mention: MentionId(column(row, "mention_id")?),
        earlier_tries: u32::try_from(tries - 1).unwrap_or(0),
    };
    Ok((column(row, "queued_ms")?, item))
}

/// Rows that somebody else has locked are being finished or revised at this moment. Waiting for them could end in a
/// deadlock with whoever writes the batch.
async fn extend(store: &PostgresStore, holders: &[String], until: DateTime<Utc>) -> Attempt<u64> {
    let sql = "WITH alive AS MATERIALIZED (\
                 SELECT kind AS k, target AS t, mention_id AS m FROM work WHERE holder = ANY($1) \
                 FOR UPDATE SKIP LOCKED) \
               UPDATE work SET leased_until_ms = $2 FROM alive WHERE kind = k AND target = t AND mention_id = m";
    let mut tx = store.write().await?;
    let query = sqlx::query(sql).bind(holders).bind(until.timestamp_millis());
    let extended = query.execute(&mut *tx).await?.rows_affected();
    tx.commit().await?;
    Ok(extended)
}

async fn release(
    store: &PostgresStore,
    kind: WorkKind,
    target: &str,
    holder: &str,
    mentions: &[MentionId],
) -> Attempt<()> {
    let sql = "UPDATE work SET holder = NULL, leased_until_ms = NULL, \
               tries = CASE WHEN tries > 0 THEN tries - 1 ELSE 0 END \
               WHERE kind = $1 AND target = $2 AND holder = $3 AND mention_id = ANY($4)";
    let mut tx = store.write().await?;
    let query = sqlx::query(sql).bind(kind.as_str()).bind(target).bind(holder).bind(list(mentions));
    query.execute(&mut *tx).await?;
    Ok(tx.commit().await?)
}

async fn fail(
    store: &PostgresStore,
    (kind, target): (WorkKind, &str),
    holder: &str,
    mention: MentionId,
    error: &str,
    max_tries: u32,
) -> Attempt<bool> {
    let sql = "UPDATE work SET holder = NULL, leased_until_ms = NULL, error = $5, set_aside = (tries >= $6) \
               WHERE kind = $1 AND target = $2 AND holder = $3 AND mention_id = $4 RETURNING set_aside";
    let mut tx = store.write().await?;
    let query = sqlx::query_scalar::<_, bool>(sql)
        .bind(kind.as_str())
        .bind(target)
        .bind(holder)
        .bind(mention.0)
        .bind(storable(error))
        .bind(i64::from(max_tries));
    let set_aside = query.fetch_optional(&mut *tx).await?;
    tx.commit().await?;
    Ok(set_aside.unwrap_or(false))
}

async fn backlog(store: &PostgresStore, kind: WorkKind, target: &str, now: DateTime<Utc>) -> Attempt<Backlog> {
    let sql = "SELECT \
               count(*) FILTER (WHERE NOT set_aside AND (holder IS NULL OR leased_until_ms <= $3)) AS ready, \
               count(*) FILTER (WHERE NOT set_aside AND holder IS NOT NULL AND leased_until_ms > $3) AS leased, \
               count(*) FILTER (WHERE set_aside) AS aside \
               FROM work WHERE kind = $1 AND target = $2";
    let query = sqlx::query(sql).bind(kind.as_str()).bind(target).bind(now.timestamp_millis());
    let row = query.fetch_one(store.read()).await?;
    Ok(Backlog { ready: count(&row, "ready")?, leased: count(&row, "leased")?, set_aside: count(&row, "aside")? })
}

async fn oldest_waiting(store: &PostgresStore, kind: WorkKind, target: &str) -> Attempt<Option<DateTime<Utc>>> {
    let sql = "SELECT min(queued_ms) AS oldest FROM work WHERE kind = $1 AND target = $2 AND NOT set_aside";
    let row = sqlx::query(sql).bind(kind.as_str()).bind(target).fetch_one(store.read()).await?;
    Ok(column::<Option<i64>>(&row, "oldest")?.and_then(DateTime::from_timestamp_millis))
}

async fn set_aside(
    store: &PostgresStore,
    kind: WorkKind,
    target: &str,
    limit: u32,
) -> Attempt<Vec<(MentionId, String)>> {
    let sql = "SELECT mention_id, coalesce(error, '') AS error FROM work \
               WHERE kind = $1 AND target = $2 AND set_aside ORDER BY mention_id LIMIT $3";
    let query = sqlx::query(sql).bind(kind.as_str()).bind(target).bind(i64::from(limit));
    let rows = query.fetch_all(store.read()).await?;
    rows.iter().map(|row| Ok((MentionId(column(row, "mention_id")?), column(row, "error")?))).collect()
}

async fn retry_set_aside(store: &PostgresStore, kind: WorkKind, target: &str) -> Attempt<u64> {
    let sql = "UPDATE work SET set_aside = FALSE, tries = 0, holder = NULL, leased_until_ms = NULL \
               WHERE kind = $1 AND target = $2 AND set_aside";
    let mut tx = store.write().await?;
    let done = sqlx::query(sql).bind(kind.as_str()).bind(target).execute(&mut *tx).await?;
    tx.commit().await?;
    Ok(done.rows_affected())
}

#[async_trait]
impl WorkStore for PostgresStore {
    async fn claim(
        &self,
        kind: WorkKind,
        target: &str,
        limit: u32,
        lease: &Lease,
        now: DateTime<Utc>,
    ) -> Result<Vec<WorkItem>> {
        self.told("claim work", claim(self, kind, target, limit, lease, now).await)
    }

    async fn extend(&self, holders: &[String], until: DateTime<Utc>) -> Result<u64> {
        self.told("extend leases", extend(self, holders, until).await)
    }

    async fn release(&self, kind: WorkKind, target: &str, holder: &str, mentions: &[MentionId]) -> Result<()> {
        self.told("give work back", release(self, kind, target, holder, mentions).await)
    }

    async fn fail(
        &self,
        kind: WorkKind,
        target: &str,
        holder: &str,
        mention: MentionId,
        error: &str,
        max_tries: u32,
    ) -> Result<bool> {
        let outcome = fail(self, (kind, target), holder, mention, error, max_tries).await;
        self.told("note that work failed", outcome)
    }

    async fn backlog(&self, kind: WorkKind, target: &str, now: DateTime<Utc>) -> Result<Backlog> {
        self.told("count the work left", backlog(self, kind, target, now).await)
    }

    async fn oldest_waiting(&self, kind: WorkKind, target: &str) -> Result<Option<DateTime<Utc>>> {
        self.told("find the oldest work", oldest_waiting(self, kind, target).await)
    }

    async fn set_aside(&self, kind: WorkKind, target: &str, limit: u32) -> Result<Vec<(MentionId, String)>> {
        self.told("list work set aside", set_aside(self, kind, target, limit).await)
    }

    async fn retry_set_aside(&self, kind: WorkKind, target: &str) -> Result<u64> {
        self.told("put work back", retry_set_aside(self, kind, target).await)
    }
}
