//! Maps, and what they are made of.

use chrono::{DateTime, Utc};
use moodline_maps::{MapView, to_json};
use moodline_types::{MapId, PersonaId, StageId, TouchpointId};
use serde::Serialize;
use serde_json::Value;
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{RefOr, schema::Schema},
};

use super::words;

/// A map with its size and mood.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct MapSummary {
    /// Its id.
    #[schema(value_type = words::MapId)]
    pub map: MapId,
    /// Its name for people.
    pub name: String,
    /// Number of stages.
    pub stages: usize,
    /// Number of touchpoints.
    pub touchpoints: usize,
    /// Mentions that count in the newest window.
    pub n: u64,
    /// Shrunk net sentiment of the whole map, −1 to 1.
    pub net: Option<f64>,
    /// Lower end of its 95 % interval.
    pub low: Option<f64>,
    /// Upper end.
    pub high: Option<f64>,
    /// When it was last drawn.
    pub refreshed_at: Option<DateTime<Utc>>,
}

/// A stage of a map.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct StageSummary {
    /// Its id.
    #[schema(value_type = words::StageId)]
    pub id: StageId,
    /// Its name for people.
    pub name: String,
    /// What happens here.
    pub description: Option<String>,
    /// Its touchpoints, in order.
    #[schema(value_type = Vec<words::TouchpointId>)]
    pub touchpoints: Vec<TouchpointId>,
}

/// A touchpoint of a map.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct TouchpointSummary {
    /// Its id.
    #[schema(value_type = words::TouchpointId)]
    pub id: TouchpointId,
    /// The stage it belongs to.
    #[schema(value_type = words::StageId)]
    pub stage: StageId,
    /// Its name for people.
    pub name: String,
    /// Where the contact happens.
    pub channel: Option<String>,
    /// The department that answers for it.
    pub owner: Option<String>,
    /// What customers talk about here.
    pub description: Option<String>,
    /// Words that place an opinion here.
    pub keywords: Vec<String>,
    /// Sentences as customers write them.
    pub examples: Vec<String>,
    /// Wanted net sentiment, −1 to 1.
    pub target: Option<f64>,
    /// The team's own guess, −1 to 1.
    pub perceived: Option<f64>,
}

/// A kind of customer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Persona {
    /// Its id.
    #[schema(value_type = words::PersonaId)]
    pub id: PersonaId,
    /// Its name for people.
    pub name: String,
    /// Who this is.
    pub description: Option<String>,
}

/// A map with its curve: the stable JSON of `moodline map show`.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(transparent)]
pub struct MapShown(Value);

impl MapShown {
    /// From a map and its layers.
    pub fn new(view: &MapView<'_>) -> Self {
        Self(to_json(view))
    }
}

impl PartialSchema for MapShown {
    fn schema() -> RefOr<Schema> {
        form::MapShown::schema()
    }
}

impl ToSchema for MapShown {
    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        form::MapShown::schemas(schemas);
    }
}

/// The form of that JSON, which `moodline-maps` writes; a test compares the two.
mod form {
    #![expect(dead_code, reason = "read by the derive alone")]

    use chrono::NaiveDate;
    use utoipa::ToSchema;

    use super::words;

    /// A map with its curve.
    #[derive(ToSchema)]
    pub(super) struct MapShown {
        /// Its id.
        #[schema(value_type = words::MapId)]
        map: String,
        /// Its name for people.
        name: String,
        /// What it depicts: `current-state`, `future-state`, `day-in-the-life` or `service-blueprint`.
        r#type: String,
        /// On a future-state map, the map of the journey as it is today.
        #[schema(value_type = Option<words::MapId>)]
        future_of: Option<String>,
        /// The language its names are in.
        language: String,
        /// The run that drew it; null before the first.
        run: Option<i64>,
        /// The days the curve covers.
        window: Option<Days>,
        /// The stages in order.
        stages: Vec<StageShown>,
        /// The whole map's number.
        layer: LayerShown,
        /// The same week by week.
        weeks: Vec<PointShown>,
        /// The same month by month.
        months: Vec<PointShown>,
    }

    /// Whole days in UTC, both ends included.
    #[derive(ToSchema)]
    struct Days {
        /// The first.
        from: NaiveDate,
        /// The last.
        to: NaiveDate,
    }

    /// A stage with its number.
    #[derive(ToSchema)]
    struct StageShown {
        #[schema(value_type = words::StageId)]
        id: String,
        /// Its name for people.
        name: String,
        /// Its number.
        layer: LayerShown,
        /// Its touchpoints in order.
        touchpoints: Vec<TouchpointShown>,
        /// Its number week by week.
        weeks: Vec<PointShown>,
        /// The same month by month.
        months: Vec<PointShown>,
    }

    /// How the journey stands today at the touchpoint that one of the future takes the place of.
    #[derive(ToSchema)]
    struct TodayShown {
        /// The map of today.
        #[schema(value_type = words::MapId)]
        map: String,
        /// The run that measured it.
        run: Option<i64>,
        /// The touchpoint of today.
        #[schema(value_type = words::TouchpointId)]
        touchpoint: String,
        /// Mentions that count.
        n: u64,
        /// Shrunk net sentiment, −1 to 1.
        net: Option<f64>,
        /// Lower end of its 95 % interval.
        low: Option<f64>,
        /// Upper end.
        high: Option<f64>,
        /// Whether the number may be read.
        #[schema(value_type = words::LayerState)]
        state: String,
        /// The level wanted on the future-state map.
        target: Option<f64>,
        /// The number less the level wanted.
        to_target: Option<super::super::Change>,
    }

    /// A touchpoint with its number.
    #[derive(ToSchema)]
    struct TouchpointShown {
        #[schema(value_type = words::TouchpointId)]
        id: String,
        /// Its name for people.
        name: String,
        /// Where the contact happens.
        channel: Option<String>,
        /// The department that answers for it.
        owner: Option<String>,
        /// Its lane on a service blueprint.
        lane: Option<String>,
        /// Whether its mood is measured.
        measured: bool,
        /// Its number.
        layer: LayerShown,
        /// On a map that is the future of another, how it stands there; null for what is new.
        today: Option<TodayShown>,
        /// The same week by week.
        weeks: Vec<PointShown>,
        /// The same month by month.
        months: Vec<PointShown>,
        /// Alerts and watches that go on, alerts first.
        alerts: Vec<AlertShown>,
        /// What was changed here, the oldest first.
        changes: Vec<ChangeShown>,
    }

    /// An alert or a watch that goes on at a touchpoint.
    #[derive(ToSchema)]
    struct AlertShown {
        /// Its number.
        id: i64,
        /// `watch` or `alert`.
        tier: String,
        /// `negative`, `drift` or `volume`.
        kind: String,
        /// What people have done about it.
        status: String,
        /// The day it began.
        from_day: NaiveDate,
        /// The last day out of the ordinary.
        last_day: NaiveDate,
        /// What happened, in a sentence.
        detail: String,
    }

    /// A change at a touchpoint.
    #[derive(ToSchema)]
    struct ChangeShown {
        /// Its number.
        id: i64,
        /// The first day it was in effect.
        day: NaiveDate,
        /// What was done.
        what: String,
    }

    /// A number of the curve.
    #[derive(ToSchema)]
    struct LayerShown {
        /// Mentions that count.
        n: u64,
        /// The same after weighting.
        n_effective: f64,
        /// Mentions by verdict.
        positive: u64,
        /// Mentions by verdict.
        neutral: u64,
        /// Mentions by verdict.
        negative: u64,
        /// Mentions whose opinions disagree.
        mixed: u64,
        /// Mentions the model was not sure of.
        unsure: u64,
        /// Mentions by the emotion that shows most.
        emotions: super::super::EmotionCounts,
        /// Shrunk net sentiment, −1 to 1.
        net: Option<f64>,
        /// Lower end of its 95 % interval.
        low: Option<f64>,
        /// Upper end.
        high: Option<f64>,
        /// Whether the number may be read.
        #[schema(value_type = words::LayerState)]
        state: String,
        /// Against the window before.
        change: Option<super::super::Change>,
        /// The team's own guess.
        perceived: Option<f64>,
        /// The level wanted.
        target: Option<f64>,
        /// The number less the team's guess.
        gap: Option<super::super::Change>,
        /// The number less the level wanted.
        to_target: Option<super::super::Change>,
        /// Without the model's known errors; stages and the map only.
        corrected: Option<super::super::Corrected>,
    }

    /// One calendar week or month.
    #[derive(ToSchema)]
    struct PointShown {
        /// Its first day.
        from: NaiveDate,
        /// Its last day.
        to: NaiveDate,
        /// Mentions that count.
        n: u64,
        /// The same after weighting.
        n_effective: f64,
        /// Shrunk net sentiment.
        net: Option<f64>,
        /// Lower end of its 95 % interval.
        low: Option<f64>,
        /// Upper end.
        high: Option<f64>,
        /// Whether the number may be read.
        #[schema(value_type = words::LayerState)]
        state: String,
        /// Mentions by the emotion that shows most.
        emotions: super::super::EmotionCounts,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use moodline_maps::{instantiate, parse_map, template};
    use moodline_types::{
        Change, Corrected, Counts, DayWindow, EmotionCounts, Layer, LayerNode, LayerState, Period, RunId,
    };
    use utoipa::openapi::schema::Schema as S;

    use super::*;

    fn names(value: &Value) -> BTreeSet<String> {
        value.as_object().unwrap().keys().cloned().collect()
    }

    fn documented(name: &str) -> BTreeSet<String> {
        let mut schemas = vec![("MapShown".to_owned(), MapShown::schema())];
        MapShown::schemas(&mut schemas);
        let (_, schema) = schemas.into_iter().find(|(known, _)| known == name).unwrap();
        let RefOr::T(S::Object(object)) = schema else { panic!("{name} is an object") };
        object.properties.keys().cloned().collect()
    }

    #[test]
    fn the_document_names_every_field_of_a_shown_map() {
        let text = instantiate(template("online-bank").unwrap(), &"bank".parse().unwrap(), None).unwrap();
        let loaded = parse_map("bank", &text).unwrap();
        let window = DayWindow::ending("2026-05-31".parse().unwrap(), 28);
        let layer = |period| Layer {
            node: LayerNode::Map,
            persona: None,
            period,
            window,
            counts: Counts::default(),
            n_effective: 1.0,
            net: Some(0.5),
            low: Some(0.1),
            high: Some(0.9),
            emotions: EmotionCounts::default(),
            state: LayerState::Ok,
            change: Some(Change { net: 0.1, low: 0.0, high: 0.2 }),
            corrected: Some(Corrected { negative: 0.2, neutral: 0.1, positive: 0.7, low: 0.4, high: 0.6, labels: 9 }),
            perceived: Some(0.2),
            target: None,
        };
        let layers = [layer(Period::Window), layer(Period::Week)];
        let shown = MapShown::new(&MapView::with_layers(&loaded.map, "en", RunId(1), layers)).0;
        let stage = &shown["stages"][0];
        for (value, name) in [
            (&shown, "MapShown"),
            (&shown["window"], "Days"),
            (stage, "StageShown"),
            (&stage["touchpoints"][0], "TouchpointShown"),
            (&shown["layer"], "LayerShown"),
            (&shown["layer"]["change"], "Change"),
            (&shown["layer"]["gap"], "Change"),
            (&shown["layer"]["corrected"], "Corrected"),
            (&shown["layer"]["emotions"], "EmotionCounts"),
            (&shown["weeks"][0], "PointShown"),
        ] {
            assert_eq!(names(value), documented(name), "{name}");
        }
    }
}
