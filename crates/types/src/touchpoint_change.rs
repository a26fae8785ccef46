//! What a team did at a touchpoint, to be held against what customers said before and after.

use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;

use crate::{ChangeId, MapId, TouchpointId};

/// A change of a touchpoint: a fix, a release, a new price.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TouchpointChange {
    /// Row id.
    pub id: ChangeId,
    /// The map.
    pub map: MapId,
    /// The touchpoint.
    pub touchpoint: TouchpointId,
    /// The first day it was in effect.
    pub day: NaiveDate,
    /// What was done.
    pub what: String,
    /// Who said so.
    pub actor: String,
    /// When.
    pub added_at: DateTime<Utc>,
}
