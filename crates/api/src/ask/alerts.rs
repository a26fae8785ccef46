//! What worsened, and what teams did at their touchpoints.

use chrono::{DateTime, Datelike as _, Utc};
use moodline_store::{self as store, Store};
use moodline_types::{AlertId, AlertQuery, MapId};

use super::maps;
use crate::{
    AskError,
    body::{Alert, AlertTriage, NewTouchpointChange, TouchpointChange},
};

/// The alerts that fit: those that go on first, alerts before watches, the newest first.
///
/// # Errors
/// `Missing` for a map, `Field` for a touchpoint that does not exist.
pub async fn list(store: &dyn Store, query: &AlertQuery) -> Result<Vec<Alert>, AskError> {
    match (&query.map, &query.touchpoint) {
        (None, Some(_)) => return Err(AskError::field("map", "is missing: say on which map the touchpoint is")),
        (Some(map), touchpoint) => maps::of_place(&*maps::loaded(store, map).await?, None, touchpoint.as_ref())?,
        (None, None) => {}
    }
    Ok(store.alerts(query).await?.into_iter().map(Alert).collect())
}

/// One alert.
///
/// # Errors
/// `Missing` where there is no such alert.
pub async fn show(store: &dyn Store, alert: AlertId) -> Result<Alert, AskError> {
    let query = AlertQuery { ids: vec![alert], ..AlertQuery::default() };
    let found = store.alerts(&query).await?.pop();
    let hint = "; `moodline alerts list --all` shows those there are".to_owned();
    found.map(Alert).ok_or_else(|| AskError::Missing { what: "alert", id: alert.to_string(), hint })
}

/// Says what was done about an alert, in the name of `actor`; the alert as it then is.
///
/// # Errors
/// `Missing` where there is no such alert.
pub async fn triage(
    store: &dyn Store,
    alert: AlertId,
    triage: AlertTriage,
    actor: &str,
    now: DateTime<Utc>,
) -> Result<Alert, AskError> {
    let note = triage.note.map(|words| words.0);
    let triage = store::AlertTriage { status: triage.status, note, actor: actor.to_owned() };
    store.triage_alerts(&[alert], &triage, now).await?;
    show(store, alert).await
}

/// Says the same of several alerts; each as it then is, in the order named.
///
/// # Errors
/// `Missing` where one of them does not exist; then nothing is changed.
pub async fn triage_all(
    store: &dyn Store,
    ids: &[AlertId],
    triage: &store::AlertTriage,
    now: DateTime<Utc>,
) -> Result<Vec<Alert>, AskError> {
    store.triage_alerts(ids, triage, now).await?;
    let mut alerts = Vec::with_capacity(ids.len());
    for id in ids {
        alerts.push(show(store, *id).await?);
    }
    Ok(alerts)
}

/// Changes by day, the newest first: of one map or of all.
///
/// # Errors
/// `Missing` where there is no such map.
pub async fn changes(store: &dyn Store, map: Option<&MapId>) -> Result<Vec<TouchpointChange>, AskError> {
    if let Some(map) = map {
        maps::loaded(store, map).await?;
    }
    Ok(store.changes(map).await?.into_iter().map(TouchpointChange::from).collect())
}

/// Puts a change on record, in the name of `actor`. The same one again is the one that is there.
///
/// # Errors
/// `Missing` for a map, `Field` for a touchpoint that does not exist or a day out of range.
pub async fn add_change(
    store: &dyn Store,
    new: NewTouchpointChange,
    actor: &str,
    now: DateTime<Utc>,
) -> Result<TouchpointChange, AskError> {
    let NewTouchpointChange { map, touchpoint, day, what } = new;
    maps::of_place(&*maps::loaded(store, &map).await?, None, Some(&touchpoint))?;
    if !(1970..=9999).contains(&day.year()) {
        return Err(AskError::field("day", format!("{day} is not from 1970 to 9999")));
    }
    let actor = actor.to_owned();
    let new = store::NewTouchpointChange { map: map.clone(), touchpoint, day, what: what.0, actor };
    let id = store.add_change(&new, now).await?;
    let change = changes(store, Some(&map)).await?.into_iter().find(|change| change.id == id.0);
    change.ok_or_else(|| AskError::Missing { what: "change", id: id.to_string(), hint: String::new() })
}
