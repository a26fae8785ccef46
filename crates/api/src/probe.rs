//! Health, readiness and metrics.

use std::sync::Arc;

use async_trait::async_trait;
use axum::{
    Json, Router,
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use serde::Serialize;
use serde_json::json;
use tracing::error;

/// How one part of the service stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Check {
    /// The part, e.g. `database`.
    pub name: &'static str,
    /// What is wrong with it, for a person to read; `None` if nothing is.
    pub problem: Option<String>,
}

/// Whoever knows how the service is doing.
#[async_trait]
pub trait Probe: Send + Sync {
    /// Every part that has to work before the service is of use.
    async fn readiness(&self) -> Vec<Check>;

    /// All metrics in the Prometheus text format, `Err` with the reason where they cannot be had.
    async fn metrics(&self) -> Result<String, String>;
}

/// The routes `/healthz`, `/readyz` and `/metrics`.
pub fn routes(probe: Arc<dyn Probe>) -> Router {
    Router::new()
        .route("/healthz", get(|| async { "ok\n" }))
        .route("/readyz", get(ready))
        .route("/metrics", get(metrics))
        .with_state(probe)
}

async fn ready(State(probe): State<Arc<dyn Probe>>) -> Response {
    let checks = probe.readiness().await;
    let ready = checks.iter().all(|check| check.problem.is_none());
    let status = if ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, Json(json!({"ready": ready, "checks": checks}))).into_response()
}

async fn metrics(State(probe): State<Arc<dyn Probe>>) -> Response {
    match probe.metrics().await {
        Ok(text) => ([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], text).into_response(),
        Err(reason) => {
            error!("could not collect the metrics: {reason}");
            (StatusCode::SERVICE_UNAVAILABLE, "the metrics cannot be collected; the log says why\n").into_response()
        }
    }
}

#[cfg(test)]
mod tests {
    use axum::body::{Body, to_bytes};
    use tower::ServiceExt as _;

    use super::*;

    struct Fixed {
        problem: Option<&'static str>,
    }

    #[async_trait]
    impl Probe for Fixed {
        async fn readiness(&self) -> Vec<Check> {
            vec![
                Check { name: "model", problem: None },
                Check { name: "database", problem: self.problem.map(str::to_owned) },
            ]
        }

        async fn metrics(&self) -> Result<String, String> {
            self.problem.map_or_else(|| Ok("moodline_up 1\n".to_owned()), |problem| Err(problem.to_owned()))
        }
    }

    async fn get(problem: Option<&'static str>, path: &str) -> (StatusCode, String) {
        let request = axum::http::Request::get(path).body(Body::empty()).unwrap();
        let response = routes(Arc::new(Fixed { problem })).oneshot(request).await.unwrap();
        let status = response.status();
        let body = to_bytes(response.into_body(), 1 << 20).await.unwrap();
        (status, String::from_utf8(body.to_vec()).unwrap())
    }

    #[tokio::test]
    async fn readiness_names_what_is_wrong() {
        assert_eq!(get(None, "/readyz").await.0, StatusCode::OK);
        let (status, body) = get(Some("no space left"), "/readyz").await;
        assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
        assert!(body.contains("\"name\":\"database\",\"problem\":\"no space left\""), "{body}");
    }

    #[tokio::test]
    async fn a_service_with_a_lost_database_is_alive_all_the_same() {
        assert_eq!(get(Some("gone"), "/healthz").await, (StatusCode::OK, "ok\n".to_owned()));
    }

    #[tokio::test]
    async fn metrics_that_cannot_be_had_do_not_read_as_zeros() {
        assert_eq!(get(None, "/metrics").await, (StatusCode::OK, "moodline_up 1\n".to_owned()));
        let (status, body) = get(Some("secret host"), "/metrics").await;
        assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
        assert!(!body.contains("secret"), "causes are for the log: {body}");
    }
}
