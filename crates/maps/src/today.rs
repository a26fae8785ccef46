//! The journey as it is today, held against the targets of a future-state map.

use std::collections::HashMap;

use moodline_types::{DayWindow, Layer, LayerNode, MapId, Period, RunId, TouchpointId};

use crate::{Gap, MapView, Stage, Touchpoint};

/// The newest measured curve of the map that a future-state map is the future of.
#[derive(Debug, Clone, PartialEq)]
pub struct Today {
    /// The map of today.
    pub map: MapId,
    /// The run that drew it; `None` before the first.
    pub run: Option<RunId>,
    /// The days it covers.
    pub window: Option<DayWindow>,
    /// Headline layers of its touchpoints.
    layers: HashMap<TouchpointId, Layer>,
}

/// A touchpoint of the future with how it stands today.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AgainstTarget<'m> {
    /// Its stage.
    pub stage: &'m Stage,
    /// The touchpoint of the future.
    pub touchpoint: &'m Touchpoint,
    /// How the touchpoint of today stands that it takes the place of.
    pub layer: &'m Layer,
    /// Measured today less the target; `None` without a target, or where nothing is measured.
    pub gap: Option<Gap>,
}

impl Today {
    /// A map and the layers of a run of it; those of single personas and of other periods are left out.
    pub fn new(map: MapId, run: Option<RunId>, layers: impl IntoIterator<Item = Layer>) -> Self {
        let headline = layers.into_iter().filter(|layer| layer.period == Period::Window && layer.persona.is_none());
        let mut today = Self { map, run, window: None, layers: HashMap::new() };
        for layer in headline {
            today.window = Some(layer.window);
            if let LayerNode::Touchpoint(_, touchpoint) = &layer.node {
                today.layers.insert(touchpoint.clone(), layer);
            }
        }
        today
    }

    /// How the touchpoint of today stands that one of the future takes the place of; `None` for one that is new.
    pub fn layer(&self, touchpoint: &Touchpoint) -> Option<&Layer> {
        self.layers.get(touchpoint.today())
    }
}

impl<'a> MapView<'a> {
    /// Every touchpoint of a future-state map that there is today, in the order of the journey.
    pub fn against_targets(&'a self) -> impl Iterator<Item = AgainstTarget<'a>> {
        self.map.touchpoints().filter_map(|(stage, touchpoint)| {
            let layer = self.today.as_ref()?.layer(touchpoint)?;
            let gap = touchpoint.target.and_then(|target| Gap::of(layer, target));
            Some(AgainstTarget { stage, touchpoint, layer, gap })
        })
    }
}
