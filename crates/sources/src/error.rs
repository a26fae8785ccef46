//! Why a source brought nothing.

use std::{io, path::PathBuf, time::Duration};

use moodline_http::HttpError;
use url::Url;

/// Why a fetch brought nothing.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// No answer, or not the one hoped for.
    #[error("could not fetch {url}")]
    Http {
        /// The address asked for.
        url: String,
        /// What went wrong.
        #[source]
        source: Box<HttpError>,
    },
    /// The host asked for a pause.
    #[error("{host} asked us to wait {retry_after:?}")]
    RateLimited {
        /// Who asked.
        host: String,
        /// How long, 1 s to 24 h.
        retry_after: Duration,
    },
    /// The document is no longer there (404) or was withdrawn for good (410).
    #[error("{url} is gone (status {status}): correct its address, or remove or disable the source")]
    Gone {
        /// Where it was.
        url: String,
        /// 404 or 410.
        status: u16,
    },
    /// Something else than expected was at the address.
    #[error("{url} did not answer with {expected}")]
    Malformed {
        /// The address asked for.
        url: String,
        /// What it should have been, e.g. `a feed`.
        expected: &'static str,
        /// What is wrong with it.
        #[source]
        source: ParseError,
    },
    /// The answer is no JSON, or not of the documented shape.
    #[error("{url} did not answer as {api} does")]
    Unexpected {
        /// The address asked for.
        url: String,
        /// Whose API it should be, e.g. `Discourse`.
        api: &'static str,
        /// Where it differs.
        #[source]
        source: serde_json::Error,
    },
    /// The host does not accept the key, or the key may not do this (401, 403).
    #[error("{url} refused the credentials of source {id} (status {status}){said}")]
    Refused {
        /// Whose credentials.
        id: String,
        /// The address asked for.
        url: String,
        /// 401 or 403.
        status: u16,
        /// The host's explanation.
        said: moodline_http::Said,
    },
    /// Something only this kind of source knows about, in a sentence.
    #[error("{reason}")]
    Other {
        /// What is wrong, where, and what to do.
        reason: String,
        /// Whether it may pass by itself.
        transient: bool,
    },
    /// A file or folder of the settings is not there or may not be read.
    #[error("could not read {}", path.display())]
    Path {
        /// As configured.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// A stored cursor that this source did not write.
    #[error("the stored cursor of source {id} is not readable: remove it to read the source from the beginning")]
    Cursor {
        /// Whose cursor.
        id: String,
        /// Why.
        #[source]
        source: serde_json::Error,
    },
    /// Reading stopped in the middle because of a fault of this program.
    #[error("reading {what} failed unexpectedly")]
    Interrupted {
        /// What was being read.
        what: String,
    },
}

impl SourceError {
    /// What a failed request to `url` means for a source: a pause, a document that is gone, or a failed fetch.
    pub fn from_http(error: HttpError) -> Self {
        match error {
            HttpError::RateLimited { host, retry_after, .. } => Self::RateLimited { host, retry_after },
            HttpError::Status { url, status: status @ (404 | 410), .. } => Self::Gone { url: url.into(), status },
            source => {
                Self::Http { url: source.url().map(Url::to_string).unwrap_or_default(), source: Box::new(source) }
            }
        }
    }

    /// Whether the same fetch can succeed later without anyone changing anything.
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Http { source, .. } => source.is_transient(),
            Self::RateLimited { .. } => true,
            // A broken feed is often repaired by its publisher, but nothing is gained by asking again at once.
            Self::Gone { .. }
            | Self::Malformed { .. }
            | Self::Unexpected { .. }
            | Self::Refused { .. }
            | Self::Cursor { .. }
            | Self::Interrupted { .. } => false,
            Self::Other { transient, .. } => *transient,
            Self::Path { source, .. } => source.kind() == io::ErrorKind::Interrupted,
        }
    }

    /// How long the host wants us to wait, if it said so.
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::RateLimited { retry_after, .. } => Some(*retry_after),
            Self::Http { source, .. } => source.retry_after(),
            _ => None,
        }
    }
}

/// Why bytes could not be read as what they should be.
#[derive(Debug, thiserror::Error)]
pub enum ParseError {
    /// Not RSS, Atom, RDF or JSON Feed.
    #[error("the document is not a feed: {reason}")]
    NotAFeed {
        /// What was found instead.
        reason: String,
    },
    /// A feed, but broken beyond repair.
    #[error("the feed is broken: {reason}")]
    BrokenFeed {
        /// What the reader stumbled over.
        reason: String,
    },
    /// A table without a recognisable header, or an unreadable container.
    #[error("{reason}")]
    Table {
        /// What is wrong and what was expected.
        reason: String,
    },
}
