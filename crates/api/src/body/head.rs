//! Heads of maps.

use chrono::{DateTime, Utc};
use moodline_store::{HeadFit, MapHead};
use moodline_types::{ModelId, TouchpointId};
use serde::Serialize;
use utoipa::ToSchema;

use super::words;

/// What was learned from people's corrections of one touchpoint, and whether it places opinions.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Head {
    /// The touchpoint.
    #[schema(value_type = words::TouchpointId)]
    pub touchpoint: TouchpointId,
    /// The model whose vectors it reads.
    #[schema(value_type = String)]
    pub model: ModelId,
    /// Short for the map and the corrections it was fitted to, as `moodline explain` names it.
    pub version: String,
    /// Opinions that people placed at the touchpoint.
    pub corrections: u64,
    /// Opinions that they placed elsewhere on the map.
    pub others: u64,
    /// Whether it places opinions: it does where both intervals of `fit` lie above 0.
    pub in_use: bool,
    /// How it does on corrections held out; null while there are too few.
    pub fit: Option<Fit>,
    /// When it was looked at last.
    pub fitted_at: DateTime<Utc>,
}

/// How a head does on corrections that it was not fitted to.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = HeadFit)]
pub struct Fit {
    /// F1 of placing at the touchpoint without it, 0 to 1.
    pub without: f64,
    /// The same with it.
    pub with: f64,
    /// Lower end of the 95 % interval of the rise in F1.
    pub low: f64,
    /// Its upper end.
    pub high: f64,
    /// Lower end of the 95 % interval of the rise in the share of corrections told right.
    pub right_low: f64,
}

impl Head {
    /// As stored for the vectors of `model`.
    pub fn new(model: &ModelId, head: MapHead) -> Self {
        let fit = |fit: &HeadFit| Fit {
            without: fit.without,
            with: fit.with,
            low: fit.low,
            high: fit.high,
            right_low: fit.right_low,
        };
        Self {
            in_use: head.fit.as_ref().is_some_and(|fit| fit.in_use),
            fit: head.fit.as_ref().map(fit),
            touchpoint: head.touchpoint,
            model: model.clone(),
            version: head.version,
            corrections: head.corrections,
            others: head.others,
            fitted_at: head.fitted_at,
        }
    }
}
