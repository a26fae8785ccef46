//! Which traces are sent where, and the spans they are made of.
//!
//! A span is an ordinary one of `tracing` with the target [`SPANS`](moodline_types::SPANS); the log never shows them. With the feature `otel` and
//! a collector in the settings or the environment they are sent there (`otlp`); otherwise making one costs a look
//! at a flag. Spans name sources, maps, models and counts; what people wrote, who they are and what was searched for stays out.

use std::{collections::BTreeMap, future::Future, pin::Pin};

use moodline_types::Secret;
use serde::Deserialize;
use tracing::{Instrument as _, Span};

/// The `[telemetry]` section of the settings. The standard variables of OpenTelemetry win over it.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TelemetryConfig {
    /// Base address of a collector that takes OTLP over HTTP, e.g. `http://127.0.0.1:4318`; unset sends no traces.
    pub endpoint: Option<String>,
    /// What the service is called there.
    pub service_name: String,
    /// Share of the traces that are sent, from 0 to 1.
    pub sample_ratio: f64,
    /// Headers the collector wants, by name; each value is a secret.
    pub headers: BTreeMap<String, Secret>,
}

impl Default for TelemetryConfig {
    fn default() -> Self {
        Self { endpoint: None, service_name: "moodline".to_owned(), sample_ratio: 1.0, headers: BTreeMap::new() }
    }
}

/// Does `work` within `span`, which must have the field `otel.status_code`: it says `ERROR` where the work fails. Why it
/// failed is for the log.
pub fn traced<T, E>(
    span: Span,
    work: impl Future<Output = Result<T, E>>,
) -> Pin<Box<impl Future<Output = Result<T, E>>>> {
    // Whole steps pass through here: apart from whoever waits for them, they do not make futures larger.
    Box::pin(async move {
        let result = work.instrument(span.clone()).await;
        if result.is_err() {
            span.record("otel.status_code", "ERROR");
        }
        result
    })
}
