//! What maps were: their definitions, and what changed from one run to another.

use axum::{Json, extract::State};
use moodline_types::MapId;
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::Answer;
use crate::{
    api::Api,
    ask::versions,
    body::{MapDiff, MapVersion, words},
    extract::{Nothing, Params, PathOf, Words},
};

pub(super) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(list_versions)).routes(routes!(diff_map))
}

/// Every definition a map has had, the newest first
///
/// Like `moodline map history MAP --format json`.
#[utoipa::path(get, path = "/v1/maps/{map}/history", tag = "maps", params(("map" = words::MapId, Path)),
    responses((status = 200, body = Vec<MapVersion>)))]
async fn list_versions(
    State(api): State<Api>,
    PathOf(map): PathOf<MapId>,
    Params(Nothing {}): Params<Nothing>,
) -> Answer<Vec<MapVersion>> {
    Ok(Json(versions::history(api.store(), &map).await?))
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct DiffParams {
    /// The earlier one: the number of a run, or a day such as `2026-05-01`.
    #[param(value_type = words::Words)]
    from: Words,
    /// The later one.
    #[param(value_type = words::Words)]
    to: Words,
}

/// What changed on a map from one run or day to another, and which mentions moved it
///
/// Like `moodline map diff FROM TO --map MAP --format json`.
#[utoipa::path(get, path = "/v1/maps/{map}/diff", tag = "maps", params(("map" = words::MapId, Path), DiffParams),
    responses((status = 200, body = MapDiff)))]
async fn diff_map(
    State(api): State<Api>,
    PathOf(map): PathOf<MapId>,
    Params(DiffParams { from, to }): Params<DiffParams>,
) -> Answer<MapDiff> {
    Ok(Json(versions::diff(api.store(), &map, &from.0, &to.0).await?))
}
