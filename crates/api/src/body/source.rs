//! Where mentions come from.

use chrono::{DateTime, Utc};
use moodline_types::{DroppedItem, RejectedRow, SourceId};
use serde::Serialize;
use utoipa::ToSchema;

use super::words;

/// How a source stands.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Source {
    /// Its name.
    #[schema(value_type = words::SourceId)]
    pub source: SourceId,
    /// The table of the settings it stands in; null where it is not in the settings.
    pub kind: Option<String>,
    /// `ok`, `new`, `failing`, `thin`, `silent` or `off`.
    pub health: String,
    /// Mentions stored.
    pub mentions: u64,
    /// Mentions a day, as far as that can be told.
    pub per_day: Option<f64>,
    /// When its newest mention was posted.
    pub newest_at: Option<DateTime<Utc>>,
    /// When it was last read to its end.
    pub last_success_at: Option<DateTime<Utc>>,
    /// When it last failed.
    pub last_failure_at: Option<DateTime<Utc>>,
    /// Why it failed then.
    pub last_error: Option<String>,
    /// Failures since the last success.
    pub failures: u32,
    /// When it is due next.
    pub next_due_at: Option<DateTime<Utc>>,
    /// Since when its answers are to be doubted.
    pub thin_since: Option<DateTime<Utc>>,
    /// What the last fetch said of itself.
    pub note: Option<String>,
}

/// A row that could not be read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Rejected {
    /// The source it came from.
    #[schema(value_type = words::SourceId)]
    pub source: SourceId,
    /// File name or address.
    pub origin: String,
    /// Line in it, from 1.
    pub line: Option<u64>,
    /// What is wrong with it.
    pub reason: String,
    /// Its beginning.
    pub excerpt: String,
}

/// What the rules of a source keep out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct DroppedList {
    /// The items kept out last, the newest first.
    pub items: Vec<Dropped>,
    /// How many there are in all; those not seen again for 90 days are forgotten.
    pub total: u64,
}

/// An item that a rule keeps out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Dropped {
    /// The source's own id.
    pub external_id: String,
    /// The rule that it fails.
    pub reason: String,
    /// The beginning of its text.
    pub excerpt: String,
}

impl From<DroppedItem> for Dropped {
    fn from(item: DroppedItem) -> Self {
        let DroppedItem { external_id, reason, excerpt } = item;
        Self { external_id, reason, excerpt }
    }
}

impl From<(SourceId, RejectedRow)> for Rejected {
    fn from((source, row): (SourceId, RejectedRow)) -> Self {
        let RejectedRow { origin, line, reason, excerpt } = row;
        Self { source, origin, line, reason, excerpt }
    }
}
