//! The client itself.

use std::{
    error::Error,
    sync::Arc,
    time::{Duration, Instant},
};

use chrono::Utc;
use moodline_types::Interval;
use reqwest::{
    Certificate, Client, ClientBuilder, StatusCode,
    header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, HeaderMap, HeaderName, HeaderValue, LAST_MODIFIED, LOCATION},
    redirect::Policy,
};
use tokio::sync::OwnedSemaphorePermit;
use tracing::{Instrument as _, warn};
use url::Url;

use crate::{
    Exchange, Headers, HttpConfig, HttpError, RateLimit, Request, Response, Said, Validators,
    address::{PrivateName, PublicResolver, literal_private},
    exchange::{self, Exchanges},
    freshness::{fresh_for, host_time},
    request::Method,
    retry_after::clamped,
    spacing::{Quiet, Spacing},
    status::status_error,
};

/// Bytes kept of the body of an error.
const ERROR_BODY_BYTES: usize = 4096;
/// Root certificates could not be loaded: the reason given with every https address.
const NO_ROOTS: &str = "this machine has no CA certificates: install the system's package of them (ca-certificates)";

/// Fetches addresses within the limits of [`HttpConfig`]. Cheap to clone; clones share connections and spacing.
#[derive(Debug, Clone)]
pub struct HttpClient {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    client: Client,
    config: HttpConfig,
    spacing: Spacing,
    exchanges: Exchanges,
    /// Whether the machine has root certificates to check https with.
    has_roots: bool,
}

impl HttpClient {
    /// A client with these limits. Without CA certificates on the machine it works for `http` addresses and
    /// answers [`HttpError::Tls`] for `https` ones.
    ///
    /// # Errors
    /// [`HttpError::Client`] when the limits cannot be set, e.g. for a user agent with line breaks.
    pub fn new(config: &HttpConfig) -> Result<Self, HttpError> {
        // Fails only where the process has installed one already, which serves as well.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let (client, has_roots) = match builder(config).build() {
            Ok(client) => (client, true),
            Err(first) => {
                // Building fails for want of root certificates; without any asked for, it does not.
                let none = std::iter::empty::<Certificate>();
                let client = builder(config).tls_certs_only(none).build().map_err(|_| client_error(first))?;
                warn!("no CA certificates on this machine: https addresses cannot be fetched");
                (client, false)
            }
        };
        let (spacing, exchanges) = (Spacing::default(), Exchanges::default());
        let inner = Inner { client, config: config.clone(), spacing, exchanges, has_roots };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// The limits it was made with.
    pub fn config(&self) -> &HttpConfig {
        &self.inner.config
    }

    /// The latest exchanges, oldest first: what a person may want to see of a source that is being tried.
    pub fn exchanges(&self) -> Vec<Exchange> {
        self.inner.exchanges.latest()
    }

    /// Fetches `url`, following redirects. With `validators` of an earlier answer the host may say that nothing
    /// changed. Waits for the host's turn, then at most `timeout` for each hop.
    ///
    /// # Errors
    /// Any [`HttpError`]; answers other than 2xx and 304 are errors.
    pub async fn get(&self, url: &Url, accept: &str, validators: &Validators) -> Result<Response, HttpError> {
        self.send(&Request::get(url.clone()).accept(accept).validators(validators)).await
    }

    /// Sends a request, following redirects as browsers do (RFC 9110 §15.4): after 303, and after 301 and 302 of a
    /// POST, the next hop is a GET. Secrets stay with the host they were meant for, and a body is never carried to
    /// another one.
    ///
    /// # Errors
    /// Any [`HttpError`]; answers other than 2xx and 304 are errors.
    pub async fn send(&self, request: &Request) -> Result<Response, HttpError> {
        let span = exchange::span(request);
        let result = self.exchange(request).instrument(span.clone()).await;
        let status = match &result {
            Ok(response) => Some(response.status),
            Err(error) => {
                span.record("otel.status_code", "ERROR");
                error.status()
            }
        };
        if let Some(status) = status {
            span.record("http.response.status_code", i64::from(status));
        }
        result
    }

    async fn exchange(&self, request: &Request) -> Result<Response, HttpError> {
        let mut here = request.url.clone();
        here.query_pairs_mut().extend_pairs(request.secret_query.iter().map(|(name, value)| (name, value.reveal())));
        if request.secret_query.is_empty() {
            here = request.url.clone();
        }
        let home = here.origin();
        let mut method = request.method;
        let mut moved_permanently = true;
        for hop in 0..=self.inner.config.max_redirects {
            let at_home = here.origin() == home;
            let began = Instant::now();
            let (answer, turn) = self.hop(request, method, &here, at_home).await?;
            let status = answer.status().as_u16();
            let target = matches!(status, 301 | 302 | 303 | 307 | 308)
                .then(|| answer.headers().get(LOCATION).and_then(|value| location(&here, value.as_bytes())))
                .flatten();
            let Some(target) = target else {
                let mut exchange = seen(request, method, &here, &answer);
                let result = self.read(request, &here, moved_permanently && hop > 0, answer).await;
                exchange.took = began.elapsed();
                exchange.bytes = result.as_ref().map_or(0, |response| response.body.len());
                self.inner.exchanges.add(exchange);
                self.heed(&here, &result);
                return result;
            };
            drop(turn);
            moved_permanently &= matches!(status, 301 | 308);
            let same = target == here;
            if status == 303 || (method == Method::Post && matches!(status, 301 | 302)) {
                method = Method::Get;
            } else if same && hop > 0 {
                break;
            }
            if method == Method::Post && target.origin() != home {
                return Err(HttpError::Redirects { url: request.redact_url(&here), count: hop + 1 });
            }
            here = target;
        }
        Err(HttpError::Redirects { url: request.redact_url(&request.url), count: self.inner.config.max_redirects })
    }

    /// Waits for the turn to ask the host of `url`; the turn ends when the permit is dropped.
    pub(crate) async fn turn(&self, url: &Url, min_interval: Duration) -> Result<OwnedSemaphorePermit, HttpError> {
        let Inner { config, spacing, .. } = &*self.inner;
        let interval = config.min_interval.duration().max(min_interval);
        spacing.turn(&host_key(url), interval, config.max_per_host).await.map_err(|Quiet(pause)| {
            let host = url.host_str().unwrap_or_default().to_owned();
            let said = Said("it was asked not long ago and wants to be left alone".to_owned());
            HttpError::RateLimited { host, retry_after: clamped(pause), status: 429, said }
        })
    }

    /// One request and the head of its answer.
    async fn hop(
        &self,
        request: &Request,
        method: Method,
        url: &Url,
        at_home: bool,
    ) -> Result<(reqwest::Response, OwnedSemaphorePermit), HttpError> {
        let Inner { client, config, has_roots, .. } = &*self.inner;
        let shown = || request.redact_url(url);
        if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none_or(str::is_empty) {
            return Err(HttpError::Address { url: shown() });
        }
        if url.scheme() == "https" && !has_roots {
            return Err(HttpError::Tls { url: shown(), source: NO_ROOTS.into() });
        }
        if !config.allow_private_addresses
            && let Some(address) = literal_private(url)
        {
            return Err(HttpError::PrivateAddress { url: shown(), address });
        }
        let headers = request_headers(request, at_home)?;
        let turn = self.turn(url, request.min_interval).await?;
        let mut sent = match method {
            Method::Get => client.get(url.clone()),
            Method::Post => client.post(url.clone()),
        }
        .headers(headers);
        if let (Method::Post, Some(body)) = (method, &request.body) {
            sent = sent.header(CONTENT_TYPE, body.content_type).body(body.bytes.clone());
        }
        let answer = sent.send().await.map_err(|error| self.send_error(&shown(), error))?;
        Ok((answer, turn))
    }

    /// A host that asked for a pause, or has nothing left to give, is left alone by everyone who uses this client.
    fn heed(&self, url: &Url, result: &Result<Response, HttpError>) {
        let pause = match result {
            Ok(response) => response.rate_limit.and_then(|limit| limit.pause()).map(clamped),
            Err(error) => error.retry_after(),
        };
        if let Some(pause) = pause {
            self.inner.spacing.hold(&host_key(url), pause);
        }
    }

    /// Judges the status and reads the body, counting as it is decompressed.
    async fn read(
        &self,
        request: &Request,
        url: &Url,
        moved_permanently: bool,
        mut answer: reqwest::Response,
    ) -> Result<Response, HttpError> {
        let url = request.redact_url(url);
        let status = answer.status();
        if status != StatusCode::NOT_MODIFIED && !status.is_success() {
            let body = request.redact(&said(&mut answer).await);
            return Err(status_error(url, status, answer.headers(), body));
        }
        let limit = self.inner.config.max_body_bytes;
        let mut body = Vec::new();
        if status != StatusCode::NOT_MODIFIED {
            if answer.content_length().is_some_and(|length| length > limit) {
                return Err(HttpError::TooLarge { url, limit });
            }
            while let Some(chunk) = answer.chunk().await.map_err(|error| self.body_error(&url, error))? {
                if (body.len() + chunk.len()) as u64 > limit {
                    return Err(HttpError::TooLarge { url, limit });
                }
                body.extend_from_slice(&chunk);
            }
        }
        let headers = std::mem::take(answer.headers_mut());
        Ok(Response {
            status: status.as_u16(),
            moved_permanently,
            content_type: header(&headers, &CONTENT_TYPE),
            validators: Validators { etag: header(&headers, &ETAG), last_modified: header(&headers, &LAST_MODIFIED) },
            not_modified: status == StatusCode::NOT_MODIFIED,
            rate_limit: RateLimit::read(&headers, host_time(&headers, Utc::now())),
            fresh_for: fresh_for(&headers, Utc::now()),
            headers: Headers(headers),
            url,
            body,
        })
    }

    fn send_error(&self, url: &Url, error: reqwest::Error) -> HttpError {
        if let Some(PrivateName(address)) = cause(&error) {
            return HttpError::PrivateAddress { url: url.clone(), address: *address };
        }
        if error.is_timeout() {
            return timeout(
                url,
                if error.is_connect() { self.config().connect_timeout } else { self.config().timeout },
            );
        }
        let source: Box<dyn Error + Send + Sync> = error.without_url().into();
        if cause::<rustls::Error>(&*source).is_some() {
            return HttpError::Tls { url: url.clone(), source };
        }
        HttpError::Connect { url: url.clone(), source }
    }

    fn body_error(&self, url: &Url, error: reqwest::Error) -> HttpError {
        if error.is_timeout() {
            return timeout(url, self.config().timeout);
        }
        HttpError::Body { url: url.clone(), source: error.without_url().into() }
    }
}

fn builder(config: &HttpConfig) -> ClientBuilder {
    let builder = Client::builder()
        .user_agent(config.user_agent_header())
        .timeout(config.timeout.duration())
        .connect_timeout(config.connect_timeout.duration())
        .redirect(Policy::none()) // each hop is checked here
        .no_proxy() // a proxy would resolve names itself, past the check of private addresses
        .referer(false);
    if config.allow_private_addresses { builder } else { builder.dns_resolver(Arc::new(PublicResolver)) }
}

fn client_error(error: reqwest::Error) -> HttpError {
    HttpError::Client(error.into())
}

fn timeout(url: &Url, limit: Interval) -> HttpError {
    HttpError::Timeout { url: url.clone(), limit: limit.duration() }
}

fn seen(request: &Request, method: Method, url: &Url, answer: &reqwest::Response) -> Exchange {
    let headers = answer.headers();
    Exchange {
        method: method.as_str(),
        url: request.redact_url(url),
        status: answer.status().as_u16(),
        content_type: header(headers, &CONTENT_TYPE),
        bytes: 0,
        took: Duration::ZERO,
        rate_limit: RateLimit::read(headers, host_time(headers, Utc::now())),
        robots: header(headers, &HeaderName::from_static("x-robots-tag")),
        cache_control: header(headers, &CACHE_CONTROL),
    }
}

/// What manners are kept by: host and port.
fn host_key(url: &Url) -> String {
    format!("{}:{}", url.host_str().unwrap_or_default(), url.port_or_known_default().unwrap_or(0))
}

/// Where a redirect leads; `None` where it does not say or says nonsense.
fn location(from: &Url, value: &[u8]) -> Option<Url> {
    let mut target = from.join(std::str::from_utf8(value).ok()?.trim()).ok()?;
    if target.fragment().is_none() {
        target.set_fragment(from.fragment());
    }
    Some(target)
}

/// The headers of one hop; secrets only for the host they were meant for.
fn request_headers(request: &Request, at_home: bool) -> Result<HeaderMap, HttpError> {
    let mut headers = HeaderMap::new();
    let mut add = |name: &str, value: &str, secret: bool| {
        let bad = || HttpError::Header { url: request.redact_url(&request.url), name: name.to_owned() };
        let mut value = HeaderValue::from_str(value).map_err(|_| bad())?;
        value.set_sensitive(secret);
        headers.insert(HeaderName::try_from(name).map_err(|_| bad())?, value);
        Ok(())
    };
    add("accept", &request.accept, false)?;
    if let Some(etag) = &request.validators.etag {
        add("if-none-match", etag, false)?;
    }
    if let Some(date) = &request.validators.last_modified {
        add("if-modified-since", date, false)?;
    }
    for (name, value) in &request.headers {
        add(name, value, false)?;
    }
    for (name, value) in request.secret_headers.iter().filter(|_| at_home) {
        add(name, value.reveal(), true)?;
    }
    Ok(headers)
}

/// What a host says with its error, as far as it fits: APIs explain themselves there.
async fn said(answer: &mut reqwest::Response) -> String {
    let mut bytes = Vec::new();
    while bytes.len() < ERROR_BODY_BYTES {
        match answer.chunk().await {
            Ok(Some(chunk)) => bytes.extend_from_slice(&chunk),
            _ => break,
        }
    }
    bytes.truncate(ERROR_BODY_BYTES);
    String::from_utf8_lossy(&bytes).into_owned()
}

pub(crate) fn header(headers: &HeaderMap, name: &HeaderName) -> Option<String> {
    let value = headers.get(name)?.to_str().ok()?.trim();
    (!value.is_empty()).then(|| value.to_owned())
}

/// The first error of type `T` in the chain of causes, looking into I/O errors as well.
fn cause<'a, T: Error + 'static>(error: &'a (dyn Error + 'static)) -> Option<&'a T> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(found) = error.downcast_ref() {
            return Some(found);
        }
        next = match error.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref) {
            Some(inner) => Some(inner),
            None => error.source(),
        };
    }
    None
}
