//! Reviews of any app by the route of Google Play's own web pages. Google's terms forbid automated access without
//! permission and nothing of it is documented: the source does nothing unless `unofficial = true`.

mod config;
mod parse;
mod source;
#[cfg(test)]
mod tests;

pub use config::GooglePlayWebConfig;
pub use parse::{CALL, parse};
