//! Alerts, and what teams did at their touchpoints.

use axum::{Json, extract::State, http::StatusCode};
use chrono::{DateTime, Utc};
use moodline_types::{AlertId, AlertKind, AlertQuery, AlertStatus, AlertTier, ChangeId, MapId, SourceId, TouchpointId};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::Answer;
use crate::{
    AskError,
    api::Api,
    ask::{alerts, digest},
    body::{Alert, AlertShown, AlertTriage, ChangeEffect, Department, NewTouchpointChange, TouchpointChange, words},
    extract::{Commas, Nothing, Params, PathOf, Sent, Words},
    guard::Triager,
    problem::Refusal,
};

/// Alerts where nothing else is asked for.
const PAGE: u32 = 50;
/// From when on a digest tells what is over, where nothing else is asked for.
const SINCE: &str = "1d";
/// Days before and after a change that are compared where nothing else is asked for.
const EFFECT_DAYS: u32 = 28;

pub(super) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(list_alerts))
        .routes(routes!(digest_alerts))
        .routes(routes!(show_alert, triage_alert))
        .routes(routes!(list_changes, add_change))
        .routes(routes!(remove_change))
        .routes(routes!(show_effect))
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct AlertParams {
    /// Only at touchpoints of this map.
    #[param(value_type = Option<words::MapId>, nullable = false)]
    map: Option<MapId>,
    /// Only at this touchpoint; needs `map`.
    #[param(value_type = Option<words::TouchpointId>, nullable = false)]
    touchpoint: Option<TouchpointId>,
    /// Only about this source.
    #[param(value_type = Option<words::SourceId>, nullable = false)]
    source: Option<SourceId>,
    /// Only of these kinds; several with commas.
    #[serde(default)]
    #[param(value_type = Vec<words::AlertKind>, style = Form, explode = false, required = false, min_items = 1)]
    kind: Commas<AlertKind>,
    /// Only this loud.
    #[param(value_type = Option<words::AlertTier>, nullable = false)]
    tier: Option<AlertTier>,
    /// Only those that people left like this; several with commas.
    #[serde(default)]
    #[param(value_type = Vec<words::AlertStatus>, style = Form, explode = false, required = false, min_items = 1)]
    status: Commas<AlertStatus>,
    /// `true`: only those that go on; `false`: only those that are over.
    #[param(nullable = false)]
    going_on: Option<bool>,
    /// Only those changed at or after.
    #[param(nullable = false)]
    since: Option<DateTime<Utc>>,
    /// Most alerts, 50 where it is not said.
    #[param(nullable = false, minimum = 1, maximum = 500)]
    limit: Option<u32>,
}

/// What is out of the ordinary: what goes on first, alerts before watches, the newest first
#[utoipa::path(get, path = "/v1/alerts", tag = "alerts", params(AlertParams),
    responses((status = 200, body = Vec<Alert>)))]
async fn list_alerts(State(api): State<Api>, Params(asked): Params<AlertParams>) -> Answer<Vec<Alert>> {
    let query = AlertQuery {
        ids: Vec::new(),
        map: asked.map,
        touchpoint: asked.touchpoint,
        source: asked.source,
        kinds: asked.kind.0,
        tier: asked.tier,
        statuses: asked.status.0,
        going_on: asked.going_on,
        since: asked.since,
        limit: Api::page(asked.limit, PAGE)?,
    };
    Ok(Json(alerts::list(api.store(), &query).await?))
}

/// One alert with what its mentions speak of
///
/// Like `moodline alerts show ALERT --format json`.
#[utoipa::path(get, path = "/v1/alerts/{alert}", tag = "alerts", params(("alert" = i64, Path)),
    responses((status = 200, body = AlertShown)))]
async fn show_alert(
    State(api): State<Api>,
    PathOf(alert): PathOf<AlertId>,
    Params(Nothing {}): Params<Nothing>,
) -> Answer<AlertShown> {
    Ok(Json(digest::shown(api.store(), alert).await?))
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct DigestParams {
    /// Only of this map.
    #[param(value_type = Option<words::MapId>, nullable = false)]
    map: Option<MapId>,
    /// Only what this department owns.
    #[param(value_type = Option<words::Words>, nullable = false)]
    owner: Option<Words>,
    /// What is over is told if it ended since: a date, an instant, or an age such as `7d`; `1d` where it is not said.
    #[param(value_type = Option<words::Words>, nullable = false)]
    since: Option<Words>,
}

/// What goes on and what is new, by the department that owns the touchpoint
///
/// Like `moodline alerts digest --format json`.
#[utoipa::path(get, path = "/v1/alerts/digest", tag = "alerts", params(DigestParams),
    responses((status = 200, body = Vec<Department>)))]
async fn digest_alerts(State(api): State<Api>, Params(asked): Params<DigestParams>) -> Answer<Vec<Department>> {
    let text = |words: &Option<Words>| words.as_ref().map(|words| words.0.clone());
    let (owner, since) = (text(&asked.owner), text(&asked.since));
    let since = since.as_deref().unwrap_or(SINCE);
    Ok(Json(digest::digest(api.store(), asked.map.as_ref(), owner.as_deref(), since, api.now()).await?))
}

/// Says what was done about an alert
///
/// Needs the scope `triage`; answers with the alert as it then is.
#[utoipa::path(patch, path = "/v1/alerts/{alert}", tag = "alerts", params(("alert" = i64, Path)),
    request_body = AlertTriage, responses((status = 200, body = Alert)))]
async fn triage_alert(
    State(api): State<Api>,
    Triager(actor): Triager,
    PathOf(alert): PathOf<AlertId>,
    Params(Nothing {}): Params<Nothing>,
    Sent(triage): Sent<AlertTriage>,
) -> Answer<Alert> {
    Ok(Json(alerts::triage(api.store(), alert, triage, &actor, api.now()).await?))
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ChangeParams {
    /// Only of this map.
    #[param(value_type = Option<words::MapId>, nullable = false)]
    map: Option<MapId>,
}

/// What teams did at their touchpoints, the newest first
#[utoipa::path(get, path = "/v1/changes", tag = "alerts", params(ChangeParams),
    responses((status = 200, body = Vec<TouchpointChange>)))]
async fn list_changes(State(api): State<Api>, Params(asked): Params<ChangeParams>) -> Answer<Vec<TouchpointChange>> {
    Ok(Json(alerts::changes(api.store(), asked.map.as_ref()).await?))
}

/// Puts on record what was done at a touchpoint
///
/// Needs the scope `triage`. The same change again is the one that is there already.
#[utoipa::path(post, path = "/v1/changes", tag = "alerts", request_body = NewTouchpointChange,
    responses((status = 200, body = TouchpointChange)))]
async fn add_change(
    State(api): State<Api>,
    Triager(actor): Triager,
    Params(Nothing {}): Params<Nothing>,
    Sent(new): Sent<NewTouchpointChange>,
) -> Answer<TouchpointChange> {
    Ok(Json(alerts::add_change(api.store(), new, &actor, api.now()).await?))
}

/// Forgets a change
///
/// Needs the scope `triage`.
#[utoipa::path(delete, path = "/v1/changes/{change}", tag = "alerts", params(("change" = i64, Path)),
    responses((status = 204, description = "It is gone")))]
async fn remove_change(
    State(api): State<Api>,
    Triager(actor): Triager,
    PathOf(change): PathOf<ChangeId>,
    Params(Nothing {}): Params<Nothing>,
) -> Result<StatusCode, Refusal> {
    api.store().remove_change(change, &actor, api.now()).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct EffectParams {
    /// Days before and after that are compared, 28 where it is not said.
    #[param(nullable = false, minimum = 7, maximum = 366)]
    days: Option<u32>,
}

/// What a change did: the days after it held against those before, and against the other touchpoints
///
/// Like `moodline change effect CHANGE --format json`.
#[utoipa::path(get, path = "/v1/changes/{change}/effect", tag = "alerts", params(("change" = i64, Path), EffectParams),
    responses((status = 200, body = ChangeEffect)))]
async fn show_effect(
    State(api): State<Api>,
    PathOf(change): PathOf<ChangeId>,
    Params(asked): Params<EffectParams>,
) -> Answer<ChangeEffect> {
    let days = asked.days.unwrap_or(EFFECT_DAYS);
    if !(7..=366).contains(&days) {
        return Err(AskError::field("days", format!("{days} is not from 7 to 366")).into());
    }
    Ok(Json(api.host().effect(change, days).await?))
}
