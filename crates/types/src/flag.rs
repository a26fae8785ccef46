//! Negative opinions that ask for attention.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::{FlagId, MapId, MentionId, OpinionId, SourceId, StageId, TouchpointId, sentiment::named_enum};

named_enum!(
    /// Where the triage of a flag stands.
    FlagStatus, "flag status" {
        /// Nobody has looked yet.
        Open = "open",
        /// Somebody is on it.
        Acknowledged = "acknowledged",
        /// Dealt with.
        Resolved = "resolved",
        /// Not a problem after all.
        FalsePositive = "false_positive",
    }
);

/// A flag to raise, unless the same mention is already flagged at that touchpoint.
#[derive(Debug, Clone, PartialEq)]
pub struct NewFlag {
    /// The stage of the touchpoint.
    pub stage: StageId,
    /// The touchpoint it concerns.
    pub touchpoint: TouchpointId,
    /// The opinion that shows it: of the negative ones there, the one that says most.
    pub opinion: OpinionId,
    /// The highest probability of negative among the opinions there, 0 to 1.
    pub severity: f32,
}

/// A flag as stored.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Flag {
    /// Row id.
    pub id: FlagId,
    /// Where triage stands.
    pub status: FlagStatus,
    /// When it was raised.
    pub raised_at: DateTime<Utc>,
    /// Who looks after it.
    pub assignee: Option<String>,
    /// Until when it should be dealt with.
    pub due_at: Option<DateTime<Utc>>,
}

/// Which flags to list. Every condition narrows; an empty query finds all.
#[derive(Debug, Clone, PartialEq)]
pub struct FlagQuery {
    /// Only these.
    pub ids: Vec<FlagId>,
    /// Only of this map.
    pub map: Option<MapId>,
    /// Only at this touchpoint.
    pub touchpoint: Option<TouchpointId>,
    /// Only in one of these states; empty for any.
    pub statuses: Vec<FlagStatus>,
    /// Only those that somebody of this name looks after.
    pub assignee: Option<String>,
    /// Only those due before.
    pub due_before: Option<DateTime<Utc>>,
    /// Only those that come after one with this severity and id.
    pub after: Option<(f32, FlagId)>,
    /// Most rows to return.
    pub limit: u32,
}

impl Default for FlagQuery {
    fn default() -> Self {
        Self {
            ids: Vec::new(),
            map: None,
            touchpoint: None,
            statuses: Vec::new(),
            assignee: None,
            due_before: None,
            after: None,
            limit: 100,
        }
    }
}

/// A flag with what it is about.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FlagRow {
    /// Row id.
    pub id: FlagId,
    /// The map it was raised on.
    pub map: MapId,
    /// The stage of the touchpoint.
    pub stage: StageId,
    /// The touchpoint.
    pub touchpoint: TouchpointId,
    /// Where triage stands.
    pub status: FlagStatus,
    /// The probability of negative of the opinion that raised it, 0 to 1.
    pub severity: f32,
    /// Who looks after it.
    pub assignee: Option<String>,
    /// Until when it should be dealt with.
    pub due_at: Option<DateTime<Utc>>,
    /// When it was raised.
    pub raised_at: DateTime<Utc>,
    /// When it last changed hands or state.
    pub updated_at: DateTime<Utc>,
    /// The mention.
    pub mention: MentionId,
    /// Where the mention came from.
    pub source: SourceId,
    /// Where a person can read it.
    pub url: Option<String>,
    /// When it was posted.
    pub posted_at: DateTime<Utc>,
    /// The words that raised the flag; the mention's own text once these were judged anew.
    pub evidence: String,
}

/// What somebody does with a flag; `None` leaves a thing as it is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Triage {
    /// The new state.
    pub status: Option<FlagStatus>,
    /// Who looks after it from now on; `Some(None)`: nobody.
    pub assignee: Option<Option<String>>,
    /// Until when; `Some(None)`: no time is set.
    pub due_at: Option<Option<DateTime<Utc>>>,
    /// Why, or what was done.
    pub note: Option<String>,
    /// Who says so.
    pub actor: String,
}

/// One act of triage, with the state it left.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FlagEvent {
    /// When.
    pub at: DateTime<Utc>,
    /// By whom.
    pub actor: String,
    /// The state after it.
    pub status: FlagStatus,
    /// Who looked after it from then on.
    pub assignee: Option<String>,
    /// Until when.
    pub due_at: Option<DateTime<Utc>>,
    /// Why, or what was done.
    pub note: Option<String>,
}
