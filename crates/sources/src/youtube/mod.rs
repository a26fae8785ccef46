//! Comments under videos on `YouTube`.
//!
//! A new reply does not move its thread to the top: once a day the threads of the last two weeks are walked again, and
//! those whose number of replies changed are read whole. A budget of quota units per day holds over all runs.

mod budget;
mod config;
mod parse;
mod source;
#[cfg(test)]
mod tests;
mod thread;

pub use config::YoutubeConfig;
pub use parse::{Thread, Threads, parse_comments, parse_ids, parse_threads, refusal};
