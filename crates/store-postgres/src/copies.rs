//! Finds the original of every mention that is a copy, and the next original where one ceases to be it.

use std::collections::{BTreeMap, HashMap, HashSet};

use chrono::{DateTime, Utc};
use moodline_store::{Fingerprint, Originals};
use moodline_types::{MentionId, Origin};
use sqlx::QueryBuilder;

use crate::{
    PostgresStore,
    connect::{Turn, Tx},
    failure::Attempt,
    rows::{Db, ROWS_PER_INSERT, Row, column, instant, list, word},
    work,
};

/// Mentions compared in one transaction after an upgrade.
const BATCH: i64 = 500;

/// A mention to be compared.
struct Compared {
    id: i64,
    fingerprint: Fingerprint,
    /// The original it had; `None` where it was one, or is new.
    before: Option<i64>,
    /// Whether it was not compared before: then nothing was counted of it.
    fresh: bool,
}

impl Compared {
    fn read(row: &Row) -> Attempt<Self> {
        let text: &str = column(row, "text")?;
        Ok(Self {
            id: column(row, "id")?,
            fingerprint: Fingerprint::of(text, column(row, "canonical_id")?),
            before: column(row, "copy_of")?,
            fresh: !column::<bool>(row, "fingerprinted")?,
        })
    }
}

/// Makes other transactions that compare mentions wait until this one ends: two that store the same text at once would
/// both take theirs for the original. Comes before any lock on a row.
pub(crate) async fn lock(tx: &mut Tx) -> Attempt<()> {
    let sql = "SELECT pg_advisory_xact_lock($1, hashtext(current_schema()))";
    sqlx::query(sql).bind(Turn::Comparison.key()).execute(&mut **tx).await?;
    Ok(())
}

/// Compares mentions that are new, were revised or have been hidden, and the copies of those among them that were
/// originals. Copies leave the queues of the models, whoever becomes the original enters them, and everything whose
/// counts change is queued for the maps. Those of `mentions` that are copies now come back.
pub(crate) async fn group(tx: &mut Tx, mentions: &[i64], now: DateTime<Utc>) -> Attempt<Vec<i64>> {
    if mentions.is_empty() {
        return Ok(Vec::new());
    }
    let (compared, left) = to_compare(tx, mentions).await?;
    let visible: HashSet<i64> = compared.iter().map(|mention| mention.id).collect();
    let hidden: HashSet<i64> = mentions.iter().copied().filter(|id| !visible.contains(id)).collect();
    let mut originals = candidates(tx, &compared).await?;
    let (mut copies, mut own, mut recount, mut promoted) = (Vec::new(), Vec::new(), left, Vec::new());
    for mention in compared {
        if let Some(original) = originals.of(&mention.fingerprint) {
            copies.push((mention.id, original));
            recount.push(original);
            if !mention.fresh && mention.before.is_none() {
                recount.push(mention.id);
            }
        } else {
            promoted.extend(mention.before.map(|before| (mention.id, before)));
            own.extend(mention.fingerprint.keys().into_iter().map(|key| (key, mention.id)));
            originals.add(mention.id, mention.fingerprint);
        }
    }
    for chunk in own.chunks(ROWS_PER_INSERT) {
        let mut sql = QueryBuilder::<Db>::new("INSERT INTO mention_keys (key, mention_id) ");
        sql.push_values(chunk, |mut row, (key, id)| {
            row.push_bind(*key).push_bind(*id);
        });
        sql.push(" ON CONFLICT DO NOTHING");
        sql.build().execute(&mut **tx).await?;
    }
    for (id, original) in &copies {
        let query = sqlx::query("UPDATE mentions SET copy_of = $2 WHERE id = $1").bind(id).bind(original);
        query.execute(&mut **tx).await?;
    }
    for (id, before) in promoted.iter().filter(|(_, before)| hidden.contains(before)) {
        inherit(tx, *id, *before).await?;
    }
    let copies: Vec<i64> = copies.into_iter().map(|(id, _)| id).collect();
    work::drop_judging(tx, &copies).await?;
    let promoted: Vec<i64> = promoted.into_iter().map(|(id, _)| id).collect();
    work::queue_for_models(tx, &promoted, now).await?;
    work::queue_for_maps(tx, &recount, now).await?;
    Ok(copies.into_iter().filter(|id| mentions.contains(id)).collect())
}

/// The visible ones of `mentions`, then the copies of any of them, as if nothing were known of their likeness; and the
/// originals that the first were copies of.
async fn to_compare(tx: &mut Tx, mentions: &[i64]) -> Attempt<(Vec<Compared>, Vec<i64>)> {
    let ids = list(mentions);
    let sql = "SELECT id, text, canonical_id, copy_of, fingerprinted FROM mentions \
               WHERE id = ANY($1) AND hidden_ms IS NULL ORDER BY id";
    let mut rows = sqlx::query(sql).bind(&ids).fetch_all(&mut **tx).await?;
    let sql = "SELECT id, text, canonical_id, copy_of, fingerprinted FROM mentions \
               WHERE copy_of = ANY($1) AND hidden_ms IS NULL \
               AND id <> ALL($1) ORDER BY id";
    rows.extend(sqlx::query(sql).bind(&ids).fetch_all(&mut **tx).await?);
    let sql = "SELECT DISTINCT copy_of FROM mentions WHERE id = ANY($1) \
               AND copy_of IS NOT NULL AND copy_of <> ALL($1)";
    let left = sqlx::query_scalar(sql).bind(&ids).fetch_all(&mut **tx).await?;
    let sql = "DELETE FROM mention_keys WHERE mention_id = ANY($1)";
    sqlx::query(sql).bind(&ids).execute(&mut **tx).await?;
    let sql = "UPDATE mentions SET copy_of = NULL, fingerprinted = TRUE WHERE id = ANY($1) \
               OR copy_of = ANY($1)";
    sqlx::query(sql).bind(&ids).execute(&mut **tx).await?;
    Ok((rows.iter().map(Compared::read).collect::<Attempt<Vec<_>>>()?, left))
}

/// Originals that share a key with one of `compared`; of those whose text was dropped, what their keys tell.
async fn candidates(tx: &mut Tx, compared: &[Compared]) -> Attempt<Originals> {
    let keys: Vec<i64> = compared.iter().flat_map(|mention| mention.fingerprint.keys()).collect();
    let sql = "SELECT id, text, canonical_id, text_dropped_ms IS NOT NULL AS dropped FROM mentions \
               WHERE id IN (SELECT k.mention_id FROM mention_keys k WHERE k.key = ANY($1)) ORDER BY id";
    let mut originals = Originals::default();
    let mut without_text: BTreeMap<i64, Vec<i64>> = BTreeMap::new();
    for row in &sqlx::query(sql).bind(list(&keys)).fetch_all(&mut **tx).await? {
        let id: i64 = column(row, "id")?;
        if column(row, "dropped")? {
            without_text.insert(id, Vec::new());
        } else {
            let text: &str = column(row, "text")?;
            originals.add(id, Fingerprint::of(text, column(row, "canonical_id")?));
        }
    }
    let ids: Vec<i64> = without_text.keys().copied().collect();
    let sql = "SELECT mention_id, key FROM mention_keys WHERE mention_id = ANY($1)";
    for row in &sqlx::query(sql).bind(list(&ids)).fetch_all(&mut **tx).await? {
        without_text.entry(column(row, "mention_id")?).or_default().push(column(row, "key")?);
    }
    for (id, keys) in without_text {
        originals.add_by_keys(id, &keys);
    }
    Ok(originals)
}

/// What people said of an original that is gone holds for the copy that takes its place: corrections, and flags they
/// have touched.
async fn inherit(tx: &mut Tx, id: i64, before: i64) -> Attempt<()> {
    let sql = "INSERT INTO overrides (mention_id, evidence, sentiment, map, stage, touchpoint, relevant, actor, at_ms) \
               SELECT $1, evidence, sentiment, map, stage, touchpoint, relevant, actor, at_ms FROM overrides \
               WHERE mention_id = $2 ORDER BY id";
    sqlx::query(sql).bind(id).bind(before).execute(&mut **tx).await?;
    let sql = "UPDATE flags SET mention_id = $1 WHERE mention_id = $2 AND status <> 'open' \
               AND NOT EXISTS (SELECT 1 FROM flags own WHERE own.mention_id = $1 AND own.map = flags.map \
               AND own.touchpoint = flags.touchpoint)";
    sqlx::query(sql).bind(id).bind(before).execute(&mut **tx).await?;
    Ok(())
}

/// The visible copies of these mentions, oldest first.
pub(crate) async fn origins(store: &PostgresStore, ids: &[MentionId]) -> Attempt<HashMap<MentionId, Vec<Origin>>> {
    let sql = "SELECT copy_of, source, external_id, url, posted_ms FROM mentions \
               WHERE copy_of = ANY($1) AND hidden_ms IS NULL ORDER BY posted_ms, id";
    let mut origins: HashMap<MentionId, Vec<Origin>> = HashMap::new();
    for row in &sqlx::query(sql).bind(list(ids)).fetch_all(store.read()).await? {
        let origin = Origin {
            source: word(row, "mentions", "source")?,
            external_id: column(row, "external_id")?,
            url: column(row, "url")?,
            posted_at: instant(row, "mentions", "posted_ms")?,
        };
        origins.entry(MentionId(column(row, "copy_of")?)).or_default().push(origin);
    }
    Ok(origins)
}

/// Whether every mention has been compared with the others.
pub(crate) async fn all_grouped(store: &PostgresStore) -> Attempt<bool> {
    let sql = "SELECT 1 FROM mentions WHERE NOT fingerprinted AND hidden_ms IS NULL LIMIT 1";
    let left: Option<i32> = sqlx::query_scalar(sql).fetch_optional(store.read()).await?;
    Ok(left.is_none())
}

/// Compares mentions stored by a version that did not.
pub(crate) async fn group_the_rest(store: &PostgresStore, now: DateTime<Utc>) -> Attempt<()> {
    let sql = "SELECT id FROM mentions WHERE NOT fingerprinted AND hidden_ms IS NULL ORDER BY id LIMIT $1";
    loop {
        let mut tx = store.write_queueing().await?;
        lock(&mut tx).await?;
        let ids: Vec<i64> = sqlx::query_scalar(sql).bind(BATCH).fetch_all(&mut *tx).await?;
        if ids.is_empty() {
            return Ok(());
        }
        let copies = group(&mut tx, &ids, now).await?;
        // Unlike new ones they may have been counted already.
        work::queue_for_maps(&mut tx, &copies, now).await?;
        tx.commit().await?;
    }
}
