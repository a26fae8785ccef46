//! Where opinions lie on a map, written with everything that follows from it.

use std::collections::{HashMap, HashSet};

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use moodline_store::{AssignmentStore, MentionAssignments, Result, RollupDifference, WorkKind, WriteOutcome, storable};
use moodline_types::{Assignment, MapId, MentionId, Sentiment, representative};
use sqlx::QueryBuilder;

use crate::{
    PostgresStore,
    connect::Tx,
    failure::Attempt,
    flags::{self, Shown},
    rollups,
    rows::{Db, ROWS_PER_INSERT, column, list, sentiment},
    work,
};

/// What an assignment copies from its opinion and mention for the indexes.
struct Placed {
    mention: i64,
    verdict: String,
    sentiment: Sentiment,
    evidence: String,
    posted_ms: i64,
}

impl Placed {
    fn representative(&self, assignment: &Assignment) -> f32 {
        representative(self.sentiment, assignment.place.as_ref().map(|_| assignment.score), &self.evidence)
    }
}

async fn write(
    store: &PostgresStore,
    map: &MapId,
    holder: &str,
    mentions: &[MentionAssignments],
    now: DateTime<Utc>,
) -> Attempt<WriteOutcome> {
    let ids: Vec<MentionId> = mentions.iter().map(|mention| mention.mention).collect();
    let mut tx = store.write().await?;
    let held = work::held(&mut tx, WorkKind::Assign, map.as_str(), holder, &ids).await?;
    let mut open: HashSet<i64> = held.iter().copied().collect();
    let kept: Vec<&MentionAssignments> = mentions.iter().filter(|mention| open.remove(&mention.mention.0)).collect();

    flags::follow(&mut tx, map, &held, &kept, now).await?;
    let flags = flags::shown(&mut tx, map, &held).await?;
    replace(&mut tx, map, &held, &kept, &flags).await?;
    rollups::replace_tallies(&mut tx, map, &held, &kept).await?;
    work::done(&mut tx, WorkKind::Assign, map.as_str(), &held).await?;
    tx.commit().await?;
    Ok(WriteOutcome { written: kept.len() as u64, lost: (mentions.len() - kept.len()) as u64 })
}

async fn replace(tx: &mut Tx, map: &MapId, held: &[i64], kept: &[&MentionAssignments], flags: &Shown) -> Attempt<()> {
    let sql = "DELETE FROM assignments WHERE map = $1 AND opinion_id IN (SELECT o.id FROM opinions o \
               WHERE o.mention_id = ANY($2))";
    sqlx::query(sql).bind(map.as_str()).bind(list(held)).execute(&mut **tx).await?;
    let placed = placed(tx, held).await?;
    // An opinion that was replaced meanwhile has no place to be written to.
    let rows: Vec<(&Assignment, &Placed)> = kept
        .iter()
        .flat_map(|mention| mention.assignments.iter().map(|assignment| (mention.mention, assignment)))
        .filter_map(|(mention, assignment)| Some((mention, assignment, placed.get(&assignment.opinion.0)?)))
        .filter(|(mention, _, placed)| placed.mention == mention.0)
        .map(|(_, assignment, placed)| (assignment, placed))
        .collect();
    let opinions: HashSet<i64> = rows.iter().map(|(assignment, _)| assignment.opinion.0).collect();
    for chunk in rows.chunks(ROWS_PER_INSERT) {
        let mut sql = QueryBuilder::<Db>::new(
            "INSERT INTO assignments (opinion_id, map, mention_id, stage, touchpoint, score, reason, detail, verdict, \
             negative, posted_ms, representative, flag_status) ",
        );
        sql.push_values(chunk, |mut row, (assignment, placed)| {
            row.push_bind(assignment.opinion.0)
                .push_bind(map.as_str())
                .push_bind(placed.mention)
                .push_bind(assignment.place.as_ref().map(|(stage, _)| stage.as_str()))
                .push_bind(assignment.place.as_ref().map(|(_, touchpoint)| touchpoint.as_str()))
                .push_bind(assignment.score)
                .push_bind(assignment.reason.as_str())
                .push_bind(assignment.detail.as_deref().map(storable))
                .push_bind(placed.verdict.as_str())
                .push_bind(placed.sentiment.negative)
                .push_bind(placed.posted_ms)
                .push_bind(placed.representative(assignment))
                .push_bind(flags.of(placed.mention, assignment, |flagged| opinions.contains(&flagged)));
        });
        sql.build().execute(&mut **tx).await?;
    }
    Ok(())
}

async fn placed(tx: &mut Tx, held: &[i64]) -> Attempt<HashMap<i64, Placed>> {
    let sql = "SELECT o.id, o.mention_id, o.verdict, o.negative, o.neutral, o.positive, o.evidence, m.posted_ms FROM opinions o \
               JOIN mentions m ON m.id = o.mention_id WHERE o.mention_id = ANY($1)";
    let rows = sqlx::query(sql).bind(list(held)).fetch_all(&mut **tx).await?;
    let mut placed = HashMap::with_capacity(rows.len());
    for row in &rows {
        let copies = Placed {
            mention: column(row, "mention_id")?,
            verdict: column(row, "verdict")?,
            sentiment: sentiment(row)?,
            evidence: column(row, "evidence")?,
            posted_ms: column(row, "posted_ms")?,
        };
        placed.insert(column(row, "id")?, copies);
    }
    Ok(placed)
}

#[async_trait]
impl AssignmentStore for PostgresStore {
    async fn write_assignments(
        &self,
        map: &MapId,
        holder: &str,
        mentions: &[MentionAssignments],
        now: DateTime<Utc>,
    ) -> Result<WriteOutcome> {
        self.told("store assignments", write(self, map, holder, mentions, now).await)
    }

    async fn recount(&self, map: &MapId) -> Result<Vec<RollupDifference>> {
        self.told("count the tallies again", rollups::recount(self, map).await)
    }
}
