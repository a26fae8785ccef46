//! The log, as lines on standard error for people, the journal or collectors, and the metrics that Prometheus reads.

mod error;
mod journal;
mod log;
mod metrics;

pub use error::TelemetryError;
pub use log::{LogConfig, LogFormat, install, set_level};
pub use metrics::Metrics;
