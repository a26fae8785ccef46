//! The client itself.

use std::{error::Error, sync::Arc, time::Duration};

use chrono::Utc;
use moodline_types::Interval;
use reqwest::{
    Certificate, Client, ClientBuilder, StatusCode,
    header::{
        ACCEPT, CONTENT_TYPE, ETAG, HeaderMap, HeaderName, IF_MODIFIED_SINCE, IF_NONE_MATCH, LAST_MODIFIED, LOCATION,
        RETRY_AFTER,
    },
    redirect::Policy,
};
use tracing::warn;
use url::Url;

use crate::{
    HttpConfig, HttpError, Response, Validators,
    address::{PrivateName, PublicResolver, literal_private},
    retry_after::parse_retry_after,
    spacing::Spacing,
};

/// The pause taken when a host says "too many requests" without saying for how long.
const UNSAID_RETRY_AFTER: Duration = Duration::from_mins(1);
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
        let inner = Inner { client, config: config.clone(), spacing: Spacing::default(), has_roots };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// The limits it was made with.
    pub fn config(&self) -> &HttpConfig {
        &self.inner.config
    }

    /// Fetches `url`, following redirects. With `validators` of an earlier answer the host may say that nothing
    /// changed. Waits for the host's turn, then at most `timeout` for each hop.
    ///
    /// # Errors
    /// Any [`HttpError`]; answers other than 2xx and 304 are errors.
    pub async fn get(&self, url: &Url, accept: &str, validators: &Validators) -> Result<Response, HttpError> {
        let mut here = url.clone();
        let mut moved_permanently = true;
        for hop in 0..=self.inner.config.max_redirects {
            let answer = self.hop(&here, accept, validators).await?;
            let status = answer.status();
            let target = matches!(status.as_u16(), 301 | 302 | 303 | 307 | 308)
                .then(|| answer.headers().get(LOCATION).and_then(|value| location(&here, value.as_bytes())))
                .flatten();
            let Some(target) = target else {
                return self.read(here, moved_permanently && hop > 0, answer).await;
            };
            moved_permanently &= matches!(status.as_u16(), 301 | 308);
            if target == here && hop > 0 {
                break;
            }
            here = target;
        }
        Err(HttpError::Redirects { url: url.clone(), count: self.inner.config.max_redirects })
    }

    /// One request and the head of its answer.
    async fn hop(&self, url: &Url, accept: &str, validators: &Validators) -> Result<reqwest::Response, HttpError> {
        let Inner { client, config, spacing, has_roots } = &*self.inner;
        let host = match (url.scheme(), url.host_str()) {
            ("http" | "https", Some(host)) if !host.is_empty() => host,
            _ => return Err(HttpError::Address { url: url.clone() }),
        };
        if url.scheme() == "https" && !has_roots {
            return Err(HttpError::Tls { url: url.clone(), source: NO_ROOTS.into() });
        }
        if !config.allow_private_addresses
            && let Some(address) = literal_private(url)
        {
            return Err(HttpError::PrivateAddress { url: url.clone(), address });
        }
        spacing.turn(host, config.min_interval.duration()).await;
        let mut request = client.get(url.clone()).header(ACCEPT, accept);
        if let Some(etag) = &validators.etag {
            request = request.header(IF_NONE_MATCH, etag);
        }
        if let Some(date) = &validators.last_modified {
            request = request.header(IF_MODIFIED_SINCE, date);
        }
        request.send().await.map_err(|error| self.send_error(url, error))
    }

    /// Judges the status and reads the body, counting as it is decompressed.
    async fn read(
        &self,
        url: Url,
        moved_permanently: bool,
        mut answer: reqwest::Response,
    ) -> Result<Response, HttpError> {
        let status = answer.status();
        if status != StatusCode::NOT_MODIFIED && !status.is_success() {
            return Err(status_error(url, status, answer.headers()));
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
        let headers = answer.headers();
        Ok(Response {
            status: status.as_u16(),
            moved_permanently,
            content_type: header(headers, &CONTENT_TYPE),
            validators: Validators { etag: header(headers, &ETAG), last_modified: header(headers, &LAST_MODIFIED) },
            not_modified: status == StatusCode::NOT_MODIFIED,
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

/// Where a redirect leads; `None` where it does not say or says nonsense.
fn location(from: &Url, value: &[u8]) -> Option<Url> {
    let mut target = from.join(std::str::from_utf8(value).ok()?.trim()).ok()?;
    if target.fragment().is_none() {
        target.set_fragment(from.fragment());
    }
    Some(target)
}

fn status_error(url: Url, status: StatusCode, headers: &HeaderMap) -> HttpError {
    let asked = header(headers, &RETRY_AFTER).and_then(|value| parse_retry_after(&value, Utc::now()));
    let retry_after = match status {
        StatusCode::TOO_MANY_REQUESTS => Some(asked.unwrap_or(UNSAID_RETRY_AFTER)),
        _ if status.is_server_error() || status == StatusCode::FORBIDDEN => asked,
        _ => None,
    };
    match retry_after {
        Some(retry_after) => {
            HttpError::RateLimited { host: url.host_str().unwrap_or_default().to_owned(), retry_after }
        }
        None => HttpError::Status { url, status: status.as_u16() },
    }
}

fn header(headers: &HeaderMap, name: &HeaderName) -> Option<String> {
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
