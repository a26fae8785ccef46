//! Questions, answers and comments of a Stack Exchange site.
//!
//! Questions are read by their last activity, oldest first, and each brings its answers and all comments with it. An
//! answer or an edit moves its question; a comment alone does not, and comes with the question's next activity.

mod config;
mod parse;
mod source;
#[cfg(test)]
mod tests;

pub use config::StackExchangeConfig;
