//! The `[api]` section of the settings.

use std::net::SocketAddr;

use serde::Deserialize;

/// Where the service answers over HTTP.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ApiConfig {
    /// Address and port, e.g. `127.0.0.1:7171`; `None` opens nothing.
    pub listen: Option<SocketAddr>,
}
