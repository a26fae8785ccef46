//! From counts to layers.

use std::ops::Range;

use chrono::NaiveDate;
use moodline_maps::JourneyMap;
use moodline_statistics::{Index, Outcomes, Prior, estimate_prior_strength, index_difference, posterior};
use moodline_store::RollupRow;
use moodline_types::{Change, Counts, DayWindow, Layer, LayerNode, LayerState, Period, PersonaId, TouchpointId, Week};

use crate::{
    LayersConfig,
    counts::{DailyCounts, outcomes, said},
};

/// The days whose rollups [`compute`] needs: the headline window, the one before it, and every week of the curve with
/// the week before the first.
pub fn days_needed(config: &LayersConfig, as_of: NaiveDate) -> DayWindow {
    let window = DayWindow::ending(as_of, config.window_days);
    let first_week = weeks(config, as_of).first().map_or(as_of, |week| week.previous().window().from);
    DayWindow { from: window.previous().from.min(first_week), to: as_of }
}

/// Computes every layer of a map as of the end of the day `as_of`.
///
/// `rollups` are those of [`days_needed`], `last_days` the last day on which anything was said at each touchpoint,
/// whatever the window.
///
/// - Touchpoints are shrunk towards the rest of their stage, stages towards the rest of the map, and the map towards
///   Dirichlet(½). "The rest", so that a touchpoint alone in its stage is not pulled towards itself. How hard is
///   estimated from how much the map's touchpoints differ in the headline window.
/// - `n_effective` equals `n`: every mention weighs the same. Weights by recency and author are a matter of the
///   insights built on top of this.
/// - Order: the headline window of everyone, then of each persona met in it or in the window before, then the weeks of
///   everyone from the oldest on; inside each the map, then each stage followed by its touchpoints. Weeks in which
///   nothing entered a node's index have no layer.
/// - The last week may be under way: it covers its whole days but counts only to `as_of`.
pub fn compute(
    map: &JourneyMap,
    rollups: &[RollupRow],
    last_days: &[(TouchpointId, NaiveDate)],
    config: &LayersConfig,
    as_of: NaiveDate,
) -> Vec<Layer> {
    let journey = Journey::new(map);
    let daily = DailyCounts::new(map, rollups);
    let window = DayWindow::ending(as_of, config.window_days);
    let places = journey.touchpoints.len();
    let groups: Vec<Outcomes> = daily.within(window, None, places).iter().map(outcomes).collect();
    let measure = Measure { journey: &journey, daily: &daily, config, as_of, k: estimate_prior_strength(&groups) };

    let everyone = journey.touchpoints.iter().map(|(_, id)| {
        let known = last_days.iter().filter(|(touchpoint, day)| touchpoint == *id && *day <= as_of);
        known.map(|(_, day)| *day).max()
    });
    let everyone: Vec<Option<NaiveDate>> = everyone.collect();
    let mut layers = measure.layers(Period::Window, window, None, &everyone);
    let met = DayWindow { from: window.previous().from, to: window.to };
    let personas = daily.personas(met);
    for persona in map.personas.iter().filter(|persona| personas.contains(&persona.id)) {
        layers.extend(measure.layers(Period::Window, window, Some(&persona.id), &vec![None; places]));
    }
    for week in weeks(config, as_of) {
        let week = measure.layers(Period::Week, week.window(), None, &everyone);
        layers.extend(week.into_iter().filter(|layer| layer.counts.n() > 0));
    }
    layers
}

/// The weeks of the curve, oldest first.
fn weeks(config: &LayersConfig, as_of: NaiveDate) -> Vec<Week> {
    let mut weeks: Vec<Week> = std::iter::successors(Some(Week::of(as_of)), |week| Some(week.previous()))
        .take(config.weeks as usize)
        .collect();
    weeks.reverse();
    weeks
}

/// The touchpoints of a map in a row, and which of them each node covers.
struct Journey<'a> {
    touchpoints: Vec<(Range<usize>, &'a TouchpointId)>,
    nodes: Vec<Node>,
}

/// One measured node.
struct Node {
    layer: LayerNode,
    covers: Range<usize>,
    perceived: Option<f64>,
    target: Option<f64>,
}

impl<'a> Journey<'a> {
    fn new(map: &'a JourneyMap) -> Self {
        let total = map.touchpoints().count();
        let mut touchpoints = Vec::with_capacity(total);
        let whole = |layer, covers| Node { layer, covers, perceived: None, target: None };
        let mut nodes = vec![whole(LayerNode::Map, 0..total)];
        for stage in &map.stages {
            let first = touchpoints.len();
            let covers = first..first + stage.touchpoints.len();
            nodes.push(whole(LayerNode::Stage(stage.id.clone()), covers.clone()));
            for touchpoint in &stage.touchpoints {
                let place = touchpoints.len();
                touchpoints.push((covers.clone(), &touchpoint.id));
                nodes.push(Node {
                    layer: LayerNode::Touchpoint(stage.id.clone(), touchpoint.id.clone()),
                    covers: place..place + 1,
                    perceived: touchpoint.perceived,
                    target: touchpoint.target,
                });
            }
        }
        Self { touchpoints, nodes }
    }
}

/// Everything that measuring one window needs.
struct Measure<'a> {
    journey: &'a Journey<'a>,
    daily: &'a DailyCounts,
    config: &'a LayersConfig,
    as_of: NaiveDate,
    k: f64,
}

impl Measure<'_> {
    /// A layer for each node. `known_last` is the last day at each touchpoint as far as the database knows; days seen
    /// in the rollups add to it.
    fn layers(
        &self,
        period: Period,
        window: DayWindow,
        persona: Option<&PersonaId>,
        known_last: &[Option<NaiveDate>],
    ) -> Vec<Layer> {
        let places = self.journey.touchpoints.len();
        let now = self.daily.within(window, persona, places);
        let before = self.daily.within(window.previous(), persona, places);
        let until = self.as_of.min(window.to);
        let seen = self.daily.last_days(DayWindow { from: NaiveDate::MIN, to: until }, persona, places);
        let measured = |node: &Node| {
            let counts = sum(&now[node.covers.clone()]);
            let index = self.index(node, &now);
            let last = node.covers.clone().filter_map(|place| seen[place].max(known_last[place])).max();
            let change = index.zip(self.index(node, &before)).map(|(now, before)| {
                let change = index_difference(&now, &before);
                Change { net: change.difference, low: change.low, high: change.high }
            });
            Layer {
                node: node.layer.clone(),
                persona: persona.cloned(),
                period,
                window,
                counts,
                n_effective: counts.n() as f64,
                net: index.map(|i| i.mean),
                low: index.map(|i| i.low),
                high: index.map(|i| i.high),
                state: self.state(&counts, index, last, until),
                change,
                perceived: node.perceived,
                target: node.target,
            }
        };
        self.journey.nodes.iter().map(measured).collect()
    }

    /// The shrunk index of a node; `None` where nothing entered it.
    fn index(&self, node: &Node, counts: &[Counts]) -> Option<Index> {
        let own = sum(&counts[node.covers.clone()]);
        if own.n() == 0 {
            return None;
        }
        let own = outcomes(&own);
        let all = outcomes(&sum(counts));
        let rest_of_map = || posterior(all - own, &Prior::JEFFREYS).as_prior(self.k);
        let prior = match node.layer {
            LayerNode::Map => Prior::JEFFREYS,
            LayerNode::Stage(_) => rest_of_map(),
            LayerNode::Touchpoint(..) => {
                let stage = outcomes(&sum(&counts[self.journey.touchpoints[node.covers.start].0.clone()]));
                let beyond = posterior(all - stage, &Prior::JEFFREYS).as_prior(self.k);
                posterior(stage - own, &beyond).as_prior(self.k)
            }
        };
        Some(posterior(own, &prior).index())
    }

    fn state(&self, counts: &Counts, index: Option<Index>, last: Option<NaiveDate>, until: NaiveDate) -> LayerState {
        let Some(last) = last else { return LayerState::NoData };
        let silent_days = (until - last).num_days();
        if said(counts) == 0 || silent_days > i64::from(self.config.stale_after_days) {
            return LayerState::Stale;
        }
        match index {
            Some(index) if index.high - index.low <= self.config.max_interval_width => LayerState::Ok,
            _ => LayerState::TooFew,
        }
    }
}

fn sum(counts: &[Counts]) -> Counts {
    counts.iter().fold(Counts::default(), |mut sum, part| {
        sum += *part;
        sum
    })
}
