//! Bluesky, in two ways: the stream of all posts (Jetstream), filtered here by keywords, which needs no account; and
//! the search, which needs one.

mod config;
mod frame;
mod jetstream;
mod post;
mod search;
mod search_source;
mod session;
#[cfg(test)]
mod tests;

pub use config::{BlueskyConfig, BlueskySearchConfig, JetstreamVersion};
