//! Posts on X that the recent search finds, within a monthly spending limit: every post read is paid for.

mod config;
mod parse;
mod source;
mod spending;
#[cfg(test)]
mod tests;

pub use config::XConfig;
pub use parse::{Posts, parse, refusal};
