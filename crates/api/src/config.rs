//! The `[api]` section of the settings.

use std::net::{IpAddr, SocketAddr};

use moodline_types::Interval;
use serde::Deserialize;

/// Where the service answers over HTTP, whom, and how much.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ApiConfig {
    /// Address and port, e.g. `127.0.0.1:7171`; `None` opens nothing.
    pub listen: Option<SocketAddr>,
    /// Who needs a token.
    pub access: Access,
    /// Addresses of proxies that are believed when they say whom they ask for (`X-Forwarded-For`).
    pub trusted_proxies: Vec<IpAddr>,
    /// Requests a second that each token, and each address, may make over time.
    pub requests_per_second: u32,
    /// Requests that each may make at once after a pause.
    pub burst: u32,
    /// Requests that are answered at the same time; more are told to come back.
    pub max_concurrent: usize,
    /// Readers of `/v1/events` at the same time.
    pub max_streams: usize,
    /// Largest body of a request in bytes; deliveries to `/v1/push` have their own limit.
    pub max_body_bytes: usize,
    /// Time allowed for an answer.
    pub timeout: Interval,
}

/// Who needs a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Access {
    /// Nobody while it listens at a loopback address, everybody beyond.
    #[default]
    Auto,
    /// Everybody.
    Token,
    /// Nobody, wherever it listens.
    Open,
}

impl Default for ApiConfig {
    fn default() -> Self {
        Self {
            listen: None,
            access: Access::Auto,
            trusted_proxies: Vec::new(),
            requests_per_second: 50,
            burst: 200,
            max_concurrent: 64,
            max_streams: 16,
            max_body_bytes: 262_144,
            timeout: Interval::from_secs(20),
        }
    }
}

impl ApiConfig {
    /// Whether whoever asks has to show a token.
    pub fn needs_token(&self) -> bool {
        match self.access {
            Access::Token => true,
            Access::Open => false,
            Access::Auto => !self.is_local(),
        }
    }

    /// Whether only this machine can reach it.
    pub fn is_local(&self) -> bool {
        self.listen.is_none_or(|address| address.ip().is_loopback())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(listen: &str, access: Access) -> ApiConfig {
        ApiConfig { listen: listen.parse().ok(), access, ..ApiConfig::default() }
    }

    #[test]
    fn beyond_the_machine_a_token_is_needed_unless_the_settings_say_otherwise() {
        assert!(!at("127.0.0.1:1", Access::Auto).needs_token());
        assert!(!at("[::1]:1", Access::Auto).needs_token());
        assert!(at("127.0.0.1:1", Access::Token).needs_token());
        for listen in ["0.0.0.0:1", "[::]:1", "192.0.2.1:1"] {
            assert!(at(listen, Access::Auto).needs_token(), "{listen}");
            assert!(!at(listen, Access::Open).needs_token(), "{listen}");
        }
    }
}
