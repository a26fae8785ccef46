//! The step after layers: daily counts become alerts.
//!
//! [`watch_map`] holds every complete day at every touchpoint against the days before it: the share of negative mentions
//! against a beta-binomial expectation, the number of mentions against a negative-binomial one, the last weeks against
//! those before by a permuted cumulative sum. What is unlikely is *watched*; what stays unlikely once all touchpoints of
//! the night are looked at together (Benjamini–Hochberg), or comes two nights running, is an *alert*. Days out of the
//! ordinary make episodes, one alert each. [`watch_sources`] does the same for sources that fail or fall silent.
//!
//! [`episodes()`] is the whole of it as a pure function of daily counts; `examples/simulation.rs` measures its false alarms
//! and what it finds.

mod config;
mod effect;
mod episodes;
mod error;
mod history;
mod night;
mod run;
mod series;
mod sources;
mod story;

pub use config::AlertsConfig;
pub use effect::{EffectReport, Estimate, Side, SourceSides, change_effect, effect_days};
pub use episodes::{Episode, episodes};
pub use error::AlertsError;
pub use moodline_maps::Sensitivity;
pub use night::{Night, Verdict};
pub use run::{AlertsOutcome, map_episodes, watch_map};
pub use series::{DayCounts, Series};
pub use sources::{SourceSigns, SourceTrouble, watch_sources};
