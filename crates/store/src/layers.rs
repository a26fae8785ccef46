//! Rollups, and the layers computed from them.

use async_trait::async_trait;
use chrono::{DateTime, NaiveDate, Utc};
use moodline_types::{Counts, DayWindow, Layer, MapId, PersonaId, Run, SourceId, TouchpointId};

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

    /// Writes the layers of a run and marks the run as done with `summary`, in one transaction: a reader sees all of
    /// a refresh or none of it.
    async fn write_layers(
        &self,
        run: moodline_types::RunId,
        map: &MapId,
        layers: &[Layer],
        summary: &str,
        now: DateTime<Utc>,
    ) -> Result<()>;

    /// The layers of the newest finished run of a map, or of run `run`; `None` if there is none. A run whose window ends
    /// before the day it began on looked back: it is the newest only where no other run is.
    async fn layers(&self, map: &MapId, run: Option<moodline_types::RunId>) -> Result<Option<LayerSet>>;
}
