//! How to fetch: the `[http]` section of the settings.

use moodline_types::Interval;
use serde::{Deserialize, Serialize};

/// Limits and manners of every request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct HttpConfig {
    /// Time allowed for one request from connection to the last byte, e.g. `30s`.
    pub timeout: Interval,
    /// Time allowed to connect, TLS included, e.g. `10s`.
    pub connect_timeout: Interval,
    /// Largest body read before giving up, in bytes, counted after decompression.
    pub max_body_bytes: u64,
    /// Redirects followed before giving up.
    pub max_redirects: usize,
    /// Name sent to hosts as `User-Agent`.
    pub user_agent: String,
    /// An address or mailbox where the host's operator can reach you, appended to the user agent; empty for none.
    pub contact: String,
    /// Whether addresses of private networks and of this machine may be fetched. Leave it off unless the sources
    /// are your own: a feed could otherwise redirect into your network.
    pub allow_private_addresses: bool,
    /// Least time between the starts of two requests to the same host, e.g. `1s`.
    pub min_interval: Interval,
    /// Most requests to the same host under way at once.
    pub max_per_host: usize,
}

impl Default for HttpConfig {
    fn default() -> Self {
        Self {
            timeout: Interval::from_secs(30),
            connect_timeout: Interval::from_secs(10),
            max_body_bytes: 10_000_000,
            max_redirects: 5,
            user_agent: concat!("moodline/", env!("CARGO_PKG_VERSION")).to_owned(),
            contact: String::new(),
            allow_private_addresses: false,
            min_interval: Interval::from_secs(1),
            max_per_host: 2,
        }
    }
}

impl HttpConfig {
    /// The `User-Agent` header: name and contact.
    pub fn user_agent_header(&self) -> String {
        let contact = self.contact.trim();
        if contact.is_empty() { self.user_agent.clone() } else { format!("{} (+{contact})", self.user_agent) }
    }
}
