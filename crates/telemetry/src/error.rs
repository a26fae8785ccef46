//! What can go wrong with logs and metrics.

/// Why the log or the metrics could not be set up.
#[derive(Debug, thiserror::Error)]
pub enum TelemetryError {
    /// The level is neither a level nor a list of directives.
    #[error(
        "`{level}` is not a log level: expected error, warn, info, debug, trace, or directives like `info,sqlx=warn`"
    )]
    Level {
        /// What was given.
        level: String,
        /// What is wrong with it.
        #[source]
        source: tracing_subscriber::filter::ParseError,
    },
    /// A log was set up before, or none was.
    #[error("the log is already set up, or was taken down")]
    Installed(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The collector of the settings or the environment cannot be used.
    #[error("the traces could not be set up: `telemetry.endpoint` or a variable OTEL_… is wrong")]
    Traces(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// Spans were still waiting at the end.
    #[error("the last spans could not be sent")]
    Unsent(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// Metrics are collected already, or their buckets are wrong.
    #[error("the metrics could not be set up")]
    Metrics(#[source] Box<dyn std::error::Error + Send + Sync>),
}
