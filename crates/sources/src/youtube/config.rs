//! `[[sources.youtube]]`.

use moodline_types::Secret;
use url::Url;

use super::source::YoutubeSource;
use crate::{BuildContext, Source, SourceConfig, source_config};

source_config! {
    /// Comments under videos.
    pub struct YoutubeConfig {
        /// Videos by their id, as in `https://www.youtube.com/watch?v=ID`.
        #[serde(default)]
        pub videos: Vec<String>,
        /// Channels by their id (`UC…`): the comments under all their videos.
        #[serde(default)]
        pub channels: Vec<String>,
        /// An API key.
        pub key: Secret,
        /// Quota units spent in a day at most; Google gives 10,000, and most requests cost one.
        #[serde(default = "daily_units")]
        pub daily_units: u32,
        /// Threads that young are walked again every day, for new replies.
        #[serde(default = "rescan_days")]
        pub rescan_days: u32,
        /// Where the API is.
        #[serde(default = "api_url")]
        pub api_url: Url,
    }
}

const fn daily_units() -> u32 {
    5_000
}

const fn rescan_days() -> u32 {
    14
}

fn api_url() -> Url {
    Url::parse("https://www.googleapis.com/").expect("a constant address")
}

impl SourceConfig for YoutubeConfig {
    fn origin(&self) -> String {
        let lists: Vec<&str> = self.videos.iter().chain(&self.channels).map(String::as_str).collect();
        lists.join(", ")
    }

    fn findings(&self) -> Vec<String> {
        let id = &self.id;
        let mut findings = Vec::new();
        if self.videos.is_empty() && self.channels.is_empty() {
            findings.push(format!("source `{id}`: name at least one video in `videos` or one channel in `channels`"));
        }
        for channel in self.channels.iter().filter(|channel| !channel.starts_with("UC")) {
            findings.push(format!("source `{id}`: channels: `{channel}` is no channel id; those begin with UC"));
        }
        if self.daily_units == 0 {
            findings.push(format!("source `{id}`: daily_units: nothing can be read with 0 units"));
        }
        findings
    }

    fn build(&self, context: &BuildContext<'_>) -> Result<Box<dyn Source>, String> {
        let key = context.secret(&self.id, "key", &self.key)?;
        Ok(Box::new(YoutubeSource::new(self.clone(), key, context.http.clone())))
    }
}
