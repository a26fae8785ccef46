//! Why an address could not be fetched.

use std::{error::Error, net::IpAddr, time::Duration};

use url::Url;

type Cause = Box<dyn Error + Send + Sync>;

/// Why an address could not be fetched.
#[derive(Debug, thiserror::Error)]
pub enum HttpError {
    /// The client could not be set up at all.
    #[error("could not set up the HTTP client")]
    Client(#[source] Cause),
    /// Neither `http` nor `https`, or no host in it.
    #[error("{url} is not an http or https address")]
    Address {
        /// The address as given.
        url: Url,
    },
    /// No complete answer within the time allowed.
    #[error("{url} did not answer in full within {limit:?}")]
    Timeout {
        /// Where the time ran out.
        url: Url,
        /// `timeout`, or `connect_timeout` while connecting.
        limit: Duration,
    },
    /// More body than allowed, after decompression.
    #[error("{url} answered with more than {limit} bytes")]
    TooLarge {
        /// Whose answer it was.
        url: Url,
        /// `max_body_bytes`.
        limit: u64,
    },
    /// Redirected too often, in a circle, or without saying where to.
    #[error("{url} was redirected {count} times without reaching a document")]
    Redirects {
        /// The address first asked for.
        url: Url,
        /// Redirects followed.
        count: usize,
    },
    /// An address inside a private network, or this machine.
    #[error("{url} leads to the private address {address} (allow_private_addresses is off)")]
    PrivateAddress {
        /// The address refused: the first, or where a redirect led.
        url: Url,
        /// What its host name stands for.
        address: IpAddr,
    },
    /// The host asked for a pause.
    #[error("{host} asked us to wait {retry_after:?}{said}")]
    RateLimited {
        /// Who asked.
        host: String,
        /// How long, 1 s to 24 h.
        retry_after: Duration,
        /// The status code: 429, or 403 or 5xx with a waiting time.
        status: u16,
        /// The host's own explanation.
        said: Said,
    },
    /// A status that is neither a document nor a redirect.
    #[error("{url} answered with status {status}{said}")]
    Status {
        /// Where it came from.
        url: Url,
        /// The status code.
        status: u16,
        /// The host's own explanation.
        said: Said,
    },
    /// A header that cannot be sent, e.g. a token with a line break in it.
    #[error("the header `{name}` for {url} holds characters that no header can carry")]
    Header {
        /// The address asked for.
        url: Url,
        /// The header; its value may be a secret.
        name: String,
    },
    /// No trusted connection.
    #[error("no trusted connection to {url}")]
    Tls {
        /// Whose certificate it was.
        url: Url,
        /// What was wrong with it.
        #[source]
        source: Cause,
    },
    /// No connection: unknown name, refused, or cut off before the answer began.
    #[error("could not connect to {url}")]
    Connect {
        /// Where to.
        url: Url,
        /// Why.
        #[source]
        source: Cause,
    },
    /// The answer broke off, or could not be decompressed.
    #[error("the answer of {url} broke off")]
    Body {
        /// Whose answer it was.
        url: Url,
        /// How.
        #[source]
        source: Cause,
    },
}

/// The beginning of an error's body, up to 4 KiB and without the request's secrets. Shown as one short line, and not
/// at all where it is a web page.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Said(pub String);

impl std::fmt::Display for Said {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        const CHARACTERS: usize = 300;
        let words: Vec<&str> = self.0.split(|c: char| c.is_whitespace() || c.is_control()).collect();
        let line = words.into_iter().filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
        if line.is_empty() || line.starts_with('<') {
            return Ok(());
        }
        let shown: String = line.chars().take(CHARACTERS).collect();
        write!(f, ": {shown}{}", if shown.len() < line.len() { "…" } else { "" })
    }
}

impl HttpError {
    /// The address it is about, where it is about one.
    pub fn url(&self) -> Option<&Url> {
        match self {
            Self::Client(_) | Self::RateLimited { .. } => None,
            Self::Address { url }
            | Self::Timeout { url, .. }
            | Self::TooLarge { url, .. }
            | Self::Redirects { url, .. }
            | Self::PrivateAddress { url, .. }
            | Self::Status { url, .. }
            | Self::Header { url, .. }
            | Self::Tls { url, .. }
            | Self::Connect { url, .. }
            | Self::Body { url, .. } => Some(url),
        }
    }

    /// The status code, where there was an answer.
    pub fn status(&self) -> Option<u16> {
        match self {
            Self::Status { status, .. } | Self::RateLimited { status, .. } => Some(*status),
            _ => None,
        }
    }

    /// What the host said with its error, e.g. JSON that explains it.
    pub fn said(&self) -> Option<&str> {
        match self {
            Self::Status { said, .. } | Self::RateLimited { said, .. } => Some(&said.0),
            _ => None,
        }
    }

    /// Whether the same request can succeed later without anyone changing anything.
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Timeout { .. } | Self::RateLimited { .. } | Self::Connect { .. } | Self::Body { .. } => true,
            Self::Status { status, .. } => matches!(status, 408 | 421 | 425 | 429 | 500..=599) && *status != 501,
            Self::Client(_)
            | Self::Address { .. }
            | Self::Header { .. }
            | Self::TooLarge { .. }
            | Self::Redirects { .. }
            | Self::PrivateAddress { .. }
            | Self::Tls { .. } => false,
        }
    }

    /// How long the host wants us to wait, if it said so.
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::RateLimited { retry_after, .. } => Some(*retry_after),
            _ => None,
        }
    }
}
