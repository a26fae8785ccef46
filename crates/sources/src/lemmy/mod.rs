//! Lemmy: posts and comments of an instance or a community, or what its search finds.

mod config;
mod parse;
mod source;
#[cfg(test)]
mod tests;

pub use config::LemmyConfig;
