//! What fits no touchpoint of a map.

use moodline_store::Unplaced;
use moodline_types::{DayWindow, MapId};

use crate::{
    PostgresStore,
    failure::Attempt,
    opinions,
    themes::{bounds, opinion},
};

/// The opinions at no touchpoint in a window, a sample of at most `limit`.
pub(crate) async fn read(store: &PostgresStore, map: &MapId, window: DayWindow, limit: u32) -> Attempt<Unplaced> {
    let Some(model) = opinions::adopted(store).await? else {
        return Ok(Unplaced { total: 0, opinions: Vec::new() });
    };
    let (from, to) = bounds(window);
    let sql = "SELECT count(*) FROM assignments a JOIN mentions m ON m.id = a.mention_id \
               WHERE a.map = $1 AND a.touchpoint IS NULL AND a.posted_ms >= $2 AND a.posted_ms < $3 \
               AND a.reason <> 'override' AND m.hidden_ms IS NULL AND m.copy_of IS NULL";
    let total: i64 = sqlx::query_scalar(sql).bind(map.as_str()).bind(from).bind(to).fetch_one(store.read()).await?;
    let sql = "SELECT o.*, o.id AS opinion, e.embedding, m.language, m.posted_ms, o.verdict AS counted FROM (\
                 SELECT a.opinion_id FROM assignments a JOIN mentions m ON m.id = a.mention_id \
                 WHERE a.map = $1 AND a.touchpoint IS NULL AND a.posted_ms >= $2 AND a.posted_ms < $3 \
                 AND a.reason <> 'override' AND m.hidden_ms IS NULL AND m.copy_of IS NULL \
                 ORDER BY (a.opinion_id % 1000003) * 618034 % 1000003, a.opinion_id LIMIT $5) p \
               JOIN opinions o ON o.id = p.opinion_id JOIN opinion_embeddings e ON e.opinion_id = o.id \
               JOIN mentions m ON m.id = o.mention_id WHERE o.model = $4 AND o.evidence <> '' ORDER BY o.id";
    let query = sqlx::query(sql).bind(map.as_str()).bind(from).bind(to).bind(model.id.as_str()).bind(i64::from(limit));
    let opinions = query.fetch_all(store.read()).await?.iter().map(opinion).collect::<Attempt<Vec<_>>>()?;
    Ok(Unplaced { total: total.unsigned_abs(), opinions })
}
