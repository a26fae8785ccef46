//! What teams did at their touchpoints.

use async_trait::async_trait;
use chrono::{DateTime, NaiveDate, Utc};
use moodline_types::{ChangeId, MapId, TouchpointChange, TouchpointId};

use crate::Result;

/// A change to store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewTouchpointChange {
    /// The map.
    pub map: MapId,
    /// The touchpoint.
    pub touchpoint: TouchpointId,
    /// The first day it was in effect.
    pub day: NaiveDate,
    /// What was done.
    pub what: String,
    /// Who says so.
    pub actor: String,
}

/// The change table. Adding and removing are acts, on record with them.
#[async_trait]
pub trait ChangeStore: Send + Sync {
    /// Stores a change. The same words for the same day and touchpoint are one change: its id again.
    async fn add_change(&self, change: &NewTouchpointChange, now: DateTime<Utc>) -> Result<ChangeId>;

    /// Changes by day, the newest first: of one map or of all.
    async fn changes(&self, map: Option<&MapId>) -> Result<Vec<TouchpointChange>>;

    /// Forgets a change. `Missing` where there is none of this id.
    async fn remove_change(&self, change: ChangeId, actor: &str, now: DateTime<Utc>) -> Result<()>;
}
