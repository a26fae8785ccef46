//! How many mentions show which emotion, and parts of a whole that layers are told apart by.

use serde::{Deserialize, Serialize};

use crate::{Emotion, PersonaId, SourceId};

/// Mentions by the emotion that shows most in them; those the model is unsure of are left out, so that the mix adds up
/// to the mentions that entered the index.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the fields are the names of `Emotion`")]
pub struct EmotionCounts {
    pub joy: u64,
    pub anger: u64,
    pub sadness: u64,
    pub fear: u64,
    pub surprise: u64,
    pub disgust: u64,
    pub neutral: u64,
}

impl EmotionCounts {
    /// From seven counts in the order of [`Emotion::ALL`].
    pub fn from_array([joy, anger, sadness, fear, surprise, disgust, neutral]: [u64; 7]) -> Self {
        Self { joy, anger, sadness, fear, surprise, disgust, neutral }
    }

    /// Seven counts in the order of [`Emotion::ALL`].
    pub fn to_array(self) -> [u64; 7] {
        [self.joy, self.anger, self.sadness, self.fear, self.surprise, self.disgust, self.neutral]
    }

    /// All of them.
    pub fn total(&self) -> u64 {
        self.to_array().iter().sum()
    }

    /// The emotions shown, the commonest first, each with its share of all; `neutral` is no emotion and left out.
    pub fn shown(&self) -> Vec<(Emotion, f64)> {
        let total = self.total().max(1) as f64;
        let counts = Emotion::ALL.iter().copied().zip(self.to_array());
        let mut shown: Vec<(Emotion, f64)> = counts
            .filter(|(emotion, count)| *emotion != Emotion::Neutral && *count > 0)
            .map(|(emotion, count)| (emotion, count as f64 / total))
            .collect();
        shown.sort_by(|a, b| b.1.total_cmp(&a.1));
        shown
    }
}

impl std::ops::AddAssign for EmotionCounts {
    fn add_assign(&mut self, other: Self) {
        let (mut sum, other) = (self.to_array(), other.to_array());
        sum.iter_mut().zip(other).for_each(|(sum, count)| *sum += count);
        *self = Self::from_array(sum);
    }
}

/// The mentions a layer is about, of all that a map has.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Segment {
    /// Those that point to a persona.
    Persona(PersonaId),
    /// Those of one source.
    Source(SourceId),
    /// Those in one language (BCP 47).
    Language(String),
    /// Those posted in one hour, 0 to 23, of their author's day as far as the map's time zones tell.
    Hour(u8),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mix_tells_the_commonest_first_and_keeps_quiet_about_the_neutral() {
        let mix = EmotionCounts { anger: 3, joy: 1, neutral: 6, ..EmotionCounts::default() };
        assert_eq!(mix.shown(), [(Emotion::Anger, 0.3), (Emotion::Joy, 0.1)]);
        assert_eq!(EmotionCounts::default().shown(), []);
    }

    #[test]
    fn sums_go_emotion_by_emotion() {
        let mut sum = EmotionCounts { fear: 2, ..EmotionCounts::default() };
        sum += EmotionCounts { fear: 1, surprise: 4, ..EmotionCounts::default() };
        assert_eq!((sum.fear, sum.surprise, sum.total()), (3, 4, 7));
    }
}
