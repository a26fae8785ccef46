//! `[[sources.hackernews]]`.

use url::Url;

use super::source::HackerNewsSource;
use crate::{BuildContext, Source, SourceConfig, source_config};

source_config! {
    /// Stories and comments on Hacker News that hold a word or phrase.
    pub struct HackerNewsConfig {
        /// The word or phrase, e.g. `acme cloud`.
        pub query: String,
        /// What is read: `story`, `comment`, `poll`, `ask_hn`, `show_hn`.
        #[serde(default = "tags")]
        pub tags: Vec<String>,
        /// How far the first run goes back.
        #[serde(default = "history_days")]
        pub history_days: u32,
        /// The search.
        #[serde(default = "url")]
        pub url: Url,
        /// The official API, which knows what was deleted.
        #[serde(default = "official_url")]
        pub official_url: Url,
    }
}

fn tags() -> Vec<String> {
    ["story", "comment"].map(str::to_owned).to_vec()
}

const fn history_days() -> u32 {
    30
}

fn url() -> Url {
    Url::parse("https://hn.algolia.com/api/v1/").expect("the address is a constant")
}

fn official_url() -> Url {
    Url::parse("https://hacker-news.firebaseio.com/v0/").expect("the address is a constant")
}

impl SourceConfig for HackerNewsConfig {
    fn origin(&self) -> String {
        format!("“{}” at {}", self.query, self.url)
    }

    fn findings(&self) -> Vec<String> {
        let mut findings = Vec::new();
        if !self.query.chars().any(char::is_alphanumeric) {
            findings.push(format!("source `{}`: query: a word or phrase to look for is missing", self.id));
        }
        if self.query.contains('"') {
            findings.push(format!(
                "source `{}`: query: write the phrase without quotation marks; for several make several sources",
                self.id
            ));
        }
        if self.tags.is_empty() || self.tags.iter().any(|tag| !tag.chars().all(|c| c.is_alphanumeric() || c == '_')) {
            findings.push(format!("source `{}`: tags: name at least one, such as story or comment", self.id));
        }
        findings
    }

    fn build(&self, context: &BuildContext<'_>) -> Result<Box<dyn Source>, String> {
        Ok(Box::new(HackerNewsSource::new(self.clone(), context.http.clone())))
    }
}
