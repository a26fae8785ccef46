//! Hacker News, through Algolia's index of it.
//!
//! The index gives at most 1000 hits for a question, so the source asks for windows of time that hold fewer, oldest
//! first: what has been read is done, and no page can move under it. Each run begins three hours back, for the index
//! lags and comments may be edited for two; once a day it reads the last seven days again. A mention that is no
//! longer in the index is looked up in the official API, which says whether it was deleted.

mod config;
mod parse;
mod source;
#[cfg(test)]
mod tests;

pub use config::HackerNewsConfig;
