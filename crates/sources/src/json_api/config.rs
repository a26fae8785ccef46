//! `[[sources.http]]`.

use std::collections::BTreeMap;

use chrono_tz::Tz;
use moodline_types::Interval;
use serde::{Deserialize, Serialize};

use super::{
    access::{Access, Auth, OAuth},
    path::Path,
    source::HttpApiSource,
};
use crate::{BuildContext, Source, SourceConfig, instant::TimeReading, source_config};

source_config! {
    /// One list of a JSON API.
    pub struct HttpApiConfig {
        /// Address of the list. `{token}` stands for the page and `{since}` for the time to begin at, where these do
        /// not go into parameters of their own.
        pub url: String,
        /// Headers sent along, e.g. `{ Accept-Language = "en" }`.
        #[serde(default)]
        pub headers: BTreeMap<String, String>,
        /// The key, and where it goes.
        #[serde(default)]
        pub auth: Option<Auth>,
        /// Where short-lived tokens are granted, instead of a key that lasts.
        #[serde(default)]
        pub oauth: Option<OAuth>,
        /// A JSON body: the request is then a POST. A text that is just `"{token}"` becomes the token or null.
        #[serde(default)]
        pub body: Option<String>,
        /// A form as the body: the request is then a POST. A field that is just `{token}` is left out on the first
        /// page.
        #[serde(default)]
        pub form: BTreeMap<String, String>,
        /// The items of an answer, e.g. `$.data.reviews[*]`.
        pub items: Path,
        /// Where an item keeps what.
        pub fields: Fields,
        /// How the list goes on.
        #[serde(default)]
        pub paging: Paging,
        /// How the list is sorted.
        #[serde(default)]
        pub order: Order,
        /// Where a list sorted oldest first begins.
        #[serde(default)]
        pub since: Option<Since>,
        /// How far every run reads again: some lists show items late.
        #[serde(default = "overlap")]
        pub overlap: Interval,
        /// How far the first run goes back.
        #[serde(default = "history_days")]
        pub history_days: u32,
        /// Pages read in one run.
        #[serde(default = "pages_per_run")]
        pub pages_per_run: u32,
        /// Least time between two requests, where the host wants more than `http.min_interval`.
        #[serde(default)]
        pub min_interval: Option<Interval>,
        /// What the texts are written in.
        #[serde(default)]
        pub text_format: TextFormat,
        /// `strftime` pattern of the times where they cannot be guessed.
        #[serde(default)]
        pub time_format: Option<String>,
        /// Zone of the times that name none, e.g. `Asia/Shanghai`; UTC unless set.
        #[serde(default)]
        pub time_zone: Option<String>,
        /// Worst and best rating, e.g. `[1, 5]`; without it ratings are not read.
        #[serde(default)]
        pub rating_scale: Option<[f32; 2]>,
        /// Ratings in words, e.g. `{ good = 1, bad = 0 }`.
        #[serde(default)]
        pub rating_words: BTreeMap<String, f32>,
    }
}

/// Where an item keeps what: paths from the item, e.g. `$.user.name`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fields {
    /// Its id, a text or number that stays when it is edited. A list must have one; in a delivery, items without are
    /// known by the delivery and their place in it.
    #[serde(default)]
    pub id: Option<Path>,
    /// What was said.
    pub text: Path,
    /// Its title.
    #[serde(default)]
    pub title: Option<Path>,
    /// When it was posted.
    #[serde(default)]
    pub time: Option<Path>,
    /// What the list is sorted by, where that is another time or a growing number.
    #[serde(default)]
    pub sorted_by: Option<Path>,
    /// Its rating: a number, a word of `rating_words`, or true (best) and false (worst).
    #[serde(default)]
    pub rating: Option<Path>,
    /// Who said it.
    #[serde(default)]
    pub author: Option<Path>,
    /// Its address.
    #[serde(default)]
    pub url: Option<Path>,
    /// Its language.
    #[serde(default)]
    pub language: Option<Path>,
    /// The conversation it belongs to.
    #[serde(default)]
    pub thread: Option<Path>,
    /// Set (not null, false, 0 or empty) where the item was deleted.
    #[serde(default)]
    pub deleted: Option<Path>,
}

/// How a list goes on after a page.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(tag = "by", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Paging {
    /// It is all on one page.
    #[default]
    None,
    /// The answer holds a token for the next page.
    Cursor {
        /// The query parameter it is sent back in; none where `{token}` stands in the address or the body.
        #[serde(default)]
        parameter: Option<String>,
        /// Where it is.
        next: Path,
        /// Where the answer says whether there is more; without it a token means there is.
        #[serde(default)]
        more: Option<Path>,
    },
    /// Pages have numbers.
    Page {
        /// The query parameter.
        #[serde(default)]
        parameter: Option<String>,
        /// Number of the first page.
        #[serde(default = "first_page")]
        first: u64,
    },
    /// Items are counted.
    Offset {
        /// The query parameter.
        #[serde(default)]
        parameter: Option<String>,
    },
    /// A `Link` header with `rel="next"` (RFC 8288).
    Link,
    /// The answer holds the address of the next page.
    NextUrl {
        /// Where it is.
        next: Path,
    },
}

/// How a list is sorted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Order {
    /// The newest item comes first: a run ends where the last one began.
    #[default]
    NewestFirst,
    /// The oldest item comes first: give `since`, or every run reads everything.
    OldestFirst,
    /// In no order: every run reads everything.
    Unsorted,
}

/// Asking for what came after a time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Since {
    /// The query parameter; none where `{since}` stands in the address or the body.
    #[serde(default)]
    pub parameter: Option<String>,
    /// How the time is written: `rfc3339`, `unix`, `unix-ms` or a `strftime` pattern.
    #[serde(default = "rfc3339")]
    pub format: String,
}

/// What texts are written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TextFormat {
    /// Plain text.
    #[default]
    Plain,
    /// HTML.
    Html,
    /// Markdown.
    Markdown,
    /// `BBCode`.
    Bbcode,
}

const fn first_page() -> u64 {
    1
}

const fn overlap() -> Interval {
    Interval::from_secs(3600)
}

const fn history_days() -> u32 {
    90
}

const fn pages_per_run() -> u32 {
    100
}

fn rfc3339() -> String {
    "rfc3339".to_owned()
}

impl HttpApiConfig {
    pub(super) fn time_reading(&self) -> TimeReading {
        let zone = self.time_zone.as_deref().and_then(|zone| zone.parse().ok());
        TimeReading { zone, format: self.time_format.clone() }
    }
}

fn is_strftime(format: &str) -> bool {
    !chrono::format::StrftimeItems::new(format).any(|item| matches!(item, chrono::format::Item::Error))
}

impl SourceConfig for HttpApiConfig {
    fn origin(&self) -> String {
        self.url.clone()
    }

    fn findings(&self) -> Vec<String> {
        let mut findings = Vec::new();
        let mut found = |fits: bool, what: String| {
            if !fits {
                findings.push(format!("source `{}`: {what}", self.id));
            }
        };
        let bare = self.url.replace("{token}", "").replace("{since}", "");
        found(self.fields.id.is_some(), "fields.id must be given: an id that stays when the item is edited".to_owned());
        let is_web = url::Url::parse(&bare).is_ok_and(|url| matches!(url.scheme(), "http" | "https"));
        found(is_web, format!("url `{}` is not an http or https address", self.url));
        if let Some(body) = &self.body {
            let json = serde_json::from_str::<serde_json::Value>(body);
            found(json.is_ok(), format!("body is not JSON: {}", json.err().map(|e| e.to_string()).unwrap_or_default()));
        }
        if let Some(zone) = &self.time_zone {
            found(zone.parse::<Tz>().is_ok(), format!("time_zone `{zone}` is not a zone name like Asia/Shanghai"));
        }
        if let Some(format) = &self.time_format {
            found(is_strftime(format), format!("time_format `{format}` is not a strftime pattern"));
        }
        if let Some([worst, best]) = self.rating_scale {
            let fits = worst.is_finite() && best.is_finite() && (worst - best).abs() > f32::EPSILON;
            found(fits, "rating_scale needs two different numbers, worst and best".to_owned());
        }
        found(
            self.fields.rating.is_none() || self.rating_scale.is_some(),
            "fields.rating needs rating_scale".to_owned(),
        );
        found(self.body.is_none() || self.form.is_empty(), "a request has one body: write body or form".to_owned());
        found(self.auth.is_none() || self.oauth.is_none(), "write auth or oauth: a request shows one key".to_owned());
        let mistakes = self.auth.iter().filter_map(Auth::mistake).chain(self.oauth.iter().filter_map(OAuth::mistake));
        mistakes.for_each(|mistake| found(false, mistake.to_owned()));
        let bodies = || self.body.iter().chain(self.form.values());
        let placed = |word: &str| self.url.contains(word) || bodies().any(|body| body.contains(word));
        let parameter = match &self.paging {
            Paging::Cursor { parameter, .. } | Paging::Page { parameter, .. } | Paging::Offset { parameter } => {
                Some(parameter)
            }
            Paging::None | Paging::Link | Paging::NextUrl { .. } => None,
        };
        if let Some(None) = parameter {
            found(placed("{token}"), "paging needs a parameter, or {token} in url, body or form".to_owned());
        }
        if let Some(since) = &self.since {
            found(self.order == Order::OldestFirst, "since is for order = \"oldest-first\"".to_owned());
            let has_place = since.parameter.is_some() || placed("{since}");
            found(has_place, "since needs a parameter, or {since} in url, body or form".to_owned());
            found(is_strftime(&since.format), format!("since.format `{}` is not a strftime pattern", since.format));
        }
        let sorted = self.fields.time.is_some() || self.fields.sorted_by.is_some();
        let needs = self.since.is_some() && !sorted;
        found(!needs, "since needs fields.time or fields.sorted_by".to_owned());
        findings
    }

    fn build(&self, context: &BuildContext<'_>) -> Result<Box<dyn Source>, String> {
        let access = match (&self.auth, &self.oauth) {
            (Some(auth), _) => {
                let key = context.secret(&self.id, "auth.secret", &auth.secret)?;
                Access::Key { auth: auth.clone(), key }
            }
            (None, Some(oauth)) => {
                let secret = context.secret(&self.id, "oauth.client_secret", &oauth.client_secret)?;
                Access::granted(oauth.clone(), secret)
            }
            (None, None) => Access::Open,
        };
        Ok(Box::new(HttpApiSource::new(self.clone(), access, context.http.clone())))
    }
}
