//! What surveys and counters say beside the text.

use async_trait::async_trait;
use chrono::NaiveDate;
use moodline_types::{DayWindow, MapId, Metric, SourceId, StageId, SurveyAnswer, SurveyPlace, TouchpointId};

use crate::Result;

/// Like answers of a window.
#[derive(Debug, Clone, PartialEq)]
pub struct AnswerCount {
    /// The question.
    pub metric: Metric,
    /// Where it was asked.
    pub place: SurveyPlace,
    /// The answer, on the metric's scale.
    pub value: f64,
    /// How many gave it.
    pub answers: u64,
}

/// Like ratings of a source's mentions.
#[derive(Debug, Clone, PartialEq)]
pub struct RatingCount {
    /// Where the mention lies, if places were asked for.
    pub touchpoint: Option<TouchpointId>,
    /// The rating.
    pub value: f64,
    /// Worst and best of its scale.
    pub scale: (f64, f64),
    /// How many mentions have it.
    pub mentions: u64,
}

/// What an import changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SurveyChange {
    /// New answers, or days of counts.
    pub added: u64,
    /// Answers that were another value before.
    pub changed: u64,
    /// Those known already.
    pub unchanged: u64,
    /// Answers left out because what their respondent said was erased.
    pub erased: u64,
}

/// Survey answers and stage entries.
#[async_trait]
pub trait SurveyStore: Send + Sync {
    /// Stores answers. One of a known respondent, metric, place and day replaces the answer given before, as does the
    /// number of like answers of a day: importing a file twice changes nothing.
    async fn write_answers(&self, map: &MapId, answers: &[SurveyAnswer]) -> Result<SurveyChange>;

    /// Stores how many customers entered stages on days; a known day of a stage is replaced.
    async fn write_entries(&self, map: &MapId, entries: &[(StageId, NaiveDate, u64)]) -> Result<SurveyChange>;

    /// The answers of days in `window`, by metric, place and value.
    async fn answers(&self, map: &MapId, window: DayWindow) -> Result<Vec<AnswerCount>>;

    /// How many customers entered each stage on days in `window`, by stage.
    async fn entries(&self, map: &MapId, window: DayWindow) -> Result<Vec<(StageId, u64)>>;

    /// The ratings of a source's visible mentions posted on days in `window`, by value; with `map` those placed on it, by
    /// touchpoint. Copies are left out.
    async fn ratings(&self, source: &SourceId, map: Option<&MapId>, window: DayWindow) -> Result<Vec<RatingCount>>;
}
