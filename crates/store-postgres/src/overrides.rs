//! What people said against the machine.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use moodline_store::{
    NewOverride, Override, OverrideStore, PlacedOpinion, Result, StoreError, opinions_meant, storable,
};
use moodline_types::{Embedding, MapId, MentionId, ModelId, OpinionId, SentimentLabel, full_text};
use sqlx::Row as _;

use crate::{
    PostgresStore, acts,
    connect::Tx,
    failure::Attempt,
    mentions,
    rows::{Row, characters, column, instant, list, word, word_or_none},
    work,
};

/// Gives the opinions of these mentions, of every model, the sentiment a person gave their words, where one did.
pub(crate) async fn apply_verdicts(tx: &mut Tx, mentions: &[i64]) -> Attempt<()> {
    let sql = "SELECT v.mention_id, v.evidence, v.sentiment FROM overrides v WHERE v.sentiment IS NOT NULL \
               AND v.mention_id = ANY($1) ORDER BY v.mention_id, v.id";
    let said = sqlx::query(sql).bind(list(mentions)).fetch_all(&mut **tx).await?;
    let corrected: Vec<i64> = said.iter().map(|row| column(row, "mention_id")).collect::<Attempt<_>>()?;
    let mut rest = said.as_slice();
    for same in corrected.chunk_by(|a, b| a == b) {
        let (said, others) = rest.split_at(same.len());
        rest = others;
        let mention = same[0];
        let sql = "SELECT title, text FROM mentions WHERE id = $1";
        let row = sqlx::query(sql).bind(mention).fetch_one(&mut **tx).await?;
        let text = full_text(column(&row, "title")?, column(&row, "text")?);
        let sql = "SELECT id, model, start_char, end_char, evidence, label, verdict FROM opinions WHERE mention_id = $1 \
                   ORDER BY model, ordinal";
        let opinions = sqlx::query(sql).bind(mention).fetch_all(&mut **tx).await?;
        let mut verdicts: Vec<&str> = opinions.iter().map(|row| column(row, "label")).collect::<Attempt<_>>()?;
        let models: Vec<&str> = opinions.iter().map(|row| column(row, "model")).collect::<Attempt<_>>()?;
        let spans = opinions.iter().map(|row| {
            Ok((characters(row, "start_char")?, characters(row, "end_char")?, column::<&str>(row, "evidence")?))
        });
        let spans: Vec<(u32, u32, &str)> = spans.collect::<Attempt<_>>()?;
        let mut first = 0;
        for of_model in models.chunk_by(|a, b| a == b) {
            let end = first + of_model.len();
            for row in said {
                for at in opinions_meant(&text, column(row, "evidence")?, &spans[first..end]) {
                    verdicts[first + at] = column(row, "sentiment")?;
                }
            }
            first = end;
        }
        for (row, verdict) in opinions.iter().zip(verdicts) {
            if column::<&str>(row, "verdict")? != verdict {
                let query =
                    sqlx::query("UPDATE opinions SET verdict = $2 WHERE id = $1").bind(column::<i64>(row, "id")?);
                query.bind(verdict).execute(&mut **tx).await?;
            }
        }
    }
    Ok(())
}

async fn add(store: &PostgresStore, opinions: &[OpinionId], new: &NewOverride, now: DateTime<Utc>) -> Attempt<()> {
    let mut tx = store.write_queueing().await?;
    let mut said = Vec::with_capacity(opinions.len());
    for opinion in opinions {
        let query = sqlx::query_as::<_, (i64, String)>("SELECT mention_id, evidence FROM opinions WHERE id = $1");
        let Some(found) = query.bind(opinion.0).fetch_optional(&mut *tx).await? else {
            return Err(StoreError::Missing { what: "opinion", id: opinion.to_string() }.into());
        };
        said.push(found);
    }
    let mut mentions: Vec<i64> = said.iter().map(|(mention, _)| *mention).collect();
    mentions.sort_unstable();
    mentions.dedup();
    // A judgement written at this moment would not see the correction, nor the correction its opinions.
    mentions::lock(&mut tx, &mentions).await?;
    let (map, place) = match &new.place {
        Some((map, place)) => (Some(map.as_str()), place.as_ref()),
        None => (None, None),
    };
    let sql = "INSERT INTO overrides (mention_id, evidence, sentiment, map, stage, touchpoint, relevant, actor, at_ms) \
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    for (mention, evidence) in &said {
        let query = sqlx::query(sql)
            .bind(mention)
            .bind(evidence)
            .bind(new.sentiment.map(SentimentLabel::as_str))
            .bind(map)
            .bind(place.map(|(stage, _)| stage.as_str()))
            .bind(place.map(|(_, touchpoint)| touchpoint.as_str()))
            .bind(new.relevant)
            .bind(storable(&new.actor))
            .bind(now.timestamp_millis());
        query.execute(&mut *tx).await?;
    }
    work::queue_for_maps(&mut tx, &mentions, now).await?;
    apply_verdicts(&mut tx, &mentions).await?;
    for opinion in opinions {
        acts::record(&mut tx, &new.act(*opinion), now).await?;
    }
    Ok(tx.commit().await?)
}

async fn of_mentions(store: &PostgresStore, mentions: &[MentionId]) -> Attempt<Vec<Override>> {
    let sql = "SELECT * FROM overrides WHERE mention_id = ANY($1) ORDER BY id";
    let rows = sqlx::query(sql).bind(list(mentions)).fetch_all(store.read()).await?;
    rows.iter().map(stored).collect()
}

async fn placed(store: &PostgresStore, map: &MapId, model: &ModelId, limit: u32) -> Attempt<Vec<PlacedOpinion>> {
    let sql = "SELECT o.id, v.touchpoint, o.evidence, e.embedding FROM overrides v \
               JOIN opinions o ON o.mention_id = v.mention_id AND o.evidence = v.evidence AND o.model = $2 \
               JOIN opinion_embeddings e ON e.opinion_id = o.id \
               WHERE v.map = $1 AND v.touchpoint IS NOT NULL AND NOT EXISTS (SELECT 1 FROM overrides w \
                 WHERE w.mention_id = v.mention_id AND w.evidence = v.evidence AND w.id > v.id \
                 AND (w.map = v.map OR w.relevant = FALSE)) ORDER BY v.id DESC LIMIT $3";
    let query = sqlx::query(sql).bind(map.as_str()).bind(model.as_str()).bind(i64::from(limit));
    let opinion = |row: &Row| {
        Ok(PlacedOpinion {
            opinion: OpinionId(column(row, "id")?),
            touchpoint: word(row, "overrides", "touchpoint")?,
            evidence: column(row, "evidence")?,
            embedding: Embedding::from_bytes(row.try_get::<&[u8], _>("embedding")?),
        })
    };
    query.fetch_all(store.read()).await?.iter().map(opinion).collect()
}

async fn corrected(store: &PostgresStore, after: Option<MentionId>, limit: u32) -> Attempt<Vec<MentionId>> {
    let sql = "SELECT DISTINCT mention_id FROM overrides WHERE mention_id > $1 ORDER BY mention_id LIMIT $2";
    let query = sqlx::query_scalar(sql).bind(after.map_or(i64::MIN, |id| id.0)).bind(i64::from(limit));
    Ok(query.fetch_all(store.read()).await?.into_iter().map(MentionId).collect())
}

fn stored(row: &Row) -> Attempt<Override> {
    let map: Option<MapId> = word_or_none(row, "overrides", "map")?;
    let stage = word_or_none(row, "overrides", "stage")?;
    let touchpoint = word_or_none(row, "overrides", "touchpoint")?;
    Ok(Override {
        mention: MentionId(column(row, "mention_id")?),
        evidence: column(row, "evidence")?,
        sentiment: word_or_none(row, "overrides", "sentiment")?,
        place: map.map(|map| (map, stage.zip(touchpoint))),
        relevant: column(row, "relevant")?,
        actor: column(row, "actor")?,
        at: instant(row, "overrides", "at_ms")?,
    })
}

#[async_trait]
impl OverrideStore for PostgresStore {
    async fn add_overrides(&self, opinions: &[OpinionId], new: &NewOverride, now: DateTime<Utc>) -> Result<()> {
        self.told("store a correction", add(self, opinions, new, now).await)
    }

    async fn overrides(&self, mentions: &[MentionId]) -> Result<Vec<Override>> {
        self.told("read corrections", of_mentions(self, mentions).await)
    }

    async fn placed_opinions(&self, map: &MapId, model: &ModelId, limit: u32) -> Result<Vec<PlacedOpinion>> {
        self.told("read what people placed", placed(self, map, model, limit).await)
    }

    async fn corrected_mentions(&self, after: Option<MentionId>, limit: u32) -> Result<Vec<MentionId>> {
        self.told("list corrected mentions", corrected(self, after, limit).await)
    }
}
