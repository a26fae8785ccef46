//! "What do people dislike at this touchpoint? Show me the mentions."

use chrono::{DateTime, Utc};

use crate::{
    AssignmentReason, Emotion, Emotions, Flag, FlagStatus, MapId, MentionId, OpinionId, Origin, PersonaId, Rating,
    Sentiment, SentimentLabel, SourceId, StageId, TouchpointId, sentiment::named_enum,
};

/// Which touchpoint to look at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TouchpointFilter {
    /// One touchpoint.
    Is(TouchpointId),
    /// Opinions that fit none.
    Unassigned,
}

named_enum!(
    /// The order of rows.
    MentionOrder, "order" {
        /// Newest first.
        Time = "time",
        /// Most negative first.
        Severity = "severity",
    }
);

/// Opinions of the adopted model with their mentions and, with a map, their places on it. Every condition narrows;
/// an empty query lists everything.
#[derive(Debug, Clone, PartialEq)]
pub struct MentionQuery {
    /// The map whose assignments and flags are shown: only opinions that were placed on it, or found to fit nowhere on
    /// it. Needed by `stage`, `touchpoint`, `persona`, `flagged`, `status`.
    pub map: Option<MapId>,
    /// Only this stage.
    pub stage: Option<StageId>,
    /// Only this touchpoint, or only unassigned opinions.
    pub touchpoint: Option<TouchpointFilter>,
    /// Only mentions that point to this persona.
    pub persona: Option<PersonaId>,
    /// Only opinions with this verdict; `Mixed` finds mentions whose opinions at one touchpoint disagree.
    pub sentiment: Option<SentimentLabel>,
    /// Only flagged opinions.
    pub flagged: bool,
    /// Only flags in this state; implies `flagged`.
    pub status: Option<FlagStatus>,
    /// Posted at or after.
    pub since: Option<DateTime<Utc>>,
    /// Posted before.
    pub until: Option<DateTime<Utc>>,
    /// Only mentions that came from this source, or have a copy from it.
    pub source: Option<SourceId>,
    /// Only this language; `zh` also finds `zh-Hans`.
    pub language: Option<String>,
    /// Only opinions in which this emotion shows most.
    pub emotion: Option<Emotion>,
    /// Only opinions whose most probable label has at least this probability.
    pub min_confidence: Option<f32>,
    /// Only mentions whose title or text contains these words (case-insensitive).
    pub text: Option<String>,
    /// Only opinions that contradict the stars of their mention while no other opinion of it agrees with them.
    pub mismatch: bool,
    /// Order of rows.
    pub order: MentionOrder,
    /// Most rows to return.
    pub limit: u32,
    /// Rows to leave out at the start.
    pub offset: u32,
}

impl Default for MentionQuery {
    fn default() -> Self {
        Self {
            map: None,
            stage: None,
            touchpoint: None,
            persona: None,
            sentiment: None,
            flagged: false,
            status: None,
            since: None,
            until: None,
            source: None,
            language: None,
            emotion: None,
            min_confidence: None,
            text: None,
            mismatch: false,
            order: MentionOrder::Time,
            limit: 50,
            offset: 0,
        }
    }
}

/// One opinion with its mention and, with a map, its place.
#[derive(Debug, Clone, PartialEq)]
pub struct MentionRow {
    /// The mention.
    pub mention: MentionId,
    /// The opinion.
    pub opinion: OpinionId,
    /// Where it came from.
    pub source: SourceId,
    /// The source's own id.
    pub external_id: String,
    /// Where a person can read it.
    pub url: Option<String>,
    /// When it was posted.
    pub posted_at: DateTime<Utc>,
    /// BCP 47.
    pub language: Option<String>,
    /// Title of the mention.
    pub title: Option<String>,
    /// Body of the mention.
    pub text: String,
    /// First character of the evidence, in Unicode scalar values of the title and text together.
    pub start: u32,
    /// One past its last character.
    pub end: u32,
    /// The words the judgement rests on.
    pub evidence: String,
    /// The map asked for.
    pub map: Option<MapId>,
    /// The opinion's place on it.
    pub place: Option<(StageId, TouchpointId)>,
    /// Score and reason of the assignment; `None` without a map or before assignment.
    pub assignment: Option<(f32, AssignmentReason, Option<String>)>,
    /// The opinion's own verdict.
    pub label: SentimentLabel,
    /// Its probabilities.
    pub sentiment: Sentiment,
    /// Its emotions.
    pub emotions: Emotions,
    /// Stars or score of the mention.
    pub rating: Option<Rating>,
    /// The flag of this mention at this touchpoint.
    pub flag: Option<Flag>,
    /// Where else the same was said, oldest first; the copies count no second time.
    pub copies: Vec<Origin>,
}
