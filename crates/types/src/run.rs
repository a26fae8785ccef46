//! One execution of a step of the pipeline.

use chrono::{DateTime, NaiveDate, Utc};

use crate::{RunId, sentiment::named_enum};

named_enum!(
    /// Which step ran.
    RunKind, "run kind" {
        /// Read one source.
        Fetch = "fetch",
        /// Judged mentions.
        Enrich = "enrich",
        /// Placed opinions on one map.
        Assign = "assign",
        /// Computed the layers of one map.
        Layers = "layers",
        /// Found the themes of one map.
        Themes = "themes",
    }
);

named_enum!(
    /// How a run stands.
    RunStatus, "run status" {
        /// Under way, or cut off before it could say how it ended.
        Running = "running",
        /// Finished.
        Done = "done",
        /// Ended by an error.
        Failed = "failed",
    }
);

/// A run as stored.
#[derive(Debug, Clone, PartialEq)]
pub struct Run {
    /// Row id.
    pub id: RunId,
    /// The step.
    pub kind: RunKind,
    /// The source, model or map it worked on.
    pub subject: String,
    /// How it stands.
    pub status: RunStatus,
    /// When it began.
    pub started_at: DateTime<Utc>,
    /// When it ended.
    pub finished_at: Option<DateTime<Utc>>,
    /// What it did, as a short sentence, or why it failed.
    pub summary: Option<String>,
    /// For layers of an earlier day than the run's own: that day.
    pub as_of: Option<NaiveDate>,
}
