//! Text to token ids, each with the characters it stands for.

use std::path::Path;

use tokenizers::Tokenizer;

use crate::{ModelError, manifest::mismatch};

/// A text as the encoder reads it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Tokens {
    /// The begin mark and the prefix: opens every window.
    pub(crate) lead: Vec<u32>,
    /// The text's own tokens.
    pub(crate) ids: Vec<u32>,
    /// First character of each of `ids` in the text and one past its last, in Unicode scalar values; never decreasing.
    pub(crate) spans: Vec<(usize, usize)>,
    /// The end mark: closes every window.
    pub(crate) tail: Vec<u32>,
}

/// Tokenises `prefix` + text.
pub(crate) struct PrefixTokenizer {
    tokenizer: Tokenizer,
    prefix: String,
    prefix_characters: usize,
}

impl PrefixTokenizer {
    /// Reads `tokenizer.json`; every id it can give must be below `rows`.
    pub(crate) fn read(bytes: &[u8], prefix: &str, rows: usize, path: &Path) -> Result<Self, ModelError> {
        let tokenizer = Tokenizer::from_bytes(bytes).map_err(|source| ModelError::Malformed {
            path: path.to_path_buf(),
            expected: "a tokenizer",
            source,
        })?;
        let size = tokenizer.get_vocab_size(true);
        if size > rows {
            return Err(mismatch(path, "its vocabulary", &format!("at most {rows} tokens"), &size));
        }
        Self::new(tokenizer, prefix).map_err(|source| ModelError::Malformed {
            path: path.to_path_buf(),
            expected: "a tokenizer without truncation",
            source,
        })
    }

    /// Wraps a tokenizer that puts marks around a text.
    pub(crate) fn new(mut tokenizer: Tokenizer, prefix: &str) -> Result<Self, tokenizers::Error> {
        tokenizer.with_truncation(None)?;
        tokenizer.with_padding(None);
        Ok(Self { tokenizer, prefix: prefix.to_owned(), prefix_characters: prefix.chars().count() })
    }

    /// Tokens of `text`; a text of spaces has none of its own.
    pub(crate) fn encode(&self, text: &str) -> Result<Tokens, ModelError> {
        let input = format!("{}{text}", self.prefix);
        let encoding = self
            .tokenizer
            .encode_char_offsets(input.as_str(), true)
            .map_err(|source| ModelError::Tokenise { characters: text.chars().count(), source })?;
        let (ids, offsets, marks) = (encoding.get_ids(), encoding.get_offsets(), encoding.get_special_tokens_mask());
        let end = ids.len() - marks.iter().rev().take_while(|mark| **mark == 1).count();
        let start = (0..end).find(|&at| marks[at] == 0 && offsets[at].1 > self.prefix_characters).unwrap_or(end);
        let own = |offset: usize| offset.saturating_sub(self.prefix_characters);
        Ok(Tokens {
            lead: ids[..start].to_vec(),
            ids: ids[start..end].to_vec(),
            spans: offsets[start..end].iter().map(|&(first, last)| (own(first), own(last))).collect(),
            tail: ids[end..].to_vec(),
        })
    }
}
