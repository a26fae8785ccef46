//! Flags follow the assignments they were raised by.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use moodline_store::MentionAssignments;
use moodline_types::{Assignment, FlagStatus, MapId, NewFlag};
use sqlx::QueryBuilder;

use crate::{
    connect::Tx,
    failure::Attempt,
    rows::{Db, ROWS_PER_INSERT, column, list},
};

/// Raises what is new as open, refreshes what is still warranted whatever its status, and takes away what is no
/// longer warranted, still open and untouched by people.
pub(crate) async fn follow(
    tx: &mut Tx,
    map: &MapId,
    held: &[i64],
    kept: &[&MentionAssignments],
    now: DateTime<Utc>,
) -> Attempt<()> {
    let wanted: Vec<(i64, &NewFlag)> =
        kept.iter().flat_map(|mention| mention.flags.iter().map(|flag| (mention.mention.0, flag))).collect();
    lower(tx, map, held, &wanted).await?;
    for chunk in wanted.chunks(ROWS_PER_INSERT) {
        let mut sql = QueryBuilder::<Db>::new(
            "INSERT INTO flags (map, mention_id, stage, touchpoint, opinion_id, severity, status, raised_ms, \
             updated_ms) ",
        );
        sql.push_values(chunk, |mut row, (mention, flag)| {
            row.push_bind(map.as_str())
                .push_bind(*mention)
                .push_bind(flag.stage.as_str())
                .push_bind(flag.touchpoint.as_str())
                .push_bind(flag.opinion.0)
                .push_bind(flag.severity)
                .push_bind(FlagStatus::Open.as_str())
                .push_bind(now.timestamp_millis())
                .push_bind(now.timestamp_millis());
        });
        sql.push(
            " ON CONFLICT (map, mention_id, touchpoint) DO UPDATE SET stage = excluded.stage, \
             opinion_id = excluded.opinion_id, severity = excluded.severity",
        );
        sql.build().execute(&mut **tx).await?;
    }
    Ok(())
}

/// The flags of mentions on a map, for their opinions to carry.
#[derive(Debug, Default)]
pub(crate) struct Shown {
    /// Opinion and status by mention and touchpoint.
    flags: HashMap<(i64, String), (i64, String)>,
}

impl Shown {
    /// The status of the flag that an assignment shows. A flag is shown by its own opinion or, once that was judged anew
    /// (`is_there` denies it), by whatever its mention says at its touchpoint.
    pub(crate) fn of(&self, mention: i64, assignment: &Assignment, is_there: impl Fn(i64) -> bool) -> Option<&str> {
        let (_, touchpoint) = assignment.place.as_ref()?;
        let (opinion, status) = self.flags.get(&(mention, touchpoint.as_str().to_owned()))?;
        (*opinion == assignment.opinion.0 || !is_there(*opinion)).then_some(status.as_str())
    }
}

/// The flags of these mentions as they stand.
pub(crate) async fn shown(tx: &mut Tx, map: &MapId, mentions: &[i64]) -> Attempt<Shown> {
    let sql = "SELECT mention_id, touchpoint, opinion_id, status FROM flags WHERE map = $1 \
               AND mention_id = ANY($2)";
    let rows = sqlx::query(sql).bind(map.as_str()).bind(mentions).fetch_all(&mut **tx).await?;
    let mut shown = Shown::default();
    for row in &rows {
        let place = (column(row, "mention_id")?, column(row, "touchpoint")?);
        shown.flags.insert(place, (column(row, "opinion_id")?, column(row, "status")?));
    }
    Ok(shown)
}

async fn lower(tx: &mut Tx, map: &MapId, held: &[i64], wanted: &[(i64, &NewFlag)]) -> Attempt<()> {
    let warranted: HashSet<(i64, &str)> =
        wanted.iter().map(|(mention, flag)| (*mention, flag.touchpoint.as_str())).collect();
    let sql = "SELECT id, mention_id, touchpoint FROM flags WHERE map = $1 AND status = 'open' \
               AND mention_id = ANY($2) ORDER BY id";
    let mut gone: Vec<i64> = Vec::new();
    for row in &sqlx::query(sql).bind(map.as_str()).bind(list(held)).fetch_all(&mut **tx).await? {
        if !warranted.contains(&(column(row, "mention_id")?, column(row, "touchpoint")?)) {
            gone.push(column(row, "id")?);
        }
    }
    if !gone.is_empty() {
        // Asked again for the status: somebody may have taken it on since.
        let sql = "DELETE FROM flags WHERE status = 'open' AND id = ANY($1) \
                   AND NOT EXISTS (SELECT 1 FROM flag_events e WHERE e.flag_id = flags.id)";
        sqlx::query(sql).bind(list(&gone)).execute(&mut **tx).await?;
    }
    Ok(())
}
