//! `[[sources.feeds]]`.

use moodline_types::SourceId;
use serde::{Deserialize, Serialize};
use url::Url;

use crate::SourceEntry;

/// One feed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FeedConfig {
    /// Name of the source.
    pub id: SourceId,
    /// Address of the feed.
    pub url: Url,
    /// When to fetch it, as a cron expression; `None` takes the common schedule.
    #[serde(default)]
    pub schedule: Option<String>,
    /// Language of the entries that do not say (BCP 47); beats the language of the feed as a whole.
    #[serde(default)]
    pub language: Option<String>,
    /// Whether it is fetched.
    #[serde(default = "crate::registry::enabled")]
    pub enabled: bool,
}

impl FeedConfig {
    pub(crate) fn entry(&self) -> SourceEntry<'_> {
        SourceEntry {
            id: &self.id,
            kind: "feeds",
            origin: self.url.as_str(),
            schedule: self.schedule.as_deref(),
            language: self.language.as_deref(),
            enabled: self.enabled,
        }
    }
}
