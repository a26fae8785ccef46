//! Personal data in what customers write: found, replaced by its kind in brackets, and counted.
//!
//! Reviews carry phone numbers ("call me at …"), order numbers and whole addresses. Nothing here decides by a model:
//! a number is a card because its check digit says so, an order number because the word before it does. What is
//! found becomes `[phone]`, `[card]` and so on, before it is stored anywhere.

mod address;
mod config;
mod number;
mod redactor;

pub use config::{Kind, PatternError};
pub use redactor::{Counts, Redactor};
