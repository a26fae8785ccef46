//! Responses to a form on Typeform.

mod config;
mod parse;
mod source;
#[cfg(test)]
mod tests;

pub use config::TypeformConfig;
pub use parse::{Choice, Form, Question, parse, parse_form};
