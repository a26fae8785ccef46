//! `[[sources.lemmy]]`.

use moodline_types::Interval;
use url::Url;

use super::source::LemmySource;
use crate::{BuildContext, Source, SourceConfig, source_config};

source_config! {
    /// Posts and comments, as one instance sees them.
    pub struct LemmyConfig {
        /// The instance, e.g. `https://lemmy.world`.
        pub url: Url,
        /// A community, e.g. `acme@lemmy.world`; without it all that the instance knows.
        #[serde(default)]
        pub community: Option<String>,
        /// Words to search for; without them everything is read.
        #[serde(default)]
        pub query: Option<String>,
        /// How far every run reads again: posts from other instances arrive late.
        #[serde(default = "overlap")]
        pub overlap: Interval,
        /// How far the first run goes back.
        #[serde(default = "history_days")]
        pub history_days: u32,
        /// Pages of 50 read in one run, of posts and of comments.
        #[serde(default = "pages_per_run")]
        pub pages_per_run: u32,
    }
}

const fn overlap() -> Interval {
    Interval::from_secs(86_400)
}

const fn history_days() -> u32 {
    30
}

const fn pages_per_run() -> u32 {
    50
}

impl SourceConfig for LemmyConfig {
    fn origin(&self) -> String {
        match (&self.community, &self.query) {
            (Some(community), None) => format!("{community} at {}", self.url),
            (Some(community), Some(query)) => format!("“{query}” in {community} at {}", self.url),
            (None, Some(query)) => format!("“{query}” at {}", self.url),
            (None, None) => self.url.to_string(),
        }
    }

    fn findings(&self) -> Vec<String> {
        let blank = |text: &Option<String>| text.as_ref().is_some_and(|text| text.trim().is_empty());
        let mut findings = Vec::new();
        if blank(&self.community) {
            findings.push(format!("source `{}`: community: write name@instance, or leave it away", self.id));
        }
        if blank(&self.query) {
            findings.push(format!("source `{}`: query: write what to search for, or leave it away", self.id));
        }
        findings
    }

    fn build(&self, context: &BuildContext<'_>) -> Result<Box<dyn Source>, String> {
        Ok(Box::new(LemmySource::new(self.clone(), context.http.clone())))
    }
}
