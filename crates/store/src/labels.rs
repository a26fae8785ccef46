//! What a model is known to get wrong.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use moodline_types::{ModelId, SentimentLabel};

use crate::Result;

/// Texts of a known label that the model said something of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SaidCount {
    /// What people said.
    pub gold: SentimentLabel,
    /// What the model said.
    pub said: SentimentLabel,
    /// How many texts.
    pub texts: u64,
}

/// The confusion table.
#[async_trait]
pub trait LabelStore: Send + Sync {
    /// Keeps what a model said of labelled texts in the place of what was kept of it before.
    async fn save_labels(&self, model: &ModelId, counts: &[SaidCount], now: DateTime<Utc>) -> Result<()>;

    /// What is kept of a model, by label; empty where nothing is.
    async fn labels(&self, model: &ModelId) -> Result<Vec<SaidCount>>;
}
