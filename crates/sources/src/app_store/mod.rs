//! The App Store's public feed of reviews, one per storefront.
//!
//! The feed shows 500 reviews at most, is often empty without reason, and nobody answers for it: pages that came back
//! empty are asked for once more, and a walk with holes in it does not count as one.

mod config;
mod front;
mod parse;
mod source;
#[cfg(test)]
mod tests;

pub use config::AppStoreConfig;
pub use parse::parse;
