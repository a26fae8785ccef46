//! A map together with its measured mood, ready to be shown.

use std::collections::HashMap;

use moodline_types::{DayWindow, Layer, LayerNode, LayerState, Period, RunId};

use crate::{JourneyMap, LocalText, Marks, Stage, Today, Touchpoint};

/// A map, the language to show it in, and the layers of one run.
#[derive(Debug, Clone)]
pub struct MapView<'a> {
    /// The map.
    pub map: &'a JourneyMap,
    /// The run the layers belong to; `None` before the first.
    pub run: Option<RunId>,
    /// The days the headline layers cover.
    pub window: Option<DayWindow>,
    /// BCP 47 tag of the reader's language.
    pub language: &'a str,
    /// Headline layers over all personas.
    pub layers: HashMap<LayerNode, Layer>,
    /// Weekly layers over all personas, oldest first.
    pub weeks: HashMap<LayerNode, Vec<Layer>>,
    /// Monthly layers over all personas, oldest first.
    pub months: HashMap<LayerNode, Vec<Layer>>,
    /// Alerts that go on, and changes.
    pub marks: Marks,
    /// On a map that is the future of another, how that one stands.
    pub today: Option<Today>,
}

impl<'a> MapView<'a> {
    /// A map that has not been measured.
    pub fn new(map: &'a JourneyMap, language: &'a str) -> Self {
        let (weeks, months) = (HashMap::new(), HashMap::new());
        let (layers, marks) = (HashMap::new(), Marks::default());
        Self { map, run: None, window: None, language, layers, weeks, months, marks, today: None }
    }

    /// A map with the layers of a run; those of single personas are left out.
    pub fn with_layers(
        map: &'a JourneyMap,
        language: &'a str,
        run: RunId,
        layers: impl IntoIterator<Item = Layer>,
    ) -> Self {
        let mut view = Self { run: Some(run), ..Self::new(map, language) };
        for layer in layers.into_iter().filter(|layer| layer.persona.is_none()) {
            match layer.period {
                Period::Window => {
                    view.window = Some(layer.window);
                    view.layers.insert(layer.node.clone(), layer);
                }
                Period::Week => view.weeks.entry(layer.node.clone()).or_default().push(layer),
                Period::Month => view.months.entry(layer.node.clone()).or_default().push(layer),
            }
        }
        for curve in view.weeks.values_mut().chain(view.months.values_mut()) {
            curve.sort_by_key(|layer| layer.window.from);
        }
        view
    }

    /// The same with alerts and changes.
    #[must_use]
    pub fn with_marks(self, marks: Marks) -> Self {
        Self { marks, ..self }
    }

    /// The same with how the journey stands that this map is the future of.
    #[must_use]
    pub fn with_today(self, today: Option<Today>) -> Self {
        Self { today, ..self }
    }

    /// The text in the reader's language.
    pub fn say<'t>(&self, text: &'t LocalText) -> &'t str {
        text.in_language(self.language)
    }

    /// The headline layer of a touchpoint.
    pub fn touchpoint(&self, stage: &Stage, touchpoint: &Touchpoint) -> Option<&Layer> {
        self.layers.get(&LayerNode::Touchpoint(stage.id.clone(), touchpoint.id.clone()))
    }

    /// The headline layer of a stage.
    pub fn stage(&self, stage: &Stage) -> Option<&Layer> {
        self.layers.get(&LayerNode::Stage(stage.id.clone()))
    }

    /// The headline layer of the whole map.
    pub fn whole(&self) -> Option<&Layer> {
        self.layers.get(&LayerNode::Map)
    }

    /// The weekly layers of a node, oldest first.
    pub fn weeks(&self, node: &LayerNode) -> &[Layer] {
        self.weeks.get(node).map_or(&[], Vec::as_slice)
    }

    /// The monthly layers of a node, oldest first.
    pub fn months(&self, node: &LayerNode) -> &[Layer] {
        self.months.get(node).map_or(&[], Vec::as_slice)
    }
}

/// The state of a layer that may be missing altogether.
pub(crate) fn state(layer: Option<&Layer>) -> LayerState {
    layer.map_or(LayerState::NoData, |layer| layer.state)
}

/// The level wanted: as it was when the layer was computed, else as the map says now.
pub(crate) fn target(layer: Option<&Layer>, touchpoint: Option<&Touchpoint>) -> Option<f64> {
    layer.and_then(|layer| layer.target).or_else(|| touchpoint.and_then(|touchpoint| touchpoint.target))
}

/// The team's guess: as it was when the layer was computed, else as the map says now.
pub(crate) fn perceived(layer: Option<&Layer>, touchpoint: Option<&Touchpoint>) -> Option<f64> {
    layer.and_then(|layer| layer.perceived).or_else(|| touchpoint.and_then(|touchpoint| touchpoint.perceived))
}
