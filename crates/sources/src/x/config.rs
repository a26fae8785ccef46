//! `[[sources.x]]`.

use moodline_types::Secret;
use url::Url;

use super::source::XSource;
use crate::{BuildContext, Source, SourceConfig, source_config};

source_config! {
    /// What the search of the last seven days finds.
    pub struct XConfig {
        /// What to search for, in the words of X's search operators.
        pub query: String,
        /// Bearer token of the app.
        pub bearer_token: Secret,
        /// US dollars spent in a calendar month (UTC) at most.
        pub monthly_budget: f64,
        /// US dollars that X takes for one post read.
        #[serde(default = "price_per_post")]
        pub price_per_post: f64,
        /// Whether reposts are read; they are paid for and repeat the words of others.
        #[serde(default)]
        pub reposts: bool,
        /// Whether each post is looked up once more after a day, to find out whether it was deleted: that is paid for
        /// again.
        #[serde(default = "recheck")]
        pub recheck: bool,
        /// Where the API is.
        #[serde(default = "api_url")]
        pub api_url: Url,
    }
}

const fn price_per_post() -> f64 {
    0.005
}

const fn recheck() -> bool {
    true
}

fn api_url() -> Url {
    Url::parse("https://api.x.com/").expect("a constant address")
}

impl XConfig {
    /// Posts that the budget allows for in a month.
    pub(super) fn monthly_posts(&self) -> u64 {
        (self.monthly_budget / self.price_per_post + 1e-9) as u64
    }

    /// The query as it is sent.
    pub(super) fn full_query(&self) -> String {
        if self.reposts { self.query.clone() } else { format!("({}) -is:retweet", self.query) }
    }
}

impl SourceConfig for XConfig {
    fn origin(&self) -> String {
        format!("“{}”", self.query)
    }

    fn findings(&self) -> Vec<String> {
        let id = &self.id;
        let mut findings = Vec::new();
        if self.query.trim().is_empty() {
            findings.push(format!("source `{id}`: query: write what to search for"));
        }
        let prices = [self.monthly_budget, self.price_per_post];
        if prices.iter().any(|price| !(price.is_finite() && *price > 0.0)) {
            findings.push(format!("source `{id}`: monthly_budget and price_per_post: write dollars, more than 0"));
        } else if self.monthly_posts() < super::source::FEWEST {
            findings.push(format!(
                "source `{id}`: monthly_budget: {} dollars are {} posts, and one request may cost {}",
                self.monthly_budget,
                self.monthly_posts(),
                super::source::FEWEST
            ));
        }
        findings
    }

    fn build(&self, context: &BuildContext<'_>) -> Result<Box<dyn Source>, String> {
        let token = context.secret(&self.id, "bearer_token", &self.bearer_token)?;
        Ok(Box::new(XSource::new(self.clone(), token, context.http.clone())))
    }
}
