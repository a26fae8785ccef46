//! A Unigram vocabulary in a few megabytes.
//!
//! The model of `tokenizers` keeps a hash map for every prefix of every piece and each piece twice as a string: 200 MB for
//! 250,000 pieces. Here all prefixes lie in three arrays ([`Trie`]) and all pieces in one string; everything around the
//! model (marks, normalising, splitting, offsets) stays that crate's. Both give the same tokens for every text: scores are
//! added in the same order and ties fall alike.

use std::{
    collections::HashMap,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Deserializer, de::Error as _};
use tokenizers::{Error, Model, Token, models::unigram::UnigramTrainer};

use crate::{pieces::Pieces, trie::Trie};

/// How much less likely than the least likely piece a character is that no piece spells (a constant of `SentencePiece`).
const UNKNOWN_PENALTY: f64 = 10.0;

/// Pieces with the logarithm of how likely each is.
pub(crate) struct CompactUnigram {
    pieces: Pieces,
    /// From spelling to id.
    trie: Trie,
    /// The token of characters that no piece spells.
    unknown: Option<u32>,
    unknown_score: f64,
}

/// The best way to a place in a word.
#[derive(Clone, Copy)]
struct Way {
    score: f64,
    /// The last token on it and where that starts; `None` where nothing has arrived yet.
    last: Option<(u32, usize)>,
}

impl CompactUnigram {
    /// The model of a vocabulary; `unknown` is the token of whatever it cannot spell. Of two pieces of one spelling the
    /// later counts.
    ///
    /// # Errors
    /// Where the vocabulary is empty or does not have `unknown`.
    fn new(pieces: Pieces, unknown: Option<u32>) -> Result<Self, Error> {
        if pieces.len() == 0 {
            return Err("the vocabulary is empty".into());
        }
        if let Some(unknown) = unknown.filter(|unknown| *unknown as usize >= pieces.len()) {
            return Err(format!("unk_id is {unknown}, and there are {} pieces", pieces.len()).into());
        }
        let (trie, unknown_score) = (Trie::new(&pieces), pieces.least_score() - UNKNOWN_PENALTY);
        Ok(Self { pieces, trie, unknown, unknown_score })
    }

    fn unknown(&self) -> Result<u32, Error> {
        self.unknown.ok_or_else(|| "a character is in no piece, and there is no unk_id".into())
    }

    /// The likeliest pieces that spell `word`, last first, each with its bytes in `word` (Viterbi's algorithm).
    fn backwards(&self, word: &str) -> Result<Vec<(u32, usize, usize)>, Error> {
        let mut ways = vec![Way { score: 0.0, last: None }; word.len() + 1];
        let arrive = |way: &mut Way, score: f64, id: u32, start: usize| {
            if way.last.is_none() || score > way.score {
                *way = Way { score, last: Some((id, start)) };
            }
        };
        for (start, character) in word.char_indices() {
            let so_far = ways[start].score;
            let mut is_spelt = false;
            for (id, length) in self.trie.beginnings(&self.pieces, &word.as_bytes()[start..]) {
                arrive(&mut ways[start + length], self.pieces.score(id) + so_far, id, start);
                is_spelt |= length == character.len_utf8();
            }
            if !is_spelt {
                let end = start + character.len_utf8();
                arrive(&mut ways[end], self.unknown_score + so_far, self.unknown()?, start);
            }
        }
        let mut found = Vec::new();
        let mut end = word.len();
        while let Some((id, start)) = ways[end].last {
            found.push((id, start, end));
            end = start;
        }
        Ok(found)
    }
}

impl Model for CompactUnigram {
    type Trainer = UnigramTrainer;

    /// The likeliest pieces; neighbours that nothing spells are one token.
    fn tokenize(&self, word: &str) -> Result<Vec<Token>, Error> {
        let mut tokens: Vec<Token> = Vec::new();
        let is_unknown = |id| Some(id) == self.unknown;
        for (id, start, end) in self.backwards(word)?.into_iter().rev() {
            match tokens.last_mut() {
                Some(before) if is_unknown(id) && is_unknown(before.id) => {
                    before.value.push_str(&word[start..end]);
                    before.offsets.1 = end;
                }
                _ => tokens.push(Token::new(id, word[start..end].to_owned(), (start, end))),
            }
        }
        Ok(tokens)
    }

    fn token_to_id(&self, token: &str) -> Option<u32> {
        let whole = self.trie.beginnings(&self.pieces, token.as_bytes()).last();
        whole.filter(|(_, length)| *length == token.len()).map(|(id, _)| id)
    }

    fn id_to_token(&self, id: u32) -> Option<String> {
        ((id as usize) < self.pieces.len()).then(|| self.pieces.spelling(id).to_owned())
    }

    fn get_vocab(&self) -> HashMap<String, u32> {
        (0..self.pieces.len() as u32).map(|id| (self.pieces.spelling(id).to_owned(), id)).collect()
    }

    fn get_vocab_size(&self) -> usize {
        self.pieces.len()
    }

    fn save(&self, _: &Path, _: Option<&str>) -> Result<Vec<PathBuf>, Error> {
        Err("a compact vocabulary is only read; copy its tokenizer.json instead".into())
    }

    fn get_trainer(&self) -> UnigramTrainer {
        UnigramTrainer::default()
    }
}

impl<'de> Deserialize<'de> for CompactUnigram {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        /// The keys that matter to a vocabulary without bytes as pieces; see [`super::tokens`].
        #[derive(Deserialize)]
        struct Keys {
            vocab: Pieces,
            unk_id: Option<u32>,
        }

        let Keys { vocab, unk_id } = Keys::deserialize(deserializer)?;
        Self::new(vocab, unk_id).map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use tokenizers::models::unigram::Unigram;

    use super::*;

    /// The same vocabulary, ours and that of `tokenizers`.
    fn both(vocabulary: &[(&str, f64)]) -> (CompactUnigram, Unigram) {
        let json = serde_json::json!({"type": "Unigram", "unk_id": 0, "vocab": vocabulary});
        let owned = vocabulary.iter().map(|(piece, score)| ((*piece).to_owned(), *score)).collect();
        (serde_json::from_value(json).unwrap(), Unigram::from(owned, Some(0), false).unwrap())
    }

    fn spelt(model: &impl Model, word: &str) -> Vec<(u32, String, (usize, usize))> {
        model.tokenize(word).unwrap().into_iter().map(|token| (token.id, token.value, token.offsets)).collect()
    }

    #[test]
    fn the_likeliest_pieces_win_and_what_nothing_spells_is_one_token() {
        let vocabulary = [("<unk>", 0.0), ("a", -3.0), ("b", -3.0), ("ab", -4.0), ("bc", -1.0), ("字", -2.0)];
        let (ours, _) = both(&vocabulary);
        let ids = |word: &str| spelt(&ours, word).into_iter().map(|(id, ..)| id).collect::<Vec<_>>();
        assert_eq!(ids("ab"), [3]);
        assert_eq!(ids("abc"), [1, 4]);
        let unknown = spelt(&ours, "xyz字x");
        let expected = [(0, "xyz", (0, 3)), (5, "字", (3, 6)), (0, "x", (6, 7))];
        assert_eq!(unknown, expected.map(|(id, value, offsets)| (id, value.to_owned(), offsets)));
        assert!(ids("").is_empty());
    }

    #[test]
    fn of_two_pieces_of_one_spelling_the_later_counts() {
        let vocabulary = [("<unk>", 0.0), ("a", -9.0), ("a", -1.0), ("aa", -5.0)];
        let (ours, theirs) = both(&vocabulary);
        assert_eq!(spelt(&ours, "aaa"), spelt(&theirs, "aaa"));
        assert_eq!(ours.token_to_id("a"), Some(2));
    }

    #[test]
    fn a_vocabulary_that_cannot_be_used_is_refused() {
        let read = |json| serde_json::from_value::<CompactUnigram>(json).err().unwrap().to_string();
        assert_eq!(read(serde_json::json!({"vocab": [], "unk_id": 0})), "the vocabulary is empty");
        let missing = read(serde_json::json!({"vocab": [["a", 0.0]], "unk_id": 7}));
        assert_eq!(missing, "unk_id is 7, and there are 1 pieces");
        let (ours, _) = both(&[("<unk>", 0.0), ("a", -1.0)]);
        assert!(ours.save(Path::new("."), None).is_err());
    }

    proptest! {
        #[test]
        fn every_word_is_cut_as_the_reference_cuts_it(
            pieces in prop::collection::vec(("[abé字]{1,4}", -9..0_i32), 0..40), word in "[abcé字文]{0,24}",
        ) {
            let mut vocabulary = vec![("<unk>", 0.0)];
            vocabulary.extend(pieces.iter().map(|(piece, score)| (piece.as_str(), f64::from(*score))));
            let (ours, theirs) = both(&vocabulary);
            prop_assert_eq!(spelt(&ours, &word), spelt(&theirs, &word));
        }
    }
}
