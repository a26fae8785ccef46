//! Sets up the log: lines on standard error, as text for people or JSON for collectors.

use std::io::IsTerminal;

use serde::Deserialize;
use tracing_subscriber::EnvFilter;

/// How log lines look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// One readable line per event.
    #[default]
    Text,
    /// One JSON object per event.
    Json,
}

/// The `[log]` section of the settings.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LogConfig {
    /// What to log: `error`, `warn`, `info`, `debug` or `trace`, or directives per module such as
    /// `info,moodline_sources=debug`.
    pub level: String,
    /// `text` or `json`.
    pub format: LogFormat,
}

impl Default for LogConfig {
    fn default() -> Self {
        Self { level: "info".to_owned(), format: LogFormat::Text }
    }
}

/// Why the log could not be set up.
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
    /// A log was set up before.
    #[error("the log is already set up")]
    Installed(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// Starts logging for the whole process. `level` on the command line wins over the settings.
pub fn install(config: &LogConfig, level: Option<&str>) -> Result<(), TelemetryError> {
    let directives = level.unwrap_or(&config.level);
    // The database driver reports every statement at info; a service log is no place for them.
    let filter = EnvFilter::try_new(format!("sqlx=warn,{directives}"))
        .map_err(|source| TelemetryError::Level { level: directives.to_owned(), source })?;
    let lines = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    match config.format {
        LogFormat::Json => lines.json().flatten_event(true).with_current_span(false).try_init(),
        LogFormat::Text => lines.with_ansi(std::io::stderr().is_terminal()).with_target(false).try_init(),
    }
    .map_err(TelemetryError::Installed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_level_that_is_none_is_refused_with_what_is_allowed() {
        let error = install(&LogConfig::default(), Some("moodline=loud")).unwrap_err().to_string();
        assert!(error.contains("`moodline=loud`") && error.contains("debug"), "{error}");
    }
}
