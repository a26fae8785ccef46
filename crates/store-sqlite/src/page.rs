//! One page of a source: mentions, rejected rows and the cursor that covers both, in one transaction.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use moodline_store::{IngestPage, NewMention, PageOutcome, storable};
use moodline_types::{RejectedRow, SourceId};
use sqlx::QueryBuilder;

use crate::{
    SqliteStore,
    connect::Tx,
    copies, dropped,
    failure::Attempt,
    privacy,
    rows::{Db, ROWS_PER_INSERT, column, list},
    words, work,
};

/// What the table knows of a mention that is seen again.
struct Known {
    id: i64,
    author_hash: Option<String>,
    content_hash: String,
    hidden: bool,
}

/// Stores a page and moves the cursor.
pub(crate) async fn commit(
    store: &SqliteStore,
    source: &SourceId,
    page: &IngestPage,
    now: DateTime<Utc>,
) -> Attempt<PageOutcome> {
    let incoming = without_repeats(&page.mentions);
    let mut tx = store.write().await?;
    move_cursor(&mut tx, source, page).await?;
    let mut outcome = PageOutcome::default();
    let incoming = without_erased(&mut tx, incoming, &mut outcome).await?;
    let known = known_mentions(&mut tx, source, &incoming, page).await?;
    let (mut fresh, mut queued, mut changed) = (Vec::new(), Vec::new(), Vec::new());
    for (external_id, mention) in &incoming {
        match known.get(external_id) {
            None => fresh.push((external_id.as_str(), *mention)),
            Some(found) if found.hidden || found.content_hash != storable(&mention.content_hash) => {
                revise(&mut tx, found, mention, now).await?;
                queued.push(found.id);
                changed.push(*mention);
            }
            Some(_) => outcome.unchanged += 1,
        }
    }
    outcome.revised = queued.len() as u64;
    let mut inserted = HashMap::with_capacity(fresh.len());
    for rows in fresh.chunks(ROWS_PER_INSERT) {
        inserted.extend(insert(&mut tx, source, rows, now).await?);
    }
    queued.extend(inserted.values());
    outcome.added = fresh.len() as u64;
    let written = fresh.iter().map(|(_, mention)| *mention).chain(changed);
    outcome.redacted = privacy::count_redacted(&mut tx, source, written).await?;
    words::index(&mut tx, &queued).await?;
    let copies = copies::group(&mut tx, &queued, now).await?;
    queued.retain(|id| !copies.contains(id));
    work::queue_for_models(&mut tx, &queued, now).await?;
    outcome.hidden = hide(&mut tx, &gone(page, &incoming, &known, &inserted), now).await?;
    forget_rejected(&mut tx, source, &page.afresh).await?;
    outcome.rejected = reject(&mut tx, source, &page.rejected, now).await?;
    outcome.dropped = dropped::write(&mut tx, source, page, now).await?;
    count_added(&mut tx, source, outcome.added).await?;
    tx.commit().await?;
    Ok(outcome)
}

/// Ids as the tables hold them.
fn stored_ids(ids: &[String]) -> impl Iterator<Item = String> {
    ids.iter().map(|id| storable(id).into_owned())
}

/// The mentions that vanished upstream, alone or with their authors.
fn gone(
    page: &IngestPage,
    incoming: &[(String, &NewMention)],
    known: &HashMap<String, Known>,
    inserted: &HashMap<String, i64>,
) -> Vec<i64> {
    let authors: HashSet<String> = stored_ids(&page.removed_authors).collect();
    let left = |author: Option<&str>| author.is_some_and(|author| authors.contains(author));
    let id_of = |id: &String| known.get(id).map(|found| found.id).or_else(|| inserted.get(id).copied());
    let by_id = stored_ids(&page.removed).filter_map(|id| id_of(&id));
    let by_author = known.values().filter(|found| left(found.author_hash.as_deref())).map(|found| found.id);
    let arriving = incoming.iter().filter(|(_, mention)| left(mention.author_hash.as_deref()));
    by_id.chain(by_author).chain(arriving.filter_map(|(id, _)| id_of(id))).collect()
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

/// Leaves out what was erased: it must not come back because a source still shows it.
async fn without_erased<'m>(
    tx: &mut Tx,
    mut incoming: Vec<(String, &'m NewMention)>,
    outcome: &mut PageOutcome,
) -> Attempt<Vec<(String, &'m NewMention)>> {
    let marks: Vec<String> = incoming.iter().flat_map(|(_, mention)| mention.marks.iter().cloned()).collect();
    let erased = privacy::erased_among(tx, &marks).await?;
    let before = incoming.len();
    incoming.retain(|(_, mention)| !mention.marks.iter().any(|mark| erased.contains(mark)));
    outcome.erased = (before - incoming.len()) as u64;
    Ok(incoming)
}

/// First in the transaction, so that two readers of one source take turns.
async fn move_cursor(tx: &mut Tx, source: &SourceId, page: &IngestPage) -> Attempt<()> {
    let sql = "INSERT INTO sources (source, cursor) VALUES ($1, $2) \
               ON CONFLICT (source) DO UPDATE SET cursor = coalesce(excluded.cursor, sources.cursor)";
    let cursor = page.cursor.as_ref().map(|cursor| storable(&cursor.0));
    sqlx::query(sql).bind(source.as_str()).bind(cursor).execute(&mut **tx).await?;
    Ok(())
}

/// Takes mentions that are visible out of every count; how many those were.
pub(crate) async fn hide(tx: &mut Tx, ids: &[i64], now: DateTime<Utc>) -> Attempt<u64> {
    if ids.is_empty() {
        return Ok(0);
    }
    let sql = "UPDATE mentions SET hidden_ms = $2 WHERE hidden_ms IS NULL AND id IN (SELECT value FROM json_each($1)) RETURNING id";
    let hidden: Vec<i64> =
        sqlx::query_scalar(sql).bind(list(ids)).bind(now.timestamp_millis()).fetch_all(&mut **tx).await?;
    // Nobody needs to judge what counts nowhere.
    work::drop_judging(tx, &hidden).await?;
    copies::group(tx, &hidden, now).await?;
    work::queue_for_maps(tx, &hidden, now).await?;
    Ok(hidden.len() as u64)
}

async fn known_mentions(
    tx: &mut Tx,
    source: &SourceId,
    incoming: &[(String, &NewMention)],
    page: &IngestPage,
) -> Attempt<HashMap<String, Known>> {
    let sql = "SELECT id, external_id, author_hash, content_hash, hidden_ms IS NOT NULL AS hidden FROM mentions \
               WHERE source = $1 AND (external_id IN (SELECT value FROM json_each($2)) \
               OR author_hash IN (SELECT value FROM json_each($3))) ORDER BY id";
    let ids: Vec<String> = incoming.iter().map(|(id, _)| id.clone()).chain(stored_ids(&page.removed)).collect();
    let authors: Vec<String> = stored_ids(&page.removed_authors).collect();
    let rows =
        sqlx::query(sql).bind(source.as_str()).bind(list(&ids)).bind(list(&authors)).fetch_all(&mut **tx).await?;
    let mut known = HashMap::with_capacity(rows.len());
    for row in &rows {
        let found = Known {
            id: column(row, "id")?,
            author_hash: column(row, "author_hash")?,
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
               changed_ms = $14, hidden_ms = NULL, text_dropped_ms = NULL, canonical_id = coalesce($15, canonical_id), \
               thread = coalesce($16, thread) WHERE id = $1";
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
        .bind(now.timestamp_millis())
        .bind(mention.canonical_id.as_deref().map(storable))
        .bind(mention.thread.as_deref().map(storable));
    query.execute(&mut **tx).await?;
    Ok(())
}

async fn insert(
    tx: &mut Tx,
    source: &SourceId,
    mentions: &[(&str, &NewMention)],
    now: DateTime<Utc>,
) -> Attempt<Vec<(String, i64)>> {
    let mut sql = QueryBuilder::<Db>::new(
        "INSERT INTO mentions (source, external_id, url, author_hash, title, text, language, posted_ms, \
         posted_approximate, rating_value, rating_worst, rating_best, content_hash, first_seen_ms, changed_ms, \
         canonical_id, thread, searchable) ",
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
            .push_bind(now.timestamp_millis())
            .push_bind(mention.canonical_id.as_deref().map(storable))
            .push_bind(mention.thread.as_deref().map(storable))
            .push_bind(true);
    });
    sql.push(" RETURNING external_id, id");
    Ok(sql.build_query_as().fetch_all(&mut **tx).await?)
}

/// What was set aside of origins that are read afresh.
async fn forget_rejected(tx: &mut Tx, source: &SourceId, afresh: &[String]) -> Attempt<()> {
    let origins: Vec<String> = stored_ids(afresh).collect();
    let sql = "DELETE FROM rejected_rows WHERE source = $1 AND origin IN (SELECT value FROM json_each($2))";
    sqlx::query(sql).bind(source.as_str()).bind(list(&origins)).execute(&mut **tx).await?;
    Ok(())
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
