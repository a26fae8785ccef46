//! The `[enrich]` section of the settings.

use std::collections::BTreeMap;

use moodline_types::Interval;
use serde::Deserialize;

/// How mentions are judged.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct EnrichConfig {
    /// Mentions claimed and written together, 1 to 10,000.
    pub batch_mentions: u32,
    /// Time without a sign of life after which another worker may take a batch over, e.g. `2m`.
    pub lease: Interval,
    /// Tries after which a mention is set aside.
    pub max_tries: u32,
    /// Names and terms of a trade that are no opinion, whatever their words mean elsewhere, e.g. `War Zone`.
    pub neutral_phrases: Vec<String>,
    /// Phrases that mean something else here, with the words that the model reads in their place: `sick = "great"`.
    pub read_as: BTreeMap<String, String>,
}

impl Default for EnrichConfig {
    fn default() -> Self {
        Self {
            batch_mentions: 256,
            lease: Interval::from_secs(120),
            max_tries: 3,
            neutral_phrases: Vec::new(),
            read_as: BTreeMap::new(),
        }
    }
}
