//! Flags follow the assignments they were raised by.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use moodline_store::MentionAssignments;
use moodline_types::{Assignment, FlagStatus, MapId, NewFlag};
use sqlx::QueryBuilder;

use crate::{
    connect::{Tx, events_in_turn},
    failure::Attempt,
    rows::{Db, ROWS_PER_INSERT, column, list},
};

/// A flag to raise, with its mention.
pub(crate) type Wanted<'a> = (i64, &'a NewFlag);

/// Refreshes what is still warranted whatever its status, and takes away what is no longer warranted, still open and
/// untouched by people. What is new is left to [`raise`], which comes last.
pub(crate) async fn follow<'a>(
    tx: &mut Tx,
    map: &MapId,
    held: &[i64],
    kept: &[&'a MentionAssignments],
) -> Attempt<Vec<Wanted<'a>>> {
    let mut wanted: Vec<Wanted<'a>> =
        kept.iter().flat_map(|mention| mention.flags.iter().map(|flag| (mention.mention.0, flag))).collect();
    lower(tx, map, held, &wanted).await?;
    let there = shown(tx, map, held).await?.flags;
    let sql = "UPDATE flags SET stage = $4, opinion_id = $5, severity = $6 \
               WHERE map = $1 AND mention_id = $2 AND touchpoint = $3";
    for (mention, flag) in wanted.iter().filter(|wanted| there.contains_key(&key(wanted))) {
        let query = sqlx::query(sql).bind(map.as_str()).bind(*mention).bind(flag.touchpoint.as_str());
        let query = query.bind(flag.stage.as_str()).bind(flag.opinion.0).bind(flag.severity);
        query.execute(&mut **tx).await?;
    }
    wanted.retain(|wanted| !there.contains_key(&key(wanted)));
    Ok(wanted)
}

fn key((mention, flag): &Wanted<'_>) -> (i64, String) {
    (*mention, flag.touchpoint.as_str().to_owned())
}

/// Raises what is new as open: the last that a transaction does, so that nobody waits long for its number.
pub(crate) async fn raise(tx: &mut Tx, map: &MapId, fresh: &[Wanted<'_>], now: DateTime<Utc>) -> Attempt<()> {
    if !fresh.is_empty() {
        events_in_turn(tx).await?;
    }
    for chunk in fresh.chunks(ROWS_PER_INSERT) {
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
    /// With those that are about to be raised.
    pub(crate) fn with(mut self, fresh: &[Wanted<'_>]) -> Self {
        let raised =
            fresh.iter().map(|wanted| (key(wanted), (wanted.1.opinion.0, FlagStatus::Open.as_str().to_owned())));
        self.flags.extend(raised);
        self
    }

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
