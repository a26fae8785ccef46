//! Redactions, erasure and retention.

use std::collections::{BTreeMap, HashSet};

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use moodline_store::{
    Erased, Erasure, MentionAssignments, NewAct, NewMention, PrivacyStore, Result, Unwanted, containing, storable,
};
use moodline_types::{MapId, MentionId, SourceId};

use crate::{
    PostgresStore, acts,
    connect::Tx,
    copies,
    failure::Attempt,
    joined, rollups,
    rows::{column, corrupt, count, word},
    words,
};

/// Which of the marks have a tombstone.
pub(crate) async fn erased_among(tx: &mut Tx, marks: &[String]) -> Attempt<HashSet<String>> {
    if marks.is_empty() {
        return Ok(HashSet::new());
    }
    let sql = "SELECT mark FROM tombstones WHERE mark = ANY($1)";
    let found: Vec<String> = sqlx::query_scalar(sql).bind(marks).fetch_all(&mut **tx).await?;
    Ok(found.into_iter().collect())
}

/// Adds what was replaced in these mentions to the counts; how much that was.
pub(crate) async fn count_redacted<'m>(
    tx: &mut Tx,
    source: &SourceId,
    mentions: impl Iterator<Item = &'m NewMention> + Send,
) -> Attempt<u64> {
    let mut sums: BTreeMap<&str, i64> = BTreeMap::new();
    for (kind, items) in mentions.flat_map(|mention| &mention.redacted) {
        *sums.entry(kind).or_default() += i64::from(*items);
    }
    let sql = "INSERT INTO redactions (source, kind, items) VALUES ($1, $2, $3) \
               ON CONFLICT (source, kind) DO UPDATE SET items = redactions.items + excluded.items";
    for (kind, items) in &sums {
        sqlx::query(sql).bind(source.as_str()).bind(*kind).bind(*items).execute(&mut **tx).await?;
    }
    Ok(sums.values().sum::<i64>() as u64)
}

async fn unwanted(store: &PostgresStore, unwanted: &Unwanted) -> Attempt<Vec<MentionId>> {
    let query = match unwanted {
        Unwanted::Authors(hashes) => {
            let sql = "SELECT id FROM mentions WHERE author_hash = ANY($1) ORDER BY id";
            sqlx::query_scalar(sql).bind(hashes)
        }
        Unwanted::Url(url) => {
            sqlx::query_scalar("SELECT id FROM mentions WHERE url = $1 ORDER BY id").bind(storable(url).into_owned())
        }
        Unwanted::Mention(id) => sqlx::query_scalar("SELECT id FROM mentions WHERE id = $1").bind(id.0),
        Unwanted::External(source, id) => {
            let sql = "SELECT id FROM mentions WHERE source = $1 AND external_id = $2";
            sqlx::query_scalar(sql).bind(source.as_str()).bind(storable(id).into_owned())
        }
        Unwanted::Text(text) => {
            let sql =
                "SELECT id FROM mentions WHERE text ILIKE $1 ESCAPE '\\' OR title ILIKE $1 ESCAPE '\\' ORDER BY id";
            sqlx::query_scalar(sql).bind(containing(text))
        }
    };
    Ok(query.fetch_all(store.read()).await?.into_iter().map(MentionId).collect())
}

async fn answers_of(store: &PostgresStore, respondents: &[String]) -> Attempt<u64> {
    let sql = "SELECT count(*) AS found FROM survey_answers WHERE respondent = ANY($1)";
    count(&sqlx::query(sql).bind(respondents).fetch_one(store.read()).await?, "found")
}

async fn erase(store: &PostgresStore, erasure: &Erasure, now: DateTime<Utc>) -> Attempt<Erased> {
    let mut tx = store.write_queueing().await?;
    let marks: Vec<String> = erasure.marks.iter().chain(&erasure.respondents).cloned().collect();
    let sql = "INSERT INTO tombstones (mark, erased_ms) SELECT DISTINCT mark, $2::BIGINT FROM unnest($1::TEXT[]) AS mark \
               ON CONFLICT (mark) DO NOTHING";
    sqlx::query(sql).bind(&marks).bind(now.timestamp_millis()).execute(&mut *tx).await?;
    let mut erased = Erased::default();
    for mentions in erasure.mentions.chunks(500) {
        erased.mentions += take_out(&mut tx, mentions, now).await?;
    }
    if let Some(words) = &erasure.rejected_with {
        let sql = "DELETE FROM rejected_rows WHERE excerpt ILIKE $1 ESCAPE '\\' OR reason ILIKE $1 ESCAPE '\\'";
        erased.rejected = sqlx::query(sql).bind(containing(words)).execute(&mut *tx).await?.rows_affected();
        let sql = "DELETE FROM dropped_items WHERE excerpt ILIKE $1 ESCAPE '\\'";
        erased.rejected += sqlx::query(sql).bind(containing(words)).execute(&mut *tx).await?.rows_affected();
    }
    let sql = "DELETE FROM survey_answers WHERE respondent = ANY($1)";
    let gone = sqlx::query(sql).bind(&erasure.respondents).execute(&mut *tx).await?;
    erased.answers = gone.rows_affected();
    acts::record(&mut tx, &erasure.act, now).await?;
    tx.commit().await?;
    Ok(erased)
}

/// Deletes mentions and all that was derived from them.
async fn take_out(tx: &mut Tx, mentions: &[MentionId], now: DateTime<Utc>) -> Attempt<u64> {
    let ids: Vec<i64> = mentions.iter().map(|mention| mention.0).collect();
    let listed = &ids;
    // As if they had vanished upstream: whatever is a copy of them takes its own place.
    let sql = "UPDATE mentions SET hidden_ms = $2 WHERE id = ANY($1)";
    sqlx::query(sql).bind(listed).bind(now.timestamp_millis()).execute(&mut **tx).await?;
    copies::group(tx, &ids, now).await?;
    let sql = "SELECT DISTINCT map FROM tallies WHERE mention_id = ANY($1) ORDER BY map";
    let maps: Vec<String> = sqlx::query_scalar(sql).bind(listed).fetch_all(&mut **tx).await?;
    let nothing: Vec<MentionAssignments> = mentions
        .iter()
        .map(|mention| MentionAssignments {
            mention: *mention,
            assignments: Vec::new(),
            tallies: Vec::new(),
            flags: Vec::new(),
        })
        .collect();
    for map in maps {
        let map: MapId = map.parse().map_err(|error: moodline_types::IdError| corrupt("tallies", "map", error))?;
        rollups::replace_tallies(tx, &map, &ids, &nothing.iter().collect::<Vec<_>>()).await?;
    }
    words::forget(tx, &ids).await?;
    // With their opinions go their assignments.
    for table in ["flags", "overrides", "work", "opinions"] {
        let sql = format!("DELETE FROM {table} WHERE mention_id = ANY($1)");
        sqlx::query(sqlx::AssertSqlSafe(sql)).bind(listed).execute(&mut **tx).await?;
    }
    let sql = "UPDATE sources SET mentions = sources.mentions - gone.mentions FROM (SELECT source, count(*) AS mentions \
               FROM mentions WHERE id = ANY($1) GROUP BY source) AS gone \
               WHERE sources.source = gone.source";
    sqlx::query(sql).bind(listed).execute(&mut **tx).await?;
    let sql = "DELETE FROM mentions WHERE id = ANY($1)";
    Ok(sqlx::query(sql).bind(listed).execute(&mut **tx).await?.rows_affected())
}

async fn drop_texts(
    store: &PostgresStore,
    source: &SourceId,
    before: DateTime<Utc>,
    limit: u32,
    now: DateTime<Utc>,
) -> Attempt<u64> {
    let mut tx = store.write().await?;
    let sql = "UPDATE mentions SET text = '', title = NULL, url = NULL, author_hash = NULL, text_dropped_ms = $4 \
               WHERE id IN (SELECT id FROM mentions WHERE source = $1 AND posted_ms < $2 \
               AND text_dropped_ms IS NULL ORDER BY posted_ms LIMIT $3) RETURNING id";
    let query = sqlx::query_scalar::<_, i64>(sql).bind(source.as_str()).bind(before.timestamp_millis());
    let ids = query.bind(i64::from(limit)).bind(now.timestamp_millis()).fetch_all(&mut *tx).await?;
    let listed = &ids;
    for sql in [
        "DELETE FROM opinion_embeddings WHERE opinion_id IN (SELECT id FROM opinions \
         WHERE mention_id = ANY($1))",
        "UPDATE opinions SET evidence = '' WHERE mention_id = ANY($1)",
        "UPDATE assignments SET detail = NULL, representative = 0 WHERE opinion_id IN (SELECT id FROM opinions \
         WHERE mention_id = ANY($1))",
        "DELETE FROM overrides WHERE mention_id = ANY($1)",
        "DELETE FROM work WHERE mention_id = ANY($1)",
        "UPDATE tallies SET voice = -mention_id WHERE mention_id = ANY($1)",
    ] {
        sqlx::query(sql).bind(listed).execute(&mut *tx).await?;
    }
    joined::note_changes_of(&mut tx, &ids).await?;
    words::forget(&mut tx, &ids).await?;
    let dropped = ids.len() as u64;
    if dropped > 0 {
        acts::record(&mut tx, &NewAct::retained(source, before, dropped), now).await?;
    }
    tx.commit().await?;
    Ok(dropped)
}

async fn redactions(store: &PostgresStore) -> Attempt<Vec<(SourceId, String, u64)>> {
    let rows = sqlx::query("SELECT * FROM redactions").fetch_all(store.read()).await?;
    let read = |row| Ok((word(row, "redactions", "source")?, column(row, "kind")?, count(row, "items")?));
    let mut redactions = rows.iter().map(read).collect::<Attempt<Vec<_>>>()?;
    redactions.sort_unstable();
    Ok(redactions)
}

#[async_trait]
impl PrivacyStore for PostgresStore {
    async fn unwanted(&self, what: &Unwanted) -> Result<Vec<MentionId>> {
        self.told("find what is to be erased", unwanted(self, what).await)
    }

    async fn answers_of(&self, respondents: &[String]) -> Result<u64> {
        self.told("count survey answers", answers_of(self, respondents).await)
    }

    async fn erase(&self, erasure: &Erasure, now: DateTime<Utc>) -> Result<Erased> {
        self.told("erase mentions", erase(self, erasure, now).await)
    }

    async fn drop_texts(
        &self,
        source: &SourceId,
        before: DateTime<Utc>,
        limit: u32,
        now: DateTime<Utc>,
    ) -> Result<u64> {
        self.told("drop old texts", drop_texts(self, source, before, limit, now).await)
    }

    async fn redactions(&self) -> Result<Vec<(SourceId, String, u64)>> {
        self.told("count redactions", redactions(self).await)
    }
}
