//! Mentions and the state of their sources.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use moodline_store::{IngestPage, MentionStore, PageOutcome, Result, SourceReading, SourceState, storable};
use moodline_types::{Cursor, DroppedItem, Mention, MentionId, RejectedRow, SourceId};
use sqlx::AssertSqlSafe;

use crate::{
    SqliteStore, dropped,
    failure::Attempt,
    page, rename,
    rows::{self, Row, column, count, instant_or_none, list, word, word_or_none},
};

fn state(row: &Row) -> Attempt<SourceState> {
    Ok(SourceState {
        source: word(row, "sources", "source")?,
        first_name: match word_or_none(row, "sources", "first_name")? {
            Some(name) => name,
            None => word(row, "sources", "source")?,
        },
        cursor: column::<Option<String>>(row, "cursor")?.map(Cursor),
        last_success_at: instant_or_none(row, "sources", "last_success_ms")?,
        last_failure_at: instant_or_none(row, "sources", "last_failure_ms")?,
        last_error: column(row, "last_error")?,
        failures: u32::try_from(column::<i32>(row, "failures")?).unwrap_or(0),
        mentions: count(row, "mentions")?,
        next_due_at: instant_or_none(row, "sources", "next_due_ms")?,
        note: column(row, "note")?,
        thin_since: instant_or_none(row, "sources", "thin_since_ms")?,
        newest_at: instant_or_none(row, "mentions", "newest_ms")?,
        recent: count(row, "recent")?,
    })
}

/// The sources with the time of their newest mention and how many came in the weeks before it.
fn states_sql(filter: &str) -> String {
    let window = i64::from(SourceState::RATE_DAYS) * 86_400_000;
    format!(
        "SELECT s.*, (SELECT count(*) FROM mentions m WHERE m.source = s.source AND m.posted_ms > s.newest_ms - {window}) \
         AS recent FROM (SELECT sources.*, (SELECT max(posted_ms) FROM mentions WHERE mentions.source = sources.source) \
         AS newest_ms FROM sources {filter}) AS s"
    )
}

async fn source_state(store: &SqliteStore, source: &SourceId) -> Attempt<Option<SourceState>> {
    let sql = states_sql("WHERE source = $1");
    let query = sqlx::query(AssertSqlSafe(sql)).bind(source.as_str());
    query.fetch_optional(store.read()).await?.as_ref().map(state).transpose()
}

async fn source_states(store: &SqliteStore) -> Attempt<Vec<SourceState>> {
    let rows = sqlx::query(AssertSqlSafe(states_sql(""))).fetch_all(store.read()).await?;
    let mut states = rows.iter().map(state).collect::<Attempt<Vec<_>>>()?;
    states.sort_unstable_by(|a, b| a.source.cmp(&b.source));
    Ok(states)
}

async fn record_failure(store: &SqliteStore, source: &SourceId, error: &str, now: DateTime<Utc>) -> Attempt<()> {
    let sql = "INSERT INTO sources (source, last_failure_ms, last_error, failures) VALUES ($1, $2, $3, 1) \
               ON CONFLICT (source) DO UPDATE SET last_failure_ms = excluded.last_failure_ms, \
               last_error = excluded.last_error, failures = sources.failures + 1";
    let mut tx = store.write().await?;
    let query = sqlx::query(sql).bind(source.as_str()).bind(now.timestamp_millis()).bind(storable(error));
    query.execute(&mut *tx).await?;
    Ok(tx.commit().await?)
}

async fn record_success(
    store: &SqliteStore,
    source: &SourceId,
    reading: &SourceReading,
    now: DateTime<Utc>,
) -> Attempt<()> {
    let sql = "INSERT INTO sources (source, last_success_ms, note, thin_since_ms) VALUES ($1, $2, $3, $4) \
               ON CONFLICT (source) DO UPDATE SET last_success_ms = excluded.last_success_ms, failures = 0, \
               note = excluded.note, thin_since_ms = CASE WHEN excluded.thin_since_ms IS NULL THEN NULL \
               ELSE coalesce(sources.thin_since_ms, excluded.thin_since_ms) END";
    let mut tx = store.write().await?;
    let query = sqlx::query(sql)
        .bind(source.as_str())
        .bind(now.timestamp_millis())
        .bind(reading.note.as_deref().map(storable))
        .bind(reading.suspicious.then(|| now.timestamp_millis()));
    query.execute(&mut *tx).await?;
    Ok(tx.commit().await?)
}

async fn record_due(store: &SqliteStore, source: &SourceId, due: Option<DateTime<Utc>>) -> Attempt<()> {
    let sql = "INSERT INTO sources (source, next_due_ms) VALUES ($1, $2) \
               ON CONFLICT (source) DO UPDATE SET next_due_ms = excluded.next_due_ms";
    let mut tx = store.write().await?;
    let query = sqlx::query(sql).bind(source.as_str()).bind(due.map(|due| due.timestamp_millis()));
    query.execute(&mut *tx).await?;
    Ok(tx.commit().await?)
}

/// The mentions with these ids, by id.
pub(crate) async fn by_id(store: &SqliteStore, ids: &[MentionId]) -> Attempt<Vec<Mention>> {
    let sql = "SELECT * FROM mentions WHERE id IN (SELECT value FROM json_each($1)) ORDER BY id";
    let rows = sqlx::query(sql).bind(list(ids)).fetch_all(store.read()).await?;
    rows.iter().map(rows::mention).collect()
}

async fn hide(store: &SqliteStore, source: &SourceId, external_id: &str, now: DateTime<Utc>) -> Attempt<bool> {
    let mut tx = store.write().await?;
    let sql = "SELECT id FROM mentions WHERE source = $1 AND external_id = $2";
    let query = sqlx::query_scalar::<_, i64>(sql).bind(source.as_str()).bind(storable(external_id));
    let id = query.fetch_optional(&mut *tx).await?;
    let hidden = page::hide(&mut tx, id.as_slice(), now).await?;
    tx.commit().await?;
    Ok(hidden > 0)
}

async fn rejected(store: &SqliteStore, source: Option<&SourceId>, limit: u32) -> Attempt<Vec<(SourceId, RejectedRow)>> {
    let query = match source {
        None => sqlx::query("SELECT * FROM rejected_rows ORDER BY at_ms DESC, id DESC LIMIT $1"),
        Some(source) => {
            let sql = "SELECT * FROM rejected_rows WHERE source = $1 ORDER BY at_ms DESC, id DESC LIMIT $2";
            sqlx::query(sql).bind(source.as_str())
        }
    };
    let rows = query.bind(i64::from(limit)).fetch_all(store.read()).await?;
    rows.iter().map(rejected_row).collect()
}

fn rejected_row(row: &Row) -> Attempt<(SourceId, RejectedRow)> {
    let rejected = RejectedRow {
        origin: column(row, "origin")?,
        line: Some(count(row, "line")?).filter(|line| *line > 0),
        reason: column(row, "reason")?,
        excerpt: column(row, "excerpt")?,
    };
    Ok((word(row, "rejected_rows", "source")?, rejected))
}

async fn visible(store: &SqliteStore) -> Attempt<u64> {
    // Two small tables instead of a scan of the large one.
    let sql = "SELECT (SELECT CAST(coalesce(sum(mentions), 0) AS BIGINT) FROM sources) \
               - (SELECT count(*) FROM mentions WHERE hidden_ms IS NOT NULL) AS visible";
    count(&sqlx::query(sql).fetch_one(store.read()).await?, "visible")
}

#[async_trait]
impl MentionStore for SqliteStore {
    async fn commit_page(&self, source: &SourceId, page: &IngestPage, now: DateTime<Utc>) -> Result<PageOutcome> {
        self.told("store a page of mentions", page::commit(self, source, page, now).await)
    }

    async fn source_state(&self, source: &SourceId) -> Result<Option<SourceState>> {
        self.told("read the state of a source", source_state(self, source).await)
    }

    async fn source_states(&self) -> Result<Vec<SourceState>> {
        self.told("read the state of the sources", source_states(self).await)
    }

    async fn record_source_success(
        &self,
        source: &SourceId,
        reading: &SourceReading,
        now: DateTime<Utc>,
    ) -> Result<()> {
        self.told("note that a source was read", record_success(self, source, reading, now).await)
    }

    async fn record_source_due(&self, source: &SourceId, due: Option<DateTime<Utc>>) -> Result<()> {
        self.told("note when a source is due", record_due(self, source, due).await)
    }

    async fn record_source_failure(&self, source: &SourceId, error: &str, now: DateTime<Utc>) -> Result<()> {
        self.told("note that a source failed", record_failure(self, source, error, now).await)
    }

    async fn mentions(&self, ids: &[MentionId]) -> Result<Vec<Mention>> {
        self.told("read mentions", by_id(self, ids).await)
    }

    async fn hide_mention(&self, source: &SourceId, external_id: &str, now: DateTime<Utc>) -> Result<bool> {
        self.told("hide a mention", hide(self, source, external_id, now).await)
    }

    async fn rejected_rows(&self, source: Option<&SourceId>, limit: u32) -> Result<Vec<(SourceId, RejectedRow)>> {
        self.told("list rejected rows", rejected(self, source, limit).await)
    }

    async fn dropped_items(&self, source: &SourceId, limit: u32) -> Result<(Vec<DroppedItem>, u64)> {
        self.told("list dropped items", dropped::items(self, source, limit).await)
    }

    async fn rename_source(&self, old: &SourceId, new: &SourceId, actor: &str, now: DateTime<Utc>) -> Result<u64> {
        self.told("rename a source", rename::rename(self, old, new, actor, now).await)
    }

    async fn mention_count(&self) -> Result<u64> {
        self.told("count mentions", visible(self).await)
    }
}
