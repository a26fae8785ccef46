//! Opinions with their mentions: the query.

use chrono::{DateTime, Utc};
use moodline_types::{self as types, AssignmentReason, FlagStatus, MapId, SourceId, StageId, TouchpointId};
use serde::Serialize;
use utoipa::ToSchema;

use super::{Emotions, Verdict, rounded, words};

/// One opinion with its mention and, with a map, its place on it.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct MentionRow {
    /// The mention.
    pub mention: i64,
    /// The opinion.
    pub opinion: i64,
    /// Where it came from.
    #[schema(value_type = words::SourceId)]
    pub source: SourceId,
    /// The source's own id.
    pub external_id: String,
    /// Where a person can read it.
    pub url: Option<String>,
    /// When it was posted.
    pub posted_at: DateTime<Utc>,
    /// Its language, BCP 47.
    pub lang: Option<String>,
    /// Its title.
    pub title: Option<String>,
    /// Its text.
    pub text: String,
    /// The words the judgement rests on.
    pub evidence: String,
    /// First character of the evidence, in Unicode scalar values of title and text together.
    pub start: u32,
    /// One past its last character.
    pub end: u32,
    /// The map asked for.
    #[schema(value_type = Option<words::MapId>)]
    pub map: Option<MapId>,
    /// The stage it belongs to.
    #[schema(value_type = Option<words::StageId>)]
    pub stage: Option<StageId>,
    /// The touchpoint it is about; null where it fits none.
    #[schema(value_type = Option<words::TouchpointId>)]
    pub touchpoint: Option<TouchpointId>,
    /// The verdict with its probabilities.
    pub sentiment: Verdict,
    /// How strongly each emotion shows.
    pub emotion: Emotions,
    /// Stars or score.
    pub rating: Option<Rating>,
    /// Keyed hash of the author.
    pub author: Option<String>,
    /// How well it stands for what is said at its touchpoint.
    pub representative: Option<f64>,
    /// How often else the same was said; these count no second time.
    pub duplicates: usize,
    /// Where.
    pub origins: Vec<Origin>,
    /// The flag of this mention at this touchpoint.
    pub flag: Option<MentionFlag>,
    /// Why it lies where it does.
    pub assignment: Option<Placement>,
}

/// A star rating or score on the source's own scale.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, ToSchema)]
pub struct Rating {
    /// The value given.
    pub value: f32,
    /// The worst value of the scale.
    pub worst: f32,
    /// The best.
    pub best: f32,
}

/// Where a duplicate was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Origin {
    /// The source it came from.
    #[schema(value_type = words::SourceId)]
    pub source: SourceId,
    /// That source's id for it.
    pub external_id: String,
    /// Where a person can read it.
    pub url: Option<String>,
    /// When it was posted there.
    pub posted_at: DateTime<Utc>,
}

/// A flag, as it stands beside its opinion.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct MentionFlag {
    /// Its id.
    pub id: i64,
    /// Where triage stands.
    #[schema(value_type = words::FlagStatus)]
    pub status: FlagStatus,
    /// When it was raised.
    pub raised_at: DateTime<Utc>,
    /// Who looks after it.
    pub assignee: Option<String>,
    /// Until when it should be dealt with.
    pub due_at: Option<DateTime<Utc>>,
}

/// A place on a map, and why.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Placement {
    /// The stage.
    #[schema(value_type = Option<words::StageId>)]
    pub stage: Option<StageId>,
    /// The touchpoint; null where it fits none.
    #[schema(value_type = Option<words::TouchpointId>)]
    pub touchpoint: Option<TouchpointId>,
    /// How sure that is.
    pub score: f64,
    /// What decided.
    #[schema(value_type = words::AssignmentReason)]
    pub reason: AssignmentReason,
    /// The keyword, example or description that did.
    pub detail: Option<String>,
}

impl From<types::MentionRow> for MentionRow {
    fn from(row: types::MentionRow) -> Self {
        let (stage, touchpoint) = row.place.unzip();
        let placement = |(score, reason, detail): (f32, AssignmentReason, Option<String>)| Placement {
            stage: stage.clone(),
            touchpoint: touchpoint.clone(),
            score: rounded(score),
            reason,
            detail,
        };
        Self {
            mention: row.mention.0,
            opinion: row.opinion.0,
            source: row.source,
            external_id: row.external_id,
            url: row.url,
            posted_at: row.posted_at,
            lang: row.language,
            title: row.title,
            text: row.text,
            evidence: row.evidence,
            start: row.start,
            end: row.end,
            map: row.map,
            sentiment: Verdict::new(row.label, row.sentiment),
            emotion: row.emotions.into(),
            rating: row.rating.map(|types::Rating { value, worst, best }| Rating { value, worst, best }),
            author: row.author,
            representative: row.representative.map(rounded),
            duplicates: row.copies.len(),
            origins: row.copies.into_iter().map(Origin::from).collect(),
            flag: row.flag.map(MentionFlag::from),
            assignment: row.assignment.map(placement),
            stage,
            touchpoint,
        }
    }
}

impl From<types::Origin> for Origin {
    fn from(origin: types::Origin) -> Self {
        let types::Origin { source, external_id, url, posted_at } = origin;
        Self { source, external_id, url, posted_at }
    }
}

impl From<types::Flag> for MentionFlag {
    fn from(flag: types::Flag) -> Self {
        let types::Flag { id, status, raised_at, assignee, due_at } = flag;
        Self { id: id.0, status, raised_at, assignee, due_at }
    }
}

/// A page of opinions.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct MentionList {
    /// The opinions, in order.
    pub mentions: Vec<MentionRow>,
    /// What to ask for as `cursor` to have the next page; null on the last.
    pub next: Option<String>,
}

impl From<types::MentionPage> for MentionList {
    fn from(page: types::MentionPage) -> Self {
        let mentions = page.rows.into_iter().map(MentionRow::from).collect();
        Self { mentions, next: page.next.map(|cursor| cursor.to_string()) }
    }
}

/// How many rows a query has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct RowCount {
    /// Rows counted, at most 10,000.
    pub rows: u64,
    /// Whether these are all; otherwise there are more.
    pub exact: bool,
}

impl From<types::RowCount> for RowCount {
    fn from(count: types::RowCount) -> Self {
        let types::RowCount { rows, exact } = count;
        Self { rows, exact }
    }
}
