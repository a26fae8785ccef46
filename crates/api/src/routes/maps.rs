//! Maps, stages, touchpoints, layers, exports.

use axum::{
    Json,
    extract::State,
    http::header,
    response::{IntoResponse, Response},
};
use moodline_maps::ExportFormat;
use moodline_types::{MapId, PersonaId, RunId, StageId, TouchpointId};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::Answer;
use crate::{
    api::{AdditionQuery, Api},
    ask::maps::{self, LayerFilter},
    body::{
        Head, LayerSeries, Level, MapShown, MapSummary, PeriodKind, Persona, StageSummary, SuggestedAdditions,
        TouchpointSummary, words,
    },
    extract::{Nothing, Params, PathOf},
    problem::Refusal,
};

pub(super) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(list_maps))
        .routes(routes!(show_map))
        .routes(routes!(list_stages))
        .routes(routes!(list_touchpoints))
        .routes(routes!(list_personas))
        .routes(routes!(list_heads))
        .routes(routes!(list_layers))
        .routes(routes!(suggest_additions))
        .routes(routes!(export_map))
}

/// Every map with its size and mood
///
/// Like `moodline map list --format json`.
#[utoipa::path(get, path = "/v1/maps", tag = "maps", responses((status = 200, body = Vec<MapSummary>)))]
async fn list_maps(State(api): State<Api>, Params(Nothing {}): Params<Nothing>) -> Answer<Vec<MapSummary>> {
    Ok(Json(maps::list(api.store()).await?))
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ShowParams {
    /// Language of names, e.g. `zh-Hans`; English where it is not said.
    #[param(value_type = Option<words::Words>, nullable = false)]
    names: Option<crate::extract::Words>,
    /// As it was in this run; the newest where it is not said.
    #[param(nullable = false)]
    run: Option<i64>,
    /// Only what this persona's mentions say.
    #[param(value_type = Option<words::PersonaId>, nullable = false)]
    persona: Option<PersonaId>,
}

pub(super) fn language(names: Option<crate::extract::Words>) -> String {
    names.map_or_else(|| "en".to_owned(), |words| words.0)
}

/// One map with its curve
///
/// Like `moodline map show MAP --format json`.
#[utoipa::path(get, path = "/v1/maps/{map}", tag = "maps", params(("map" = words::MapId, Path), ShowParams),
    responses((status = 200, body = MapShown)))]
async fn show_map(
    State(api): State<Api>,
    PathOf(map): PathOf<MapId>,
    Params(asked): Params<ShowParams>,
) -> Answer<MapShown> {
    let ShowParams { names, run, persona } = asked;
    Ok(Json(maps::show(api.store(), &map, run.map(RunId), persona.as_ref(), &language(names)).await?))
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct NameParams {
    /// Language of names and descriptions, e.g. `zh-Hans`; English where it is not said.
    #[param(value_type = Option<words::Words>, nullable = false)]
    names: Option<crate::extract::Words>,
}

/// The stages of a map
///
/// Like `moodline map stages MAP --format json`.
#[utoipa::path(get, path = "/v1/maps/{map}/stages", tag = "maps", params(("map" = words::MapId, Path), NameParams),
    responses((status = 200, body = Vec<StageSummary>)))]
async fn list_stages(
    State(api): State<Api>,
    PathOf(map): PathOf<MapId>,
    Params(asked): Params<NameParams>,
) -> Answer<Vec<StageSummary>> {
    Ok(Json(maps::stages(api.store(), &map, &language(asked.names)).await?))
}

/// The touchpoints of a map
///
/// Like `moodline map touchpoints MAP --format json`.
#[utoipa::path(get, path = "/v1/maps/{map}/touchpoints", tag = "maps", params(("map" = words::MapId, Path), NameParams),
    responses((status = 200, body = Vec<TouchpointSummary>)))]
async fn list_touchpoints(
    State(api): State<Api>,
    PathOf(map): PathOf<MapId>,
    Params(asked): Params<NameParams>,
) -> Answer<Vec<TouchpointSummary>> {
    Ok(Json(maps::touchpoints(api.store(), &map, &language(asked.names)).await?))
}

/// What people's corrections taught a map
///
/// Like `moodline map heads MAP --format json`.
#[utoipa::path(get, path = "/v1/maps/{map}/heads", tag = "maps", params(("map" = words::MapId, Path)),
    responses((status = 200, body = Vec<Head>)))]
async fn list_heads(
    State(api): State<Api>,
    PathOf(map): PathOf<MapId>,
    Params(Nothing {}): Params<Nothing>,
) -> Answer<Vec<Head>> {
    Ok(Json(maps::heads(api.store(), &map).await?))
}

/// The personas of a map
///
/// Like `moodline map personas MAP --format json`.
#[utoipa::path(get, path = "/v1/maps/{map}/personas", tag = "maps", params(("map" = words::MapId, Path), NameParams),
    responses((status = 200, body = Vec<Persona>)))]
async fn list_personas(
    State(api): State<Api>,
    PathOf(map): PathOf<MapId>,
    Params(asked): Params<NameParams>,
) -> Answer<Vec<Persona>> {
    Ok(Json(maps::personas(api.store(), &map, &language(asked.names)).await?))
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct LayerParams {
    /// Of this run; the newest where it is not said.
    #[param(nullable = false)]
    run: Option<i64>,
    /// Only the whole map, stages, or touchpoints.
    #[param(nullable = false)]
    level: Option<Level>,
    /// Only this stage and its touchpoints.
    #[param(value_type = Option<words::StageId>, nullable = false)]
    stage: Option<StageId>,
    /// Only this touchpoint.
    #[param(value_type = Option<words::TouchpointId>, nullable = false)]
    touchpoint: Option<TouchpointId>,
    /// What this persona's mentions say; everyone's where it is not said.
    #[param(value_type = Option<words::PersonaId>, nullable = false)]
    persona: Option<PersonaId>,
    /// `window`: how things stand; `week`, `month`: the curve over time.
    #[param(nullable = false)]
    period: Option<PeriodKind>,
}

/// The numbers of a map's curve: the window, and by week and month
///
/// Like `moodline map layers MAP --format json`.
#[utoipa::path(get, path = "/v1/maps/{map}/layers", tag = "maps", params(("map" = words::MapId, Path), LayerParams),
    responses((status = 200, body = LayerSeries)))]
async fn list_layers(
    State(api): State<Api>,
    PathOf(map): PathOf<MapId>,
    Params(asked): Params<LayerParams>,
) -> Answer<LayerSeries> {
    let LayerParams { run, level, stage, touchpoint, persona, period } = asked;
    let filter = LayerFilter { run: run.map(RunId), level, stage, touchpoint, persona, period };
    Ok(Json(maps::layers(api.store(), &map, &filter).await?))
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct SuggestParams {
    /// Posted at or after: a date (2026-05-01), an instant, or an age (36h, 14d, 8w); the window of the curve where it is
    /// not said. Whole days in UTC are looked at.
    #[param(value_type = Option<words::Words>, nullable = false)]
    since: Option<crate::extract::Words>,
    /// Posted before: a date, an instant or an age.
    #[param(value_type = Option<words::Words>, nullable = false)]
    until: Option<crate::extract::Words>,
    /// Mentions that make a group, 8 where it is not said.
    #[param(nullable = false, minimum = 2, maximum = 1000)]
    least: Option<u32>,
    /// Most suggestions, 10 where it is not said.
    #[param(nullable = false, minimum = 1, maximum = 100)]
    top: Option<u32>,
}

/// What could be added to a map: touchpoints and keywords for what fits nowhere on it
///
/// Like `moodline map suggest --map MAP --format json`. Computed anew for every request; what customers suggest is among
/// the pain points.
#[utoipa::path(get, path = "/v1/maps/{map}/suggestions", tag = "maps",
    params(("map" = words::MapId, Path), SuggestParams), responses((status = 200, body = SuggestedAdditions)))]
async fn suggest_additions(
    State(api): State<Api>,
    PathOf(map): PathOf<MapId>,
    Params(asked): Params<SuggestParams>,
) -> Answer<SuggestedAdditions> {
    let SuggestParams { since, until, least, top } = asked;
    let (since, until) = (since.map(|words| words.0), until.map(|words| words.0));
    Ok(Json(api.host().additions(&map, &AdditionQuery { since, until, least, top }).await?))
}

/// A format of other tools.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
enum Format {
    /// The stable JSON.
    Json,
    /// One row per touchpoint and period.
    Csv,
    /// Markdown with two Mermaid diagrams.
    Mermaid,
    /// A picture.
    Svg,
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ExportParams {
    /// What to write.
    #[param(inline)]
    format: Format,
    /// Language of names, e.g. `zh-Hans`; English where it is not said.
    #[param(value_type = Option<words::Words>, nullable = false)]
    names: Option<crate::extract::Words>,
    /// As it was in this run; the newest where it is not said.
    #[param(nullable = false)]
    run: Option<i64>,
}

/// A map with its curve, for other tools
///
/// Like `moodline map export MAP --format FORMAT`.
#[utoipa::path(get, path = "/v1/maps/{map}/export", tag = "maps", params(("map" = words::MapId, Path), ExportParams),
    responses((status = 200, description = "The map in the format asked for", content(
        (MapShown = "application/json"), (String = "text/csv"), (String = "text/markdown"), (String = "image/svg+xml")))))]
async fn export_map(
    State(api): State<Api>,
    PathOf(map): PathOf<MapId>,
    Params(asked): Params<ExportParams>,
) -> Result<Response, Refusal> {
    let (format, kind) = match asked.format {
        Format::Json => (ExportFormat::Json, "application/json"),
        Format::Csv => (ExportFormat::Csv, "text/csv; charset=utf-8"),
        Format::Mermaid => (ExportFormat::Mermaid, "text/markdown; charset=utf-8"),
        Format::Svg => (ExportFormat::Svg, "image/svg+xml"),
    };
    let text = maps::exported(api.store(), &map, asked.run.map(RunId), &language(asked.names), format).await?;
    let name = format!("attachment; filename=\"{map}.{}\"", format.extension());
    // A picture with names from a file is shown as a picture and runs nothing.
    let policy = "default-src 'none'; style-src 'unsafe-inline'; sandbox";
    let headers = [
        (header::CONTENT_TYPE, kind),
        (header::CONTENT_DISPOSITION, name.as_str()),
        (header::CONTENT_SECURITY_POLICY, policy),
    ];
    Ok((headers, text).into_response())
}
