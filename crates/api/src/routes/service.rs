//! Sources, runs, schedule, status.

use axum::{Json, extract::State};
use moodline_types::{RunKind, SourceId};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::Answer;
use crate::{
    AskError,
    api::Api,
    ask::journal,
    body::{DroppedList, Rejected, Run, ScheduledJob, Source, Status, words},
    extract::{Nothing, Params, PathOf},
};

/// Rows where nothing else is asked for.
const PAGE: u32 = 50;
/// Items kept out, where nothing else is asked for.
const DROPPED: u32 = 200;
/// Most times of the schedule per job.
const MOST_TIMES: u32 = 100;

pub(super) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(show_status))
        .routes(routes!(list_sources))
        .routes(routes!(list_rejected))
        .routes(routes!(show_source))
        .routes(routes!(list_dropped))
        .routes(routes!(list_runs))
        .routes(routes!(show_schedule))
}

/// What runs, what is due, what is stuck
///
/// Like `moodline status --format json`.
#[utoipa::path(get, path = "/v1/status", tag = "service", responses((status = 200, body = Status)))]
async fn show_status(State(api): State<Api>, Params(Nothing {}): Params<Nothing>) -> Answer<Status> {
    Ok(Json(api.host().status().await?))
}

/// How every source stands
///
/// Like `moodline sources --format json`.
#[utoipa::path(get, path = "/v1/sources", tag = "service", responses((status = 200, body = Vec<Source>)))]
async fn list_sources(State(api): State<Api>, Params(Nothing {}): Params<Nothing>) -> Answer<Vec<Source>> {
    Ok(Json(api.host().sources(None).await?))
}

/// How one source stands
///
/// Like the one of `moodline sources --source SOURCE --format json`.
#[utoipa::path(get, path = "/v1/sources/{source}", tag = "service", params(("source" = words::SourceId, Path)),
    responses((status = 200, body = Source)))]
async fn show_source(
    State(api): State<Api>,
    PathOf(source): PathOf<SourceId>,
    Params(Nothing {}): Params<Nothing>,
) -> Answer<Source> {
    let found = api.host().sources(Some(&source)).await?.pop();
    let hint = "; /v1/sources lists those there are".to_owned();
    Ok(Json(found.ok_or_else(|| AskError::Missing { what: "source", id: source.to_string(), hint })?))
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct RejectedParams {
    /// Only of this source.
    #[param(value_type = Option<words::SourceId>, nullable = false)]
    source: Option<SourceId>,
    /// Most rows, 50 where it is not said.
    #[param(nullable = false, minimum = 1, maximum = 500)]
    limit: Option<u32>,
}

/// Rows that could not be read, newest first
///
/// Like `moodline sources --rejected --format json`.
#[utoipa::path(get, path = "/v1/rejected", tag = "service", params(RejectedParams),
    responses((status = 200, body = Vec<Rejected>)))]
async fn list_rejected(State(api): State<Api>, Params(asked): Params<RejectedParams>) -> Answer<Vec<Rejected>> {
    Ok(Json(journal::rejected(api.store(), asked.source.as_ref(), Api::page(asked.limit, PAGE)?).await?))
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct DroppedParams {
    /// Most items, 200 where it is not said.
    #[param(nullable = false, minimum = 1, maximum = 500)]
    limit: Option<u32>,
}

/// What the rules of a source keep out, newest first, with the reason
///
/// Like `moodline sources dropped SOURCE --format json`.
#[utoipa::path(get, path = "/v1/sources/{source}/dropped", tag = "service",
    params(("source" = words::SourceId, Path), DroppedParams), responses((status = 200, body = DroppedList)))]
async fn list_dropped(
    State(api): State<Api>,
    PathOf(source): PathOf<SourceId>,
    Params(asked): Params<DroppedParams>,
) -> Answer<DroppedList> {
    Ok(Json(journal::dropped(api.store(), &source, Api::page(asked.limit, DROPPED)?).await?))
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct RunParams {
    /// Only of this step.
    #[param(value_type = Option<words::RunKind>, nullable = false)]
    kind: Option<RunKind>,
    /// Most runs, 50 where it is not said.
    #[param(nullable = false, minimum = 1, maximum = 500)]
    limit: Option<u32>,
}

/// What ran, newest first
///
/// Like `moodline runs --format json`.
#[utoipa::path(get, path = "/v1/runs", tag = "service", params(RunParams), responses((status = 200, body = Vec<Run>)))]
async fn list_runs(State(api): State<Api>, Params(asked): Params<RunParams>) -> Answer<Vec<Run>> {
    Ok(Json(journal::runs(api.store(), asked.kind, Api::page(asked.limit, PAGE)?).await?))
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ScheduleParams {
    /// Times to give per job, 2 where it is not said.
    #[param(nullable = false, minimum = 1, maximum = 100)]
    times: Option<u32>,
}

/// When everything is due next
///
/// Like `moodline schedule --format json`.
#[utoipa::path(get, path = "/v1/schedule", tag = "service", params(ScheduleParams),
    responses((status = 200, body = Vec<ScheduledJob>)))]
async fn show_schedule(State(api): State<Api>, Params(asked): Params<ScheduleParams>) -> Answer<Vec<ScheduledJob>> {
    let times = asked.times.unwrap_or(2);
    if !(1..=MOST_TIMES).contains(&times) {
        return Err(AskError::field("times", format!("{times} is not from 1 to {MOST_TIMES}")).into());
    }
    Ok(Json(api.host().schedule(times).await?))
}
