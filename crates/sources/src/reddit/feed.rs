//! `[[sources.reddit_feed]]`: what a person's own feed token opens.

use std::sync::LazyLock;

use async_trait::async_trait;
use moodline_http::{HttpClient, Request, Validators};
use moodline_types::{Cursor, RawMention, Secret, SecretText, SourceId};
use regex::Regex;
use serde::{Deserialize, Serialize};
use url::Url;

use crate::{
    BuildContext, Page, Source, SourceConfig, SourceError,
    answer::{in_language, refused},
    feeds::parse_document,
    source_config,
    walk::Walk,
};

source_config! {
    /// A feed of Reddit, opened by a person's own feed token.
    pub struct RedditFeedConfig {
        /// The page whose feed is read, e.g. `/r/kettles/new` or `/r/kettles/comments`.
        pub path: String,
        /// The account whose token it is.
        pub user: String,
        /// The token: what stands behind `feed=` in the addresses of <https://www.reddit.com/prefs/feeds>.
        pub token: Secret,
        /// Where the feeds are.
        #[serde(default = "feed_url")]
        pub feed_url: Url,
    }
}

fn feed_url() -> Url {
    Url::parse("https://www.reddit.com/").expect("a constant address")
}

impl SourceConfig for RedditFeedConfig {
    fn origin(&self) -> String {
        self.path.clone()
    }

    fn findings(&self) -> Vec<String> {
        let good = self.path.starts_with('/') && !self.path.contains(['?', '#']) && !self.path.contains(".rss");
        let finding = format!(
            "source `{}`: path: write the page alone, like \"/r/kettles/new\", without .rss and without the token",
            self.id
        );
        if good { Vec::new() } else { vec![finding] }
    }

    fn build(&self, context: &BuildContext<'_>) -> Result<Box<dyn Source>, String> {
        let token = context.secret(&self.id, "token", &self.token)?;
        Ok(Box::new(RedditFeedSource { config: self.clone(), token, http: context.http.clone() }))
    }
}

#[derive(Debug)]
struct RedditFeedSource {
    config: RedditFeedConfig,
    token: SecretText,
    http: HttpClient,
}

/// What an unchanged feed is recognised by, and whether it had entries.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
struct Progress {
    #[serde(flatten)]
    validators: Validators,
    had_entries: bool,
}

impl Walk for Progress {}

/// What Reddit puts below every entry.
static BELOW: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?s)\s*submitted by\s+/?u/\S+(?:\s+to\s+/?r/\S+)?\s*\[link\]\s*\[comments\]\s*$")
        .expect("the pattern is a constant")
});

/// The words of an entry without the line that Reddit adds; empty where it has no others.
pub fn own_text(text: &str) -> &str {
    BELOW.find(text).map_or(text, |added| &text[..added.start()]).trim()
}

/// An entry as the API would name it: by its full name, a bare link by its title.
fn mention(mut mention: RawMention) -> Option<RawMention> {
    let own = own_text(&mention.text).to_owned();
    // A comment's title names its author and the post: not the author's words.
    if mention.external_id.starts_with("t1_") {
        mention.title = None;
    }
    mention.text = if own.is_empty() { mention.title.take()? } else { own };
    mention.author = mention.author.map(|author| author.trim_start_matches("/u/").to_owned());
    Some(mention)
}

#[async_trait]
impl Source for RedditFeedSource {
    fn id(&self) -> &SourceId {
        &self.config.id
    }

    async fn fetch(&mut self, cursor: Option<&Cursor>) -> Result<Page, SourceError> {
        let before = Progress::load(cursor, &self.config.id)?;
        let mut url = self.config.feed_url.clone();
        url.set_path(&format!("{}/.rss", self.config.path.trim_end_matches('/')));
        let request = Request::get(url).query("user", &self.config.user).query("limit", "100");
        let request = request.secret_query("feed", self.token.clone());
        let request = request.accept("application/atom+xml, */*;q=0.1").validators(&before.validators);
        let response = self.http.send(&request).await.map_err(|error| refused(&self.config.id, error))?;
        if response.not_modified {
            return Ok(Page { note: Some("not modified".to_owned()), ..Page::default() });
        }
        let document = parse_document(&response.body, request.url(), response.charset())
            .map_err(|source| SourceError::Malformed { url: request.url().to_string(), expected: "a feed", source })?;
        if document.mentions.is_empty() && before.had_entries {
            let note = Some("suspicious: empty, although it had entries before".to_owned());
            return Ok(Page { suspicious: true, note, ..Page::default() });
        }
        let progress = Progress { validators: response.validators, had_entries: !document.mentions.is_empty() };
        let mentions = document.mentions.into_iter().filter_map(mention).collect();
        let page = Page { mentions, rejected: document.rejected, cursor: Some(progress.cursor()), ..Page::default() };
        Ok(in_language(page, self.config.language.as_deref()))
    }
}
