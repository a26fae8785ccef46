//! The journal of what ran.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use moodline_types::{Run, RunId, RunKind};

use crate::Result;

/// The run table.
#[async_trait]
pub trait RunStore: Send + Sync {
    /// Opens a run.
    async fn start_run(&self, kind: RunKind, subject: &str, now: DateTime<Utc>) -> Result<RunId>;

    /// Closes a run: `Ok` with what it did, `Err` with why it failed.
    async fn finish_run(&self, run: RunId, outcome: std::result::Result<&str, &str>, now: DateTime<Utc>) -> Result<()>;

    /// The newest runs first, of one kind or of all.
    async fn runs(&self, kind: Option<RunKind>, limit: u32) -> Result<Vec<Run>>;
}
