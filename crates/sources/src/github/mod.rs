//! Issues, their comments, and discussions of a repository on GitHub.
//!
//! Issues and comments are read by their last change, oldest first. Discussions have only the GraphQL API, newest
//! change first; a comment or an answer moves its discussion to the front.

mod config;
mod discussions;
mod parse;
mod source;
#[cfg(test)]
mod tests;

pub use config::{GithubConfig, Part};
