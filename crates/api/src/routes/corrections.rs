//! Corrections.

use axum::{Json, extract::State, http::StatusCode};
use moodline_types::MentionId;
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::Answer;
use crate::{
    api::Api,
    ask::corrections,
    body::{Correction, NewCorrection},
    extract::{Nothing, Params, Sent},
    guard::Triager,
    problem::Refusal,
};

/// Corrected mentions on a page where nothing else is asked for.
const PAGE: u32 = 50;

pub(super) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(list_corrections, correct))
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ListParams {
    /// Only of mentions with a higher id: the last one's of the page before.
    #[param(nullable = false)]
    after: Option<i64>,
    /// Most mentions whose corrections are listed, 50 where it is not said.
    #[param(nullable = false, minimum = 1, maximum = 500)]
    limit: Option<u32>,
}

/// Corrections by mention, those of a mention oldest first
///
/// Like `moodline corrections --format json`. Of several for the same words the latest wins, field by field.
#[utoipa::path(get, path = "/v1/corrections", tag = "corrections", params(ListParams),
    responses((status = 200, body = Vec<Correction>)))]
async fn list_corrections(State(api): State<Api>, Params(asked): Params<ListParams>) -> Answer<Vec<Correction>> {
    let limit = Api::page(asked.limit, PAGE)?;
    Ok(Json(corrections::list(api.store(), asked.after.map(MentionId), limit).await?))
}

/// Corrects an opinion
///
/// Needs the scope `triage`. Like `moodline relabel`; the correction counts as soon as the service has placed the mention
/// again, and survives every later judgement.
#[utoipa::path(post, path = "/v1/corrections", tag = "corrections", request_body = NewCorrection,
    responses((status = 204, description = "The correction holds")))]
async fn correct(
    State(api): State<Api>,
    Triager(actor): Triager,
    Params(Nothing {}): Params<Nothing>,
    Sent(new): Sent<NewCorrection>,
) -> Result<StatusCode, Refusal> {
    corrections::correct(api.store(), &new, &actor, api.now()).await?;
    Ok(StatusCode::NO_CONTENT)
}
