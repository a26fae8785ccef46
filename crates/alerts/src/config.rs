//! The `[alerts]` section of the settings.

use moodline_maps::Sensitivity;
use serde::Deserialize;

/// When a night is out of the ordinary.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AlertsConfig {
    /// Whether nights and sources are judged at all.
    pub enabled: bool,
    /// Days of history that a night is held against, 14 to 84; whole weeks, so that each weekday is there as often.
    pub history_days: u32,
    /// Probability below which a share of negative mentions is watched, above 0 and up to 0.2.
    pub watch_below: f64,
    /// Share of alerts that may be false on average, above 0 and up to 0.5.
    pub false_discoveries: f64,
    /// Probability below which a slow rise is an alert, above 0 and up to 0.2.
    pub drift_below: f64,
    /// Probability below which a number of mentions is watched, above 0 and up to 0.2.
    pub volume_below: f64,
    /// Fewest mentions of a day that are judged.
    pub min_mentions: u64,
    /// Fewest mentions of history that a day is held against.
    pub min_history: u64,
    /// Days back in the ordinary, one after the other, that end an alert.
    pub calm_days: u32,
    /// Days after its end within which an alert goes on instead of a new one beginning.
    pub cooldown_days: u32,
    /// Days after which an alert ends because what it tells is the new ordinary.
    pub longest_days: u32,
    /// Days that a mention may come late and still be news.
    pub late_days: u32,
    /// Failures in a row after which a source has one.
    pub source_failures: u32,
}

impl Default for AlertsConfig {
    fn default() -> Self {
        Self {
            enabled: true,
            history_days: 28,
            watch_below: 0.025,
            false_discoveries: 0.1,
            drift_below: 0.002,
            volume_below: 0.001,
            min_mentions: 3,
            min_history: 20,
            calm_days: 2,
            cooldown_days: 3,
            longest_days: 28,
            late_days: 2,
            source_failures: 3,
        }
    }
}

/// By how much a probability counts as larger: a touchpoint that is to be judged mildly needs one so much smaller.
pub(crate) fn weight(sensitivity: Sensitivity) -> Option<f64> {
    match sensitivity {
        Sensitivity::Off => None,
        Sensitivity::Low => Some(5.0),
        Sensitivity::Normal => Some(1.0),
        Sensitivity::High => Some(0.5),
    }
}
