//! What people said against the machine; it survives re-scoring and re-assignment.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use moodline_types::{MapId, MentionId, OpinionId, SentimentLabel, StageId, TouchpointId};

use crate::Result;

/// A correction of one opinion. It holds for the evidence, not for the row: the same words of the same mention keep
/// it when a new model judges them again.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct NewOverride {
    /// The sentiment it really has; never `Unsure`.
    pub sentiment: Option<SentimentLabel>,
    /// The map and where on it the opinion belongs (`None` inside: nowhere).
    pub place: Option<(MapId, Option<(StageId, TouchpointId)>)>,
    /// `false`: not a customer's opinion at all, count it nowhere.
    pub relevant: Option<bool>,
    /// Who said so.
    pub actor: String,
}

/// A stored correction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Override {
    /// The mention.
    pub mention: MentionId,
    /// The words it holds for.
    pub evidence: String,
    /// The sentiment it really has.
    pub sentiment: Option<SentimentLabel>,
    /// Where it belongs on one map.
    pub place: Option<(MapId, Option<(StageId, TouchpointId)>)>,
    /// Whether it is an opinion to count.
    pub relevant: Option<bool>,
    /// Who said so.
    pub actor: String,
    /// When.
    pub at: DateTime<Utc>,
}

/// The override table.
#[async_trait]
pub trait OverrideStore: Send + Sync {
    /// Records a correction of an opinion and queues its mention for every map. Of several for the same words the
    /// latest wins, field by field.
    async fn add_override(&self, opinion: OpinionId, new: &NewOverride, now: DateTime<Utc>) -> Result<()>;

    /// All corrections of these mentions, oldest first.
    async fn overrides(&self, mentions: &[MentionId]) -> Result<Vec<Override>>;
}
