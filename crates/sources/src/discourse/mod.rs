//! Discourse forums, by the list of all their posts.

mod config;
mod parse;
mod source;
#[cfg(test)]
mod tests;

pub use config::DiscourseConfig;
