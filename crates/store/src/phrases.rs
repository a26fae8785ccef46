//! The phrases that opinions were judged with.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use moodline_types::{MentionId, PhraseRule};

use crate::Result;

/// The table of phrases.
#[async_trait]
pub trait PhraseStore: Send + Sync {
    /// The phrases that every opinion here was judged with, or is queued to be; by phrase.
    async fn phrase_rules(&self) -> Result<Vec<PhraseRule>>;

    /// Texts as a model reads them, of the mentions that are judged at all (neither hidden nor a copy, with their text), with
    /// an id above `after`; at most `limit`, by id.
    async fn judged_texts(&self, after: Option<MentionId>, limit: u32) -> Result<Vec<(MentionId, String)>>;

    /// Takes the phrases `known` to be `rules` from now on and queues `touched` for every model, in one transaction and on
    /// record. `false`, and nothing changed, where they are not `known` any more: another process was faster.
    async fn change_phrase_rules(
        &self,
        known: &[PhraseRule],
        rules: &[PhraseRule],
        touched: &[MentionId],
        now: DateTime<Utc>,
    ) -> Result<bool>;
}
