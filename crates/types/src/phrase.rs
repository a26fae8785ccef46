//! Phrases that a model misreads.

use serde::Serialize;

/// What the model reads where a text says `phrase`: "War Zone" is the name of a game mode here.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct PhraseRule {
    /// As it stands in texts, whatever the case: whole words of alphabets, anywhere in scripts without spaces.
    pub phrase: String,
    /// The words that take its place before the model.
    pub read_as: String,
}
