//! What a host answered.

use std::time::Duration;

use reqwest::header::HeaderMap;
use serde::{Deserialize, Serialize};
use url::Url;

use crate::RateLimit;

/// What a host gave to recognise an unchanged document by; sent back verbatim with the next request.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Validators {
    /// `ETag`, with its quotes and `W/`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub etag: Option<String>,
    /// `Last-Modified`, as written by the host.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_modified: Option<String>,
}

/// A successful answer: a document, or word that it has not changed.
#[derive(Debug, Clone, PartialEq)]
pub struct Response {
    /// Status code: 200–299, or 304.
    pub status: u16,
    /// Where the answer came from, after redirects.
    pub url: Url,
    /// Whether every redirect on the way was permanent (301 or 308) and there was at least one.
    pub moved_permanently: bool,
    /// `Content-Type` with its parameters.
    pub content_type: Option<String>,
    /// To be kept for the next request, once the body has been understood.
    pub validators: Validators,
    /// Whether the document is unchanged since the validators sent (304); the body is then empty.
    pub not_modified: bool,
    /// How much may still be asked of the host, where it says so.
    pub rate_limit: Option<RateLimit>,
    /// How long asking again is in vain, by `Cache-Control` or `Expires`; `None` where the host does not say.
    pub fresh_for: Option<Duration>,
    /// All headers.
    pub headers: Headers,
    /// The body, decompressed.
    pub body: Vec<u8>,
}

/// The headers of an answer.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Headers(pub(crate) HeaderMap);

impl Headers {
    /// The first header of this name, whatever its case; `None` where it is missing or no text.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name)?.to_str().ok().map(str::trim)
    }

    /// All headers of this name, in order.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.get_all(name).iter().filter_map(|value| value.to_str().ok()).map(str::trim)
    }
}

impl Response {
    /// The `charset` parameter of the content type, if any, without quotes.
    pub fn charset(&self) -> Option<&str> {
        let parameters = self.content_type.as_deref()?.split(';').skip(1);
        parameters
            .filter_map(|parameter| parameter.split_once('='))
            .find(|(name, _)| name.trim().eq_ignore_ascii_case("charset"))
            .map(|(_, value)| value.trim().trim_matches(['"', '\'']))
            .filter(|value| !value.is_empty())
    }
}
