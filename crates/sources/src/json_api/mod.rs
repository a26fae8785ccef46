//! Any JSON API, described in the settings: where it is, how it pages, and where in its answers the fields are.
//!
//! Paths are `JSONPath` (RFC 9535). A new API needs no code; see `docs/sources/http.md`.

mod access;
mod config;
mod parse;
mod path;
mod progress;
#[cfg(test)]
mod requests_tests;
mod source;
#[cfg(test)]
mod tests;

pub use access::{Auth, ClientAuth, OAuth};
pub use config::{Fields, HttpApiConfig, Order, Paging, Since, TextFormat};
pub(crate) use parse::Reading;
pub use path::Path;
