//! The pieces of a vocabulary, all in one string.

use std::{borrow::Cow, fmt, num::TryFromIntError};

use serde::{
    Deserialize, Deserializer,
    de::{Error as _, SeqAccess, Visitor},
};

/// Pieces in the order of their ids, each with the logarithm of how likely it is.
#[derive(Default)]
pub(crate) struct Pieces {
    /// Every piece, one after another.
    text: String,
    /// Where each piece ends in `text`.
    ends: Vec<u32>,
    scores: Vec<f64>,
}

impl Pieces {
    /// Adds a piece; an error where all together would pass 4 GiB.
    pub(crate) fn push(&mut self, piece: &str, score: f64) -> Result<(), TryFromIntError> {
        self.text.push_str(piece);
        self.ends.push(u32::try_from(self.text.len())?);
        self.scores.push(score);
        Ok(())
    }

    pub(crate) fn len(&self) -> usize {
        self.ends.len()
    }

    /// How the piece `id`, which must exist, is spelt.
    pub(crate) fn spelling(&self, id: u32) -> &str {
        &self.text[self.range(id)]
    }

    /// The same as bytes.
    pub(crate) fn get(&self, id: u32) -> &[u8] {
        &self.text.as_bytes()[self.range(id)]
    }

    pub(crate) fn score(&self, id: u32) -> f64 {
        self.scores[id as usize]
    }

    /// The score of the least likely piece; infinite where there is none.
    pub(crate) fn least_score(&self) -> f64 {
        self.scores.iter().copied().fold(f64::INFINITY, f64::min)
    }

    fn range(&self, id: u32) -> std::ops::Range<usize> {
        let id = id as usize;
        let start = if id == 0 { 0 } else { self.ends[id - 1] as usize };
        start..self.ends[id] as usize
    }
}

impl<'de> Deserialize<'de> for Pieces {
    /// Reads `[["piece", score], …]`.
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
                    pieces.push(&piece.0, score).map_err(A::Error::custom)?;
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
