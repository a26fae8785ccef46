//! Which touchpoint an opinion is about.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::{Emotion, OpinionId, PersonaId, SentimentLabel, SourceId, StageId, TouchpointId, sentiment::named_enum};

named_enum!(
    /// What placed an opinion, strongest first: a person's word beats a rule, a rule beats an example, an example
    /// beats likeness to a description.
    AssignmentReason, "reason" {
        /// A person said so.
        Override = "override",
        /// A keyword of the touchpoint stands in the evidence.
        Rule = "rule",
        /// The opinion is near an example sentence of the touchpoint.
        Example = "example",
        /// The opinion is near the touchpoint's description.
        Similarity = "similarity",
        /// Nothing was near enough.
        Unassigned = "unassigned",
    }
);

/// One opinion's place on one map.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Assignment {
    /// The opinion placed.
    pub opinion: OpinionId,
    /// Stage and touchpoint; `None` when unassigned.
    pub place: Option<(StageId, TouchpointId)>,
    /// Confidence from 0 to 1; 1 for overrides and for rules whose keyword stands in the evidence itself.
    pub score: f32,
    /// Why it lies there.
    pub reason: AssignmentReason,
    /// The keyword, example or touchpoint that decided, for a person to read.
    pub detail: Option<String>,
}

/// What one mention adds to the counts of one touchpoint: one mention counts once per touchpoint, however many of
/// its opinions lie there. Rollups are sums of tallies and nothing else.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Tally {
    /// The touchpoint; `None` for the unassigned bucket.
    pub touchpoint: Option<TouchpointId>,
    /// The persona the mention points to, if any.
    pub persona: Option<PersonaId>,
    /// UTC day of posting.
    pub day: NaiveDate,
    /// Where the mention came from.
    pub source: SourceId,
    /// BCP 47, `und` when unknown.
    pub language: String,
    /// The opinions' common label; `Mixed` when they disagree.
    pub label: SentimentLabel,
    /// The emotion that shows most over these opinions.
    pub emotion: Emotion,
    /// Hour of posting, 0 to 23 UTC, where the map tells the time of day and the source the time.
    pub hour: Option<u8>,
}
