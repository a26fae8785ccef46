//! `[[sources.discourse]]`.

use moodline_types::Secret;
use url::Url;

use super::source::DiscourseSource;
use crate::{BuildContext, Source, SourceConfig, source_config};

source_config! {
    /// The posts of a forum.
    pub struct DiscourseConfig {
        /// The forum, e.g. `https://forum.example.org/`, with its folder if it has one.
        pub url: Url,
        /// Numbers of the categories that are read; all when empty.
        #[serde(default)]
        pub categories: Vec<i64>,
        /// An API key, for forums that show their posts to members only.
        #[serde(default)]
        pub api_key: Option<Secret>,
        /// Whose key it is.
        #[serde(default)]
        pub api_username: Option<String>,
        /// Latest post numbers that every run reads again, for edits and deletions.
        #[serde(default = "overlap_posts")]
        pub overlap_posts: u32,
        /// How far the first run goes back.
        #[serde(default = "history_days")]
        pub history_days: u32,
        /// Pages of up to 50 posts read in one run.
        #[serde(default = "pages_per_run")]
        pub pages_per_run: u32,
    }
}

const fn overlap_posts() -> u32 {
    200
}

const fn history_days() -> u32 {
    90
}

const fn pages_per_run() -> u32 {
    100
}

impl SourceConfig for DiscourseConfig {
    fn origin(&self) -> String {
        self.url.to_string()
    }

    fn findings(&self) -> Vec<String> {
        let mut findings = Vec::new();
        if self.api_username.is_some() && self.api_key.is_none() {
            findings.push(format!("source `{}`: api_username is of no use without api_key", self.id));
        }
        findings
    }

    fn build(&self, context: &BuildContext<'_>) -> Result<Box<dyn Source>, String> {
        let key = self.api_key.as_ref().map(|key| context.secret(&self.id, "api_key", key)).transpose()?;
        Ok(Box::new(DiscourseSource::new(self.clone(), key, context.http.clone())))
    }
}
