//! One page of a source: mentions, rejected rows and the cursor that covers both, in one transaction.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use moodline_store::{IngestPage, NewMention, PageOutcome, storable};
use moodline_types::{RejectedRow, SourceId};
use sqlx::QueryBuilder;

use crate::{
    PostgresStore,
    connect::Tx,
    failure::Attempt,
    rows::{Db, ROWS_PER_INSERT, column},
    work,
};

/// What the table knows of a mention that is seen again.
struct Known {
    id: i64,
    content_hash: String,
    hidden: bool,
}

/// Stores a page and moves the cursor.
pub(crate) async fn commit(
    store: &PostgresStore,
    source: &SourceId,
    page: &IngestPage,
    now: DateTime<Utc>,
) -> Attempt<PageOutcome> {
    let incoming = without_repeats(&page.mentions);
    let mut tx = store.write_queueing().await?;
    mark_read(&mut tx, source, page, now).await?;
    let known = known_mentions(&mut tx, source, &incoming).await?;

    let mut outcome = PageOutcome::default();
    let (mut fresh, mut queued) = (Vec::new(), Vec::new());
    for (external_id, mention) in &incoming {
        match known.get(external_id) {
            None => fresh.push((external_id.as_str(), *mention)),
            Some(found) if found.hidden || found.content_hash != storable(&mention.content_hash) => {
                revise(&mut tx, found, mention, now).await?;
                queued.push(found.id);
            }
            Some(_) => outcome.unchanged += 1,
        }
    }
    outcome.revised = queued.len() as u64;
    for rows in fresh.chunks(ROWS_PER_INSERT) {
        queued.extend(insert(&mut tx, source, rows, now).await?);
    }
    outcome.added = fresh.len() as u64;
    work::queue_for_models(&mut tx, &queued, now).await?;
    outcome.rejected = reject(&mut tx, source, &page.rejected, now).await?;
    count_added(&mut tx, source, outcome.added).await?;
    tx.commit().await?;
    Ok(outcome)
}

/// By external id in the order read; of two with one id the later wins.
fn without_repeats(mentions: &[NewMention]) -> Vec<(String, &NewMention)> {
    let mut places = HashMap::with_capacity(mentions.len());
    let mut unique: Vec<(String, &NewMention)> = Vec::with_capacity(mentions.len());
    for mention in mentions {
        let id = storable(&mention.external_id).into_owned();
        if let Some(place) = places.get(&id) {
            let place: usize = *place;
            unique[place].1 = mention;
        } else {
            places.insert(id.clone(), unique.len());
            unique.push((id, mention));
        }
    }
    unique
}

/// First in the transaction, so that two readers of one source take turns.
async fn mark_read(tx: &mut Tx, source: &SourceId, page: &IngestPage, now: DateTime<Utc>) -> Attempt<()> {
    let sql = "INSERT INTO sources (source, cursor, last_success_ms) VALUES ($1, $2, $3) \
               ON CONFLICT (source) DO UPDATE SET cursor = coalesce(excluded.cursor, sources.cursor), \
               last_success_ms = excluded.last_success_ms, failures = 0";
    let cursor = page.cursor.as_ref().map(|cursor| storable(&cursor.0));
    let query = sqlx::query(sql).bind(source.as_str()).bind(cursor).bind(now.timestamp_millis());
    query.execute(&mut **tx).await?;
    Ok(())
}

async fn known_mentions(
    tx: &mut Tx,
    source: &SourceId,
    incoming: &[(String, &NewMention)],
) -> Attempt<HashMap<String, Known>> {
    let sql = "SELECT id, external_id, content_hash, hidden_ms IS NOT NULL AS hidden FROM mentions \
               WHERE source = $1 AND external_id = ANY($2) ORDER BY id \
               FOR NO KEY UPDATE";
    let ids: Vec<String> = incoming.iter().map(|(id, _)| id.clone()).collect();
    let rows = sqlx::query(sql).bind(source.as_str()).bind(ids).fetch_all(&mut **tx).await?;
    let mut known = HashMap::with_capacity(rows.len());
    for row in &rows {
        let found = Known {
            id: column(row, "id")?,
            content_hash: column(row, "content_hash")?,
            hidden: column(row, "hidden")?,
        };
        known.insert(column(row, "external_id")?, found);
    }
    Ok(known)
}

async fn revise(tx: &mut Tx, known: &Known, mention: &NewMention, now: DateTime<Utc>) -> Attempt<()> {
    let sql = "UPDATE mentions SET revision = revision + $2, url = coalesce($3, url), \
               author_hash = coalesce($4, author_hash), title = $5, text = $6, language = coalesce($7, language), \
               posted_ms = CASE WHEN $9 THEN posted_ms ELSE $8 END, \
               posted_approximate = (posted_approximate AND $9), \
               rating_value = $10, rating_worst = $11, rating_best = $12, content_hash = $13, \
               changed_ms = $14, hidden_ms = NULL WHERE id = $1";
    let content_hash = storable(&mention.content_hash);
    let rating = mention.rating;
    let query = sqlx::query(sql)
        .bind(known.id)
        .bind(i32::from(known.content_hash != content_hash))
        .bind(mention.url.as_deref().map(storable))
        .bind(mention.author_hash.as_deref().map(storable))
        .bind(mention.title.as_deref().map(storable))
        .bind(storable(&mention.text))
        .bind(mention.language.as_deref().map(storable))
        .bind(mention.posted_at.timestamp_millis())
        .bind(mention.posted_at_is_approximate)
        .bind(rating.map(|rating| rating.value))
        .bind(rating.map(|rating| rating.worst))
        .bind(rating.map(|rating| rating.best))
        .bind(content_hash)
        .bind(now.timestamp_millis());
    query.execute(&mut **tx).await?;
    Ok(())
}

async fn insert(
    tx: &mut Tx,
    source: &SourceId,
    mentions: &[(&str, &NewMention)],
    now: DateTime<Utc>,
) -> Attempt<Vec<i64>> {
    let mut sql = QueryBuilder::<Db>::new(
        "INSERT INTO mentions (source, external_id, url, author_hash, title, text, language, posted_ms, \
         posted_approximate, rating_value, rating_worst, rating_best, content_hash, first_seen_ms, changed_ms) ",
    );
    sql.push_values(mentions, |mut row, (external_id, mention)| {
        row.push_bind(source.as_str())
            .push_bind(*external_id)
            .push_bind(mention.url.as_deref().map(storable))
            .push_bind(mention.author_hash.as_deref().map(storable))
            .push_bind(mention.title.as_deref().map(storable))
            .push_bind(storable(&mention.text))
            .push_bind(mention.language.as_deref().map(storable))
            .push_bind(mention.posted_at.timestamp_millis())
            .push_bind(mention.posted_at_is_approximate)
            .push_bind(mention.rating.map(|rating| rating.value))
            .push_bind(mention.rating.map(|rating| rating.worst))
            .push_bind(mention.rating.map(|rating| rating.best))
            .push_bind(storable(&mention.content_hash))
            .push_bind(now.timestamp_millis())
            .push_bind(now.timestamp_millis());
    });
    sql.push(" RETURNING id");
    Ok(sql.build_query_scalar().fetch_all(&mut **tx).await?)
}

async fn reject(tx: &mut Tx, source: &SourceId, rejected: &[RejectedRow], now: DateTime<Utc>) -> Attempt<u64> {
    let mut added = 0;
    for rows in rejected.chunks(ROWS_PER_INSERT) {
        let mut sql =
            QueryBuilder::<Db>::new("INSERT INTO rejected_rows (source, origin, line, reason, excerpt, at_ms) ");
        sql.push_values(rows, |mut row, rejected| {
            row.push_bind(source.as_str())
                .push_bind(storable(&rejected.origin))
                .push_bind(rejected.line.map_or(0, |line| i64::try_from(line).unwrap_or(i64::MAX)))
                .push_bind(storable(&rejected.reason))
                .push_bind(storable(&rejected.excerpt))
                .push_bind(now.timestamp_millis());
        });
        sql.push(" ON CONFLICT DO NOTHING");
        added += sql.build().execute(&mut **tx).await?.rows_affected();
    }
    Ok(added)
}

async fn count_added(tx: &mut Tx, source: &SourceId, added: u64) -> Attempt<()> {
    let sql = "UPDATE sources SET mentions = mentions + $2 WHERE source = $1";
    sqlx::query(sql).bind(source.as_str()).bind(added as i64).execute(&mut **tx).await?;
    Ok(())
}
