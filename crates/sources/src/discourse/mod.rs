//! Discourse forums, by the list of all their posts.

mod config;
mod parse;
mod source;

pub use config::DiscourseConfig;
