//! Errors as [RFC 9457](https://www.rfc-editor.org/rfc/rfc9457) has them.

use axum::{
    Json,
    http::{HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use moodline_store::StoreError;
use moodline_types::error_chain;
use serde::Serialize;
use tracing::error;
use utoipa::ToSchema;

use crate::AskError;

/// The media type of a problem document.
pub(crate) const PROBLEM_JSON: &str = "application/problem+json";

/// Why a request was not answered, as RFC 9457 has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Problem {
    /// What kind of problem it is: an address that tells of it, relative to the service's.
    #[serde(rename = "type")]
    #[schema(examples("/v1/docs#not-found"))]
    pub kind: String,
    /// The same for a person to read; alike for all problems of a kind.
    #[schema(examples("Not Found"))]
    pub title: String,
    /// The HTTP status.
    #[schema(minimum = 400, maximum = 599, examples(404))]
    pub status: u16,
    /// What was wrong this time, and what to do.
    #[schema(examples("there is no flag `9`"))]
    pub detail: String,
    /// What was asked: the path of the request.
    #[schema(examples("/v1/flags/9"))]
    pub instance: String,
    /// The request, by the id that the log has of it.
    pub request_id: String,
    /// Each parameter or member that is wrong; empty where it is not about one.
    #[schema(required)]
    pub errors: Vec<FieldError>,
}

/// A parameter or member that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct FieldError {
    /// Its name, with dots where members lie in one another.
    #[schema(examples("touchpoint"))]
    pub field: String,
    /// What is wrong with it.
    pub detail: String,
}

/// A problem on its way out: the outermost layer adds what it knows of the request.
#[derive(Debug, Clone)]
pub(crate) struct Refusal {
    pub(crate) problem: Box<Problem>,
    headers: Vec<(HeaderName, HeaderValue)>,
}

impl Refusal {
    /// With the usual name of the status as its title.
    pub(crate) fn new(status: StatusCode, detail: impl Into<String>) -> Self {
        let title = status.canonical_reason().unwrap_or("Problem").to_owned();
        let anchor = title.to_lowercase().replace([' ', '\''], "-");
        let problem = Problem {
            kind: format!("/v1/docs#{anchor}"),
            title,
            status: status.as_u16(),
            detail: detail.into(),
            instance: String::new(),
            request_id: String::new(),
            errors: Vec::new(),
        };
        Self { problem: Box::new(problem), headers: Vec::new() }
    }

    /// A parameter or member that cannot be used.
    pub(crate) fn field(field: impl Into<String>, detail: impl Into<String>) -> Self {
        let (field, detail) = (field.into(), detail.into());
        let mut refusal = Self::new(StatusCode::UNPROCESSABLE_ENTITY, format!("`{field}`: {detail}"));
        refusal.problem.errors.push(FieldError { field, detail });
        refusal
    }

    /// With another header.
    pub(crate) fn with(mut self, name: HeaderName, value: impl AsRef<str>) -> Self {
        if let Ok(value) = HeaderValue::from_str(value.as_ref()) {
            self.headers.push((name, value));
        }
        self
    }

    /// Not now; `seconds` later perhaps.
    pub(crate) fn later(detail: impl Into<String>, seconds: u64) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, detail).with(header::RETRY_AFTER, seconds.to_string())
    }
}

impl From<AskError> for Refusal {
    fn from(error: AskError) -> Self {
        match error {
            AskError::Missing { .. } => Self::new(StatusCode::NOT_FOUND, error.to_string()),
            AskError::Field { field, reason } => Self::field(field, reason),
            AskError::Store(error) => error.into(),
            AskError::Failed(error) => {
                error!("could not answer: {}", error_chain(error.as_ref()));
                Self::new(StatusCode::INTERNAL_SERVER_ERROR, "something is wrong with the service; its log says what")
            }
        }
    }
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        match &error {
            StoreError::Missing { .. } => Self::new(StatusCode::NOT_FOUND, error.to_string()),
            StoreError::Query { parameter, reason } => Self::field(*parameter, reason.as_str()),
            StoreError::Taken { .. } => Self::new(StatusCode::CONFLICT, error.to_string()),
            _ if error.is_transient() => {
                error!("could not answer: {}", error_chain(&error));
                Self::later("the database cannot be asked just now", 5)
            }
            _ => {
                error!("could not answer: {}", error_chain(&error));
                Self::new(StatusCode::INTERNAL_SERVER_ERROR, "the database cannot answer this; the log says why")
            }
        }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = (status, Json(&*self.problem)).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(PROBLEM_JSON));
        for (name, value) in &self.headers {
            headers.insert(name, value.clone());
        }
        // The outermost layer writes it anew with what it knows.
        response.extensions_mut().insert(self);
        response
    }
}
