//! `[[sources.bluesky]]` and `[[sources.bluesky_search]]`.

pub use search::BlueskySearchConfig;
pub use stream::{BlueskyConfig, JetstreamVersion};

mod stream {
    use moodline_types::Interval;
    use serde::{Deserialize, Serialize};
    use url::Url;

    use crate::{BuildContext, Source, SourceConfig, bluesky::jetstream::JetstreamSource, source_config};

    /// Which protocol the server speaks.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
    #[serde(rename_all = "lowercase")]
    pub enum JetstreamVersion {
        /// `/subscribe`, for servers of one's own.
        V1,
        /// `network.bsky.jetstream.subscribeEvents`, since August 2026.
        #[default]
        V2,
    }

    source_config! {
        /// Posts on Bluesky that hold one of some words, from the stream of all posts.
        pub struct BlueskyConfig {
            /// Words and phrases of which a post holds one.
            pub keywords: Vec<String>,
            /// Languages (BCP 47, by their beginning) that authors say their posts are in; all when empty, and posts
            /// that do not say are read always.
            #[serde(default)]
            pub languages: Vec<String>,
            /// The server.
            #[serde(default = "url")]
            pub url: Url,
            /// Its protocol.
            #[serde(default)]
            pub jetstream: JetstreamVersion,
            /// How far the first run goes back; the servers keep 36 hours.
            #[serde(default = "history")]
            pub history: Interval,
            /// Longest time one run listens while it catches up.
            #[serde(default = "listen")]
            pub listen: Interval,
        }
    }

    fn url() -> Url {
        Url::parse("wss://jetstream.us-west.bsky.network/").expect("the address is a constant")
    }

    const fn history() -> Interval {
        Interval::from_secs(3600)
    }

    const fn listen() -> Interval {
        Interval::from_secs(600)
    }

    impl SourceConfig for BlueskyConfig {
        fn origin(&self) -> String {
            format!("{} at {}", self.keywords.join(", "), self.url)
        }

        fn findings(&self) -> Vec<String> {
            let mut findings = Vec::new();
            if self.keywords.iter().all(|word| !word.chars().any(char::is_alphanumeric)) {
                findings.push(format!("source `{}`: keywords: name at least one word to look for", self.id));
            }
            if !matches!(self.url.scheme(), "ws" | "wss") {
                findings.push(format!("source `{}`: url: a stream's address begins with wss://", self.id));
            }
            findings
        }

        fn build(&self, context: &BuildContext<'_>) -> Result<Box<dyn Source>, String> {
            Ok(Box::new(JetstreamSource::new(self.clone(), context.http.clone())))
        }
    }
}

mod search {
    use moodline_types::{Interval, Secret};
    use url::Url;

    use crate::{BuildContext, Source, SourceConfig, bluesky::search_source::SearchSource, source_config};

    source_config! {
        /// Posts on Bluesky that its search finds.
        pub struct BlueskySearchConfig {
            /// What to search for, in Bluesky's syntax.
            pub query: String,
            /// Handle or e-mail address of the account that searches.
            pub identifier: String,
            /// An app password of that account; never its own password.
            pub app_password: Secret,
            /// Where the account lives.
            #[serde(default = "url")]
            pub url: Url,
            /// How far every run reads again: the index lags.
            #[serde(default = "overlap")]
            pub overlap: Interval,
            /// How far the first run goes back.
            #[serde(default = "history_days")]
            pub history_days: u32,
            /// Pages of 100 posts read in one run.
            #[serde(default = "pages_per_run")]
            pub pages_per_run: u32,
        }
    }

    fn url() -> Url {
        Url::parse("https://bsky.social/").expect("the address is a constant")
    }

    const fn overlap() -> Interval {
        Interval::from_secs(3 * 3600)
    }

    const fn history_days() -> u32 {
        7
    }

    const fn pages_per_run() -> u32 {
        20
    }

    impl SourceConfig for BlueskySearchConfig {
        fn origin(&self) -> String {
            format!("“{}” at {}", self.query, self.url)
        }

        fn findings(&self) -> Vec<String> {
            let mut findings = Vec::new();
            if self.query.trim().is_empty() {
                findings.push(format!("source `{}`: query: write what to search for", self.id));
            }
            findings
        }

        fn build(&self, context: &BuildContext<'_>) -> Result<Box<dyn Source>, String> {
            let password = context.secret(&self.id, "app_password", &self.app_password)?;
            Ok(Box::new(SearchSource::new(self.clone(), password, context.http.clone())))
        }
    }
}
