//! `[[sources.stackexchange]]`.

use moodline_types::Secret;
use url::Url;

use super::source::StackExchangeSource;
use crate::{BuildContext, Source, SourceConfig, source_config};

source_config! {
    /// Questions of a site with their answers and comments.
    pub struct StackExchangeConfig {
        /// The site by its API name: `stackoverflow`, `superuser`, `unix`, …
        pub site: String,
        /// Tags of which a question has all.
        #[serde(default)]
        pub tags: Vec<String>,
        /// Words to search for, in the site's search syntax.
        #[serde(default)]
        pub query: Option<String>,
        /// A key of stackapps.com: 10 000 requests a day instead of 300 for each address.
        #[serde(default)]
        pub key: Option<Secret>,
        /// Requests of the day's quota that are left to others.
        #[serde(default = "quota_reserve")]
        pub quota_reserve: u64,
        /// How far the first run goes back.
        #[serde(default = "history_days")]
        pub history_days: u32,
        /// Pages of 100 questions read in one run.
        #[serde(default = "pages_per_run")]
        pub pages_per_run: u32,
        /// The API.
        #[serde(default = "url")]
        pub url: Url,
    }
}

const fn quota_reserve() -> u64 {
    50
}

const fn history_days() -> u32 {
    30
}

const fn pages_per_run() -> u32 {
    20
}

fn url() -> Url {
    Url::parse("https://api.stackexchange.com/2.3/").expect("the address is a constant")
}

impl SourceConfig for StackExchangeConfig {
    fn origin(&self) -> String {
        let tags: String = self.tags.iter().map(|tag| format!(" [{tag}]")).collect();
        let query = self.query.as_ref().map(|query| format!(" “{query}”")).unwrap_or_default();
        format!("{}{tags}{query}", self.site)
    }

    fn findings(&self) -> Vec<String> {
        let mut findings = Vec::new();
        if self.site.is_empty() || self.site.contains(['/', ' ']) {
            findings.push(format!(
                "source `{}`: site: `{}` is no API name of a site: write stackoverflow, superuser, unix, …",
                self.id, self.site
            ));
        }
        if self.tags.is_empty() && self.query.is_none() {
            findings
                .push(format!("source `{}`: give tags or query: a whole site is more than a quota allows", self.id));
        }
        if self.tags.iter().any(|tag| tag.is_empty() || tag.contains([';', ' '])) {
            findings.push(format!("source `{}`: tags: write each tag by itself, without spaces", self.id));
        }
        findings
    }

    fn build(&self, context: &BuildContext<'_>) -> Result<Box<dyn Source>, String> {
        let key = self.key.as_ref().map(|key| context.secret(&self.id, "key", key)).transpose()?;
        Ok(Box::new(StackExchangeSource::new(self.clone(), key, context.http.clone())))
    }
}
