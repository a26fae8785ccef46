//! What people's corrections teach a map: a head for each touchpoint with enough of them, used where it helps.
//!
//! A head is an L2-regularised logistic regression over the vectors of the opinions that people placed: those at the
//! touchpoint against those at others. Whether it helps is tried on corrections it was not fitted to, in five parts taken in
//! turn: each is placed as if nobody had corrected it, with the examples of the other four, once without the head and once
//! with it. It is used where F1 of its touchpoint rises, and the share of corrections told right, there or not, with both 95 %
//! intervals above 0.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use moodline_statistics::{Gain, Logistic, Trial, seed_of};
use moodline_store::{HeadFit, MapHead, MapRecord, ModelRecord, PlacedOpinion};
use moodline_types::{Embedding, TouchpointId};

use crate::{Clause, Placer};

/// Opinions that people placed at a touchpoint from which a head is fitted.
pub const LEAST_CORRECTIONS: usize = 30;

/// Corrections that heads are fitted to, the latest.
pub(crate) const MOST_CORRECTIONS: u32 = 5000;

/// Parts that corrections are held out in.
const PARTS: usize = 5;

/// Probability from which a head places an opinion.
const PLACES_FROM: f64 = 0.5;

/// A head that places opinions.
#[derive(Debug, Clone)]
pub(crate) struct Head {
    /// The touchpoint's number in the journey.
    pub(crate) place: usize,
    /// For a person to read: what it was fitted to.
    pub(crate) name: String,
    pub(crate) logistic: Logistic,
}

/// The heads in use on one map.
#[derive(Debug, Clone, Default)]
pub(crate) struct Heads(Vec<Head>);

impl Heads {
    pub(crate) fn add(&mut self, head: Head) {
        self.0.push(head);
    }

    /// The head that is surest that an opinion belongs to its touchpoint, with its probability.
    pub(crate) fn find(&self, embedding: &Embedding) -> Option<(&Head, f64)> {
        if self.0.is_empty() {
            return None;
        }
        let vector = unit(embedding);
        let sure = self.0.iter().map(|head| (head, head.logistic.probability(&vector)));
        sure.filter(|(_, probability)| *probability >= PLACES_FROM).max_by(|a, b| a.1.total_cmp(&b.1))
    }
}

/// The vector at length 1.
fn unit(embedding: &Embedding) -> Vec<f32> {
    let length = embedding.values().iter().map(|value| f32::from(*value).powi(2)).sum::<f32>().sqrt();
    let scale = if length > 0.0 { 1.0 / length } else { 0.0 };
    embedding.values().iter().map(|value| f32::from(*value) * scale).collect()
}

/// Short for what heads are fitted to.
pub(crate) fn version_of(record: &MapRecord, model: &ModelRecord, corrections: &[PlacedOpinion]) -> String {
    let mut parts = vec![record.version.clone(), model.id.to_string()];
    parts.extend(corrections.iter().map(|placed| format!("{} {}", placed.opinion, placed.touchpoint)));
    format!("{:08x}", seed_of(&parts.iter().map(String::as_str).collect::<Vec<_>>()) >> 32)
}

/// The heads of a map as `corrections`, the latest first, teach them; one for each touchpoint that they name and the map
/// has. `plain` places without what people taught.
pub(crate) fn fitted(plain: &Placer, corrections: &[PlacedOpinion], version: &str, now: DateTime<Utc>) -> Vec<MapHead> {
    let known: Vec<&PlacedOpinion> =
        corrections.iter().filter(|placed| plain.number(&placed.touchpoint).is_some()).collect();
    let mut counts: BTreeMap<&TouchpointId, usize> = BTreeMap::new();
    for placed in &known {
        *counts.entry(&placed.touchpoint).or_default() += 1;
    }
    let vectors: Vec<Vec<f32>> = known.iter().map(|placed| unit(&placed.embedding)).collect();
    let learned: Vec<Placer> = if counts.values().any(|count| *count >= LEAST_CORRECTIONS) {
        (0..PARTS).map(|part| without_part(plain, &known, part)).collect()
    } else {
        Vec::new()
    };
    let head = |(touchpoint, count): (&TouchpointId, usize)| {
        let others = known.len() - count;
        let fit = (count >= LEAST_CORRECTIONS && others > 0).then(|| fit(&learned, &known, &vectors, touchpoint));
        MapHead {
            touchpoint: touchpoint.clone(),
            version: version.to_owned(),
            corrections: count as u64,
            others: others as u64,
            fit,
            fitted_at: now,
        }
    };
    counts.into_iter().map(head).collect()
}

/// The part that a correction is held out with. Those of one mention may say nearly the same, but their order is that in
/// which they were made, and neighbours are in different parts.
fn part_of(at: usize) -> usize {
    at % PARTS
}

fn without_part(plain: &Placer, known: &[&PlacedOpinion], part: usize) -> Placer {
    let kept = known.iter().enumerate().filter(|(at, _)| part_of(*at) != part);
    let kept: Vec<PlacedOpinion> = kept.map(|(_, placed)| (*placed).clone()).collect();
    let mut learned = plain.clone();
    learned.learn(&kept);
    learned
}

fn fit(learned: &[Placer], known: &[&PlacedOpinion], vectors: &[Vec<f32>], touchpoint: &TouchpointId) -> HeadFit {
    let rows = |part: Option<usize>| -> Vec<(&[f32], bool)> {
        let kept = known.iter().zip(vectors).enumerate().filter(|(at, _)| Some(part_of(*at)) != part);
        kept.map(|(_, (placed, vector))| (vector.as_slice(), placed.touchpoint == *touchpoint)).collect()
    };
    let mut trials = Vec::with_capacity(known.len());
    for (part, without) in learned.iter().enumerate() {
        let mut with = without.clone();
        if let Some(place) = without.number(touchpoint) {
            with.use_head(Head { place, name: String::new(), logistic: Logistic::fit(&rows(Some(part))) });
        }
        for (_, placed) in known.iter().enumerate().filter(|(at, _)| part_of(*at) == part) {
            let clause = Clause { evidence: &placed.evidence, embedding: &placed.embedding };
            let says = |placer: &Placer| placer.alone(clause).is_some_and(|found| found == *touchpoint);
            let belongs = placed.touchpoint == *touchpoint;
            trials.push(Trial { belongs, without: says(without), with: says(&with) });
        }
    }
    let gain = Gain::of(&trials, seed_of(&[touchpoint.as_str()]));
    let Logistic { weights, bias } = Logistic::fit(&rows(None));
    HeadFit {
        without: gain.without,
        with: gain.with,
        low: gain.low,
        high: gain.high,
        right_low: gain.right_low,
        in_use: gain.is_certain(),
        bias,
        weights,
    }
}
