//! What asks for attention.

use chrono::{DateTime, Utc};
use moodline_types::{self as types, FlagRow, FlagStatus, MapId, SourceId, StageId, TouchpointId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::words;
use crate::extract::{Words, given, object};

/// A flag with what it is about.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Flag {
    /// Its id.
    pub id: i64,
    /// The map it was raised on.
    #[schema(value_type = words::MapId)]
    pub map: MapId,
    /// The stage of the touchpoint.
    #[schema(value_type = words::StageId)]
    pub stage: StageId,
    /// The touchpoint.
    #[schema(value_type = words::TouchpointId)]
    pub touchpoint: TouchpointId,
    /// Where triage stands.
    #[schema(value_type = words::FlagStatus)]
    pub status: FlagStatus,
    /// The probability of negative of the opinion that raised it.
    pub severity: f32,
    /// Who looks after it.
    pub assignee: Option<String>,
    /// Until when it should be dealt with.
    pub due_at: Option<DateTime<Utc>>,
    /// When it was raised.
    pub raised_at: DateTime<Utc>,
    /// When it last changed hands or state.
    pub updated_at: DateTime<Utc>,
    /// The mention.
    pub mention: i64,
    /// Where the mention came from.
    #[schema(value_type = words::SourceId)]
    pub source: SourceId,
    /// Where a person can read it.
    pub url: Option<String>,
    /// When it was posted.
    pub posted_at: DateTime<Utc>,
    /// The words that raised the flag.
    pub evidence: String,
}

impl From<FlagRow> for Flag {
    fn from(row: FlagRow) -> Self {
        Self {
            id: row.id.0,
            map: row.map,
            stage: row.stage,
            touchpoint: row.touchpoint,
            status: row.status,
            severity: row.severity,
            assignee: row.assignee,
            due_at: row.due_at,
            raised_at: row.raised_at,
            updated_at: row.updated_at,
            mention: row.mention.0,
            source: row.source,
            url: row.url,
            posted_at: row.posted_at,
            evidence: row.evidence,
        }
    }
}

/// A page of flags, the most severe first.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct FlagList {
    /// The flags.
    pub flags: Vec<Flag>,
    /// How many fit in all.
    pub total: u64,
    /// What to ask for as `after` to have the next page; null on the last.
    pub next: Option<String>,
}

/// One act of triage, with the state it left.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct FlagEvent {
    /// When.
    pub at: DateTime<Utc>,
    /// By whom.
    pub actor: String,
    /// The state after it.
    #[schema(value_type = words::FlagStatus)]
    pub status: FlagStatus,
    /// Who looked after it from then on.
    pub assignee: Option<String>,
    /// Until when.
    pub due_at: Option<DateTime<Utc>>,
    /// Why, or what was done.
    pub note: Option<String>,
}

impl From<types::FlagEvent> for FlagEvent {
    fn from(event: types::FlagEvent) -> Self {
        let types::FlagEvent { at, actor, status, assignee, due_at, note } = event;
        Self { at, actor, status, assignee, due_at, note }
    }
}

/// A flag and what people did with it, oldest first.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct FlagHistory {
    /// The flag as it stands.
    pub flag: Flag,
    /// What was done with it.
    pub events: Vec<FlagEvent>,
}

/// What waits for one department.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Waiting {
    /// The department that owns the touchpoints; null where nobody does.
    pub owner: Option<String>,
    /// Flags nobody has looked at.
    pub open: usize,
    /// Flags somebody is on.
    pub acknowledged: usize,
    /// Flags whose time is up.
    pub overdue: usize,
    /// When the oldest of them was raised.
    pub oldest: DateTime<Utc>,
    /// The most severe of them.
    pub worst: Vec<Flag>,
}

/// What to do with a flag. What is left out stays as it is; null takes a thing away.
#[derive(Debug, Clone, PartialEq, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FlagTriage {
    /// The new state. `resolved` needs a note that says what resolved it.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<words::FlagStatus>, nullable = false)]
    pub status: Option<FlagStatus>,
    /// Who looks after it from now on; null for nobody.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<words::Words>)]
    pub assignee: Option<Option<Words>>,
    /// Until when; null for no limit.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<DateTime<Utc>>)]
    pub due_at: Option<Option<DateTime<Utc>>>,
    /// Why, or what was done.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<words::Words>, nullable = false)]
    pub note: Option<Words>,
}

/// Which flags, and what to do with them: those listed, or with `all` those that fit the conditions.
#[derive(Debug, Clone, PartialEq, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FlagSelection {
    /// These.
    #[serde(default)]
    #[schema(max_items = 1000)]
    pub ids: Vec<i64>,
    /// All that fit the conditions, instead of `ids`.
    #[serde(default)]
    pub all: bool,
    /// Only of this map.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<words::MapId>, nullable = false)]
    pub map: Option<MapId>,
    /// Only at this touchpoint; needs `map`.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<words::TouchpointId>, nullable = false)]
    pub touchpoint: Option<TouchpointId>,
    /// Only in one of these states; any where empty.
    #[serde(default)]
    #[schema(value_type = Vec<words::FlagStatus>)]
    pub status: Vec<FlagStatus>,
    /// Only those that somebody of this name looks after.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<words::Words>, nullable = false)]
    pub assignee: Option<Words>,
    /// Only those whose time is up.
    #[serde(default)]
    pub overdue: bool,
    /// What to do with them.
    #[serde(deserialize_with = "object")]
    pub change: FlagTriage,
}

/// What triage changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct TriageOutcome {
    /// The flags that changed.
    pub changed: Vec<i64>,
}
