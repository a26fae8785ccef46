//! What every model offers, real or fake.

use std::path::PathBuf;

use moodline_types::{Embedding, Emotions, JudgedOpinion, ModelId, Sentiment, SentimentLabel};

use crate::ModelError;

/// What a consumer of verdicts must know of the model that gave them.
#[derive(Debug, Clone, PartialEq)]
pub struct ModelProfile {
    /// Name of the weights; stored with every opinion.
    pub id: ModelId,
    /// Dimensions of every [`Embedding`] this model gives.
    pub dimensions: usize,
    /// Cosine under which an opinion is near no touchpoint.
    pub unassigned_below: f32,
    /// What a cosine is divided by before the softmax over touchpoints; above 0.
    pub similarity_temperature: f32,
    /// Probability under which the model abstains from a sentiment, 0 to 1.
    pub unsure_below: f32,
    /// From where each emotion counts as shown, 0 to 1, in the order of [`Emotion::ALL`](moodline_types::Emotion::ALL).
    pub emotion_thresholds: [f32; 7],
    /// What runs it, as its manifest says.
    pub engine: String,
    /// The folder it was loaded from.
    pub folder: PathBuf,
}

/// A text to judge.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Text<'a> {
    /// What was written, untouched: spans count its Unicode scalar values.
    pub text: &'a str,
    /// The language somebody claims it is in (`zh-Hans`, `en_US`, `schinese`); a hint, not a fact.
    pub language_hint: Option<&'a str>,
}

impl<'a> From<&'a str> for Text<'a> {
    fn from(text: &'a str) -> Self {
        Self { text, language_hint: None }
    }
}

/// What the model says of one text.
#[derive(Debug, Clone, PartialEq)]
pub struct Verdict {
    /// BCP 47, as [`crate::identify_language`] gives it; `None` where nothing is certain.
    pub language: Option<String>,
    /// Probabilities over the whole text.
    pub sentiment: Sentiment,
    /// The verdict on the whole text: `Mixed` where a confidently positive and a confidently negative opinion stand
    /// side by side, `Unsure` where the model abstains.
    pub label: SentimentLabel,
    /// How strongly each emotion shows in the whole text.
    pub emotions: Emotions,
    /// The judged parts in order of appearance, without overlap; at least one. A text without anything to read has
    /// exactly one, unsure, that covers it.
    pub opinions: Vec<JudgedOpinion>,
}

/// Judges texts. Implementations block: call them from a thread of their own, never inside async code.
pub trait Classifier: Send {
    /// What is known of the model itself.
    fn profile(&self) -> &ModelProfile;

    /// One verdict per text, in the order of `texts`; a text's verdict does not depend on its neighbours.
    ///
    /// # Errors
    /// Where the engine fails; no text is at fault for its content or length.
    fn classify(&mut self, texts: &[Text<'_>]) -> Result<Vec<Verdict>, ModelError>;

    /// Vectors of a map's texts (descriptions, example sentences), in order, comparable to those of opinions.
    ///
    /// # Errors
    /// As for [`Classifier::classify`].
    fn embed(&mut self, texts: &[&str]) -> Result<Vec<Embedding>, ModelError>;
}

/// How a model is loaded and run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ModelOptions {
    /// Threads of the engine; 0 takes all there are.
    pub threads: usize,
    /// Tokens handed to the engine at once: enough rows to busy every thread, little enough that their vectors (3 KB a
    /// token) stay small.
    pub batch_tokens: usize,
    /// Whether loading judges the manifest's own sentences and compares.
    pub self_test: bool,
}

impl Default for ModelOptions {
    fn default() -> Self {
        Self { threads: 0, batch_tokens: 2048, self_test: true }
    }
}
