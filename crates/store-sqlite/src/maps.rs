//! Maps as registered, with their texts.

use std::collections::HashMap;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use moodline_store::{MapChange, MapRecord, MapStore, MapVersion, Result, WorkKind, storable};
use moodline_types::MapId;
use sqlx::{QueryBuilder, Row as _};

use crate::{
    SqliteStore,
    connect::Tx,
    failure::Attempt,
    opinions,
    rows::{Db, ROWS_PER_INSERT, column, instant, word},
    work,
};

async fn register(store: &SqliteStore, map: &MapRecord, now: DateTime<Utc>) -> Attempt<MapChange> {
    let mut tx = store.write().await?;
    let query = sqlx::query("SELECT version, retired_ms IS NOT NULL AS retired FROM maps WHERE id = $1");
    let change = match query.bind(map.id.as_str()).fetch_optional(&mut *tx).await? {
        Some(row) if row.try_get::<bool, _>("retired")? => MapChange::Added,
        Some(row) if row.try_get::<&str, _>("version")? == map.version => MapChange::Unchanged,
        Some(_) => MapChange::Changed,
        None => MapChange::Added,
    };
    let sql = "INSERT INTO maps (id, version, definition, registered_ms) VALUES ($1, $2, $3, $4) \
               ON CONFLICT (id) DO UPDATE SET version = excluded.version, definition = excluded.definition, \
               retired_ms = NULL";
    let query = sqlx::query(sql)
        .bind(map.id.as_str())
        .bind(storable(&map.version))
        .bind(storable(&map.definition))
        .bind(now.timestamp_millis());
    query.execute(&mut *tx).await?;
    keep_version(&mut tx, map, now).await?;
    replace_texts(&mut tx, map).await?;
    if change != MapChange::Unchanged
        && let Some(model) = opinions::adopted_within(&mut tx).await?
    {
        work::queue_judged(&mut tx, &model.id, Some(&map.id), now).await?;
    }
    tx.commit().await?;
    Ok(change)
}

/// Keeps the definition as a version, unless it is the last one kept.
async fn keep_version(tx: &mut Tx, map: &MapRecord, now: DateTime<Utc>) -> Attempt<()> {
    let sql = "SELECT definition FROM map_versions WHERE map = $1 ORDER BY id DESC LIMIT 1";
    let last: Option<String> = sqlx::query_scalar(sql).bind(map.id.as_str()).fetch_optional(&mut **tx).await?;
    let definition = storable(&map.definition);
    if last.as_deref() == Some(&*definition) {
        return Ok(());
    }
    let sql = "INSERT INTO map_versions (map, version, definition, registered_ms) VALUES ($1, $2, $3, $4)";
    let query = sqlx::query(sql).bind(map.id.as_str()).bind(storable(&map.version)).bind(definition);
    query.bind(now.timestamp_millis()).execute(&mut **tx).await?;
    Ok(())
}

async fn versions(store: &SqliteStore, map: &MapId) -> Attempt<Vec<MapVersion>> {
    let query = sqlx::query("SELECT * FROM map_versions WHERE map = $1 ORDER BY id").bind(map.as_str());
    let read = |row| {
        Ok(MapVersion {
            id: column(row, "id")?,
            version: column(row, "version")?,
            definition: column(row, "definition")?,
            registered_at: instant(row, "map_versions", "registered_ms")?,
        })
    };
    query.fetch_all(store.read()).await?.iter().map(read).collect()
}

async fn replace_texts(tx: &mut Tx, map: &MapRecord) -> Attempt<()> {
    sqlx::query("DELETE FROM map_texts WHERE map = $1").bind(map.id.as_str()).execute(&mut **tx).await?;
    let numbered: Vec<(i32, &String)> = (0..).zip(&map.texts).collect();
    for chunk in numbered.chunks(ROWS_PER_INSERT) {
        let mut sql = QueryBuilder::<Db>::new("INSERT INTO map_texts (map, ordinal, text) ");
        sql.push_values(chunk, |mut row, (ordinal, text)| {
            row.push_bind(map.id.as_str()).push_bind(*ordinal).push_bind(storable(text));
        });
        sql.build().execute(&mut **tx).await?;
    }
    Ok(())
}

async fn in_use(store: &SqliteStore) -> Attempt<Vec<MapRecord>> {
    let sql = "SELECT t.map, t.text FROM map_texts t JOIN maps ON maps.id = t.map WHERE maps.retired_ms IS NULL \
               ORDER BY t.map, t.ordinal";
    let mut texts: HashMap<MapId, Vec<String>> = HashMap::new();
    for row in &sqlx::query(sql).fetch_all(store.read()).await? {
        texts.entry(word(row, "map_texts", "map")?).or_default().push(column(row, "text")?);
    }
    let sql = "SELECT id, version, definition FROM maps WHERE retired_ms IS NULL";
    let mut maps = Vec::new();
    for row in &sqlx::query(sql).fetch_all(store.read()).await? {
        let id: MapId = word(row, "maps", "id")?;
        maps.push(MapRecord {
            version: column(row, "version")?,
            definition: column(row, "definition")?,
            texts: texts.remove(&id).unwrap_or_default(),
            id,
        });
    }
    maps.sort_unstable_by(|a, b| a.id.cmp(&b.id));
    Ok(maps)
}

async fn retire(store: &SqliteStore, map: &MapId, now: DateTime<Utc>) -> Attempt<bool> {
    let mut tx = store.write().await?;
    let query = sqlx::query("UPDATE maps SET retired_ms = $2 WHERE id = $1 AND retired_ms IS NULL");
    let done = query.bind(map.as_str()).bind(now.timestamp_millis()).execute(&mut *tx).await?;
    work::drop_target(&mut tx, WorkKind::Assign, map.as_str()).await?;
    tx.commit().await?;
    Ok(done.rows_affected() > 0)
}

#[async_trait]
impl MapStore for SqliteStore {
    async fn register_map(&self, map: &MapRecord, now: DateTime<Utc>) -> Result<MapChange> {
        self.told("register a map", register(self, map, now).await)
    }

    async fn maps(&self) -> Result<Vec<MapRecord>> {
        self.told("list the maps", in_use(self).await)
    }

    async fn map_versions(&self, map: &MapId) -> Result<Vec<MapVersion>> {
        self.told("list the versions of a map", versions(self, map).await)
    }

    async fn retire_map(&self, map: &MapId, now: DateTime<Utc>) -> Result<bool> {
        self.told("retire a map", retire(self, map, now).await)
    }
}
