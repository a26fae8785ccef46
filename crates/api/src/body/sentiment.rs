//! Verdicts and probabilities.

use moodline_types::{Emotions as Shown, Sentiment, SentimentLabel};
use serde::Serialize;
use utoipa::ToSchema;

use super::words;

/// A verdict with the calibrated probabilities behind it, which sum to 1.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, ToSchema)]
pub struct Verdict {
    /// The verdict: `unsure` where the model is not confident enough to say.
    #[schema(value_type = words::SentimentLabel)]
    pub label: SentimentLabel,
    /// Probability of negative.
    pub negative: f64,
    /// Probability of neutral.
    pub neutral: f64,
    /// Probability of positive.
    pub positive: f64,
}

impl Verdict {
    /// From what is stored.
    pub fn new(label: SentimentLabel, sentiment: Sentiment) -> Self {
        let Sentiment { negative, neutral, positive } = sentiment;
        Self { label, negative: rounded(negative), neutral: rounded(neutral), positive: rounded(positive) }
    }
}

/// How strongly each emotion shows; several may at once.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, ToSchema)]
#[expect(missing_docs, reason = "the fields are the names of the emotions")]
pub struct Emotions {
    pub joy: f64,
    pub anger: f64,
    pub sadness: f64,
    pub fear: f64,
    pub surprise: f64,
    pub disgust: f64,
    pub neutral: f64,
}

impl From<Shown> for Emotions {
    fn from(shown: Shown) -> Self {
        let [joy, anger, sadness, fear, surprise, disgust, neutral] = shown.to_array().map(rounded);
        Self { joy, anger, sadness, fear, surprise, disgust, neutral }
    }
}

/// Four decimals: more would be noise.
pub fn rounded(value: f32) -> f64 {
    (f64::from(value) * 10_000.0).round() / 10_000.0
}
