//! Negative opinions that ask for attention.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::{FlagId, OpinionId, StageId, TouchpointId, sentiment::named_enum};

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
    /// The most negative opinion there.
    pub opinion: OpinionId,
    /// Its probability of negative, 0 to 1.
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
}
