//! Rollups, and the layers computed from them.

use async_trait::async_trait;
use chrono::{DateTime, NaiveDate, Utc};
use moodline_types::{
    Counts, DayWindow, EmotionCounts, Layer, LayerNode, MapId, MentionId, Period, PersonaId, Run, RunId, Segment,
    SentimentLabel, SourceId, TouchpointId,
};

use crate::Result;

/// Counts of one day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RollupRow {
    /// The touchpoint; `None` for the unassigned bucket.
    pub touchpoint: Option<TouchpointId>,
    /// Persona the mentions point to, if any.
    pub persona: Option<PersonaId>,
    /// UTC day.
    pub day: NaiveDate,
    /// Source of the mentions.
    pub source: SourceId,
    /// Their language.
    pub language: String,
    /// Mentions by verdict.
    pub counts: Counts,
    /// Those the model is sure of, by emotion.
    pub emotions: EmotionCounts,
}

/// One mention at one touchpoint whose voice is heard there, or elsewhere on the map, more than once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VoiceRow {
    /// Who speaks: the same number for all mentions of one author or, where the author is unknown, of one thread.
    pub voice: i64,
    /// The mention.
    pub mention: MentionId,
    /// The touchpoint.
    pub touchpoint: TouchpointId,
    /// Persona it points to, if any.
    pub persona: Option<PersonaId>,
    /// UTC day.
    pub day: NaiveDate,
    /// Its source.
    pub source: SourceId,
    /// Its language.
    pub language: String,
    /// Its verdict there; never unsure.
    pub label: SentimentLabel,
}

/// Mentions of one hour, for maps that tell the time of day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HourRow {
    /// The touchpoint.
    pub touchpoint: TouchpointId,
    /// UTC day.
    pub day: NaiveDate,
    /// UTC hour, 0 to 23.
    pub hour: u8,
    /// Their source.
    pub source: SourceId,
    /// Mentions by verdict.
    pub counts: Counts,
    /// Those the model is sure of, by emotion.
    pub emotions: EmotionCounts,
}

/// What letting every voice count once changes in a calendar week or month that is over: read once from what voices said
/// there, and true as long as nothing is counted otherwise on its days.
#[derive(Debug, Clone, PartialEq)]
pub struct JoinedPeriod {
    /// A week or a month.
    pub period: Period,
    /// Its first day.
    pub from: NaiveDate,
    /// How often its days had changed, together, before they were read ([`LayerStore::tally_changes`]).
    pub changes: u64,
    /// The nodes, that of the map among them whatever it says.
    pub nodes: Vec<JoinedNode>,
}

/// What voices that were heard more than once at a node change of its sums: differences, by outcome and of squares.
#[derive(Debug, Clone, PartialEq)]
pub struct JoinedNode {
    /// The node.
    pub node: LayerNode,
    /// Of the weight of negative mentions; 0 or less, as those below.
    pub negative: f64,
    /// Of neutral and mixed ones.
    pub neutral: f64,
    /// Of positive ones.
    pub positive: f64,
    /// Of the sum of squared weights.
    pub squares: f64,
}

/// A layer of part of the mentions.
#[derive(Debug, Clone, PartialEq)]
pub struct SegmentLayer {
    /// Which part; never a persona, whose layers are among all others.
    pub segment: Segment,
    /// The number; its `persona` is `None`.
    pub layer: Layer,
}

/// The layers of one run.
#[derive(Debug, Clone, PartialEq)]
pub struct LayerSet {
    /// The run that computed them; its end is when they became true.
    pub run: Run,
    /// In the order written.
    pub layers: Vec<Layer>,
}

/// The rollup and layer tables.
#[async_trait]
pub trait LayerStore: Send + Sync {
    /// The rollups of a map whose days lie in `window`.
    async fn rollups(&self, map: &MapId, window: DayWindow) -> Result<Vec<RollupRow>>;

    /// For each touchpoint the last day on which anything was said, whatever the window.
    async fn last_days(&self, map: &MapId) -> Result<Vec<(TouchpointId, NaiveDate)>>;

    /// What was said at touchpoints on days in `window` by voices heard more than once there, by voice; every other
    /// mention of these days is a voice of its own. Mentions the model is unsure of are left out.
    async fn voices(&self, map: &MapId, window: DayWindow) -> Result<Vec<VoiceRow>>;

    /// How often what is counted on each day in `window` has changed since the map was first counted; days that never
    /// changed are left out. Whatever was computed from a day holds while its number stands.
    async fn tally_changes(&self, map: &MapId, window: DayWindow) -> Result<Vec<(NaiveDate, u64)>>;

    /// The weeks and months kept for a map of this `shape`.
    async fn joined_periods(&self, map: &MapId, shape: &str) -> Result<Vec<JoinedPeriod>>;

    /// Keeps weeks and months in place of those of the same days, and forgets those of other shapes and those that begin
    /// before `since`.
    async fn keep_joined_periods(
        &self,
        map: &MapId,
        shape: &str,
        since: NaiveDate,
        periods: &[JoinedPeriod],
    ) -> Result<()>;

    /// The mentions at touchpoints on days in `window` by their hour, where the map tells the time of day.
    async fn hours(&self, map: &MapId, window: DayWindow) -> Result<Vec<HourRow>>;

    /// Writes the layers of a run, and those of parts of its mentions, and marks the run as done with `summary`, in one transaction: a reader sees all of
    /// a refresh or none of it.
    async fn write_layers(
        &self,
        run: RunId,
        map: &MapId,
        layers: &[Layer],
        segments: &[SegmentLayer],
        summary: &str,
        now: DateTime<Utc>,
    ) -> Result<()>;

    /// The layers of the newest finished run of a map, or of run `run`; `None` if there is none. A run whose window ends
    /// before the day it began on looked back: it is the newest only where no other run is.
    async fn layers(&self, map: &MapId, run: Option<RunId>) -> Result<Option<LayerSet>>;

    /// The layers of single sources, languages and hours of a finished run, in the order written.
    async fn segments(&self, map: &MapId, run: RunId) -> Result<Vec<SegmentLayer>>;

    /// The newest finished run of a map that drew it as of `day` or before, as it was drawn last.
    async fn run_as_of(&self, map: &MapId, day: NaiveDate) -> Result<Option<RunId>>;
}
