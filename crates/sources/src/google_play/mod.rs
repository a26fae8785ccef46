//! Reviews of an app by the Google Play Developer API, for its publisher.

mod account;
mod config;
mod parse;
mod source;
#[cfg(test)]
mod tests;

pub use config::GooglePlayConfig;
pub(crate) use config::is_package;
pub use parse::parse;
