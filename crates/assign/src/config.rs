//! The `[assign]` section of the settings.

use moodline_types::Interval;
use serde::Deserialize;

/// How opinions are placed on maps.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AssignConfig {
    /// Mentions claimed and written together, 1 to 10,000.
    pub batch_mentions: u32,
    /// Time without a sign of life after which another worker may take a batch over, e.g. `2m`.
    pub lease: Interval,
    /// Probability of negative from which an opinion raises a flag, 0 to 1, on maps whose `[flag]` names none.
    pub flag_from: f32,
    /// Share of the nearest touchpoint among all, 0 to 1, under which likeness alone places nothing: the opinion is as
    /// near to several others and stays unassigned.
    pub similarity_from: f32,
    /// Cosine to an example sentence from which an opinion belongs to its touchpoint whatever the descriptions say.
    /// At .90 two sentences say the same thing in other words.
    pub example_from: f32,
}

impl Default for AssignConfig {
    fn default() -> Self {
        Self {
            batch_mentions: 500,
            lease: Interval::from_secs(120),
            flag_from: 0.80,
            similarity_from: 0.30,
            example_from: 0.90,
        }
    }
}
