//! Lines on standard error.

use std::{io::IsTerminal, sync::OnceLock};

use moodline_types::SPANS;
use serde::Deserialize;
use tracing_subscriber::{
    EnvFilter, Registry,
    layer::{Layer, SubscriberExt as _},
    reload,
    util::SubscriberInitExt as _,
};

use crate::{
    TelemetryError, Traces,
    journal::{Journal, is_read_by_the_journal},
};

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

/// The filter of the log that was set up, to be changed while it runs.
static FILTER: OnceLock<reload::Handle<EnvFilter, Registry>> = OnceLock::new();

/// Starts logging for the whole process, and sending spans where there are `traces`. `level` on the command line wins over
/// the settings.
pub fn install(config: &LogConfig, level: Option<&str>, traces: Option<Traces>) -> Result<(), TelemetryError> {
    let (filter, handle) = reload::Layer::new(filter(level.unwrap_or(&config.level))?);
    let lines = tracing_subscriber::fmt::layer();
    let lines = match config.format {
        LogFormat::Json => {
            lines.json().flatten_event(true).with_current_span(false).with_writer(std::io::stderr).boxed()
        }
        // The journal knows time and level of its own accord.
        LogFormat::Text if is_read_by_the_journal() => {
            lines.without_time().with_level(false).with_target(false).with_ansi(false).with_writer(Journal).boxed()
        }
        LogFormat::Text => {
            lines.with_ansi(std::io::stderr().is_terminal()).with_target(false).with_writer(std::io::stderr).boxed()
        }
    };
    let registry =
        tracing_subscriber::registry().with(lines.with_filter(filter)).with(traces.as_ref().map(Traces::layer));
    registry.try_init().map_err(|error| TelemetryError::Installed(Box::new(error)))?;
    if let Some(traces) = traces {
        traces.keep();
    }
    // Only the log that was set up first can be changed, and there is only one.
    let _ = FILTER.set(handle);
    Ok(())
}

/// Changes what the running log shows.
pub fn set_level(level: &str) -> Result<(), TelemetryError> {
    let new = filter(level)?;
    match FILTER.get() {
        Some(handle) => handle.reload(new).map_err(|error| TelemetryError::Installed(Box::new(error))),
        None => Ok(()),
    }
}

fn filter(directives: &str) -> Result<EnvFilter, TelemetryError> {
    // The database driver reports every statement at info; a service log is no place for them, nor for spans.
    EnvFilter::try_new(format!("sqlx=warn,{directives},{SPANS}=off"))
        .map_err(|source| TelemetryError::Level { level: directives.to_owned(), source })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_level_that_is_none_is_refused_with_what_is_allowed() {
        let error = install(&LogConfig::default(), Some("moodline=loud"), None).unwrap_err().to_string();
        assert!(error.contains("`moodline=loud`") && error.contains("debug"), "{error}");
        assert!(set_level("moodline=loud").is_err());
    }
}
