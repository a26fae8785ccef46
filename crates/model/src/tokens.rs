//! Text to token ids, each with the characters it stands for.

use std::path::Path;

use serde::Deserialize;
use tokenizers::{
    DecoderWrapper, Encoding, Error, Model as _, NormalizerWrapper, PostProcessorWrapper, PreTokenizerWrapper,
    Tokenizer, TokenizerImpl,
};

use crate::{ModelError, manifest::mismatch, unigram::CompactUnigram};

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

/// A tokenizer around a [`CompactUnigram`].
type CompactTokenizer =
    TokenizerImpl<CompactUnigram, NormalizerWrapper, PreTokenizerWrapper, PostProcessorWrapper, DecoderWrapper>;

/// A tokenizer of whichever kind.
pub(crate) enum AnyTokenizer {
    /// Unigram without pieces for single bytes: the vocabulary is ours.
    Compact(Box<CompactTokenizer>),
    /// Any other.
    Whole(Box<Tokenizer>),
}

impl AnyTokenizer {
    /// Reads `tokenizer.json`.
    fn read(bytes: &[u8]) -> Result<Self, Error> {
        #[derive(Deserialize)]
        struct File {
            model: Kind,
        }
        #[derive(Deserialize)]
        struct Kind {
            r#type: Option<String>,
            #[serde(default)]
            byte_fallback: bool,
        }
        let model = serde_json::from_slice::<File>(bytes)?.model;
        if model.r#type.as_deref() == Some("Unigram") && !model.byte_fallback {
            Ok(Self::Compact(Box::new(CompactTokenizer::from_bytes(bytes)?)))
        } else {
            Ok(Self::Whole(Box::new(Tokenizer::from_bytes(bytes)?)))
        }
    }

    /// One past the last id it can give.
    fn size(&self) -> usize {
        // The tokenizer's own count makes a map of all its pieces.
        let (pieces, added) = match self {
            Self::Compact(tokenizer) => (tokenizer.get_model().get_vocab_size(), tokenizer.get_added_vocabulary()),
            Self::Whole(tokenizer) => (tokenizer.get_model().get_vocab_size(), tokenizer.get_added_vocabulary()),
        };
        added.get_vocab().values().map(|id| *id as usize + 1).fold(pieces, usize::max)
    }

    /// Takes out what cuts or fills texts.
    fn whole_texts(&mut self) -> Result<(), Error> {
        match self {
            Self::Compact(tokenizer) => {
                tokenizer.with_truncation(None)?.with_padding(None);
            }
            Self::Whole(tokenizer) => {
                tokenizer.with_truncation(None)?.with_padding(None);
            }
        }
        Ok(())
    }

    fn encode(&self, text: &str) -> Result<Encoding, Error> {
        match self {
            Self::Compact(tokenizer) => tokenizer.encode_char_offsets(text, true),
            Self::Whole(tokenizer) => tokenizer.encode_char_offsets(text, true),
        }
    }
}

impl From<Tokenizer> for AnyTokenizer {
    fn from(tokenizer: Tokenizer) -> Self {
        Self::Whole(Box::new(tokenizer))
    }
}

/// Tokenises `prefix` + text.
pub(crate) struct PrefixTokenizer {
    tokenizer: AnyTokenizer,
    prefix: String,
    prefix_characters: usize,
}

impl PrefixTokenizer {
    /// Reads `tokenizer.json`; every id it can give must be below `rows`.
    pub(crate) fn read(bytes: &[u8], prefix: &str, rows: usize, path: &Path) -> Result<Self, ModelError> {
        let tokenizer = AnyTokenizer::read(bytes).map_err(|source| ModelError::Malformed {
            path: path.to_path_buf(),
            expected: "a tokenizer",
            source,
        })?;
        let size = tokenizer.size();
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
    pub(crate) fn new(tokenizer: impl Into<AnyTokenizer>, prefix: &str) -> Result<Self, Error> {
        let mut tokenizer = tokenizer.into();
        tokenizer.whole_texts()?;
        Ok(Self { tokenizer, prefix: prefix.to_owned(), prefix_characters: prefix.chars().count() })
    }

    /// Tokens of `text`; a text of spaces has none of its own.
    pub(crate) fn encode(&self, text: &str) -> Result<Tokens, ModelError> {
        let input = format!("{}{text}", self.prefix);
        let encoding = self
            .tokenizer
            .encode(&input)
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

#[cfg(test)]
mod tests {
    use std::fs;

    use proptest::{prelude::*, strategy::ValueTree, test_runner::TestRunner};

    use super::*;
    use crate::find_model;

    const PREFIX: &str = "query: ";

    /// The shipped tokenizer, ours and that of `tokenizers`; `None` where the source tree has none.
    fn both() -> Option<[PrefixTokenizer; 2]> {
        let bytes = fs::read(find_model(None).ok()?.join("tokenizer.json")).unwrap();
        let ours = AnyTokenizer::read(&bytes).unwrap();
        assert!(matches!(ours, AnyTokenizer::Compact(_)));
        let theirs = Tokenizer::from_bytes(&bytes).unwrap();
        Some([PrefixTokenizer::new(ours, PREFIX).unwrap(), PrefixTokenizer::new(theirs, PREFIX).unwrap()])
    }

    fn assert_same(both: &[PrefixTokenizer; 2], text: &str) {
        let [ours, theirs] = both.each_ref().map(|tokenizer| tokenizer.encode(text).unwrap());
        assert_eq!(ours, theirs, "{text:?}");
    }

    #[test]
    fn the_compact_vocabulary_cuts_every_text_as_the_reference_does() {
        let Some(both) = both() else { return };
        for entry in fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../config/demo")).unwrap() {
            for line in fs::read_to_string(entry.unwrap().path()).unwrap().lines() {
                assert_same(&both, line);
            }
        }
        let (mut random, config) =
            (TestRunner::deterministic(), "\\PC{0,60}|[ -~]{0,60}|[一-龥ぁ-ヶ가-힣 ，。！]{0,60}");
        let texts = prop::string::string_regex(config).unwrap();
        for _ in 0..4000 {
            assert_same(&both, &texts.new_tree(&mut random).unwrap().current());
        }
    }

    /// `MOODLINE_TEXTS=FILE cargo test -p moodline-model -- --ignored` for texts of your own, one a line.
    #[test]
    #[ignore = "needs a file of texts"]
    fn the_compact_vocabulary_cuts_the_texts_of_a_file_as_the_reference_does() {
        let file = std::env::var_os("MOODLINE_TEXTS").expect("MOODLINE_TEXTS names a file");
        let both = both().expect("the shipped model");
        for line in fs::read_to_string(file).unwrap().lines() {
            assert_same(&both, line);
        }
    }

    #[test]
    fn a_tokenizer_of_another_kind_is_read_as_it_is() {
        let json = serde_json::json!({
            "version": "1.0", "added_tokens": [], "pre_tokenizer": {"type": "Whitespace"},
            "model": {"type": "WordLevel", "vocab": {"q": 0, ":": 1, "good": 2, "?": 3}, "unk_token": "?"},
        });
        let read = |rows| PrefixTokenizer::read(json.to_string().as_bytes(), "q: ", rows, Path::new("tokenizer.json"));
        let tokens = read(4).unwrap().encode("good x").unwrap();
        assert_eq!((tokens.ids, tokens.spans), (vec![2, 3], vec![(0, 4), (5, 6)]));
        let error = read(3).err().unwrap().to_string();
        assert_eq!(error, "tokenizer.json: its vocabulary is 4, expected at most 3 tokens");
    }
}
