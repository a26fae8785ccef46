//! Why the opinions of a mention lie where they do.

use chrono::{DateTime, Utc};
use moodline_types::{
    AssignmentReason, FlagStatus, MapId, ModelId, PhraseRule, SentimentLabel, SourceId, StageId, TouchpointId,
};
use serde::Serialize;
use utoipa::ToSchema;

use super::{Emotions, Verdict, words};

/// A mention with every opinion's place on every map, and what else was near.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Explanation {
    /// The mention.
    pub mention: i64,
    /// Where it came from.
    #[schema(value_type = words::SourceId)]
    pub source: SourceId,
    /// The source's own id.
    pub external_id: String,
    /// Its language, BCP 47.
    pub lang: Option<String>,
    /// When it was posted.
    pub posted_at: DateTime<Utc>,
    /// The mention it repeats; it is then neither judged nor counted.
    pub copy_of: Option<i64>,
    /// Whether it vanished upstream and counts nowhere.
    pub hidden: bool,
    /// Sources in which the same was said; the copies count no second time.
    #[schema(value_type = Vec<words::SourceId>)]
    pub also_from: Vec<SourceId>,
    /// What people said against the machine.
    pub overrides: Vec<Said>,
    /// Its opinions, in the order of the text; empty before it is judged.
    pub opinions: Vec<ExplainedOpinion>,
}

/// A correction of this mention.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Said {
    /// The words it is about.
    pub text: String,
    /// The sentiment they have.
    #[schema(value_type = Option<words::SentimentLabel>)]
    pub sentiment: Option<SentimentLabel>,
    /// Whether they count at all.
    pub relevant: Option<bool>,
    /// Who said so.
    pub by: String,
    /// When.
    pub at: DateTime<Utc>,
    /// The map that `touchpoint` is about.
    #[schema(value_type = Option<words::MapId>)]
    pub map: Option<MapId>,
    /// Where they belong; null with a map: nowhere on it.
    #[schema(value_type = Option<words::TouchpointId>)]
    pub touchpoint: Option<TouchpointId>,
}

/// An opinion with its places.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ExplainedOpinion {
    /// The opinion.
    pub opinion: i64,
    /// First character, in Unicode scalar values of title and text together.
    pub start: u32,
    /// One past the last.
    pub end: u32,
    /// The words the judgement rests on.
    pub text: String,
    /// The model that judged it.
    #[schema(value_type = String)]
    pub model: ModelId,
    /// The model's verdict.
    pub sentiment: Verdict,
    /// How strongly each emotion shows.
    pub emotion: Emotions,
    /// Phrases in it that the model read otherwise, as the settings say.
    pub read_otherwise: Vec<ReadOtherwise>,
    /// Its place on each map that takes the mention.
    pub maps: Vec<ExplainedPlace>,
}

/// A phrase that the model did not see as it was written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ReadOtherwise {
    /// As the settings write it.
    pub phrase: String,
    /// The words that took its place.
    pub read_as: String,
}

impl From<&PhraseRule> for ReadOtherwise {
    fn from(rule: &PhraseRule) -> Self {
        let PhraseRule { phrase, read_as } = rule.clone();
        Self { phrase, read_as }
    }
}

/// Where an opinion lies on a map by the map and the corrections as they are now, and why.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ExplainedPlace {
    /// The map.
    #[schema(value_type = words::MapId)]
    pub map: MapId,
    /// Hash of everything in it that decides where opinions lie.
    pub version: String,
    /// The stage.
    #[schema(value_type = Option<words::StageId>)]
    pub stage: Option<StageId>,
    /// The touchpoint; null where it fits none.
    #[schema(value_type = Option<words::TouchpointId>)]
    pub touchpoint: Option<TouchpointId>,
    /// What decided.
    #[schema(value_type = words::AssignmentReason)]
    pub reason: AssignmentReason,
    /// How sure that is, 0 to 1.
    pub score: f64,
    /// The keyword, example or description that did.
    pub detail: Option<String>,
    /// The nearest touchpoint but the one it lies at.
    pub runner_up: Option<Near>,
    /// The touchpoints nearest by their descriptions, the nearest first.
    pub nearest: Vec<Near>,
    /// The example sentence nearest to it.
    pub example: Option<NearExample>,
    /// Cosine below which an opinion is nobody's.
    pub unassigned_below: f64,
    /// As it counts now; differs from the above until placing has caught up. Null where it is not placed yet.
    pub counted: Option<Counted>,
    /// The flag it shows.
    pub flag: Option<ShownFlag>,
}

/// How near a touchpoint is.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Near {
    /// The touchpoint.
    #[schema(value_type = words::TouchpointId)]
    pub touchpoint: TouchpointId,
    /// Cosine to its description, −1 to 1.
    pub cosine: f64,
    /// Its share among all touchpoints by likeness, 0 to 1.
    pub share: f64,
}

/// How near an example sentence is.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct NearExample {
    /// Whose it is.
    #[schema(value_type = words::TouchpointId)]
    pub touchpoint: TouchpointId,
    /// The sentence.
    pub text: String,
    /// Cosine to it, −1 to 1.
    pub cosine: f64,
}

/// How an opinion counts.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Counted {
    /// At which touchpoint.
    #[schema(value_type = Option<words::TouchpointId>)]
    pub touchpoint: Option<TouchpointId>,
    /// As what, people's corrections applied.
    #[schema(value_type = words::SentimentLabel)]
    pub label: SentimentLabel,
}

/// A flag and how it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct ShownFlag {
    /// The flag.
    pub id: i64,
    /// Where triage stands.
    #[schema(value_type = words::FlagStatus)]
    pub status: FlagStatus,
}
