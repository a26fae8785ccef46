//! What could be added to a map, so that more opinions find a place on it.

use chrono::NaiveDate;
use moodline_types::{MapId, StageId, TouchpointId};
use serde::Serialize;
use utoipa::ToSchema;

use super::{Near, words};

/// What could be added to a map.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct SuggestedAdditions {
    /// The map.
    #[schema(value_type = words::MapId)]
    pub map: MapId,
    /// First day looked at, in UTC.
    pub from: NaiveDate,
    /// Last day.
    pub to: NaiveDate,
    /// Opinions of these days that lie at a touchpoint.
    pub placed: u64,
    /// Opinions that lie at none; what a person put nowhere is left out.
    pub unassigned: u64,
    /// Opinions of those that were looked at.
    pub sampled: u64,
    /// Opinions in groups that no keyword tells from the rest, such as "great": nothing can be suggested for them.
    pub general: u64,
    /// What to add, that with the most mentions first.
    pub additions: Vec<Addition>,
}

/// Whether something new is needed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum AdditionKind {
    /// A new touchpoint.
    Touchpoint,
    /// More keywords for the touchpoint that is nearest.
    Keywords,
}

/// Opinions at no touchpoint that say the same, and what would give them a place.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Addition {
    /// What would.
    pub kind: AdditionKind,
    /// An id for the new touchpoint; the touchpoint that gets the keywords.
    #[schema(value_type = words::TouchpointId)]
    pub touchpoint: TouchpointId,
    /// The stage of the nearest touchpoint; null where nothing is near.
    #[schema(value_type = Option<words::StageId>)]
    pub stage: Option<StageId>,
    /// What people say, in their most distinctive terms.
    pub terms: Vec<String>,
    /// Words that would place such opinions.
    pub keywords: Vec<SuggestedKeyword>,
    /// Mentions in the group.
    pub n: u64,
    /// Opinions in the group.
    pub opinions: u64,
    /// Share of the mentions looked at, 0 to 1.
    pub share: f64,
    /// Share of the group's opinions that is negative, 0 to 1.
    pub negative: f64,
    /// The touchpoint that the group is nearest to.
    pub nearest: Option<Near>,
    /// Opinions that stand for the group, the best first.
    pub quotes: Vec<QuotedOpinion>,
    /// Every mention of the group, the most central first.
    pub mention_ids: Vec<i64>,
    /// Text for the map's file: a `[[stages.touchpoints]]` table, or the touchpoint's new `keywords` as a comment.
    pub toml: String,
}

/// A keyword with what it would place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct SuggestedKeyword {
    /// The keyword.
    pub keyword: String,
    /// Opinions of the group that use it.
    pub inside: u64,
    /// All unassigned opinions that use it, of those looked at.
    pub unassigned: u64,
    /// Opinions that use it and lie at another touchpoint, estimated.
    pub elsewhere: u64,
}

/// The words of an opinion.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct QuotedOpinion {
    /// Its mention.
    pub mention: i64,
    /// The opinion.
    pub opinion: i64,
    /// Its words.
    pub text: String,
}
