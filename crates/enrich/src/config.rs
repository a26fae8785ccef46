//! The `[enrich]` section of the settings.

use std::time::Duration;

use serde::Deserialize;

/// How mentions are judged.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct EnrichConfig {
    /// Mentions claimed and written together, 1 to 10,000.
    pub batch_mentions: u32,
    /// Seconds after which another worker may take a batch over; far longer than a batch takes.
    pub lease_seconds: u32,
    /// Tries after which a mention is set aside.
    pub max_tries: u32,
}

impl Default for EnrichConfig {
    fn default() -> Self {
        Self { batch_mentions: 256, lease_seconds: 600, max_tries: 3 }
    }
}

impl EnrichConfig {
    pub(crate) fn lease(&self) -> Duration {
        Duration::from_secs(u64::from(self.lease_seconds))
    }
}
