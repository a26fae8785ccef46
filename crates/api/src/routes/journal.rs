//! Who did what, and who may: for administrators.

use axum::{Json, extract::State, http::StatusCode};
use moodline_types::TokenName;
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::Answer;
use crate::{
    api::Api,
    ask::journal,
    body::{Act, Token, words},
    extract::{Nothing, Params, PathOf, Words},
    guard::Admin,
    problem::Refusal,
};

/// Acts where nothing else is asked for.
const PAGE: u32 = 50;

pub(super) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(list_acts)).routes(routes!(list_tokens)).routes(routes!(revoke_token))
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ActParams {
    /// Only this act: `relabel`, `triage`, `erase`, …
    #[param(value_type = Option<words::Words>, nullable = false)]
    action: Option<Words>,
    /// Most acts, 50 where it is not said.
    #[param(nullable = false, minimum = 1, maximum = 500)]
    limit: Option<u32>,
}

/// Who did what, newest first
///
/// Needs the scope `admin`. Like `moodline audit --format json`.
#[utoipa::path(get, path = "/v1/acts", tag = "administration", params(ActParams),
    responses((status = 200, body = Vec<Act>)))]
async fn list_acts(State(api): State<Api>, Admin(_): Admin, Params(asked): Params<ActParams>) -> Answer<Vec<Act>> {
    let action = asked.action.as_ref().map(|words| words.0.as_str());
    Ok(Json(journal::acts(api.store(), action, Api::page(asked.limit, PAGE)?).await?))
}

/// Every token, without its secret
///
/// Needs the scope `admin`. Like `moodline token list --format json`. Tokens are made on the command line only: what can
/// be asked over the network cannot open more doors.
#[utoipa::path(get, path = "/v1/tokens", tag = "administration", responses((status = 200, body = Vec<Token>)))]
async fn list_tokens(
    State(api): State<Api>,
    Admin(_): Admin,
    Params(Nothing {}): Params<Nothing>,
) -> Answer<Vec<Token>> {
    Ok(Json(journal::tokens(api.store(), api.now()).await?))
}

/// Revokes a token
///
/// Needs the scope `admin`. Like `moodline token revoke NAME`.
#[utoipa::path(delete, path = "/v1/tokens/{name}", tag = "administration", params(("name" = words::TokenName, Path)),
    responses((status = 204, description = "The token opens nothing any more")))]
async fn revoke_token(
    State(api): State<Api>,
    Admin(actor): Admin,
    PathOf(name): PathOf<TokenName>,
    Params(Nothing {}): Params<Nothing>,
) -> Result<StatusCode, Refusal> {
    api.store().revoke_token(&name, &actor, api.now()).await?;
    Ok(StatusCode::NO_CONTENT)
}
