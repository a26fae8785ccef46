//! What people said against the machine.

use chrono::{DateTime, Utc};
use moodline_store::Override;
use moodline_types::{MapId, SentimentLabel, StageId, TouchpointId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::words;
use crate::extract::given;

/// A correction; it holds for the words, whichever model judges them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Correction {
    /// The mention.
    pub mention: i64,
    /// The words it holds for.
    pub evidence: String,
    /// The sentiment they really have.
    #[schema(value_type = Option<words::SentimentLabel>)]
    pub sentiment: Option<SentimentLabel>,
    /// The map whose place is corrected.
    #[schema(value_type = Option<words::MapId>)]
    pub map: Option<MapId>,
    /// The stage they belong to.
    #[schema(value_type = Option<words::StageId>)]
    pub stage: Option<StageId>,
    /// The touchpoint they belong to; null with `map` set: nowhere on it.
    #[schema(value_type = Option<words::TouchpointId>)]
    pub touchpoint: Option<TouchpointId>,
    /// Whether they are a customer's opinion at all.
    pub relevant: Option<bool>,
    /// Who said so.
    pub actor: String,
    /// When.
    pub at: DateTime<Utc>,
}

impl From<Override> for Correction {
    fn from(stored: Override) -> Self {
        let Override { mention, evidence, sentiment, place, relevant, actor, at } = stored;
        let (map, place) = place.map_or((None, None), |(map, place)| (Some(map), place));
        let (stage, touchpoint) = place.unzip();
        Self { mention: mention.0, evidence, sentiment, map, stage, touchpoint, relevant, actor, at }
    }
}

/// What an opinion really says, and where it belongs. At least one thing has to be said.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewCorrection {
    /// The opinion, by the id that mentions are listed with.
    pub opinion: i64,
    /// The sentiment it really has; not `unsure`.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<words::SentimentLabel>, nullable = false)]
    pub sentiment: Option<SentimentLabel>,
    /// The map that `touchpoint` or `nowhere` is about.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<words::MapId>, nullable = false)]
    pub map: Option<MapId>,
    /// The touchpoint it really concerns; needs `map`.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<words::TouchpointId>, nullable = false)]
    pub touchpoint: Option<TouchpointId>,
    /// It concerns no touchpoint of `map`.
    #[serde(default)]
    pub nowhere: bool,
    /// Whether it is a customer's opinion at all; false counts it nowhere.
    #[serde(default, deserialize_with = "given")]
    #[schema(nullable = false)]
    pub relevant: Option<bool>,
}

/// The same said of every opinion that a query finds.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ManyCorrections {
    /// How many opinions that has to be: where there are more or fewer, nothing is changed. Left out, nothing is changed
    /// either, and the answer says how many there are.
    #[serde(default)]
    #[schema(nullable = false)]
    pub count: Option<u64>,
    /// The sentiment they really have; not `unsure`.
    #[serde(default)]
    #[schema(value_type = Option<words::SentimentLabel>, nullable = false)]
    pub sentiment: Option<SentimentLabel>,
    /// The map that `touchpoint` or `nowhere` is about.
    #[serde(default)]
    #[schema(value_type = Option<words::MapId>, nullable = false)]
    pub map: Option<MapId>,
    /// The touchpoint they really concern; needs `map`.
    #[serde(default)]
    #[schema(value_type = Option<words::TouchpointId>, nullable = false)]
    pub touchpoint: Option<TouchpointId>,
    /// They concern no touchpoint of `map`.
    #[serde(default)]
    pub nowhere: bool,
    /// Whether they are customers' opinions at all; false counts them nowhere.
    #[serde(default)]
    #[schema(nullable = false)]
    pub relevant: Option<bool>,
}

impl ManyCorrections {
    /// What is said of each of them.
    pub(crate) fn each(&self) -> NewCorrection {
        let Self { count: _, sentiment, map, touchpoint, nowhere, relevant } = self.clone();
        NewCorrection { opinion: 0, sentiment, map, touchpoint, nowhere, relevant }
    }
}

/// What came of correcting many.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct CorrectedMany {
    /// Opinions that the query finds.
    pub count: u64,
    /// Those that were corrected: all of them or none.
    pub corrected: Vec<i64>,
}
