//! What a map was, and what changed from one time to another.

use chrono::{DateTime, Utc};
use moodline_types::{MapId, RunId, StageId, TouchpointId};
use serde::Serialize;
use utoipa::ToSchema;

use super::{Days, words};

/// A definition that a map has had.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct MapVersion {
    /// Its number; grows with time.
    pub version: i64,
    /// Hash of everything in it that decides where opinions lie.
    pub hash: String,
    /// Since when it was in use.
    pub registered_at: DateTime<Utc>,
    /// What it changed, in words; empty for the first, and where only comments or order changed.
    pub changes: Vec<String>,
}

/// What two runs of a map tell apart.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct MapDiff {
    /// The map.
    #[schema(value_type = words::MapId)]
    pub map: MapId,
    /// The earlier run.
    pub from: DiffSide,
    /// The later run.
    pub to: DiffSide,
    /// How the definition of the map changed, in words.
    pub map_changes: Vec<String>,
    /// Every node of the map, what is certain to have changed most first.
    pub changes: Vec<NodeChange>,
}

/// A run with the days it looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct DiffSide {
    /// The run.
    #[schema(value_type = i64)]
    pub run: RunId,
    /// Its days.
    pub window: Days,
}

/// The whole map, a stage or a touchpoint in both runs, or in one of them.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct NodeChange {
    /// The stage; null for the whole map.
    #[schema(value_type = Option<words::StageId>)]
    pub stage: Option<StageId>,
    /// The touchpoint; null for a stage or the whole map.
    #[schema(value_type = Option<words::TouchpointId>)]
    pub touchpoint: Option<TouchpointId>,
    /// In the earlier run; null where it was not on the map.
    pub before: Option<NodeFigures>,
    /// In the later run; null where it is no longer on the map.
    pub now: Option<NodeFigures>,
    /// The later number less the earlier; null where one of them is missing.
    pub change: Option<Difference>,
    /// Where a touchpoint clearly changed: the mentions that speak for it and are new in the later window, the newest first.
    pub driven_by: Option<Vec<i64>>,
    /// Whether there are more of them than were looked through.
    pub driven_by_more: bool,
}

/// A node's numbers in one run.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, ToSchema)]
pub struct NodeFigures {
    /// Mentions.
    pub n: u64,
    /// Negative ones.
    pub negative: u64,
    /// Positive ones.
    pub positive: u64,
    /// Shrunk net sentiment, −1 to 1.
    pub net: Option<f64>,
    /// Lower end of its 95 % interval.
    pub low: Option<f64>,
    /// Upper end.
    pub high: Option<f64>,
}

/// A difference of two numbers of the curve, with its 95 % interval.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, ToSchema)]
pub struct Difference {
    /// Net sentiment now minus then.
    pub net: f64,
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
    /// Whether its whole interval lies on one side of zero.
    pub clear: bool,
}
