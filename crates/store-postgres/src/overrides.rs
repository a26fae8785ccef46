//! What people said against the machine.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use moodline_store::{NewOverride, Override, OverrideStore, Result, StoreError, storable};
use moodline_types::{MapId, MentionId, OpinionId, SentimentLabel};
use sqlx::Row as _;

use crate::{
    PostgresStore,
    connect::Tx,
    failure::Attempt,
    mentions,
    rows::{Row, column, instant, list, word_or_none},
    work,
};

/// Gives the opinions of these mentions the sentiment a person gave their words, where one did.
pub(crate) async fn apply_verdicts(tx: &mut Tx, mentions: &[i64]) -> Attempt<()> {
    let sql = "UPDATE opinions SET verdict = coalesce((SELECT v.sentiment FROM overrides v \
               WHERE v.mention_id = opinions.mention_id AND v.evidence = opinions.evidence \
               AND v.sentiment IS NOT NULL ORDER BY v.id DESC LIMIT 1), label) \
               WHERE mention_id IN (SELECT DISTINCT v.mention_id FROM overrides v \
               WHERE v.mention_id = ANY($1))";
    sqlx::query(sql).bind(list(mentions)).execute(&mut **tx).await?;
    Ok(())
}

async fn add(store: &PostgresStore, opinion: OpinionId, new: &NewOverride, now: DateTime<Utc>) -> Attempt<()> {
    let mut tx = store.write_queueing().await?;
    let query = sqlx::query("SELECT mention_id, evidence FROM opinions WHERE id = $1").bind(opinion.0);
    let Some(row) = query.fetch_optional(&mut *tx).await? else {
        return Err(StoreError::Missing { what: "opinion", id: opinion.to_string() }.into());
    };
    let mention: i64 = row.try_get("mention_id")?;
    // A judgement written at this moment would not see the correction, nor the correction its opinions.
    mentions::lock(&mut tx, &[mention]).await?;
    let (map, place) = match &new.place {
        Some((map, place)) => (Some(map.as_str()), place.as_ref()),
        None => (None, None),
    };
    let sql = "INSERT INTO overrides (mention_id, evidence, sentiment, map, stage, touchpoint, relevant, actor, at_ms) \
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    let query = sqlx::query(sql)
        .bind(mention)
        .bind(row.try_get::<&str, _>("evidence")?)
        .bind(new.sentiment.map(SentimentLabel::as_str))
        .bind(map)
        .bind(place.map(|(stage, _)| stage.as_str()))
        .bind(place.map(|(_, touchpoint)| touchpoint.as_str()))
        .bind(new.relevant)
        .bind(storable(&new.actor))
        .bind(now.timestamp_millis());
    query.execute(&mut *tx).await?;
    work::queue_for_maps(&mut tx, &[mention], now).await?;
    apply_verdicts(&mut tx, &[mention]).await?;
    Ok(tx.commit().await?)
}

async fn of_mentions(store: &PostgresStore, mentions: &[MentionId]) -> Attempt<Vec<Override>> {
    let sql = "SELECT * FROM overrides WHERE mention_id = ANY($1) ORDER BY id";
    let rows = sqlx::query(sql).bind(list(mentions)).fetch_all(store.read()).await?;
    rows.iter().map(stored).collect()
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
    async fn add_override(&self, opinion: OpinionId, new: &NewOverride, now: DateTime<Utc>) -> Result<()> {
        self.told("store a correction", add(self, opinion, new, now).await)
    }

    async fn overrides(&self, mentions: &[MentionId]) -> Result<Vec<Override>> {
        self.told("read corrections", of_mentions(self, mentions).await)
    }
}
