//! Why nothing answers.

use std::net::SocketAddr;

/// A failed server.
#[derive(Debug, thiserror::Error)]
pub enum ApiError {
    /// The address cannot be listened at: another process has the port, or the machine has no such address.
    #[error("could not listen at {address}, named by `api.listen`")]
    Listen {
        /// What the settings name.
        address: SocketAddr,
        /// Why.
        #[source]
        source: std::io::Error,
    },
}
