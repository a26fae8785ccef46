//! Reviews on Steam, through `IUserReviewsService`.
//!
//! Two lists are read, each newest first: the latest reviews, and the latest changed ones, which is how an edited
//! review or a turned thumb is noticed.

mod config;
mod parse;
mod source;
#[cfg(test)]
mod tests;

pub use config::{Purchase, SteamConfig};
pub(crate) use parse::language;
