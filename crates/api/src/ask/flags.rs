//! What asks for attention, and what people do with it.

use std::collections::BTreeMap;

use chrono::{DateTime, SecondsFormat, Utc};
use moodline_store::Store;
use moodline_types::{FlagId, FlagQuery, FlagRow, FlagStatus, MapId, TouchpointId, Triage};

use super::maps;
use crate::{
    AskError,
    body::{Flag, FlagEvent, FlagHistory, FlagList, FlagSelection, FlagTriage, TriageOutcome, Waiting},
};

/// Most flags that one act changes or a digest reads.
pub const MOST: u32 = 100_000;
/// Most flags named one by one.
const MOST_NAMED: usize = 1000;
/// Flags shown for each owner.
const WORST: usize = 3;

/// Refuses a map or touchpoint that does not exist: an empty list would say that nobody complained.
async fn exists(store: &dyn Store, map: Option<&MapId>, touchpoint: Option<&TouchpointId>) -> Result<(), AskError> {
    match (map, touchpoint) {
        (None, None) => Ok(()),
        (None, Some(_)) => Err(AskError::field("map", "is missing: say on which map the touchpoint is")),
        (Some(map), touchpoint) => maps::of_place(&*maps::loaded(store, map).await?, None, touchpoint),
    }
}

/// A page of flags, the most severe first.
///
/// # Errors
/// `Missing` for a map, `Field` for a touchpoint that does not exist.
pub async fn list(store: &dyn Store, query: &FlagQuery) -> Result<FlagList, AskError> {
    exists(store, query.map.as_ref(), query.touchpoint.as_ref()).await?;
    // One more tells whether there is another page.
    let mut rows = store.flags(&FlagQuery { limit: query.limit.saturating_add(1), ..query.clone() }).await?;
    let has_more = rows.len() > query.limit as usize;
    rows.truncate(query.limit as usize);
    let next = rows.last().filter(|_| has_more).map(|row| cursor(row.severity, row.id));
    let total = store.count_flags(query).await?;
    Ok(FlagList { flags: rows.into_iter().map(Flag::from).collect(), total, next })
}

/// Where a page ended.
fn cursor(severity: f32, id: FlagId) -> String {
    format!("{:08x}{:x}", severity.to_bits(), id.0)
}

/// Reads what the page before gave as `next`.
///
/// # Errors
/// `Field` for anything else.
pub fn after(text: &str) -> Result<(f32, FlagId), AskError> {
    let read = || {
        let (severity, id) = text.split_at_checked(8)?;
        let hex = |part: &str| part.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        let severity = f32::from_bits(u32::from_str_radix(severity, 16).ok().filter(|_| hex(text))?);
        let id = i64::from_str_radix(id, 16).ok()?;
        (0.0..=1.0).contains(&severity).then_some((severity, FlagId(id)))
    };
    read().ok_or_else(|| AskError::field("after", "is not what a page before gave as `next`"))
}

async fn one(store: &dyn Store, flag: FlagId) -> Result<FlagRow, AskError> {
    let query = FlagQuery { ids: vec![flag], ..FlagQuery::default() };
    let row = store.flags(&query).await?.pop();
    let hint = "; `moodline flags list` shows those there are".to_owned();
    row.ok_or_else(|| AskError::Missing { what: "flag", id: flag.to_string(), hint })
}

/// A flag and what people did with it.
///
/// # Errors
/// `Missing` where there is no such flag.
pub async fn history(store: &dyn Store, flag: FlagId) -> Result<FlagHistory, AskError> {
    let row = one(store, flag).await?;
    let events = store.flag_history(flag).await?;
    Ok(FlagHistory { flag: row.into(), events: events.into_iter().map(FlagEvent::from).collect() })
}

/// One flag.
///
/// # Errors
/// `Missing` where there is no such flag.
pub async fn show(store: &dyn Store, flag: FlagId) -> Result<Flag, AskError> {
    Ok(one(store, flag).await?.into())
}

/// Does the same with all flags selected, in the name of `actor`: with all of them or none.
///
/// # Errors
/// `Missing` for a flag, `Field` for what cannot be done.
pub async fn triage(
    store: &dyn Store,
    selection: FlagSelection,
    actor: &str,
    now: DateTime<Utc>,
) -> Result<TriageOutcome, AskError> {
    let FlagSelection { ids, all, map, touchpoint, status, assignee, overdue, change } = selection;
    let change = triage_of(change, actor)?;
    let narrows = map.is_some() || touchpoint.is_some() || !status.is_empty() || assignee.is_some() || overdue;
    let ids: Vec<FlagId> = match (ids.is_empty(), all) {
        (true, false) => return Err(AskError::field("ids", "is empty: name the flags, or say `all` with conditions")),
        (false, true) => return Err(AskError::field("all", "stands beside `ids`: say one or the other")),
        (false, false) if narrows => {
            return Err(AskError::field("ids", "stands beside conditions, which are for `all`"));
        }
        (false, false) if ids.len() > MOST_NAMED => {
            return Err(AskError::field("ids", format!("names more than {MOST_NAMED} flags")));
        }
        (false, false) => ids.into_iter().map(FlagId).collect(),
        (true, true) => {
            exists(store, map.as_ref(), touchpoint.as_ref()).await?;
            let query = FlagQuery {
                map,
                touchpoint,
                statuses: status,
                assignee: assignee.map(|words| words.0),
                due_before: overdue.then_some(now),
                limit: MOST,
                ..FlagQuery::default()
            };
            store.flags(&query).await?.iter().map(|row| row.id).collect()
        }
    };
    if !ids.is_empty() {
        store.triage(&ids, &change, now).await?;
    }
    Ok(TriageOutcome { changed: ids.iter().map(|id| id.0).collect() })
}

/// What was asked for as the store takes it.
fn triage_of(change: FlagTriage, actor: &str) -> Result<Triage, AskError> {
    let FlagTriage { status, assignee, due_at, note } = change;
    if status == Some(FlagStatus::Resolved) && note.is_none() {
        return Err(AskError::field("note", "is missing: say what resolved it"));
    }
    if status.is_none() && assignee.is_none() && due_at.is_none() && note.is_none() {
        return Err(AskError::field("status", "is missing, and so is everything else: say what shall change"));
    }
    let year = |at: DateTime<Utc>| chrono::Datelike::year(&at);
    if let Some(at) = due_at.flatten().filter(|at| !(1970..=9999).contains(&year(*at))) {
        let at = at.to_rfc3339_opts(SecondsFormat::Secs, true);
        return Err(AskError::field("due_at", format!("{at} is not from 1970 to 9999")));
    }
    Ok(Triage {
        status,
        assignee: assignee.map(|name| name.map(|words| words.0)),
        due_at,
        note: note.map(|words| words.0),
        actor: actor.to_owned(),
    })
}

/// What is open, by the department that owns the touchpoint: those with the most waiting first.
///
/// # Errors
/// `Missing` for a map that does not exist.
pub async fn digest(store: &dyn Store, only: Option<&MapId>, now: DateTime<Utc>) -> Result<Vec<Waiting>, AskError> {
    exists(store, only, None).await?;
    let mut owners = BTreeMap::new();
    for record in store.maps().await?.into_iter().filter(|record| only.is_none_or(|map| record.id == *map)) {
        let loaded = maps::loaded(store, &record.id).await?;
        for (_, touchpoint) in loaded.map.touchpoints() {
            owners.insert((record.id.clone(), touchpoint.id.clone()), touchpoint.owner.clone());
        }
    }
    let statuses = vec![FlagStatus::Open, FlagStatus::Acknowledged];
    let query = FlagQuery { map: only.cloned(), statuses, limit: MOST, ..FlagQuery::default() };
    Ok(by_owner(store.flags(&query).await?, &owners, now))
}

type Owners = BTreeMap<(MapId, TouchpointId), Option<String>>;

/// `rows` come the most severe first.
fn by_owner(rows: Vec<FlagRow>, owners: &Owners, now: DateTime<Utc>) -> Vec<Waiting> {
    let mut grouped: BTreeMap<Option<&str>, Vec<FlagRow>> = BTreeMap::new();
    for row in rows {
        let owner = owners.get(&(row.map.clone(), row.touchpoint.clone())).and_then(Option::as_deref);
        grouped.entry(owner).or_default().push(row);
    }
    let count = |rows: &[FlagRow], wanted: &dyn Fn(&FlagRow) -> bool| rows.iter().filter(|row| wanted(row)).count();
    let waiting = grouped.into_iter().map(|(owner, rows)| Waiting {
        owner: owner.map(str::to_owned),
        open: count(&rows, &|row| row.status == FlagStatus::Open),
        acknowledged: count(&rows, &|row| row.status == FlagStatus::Acknowledged),
        overdue: count(&rows, &|row| row.due_at.is_some_and(|due| due < now)),
        oldest: rows.iter().map(|row| row.raised_at).min().unwrap_or(now),
        worst: rows.into_iter().take(WORST).map(Flag::from).collect(),
    });
    let mut waiting: Vec<Waiting> = waiting.collect();
    waiting.sort_by_key(|one| std::cmp::Reverse(one.open + one.acknowledged));
    waiting
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_is_read_back_and_nothing_else_is_one() {
        assert_eq!(after(&cursor(0.93, FlagId(17))).unwrap(), (0.93, FlagId(17)));
        for bad in [
            "",
            "1",
            "3f6e147b",
            "3f6e147b-1",
            "3f6e147b+1",
            "3F6E147B1",
            "ffffffff1",
            "é999999999",
            "3f6e147bffffffffffffffff",
        ] {
            assert!(after(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn triage_says_something_and_a_resolution_says_what() {
        let field = |change| match triage_of(change, "lin") {
            Err(AskError::Field { field, .. }) => field,
            other => panic!("{other:?}"),
        };
        assert_eq!(field(FlagTriage::default()), "status");
        assert_eq!(field(FlagTriage { status: Some(FlagStatus::Resolved), ..FlagTriage::default() }), "note");
        let taken = FlagTriage { assignee: Some(None), ..FlagTriage::default() };
        assert_eq!(triage_of(taken, "lin").unwrap().assignee, Some(None));
    }
}
