//! Heads of maps.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use moodline_store::{HeadFit, HeadStore, MapHead, Result};
use moodline_types::{MapId, ModelId};
use sqlx::{QueryBuilder, Row as _};

use crate::{
    PostgresStore,
    failure::Attempt,
    rows::{Db, ROWS_PER_INSERT, Row, column, count, instant, word},
    work,
};

async fn of_map(store: &PostgresStore, map: &MapId, model: &ModelId) -> Attempt<Vec<MapHead>> {
    let sql = "SELECT * FROM map_heads WHERE map = $1 AND model = $2 ORDER BY touchpoint";
    let rows = sqlx::query(sql).bind(map.as_str()).bind(model.as_str()).fetch_all(store.read()).await?;
    rows.iter().map(head).collect()
}

fn head(row: &Row) -> Attempt<MapHead> {
    let fit = match row.try_get::<Option<&[u8]>, _>("weights")? {
        None => None,
        Some(weights) => Some(HeadFit {
            without: column(row, "without_head")?,
            with: column(row, "with_head")?,
            low: column(row, "low")?,
            high: column(row, "high")?,
            right_low: column(row, "right_low")?,
            in_use: column(row, "in_use")?,
            bias: column(row, "bias")?,
            weights: weights.as_chunks().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect(),
        }),
    };
    Ok(MapHead {
        touchpoint: word(row, "map_heads", "touchpoint")?,
        version: column(row, "version")?,
        corrections: count(row, "corrections")?,
        others: count(row, "others")?,
        fit,
        fitted_at: instant(row, "map_heads", "fitted_ms")?,
    })
}

async fn keep(
    store: &PostgresStore,
    map: &MapId,
    model: &ModelId,
    heads: &[MapHead],
    place_again: bool,
    now: DateTime<Utc>,
) -> Attempt<()> {
    let mut tx = store.write_queueing().await?;
    // Workers that fit at the same time write one after the other.
    let lock = sqlx::query("SELECT id FROM maps WHERE id = $1 FOR NO KEY UPDATE").bind(map.as_str());
    lock.execute(&mut *tx).await?;
    if place_again {
        work::queue_judged(&mut tx, model, Some(map), now).await?;
    }
    let query = sqlx::query("DELETE FROM map_heads WHERE map = $1 AND model = $2").bind(map.as_str());
    query.bind(model.as_str()).execute(&mut *tx).await?;
    for chunk in heads.chunks(ROWS_PER_INSERT) {
        let mut sql = QueryBuilder::<Db>::new(
            "INSERT INTO map_heads (map, model, touchpoint, version, corrections, others, without_head, with_head, low, \
             high, right_low, in_use, bias, weights, fitted_ms) ",
        );
        sql.push_values(chunk, |mut row, head| {
            let fit = head.fit.as_ref();
            let weights =
                fit.map(|fit| fit.weights.iter().flat_map(|weight| weight.to_le_bytes()).collect::<Vec<u8>>());
            row.push_bind(map.as_str())
                .push_bind(model.as_str())
                .push_bind(head.touchpoint.as_str())
                .push_bind(head.version.as_str())
                .push_bind(head.corrections as i64)
                .push_bind(head.others as i64)
                .push_bind(fit.map(|fit| fit.without))
                .push_bind(fit.map(|fit| fit.with))
                .push_bind(fit.map(|fit| fit.low))
                .push_bind(fit.map(|fit| fit.high))
                .push_bind(fit.map(|fit| fit.right_low))
                .push_bind(fit.is_some_and(|fit| fit.in_use))
                .push_bind(fit.map(|fit| fit.bias))
                .push_bind(weights)
                .push_bind(head.fitted_at.timestamp_millis());
        });
        sql.build().execute(&mut *tx).await?;
    }
    Ok(tx.commit().await?)
}

#[async_trait]
impl HeadStore for PostgresStore {
    async fn heads(&self, map: &MapId, model: &ModelId) -> Result<Vec<MapHead>> {
        self.told("read the heads of a map", of_map(self, map, model).await)
    }

    async fn keep_heads(
        &self,
        map: &MapId,
        model: &ModelId,
        heads: &[MapHead],
        place_again: bool,
        now: DateTime<Utc>,
    ) -> Result<()> {
        self.told("keep the heads of a map", keep(self, map, model, heads, place_again, now).await)
    }
}
