//! What ran.

use chrono::{DateTime, NaiveDate, Utc};
use moodline_types::{self as types, RunKind, RunStatus};
use serde::Serialize;
use utoipa::ToSchema;

use super::words;

/// One execution of a step of the pipeline.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Run {
    /// Its id; grows with time.
    pub id: i64,
    /// The step.
    #[schema(value_type = words::RunKind)]
    pub kind: RunKind,
    /// The source, model or map it worked on.
    pub subject: String,
    /// How it stands; `running` also where it was cut off.
    #[schema(value_type = words::RunStatus)]
    pub status: RunStatus,
    /// When it began.
    pub started_at: DateTime<Utc>,
    /// When it ended.
    pub finished_at: Option<DateTime<Utc>>,
    /// What it did, or why it failed.
    pub summary: Option<String>,
    /// For layers of an earlier day than the run's own: that day.
    pub as_of: Option<NaiveDate>,
}

impl From<types::Run> for Run {
    fn from(run: types::Run) -> Self {
        let types::Run { id, kind, subject, status, started_at, finished_at, summary, as_of } = run;
        Self { id: id.0, kind, subject, status, started_at, finished_at, summary, as_of }
    }
}
