//! Every request: an id, a line in the log, an end, and errors that read alike.

use std::{panic::AssertUnwindSafe, sync::Arc, time::Duration, time::Instant};

use axum::{
    body::{Body, to_bytes},
    extract::{MatchedPath, Request, State},
    http::{HeaderName, HeaderValue, Method, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use futures_util::FutureExt as _;
use moodline_types::SPANS;
use tokio::sync::Semaphore;
use tracing::{Instrument as _, Span, debug, error, field::Empty, info, info_span};

use super::Caller;
use crate::{
    ApiConfig,
    problem::{PROBLEM_JSON, Refusal},
};

/// Carries the id of a request, in both directions.
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// Longest id taken over from whoever asks.
const LONGEST_ID: usize = 64;
/// Longest plain error that is made the detail of a problem, in bytes; axum's own are a line.
const LONGEST_DETAIL: usize = 2048;
/// Health and metrics answer also while everything else is busy.
const ALWAYS: [&str; 3] = ["/healthz", "/readyz", "/metrics"];

/// What the outermost layer counts with.
#[derive(Debug, Clone)]
pub(crate) struct Outer {
    places: Arc<Semaphore>,
    timeout: Duration,
}

impl Outer {
    pub(crate) fn new(config: &ApiConfig) -> Self {
        Self { places: Arc::new(Semaphore::new(config.max_concurrent)), timeout: config.timeout.duration() }
    }
}

/// The id of a request, for whoever writes a log line about it.
#[derive(Debug, Clone)]
pub(crate) struct RequestId(String);

impl RequestId {
    /// The caller's own id where it is short and plain, so that a chain of services has one; else a new one.
    fn of(request: &Request) -> Self {
        let plain = |id: &&str| {
            (1..=LONGEST_ID).contains(&id.len())
                && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
        };
        let given = request.headers().get(REQUEST_ID).and_then(|id| id.to_str().ok()).filter(plain);
        Self(given.map_or_else(|| hex::encode(rand::random::<[u8; 8]>()), str::to_owned))
    }
}

/// Answers a request, whatever becomes of it.
pub(crate) async fn outermost(State(outer): State<Outer>, mut request: Request, next: Next) -> Response {
    let began = Instant::now();
    let id = RequestId::of(&request);
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    // The route, not the address: what was searched for stays out of the log.
    let route = request.extensions().get::<MatchedPath>().map_or("", MatchedPath::as_str).to_owned();
    request.extensions_mut().insert(id.clone());
    let span = answer_span(&method, &route, &path, &id);
    let mut response = answered(&outer, &path, &id, request, next).instrument(span.clone()).await;
    span.record("http.response.status_code", i64::from(response.status().as_u16()));
    if response.status().is_server_error() {
        span.record("otel.status_code", "ERROR");
    }
    if response.status().is_client_error() || response.status().is_server_error() {
        response = as_problem(response, &path, &id).await;
    }
    if let Ok(value) = HeaderValue::from_str(&id.0) {
        response.headers_mut().insert(REQUEST_ID, value);
    }
    response.headers_mut().insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    told(&response, &method, &route, &id, began);
    response
}

/// The span of an answer; none for health and metrics, which are asked all the time.
fn answer_span(method: &Method, route: &str, path: &str, id: &RequestId) -> Span {
    if ALWAYS.contains(&path) {
        return Span::none();
    }
    info_span!(
        target: SPANS,
        "answer",
        otel.name = format!("{method} {route}"),
        otel.kind = "server",
        otel.status_code = Empty,
        http.request.method = method.as_str(),
        http.route = route,
        http.response.status_code = Empty,
        request.id = id.0,
    )
}

async fn answered(outer: &Outer, path: &str, id: &RequestId, request: Request, next: Next) -> Response {
    let _place = match outer.places.try_acquire() {
        Ok(place) => Some(place),
        Err(_) if ALWAYS.contains(&path) => None,
        Err(_) => return Refusal::later("too many requests are being answered at this moment", 1).into_response(),
    };
    let answer = tokio::time::timeout(outer.timeout, AssertUnwindSafe(next.run(request)).catch_unwind()).await;
    match answer {
        Ok(Ok(response)) => response,
        Ok(Err(_)) => {
            error!(request.id = %id.0, "request {} ended in a panic", id.0);
            Refusal::new(StatusCode::INTERNAL_SERVER_ERROR, "something is wrong with the service; its log says what")
                .into_response()
        }
        Err(_) => {
            let limit = outer.timeout.as_secs();
            Refusal::later(format!("no answer could be had within {limit} s; ask for less"), limit).into_response()
        }
    }
}

/// Writes an error as a problem document; one that is a bare line becomes its detail.
async fn as_problem(response: Response, path: &str, id: &RequestId) -> Response {
    let known = response.extensions().get::<Refusal>().cloned();
    let is_document = response.headers().get(header::CONTENT_TYPE).is_some_and(|kind| {
        kind.as_bytes() == PROBLEM_JSON.as_bytes() || (path == ALWAYS[1] && kind.as_bytes() == b"application/json")
    });
    if known.is_none() && (is_document || path == ALWAYS[2]) {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    let mut refusal = if let Some(refusal) = known {
        refusal
    } else {
        let said = to_bytes(body, LONGEST_DETAIL).await.unwrap_or_default();
        let said = String::from_utf8_lossy(&said).trim().to_owned();
        Refusal::new(parts.status, if said.is_empty() { usual(parts.status, path) } else { said })
    };
    path.clone_into(&mut refusal.problem.instance);
    refusal.problem.request_id.clone_from(&id.0);
    let text = serde_json::to_vec(&*refusal.problem).unwrap_or_default();
    parts.headers.remove(header::CONTENT_LENGTH);
    parts.headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(PROBLEM_JSON));
    Response::from_parts(parts, Body::from(text))
}

/// What there is to say where the framework says nothing.
fn usual(status: StatusCode, path: &str) -> String {
    match status {
        StatusCode::NOT_FOUND => format!("nothing is at {path}; /v1/docs lists what there is"),
        StatusCode::METHOD_NOT_ALLOWED => format!("{path} does not take this method; `Allow` says which it takes"),
        _ => status.canonical_reason().unwrap_or("this cannot be answered").to_lowercase(),
    }
}

fn told(response: &Response, method: &Method, route: &str, id: &RequestId, began: Instant) {
    let status = response.status().as_u16();
    let actor = response.extensions().get::<Caller>().map_or("", Caller::name);
    let duration_ms = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
    let id = &id.0;
    if response.status().is_server_error() {
        error!(request.id = %id, status, duration_ms, actor, "{method} {route} failed: {status}");
    } else if method.is_safe() {
        debug!(request.id = %id, status, duration_ms, actor, "{method} {route}: {status}");
    } else {
        info!(request.id = %id, status, duration_ms, actor, "{method} {route}: {status}");
    }
}
