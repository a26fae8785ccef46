//! What many people say alike: pain points, opportunities, questions.

use chrono::{DateTime, NaiveDate, Utc};
use moodline_types::{self as types, DayWindow, Emotion, MapId, RunId, StageId, ThemeKind, ThemeQuote, TouchpointId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::words;

/// Which themes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum ThemeChoice {
    /// Complaints: what to fix first.
    #[default]
    Complaints,
    /// Praise and suggestions: what to build on.
    Opportunities,
    /// Questions.
    Questions,
}

/// Whole UTC days, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct Days {
    /// First day.
    pub from: NaiveDate,
    /// Last day.
    pub to: NaiveDate,
}

impl From<DayWindow> for Days {
    fn from(window: DayWindow) -> Self {
        let DayWindow { from, to } = window;
        Self { from, to }
    }
}

/// A figure with its 95 % interval.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, ToSchema)]
pub struct Measured {
    /// The figure.
    pub value: f64,
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

impl From<types::Measured> for Measured {
    fn from(measured: types::Measured) -> Self {
        let types::Measured { value, low, high } = measured;
        Self { value, low, high }
    }
}

/// The themes of a map, those to look at first before the others.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ThemeList {
    /// The map.
    #[schema(value_type = words::MapId)]
    pub map: MapId,
    /// The run that measured them.
    #[schema(value_type = i64)]
    pub run: RunId,
    /// The days it looked at.
    pub window: Days,
    /// The themes.
    pub themes: Vec<Theme>,
    /// The touchpoints that pull the map down most, or for opportunities lift it most.
    pub touchpoints: Vec<ThemedTouchpoint>,
    /// Touchpoints of which only a sample was looked at: counts of mentions there are of the sample.
    pub samples: Vec<Sample>,
}

/// How much of a touchpoint was looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Sample {
    /// The touchpoint.
    #[schema(value_type = words::TouchpointId)]
    pub touchpoint: TouchpointId,
    /// Opinions there in this window and the one before.
    pub opinions: u64,
    /// How many of them were looked at.
    pub sampled: u64,
}

/// A theme: what several mentions say alike at one touchpoint.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Theme {
    /// Its id: the same from night to night.
    pub theme: i64,
    /// Complaint, praise, suggestion or question.
    #[schema(value_type = words::ThemeKind)]
    pub kind: ThemeKind,
    /// The stage.
    #[schema(value_type = words::StageId)]
    pub stage: StageId,
    /// The touchpoint.
    #[schema(value_type = words::TouchpointId)]
    pub touchpoint: TouchpointId,
    /// The touchpoint's name for people.
    pub name: String,
    /// Words frequent in it and rare elsewhere at the touchpoint, the most telling first.
    pub terms: Vec<String>,
    /// The opinions nearest to all others of it.
    pub quotes: Vec<Quote>,
    /// Mentions with an opinion in it.
    pub mentions: u64,
    /// The same in the window before.
    pub mentions_before: u64,
    /// Share of the touchpoint's mentions of this kind, 0 to 1.
    pub share: f64,
    /// That share minus the one of the window before; null where one of them has no mention of this kind.
    pub share_change: Option<Measured>,
    /// The emotion that shows most.
    #[schema(value_type = words::Emotion)]
    pub emotion: Emotion,
    /// Net sentiment of the map minus what it would be without these mentions, −2 to 2: an association, not a cause.
    pub impact: Option<Measured>,
    /// What the map says it would cost, 1 to 5.
    pub effort: Option<u8>,
    /// What the impact is at least, times how easily it can be done; null where the map names no effort.
    pub priority: Option<f64>,
    /// When a run first saw it.
    pub first_seen: DateTime<Utc>,
    /// Its mentions, the most central first.
    pub mention_ids: Vec<i64>,
}

/// One opinion that stands for its theme.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Quote {
    /// Its mention.
    pub mention: i64,
    /// The opinion.
    pub opinion: i64,
    /// Its words.
    pub text: String,
}

impl From<ThemeQuote> for Quote {
    fn from(quote: ThemeQuote) -> Self {
        let ThemeQuote { opinion, mention, text } = quote;
        Self { mention: mention.0, opinion: opinion.0, text }
    }
}

/// What a touchpoint does to its map.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ThemedTouchpoint {
    /// The stage.
    #[schema(value_type = words::StageId)]
    pub stage: StageId,
    /// The touchpoint.
    #[schema(value_type = words::TouchpointId)]
    pub touchpoint: TouchpointId,
    /// Its mentions in the window.
    pub mentions: u64,
    /// Net sentiment of the map minus what it would be without the touchpoint.
    pub impact: Option<Measured>,
    /// What the map says it would cost, 1 to 5.
    pub effort: Option<u8>,
    /// What the impact is at least, times how easily it can be done; null where the map names no effort.
    pub priority: Option<f64>,
    /// Opinions there in this window and the one before.
    pub opinions: u64,
    /// How many of them were looked at; where these are fewer, counts of mentions are of this sample.
    pub sampled: u64,
}
