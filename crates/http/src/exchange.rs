//! What passed between us and hosts lately, for a person who asks.

use std::{
    collections::VecDeque,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use moodline_types::SPANS;
use tracing::{Span, field::Empty, info_span};
use url::Url;

use crate::{RateLimit, Request};

/// Exchanges remembered.
const REMEMBERED: usize = 16;

/// One request and the head of its answer; no secrets, no bodies.
#[derive(Debug, Clone, PartialEq)]
pub struct Exchange {
    /// `GET` or `POST`.
    pub method: &'static str,
    /// Where to, after redirects, without secrets.
    pub url: Url,
    /// Status code.
    pub status: u16,
    /// `Content-Type` of the answer.
    pub content_type: Option<String>,
    /// Bytes of body read, after decompression; 0 for errors.
    pub bytes: usize,
    /// From the start of the request to the end of the body.
    pub took: Duration,
    /// How much may still be asked.
    pub rate_limit: Option<RateLimit>,
    /// `X-Robots-Tag`: what robots shall not do with the answer.
    pub robots: Option<String>,
    /// `Cache-Control`: for how long asking again is in vain.
    pub cache_control: Option<String>,
}

/// The span of a request that is a step of something else; none for one that stands alone, as one that carries spans does.
/// It names the host only: addresses say what was asked for.
pub(crate) fn span(request: &Request) -> Span {
    if Span::current().is_none() {
        return Span::none();
    }
    info_span!(
        target: SPANS,
        "request",
        otel.kind = "client",
        otel.status_code = Empty,
        http.request.method = request.method.as_str(),
        http.response.status_code = Empty,
        server.address = request.url.host_str().unwrap_or_default(),
    )
}

/// The latest exchanges of a client.
#[derive(Debug, Default)]
pub(crate) struct Exchanges(Mutex<VecDeque<Exchange>>);

impl Exchanges {
    pub(crate) fn add(&self, exchange: Exchange) {
        let mut latest = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if latest.len() == REMEMBERED {
            latest.pop_front();
        }
        latest.push_back(exchange);
    }

    pub(crate) fn latest(&self) -> Vec<Exchange> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect()
    }
}
