//! `[[sources.reddit]]` and `[[sources.reddit_feed]]`, apart because each module declares one kind.

use moodline_types::{Interval, Secret};
use url::Url;

use super::source::RedditSource;
use crate::{BuildContext, Source, SourceConfig, source_config};

pub use super::feed::RedditFeedConfig;

source_config! {
    /// Posts and comments by the API, with credentials that Reddit has approved.
    pub struct RedditConfig {
        /// Subreddits without `r/`. With `query` they may be left away: then all of Reddit is searched.
        #[serde(default)]
        pub subreddits: Vec<String>,
        /// What to search posts for; without it the newest posts and comments of the subreddits are read.
        #[serde(default)]
        pub query: Option<String>,
        /// Whether comments are read (a search finds posts only).
        #[serde(default = "comments")]
        pub comments: bool,
        /// Id of the registered app.
        pub client_id: String,
        /// Secret of the registered app.
        pub client_secret: Secret,
        /// A refresh token, where the app acts for a person; without it the app acts for itself.
        #[serde(default)]
        pub refresh_token: Option<Secret>,
        /// The Reddit account answerable for the app: Reddit wants it named in every request.
        pub user: String,
        /// How far every run reads again, for edits and deletions.
        #[serde(default = "overlap")]
        pub overlap: Interval,
        /// Where the API is.
        #[serde(default = "api_url")]
        pub api_url: Url,
        /// Where tokens are granted.
        #[serde(default = "login_url")]
        pub login_url: Url,
    }
}

const fn comments() -> bool {
    true
}

const fn overlap() -> Interval {
    Interval::from_secs(2 * 86_400)
}

fn api_url() -> Url {
    Url::parse("https://oauth.reddit.com/").expect("a constant address")
}

fn login_url() -> Url {
    Url::parse("https://www.reddit.com/").expect("a constant address")
}

impl SourceConfig for RedditConfig {
    fn origin(&self) -> String {
        let places = if self.subreddits.is_empty() { "all of Reddit".to_owned() } else { self.subreddits.join(", ") };
        match &self.query {
            Some(query) => format!("“{query}” in {places}"),
            None => places,
        }
    }

    fn findings(&self) -> Vec<String> {
        let id = &self.id;
        let odd = |name: &&String| name.is_empty() || !name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
        let odd = self.subreddits.iter().filter(odd);
        let mut findings: Vec<String> =
            odd.map(|name| format!("source `{id}`: subreddits: `{name}` is no name; write it without r/")).collect();
        if self.subreddits.is_empty() && self.query.is_none() {
            findings.push(format!("source `{id}`: name at least one subreddit, or what to search for in `query`"));
        }
        if self.query.as_ref().is_some_and(|query| query.trim().is_empty()) {
            findings.push(format!("source `{id}`: query: write what to search for, or leave it away"));
        }
        findings
    }

    fn build(&self, context: &BuildContext<'_>) -> Result<Box<dyn Source>, String> {
        let secret = context.secret(&self.id, "client_secret", &self.client_secret)?;
        let refresh = self.refresh_token.as_ref().map(|token| context.secret(&self.id, "refresh_token", token));
        Ok(Box::new(RedditSource::new(self.clone(), secret, refresh.transpose()?, context.http.clone())))
    }
}
