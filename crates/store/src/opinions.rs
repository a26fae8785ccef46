//! Models and their opinions.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use moodline_types::{JudgedOpinion, Mention, MentionId, ModelId, Opinion, SourceId};

use crate::Result;

/// A model as the rest of the pipeline needs to know it.
#[derive(Debug, Clone, PartialEq)]
pub struct ModelRecord {
    /// Its id.
    pub id: ModelId,
    /// Dimensions of its touchpoint embeddings.
    pub dimensions: u32,
    /// Cosine below which an opinion is nobody's, −1 to 1.
    pub unassigned_below: f32,
    /// Temperature that turns cosines into shares, above 0.
    pub similarity_temperature: f32,
}

/// What a model says of one mention.
#[derive(Debug, Clone, PartialEq)]
pub struct Judgement {
    /// The mention.
    pub mention: MentionId,
    /// The revision that was read.
    pub revision: i32,
    /// The identified language, BCP 47.
    pub language: Option<String>,
    /// At least one opinion, in order of the text.
    pub opinions: Vec<JudgedOpinion>,
}

/// How many results were kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct WriteOutcome {
    /// Mentions whose result was written.
    pub written: u64,
    /// Mentions whose lease was gone: someone else has them, or they changed meanwhile. Nothing was written for these.
    pub lost: u64,
}

/// A mention with the opinions a model has of it.
#[derive(Debug, Clone, PartialEq)]
pub struct JudgedMention {
    /// The mention as it stands now; its revision may be ahead of the opinions'.
    pub mention: Mention,
    /// In order of the text; empty if the model has not judged it.
    pub opinions: Vec<Opinion>,
    /// Other sources that its copies came from.
    pub also_from: Vec<SourceId>,
}

/// The model and opinion tables.
#[async_trait]
pub trait OpinionStore: Send + Sync {
    /// Makes a model known. The first one is adopted at once. Every mention the model has not judged is queued for it.
    /// For a model already known, its calibration is updated; if that changed and the model is adopted, every map's
    /// mentions are queued for assignment.
    async fn register_model(&self, model: &ModelRecord, now: DateTime<Utc>) -> Result<()>;

    /// The model whose opinions count.
    async fn adopted_model(&self) -> Result<Option<ModelRecord>>;

    /// Writes judgements of mentions held under `holder`, replacing that model's earlier opinions of them, ends their
    /// work, stores the identified language, and queues them for every map if the model is the adopted one.
    async fn write_judgements(
        &self,
        model: &ModelId,
        holder: &str,
        judgements: &[Judgement],
        now: DateTime<Utc>,
    ) -> Result<WriteOutcome>;

    /// These mentions with the opinions of `model`, by mention id.
    async fn judged_mentions(&self, model: &ModelId, mentions: &[MentionId]) -> Result<Vec<JudgedMention>>;

    /// Number of opinions of a model.
    async fn opinion_count(&self, model: &ModelId) -> Result<u64>;
}
