//! Pain points, opportunities and questions; what surveys say.

use axum::{Json, extract::State};
use chrono::{Datelike as _, NaiveDate};
use moodline_types::{MapId, RunId, TouchpointId};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{Answer, maps::language};
use crate::{
    AskError,
    api::Api,
    ask::themes::{self, ThemeFilter},
    body::{Metrics, ThemeChoice, ThemeList, words},
    extract::{Params, PathOf, Words},
};

/// Themes where nothing else is asked for.
const PAGE: u32 = 10;
/// Most days of survey answers; the command line has the same bound.
const MOST_DAYS: u32 = 3660;

pub(super) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(list_themes)).routes(routes!(show_metrics))
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ThemeParams {
    /// Complaints, opportunities or questions; complaints where it is not said.
    #[param(inline, nullable = false)]
    kind: Option<ThemeChoice>,
    /// Only this touchpoint.
    #[param(value_type = Option<words::TouchpointId>, nullable = false)]
    touchpoint: Option<TouchpointId>,
    /// As it was in this run, the mentions listed being those of the newest; the newest where it is not said.
    #[param(nullable = false)]
    run: Option<i64>,
    /// Most themes, 10 where it is not said.
    #[param(nullable = false, minimum = 1, maximum = 500)]
    limit: Option<u32>,
    /// Language of names, e.g. `zh-Hans`; English where it is not said.
    #[param(value_type = Option<words::Words>, nullable = false)]
    names: Option<Words>,
}

/// What to fix first: themes of complaints by their impact and effort; or opportunities, or questions
///
/// Like `moodline painpoints --map MAP --format json`.
#[utoipa::path(get, path = "/v1/maps/{map}/painpoints", tag = "maps", params(("map" = words::MapId, Path), ThemeParams),
    responses((status = 200, body = ThemeList)))]
async fn list_themes(
    State(api): State<Api>,
    PathOf(map): PathOf<MapId>,
    Params(asked): Params<ThemeParams>,
) -> Answer<ThemeList> {
    let ThemeParams { kind, touchpoint, run, limit, names } = asked;
    let top = Some(Api::page(limit, PAGE)? as usize);
    let filter = ThemeFilter { choice: kind.unwrap_or_default(), touchpoint, run: run.map(RunId), top };
    Ok(Json(themes::list(api.store(), &map, &filter, &language(names)).await?))
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct MetricParams {
    /// Last day, from 1970 to 9999; that of the newest curve where it is not said.
    #[param(nullable = false)]
    until: Option<NaiveDate>,
    /// Days, the last included; those of the curve where it is not said.
    #[param(nullable = false, minimum = 1, maximum = 3660)]
    days: Option<u32>,
}

/// NPS, CSAT and CES with their intervals, and how many customers go on from stage to stage
///
/// Like `moodline metrics show --map MAP --format json`.
#[utoipa::path(get, path = "/v1/maps/{map}/metrics", tag = "maps", params(("map" = words::MapId, Path), MetricParams),
    responses((status = 200, body = Metrics)))]
async fn show_metrics(
    State(api): State<Api>,
    PathOf(map): PathOf<MapId>,
    Params(asked): Params<MetricParams>,
) -> Answer<Metrics> {
    let MetricParams { until, days } = asked;
    if let Some(days) = days.filter(|days| !(1..=MOST_DAYS).contains(days)) {
        return Err(AskError::field("days", format!("{days} is not from 1 to {MOST_DAYS}")).into());
    }
    if let Some(day) = until.filter(|day| !(1970..=9999).contains(&day.year())) {
        return Err(AskError::field("until", format!("{day} is not from 1970 to 9999")).into());
    }
    Ok(Json(api.host().metrics(&map, until, days).await?))
}
