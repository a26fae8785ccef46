//! The touchpoints of a map in a row, and what is measured of them.

use std::{collections::HashMap, ops::Range};

use moodline_maps::JourneyMap;
use moodline_statistics::seed_of;
use moodline_types::{LayerNode, TouchpointId};

/// A map as its numbers see it.
pub(crate) struct Journey<'a> {
    /// The measured touchpoints, each with the places its stage covers.
    pub(crate) touchpoints: Vec<(Range<usize>, &'a TouchpointId)>,
    /// The map, then each stage followed by its touchpoints.
    pub(crate) nodes: Vec<Node>,
    places: HashMap<&'a TouchpointId, usize>,
    /// For each place the nodes it counts in: its own, its stage's, the map's.
    counts_in: Vec<[usize; 3]>,
}

/// One measured node.
pub(crate) struct Node {
    pub(crate) layer: LayerNode,
    /// Its touchpoints by their place in the row.
    pub(crate) covers: Range<usize>,
    pub(crate) perceived: Option<f64>,
    pub(crate) target: Option<f64>,
}

impl<'a> Journey<'a> {
    /// The measured touchpoints of `map` ([`JourneyMap::measures`]) with all stages.
    pub(crate) fn new(map: &'a JourneyMap) -> Self {
        let total = map.touchpoints().filter(|(_, touchpoint)| map.measures(touchpoint)).count();
        let mut touchpoints = Vec::with_capacity(total);
        let mut counts_in = Vec::with_capacity(total);
        let whole = |layer, covers| Node { layer, covers, perceived: None, target: None };
        let mut nodes = vec![whole(LayerNode::Map, 0..total)];
        for stage in &map.stages {
            let measured: Vec<_> = stage.touchpoints.iter().filter(|touchpoint| map.measures(touchpoint)).collect();
            let first = touchpoints.len();
            let covers = first..first + measured.len();
            let of_stage = nodes.len();
            nodes.push(whole(LayerNode::Stage(stage.id.clone()), covers.clone()));
            for touchpoint in measured {
                let place = touchpoints.len();
                touchpoints.push((covers.clone(), &touchpoint.id));
                counts_in.push([nodes.len(), of_stage, 0]);
                nodes.push(Node {
                    layer: LayerNode::Touchpoint(stage.id.clone(), touchpoint.id.clone()),
                    covers: place..place + 1,
                    perceived: touchpoint.perceived,
                    target: touchpoint.target,
                });
            }
        }
        let places = touchpoints.iter().enumerate().map(|(place, (_, id))| (*id, place)).collect();
        Self { touchpoints, nodes, places, counts_in }
    }

    /// The place of a touchpoint in the row; `None` where the map does not have or measure it.
    pub(crate) fn place(&self, touchpoint: &TouchpointId) -> Option<usize> {
        self.places.get(touchpoint).copied()
    }

    /// Short for the nodes and what they cover: journeys of one shape have the same numbers of the same counts.
    pub(crate) fn shape(&self) -> String {
        let named = |node: &Node| match &node.layer {
            LayerNode::Map => "map".to_owned(),
            LayerNode::Stage(stage) => format!("stage {stage}"),
            LayerNode::Touchpoint(stage, touchpoint) => format!("touchpoint {stage}/{touchpoint}"),
        };
        let nodes: Vec<String> = self.nodes.iter().map(named).collect();
        format!("{:016x}", seed_of(&nodes.iter().map(String::as_str).collect::<Vec<_>>()))
    }

    /// The nodes that what is said at a place counts in.
    pub(crate) fn nodes_of(&self, place: usize) -> [usize; 3] {
        self.counts_in[place]
    }

    /// The node of a place itself.
    pub(crate) fn node_of(&self, place: usize) -> usize {
        self.counts_in[place][0]
    }
}
