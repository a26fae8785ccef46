//! One judged part of a mention.

use crate::{Embedding, Emotions, MentionId, ModelId, OpinionId, Sentiment, SentimentLabel};

/// An opinion as the model gives it, before it has a row.
#[derive(Debug, Clone, PartialEq)]
pub struct JudgedOpinion {
    /// First character of the evidence in [`crate::Mention::full_text`], counted in Unicode scalar values.
    pub start: u32,
    /// One past the last character.
    pub end: u32,
    /// The words the judgement rests on.
    pub evidence: String,
    /// Calibrated probabilities.
    pub sentiment: Sentiment,
    /// The verdict, `Unsure` where the model abstains; never `Mixed`.
    pub label: SentimentLabel,
    /// How strongly each emotion shows.
    pub emotions: Emotions,
    /// Where the opinion lies among touchpoint descriptions.
    pub embedding: Embedding,
}

/// An opinion as stored.
#[derive(Debug, Clone, PartialEq)]
pub struct Opinion {
    /// Row id; a new judgement of the same mention gets new ids.
    pub id: OpinionId,
    /// The mention it is part of.
    pub mention: MentionId,
    /// The model that judged it.
    pub model: ModelId,
    /// The revision of the mention that was judged.
    pub revision: i32,
    /// The judgement.
    pub judged: JudgedOpinion,
}
