//! Models and their opinions.

use std::collections::{HashMap, HashSet};

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use moodline_store::{JudgedMention, Judgement, ModelRecord, OpinionStore, Result, WorkKind, WriteOutcome, storable};
use moodline_types::{JudgedOpinion, MentionId, ModelId, Opinion, SourceId};
use sqlx::QueryBuilder;

use crate::{
    PostgresStore,
    connect::Tx,
    copies,
    failure::Attempt,
    mentions, overrides,
    rows::{self, Db, ROWS_PER_INSERT, Row, column, count, list, word},
    work,
};

/// A row of the table.
pub(crate) fn model(row: &Row) -> Attempt<ModelRecord> {
    Ok(ModelRecord {
        id: word(row, "models", "id")?,
        dimensions: u32::try_from(column::<i32>(row, "dimensions")?).unwrap_or(0),
        unassigned_below: column(row, "unassigned_below")?,
        similarity_temperature: column(row, "similarity_temperature")?,
    })
}

/// The model adopted last, as `SELECT` wants it.
const ADOPTED: &str = "SELECT * FROM models WHERE adopted_ms IS NOT NULL ORDER BY adopted_ms DESC, id LIMIT 1";

/// The model whose opinions count.
pub(crate) async fn adopted(store: &PostgresStore) -> Attempt<Option<ModelRecord>> {
    sqlx::query(ADOPTED).fetch_optional(store.read()).await?.as_ref().map(model).transpose()
}

/// The same inside a transaction.
pub(crate) async fn adopted_within(tx: &mut Tx) -> Attempt<Option<ModelRecord>> {
    sqlx::query(ADOPTED).fetch_optional(&mut **tx).await?.as_ref().map(model).transpose()
}

async fn register(store: &PostgresStore, record: &ModelRecord, now: DateTime<Utc>) -> Attempt<()> {
    // Every worker registers its model whenever it looks for work: mostly there is nothing to do, and nobody to wait for.
    let known = sqlx::query("SELECT * FROM models WHERE id = $1").bind(record.id.as_str());
    if known.fetch_optional(store.read()).await?.as_ref().map(model).transpose()?.as_ref() == Some(record) {
        return Ok(());
    }
    let mut tx = store.write_registering().await?;
    let query = sqlx::query("SELECT * FROM models WHERE id = $1").bind(record.id.as_str());
    let known = query.fetch_optional(&mut *tx).await?.as_ref().map(model).transpose()?;
    let sql = "INSERT INTO models (id, dimensions, unassigned_below, similarity_temperature, registered_ms, adopted_ms) \
               SELECT $1, $2, $3, $4, $5, CASE WHEN EXISTS (SELECT 1 FROM models WHERE adopted_ms IS NOT NULL) \
               THEN NULL ELSE $5 END WHERE TRUE \
               ON CONFLICT (id) DO UPDATE SET dimensions = excluded.dimensions, \
               unassigned_below = excluded.unassigned_below, similarity_temperature = excluded.similarity_temperature";
    let query = sqlx::query(sql)
        .bind(record.id.as_str())
        .bind(record.dimensions as i32)
        .bind(record.unassigned_below)
        .bind(record.similarity_temperature)
        .bind(now.timestamp_millis());
    query.execute(&mut *tx).await?;
    match known {
        None => work::queue_unjudged(&mut tx, &record.id, now).await?,
        Some(known) if known != *record => {
            if adopted_within(&mut tx).await?.is_some_and(|adopted| adopted.id == record.id) {
                work::queue_judged(&mut tx, &record.id, None, now).await?;
            }
        }
        Some(_) => {}
    }
    Ok(tx.commit().await?)
}

async fn write(
    store: &PostgresStore,
    model: &ModelId,
    holder: &str,
    judgements: &[Judgement],
    now: DateTime<Utc>,
) -> Attempt<WriteOutcome> {
    let mentions: Vec<MentionId> = judgements.iter().map(|judgement| judgement.mention).collect();
    let mut tx = store.write_queueing().await?;
    mentions::lock(&mut tx, &list(&mentions)).await?;
    let held = work::held(&mut tx, WorkKind::Enrich, model.as_str(), holder, &mentions).await?;
    // The queue comes before the opinions: whoever is placing the old ones loses the lease and cannot refer to them.
    if adopted_within(&mut tx).await?.is_some_and(|adopted| adopted.id == *model) {
        work::queue_for_maps(&mut tx, &held, now).await?;
    }
    let sql = "DELETE FROM opinions WHERE model = $1 AND mention_id = ANY($2)";
    sqlx::query(sql).bind(model.as_str()).bind(list(&held)).execute(&mut *tx).await?;

    let mut open: HashSet<i64> = held.iter().copied().collect();
    let kept: Vec<&Judgement> = judgements.iter().filter(|judgement| open.remove(&judgement.mention.0)).collect();
    insert(&mut tx, model, &kept).await?;
    for judgement in &kept {
        let Some(language) = judgement.language.as_deref() else { continue };
        let query = sqlx::query("UPDATE mentions SET language = $2 WHERE id = $1 AND language IS DISTINCT FROM $2");
        query.bind(judgement.mention.0).bind(storable(language)).execute(&mut *tx).await?;
    }
    overrides::apply_verdicts(&mut tx, &held).await?;
    work::done(&mut tx, WorkKind::Enrich, model.as_str(), &held).await?;
    tx.commit().await?;
    Ok(WriteOutcome { written: kept.len() as u64, lost: (judgements.len() - kept.len()) as u64 })
}

async fn insert(tx: &mut Tx, model: &ModelId, judgements: &[&Judgement]) -> Attempt<()> {
    let opinions: Vec<(&Judgement, i32, &JudgedOpinion)> = judgements
        .iter()
        .flat_map(|judgement| (0..).zip(&judgement.opinions).map(|(ordinal, opinion)| (*judgement, ordinal, opinion)))
        .collect();
    for chunk in opinions.chunks(ROWS_PER_INSERT) {
        let mut sql = QueryBuilder::<Db>::new(
            "INSERT INTO opinions (mention_id, model, revision, ordinal, start_char, end_char, evidence, negative, \
             neutral, positive, label, verdict, joy, anger, sadness, fear, surprise, disgust, calm, emotion) ",
        );
        sql.push_values(chunk, |mut row, (judgement, ordinal, opinion)| {
            row.push_bind(judgement.mention.0)
                .push_bind(model.as_str())
                .push_bind(judgement.revision)
                .push_bind(*ordinal)
                .push_bind(opinion.start as i32)
                .push_bind(opinion.end as i32)
                .push_bind(storable(&opinion.evidence))
                .push_bind(opinion.sentiment.negative)
                .push_bind(opinion.sentiment.neutral)
                .push_bind(opinion.sentiment.positive)
                .push_bind(opinion.label.as_str())
                .push_bind(opinion.label.as_str());
            for strength in opinion.emotions.to_array() {
                row.push_bind(strength);
            }
            row.push_bind(opinion.emotions.top().as_str());
        });
        sql.push(" RETURNING id, mention_id, ordinal");
        let mut ids = HashMap::with_capacity(chunk.len());
        for row in sql.build().fetch_all(&mut **tx).await? {
            let place: (i64, i32) = (column(&row, "mention_id")?, column(&row, "ordinal")?);
            ids.insert(place, column::<i64>(&row, "id")?);
        }
        let mut sql = QueryBuilder::<Db>::new("INSERT INTO opinion_embeddings (opinion_id, embedding) ");
        sql.push_values(chunk, |mut row, (judgement, ordinal, opinion)| {
            row.push_bind(ids.get(&(judgement.mention.0, *ordinal)).copied()).push_bind(opinion.embedding.to_bytes());
        });
        sql.build().execute(&mut **tx).await?;
    }
    Ok(())
}

async fn judged(store: &PostgresStore, model: &ModelId, ids: &[MentionId]) -> Attempt<Vec<JudgedMention>> {
    let mentions = mentions::by_id(store, ids).await?;
    let sql = "SELECT o.*, e.embedding FROM opinions o JOIN opinion_embeddings e ON e.opinion_id = o.id \
               WHERE o.model = $1 AND o.mention_id = ANY($2) \
               ORDER BY o.mention_id, o.ordinal";
    let rows = sqlx::query(sql).bind(model.as_str()).bind(list(ids)).fetch_all(store.read()).await?;
    let mut opinions: HashMap<MentionId, Vec<Opinion>> = HashMap::with_capacity(mentions.len());
    for row in &rows {
        let opinion = rows::opinion(row)?;
        opinions.entry(opinion.mention).or_default().push(opinion);
    }
    let mut copies = copies::origins(store, ids).await?;
    let judged = mentions.into_iter().map(|mention| {
        let copies = copies.remove(&mention.id).unwrap_or_default();
        let mut also_from: Vec<SourceId> = copies.into_iter().map(|copy| copy.source).collect();
        also_from.sort_unstable();
        also_from.dedup();
        JudgedMention { opinions: opinions.remove(&mention.id).unwrap_or_default(), mention, also_from }
    });
    Ok(judged.collect())
}

async fn opinion_count(store: &PostgresStore, model: &ModelId) -> Attempt<u64> {
    let query = sqlx::query("SELECT count(*) AS opinions FROM opinions WHERE model = $1").bind(model.as_str());
    count(&query.fetch_one(store.read()).await?, "opinions")
}

#[async_trait]
impl OpinionStore for PostgresStore {
    async fn register_model(&self, model: &ModelRecord, now: DateTime<Utc>) -> Result<()> {
        self.told("register a model", register(self, model, now).await)
    }

    async fn adopted_model(&self) -> Result<Option<ModelRecord>> {
        self.told("read the adopted model", adopted(self).await)
    }

    async fn write_judgements(
        &self,
        model: &ModelId,
        holder: &str,
        judgements: &[Judgement],
        now: DateTime<Utc>,
    ) -> Result<WriteOutcome> {
        self.told("store opinions", write(self, model, holder, judgements, now).await)
    }

    async fn judged_mentions(&self, model: &ModelId, mentions: &[MentionId]) -> Result<Vec<JudgedMention>> {
        self.told("read opinions", judged(self, model, mentions).await)
    }

    async fn opinion_count(&self, model: &ModelId) -> Result<u64> {
        self.told("count opinions", opinion_count(self, model).await)
    }
}
