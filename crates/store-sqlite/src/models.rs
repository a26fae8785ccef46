//! Models side by side.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use moodline_store::{Adoption, Forgetting, ModelState, ModelStore, Result, StoreError, WorkKind, storable};
use moodline_types::{MentionId, ModelId};

use crate::{
    SqliteStore, acts,
    connect::Tx,
    failure::Attempt,
    opinions,
    rows::{Row, column, count, instant, instant_or_none},
    work,
};

async fn states(store: &SqliteStore) -> Attempt<Vec<ModelState>> {
    let adopted = opinions::adopted(store).await?.map(|model| model.id);
    let sql = "SELECT models.*, \
               (SELECT count(*) FROM opinions o WHERE o.model = models.id) AS opinions, \
               (SELECT count(*) FROM opinions o JOIN mentions m ON m.id = o.mention_id WHERE o.model = models.id \
               AND o.ordinal = 0 AND o.revision = m.revision AND m.hidden_ms IS NULL) AS mentions \
               FROM models ORDER BY registered_ms DESC, id";
    let rows = sqlx::query(sql).fetch_all(store.read()).await?;
    rows.iter().map(|row| state(row, adopted.as_ref())).collect()
}

fn state(row: &Row, adopted: Option<&ModelId>) -> Attempt<ModelState> {
    let record = opinions::model(row)?;
    Ok(ModelState {
        engine: column(row, "engine")?,
        folder: column(row, "folder")?,
        registered_at: instant(row, "models", "registered_ms")?,
        adopted_at: instant_or_none(row, "models", "adopted_ms")?,
        is_adopted: adopted == Some(&record.id),
        mentions: count(row, "mentions")?,
        opinions: count(row, "opinions")?,
        record,
    })
}

async fn locate(store: &SqliteStore, model: &ModelId, engine: &str, folder: &str) -> Attempt<()> {
    let sql = "UPDATE models SET engine = $2, folder = $3 WHERE id = $1 \
               AND (engine IS DISTINCT FROM $2 OR folder IS DISTINCT FROM $3)";
    let mut tx = store.write().await?;
    let query = sqlx::query(sql).bind(model.as_str()).bind(storable(engine)).bind(storable(folder));
    query.execute(&mut *tx).await?;
    Ok(tx.commit().await?)
}

/// Fails unless the model is known.
async fn known(tx: &mut Tx, model: &ModelId) -> Attempt<()> {
    let query = sqlx::query("SELECT 1 AS one FROM models WHERE id = $1").bind(model.as_str());
    match query.fetch_optional(&mut **tx).await? {
        Some(_) => Ok(()),
        None => Err(StoreError::Missing { what: "model", id: model.to_string() }.into()),
    }
}

async fn adopt(store: &SqliteStore, model: &ModelId, actor: &str, now: DateTime<Utc>) -> Attempt<Adoption> {
    let mut tx = store.write().await?;
    known(&mut tx, model).await?;
    let before = opinions::adopted_within(&mut tx).await?.map(|before| before.id);
    if before.as_ref() == Some(model) {
        return Ok(Adoption::Unchanged);
    }
    // Later than every other adoption, also where the clock was set back.
    let sql = "UPDATE models SET adopted_ms = \
               (SELECT max($2, coalesce(max(other.adopted_ms) + 1, $2)) FROM models other) WHERE id = $1";
    sqlx::query(sql).bind(model.as_str()).bind(now.timestamp_millis()).execute(&mut *tx).await?;
    work::queue_judged(&mut tx, model, None, now).await?;
    if let Some(before) = &before {
        work::queue_judged(&mut tx, before, None, now).await?;
    }
    let adoption = Adoption::Adopted { before };
    if let Some(act) = adoption.act(model, actor) {
        acts::record(&mut tx, &act, now).await?;
    }
    tx.commit().await?;
    Ok(adoption)
}

async fn forget(store: &SqliteStore, model: &ModelId, actor: &str, now: DateTime<Utc>) -> Attempt<Forgetting> {
    let mut tx = store.write().await?;
    known(&mut tx, model).await?;
    if opinions::adopted_within(&mut tx).await?.is_some_and(|adopted| adopted.id == *model) {
        return Ok(Forgetting::StillCounts);
    }
    // Work first: whoever is judging with it loses the lease and writes nothing more.
    work::drop_target(&mut tx, WorkKind::Enrich, model.as_str()).await?;
    let gone = sqlx::query("DELETE FROM opinions WHERE model = $1").bind(model.as_str()).execute(&mut *tx).await?;
    for sql in [
        "DELETE FROM map_heads WHERE model = $1",
        "DELETE FROM text_vectors WHERE model = $1",
        "DELETE FROM models WHERE id = $1",
    ] {
        sqlx::query(sql).bind(model.as_str()).execute(&mut *tx).await?;
    }
    let forgetting = Forgetting::Gone { opinions: gone.rows_affected() };
    if let Some(act) = forgetting.act(model, actor) {
        acts::record(&mut tx, &act, now).await?;
    }
    tx.commit().await?;
    Ok(forgetting)
}

async fn by_both(
    store: &SqliteStore,
    first: &ModelId,
    second: &ModelId,
    after: Option<MentionId>,
    limit: u32,
) -> Attempt<Vec<MentionId>> {
    let sql = "SELECT m.id FROM mentions m WHERE m.id > $3 AND m.hidden_ms IS NULL \
               AND EXISTS (SELECT 1 FROM opinions o WHERE o.mention_id = m.id AND o.model = $1 \
               AND o.revision = m.revision) \
               AND EXISTS (SELECT 1 FROM opinions o WHERE o.mention_id = m.id AND o.model = $2 \
               AND o.revision = m.revision) ORDER BY m.id LIMIT $4";
    let query = sqlx::query_scalar(sql)
        .bind(first.as_str())
        .bind(second.as_str())
        .bind(after.map_or(i64::MIN, |id| id.0))
        .bind(i64::from(limit));
    Ok(query.fetch_all(store.read()).await?.into_iter().map(MentionId).collect())
}

#[async_trait]
impl ModelStore for SqliteStore {
    async fn models(&self) -> Result<Vec<ModelState>> {
        self.told("list the models", states(self).await)
    }

    async fn locate_model(&self, model: &ModelId, engine: &str, folder: &str) -> Result<()> {
        self.told("note where a model is", locate(self, model, engine, folder).await)
    }

    async fn adopt_model(&self, model: &ModelId, actor: &str, now: DateTime<Utc>) -> Result<Adoption> {
        self.told("adopt a model", adopt(self, model, actor, now).await)
    }

    async fn forget_model(&self, model: &ModelId, actor: &str, now: DateTime<Utc>) -> Result<Forgetting> {
        self.told("forget a model", forget(self, model, actor, now).await)
    }

    async fn judged_by_both(
        &self,
        first: &ModelId,
        second: &ModelId,
        after: Option<MentionId>,
        limit: u32,
    ) -> Result<Vec<MentionId>> {
        self.told("list mentions judged twice", by_both(self, first, second, after, limit).await)
    }
}
