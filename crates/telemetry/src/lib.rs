//! The log, as lines on standard error for people, the journal or collectors, the metrics that Prometheus reads, and, with
//! the feature `otel`, traces for an OpenTelemetry collector.

mod error;
mod journal;
mod log;
mod metrics;
#[cfg(not(feature = "otel"))]
mod no_otlp;
#[cfg(feature = "otel")]
mod otlp;
mod traces;

pub use error::TelemetryError;
pub use log::{LogConfig, LogFormat, install, set_level};
pub use metrics::Metrics;
#[cfg(not(feature = "otel"))]
pub use no_otlp::{Traces, finish_traces};
#[cfg(feature = "otel")]
pub use otlp::{Courier, CourierError, Traces, finish_traces};
pub use traces::{TelemetryConfig, traced};
