//! Hashtags on Mastodon and servers that speak its API.
//!
//! A server lists what has reached it, newest first. Posts from elsewhere arrive late and stand at the time they were
//! written, which is why every run reads some hours again. Of posts that are no longer listed the server is asked
//! whether they are gone.

mod config;
mod parse;
mod source;
#[cfg(test)]
mod tests;

pub use config::MastodonConfig;
