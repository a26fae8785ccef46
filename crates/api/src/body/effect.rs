//! What a change at a touchpoint did.

use moodline_types::SourceId;
use serde::Serialize;
use utoipa::ToSchema;

use super::{Days, TouchpointChange, words};

/// The days after a change held against as many before it, and against the other touchpoints.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ChangeEffect {
    /// The change.
    pub change: TouchpointChange,
    /// Days before.
    pub window_before: Days,
    /// Days after, as far as they are complete; null while there is none.
    pub window_after: Option<Days>,
    /// The touchpoint before.
    pub before: TouchpointSide,
    /// The touchpoint after.
    pub after: TouchpointSide,
    /// The other touchpoints before.
    pub controls_before: TouchpointSide,
    /// The other touchpoints after.
    pub controls_after: TouchpointSide,
    /// Touchpoints that it is held against.
    pub controls: usize,
    /// The effect; null while there are too few days to tell.
    pub effect: Option<Effect>,
    /// The least change of net sentiment that so many mentions would show four times out of five.
    pub detectable: f64,
    /// Other touchpoints that show as much when they are taken for the changed one, and of how many.
    pub placebo: Option<[usize; 2]>,
    /// The touchpoint by source.
    pub sources: Vec<SourceSides>,
    /// Share of mentions that came from elsewhere than before, 0 to 1.
    pub mix_moved: Option<f64>,
    /// The touchpoint's own change if the mix of sources had stayed as it is over both times.
    pub standardised: Option<f64>,
    /// What to keep in mind.
    pub warnings: Vec<String>,
    /// The result in a sentence.
    pub verdict: String,
}

/// Net sentiment on one side of a change.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, ToSchema)]
pub struct TouchpointSide {
    /// Mentions.
    pub n: u64,
    /// (positive − negative) / n, not shrunk; null without mentions.
    pub net: Option<f64>,
}

/// One source before and after a change.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct SourceSides {
    /// The source.
    #[schema(value_type = words::SourceId)]
    pub source: SourceId,
    /// Before the change.
    pub before: TouchpointSide,
    /// From it on.
    pub after: TouchpointSide,
}

/// The difference in differences with its test.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, ToSchema)]
pub struct Effect {
    /// Change of net sentiment at the touchpoint less that of the others.
    pub difference: f64,
    /// Lower end of the 95 % permutation interval.
    pub low: f64,
    /// Upper end.
    pub high: f64,
    /// Probability of one as large, either way, had the change done nothing.
    pub probability: f64,
}
