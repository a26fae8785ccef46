//! `[[sources.zendesk]]`.

use moodline_types::{Interval, Secret};
use url::Url;

use super::source::{Access, ZendeskSource};
use crate::{BuildContext, Source, SourceConfig, source_config};

source_config! {
    /// One help desk.
    pub struct ZendeskConfig {
        /// The help desk, e.g. `https://shop.zendesk.com/`.
        pub url: Url,
        /// The person the API token belongs to; without it the token is an OAuth access token.
        #[serde(default)]
        pub email: Option<String>,
        /// An API token or OAuth access token.
        pub token: Secret,
        /// Whether tickets are read.
        #[serde(default = "yes")]
        pub tickets: bool,
        /// Whether customers' later messages are read as well: one request for each changed ticket.
        #[serde(default = "yes")]
        pub replies: bool,
        /// Whether comments of the older satisfaction rating (good or bad) are read.
        #[serde(default = "yes")]
        pub ratings: bool,
        /// Whether answers of the newer satisfaction survey (1 to 5) are read.
        #[serde(default)]
        pub surveys: bool,
        /// How far the first run goes back.
        #[serde(default = "history_days")]
        pub history_days: u32,
        /// Least time between two requests to the export of tickets, which bears ten a minute.
        #[serde(default = "export_interval")]
        pub export_interval: Interval,
    }
}

const fn yes() -> bool {
    true
}

const fn history_days() -> u32 {
    90
}

const fn export_interval() -> Interval {
    Interval::from_secs(6)
}

impl SourceConfig for ZendeskConfig {
    fn origin(&self) -> String {
        self.url.to_string()
    }

    fn findings(&self) -> Vec<String> {
        let id = &self.id;
        let mut findings = Vec::new();
        if self.url.scheme() != "https" && self.url.domain().is_some_and(|host| host != "localhost") {
            findings
                .push(format!("source `{id}`: url: the token needs an https address, like https://shop.zendesk.com/"));
        }
        if !(self.tickets || self.ratings || self.surveys) {
            findings.push(format!("source `{id}`: switch on at least one of tickets, ratings and surveys"));
        }
        findings
    }

    fn build(&self, context: &BuildContext<'_>) -> Result<Box<dyn Source>, String> {
        let token = context.secret(&self.id, "token", &self.token)?;
        let access = Access { email: self.email.clone(), token };
        Ok(Box::new(ZendeskSource::new(self.clone(), access, context.http.clone())))
    }
}
