//! Polite fetching of public addresses: time and size limits, conditional requests, the host's own waiting times,
//! spacing between requests, and no way into private networks.
//!
//! Sources ask for an address and get a [`Response`] or an [`HttpError`] that says whether trying again can help.
//! Nothing here retries: the caller reschedules, with [`Backoff`] or the delay the host asked for.

mod address;
mod backoff;
mod client;
mod config;
mod error;
mod exchange;
mod freshness;
mod rate_limit;
mod request;
mod response;
mod retry_after;
mod spacing;
mod status;
mod websocket;

pub use address::is_private;
pub use backoff::Backoff;
pub use client::HttpClient;
pub use config::HttpConfig;
pub use error::{HttpError, Said};
pub use exchange::Exchange;
pub use rate_limit::RateLimit;
pub use request::Request;
pub use response::{Headers, Response, Validators};
pub use retry_after::parse_retry_after;
pub use websocket::WebSocket;
