//! Mentions that others send: webhooks signed as <https://www.standardwebhooks.com/> describes.
//!
//! A delivery is believed only with a fresh signature over its very bytes. Its items are mapped to mentions like the
//! rows of a file; one without an id of its own takes the delivery's id and its place in it, so that a delivery that is
//! sent again is known and two that say the same stay two.

mod config;
mod endpoint;
mod error;
mod signature;

pub use config::PushConfig;
pub use endpoint::PushEndpoint;
pub use error::PushError;
pub use signature::{Signed, WebhookSecret};
