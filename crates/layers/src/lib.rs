//! The fourth step: daily counts become the emotion curve.
//!
//! [`refresh_layers`] reads the rollups that the assign step keeps and writes one [`moodline_types::Layer`] per
//! touchpoint, stage and map, for everyone and for each persona, source and language, over the headline window and week
//! by week and month by month. All of a refresh belongs to one run and becomes visible at once, so every refresh is a
//! version of the curve. The arithmetic is [`compute()`], a pure function over counts.
//!
//! Letting every voice count once needs what single mentions said. Of weeks and months that are over that is read once:
//! what it changes is kept ([`moodline_store::JoinedPeriod`]) until something is counted otherwise on one of their days,
//! so that a night reads the headline windows, what is under way and what has changed, however long history is.

mod calendar;
mod compute;
mod config;
mod counts;
mod error;
mod journey;
mod refresh;
mod voices;

pub use calendar::days_needed;
pub use compute::{Computed, Evidence, compute};
pub use config::LayersConfig;
pub use error::LayersError;
pub use refresh::{LayersOutcome, refresh_layers};
