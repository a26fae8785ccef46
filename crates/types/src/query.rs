//! "What do people dislike at this touchpoint? Show me the mentions."

use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::{
    AssignmentReason, Emotion, Emotions, Flag, FlagStatus, MapId, MentionId, OpinionId, Origin, PageCursor, PersonaId,
    Rating, Sentiment, SentimentLabel, SourceId, StageId, TouchpointId, sentiment::named_enum,
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
    /// The order of rows. Rows that are alike in it come by opinion id, the newest first.
    MentionOrder, "order" {
        /// Newest first.
        Time = "time",
        /// Most negative first: by the model's probability of negative.
        Severity = "severity",
        /// Those that stand best for what is said at their touchpoint first; needs a map. See [`representative`].
        Representative = "representative",
    }
);

/// How well an opinion stands for what is said at its touchpoint, 0 to 1: the probability of its most probable label,
/// times the score of its assignment (1 where it is unassigned), times how much it says: see [`telling`].
///
/// Bytes, because a Han character takes three and says about as much as three letters.
pub fn representative(sentiment: Sentiment, score: Option<f32>, evidence: &str) -> f32 {
    sentiment.top().1 * score.unwrap_or(1.0) * telling(evidence)
}

/// How much an evidence says, 0 to 1: its bytes in UTF-8 against [`TELLING_BYTES`], at most 1.
pub fn telling(evidence: &str) -> f32 {
    (evidence.len() as f32 / TELLING_BYTES as f32).min(1.0)
}

/// Length of an evidence that says enough to be shown for many: a short sentence, 60 letters or 20 Han characters.
pub const TELLING_BYTES: usize = 60;

/// Stars on a scale from 1 to 5, both ends included; other scales are stretched to it: a 10 of 10 has five stars.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct StarRange {
    /// Least stars.
    pub least: f32,
    /// Most stars, not below `least`.
    pub most: f32,
}

/// Opinions of the adopted model with their mentions and, with a map, their places on it. Every condition narrows;
/// an empty query lists everything.
#[derive(Debug, Clone, PartialEq)]
pub struct MentionQuery {
    /// The map whose assignments and flags are shown: only opinions that were placed on it, or found to fit nowhere on
    /// it. Needed by `stage`, `touchpoint`, `persona`, `flagged`, `statuses`, `assignee` and
    /// [`MentionOrder::Representative`].
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
    /// Only flags in one of these states, any where empty; implies `flagged`.
    pub statuses: Vec<FlagStatus>,
    /// Only flags that somebody of this name looks after; implies `flagged`.
    pub assignee: Option<String>,
    /// Posted at or after.
    pub since: Option<DateTime<Utc>>,
    /// Posted before.
    pub until: Option<DateTime<Utc>>,
    /// Only mentions that came from one of these sources, or have a copy from one; any where empty.
    pub sources: Vec<SourceId>,
    /// Only this language; `zh` also finds `zh-Hans`.
    pub language: Option<String>,
    /// Only opinions in which this emotion shows most.
    pub emotion: Option<Emotion>,
    /// Only opinions whose most probable label has at least this probability, 0 to 1.
    pub min_confidence: Option<f32>,
    /// Only mentions with as many stars.
    pub stars: Option<StarRange>,
    /// Only mentions whose title and text have these words: all of them, `"a phrase"`, `begin*`, `-without`.
    pub text: Option<String>,
    /// Only opinions that contradict the stars of their mention while no other opinion of it agrees with them.
    pub mismatch: bool,
    /// Only mentions of this author, by the keyed hash that stands for one.
    pub author: Option<String>,
    /// Only these mentions; `None` for any, so that an empty list finds nothing.
    pub mentions: Option<Vec<MentionId>>,
    /// Only these opinions; `None` for any.
    pub opinions: Option<Vec<OpinionId>>,
    /// Order of rows.
    pub order: MentionOrder,
    /// Most rows to return.
    pub limit: u32,
    /// Rows to leave out at the start. Costs as much as listing them: for the next page use `after`.
    pub offset: u32,
    /// Where the page before ended; of the same query, whatever its limit.
    pub after: Option<PageCursor>,
    /// When the first page was asked for, for whoever counts ages (`14d`) from it: it comes back in the cursor of the next
    /// page and decides nothing else.
    pub asked_at: DateTime<Utc>,
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
            statuses: Vec::new(),
            assignee: None,
            since: None,
            until: None,
            sources: Vec::new(),
            language: None,
            emotion: None,
            min_confidence: None,
            stars: None,
            text: None,
            mismatch: false,
            author: None,
            mentions: None,
            opinions: None,
            order: MentionOrder::Time,
            limit: 50,
            offset: 0,
            after: None,
            asked_at: DateTime::UNIX_EPOCH,
        }
    }
}

impl MentionQuery {
    /// Whether only flagged opinions are wanted.
    pub fn wants_flags(&self) -> bool {
        self.flagged || !self.statuses.is_empty() || self.assignee.is_some()
    }

    /// What tells this query from others: a hash of everything but page and limit. Cursors carry it.
    pub fn fingerprint(&self) -> u64 {
        let first_page = Self {
            limit: 0,
            offset: 0,
            after: None,
            asked_at: DateTime::UNIX_EPOCH,
            flagged: self.wants_flags(),
            ..self.clone()
        };
        // FNV-1a: the same on every machine and in every release of the compiler.
        let said = format!("{first_page:?}");
        said.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
    }
}

/// How many rows a query has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct RowCount {
    /// Rows counted.
    pub rows: u64,
    /// Whether these are all; otherwise there are more, and counting stopped at [`RowCount::BOUND`].
    pub exact: bool,
}

impl RowCount {
    /// Most rows that are counted: enough to say "many", few enough to be counted at once.
    pub const BOUND: u64 = 10_000;

    /// From the number of rows found when looking for one more than the bound.
    pub fn of(found: u64) -> Self {
        Self { rows: found.min(Self::BOUND), exact: found <= Self::BOUND }
    }
}

impl std::fmt::Display for RowCount {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.exact { self.rows.fmt(f) } else { write!(f, "more than {}", self.rows) }
    }
}

/// A page of rows.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct MentionPage {
    /// The rows, in order.
    pub rows: Vec<MentionRow>,
    /// Where the next page begins; `None` where this one is the last.
    pub next: Option<PageCursor>,
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
    /// Keyed hash of the author.
    pub author: Option<String>,
    /// How well the opinion stands for its touchpoint; `None` without a map. See [`representative`].
    pub representative: Option<f32>,
    /// The flag of this mention at this touchpoint.
    pub flag: Option<Flag>,
    /// Where else the same was said, oldest first; the copies count no second time.
    pub copies: Vec<Origin>,
}
