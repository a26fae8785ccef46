//! From counts to layers.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use moodline_maps::JourneyMap;
use moodline_statistics::{
    Index, Outcomes, Prior, SaidOf, Weighted, corrected_shares, estimate_prior_strength, index_difference, posterior,
    seed_of,
};
use moodline_store::{HourRow, JoinedPeriod, RollupRow, SegmentLayer, VoiceRow};
use moodline_types::{
    Change, Corrected, Counts, DayWindow, Layer, LayerNode, LayerState, Period, Segment, TouchpointId,
};

use crate::{
    LayersConfig,
    calendar::{self, Span},
    counts::{History, Tallied, Weighing, said},
    journey::{Journey, Node},
    voices::by_node,
};

/// What layers are computed from.
#[derive(Debug, Clone, Copy, Default)]
pub struct Evidence<'a> {
    /// The rollups of [`crate::days_needed`].
    pub rollups: &'a [RollupRow],
    /// What voices heard more than once said on those days, as far as `joined` does not tell.
    pub voices: &'a [VoiceRow],
    /// Weeks and months that are over, of which it is known what voices heard more than once change.
    pub joined: &'a [JoinedPeriod],
    /// The last day on which anything was said at each touchpoint, whatever the window.
    pub last_days: &'a [(TouchpointId, NaiveDate)],
    /// The hours of the headline window, for a map that tells the time of day; empty for others.
    pub hours: &'a [HourRow],
    /// What the model said of texts whose label is known, where there are enough of them to correct its shares.
    pub known: Option<&'a SaidOf>,
}

/// The layers of one refresh.
#[derive(Debug, Clone, PartialEq)]
pub struct Computed {
    /// Of everyone and of each persona.
    pub layers: Vec<Layer>,
    /// Of single sources, languages and hours.
    pub segments: Vec<SegmentLayer>,
    /// Mentions that entered the map's index in the headline window, each counted once.
    pub mentions: u64,
}

/// Computes every layer of a map as of the end of the day `as_of`.
///
/// - Every voice (an author or, where the author is unknown, a thread) counts once per node and period, its mentions
///   sharing the weight of one. In the headline window, and the one before it, what is older weighs less; weeks and
///   months take all their days alike. Shares are weighted shares, and intervals those of the effective number.
/// - Touchpoints are shrunk towards the rest of their stage, stages towards the rest of the map, and the map towards
///   Dirichlet(½). "The rest", so that a touchpoint alone in its stage is not pulled towards itself. How hard is
///   estimated from how much the map's touchpoints differ in the headline window.
/// - Order: the headline window of everyone, then of each persona met in it or in the window before, then the weeks and
///   the months of everyone from the oldest on; inside each the map, then each stage followed by its touchpoints. Weeks
///   and months in which nothing entered a node's index have no layer, nor have sources and languages at nodes where
///   they said nothing.
/// - Stages and the map of everyone's headline carry the shares without the model's known errors beside the raw ones.
/// - The last week and month may be under way: they cover their whole days but count only to `as_of`.
pub fn compute(map: &JourneyMap, evidence: &Evidence<'_>, config: &LayersConfig, as_of: NaiveDate) -> Computed {
    let journey = Journey::new(map);
    let history = History::new(&journey, evidence.rollups, evidence.voices);
    let headline = calendar::headline(config, as_of);
    let window = headline.window;
    let everyone = journey.touchpoints.iter().map(|(_, id)| {
        let known = evidence.last_days.iter().filter(|(touchpoint, day)| touchpoint == *id && *day <= as_of);
        known.map(|(_, day)| *day).max()
    });
    let everyone: Vec<Option<NaiveDate>> = everyone.collect();
    let nobody = vec![None; journey.touchpoints.len()];
    let joined = by_node(&journey, evidence.joined);
    let mut measure = Measure { journey: &journey, history: &history, joined, config, as_of, k: 0.0 };
    measure.k = measure.strength(window);

    let mut layers = measure.layers(headline, None, &everyone);
    for layer in layers.iter_mut().filter(|layer| !matches!(layer.node, LayerNode::Touchpoint(..))) {
        layer.corrected = evidence.known.and_then(|known| corrected(map, layer, known));
    }
    let met = DayWindow { from: window.previous().from, to: window.to };
    let personas = history.personas(met);
    for persona in map.personas.iter().filter(|persona| personas.contains(&persona.id)) {
        let own = measure.layers(headline, Some(&Segment::Persona(persona.id.clone())), &nobody);
        layers.extend(own.into_iter().map(|layer| Layer { persona: Some(persona.id.clone()), ..layer }));
    }
    for span in calendar::curve(config, as_of) {
        layers.extend(measure.layers(span, None, &everyone).into_iter().filter(|layer| layer.counts.n() > 0));
    }
    let mut segments = Vec::new();
    for segment in history.segments(window) {
        let own = measure.layers(headline, Some(&segment), &nobody).into_iter().filter(|l| said(&l.counts) > 0);
        segments.extend(own.map(|layer| SegmentLayer { segment: segment.clone(), layer }));
    }
    segments.extend(measure.hours(map, evidence.hours, headline));
    Computed { layers, segments, mentions: history.mentions(window) }
}

/// The shares of a stage or of the map without the model's known errors. What the layer weighs is what was said; the
/// unsure ones weigh as much as the others do on average.
fn corrected(map: &JourneyMap, layer: &Layer, known: &SaidOf) -> Option<Corrected> {
    let Counts { negative, neutral, positive, mixed, unsure } = layer.counts;
    if layer.counts.n() == 0 {
        return None; // nothing that weighs
    }
    let weight = layer.n_effective / layer.counts.n() as f64;
    let said = [negative, neutral + mixed, positive, unsure].map(|count| count as f64 * weight);
    let node = match &layer.node {
        LayerNode::Map => "",
        LayerNode::Stage(stage) => stage.as_str(),
        LayerNode::Touchpoint(_, touchpoint) => touchpoint.as_str(),
    };
    let corrected = corrected_shares(said, known, seed_of(&[map.id.as_str(), node]))?;
    Some(Corrected {
        negative: corrected.shares.negative,
        neutral: corrected.shares.neutral,
        positive: corrected.shares.positive,
        low: corrected.low,
        high: corrected.high,
        labels: known.total() as u64,
    })
}

/// Everything that measuring one window needs.
struct Measure<'a> {
    journey: &'a Journey<'a>,
    history: &'a History<'a>,
    joined: BTreeMap<(Period, NaiveDate), Vec<Weighted>>,
    config: &'a LayersConfig,
    as_of: NaiveDate,
    k: f64,
}

impl Measure<'_> {
    /// How alike the touchpoints are in the headline window.
    fn strength(&self, window: DayWindow) -> f64 {
        let tallied = self.tallied(Period::Window, window, None);
        let places = 0..self.journey.touchpoints.len();
        let groups: Vec<Outcomes> =
            places.map(|place| tallied[self.journey.node_of(place)].weighted.effective()).collect();
        estimate_prior_strength(&groups)
    }

    fn tallied(&self, period: Period, window: DayWindow, part: Option<&Segment>) -> Vec<Tallied> {
        let by_age = |day: NaiveDate| self.config.weight((window.to - day).num_days());
        let alike = |_: NaiveDate| 1.0;
        let weight: &dyn Fn(NaiveDate) -> f64 = if period == Period::Window { &by_age } else { &alike };
        let joined = self.joined.get(&(period, window.from)).filter(|_| part.is_none());
        self.history.tallied(self.journey, &Weighing { window, weight }, part, joined.map(Vec::as_slice))
    }

    /// A layer for each node, of part of the mentions or all. `known_last` is the last day at each touchpoint as far as
    /// the database knows; days seen in the rollups add to it.
    fn layers(&self, span: Span, part: Option<&Segment>, known_last: &[Option<NaiveDate>]) -> Vec<Layer> {
        let now = self.tallied(span.period, span.window, part);
        let before = self.tallied(span.period, span.before, part);
        let until = self.as_of.min(span.window.to);
        let seen = self.history.last_days(until, part, self.journey.touchpoints.len());
        let measured = |(at, node): (usize, &Node)| {
            let last = node.covers.clone().filter_map(|place| seen[place].max(known_last[place])).max();
            let layer = self.layer(span, (at, node), &now, last);
            let change = self.index(node, at, &now).zip(self.index(node, at, &before)).map(|(now, before)| {
                let change = index_difference(&now, &before);
                Change { net: change.difference, low: change.low, high: change.high }
            });
            Layer { change, ..layer }
        };
        self.journey.nodes.iter().enumerate().map(measured).collect()
    }

    /// The layer of one node from what was said at all of them.
    fn layer(&self, span: Span, (at, node): (usize, &Node), now: &[Tallied], last: Option<NaiveDate>) -> Layer {
        let Tallied { counts, emotions, weighted } = now[at];
        let index = self.index(node, at, now);
        Layer {
            node: node.layer.clone(),
            persona: None,
            period: span.period,
            window: span.window,
            counts,
            // Sums of weights are exact to a few digits only.
            n_effective: weighted.n_effective().min(counts.n() as f64),
            emotions,
            net: index.map(|i| i.mean),
            low: index.map(|i| i.low),
            high: index.map(|i| i.high),
            state: self.state(&counts, index, last, self.as_of.min(span.window.to)),
            change: None,
            corrected: None,
            perceived: node.perceived,
            target: node.target,
        }
    }

    /// The layers of each hour of the authors' day, as far as the map's time zones tell it.
    fn hours(&self, map: &JourneyMap, rows: &[HourRow], span: Span) -> Vec<SegmentLayer> {
        let local = rows.iter().filter(|row| span.window.contains(row.day)).filter_map(|row| {
            let place = self.journey.place(&row.touchpoint)?;
            Some((place, map.zone_of(&row.source).local_hour(row.day, row.hour), row))
        });
        let local: Vec<(usize, u8, &HourRow)> = local.collect();
        let mut layers = Vec::new();
        for hour in 0..24 {
            let now = History::of_hour(self.journey, &local, hour);
            for (at, node) in self.journey.nodes.iter().enumerate().filter(|(at, _)| said(&now[*at].counts) > 0) {
                let here = local.iter().filter(|(place, at, _)| *at == hour && node.covers.contains(place));
                let last = here.map(|(_, _, row)| row.day).max();
                layers.push(SegmentLayer {
                    segment: Segment::Hour(hour),
                    layer: self.layer(span, (at, node), &now, last),
                });
            }
        }
        layers
    }

    /// The shrunk index of a node; `None` where nothing entered it.
    fn index(&self, node: &Node, at: usize, tallied: &[Tallied]) -> Option<Index> {
        if tallied[at].counts.n() == 0 {
            return None;
        }
        let own = tallied[at].weighted.effective();
        // A part is taken away touchpoint by touchpoint: voices heard at several are one only inside the sum.
        let beyond = |covers: &std::ops::Range<usize>, within: &std::ops::Range<usize>| {
            let others = within.clone().filter(|place| !covers.contains(place));
            let rest = others.map(|place| tallied[self.journey.node_of(place)].weighted.effective());
            rest.fold(Outcomes::default(), |sum, part| sum + part)
        };
        let whole = 0..self.journey.touchpoints.len();
        let prior = match node.layer {
            LayerNode::Map => Prior::JEFFREYS,
            LayerNode::Stage(_) => posterior(beyond(&node.covers, &whole), &Prior::JEFFREYS).as_prior(self.k),
            LayerNode::Touchpoint(..) => {
                let stage = &self.journey.touchpoints[node.covers.start].0;
                let rest_of_map = posterior(beyond(stage, &whole), &Prior::JEFFREYS).as_prior(self.k);
                posterior(beyond(&node.covers, stage), &rest_of_map).as_prior(self.k)
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
