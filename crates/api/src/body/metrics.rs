//! What surveys and counters say, beside what the text says.

use moodline_types::{MapId, Metric, StageId, TouchpointId};
use serde::Serialize;
use utoipa::ToSchema;

use super::{Days, words};

/// Everything that was asked and counted on a map within some days.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Metrics {
    /// The map.
    #[schema(value_type = words::MapId)]
    pub map: MapId,
    /// The days.
    pub window: Days,
    /// What was asked, by metric and place.
    pub surveys: Vec<Survey>,
    /// Stages in the order of the journey, where it is known how many customers entered.
    pub conversion: Vec<Conversion>,
    /// What could not be taken, in words.
    pub left_out: Vec<String>,
}

/// A survey figure of one place.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Survey {
    /// What was asked.
    #[schema(value_type = words::Metric)]
    pub metric: Metric,
    /// The stage; null for the whole map.
    #[schema(value_type = Option<words::StageId>)]
    pub stage: Option<StageId>,
    /// The touchpoint; null for a stage or the whole map.
    #[schema(value_type = Option<words::TouchpointId>)]
    pub touchpoint: Option<TouchpointId>,
    /// Answers.
    pub n: u64,
    /// NPS: −100 to 100; CSAT: share of satisfied, 0 to 100; CES: mean effort, 1 to 7.
    pub value: f64,
    /// Lower end of its 95 % interval.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

/// How many customers entered a stage, and how many of them went on.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Conversion {
    /// The stage.
    #[schema(value_type = words::StageId)]
    pub stage: StageId,
    /// Customers who entered it.
    pub entered: u64,
    /// The next stage that was counted; null for the last, and where nobody entered.
    pub next: Option<WentOn>,
}

/// Who went on to the next stage.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct WentOn {
    /// That stage.
    #[schema(value_type = words::StageId)]
    pub stage: StageId,
    /// Customers who entered it.
    pub entered: u64,
    /// Their share of those who entered the stage before.
    pub share: f64,
    /// Lower end of its 95 % interval; null where more entered the next stage than this one.
    pub low: Option<f64>,
    /// Upper end.
    pub high: Option<f64>,
}
