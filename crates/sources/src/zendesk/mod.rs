//! tmp
mod parse;
mod reply;
pub use parse::*;
#[cfg(test)]
mod tests;
