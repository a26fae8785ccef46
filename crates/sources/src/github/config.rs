//! `[[sources.github]]`.

use moodline_types::Secret;
use serde::{Deserialize, Serialize};
use url::Url;

use super::source::GithubSource;
use crate::{BuildContext, Source, SourceConfig, source_config};

/// What of a repository is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Part {
    /// Issues themselves.
    Issues,
    /// Comments on issues.
    Comments,
    /// Discussions with their comments; they need a token.
    Discussions,
}

source_config! {
    /// What people write about a repository.
    pub struct GithubConfig {
        /// `owner/name`.
        pub repository: String,
        /// What is read: `issues`, `comments`, `discussions`.
        #[serde(default = "parts")]
        pub parts: Vec<Part>,
        /// A token that may read the repository: 5000 requests an hour instead of 60.
        #[serde(default)]
        pub token: Option<Secret>,
        /// Pull requests, and comments on them.
        #[serde(default)]
        pub pull_requests: bool,
        /// What programs write.
        #[serde(default)]
        pub bots: bool,
        /// Requests of the hour's quota that are left to others.
        #[serde(default = "quota_reserve")]
        pub quota_reserve: u64,
        /// How far the first run goes back.
        #[serde(default = "history_days")]
        pub history_days: u32,
        /// Pages read in one run of each part.
        #[serde(default = "pages_per_run")]
        pub pages_per_run: u32,
        /// The API; `https://HOST/api/v3/` for GitHub Enterprise Server.
        #[serde(default = "url")]
        pub url: Url,
    }
}

fn parts() -> Vec<Part> {
    vec![Part::Issues, Part::Comments]
}

const fn quota_reserve() -> u64 {
    10
}

const fn history_days() -> u32 {
    90
}

const fn pages_per_run() -> u32 {
    20
}

fn url() -> Url {
    Url::parse("https://api.github.com/").expect("the address is a constant")
}

impl GithubConfig {
    /// Owner and name.
    pub(super) fn owner_and_name(&self) -> Option<(&str, &str)> {
        let fits = |part: &str| {
            !part.is_empty() && part.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'))
        };
        self.repository.split_once('/').filter(|(owner, name)| fits(owner) && fits(name))
    }
}

impl SourceConfig for GithubConfig {
    fn origin(&self) -> String {
        self.repository.clone()
    }

    fn findings(&self) -> Vec<String> {
        let mut findings = Vec::new();
        if self.owner_and_name().is_none() {
            findings.push(format!("source `{}`: repository: `{}` is not OWNER/NAME", self.id, self.repository));
        }
        if self.parts.is_empty() {
            findings.push(format!("source `{}`: parts: name at least one of issues, comments, discussions", self.id));
        }
        if self.parts.contains(&Part::Discussions) && self.token.is_none() {
            findings.push(format!("source `{}`: discussions need a token: GitHub shows them to nobody else", self.id));
        }
        findings
    }

    fn build(&self, context: &BuildContext<'_>) -> Result<Box<dyn Source>, String> {
        let token = self.token.as_ref().map(|token| context.secret(&self.id, "token", token)).transpose()?;
        Ok(Box::new(GithubSource::new(self.clone(), token, context.http.clone())))
    }
}
