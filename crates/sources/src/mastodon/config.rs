//! `[[sources.mastodon]]`.

use moodline_types::{Interval, Secret};
use url::Url;

use super::source::MastodonSource;
use crate::{BuildContext, Source, SourceConfig, source_config};

source_config! {
    /// Public posts with a hashtag, as one server sees them.
    pub struct MastodonConfig {
        /// The server, e.g. `https://mastodon.social`.
        pub url: Url,
        /// Hashtags without `#`.
        pub tags: Vec<String>,
        /// An access token with the scope `read:statuses`, for servers that show nothing without.
        #[serde(default)]
        pub token: Option<Secret>,
        /// Only posts written at this server.
        #[serde(default)]
        pub local: bool,
        /// Posts of accounts that say they are programs.
        #[serde(default)]
        pub bots: bool,
        /// How far every run reads again: posts from other servers arrive late.
        #[serde(default = "overlap")]
        pub overlap: Interval,
        /// How far the first run goes back.
        #[serde(default = "history_days")]
        pub history_days: u32,
        /// Pages of 40 posts read in one run for one hashtag.
        #[serde(default = "pages_per_run")]
        pub pages_per_run: u32,
    }
}

const fn overlap() -> Interval {
    Interval::from_secs(6 * 3600)
}

const fn history_days() -> u32 {
    30
}

const fn pages_per_run() -> u32 {
    100
}

impl SourceConfig for MastodonConfig {
    fn origin(&self) -> String {
        format!("#{} at {}", self.tags.join(" #"), self.url)
    }

    fn findings(&self) -> Vec<String> {
        let mut findings = Vec::new();
        if self.tags.is_empty() {
            findings.push(format!("source `{}`: tags: name at least one hashtag, without #", self.id));
        }
        for tag in
            self.tags.iter().filter(|tag| tag.is_empty() || !tag.chars().all(|c| c.is_alphanumeric() || c == '_'))
        {
            findings.push(format!(
                "source `{}`: tags: `{tag}` is no hashtag: write letters, digits and _ without #",
                self.id
            ));
        }
        findings
    }

    fn build(&self, context: &BuildContext<'_>) -> Result<Box<dyn Source>, String> {
        let token = self.token.as_ref().map(|token| context.secret(&self.id, "token", token)).transpose()?;
        Ok(Box::new(MastodonSource::new(self.clone(), token, context.http.clone())))
    }
}
