//! Another name for a source.

use chrono::{DateTime, Utc};
use moodline_store::{NewAct, StoreError};
use moodline_types::SourceId;

use crate::{PostgresStore, acts, failure::Attempt};

/// Every table that names a source.
const TABLES: [&str; 8] =
    ["sources", "mentions", "redactions", "rejected_rows", "dropped_items", "tallies", "rollups", "alerts"];

/// Gives everything of `old` to `new`, which has nothing yet; how many mentions those are.
pub(crate) async fn rename(
    store: &PostgresStore,
    old: &SourceId,
    new: &SourceId,
    actor: &str,
    now: DateTime<Utc>,
) -> Attempt<u64> {
    let mut tx = store.write_queueing().await?;
    let known = "SELECT count(*) FROM sources WHERE source = $1";
    let count: i64 = sqlx::query_scalar(known).bind(old.as_str()).fetch_one(&mut *tx).await?;
    if count == 0 {
        return Err(StoreError::Missing { what: "source", id: old.to_string() }.into());
    }
    let taken: i64 = sqlx::query_scalar(known).bind(new.as_str()).fetch_one(&mut *tx).await?;
    if taken > 0 {
        return Err(StoreError::Taken { what: "source", id: new.to_string() }.into());
    }
    // Authors and tombstones are keyed by the name they were first stored under.
    let first = "UPDATE sources SET first_name = coalesce(first_name, source) WHERE source = $1";
    sqlx::query(first).bind(old.as_str()).execute(&mut *tx).await?;
    let mut mentions = 0;
    for table in TABLES {
        let sql = format!("UPDATE {table} SET source = $2 WHERE source = $1");
        let query = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(old.as_str()).bind(new.as_str());
        let done = query.execute(&mut *tx).await?.rows_affected();
        mentions = if table == "mentions" { done } else { mentions };
    }
    acts::record(&mut tx, &NewAct::renamed(old, new, mentions, actor), now).await?;
    tx.commit().await?;
    Ok(mentions)
}
