//! `[[sources.trustpilot]]`.

use moodline_types::Secret;
use url::Url;

use super::source::TrustpilotSource;
use crate::{BuildContext, Source, SourceConfig, source_config};

source_config! {
    /// Service reviews of one business.
    pub struct TrustpilotConfig {
        /// The business by its domain, as in `https://www.trustpilot.com/review/DOMAIN`.
        pub domain: String,
        /// The API key of the business account.
        pub api_key: Secret,
        /// Once a week reviews that young are read again, for edits and deletions.
        #[serde(default = "rescan_days")]
        pub rescan_days: u32,
        /// Where the API is.
        #[serde(default = "api_url")]
        pub api_url: Url,
    }
}

const fn rescan_days() -> u32 {
    90
}

fn api_url() -> Url {
    Url::parse("https://api.trustpilot.com/").expect("a constant address")
}

impl SourceConfig for TrustpilotConfig {
    fn origin(&self) -> String {
        self.domain.clone()
    }

    fn findings(&self) -> Vec<String> {
        let good = self.domain.contains('.') && !self.domain.contains(['/', ':', ' ', '?']);
        let finding = format!("source `{}`: domain: `{}` is no domain, like shop.example", self.id, self.domain);
        if good { Vec::new() } else { vec![finding] }
    }

    fn build(&self, context: &BuildContext<'_>) -> Result<Box<dyn Source>, String> {
        let key = context.secret(&self.id, "api_key", &self.api_key)?;
        Ok(Box::new(TrustpilotSource::new(self.clone(), key, context.http.clone())))
    }
}
