//! Why a delivery is refused.

use crate::ParseError;

/// Why a delivery is refused; nothing of it was stored.
#[derive(Debug, thiserror::Error)]
pub enum PushError {
    /// A header of the signature is missing or unreadable.
    #[error("the header `{0}` is missing or not readable")]
    Header(&'static str),
    /// Signed too long ago, or in the future: a replay, or a clock that is wrong.
    #[error("`webhook-timestamp` is {seconds} s away from this machine's clock; at most {limit} s are believed")]
    Replay {
        /// Distance between the two clocks.
        seconds: u64,
        /// The most that is believed.
        limit: u64,
    },
    /// No signature fits any secret.
    #[error("no signature in `webhook-signature` fits: check the secret, and that the body is sent as it was signed")]
    Signature,
    /// Signed well, but no JSON that items can be found in.
    #[error("the body cannot be read")]
    Body(#[source] ParseError),
}

impl PushError {
    /// Whether the sender has not shown that it may send, rather than sent something unreadable.
    pub fn is_unauthorised(&self) -> bool {
        !matches!(self, Self::Body(_))
    }
}
