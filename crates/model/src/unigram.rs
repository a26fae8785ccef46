//! A Unigram vocabulary in a few megabytes.
//!
//! The model of `tokenizers` keeps a hash map for every prefix of every piece and each piece twice as a string: 200 MB for
//! 250,000 pieces. Here all prefixes lie in one double array (`yada`) and all pieces in one string; everything around the
//! model (marks, normalising, splitting, offsets) stays that crate's. Both give the same tokens for every text: scores are
//! added in the same order and ties fall alike.

use std::{
    borrow::Cow,
    collections::HashMap,
    fmt,
    path::{Path, PathBuf},
};

use serde::{
    Deserialize, Deserializer,
    de::{Error as _, SeqAccess, Visitor},
};
use tokenizers::{Error, Model, Token, models::unigram::UnigramTrainer};
use yada::{DoubleArray, builder::DoubleArrayBuilder};

/// How much less likely than the least likely piece a character is that no piece spells (a constant of `SentencePiece`).
const UNKNOWN_PENALTY: f64 = 10.0;

/// Pieces with the logarithm of how likely each is.
pub(crate) struct CompactUnigram {
    /// Every piece, one after another in the order of their ids.
    text: String,
    /// Where each piece ends in `text`.
    ends: Vec<u32>,
    scores: Vec<f64>,
    /// From spelling to id.
    ids: DoubleArray<Vec<u8>>,
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
    /// The model of a vocabulary in the order of its ids; `unknown` is the token of whatever it cannot spell. Of two
    /// pieces of one spelling the later counts.
    ///
    /// # Errors
    /// Where the vocabulary is empty, does not have `unknown`, or has a piece with a NUL.
    fn new(vocabulary: Pieces, unknown: Option<u32>) -> Result<Self, Error> {
        let Pieces { text, ends, scores } = vocabulary;
        if scores.is_empty() {
            return Err("the vocabulary is empty".into());
        }
        if let Some(unknown) = unknown.filter(|unknown| *unknown as usize >= scores.len()) {
            return Err(format!("unk_id is {unknown}, and there are {} pieces", scores.len()).into());
        }
        let least = scores.iter().copied().fold(f64::INFINITY, f64::min);
        let mut keys: Vec<(&str, u32)> = (0..scores.len()).map(|id| (piece(&text, &ends, id), id as u32)).collect();
        keys.sort_unstable_by(|a, b| a.0.cmp(b.0).then(b.1.cmp(&a.1)));
        keys.dedup_by_key(|key| key.0);
        keys.retain(|key| !key.0.is_empty()); // spells nothing
        let ids = DoubleArray::new(DoubleArrayBuilder::build(&keys)?)?;
        Ok(Self { text, ends, scores, ids, unknown, unknown_score: least - UNKNOWN_PENALTY })
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
            for (id, length) in self.ids.common_prefix_search(&word[start..]) {
                arrive(&mut ways[start + length], self.scores[id as usize] + so_far, id, start);
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
        self.ids.exact_match_search(token)
    }

    fn id_to_token(&self, id: u32) -> Option<String> {
        let id = id as usize;
        (id < self.ends.len()).then(|| piece(&self.text, &self.ends, id).to_owned())
    }

    fn get_vocab(&self) -> HashMap<String, u32> {
        (0..self.ends.len()).map(|id| (piece(&self.text, &self.ends, id).to_owned(), id as u32)).collect()
    }

    fn get_vocab_size(&self) -> usize {
        self.ends.len()
    }

    fn save(&self, _: &Path, _: Option<&str>) -> Result<Vec<PathBuf>, Error> {
        Err("a compact vocabulary is only read; copy its tokenizer.json instead".into())
    }

    fn get_trainer(&self) -> UnigramTrainer {
        UnigramTrainer::default()
    }
}

fn piece<'a>(text: &'a str, ends: &[u32], id: usize) -> &'a str {
    let start = if id == 0 { 0 } else { ends[id - 1] as usize };
    &text[start..ends[id] as usize]
}

/// The vocabulary as it is read: `[["piece", score], …]`.
#[derive(Default)]
struct Pieces {
    text: String,
    ends: Vec<u32>,
    scores: Vec<f64>,
}

impl<'de> Deserialize<'de> for Pieces {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct List;

        impl<'de> Visitor<'de> for List {
            type Value = Pieces;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list of pieces, each with its score")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Pieces, A::Error> {
                let mut pieces = Pieces::default();
                while let Some((piece, score)) = list.next_element::<(Spelling<'_>, f64)>()? {
                    pieces.text.push_str(&piece.0);
                    pieces.ends.push(u32::try_from(pieces.text.len()).map_err(A::Error::custom)?);
                    pieces.scores.push(score);
                }
                pieces.text.shrink_to_fit();
                pieces.ends.shrink_to_fit();
                pieces.scores.shrink_to_fit();
                Ok(pieces)
            }
        }

        deserializer.deserialize_seq(List)
    }
}

/// A string that is borrowed where nothing in it is escaped.
#[derive(Deserialize)]
#[serde(transparent)]
struct Spelling<'a>(#[serde(borrow)] Cow<'a, str>);

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
