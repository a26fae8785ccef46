//! Triage.

use axum::{Json, extract::State};
use moodline_types::{FlagId, FlagQuery, FlagStatus, MapId, TouchpointId};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::Answer;
use crate::{
    api::Api,
    ask::flags,
    body::{Flag, FlagHistory, FlagList, FlagSelection, FlagTriage, TriageOutcome, Waiting, words},
    extract::{Commas, Nothing, Params, PathOf, Sent, Words},
    guard::Triager,
};

/// Flags on a page where nothing else is asked for.
const PAGE: u32 = 50;

pub(super) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(list_flags))
        .routes(routes!(digest_flags))
        .routes(routes!(triage_flags))
        .routes(routes!(show_flag, triage_flag))
        .routes(routes!(flag_history))
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ListParams {
    /// Only of this map.
    #[param(value_type = Option<words::MapId>, nullable = false)]
    map: Option<MapId>,
    /// Only at this touchpoint; needs `map`.
    #[param(value_type = Option<words::TouchpointId>, nullable = false)]
    touchpoint: Option<TouchpointId>,
    /// Only in one of these states; several with commas.
    #[serde(default)]
    #[param(value_type = Vec<words::FlagStatus>, style = Form, explode = false, required = false, min_items = 1)]
    status: Commas<FlagStatus>,
    /// Only those that this person or team looks after.
    #[param(value_type = Option<words::Words>, nullable = false)]
    assignee: Option<Words>,
    /// Only those whose time is up.
    #[serde(default)]
    #[param(required = false)]
    overdue: bool,
    /// Where the page before ended: its `next`.
    #[param(value_type = Option<words::FlagCursor>, nullable = false)]
    after: Option<Words>,
    /// Most flags on the page, 50 where it is not said.
    #[param(nullable = false, minimum = 1, maximum = 500)]
    limit: Option<u32>,
}

/// A page of flags, the most severe first
///
/// Like `moodline flags list --format json`.
#[utoipa::path(get, path = "/v1/flags", tag = "flags", params(ListParams), responses((status = 200, body = FlagList)))]
async fn list_flags(State(api): State<Api>, Params(asked): Params<ListParams>) -> Answer<FlagList> {
    let query = FlagQuery {
        ids: Vec::new(),
        map: asked.map,
        touchpoint: asked.touchpoint,
        statuses: asked.status.0,
        assignee: asked.assignee.map(|words| words.0),
        due_before: asked.overdue.then(|| api.now()),
        after: asked.after.map(|words| flags::after(&words.0)).transpose()?,
        limit: Api::page(asked.limit, PAGE)?,
    };
    Ok(Json(flags::list(api.store(), &query).await?))
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct DigestParams {
    /// Only of this map.
    #[param(value_type = Option<words::MapId>, nullable = false)]
    map: Option<MapId>,
}

/// What is open, by the department that owns the touchpoint
///
/// Like `moodline flags digest --format json`.
#[utoipa::path(get, path = "/v1/flags/digest", tag = "flags", params(DigestParams),
    responses((status = 200, body = Vec<Waiting>)))]
async fn digest_flags(State(api): State<Api>, Params(asked): Params<DigestParams>) -> Answer<Vec<Waiting>> {
    Ok(Json(flags::digest(api.store(), asked.map.as_ref(), api.now()).await?))
}

/// One flag
///
/// Like the `flag` of `moodline flags history FLAG --format json`.
#[utoipa::path(get, path = "/v1/flags/{flag}", tag = "flags", params(("flag" = i64, Path)),
    responses((status = 200, body = Flag)))]
async fn show_flag(
    State(api): State<Api>,
    PathOf(flag): PathOf<FlagId>,
    Params(Nothing {}): Params<Nothing>,
) -> Answer<Flag> {
    Ok(Json(flags::show(api.store(), flag).await?))
}

/// What people did with a flag
///
/// Like `moodline flags history FLAG --format json`.
#[utoipa::path(get, path = "/v1/flags/{flag}/history", tag = "flags", params(("flag" = i64, Path)),
    responses((status = 200, body = FlagHistory)))]
async fn flag_history(
    State(api): State<Api>,
    PathOf(flag): PathOf<FlagId>,
    Params(Nothing {}): Params<Nothing>,
) -> Answer<FlagHistory> {
    Ok(Json(flags::history(api.store(), flag).await?))
}

/// Takes a flag on, hands it over, closes or reopens it
///
/// Needs the scope `triage`. Like `moodline flags set FLAG`; answers with the flag as it then is.
#[utoipa::path(patch, path = "/v1/flags/{flag}", tag = "flags", params(("flag" = i64, Path)), request_body = FlagTriage,
    responses((status = 200, body = Flag)))]
async fn triage_flag(
    State(api): State<Api>,
    Triager(actor): Triager,
    PathOf(flag): PathOf<FlagId>,
    Params(Nothing {}): Params<Nothing>,
    Sent(change): Sent<FlagTriage>,
) -> Answer<Flag> {
    // A flag of a hidden mention is as good as none.
    flags::show(api.store(), flag).await?;
    let selection = FlagSelection { ids: vec![flag.0], change, ..FlagSelection::default() };
    flags::triage(api.store(), selection, &actor, api.now()).await?;
    Ok(Json(flags::show(api.store(), flag).await?))
}

/// Does the same with many flags: all of them or none
///
/// Needs the scope `triage`. Like `moodline flags set FLAG… --format json`, or `--all` with filters.
#[utoipa::path(post, path = "/v1/flags/triage", tag = "flags", request_body = FlagSelection,
    responses((status = 200, body = TriageOutcome)))]
async fn triage_flags(
    State(api): State<Api>,
    Triager(actor): Triager,
    Params(Nothing {}): Params<Nothing>,
    Sent(selection): Sent<FlagSelection>,
) -> Answer<TriageOutcome> {
    Ok(Json(flags::triage(api.store(), selection, &actor, api.now()).await?))
}
