//! Vectors of map texts.

use std::collections::{BTreeMap, HashMap};

use async_trait::async_trait;
use moodline_store::{Result, VectorStore, storable};
use moodline_types::{Embedding, ModelId};
use sqlx::{QueryBuilder, Row as _};

use crate::{
    PostgresStore,
    failure::Attempt,
    rows::{Db, ROWS_PER_INSERT, column},
};

async fn pending(store: &PostgresStore, model: &ModelId, limit: u32) -> Attempt<Vec<String>> {
    let sql = "SELECT DISTINCT t.text FROM map_texts t JOIN maps ON maps.id = t.map WHERE maps.retired_ms IS NULL \
               AND NOT EXISTS (SELECT 1 FROM text_vectors v WHERE v.model = $1 AND md5(v.text) = md5(t.text) \
               AND v.text = t.text) LIMIT $2";
    let query = sqlx::query_scalar(sql).bind(model.as_str()).bind(i64::from(limit));
    Ok(query.fetch_all(store.read()).await?)
}

async fn write(store: &PostgresStore, model: &ModelId, vectors: &[(String, Embedding)]) -> Attempt<()> {
    // One row per text (the last given), in one order for everyone.
    let rows: BTreeMap<_, _> = vectors.iter().map(|(text, vector)| (storable(text), vector)).collect();
    let rows: Vec<_> = rows.into_iter().collect();
    let mut tx = store.write().await?;
    for chunk in rows.chunks(ROWS_PER_INSERT) {
        let mut sql = QueryBuilder::<Db>::new("INSERT INTO text_vectors (model, text, vector) ");
        sql.push_values(chunk, |mut row, (text, vector)| {
            row.push_bind(model.as_str()).push_bind(text.as_ref()).push_bind(vector.to_bytes());
        });
        sql.push(" ON CONFLICT (model, md5(text)) DO UPDATE SET vector = excluded.vector");
        sql.build().execute(&mut *tx).await?;
    }
    Ok(tx.commit().await?)
}

async fn of_texts(store: &PostgresStore, model: &ModelId, texts: &[String]) -> Attempt<HashMap<String, Embedding>> {
    let sql = "SELECT text, vector FROM text_vectors \
               WHERE model = $1 AND text = ANY($2) \
               AND md5(text) IN (SELECT md5(wanted) FROM unnest($2) AS wanted)";
    // Asked for by its own spelling, found by the stored one.
    let stored: Vec<String> = texts.iter().map(|text| storable(text).into_owned()).collect();
    let query = sqlx::query(sql).bind(model.as_str()).bind(&stored);
    let mut found: HashMap<String, Embedding> = HashMap::new();
    for row in &query.fetch_all(store.read()).await? {
        found.insert(column(row, "text")?, Embedding::from_bytes(row.try_get::<&[u8], _>("vector")?));
    }
    let known = texts.iter().zip(&stored).filter_map(|(text, key)| Some((text.clone(), found.get(key)?.clone())));
    Ok(known.collect())
}

#[async_trait]
impl VectorStore for PostgresStore {
    async fn pending_texts(&self, model: &ModelId, limit: u32) -> Result<Vec<String>> {
        self.told("list texts without a vector", pending(self, model, limit).await)
    }

    async fn write_text_vectors(&self, model: &ModelId, vectors: &[(String, Embedding)]) -> Result<()> {
        self.told("store vectors", write(self, model, vectors).await)
    }

    async fn text_vectors(&self, model: &ModelId, texts: &[String]) -> Result<HashMap<String, Embedding>> {
        self.told("read vectors", of_texts(self, model, texts).await)
    }
}
