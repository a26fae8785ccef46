//! RSS, Atom, RDF and JSON feeds.
//!
//! A feed is a sliding window without a cursor: every fetch brings the whole document, and identities tell what is
//! new. The cursor keeps what the host needs to say "not modified", and the ids last seen, to notice when the
//! window moved on too far between two fetches.

mod config;
mod discover;
mod document;
#[cfg(test)]
mod fetch_tests;
mod hints;
mod json;
mod mention;
mod opml;
mod progress;
mod repair;
#[cfg(test)]
mod rest_tests;
mod source;
mod tags;
#[cfg(test)]
mod tests;

pub use config::FeedConfig;
pub use discover::{FoundFeed, discover};
pub use document::{FeedDocument, parse, parse_document};
pub use hints::Hints;
pub use opml::{Subscription, Subscriptions, same_address, subscriptions};
pub use source::FeedSource;
