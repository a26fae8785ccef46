//! The `[layers]` section of the settings.

use serde::Deserialize;

/// How the curve is computed.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LayersConfig {
    /// Days of the headline window, 1 to 366; it is compared with as many days before it.
    pub window_days: u32,
    /// Age in days at which a mention weighs half as much in the headline window as one of its last day; 0: age does
    /// not matter.
    pub half_life_days: u32,
    /// Calendar weeks of the curve over time, the current one included, 0 to 520.
    pub weeks: u32,
    /// Calendar months of the curve over a longer time, the current one included, 0 to 120.
    pub months: u32,
    /// Widest 95 % interval of the index that still counts as enough mentions, above 0 and up to 2.
    pub max_interval_width: f64,
    /// Days without a mention after which a number is stale.
    pub stale_after_days: u32,
}

impl Default for LayersConfig {
    fn default() -> Self {
        Self {
            window_days: 28,
            half_life_days: 28,
            weeks: 13,
            months: 12,
            max_interval_width: 1.0,
            stale_after_days: 21,
        }
    }
}

impl LayersConfig {
    /// What a mention of this age weighs in the headline window, above 0 and up to 1.
    pub(crate) fn weight(&self, age_days: i64) -> f64 {
        if self.half_life_days == 0 { 1.0 } else { 0.5_f64.powf(age_days as f64 / f64::from(self.half_life_days)) }
    }
}
