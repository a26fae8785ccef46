//! Reviews of an app by the App Store Connect API, for its publisher.

mod config;
mod parse;
mod source;
#[cfg(test)]
mod tests;

pub use config::AppStoreConnectConfig;
pub use parse::parse;
