//! Items that the rules of their source keep out.

use chrono::{DateTime, TimeDelta, Utc};
use moodline_store::{IngestPage, storable};
use moodline_types::{DroppedItem, SourceId};
use sqlx::QueryBuilder;

use crate::{
    SqliteStore,
    connect::Tx,
    failure::Attempt,
    rows::{Db, ROWS_PER_INSERT, column, list},
};

/// Days that a dropped item is remembered after it was last seen.
const DAYS: i64 = 90;

/// Notes what a page drops, forgets what it keeps after all, and what was not seen for long. How many are new.
pub(crate) async fn write(tx: &mut Tx, source: &SourceId, page: &IngestPage, now: DateTime<Utc>) -> Attempt<u64> {
    let ids: Vec<String> = page.mentions.iter().map(|mention| storable(&mention.external_id).into_owned()).collect();
    let sql = "DELETE FROM dropped_items WHERE source = $1 AND external_id IN (SELECT value FROM json_each($2))";
    sqlx::query(sql).bind(source.as_str()).bind(list(&ids)).execute(&mut **tx).await?;
    if page.dropped.is_empty() {
        return Ok(0);
    }
    let old = (now - TimeDelta::days(DAYS)).timestamp_millis();
    let sql = "DELETE FROM dropped_items WHERE source = $1 AND at_ms < $2";
    sqlx::query(sql).bind(source.as_str()).bind(old).execute(&mut **tx).await?;
    let before = count(tx, source).await?;
    let mut items: Vec<&DroppedItem> = page.dropped.iter().collect();
    items.sort_by(|a, b| a.external_id.cmp(&b.external_id));
    items.dedup_by(|a, b| storable(&a.external_id) == storable(&b.external_id));
    for chunk in items.chunks(ROWS_PER_INSERT) {
        let mut sql =
            QueryBuilder::<Db>::new("INSERT INTO dropped_items (source, external_id, reason, excerpt, at_ms) ");
        sql.push_values(chunk, |mut row, item| {
            row.push_bind(source.as_str())
                .push_bind(storable(&item.external_id))
                .push_bind(storable(&item.reason))
                .push_bind(storable(&item.excerpt))
                .push_bind(now.timestamp_millis());
        });
        sql.push(
            " ON CONFLICT (source, external_id) DO UPDATE SET reason = excluded.reason, excerpt = excluded.excerpt, \
             at_ms = excluded.at_ms",
        );
        sql.build().execute(&mut **tx).await?;
    }
    Ok(count(tx, source).await?.saturating_sub(before))
}

async fn count(tx: &mut Tx, source: &SourceId) -> Attempt<u64> {
    let sql = "SELECT count(*) FROM dropped_items WHERE source = $1";
    let count: i64 = sqlx::query_scalar(sql).bind(source.as_str()).fetch_one(&mut **tx).await?;
    Ok(count.unsigned_abs())
}

/// The items of a source that were dropped last, newest first, and how many there are in all.
pub(crate) async fn items(store: &SqliteStore, source: &SourceId, limit: u32) -> Attempt<(Vec<DroppedItem>, u64)> {
    let sql = "SELECT external_id, reason, excerpt FROM dropped_items WHERE source = $1 \
               ORDER BY at_ms DESC, external_id LIMIT $2";
    let query = sqlx::query(sql).bind(source.as_str()).bind(i64::from(limit));
    let rows = query.fetch_all(store.read()).await?;
    let item = |row| {
        Ok(DroppedItem {
            external_id: column(row, "external_id")?,
            reason: column(row, "reason")?,
            excerpt: column(row, "excerpt")?,
        })
    };
    let items = rows.iter().map(item).collect::<Attempt<Vec<_>>>()?;
    let sql = "SELECT count(*) FROM dropped_items WHERE source = $1";
    let all: i64 = sqlx::query_scalar(sql).bind(source.as_str()).fetch_one(store.read()).await?;
    Ok((items, all.unsigned_abs()))
}
