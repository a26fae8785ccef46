//! The curve: measured moods over time.

use chrono::{DateTime, NaiveDate, Utc};
use moodline_maps::Today;
use moodline_types::{
    self as types, Layer, LayerNode, LayerState, MapId, Period, PersonaId, RunId, StageId, TouchpointId,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::words;

/// What a number of the curve is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// The whole map.
    Map,
    /// One stage.
    Stage,
    /// One touchpoint.
    Touchpoint,
}

/// What span of time a number covers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum PeriodKind {
    /// The window of the settings that ends with the refresh: how things stand.
    Window,
    /// One calendar week: a point of the curve over time.
    Week,
    /// One calendar month: the same over a longer time.
    Month,
}

/// A difference to the window before, with its 95 % interval.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, ToSchema)]
pub struct Change {
    /// Net sentiment now minus then.
    pub net: f64,
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

impl From<types::Change> for Change {
    fn from(change: types::Change) -> Self {
        let types::Change { net, low, high } = change;
        Self { net: four(net), low: four(low), high: four(high) }
    }
}

/// Mentions by the emotion that shows most in them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[expect(missing_docs, reason = "the fields are the names of the emotions")]
pub struct EmotionCounts {
    pub joy: u64,
    pub anger: u64,
    pub sadness: u64,
    pub fear: u64,
    pub surprise: u64,
    pub disgust: u64,
    pub neutral: u64,
}

impl From<types::EmotionCounts> for EmotionCounts {
    fn from(counts: types::EmotionCounts) -> Self {
        let types::EmotionCounts { joy, anger, sadness, fear, surprise, disgust, neutral } = counts;
        Self { joy, anger, sadness, fear, surprise, disgust, neutral }
    }
}

/// Shares after the model's known errors are taken out.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, ToSchema)]
pub struct Corrected {
    /// Share of positive; the three sum to 1.
    pub positive: f64,
    /// Share of neutral and mixed.
    pub neutral: f64,
    /// Share of negative.
    pub negative: f64,
    /// Positive less negative.
    pub net: f64,
    /// Lower end of its 95 % interval.
    pub low: f64,
    /// Upper end.
    pub high: f64,
    /// Labelled texts that the correction rests on.
    pub labels: u64,
}

impl From<types::Corrected> for Corrected {
    fn from(corrected: types::Corrected) -> Self {
        let types::Corrected { negative, neutral, positive, low, high, labels } = corrected;
        Self {
            positive: four(positive),
            neutral: four(neutral),
            negative: four(negative),
            net: four(corrected.net()),
            low: four(low),
            high: four(high),
            labels,
        }
    }
}

/// One number of the curve, with everything needed to trust or distrust it.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct LayerPoint {
    /// What it is about.
    pub level: Level,
    /// The stage; null for the whole map.
    #[schema(value_type = Option<words::StageId>)]
    pub stage: Option<StageId>,
    /// The touchpoint; null for stages and the whole map.
    #[schema(value_type = Option<words::TouchpointId>)]
    pub touchpoint: Option<TouchpointId>,
    /// The persona; null for everyone.
    #[schema(value_type = Option<words::PersonaId>)]
    pub persona: Option<PersonaId>,
    /// The span of time.
    pub period: PeriodKind,
    /// Its first day.
    pub from: NaiveDate,
    /// Its last day.
    pub to: NaiveDate,
    /// Mentions that count.
    pub n: u64,
    /// The same after weighting.
    pub n_effective: f64,
    /// Mentions by verdict.
    pub positive: u64,
    /// Mentions by verdict.
    pub neutral: u64,
    /// Mentions by verdict.
    pub negative: u64,
    /// Mentions whose opinions disagree.
    pub mixed: u64,
    /// Mentions the model was not sure of; they do not count.
    pub unsure: u64,
    /// Mentions by the emotion that shows most.
    pub emotions: EmotionCounts,
    /// Shrunk net sentiment, −1 to 1; null without data.
    pub net: Option<f64>,
    /// Lower end of its 95 % interval.
    pub low: Option<f64>,
    /// Upper end.
    pub high: Option<f64>,
    /// Whether the number may be read.
    #[schema(value_type = words::LayerState)]
    pub state: LayerState,
    /// Against the window before.
    pub change: Option<Change>,
    /// The team's own guess, −1 to 1.
    pub perceived: Option<f64>,
    /// The level wanted, −1 to 1.
    pub target: Option<f64>,
    /// Without the model's known errors; stages and the map only.
    pub corrected: Option<Corrected>,
}

impl From<&Layer> for LayerPoint {
    fn from(layer: &Layer) -> Self {
        let (level, stage, touchpoint) = match &layer.node {
            LayerNode::Map => (Level::Map, None, None),
            LayerNode::Stage(stage) => (Level::Stage, Some(stage), None),
            LayerNode::Touchpoint(stage, touchpoint) => (Level::Touchpoint, Some(stage), Some(touchpoint)),
        };
        let types::Counts { positive, neutral, negative, mixed, unsure } = layer.counts;
        Self {
            level,
            stage: stage.cloned(),
            touchpoint: touchpoint.cloned(),
            persona: layer.persona.clone(),
            period: match layer.period {
                Period::Window => PeriodKind::Window,
                Period::Week => PeriodKind::Week,
                Period::Month => PeriodKind::Month,
            },
            from: layer.window.from,
            to: layer.window.to,
            n: layer.counts.n(),
            n_effective: four(layer.n_effective),
            positive,
            neutral,
            negative,
            mixed,
            unsure,
            emotions: layer.emotions.into(),
            net: layer.net.map(four),
            low: layer.low.map(four),
            high: layer.high.map(four),
            state: layer.state,
            change: layer.change.map(Change::from),
            perceived: layer.perceived.map(four),
            target: layer.target.map(four),
            corrected: layer.corrected.map(Corrected::from),
        }
    }
}

/// The layers of one run of a map.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct LayerSeries {
    /// The map.
    #[schema(value_type = words::MapId)]
    pub map: MapId,
    /// The run that drew them; null before the first.
    #[schema(value_type = Option<i64>)]
    pub run: Option<RunId>,
    /// When it was done.
    pub drawn_at: Option<DateTime<Utc>>,
    /// In the order of the journey, each node's weeks from the oldest on.
    pub layers: Vec<LayerPoint>,
    /// On a map that is the future of another, how its touchpoints stand today; empty elsewhere.
    pub today: Vec<AgainstTarget>,
}

/// A touchpoint of a future-state map with how it stands today.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct AgainstTarget {
    /// Its stage on the future-state map.
    #[schema(value_type = words::StageId)]
    pub stage: StageId,
    /// The touchpoint there.
    #[schema(value_type = words::TouchpointId)]
    pub touchpoint: TouchpointId,
    /// The map of today.
    #[schema(value_type = words::MapId)]
    pub today_map: MapId,
    /// The touchpoint of today that it takes the place of.
    #[schema(value_type = words::TouchpointId)]
    pub today_touchpoint: TouchpointId,
    /// The run that measured it.
    #[schema(value_type = Option<i64>)]
    pub run: Option<RunId>,
    /// Mentions that count today.
    pub n: u64,
    /// Shrunk net sentiment today, −1 to 1; null without data.
    pub net: Option<f64>,
    /// Lower end of its 95 % interval.
    pub low: Option<f64>,
    /// Upper end.
    pub high: Option<f64>,
    /// Whether the number may be read.
    #[schema(value_type = words::LayerState)]
    pub state: LayerState,
    /// The level wanted, −1 to 1.
    pub target: Option<f64>,
    /// The number of today less the level wanted; null without either.
    pub to_target: Option<Change>,
}

impl AgainstTarget {
    /// From a touchpoint of a view and the map of today.
    pub(crate) fn new(row: &moodline_maps::AgainstTarget<'_>, today: &Today) -> Self {
        let moodline_maps::AgainstTarget { stage, touchpoint, layer, gap } = *row;
        Self {
            stage: stage.id.clone(),
            touchpoint: touchpoint.id.clone(),
            today_map: today.map.clone(),
            today_touchpoint: touchpoint.today().clone(),
            run: today.run,
            n: layer.counts.n(),
            net: layer.net.map(four),
            low: layer.low.map(four),
            high: layer.high.map(four),
            state: layer.state,
            target: touchpoint.target.map(four),
            to_target: gap.map(|gap| Change { net: four(gap.net), low: four(gap.low), high: four(gap.high) }),
        }
    }
}

/// Four decimals, and never a negative zero.
pub fn four(value: f64) -> f64 {
    (value * 10_000.0).round() / 10_000.0 + 0.0
}
