//! Which keywords stand in a text: those of a map's touchpoints and personas, and the phrases a model must not misread.
//!
//! [`KeywordIndex`] finds many at once; [`fold_keyword`] is what two spellings of one keyword have in common.

mod fold;
mod index;

pub use fold::fold_keyword;
pub use index::{KeywordIndex, KeywordMatch};
