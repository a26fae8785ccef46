//! Reviews of a business on Trustpilot.

mod config;
mod parse;
mod source;
#[cfg(test)]
mod tests;

pub use config::TrustpilotConfig;
pub use parse::{parse, parse_unit};
