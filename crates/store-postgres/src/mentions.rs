//! Mentions and the state of their sources.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use moodline_store::{IngestPage, MentionStore, PageOutcome, Result, SourceState, storable};
use moodline_types::{Cursor, Mention, MentionId, RejectedRow, SourceId};

use crate::{
    PostgresStore,
    connect::Tx,
    failure::Attempt,
    page,
    rows::{self, Row, column, count, instant_or_none, list, word},
    work,
};

fn state(row: &Row) -> Attempt<SourceState> {
    Ok(SourceState {
        source: word(row, "sources", "source")?,
        cursor: column::<Option<String>>(row, "cursor")?.map(Cursor),
        last_success_at: instant_or_none(row, "sources", "last_success_ms")?,
        last_failure_at: instant_or_none(row, "sources", "last_failure_ms")?,
        last_error: column(row, "last_error")?,
        failures: u32::try_from(column::<i32>(row, "failures")?).unwrap_or(0),
        mentions: count(row, "mentions")?,
    })
}

async fn source_state(store: &PostgresStore, source: &SourceId) -> Attempt<Option<SourceState>> {
    let query = sqlx::query("SELECT * FROM sources WHERE source = $1").bind(source.as_str());
    query.fetch_optional(store.read()).await?.as_ref().map(state).transpose()
}

async fn source_states(store: &PostgresStore) -> Attempt<Vec<SourceState>> {
    let rows = sqlx::query("SELECT * FROM sources").fetch_all(store.read()).await?;
    let mut states = rows.iter().map(state).collect::<Attempt<Vec<_>>>()?;
    states.sort_unstable_by(|a, b| a.source.cmp(&b.source));
    Ok(states)
}

async fn record_failure(store: &PostgresStore, source: &SourceId, error: &str, now: DateTime<Utc>) -> Attempt<()> {
    let sql = "INSERT INTO sources (source, last_failure_ms, last_error, failures) VALUES ($1, $2, $3, 1) \
               ON CONFLICT (source) DO UPDATE SET last_failure_ms = excluded.last_failure_ms, \
               last_error = excluded.last_error, failures = sources.failures + 1";
    let mut tx = store.write().await?;
    let query = sqlx::query(sql).bind(source.as_str()).bind(now.timestamp_millis()).bind(storable(error));
    query.execute(&mut *tx).await?;
    Ok(tx.commit().await?)
}

/// The mentions with these ids, by id.
pub(crate) async fn by_id(store: &PostgresStore, ids: &[MentionId]) -> Attempt<Vec<Mention>> {
    let sql = "SELECT * FROM mentions WHERE id = ANY($1) ORDER BY id";
    let rows = sqlx::query(sql).bind(list(ids)).fetch_all(store.read()).await?;
    rows.iter().map(rows::mention).collect()
}

/// Makes other writers of these mentions wait until the transaction ends.
pub(crate) async fn lock(tx: &mut Tx, ids: &[i64]) -> Attempt<()> {
    let sql = "SELECT id FROM mentions WHERE id = ANY($1) ORDER BY id FOR NO KEY UPDATE";
    sqlx::query(sql).bind(ids).execute(&mut **tx).await?;
    Ok(())
}

async fn hide(store: &PostgresStore, source: &SourceId, external_id: &str, now: DateTime<Utc>) -> Attempt<bool> {
    let sql = "UPDATE mentions SET hidden_ms = $3 WHERE source = $1 AND external_id = $2 AND hidden_ms IS NULL \
               RETURNING id";
    let mut tx = store.write_queueing().await?;
    let query = sqlx::query_scalar::<_, i64>(sql).bind(source.as_str()).bind(storable(external_id));
    let Some(id) = query.bind(now.timestamp_millis()).fetch_optional(&mut *tx).await? else {
        return Ok(false);
    };
    // Nobody needs to judge what counts nowhere.
    let sql = "DELETE FROM work WHERE kind = 'enrich' AND target IN (SELECT id FROM models) AND mention_id = $1";
    sqlx::query(sql).bind(id).execute(&mut *tx).await?;
    work::queue_for_maps(&mut tx, &[id], now).await?;
    tx.commit().await?;
    Ok(true)
}

async fn rejected(
    store: &PostgresStore,
    source: Option<&SourceId>,
    limit: u32,
) -> Attempt<Vec<(SourceId, RejectedRow)>> {
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

async fn visible(store: &PostgresStore) -> Attempt<u64> {
    // Two small tables instead of a scan of the large one.
    let sql = "SELECT (SELECT CAST(coalesce(sum(mentions), 0) AS BIGINT) FROM sources) \
               - (SELECT count(*) FROM mentions WHERE hidden_ms IS NOT NULL) AS visible";
    count(&sqlx::query(sql).fetch_one(store.read()).await?, "visible")
}

#[async_trait]
impl MentionStore for PostgresStore {
    async fn commit_page(&self, source: &SourceId, page: &IngestPage, now: DateTime<Utc>) -> Result<PageOutcome> {
        self.told("store a page of mentions", page::commit(self, source, page, now).await)
    }

    async fn source_state(&self, source: &SourceId) -> Result<Option<SourceState>> {
        self.told("read the state of a source", source_state(self, source).await)
    }

    async fn source_states(&self) -> Result<Vec<SourceState>> {
        self.told("read the state of the sources", source_states(self).await)
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

    async fn mention_count(&self) -> Result<u64> {
        self.told("count mentions", visible(self).await)
    }
}
