//! `[[sources.steam]]`.

use serde::{Deserialize, Serialize};
use url::Url;

use super::source::SteamSource;
use crate::{BuildContext, Source, SourceConfig, source_config};

/// Whose reviews are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Purchase {
    /// Everybody's.
    #[default]
    All,
    /// Of those who bought it on Steam.
    Steam,
    /// Of those who have it from elsewhere.
    Other,
}

source_config! {
    /// The reviews of one game or program.
    pub struct SteamConfig {
        /// The number in the address of its store page.
        pub app_id: u32,
        /// Languages by Steam's names, e.g. `schinese`; all when empty.
        #[serde(default)]
        pub languages: Vec<String>,
        /// Whose reviews.
        #[serde(default)]
        pub purchase: Purchase,
        /// How far the first run goes back.
        #[serde(default = "history_days")]
        pub history_days: u32,
        /// Pages of 100 reviews read in one run.
        #[serde(default = "pages_per_run")]
        pub pages_per_run: u32,
        /// The service.
        #[serde(default = "url")]
        pub url: Url,
    }
}

const fn history_days() -> u32 {
    365
}

const fn pages_per_run() -> u32 {
    200
}

fn url() -> Url {
    Url::parse("https://api.steampowered.com/IUserReviewsService/GetAppReviews/v1/").expect("the address is a constant")
}

impl SourceConfig for SteamConfig {
    fn origin(&self) -> String {
        format!("app {} at {}", self.app_id, self.url)
    }

    fn findings(&self) -> Vec<String> {
        let unknown = self.languages.iter().filter(|name| super::language(name).is_none());
        unknown
            .map(|name| {
                format!(
                    "source `{}`: languages: `{name}` is none of Steam's names, such as english or schinese",
                    self.id
                )
            })
            .collect()
    }

    fn build(&self, context: &BuildContext<'_>) -> Result<Box<dyn Source>, String> {
        Ok(Box::new(SteamSource::new(self.clone(), context.http.clone())))
    }
}
