//! From the markup of sources to the author's own words: plain text, paragraphs kept, emoji kept, the quoted words of
//! others dropped (their mood is not the author's).

mod bbcode;
mod code;
pub(crate) mod html;
mod markdown;
mod quotes;

pub use bbcode::bbcode_to_text;
pub(crate) use code::own_prose;
pub use html::{own_words as html_own_words, to_text as html_to_text};
pub use markdown::markdown_to_text;
pub use quotes::without_quoted_lines;
