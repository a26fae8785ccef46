//! `[[sources.app_store]]`.

use moodline_types::Interval;
use url::Url;

use super::source::AppStoreSource;
use crate::{BuildContext, Source, SourceConfig, source_config};

source_config! {
    /// Public reviews of one app.
    pub struct AppStoreConfig {
        /// The app's number, as in `https://apps.apple.com/us/app/id1234567890`.
        pub app: u64,
        /// Storefronts by their country (ISO 3166-1 alpha-2), e.g. `["us", "cn"]`.
        pub storefronts: Vec<String>,
        /// Least time between two requests. About twenty requests a minute are borne with.
        #[serde(default = "min_interval")]
        pub min_interval: Interval,
        /// Where the feeds are.
        #[serde(default = "api_url")]
        pub api_url: Url,
    }
}

const fn min_interval() -> Interval {
    Interval::from_secs(3)
}

fn api_url() -> Url {
    Url::parse("https://itunes.apple.com/").expect("a constant address")
}

impl SourceConfig for AppStoreConfig {
    fn origin(&self) -> String {
        format!("app {} in {}", self.app, self.storefronts.join(", "))
    }

    fn findings(&self) -> Vec<String> {
        let country = |name: &&String| !(name.len() == 2 && name.bytes().all(|byte| byte.is_ascii_lowercase()));
        let mut findings: Vec<String> = self
            .storefronts
            .iter()
            .filter(country)
            .map(|name| {
                format!(
                    "source `{}`: storefronts: `{name}` is no country; write two small letters, like \"us\"",
                    self.id
                )
            })
            .collect();
        if self.storefronts.is_empty() {
            findings.push(format!("source `{}`: storefronts: name at least one, like [\"us\"]", self.id));
        }
        findings
    }

    fn build(&self, context: &BuildContext<'_>) -> Result<Box<dyn Source>, String> {
        Ok(Box::new(AppStoreSource::new(self.clone(), context.http.clone())))
    }
}
