//! `POST /v1/push/{source}`: mentions that others send.

use std::sync::Arc;

use async_trait::async_trait;
use axum::{
    Json, Router,
    body::Bytes,
    extract::{DefaultBodyLimit, Path, State, rejection::BytesRejection},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
    routing::post,
};
use serde::Serialize;

/// Largest delivery, in bytes. Longer lists are sent in several.
const MAX_BODY_BYTES: usize = 4 * 1024 * 1024;
/// Seconds after which a sender whose delivery could not be stored may try again.
const RETRY_AFTER: &str = "30";

/// A delivery as it came.
#[derive(Debug, Clone)]
pub struct Delivery {
    /// The source it is for.
    pub source: String,
    /// Header `webhook-id`; empty where it is missing.
    pub id: String,
    /// Header `webhook-timestamp`.
    pub timestamp: String,
    /// Header `webhook-signature`.
    pub signature: String,
    /// Its very bytes, as they were signed.
    pub body: Vec<u8>,
}

/// What became of the items of a delivery; all of it is stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Receipt {
    /// Mentions seen for the first time.
    pub added: u64,
    /// Known mentions that say something else now.
    pub revised: u64,
    /// Known mentions that say the same: a delivery sent again.
    pub unchanged: u64,
    /// Items that could not become mentions, by their place in the delivery.
    pub rejected: Vec<Rejected>,
}

/// An item that could not become a mention.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Rejected {
    /// Its place in the delivery, from 1.
    pub item: u64,
    /// What is wrong with it.
    pub reason: String,
}

/// Why a delivery was refused; the reason is for the sender.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// No source of this name takes deliveries.
    Unknown,
    /// Not signed as it should be.
    Unauthorised(String),
    /// Signed, but nothing in it can be read.
    Unreadable(String),
    /// It could not be stored just now; the cause is in the log.
    Unavailable,
}

/// Whoever stores deliveries.
#[async_trait]
pub trait Receiver: Send + Sync {
    /// Returns once the items are stored.
    ///
    /// # Errors
    /// Where nothing was stored.
    async fn receive(&self, delivery: Delivery) -> Result<Receipt, Refusal>;
}

/// The route `/v1/push/{source}`.
pub fn push_routes(receiver: Arc<dyn Receiver>) -> Router {
    Router::new()
        .route("/v1/push/{source}", post(push))
        .layer(DefaultBodyLimit::max(MAX_BODY_BYTES))
        .with_state(receiver)
}

async fn push(
    State(receiver): State<Arc<dyn Receiver>>,
    Path(source): Path<String>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Response {
    let body = match body {
        Ok(body) => body.to_vec(),
        Err(rejection) if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE => {
            let detail = format!("a delivery has at most {MAX_BODY_BYTES} bytes: send its items in several");
            return problem(StatusCode::PAYLOAD_TOO_LARGE, "the delivery is too large", &detail);
        }
        Err(rejection) => return problem(rejection.status(), "the delivery broke off", &rejection.body_text()),
    };
    let said = |name| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().trim().to_owned();
    let delivery = Delivery {
        id: said("webhook-id"),
        timestamp: said("webhook-timestamp"),
        signature: said("webhook-signature"),
        source: source.clone(),
        body,
    };
    match receiver.receive(delivery).await {
        Ok(receipt) => Json(receipt).into_response(),
        Err(Refusal::Unknown) => {
            let detail = format!("no `[[sources.push]]` of the settings has the id `{source}`");
            problem(StatusCode::NOT_FOUND, "there is no such source", &detail)
        }
        Err(Refusal::Unauthorised(detail)) => {
            problem(StatusCode::UNAUTHORIZED, "the delivery is not signed as it should be", &detail)
        }
        Err(Refusal::Unreadable(detail)) => {
            problem(StatusCode::UNPROCESSABLE_ENTITY, "nothing in the delivery can be read", &detail)
        }
        Err(Refusal::Unavailable) => {
            let detail = "nothing of it was kept; send it again";
            let answer = problem(StatusCode::SERVICE_UNAVAILABLE, "the delivery could not be stored", detail);
            ([(header::RETRY_AFTER, RETRY_AFTER)], answer).into_response()
        }
    }
}

/// An error as RFC 9457 has it, with a title of its own.
fn problem(status: StatusCode, title: &str, detail: &str) -> Response {
    let mut refusal = crate::problem::Refusal::new(status, detail);
    title.clone_into(&mut refusal.problem.title);
    refusal.into_response()
}

#[cfg(test)]
mod tests {
    use axum::body::{Body, to_bytes};
    use tower::ServiceExt as _;

    use super::*;

    struct Fixed(Result<Receipt, Refusal>);

    #[async_trait]
    impl Receiver for Fixed {
        async fn receive(&self, delivery: Delivery) -> Result<Receipt, Refusal> {
            assert_eq!((delivery.id.as_str(), delivery.source.as_str()), ("msg_1", "shop"));
            self.0.clone()
        }
    }

    async fn answer(outcome: Result<Receipt, Refusal>, body: Vec<u8>) -> (StatusCode, Option<String>, String) {
        let request = axum::http::Request::post("/v1/push/shop").header("Webhook-Id", "msg_1").body(Body::from(body));
        let response = push_routes(Arc::new(Fixed(outcome))).oneshot(request.unwrap()).await.unwrap();
        let kind = response.headers().get(header::CONTENT_TYPE).map(|kind| kind.to_str().unwrap().to_owned());
        let status = response.status();
        let body = to_bytes(response.into_body(), 1 << 20).await.unwrap();
        (status, kind, String::from_utf8(body.to_vec()).unwrap())
    }

    #[tokio::test]
    async fn what_was_stored_is_answered_in_numbers() {
        let receipt = Receipt { added: 2, revised: 0, unchanged: 1, rejected: Vec::new() };
        let (status, _, body) = answer(Ok(receipt), b"[]".to_vec()).await;
        assert_eq!((status, body.as_str()), (StatusCode::OK, r#"{"added":2,"revised":0,"unchanged":1,"rejected":[]}"#));
    }

    #[tokio::test]
    async fn every_refusal_is_a_problem_document() {
        for (refusal, expected) in [
            (Refusal::Unknown, 404),
            (Refusal::Unauthorised("no signature fits".to_owned()), 401),
            (Refusal::Unreadable("no text".to_owned()), 422),
            (Refusal::Unavailable, 503),
        ] {
            let (status, kind, body) = answer(Err(refusal), b"[]".to_vec()).await;
            assert_eq!((status.as_u16(), kind.as_deref()), (expected, Some("application/problem+json")));
            assert_eq!(serde_json::from_str::<serde_json::Value>(&body).unwrap()["status"], expected);
        }
    }

    #[tokio::test]
    async fn a_delivery_has_an_end() {
        let (status, kind, body) = answer(Err(Refusal::Unknown), vec![b' '; MAX_BODY_BYTES + 1]).await;
        assert_eq!(
            (status, kind.as_deref()),
            (StatusCode::PAYLOAD_TOO_LARGE, Some("application/problem+json")),
            "{body}"
        );
    }
}
