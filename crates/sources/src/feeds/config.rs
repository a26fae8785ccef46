//! `[[sources.feeds]]`.

use url::Url;

use super::FeedSource;
use crate::{BuildContext, Source, SourceConfig, source_config};

source_config! {
    /// One feed. `language` beats the language of the feed as a whole.
    pub struct FeedConfig {
        /// Address of the feed.
        pub url: Url,
        /// Older pages that are read once where the feed offers any (RFC 5005); 0 reads what it shows.
        #[serde(default = "history_pages")]
        pub history_pages: u32,
    }
}

fn history_pages() -> u32 {
    100
}

impl SourceConfig for FeedConfig {
    fn origin(&self) -> String {
        self.url.to_string()
    }

    fn build(&self, context: &BuildContext<'_>) -> Result<Box<dyn Source>, String> {
        Ok(Box::new(FeedSource::new(self.clone(), context.http.clone())))
    }
}
