//! Where opinions lie on a map, written with everything that follows from it.

use std::collections::{BTreeMap, HashMap, HashSet};

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use moodline_store::{
    AssignmentStore, MentionAssignments, Moved, Replaced, Result, RollupDifference, WorkKind, storable,
};
use moodline_types::{Assignment, MapId, MentionId, Sentiment, TouchpointId, representative};
use sqlx::QueryBuilder;

use crate::{
    PostgresStore,
    connect::Tx,
    failure::Attempt,
    flags::{self, Shown},
    rollups,
    rows::{Db, ROWS_PER_INSERT, Row, column, corrupt, list, sentiment},
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
) -> Attempt<Replaced> {
    let ids: Vec<MentionId> = mentions.iter().map(|mention| mention.mention).collect();
    let mut tx = store.write().await?;
    let held = work::held(&mut tx, WorkKind::Assign, map.as_str(), holder, &ids).await?;
    let mut open: HashSet<i64> = held.iter().copied().collect();
    let kept: Vec<&MentionAssignments> = mentions.iter().filter(|mention| open.remove(&mention.mention.0)).collect();

    rollups::replace_tallies(&mut tx, map, &held, &kept).await?;
    let fresh = flags::follow(&mut tx, map, &held, &kept).await?;
    let flags = flags::shown(&mut tx, map, &held).await?.with(&fresh);
    let moved = replace(&mut tx, map, &held, &kept, &flags).await?;
    work::done(&mut tx, WorkKind::Assign, map.as_str(), &held).await?;
    flags::raise(&mut tx, map, &fresh, now).await?;
    tx.commit().await?;
    Ok(Replaced { written: kept.len() as u64, lost: (mentions.len() - kept.len()) as u64, moved })
}

/// An assignment as its row has it.
#[derive(Debug, PartialEq)]
struct Line {
    mention: i64,
    stage: Option<String>,
    touchpoint: Option<String>,
    score: f32,
    reason: String,
    detail: Option<String>,
    verdict: String,
    negative: f32,
    posted_ms: i64,
    representative: f32,
    flag_status: Option<String>,
}

impl Line {
    /// Whether the opinion stays where it was, whatever it scores there and why.
    fn stays_like(&self, other: &Self) -> bool {
        self.mention == other.mention
            && self.stage == other.stage
            && self.touchpoint == other.touchpoint
            && self.flag_status == other.flag_status
            && self.verdict == other.verdict
            && self.negative.to_bits() == other.negative.to_bits()
            && self.posted_ms == other.posted_ms
    }
}

/// Replaces the assignments of mentions where they differ; how many opinions moved, from where to where.
async fn replace(
    tx: &mut Tx,
    map: &MapId,
    held: &[i64],
    kept: &[&MentionAssignments],
    flags: &Shown,
) -> Attempt<Vec<Moved>> {
    let old = stored(tx, map, held).await?;
    let new = lines(tx, held, kept, flags).await?;
    let same: HashSet<i64> = new.iter().filter(|(id, line)| old.get(id) == Some(line)).map(|(id, _)| *id).collect();
    let fresh: Vec<&(i64, Line)> = new.iter().filter(|(id, _)| !same.contains(id)).collect();
    let (scored, placed): (Vec<_>, Vec<_>) =
        fresh.iter().partition(|(id, line)| old.get(id).is_some_and(|before| before.stays_like(line)));
    score(tx, map, &scored).await?;
    let stay: HashSet<i64> = scored.iter().map(|(id, _)| *id).chain(same).collect();
    let stale: Vec<i64> = old.keys().copied().filter(|id| !stay.contains(id)).collect();
    let sql = "DELETE FROM assignments WHERE map = $1 AND opinion_id = ANY($2)";
    sqlx::query(sql).bind(map.as_str()).bind(list(&stale)).execute(&mut **tx).await?;
    for chunk in placed.chunks(ROWS_PER_INSERT) {
        let mut sql = QueryBuilder::<Db>::new(
            "INSERT INTO assignments (opinion_id, map, mention_id, stage, touchpoint, score, reason, detail, verdict, \
             negative, posted_ms, representative, flag_status) ",
        );
        sql.push_values(chunk, |mut row, (id, line)| {
            row.push_bind(*id)
                .push_bind(map.as_str())
                .push_bind(line.mention)
                .push_bind(line.stage.as_deref())
                .push_bind(line.touchpoint.as_deref())
                .push_bind(line.score)
                .push_bind(line.reason.as_str())
                .push_bind(line.detail.as_deref())
                .push_bind(line.verdict.as_str())
                .push_bind(line.negative)
                .push_bind(line.posted_ms)
                .push_bind(line.representative)
                .push_bind(line.flag_status.as_deref());
        });
        sql.build().execute(&mut **tx).await?;
    }
    moved(&old, &fresh)
}

/// Gives opinions that stay where they are another score and reason: only the indexes by likeness have to follow.
async fn score(tx: &mut Tx, map: &MapId, lines: &[&(i64, Line)]) -> Attempt<()> {
    for chunk in lines.chunks(ROWS_PER_INSERT) {
        let mut sql = QueryBuilder::<Db>::new("WITH scored (id, score, reason, detail, representative) AS (");
        sql.push_values(chunk, |mut row, (id, line)| {
            row.push_bind(*id)
                .push_bind(line.score)
                .push_bind(line.reason.as_str())
                .push_bind(line.detail.as_deref())
                .push_bind(line.representative);
        });
        sql.push(
            ") UPDATE assignments SET score = scored.score, reason = scored.reason, detail = scored.detail, \
             representative = scored.representative FROM scored WHERE assignments.opinion_id = scored.id \
             AND assignments.map = ",
        );
        sql.push_bind(map.as_str());
        sql.build().execute(&mut **tx).await?;
    }
    Ok(())
}

async fn stored(tx: &mut Tx, map: &MapId, held: &[i64]) -> Attempt<HashMap<i64, Line>> {
    let sql = "SELECT a.* FROM opinions o JOIN assignments a ON a.opinion_id = o.id AND a.map = $1 \
               WHERE o.mention_id = ANY($2)";
    let rows = sqlx::query(sql).bind(map.as_str()).bind(list(held)).fetch_all(&mut **tx).await?;
    let line = |row: &Row| {
        let line = Line {
            mention: column(row, "mention_id")?,
            stage: column(row, "stage")?,
            touchpoint: column(row, "touchpoint")?,
            score: column(row, "score")?,
            reason: column(row, "reason")?,
            detail: column(row, "detail")?,
            verdict: column(row, "verdict")?,
            negative: column(row, "negative")?,
            posted_ms: column(row, "posted_ms")?,
            representative: column(row, "representative")?,
            flag_status: column(row, "flag_status")?,
        };
        Ok((column(row, "opinion_id")?, line))
    };
    rows.iter().map(line).collect()
}

/// The assignments as they are to be written.
async fn lines(tx: &mut Tx, held: &[i64], kept: &[&MentionAssignments], flags: &Shown) -> Attempt<Vec<(i64, Line)>> {
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
    let line = |(assignment, placed): (&Assignment, &Placed)| {
        let flag = flags.of(placed.mention, assignment, |flagged| opinions.contains(&flagged));
        let line = Line {
            mention: placed.mention,
            stage: assignment.place.as_ref().map(|(stage, _)| stage.to_string()),
            touchpoint: assignment.place.as_ref().map(|(_, touchpoint)| touchpoint.to_string()),
            score: assignment.score,
            reason: assignment.reason.to_string(),
            detail: assignment.detail.as_deref().map(|detail| storable(detail).into_owned()),
            verdict: placed.verdict.clone(),
            negative: placed.sentiment.negative,
            posted_ms: placed.posted_ms,
            representative: placed.representative(assignment),
            flag_status: flag.map(str::to_owned),
        };
        (assignment.opinion.0, line)
    };
    Ok(rows.into_iter().map(line).collect())
}

/// Opinions that were somewhere before and are elsewhere now.
fn moved(old: &HashMap<i64, Line>, fresh: &[&(i64, Line)]) -> Attempt<Vec<Moved>> {
    let mut counts: BTreeMap<(Option<&str>, Option<&str>), u64> = BTreeMap::new();
    for (id, line) in fresh {
        if let Some(before) = old.get(id).filter(|before| before.touchpoint != line.touchpoint) {
            *counts.entry((before.touchpoint.as_deref(), line.touchpoint.as_deref())).or_default() += 1;
        }
    }
    let touchpoint = |name: Option<&str>| -> Attempt<Option<TouchpointId>> {
        let id = name.map(str::parse::<TouchpointId>).transpose();
        id.map_err(|error| corrupt("assignments", "touchpoint", error))
    };
    let mut moved = Vec::with_capacity(counts.len());
    for ((from, to), opinions) in counts {
        moved.push(Moved { from: touchpoint(from)?, to: touchpoint(to)?, opinions });
    }
    Ok(moved)
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
    ) -> Result<Replaced> {
        self.told("store assignments", write(self, map, holder, mentions, now).await)
    }

    async fn recount(&self, map: &MapId) -> Result<Vec<RollupDifference>> {
        self.told("count the tallies again", rollups::recount(self, map).await)
    }
}
