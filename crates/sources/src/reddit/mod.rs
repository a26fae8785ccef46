//! Reddit: with a person's own feed token, or by the API with approved credentials.

mod config;
mod feed;
mod parse;
mod source;
#[cfg(test)]
mod tests;

pub use config::{RedditConfig, RedditFeedConfig};
pub use feed::own_text;
pub use parse::parse;
