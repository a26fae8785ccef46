//! tmp
mod parse;
pub use parse::*;
#[cfg(test)]
mod tests;
