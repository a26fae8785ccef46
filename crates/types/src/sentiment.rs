//! What the model says of a piece of text.

use serde::{Deserialize, Serialize};

/// A word that names none of the allowed values.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown {what} `{value}`, expected one of {expected}")]
pub struct UnknownName {
    /// What was looked for, e.g. `sentiment`.
    pub what: &'static str,
    /// What was found.
    pub value: String,
    /// The allowed words, joined by commas.
    pub expected: String,
}

/// Gives an enum its words: `as_str`, `ALL`, `Display`, `FromStr`, serde by the same words.
macro_rules! named_enum {
    ($(#[$doc:meta])* $name:ident, $what:literal { $($(#[$vdoc:meta])* $variant:ident = $word:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
        pub enum $name {
            $($(#[$vdoc])* #[serde(rename = $word)] $variant),+
        }

        impl $name {
            /// Every value, in declaration order.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The word used in tables, settings and JSON.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::UnknownName;

            fn from_str(value: &str) -> Result<Self, Self::Err> {
                match value {
                    $($word => Ok(Self::$variant),)+
                    _ => Err($crate::UnknownName {
                        what: $what,
                        value: value.to_owned(),
                        expected: [$($word),+].join(", "),
                    }),
                }
            }
        }
    };
}
pub(crate) use named_enum;

named_enum!(
    /// The verdict on an opinion, or on a mention at one touchpoint.
    SentimentLabel, "sentiment" {
        /// More negative than anything else, confidently.
        Negative = "negative",
        /// Neither.
        Neutral = "neutral",
        /// More positive than anything else, confidently.
        Positive = "positive",
        /// Opinions of one mention disagree.
        Mixed = "mixed",
        /// The model is not confident enough to say; shown, never counted in the index.
        Unsure = "unsure",
    }
);

/// Calibrated probabilities; they sum to 1.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Sentiment {
    /// Probability of negative, 0 to 1.
    pub negative: f32,
    /// Probability of neutral, 0 to 1.
    pub neutral: f32,
    /// Probability of positive, 0 to 1.
    pub positive: f32,
}

impl Sentiment {
    /// The most probable of negative, neutral and positive, and its probability.
    pub fn top(&self) -> (SentimentLabel, f32) {
        let mut best = (SentimentLabel::Neutral, self.neutral);
        if self.negative > best.1 {
            best = (SentimentLabel::Negative, self.negative);
        }
        if self.positive > best.1 {
            best = (SentimentLabel::Positive, self.positive);
        }
        best
    }

    /// The most probable label, or `Unsure` where its probability is below `unsure_below`.
    pub fn label(&self, unsure_below: f32) -> SentimentLabel {
        let (label, probability) = self.top();
        if probability < unsure_below { SentimentLabel::Unsure } else { label }
    }

    /// P(positive) − P(negative), −1 to 1.
    pub fn balance(&self) -> f32 {
        self.positive - self.negative
    }
}

named_enum!(
    /// Ekman's six basic emotions, and neutral.
    Emotion, "emotion" {
        /// Joy.
        Joy = "joy",
        /// Anger.
        Anger = "anger",
        /// Sadness.
        Sadness = "sadness",
        /// Fear.
        Fear = "fear",
        /// Surprise.
        Surprise = "surprise",
        /// Disgust.
        Disgust = "disgust",
        /// No emotion shown.
        Neutral = "neutral",
    }
);

/// How strongly each emotion shows, 0 to 1 each; several may show at once, so they need not sum to 1.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the fields are the names of `Emotion`")]
pub struct Emotions {
    pub joy: f32,
    pub anger: f32,
    pub sadness: f32,
    pub fear: f32,
    pub surprise: f32,
    pub disgust: f32,
    pub neutral: f32,
}

impl Emotions {
    /// From seven values in the order of [`Emotion::ALL`].
    pub fn from_array([joy, anger, sadness, fear, surprise, disgust, neutral]: [f32; 7]) -> Self {
        Self { joy, anger, sadness, fear, surprise, disgust, neutral }
    }

    /// Seven values in the order of [`Emotion::ALL`].
    pub fn to_array(self) -> [f32; 7] {
        [self.joy, self.anger, self.sadness, self.fear, self.surprise, self.disgust, self.neutral]
    }

    /// The emotion that shows most.
    pub fn top(&self) -> Emotion {
        let values = self.to_array();
        let mut best = Emotion::Neutral;
        let mut strength = self.neutral;
        for (emotion, value) in Emotion::ALL.iter().zip(values) {
            if value > strength {
                (best, strength) = (*emotion, value);
            }
        }
        best
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_weak_majority_is_unsure() {
        let s = Sentiment { negative: 0.40, neutral: 0.35, positive: 0.25 };
        assert_eq!(s.label(0.5), SentimentLabel::Unsure);
        assert_eq!(s.label(0.4), SentimentLabel::Negative);
    }

    #[test]
    fn words_round_trip() {
        for label in SentimentLabel::ALL {
            assert_eq!(label.as_str().parse::<SentimentLabel>().unwrap(), *label);
        }
        assert_eq!(
            "angry".parse::<Emotion>().unwrap_err().to_string(),
            "unknown emotion `angry`, expected one of joy, anger, sadness, fear, surprise, disgust, neutral"
        );
    }

    #[test]
    fn the_strongest_emotion_wins_and_ties_stay_neutral() {
        assert_eq!(Emotions { anger: 0.7, fear: 0.2, ..Emotions::default() }.top(), Emotion::Anger);
        assert_eq!(Emotions::default().top(), Emotion::Neutral);
    }
}
