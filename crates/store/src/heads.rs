//! Heads of maps: what was learned from people's corrections.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use moodline_types::{MapId, ModelId, TouchpointId};

use crate::Result;

/// What was learned of one touchpoint.
#[derive(Debug, Clone, PartialEq)]
pub struct MapHead {
    /// The touchpoint.
    pub touchpoint: TouchpointId,
    /// Short for what it was fitted to: the map's version and the corrections. It has to be fitted again once that differs.
    pub version: String,
    /// Opinions that people placed there.
    pub corrections: u64,
    /// Opinions that people placed at other touchpoints of the map.
    pub others: u64,
    /// How it did; `None` while there are too few corrections.
    pub fit: Option<HeadFit>,
    /// When it was looked at.
    pub fitted_at: DateTime<Utc>,
}

/// A fitted head.
#[derive(Debug, Clone, PartialEq)]
pub struct HeadFit {
    /// F1 of placing there on corrections held out, without the head, 0 to 1.
    pub without: f64,
    /// The same with it.
    pub with: f64,
    /// Lower end of the 95 % interval of the difference.
    pub low: f64,
    /// Its upper end.
    pub high: f64,
    /// Lower end of the 95 % interval of the rise in the share of corrections told right: there or not.
    pub right_low: f64,
    /// Whether it places opinions.
    pub in_use: bool,
    /// What is added to the weighted sum of a vector.
    pub bias: f32,
    /// A weight per dimension of the model's vectors, as unit vectors.
    pub weights: Vec<f32>,
}

/// The table of heads.
#[async_trait]
pub trait HeadStore: Send + Sync {
    /// The heads of a map for the vectors of a model, by touchpoint.
    async fn heads(&self, map: &MapId, model: &ModelId) -> Result<Vec<MapHead>>;

    /// Replaces the heads of a map for a model. With `place_again` everything that the model has judged is queued for the
    /// map: other heads are in use now.
    async fn keep_heads(
        &self,
        map: &MapId,
        model: &ModelId,
        heads: &[MapHead],
        place_again: bool,
        now: DateTime<Utc>,
    ) -> Result<()>;
}
