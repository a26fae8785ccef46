//! `[[sources.google_play_web]]`.

use moodline_types::Interval;
use url::Url;

use super::source::GooglePlayWebSource;
use crate::{BuildContext, Source, SourceConfig, google_play::is_package, source_config};

source_config! {
    /// Reviews of any app in one language (`language`, without which it is `en`).
    pub struct GooglePlayWebConfig {
        /// The app's package name, e.g. `com.example.app`.
        pub package: String,
        /// Country of the store (ISO 3166-1 alpha-2).
        #[serde(default = "country")]
        pub country: String,
        /// The switch: Google's terms forbid automated access without permission.
        #[serde(default)]
        pub unofficial: bool,
        /// Least time between two requests. Faster callers are blocked.
        #[serde(default = "min_interval")]
        pub min_interval: Interval,
        /// Where the store is.
        #[serde(default = "api_url")]
        pub api_url: Url,
    }
}

fn country() -> String {
    "us".to_owned()
}

const fn min_interval() -> Interval {
    Interval::from_secs(5)
}

fn api_url() -> Url {
    Url::parse("https://play.google.com/").expect("a constant address")
}

impl SourceConfig for GooglePlayWebConfig {
    fn origin(&self) -> String {
        format!("{} in {}", self.package, self.language.as_deref().unwrap_or("en"))
    }

    fn findings(&self) -> Vec<String> {
        let mut findings = Vec::new();
        if !is_package(&self.package) {
            findings.push(format!(
                "source `{}`: package: `{}` is no package name, like com.example.app",
                self.id, self.package
            ));
        }
        if self.enabled && !self.unofficial {
            findings.push(format!(
                "source `{}`: google_play_web reads pages that Google's terms forbid to read by program without \
                 permission: use google_play for your own apps, or set unofficial = true to do it all the same",
                self.id
            ));
        }
        findings
    }

    fn build(&self, context: &BuildContext<'_>) -> Result<Box<dyn Source>, String> {
        Ok(Box::new(GooglePlayWebSource::new(self.clone(), context.http.clone())))
    }
}
