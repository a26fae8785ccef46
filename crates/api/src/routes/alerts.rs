//! Alerts, and what teams did at their touchpoints.

use axum::{Json, extract::State, http::StatusCode};
use chrono::{DateTime, Utc};
use moodline_types::{AlertId, AlertKind, AlertQuery, AlertStatus, AlertTier, ChangeId, MapId, SourceId, TouchpointId};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::Answer;
use crate::{
    api::Api,
    ask::alerts,
    body::{Alert, AlertTriage, NewTouchpointChange, TouchpointChange, words},
    extract::{Commas, Nothing, Params, PathOf, Sent},
    guard::Triager,
    problem::Refusal,
};

/// Alerts where nothing else is asked for.
const PAGE: u32 = 50;

pub(super) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(list_alerts))
        .routes(routes!(show_alert, triage_alert))
        .routes(routes!(list_changes, add_change))
        .routes(routes!(remove_change))
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

/// One alert
#[utoipa::path(get, path = "/v1/alerts/{alert}", tag = "alerts", params(("alert" = i64, Path)),
    responses((status = 200, body = Alert)))]
async fn show_alert(
    State(api): State<Api>,
    PathOf(alert): PathOf<AlertId>,
    Params(Nothing {}): Params<Nothing>,
) -> Answer<Alert> {
    Ok(Json(alerts::show(api.store(), alert).await?))
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
