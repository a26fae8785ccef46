//! What a change at a touchpoint did: the days after it against those before, and against the other touchpoints.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Datelike, Days, NaiveDate};
use moodline_maps::JourneyMap;
use moodline_statistics::{
    EffectDay, Scores, day_correlation, detectable_change, effect, effect_ratio, seed_of, standardised_change,
};
use moodline_store::RollupRow;
use moodline_types::{Counts, DayWindow, SourceId, TouchpointChange, TouchpointId, counted};
use serde::Serialize;

/// Fewest days with mentions after a change, and before it, that are compared.
const LEAST_DAYS: usize = 5;
/// Share of mentions from elsewhere from which the mix of sources has moved.
const MOVED: f64 = 0.2;
/// Difference of both readings from which that matters.
const MATTERS: f64 = 0.1;

/// Net sentiment on one side of a change.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Side {
    /// Mentions.
    pub n: u64,
    /// (positive − negative) / n, not shrunk; `None` without mentions.
    pub net: Option<f64>,
}

impl Side {
    fn of(scores: &Scores) -> Self {
        Self { n: scores.n as u64, net: (scores.n > 0.0).then(|| scores.mean()) }
    }
}

/// One source before and after.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SourceSides {
    /// The source.
    pub source: SourceId,
    /// Before the change.
    pub before: Side,
    /// From it on.
    pub after: Side,
}

/// The difference in differences with its test.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Estimate {
    /// Change of net sentiment at the touchpoint less that of the others.
    pub difference: f64,
    /// Lower end of the 95 % permutation interval.
    pub low: f64,
    /// Upper end.
    pub high: f64,
    /// Probability of one as large, either way, had the change done nothing.
    pub probability: f64,
}

/// What is known of the effect of a change.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct EffectReport {
    /// The change.
    pub change: TouchpointChange,
    /// Days before.
    pub window_before: DayWindow,
    /// Days after, as far as they are complete; `None` while there is none.
    pub window_after: Option<DayWindow>,
    /// The touchpoint before.
    pub before: Side,
    /// The touchpoint after.
    pub after: Side,
    /// The other touchpoints before.
    pub controls_before: Side,
    /// The other touchpoints after.
    pub controls_after: Side,
    /// Touchpoints that it is held against.
    pub controls: usize,
    /// The effect; `None` while there are too few days to tell.
    pub effect: Option<Estimate>,
    /// The least change of net sentiment that so many mentions would show four times out of five.
    pub detectable: f64,
    /// Other touchpoints that show as much when they are taken for the changed one, and of how many.
    pub placebo: Option<(usize, usize)>,
    /// The touchpoint by source.
    pub sources: Vec<SourceSides>,
    /// Share of mentions that came from elsewhere than before, 0 to 1.
    pub mix_moved: Option<f64>,
    /// The touchpoint's own change if the mix of sources had stayed as it is over both times.
    pub standardised: Option<f64>,
    /// What to keep in mind.
    pub warnings: Vec<String>,
}

impl EffectReport {
    /// The result in a sentence.
    pub fn verdict(&self) -> String {
        let signed = |value: f64| format!("{value:+.2}").replace('-', "−");
        let seen = format!(
            "with {} since, a change under {:.1} cannot be seen",
            counted(self.after.n, "mention"),
            (self.detectable * 10.0).round() / 10.0
        );
        let Some(Estimate { difference, low, high, probability }) = self.effect else {
            return format!("too early to tell; {seen}");
        };
        let interval =
            format!("{} (95 % {} to {}, p = {probability:.3})", signed(difference), signed(low), signed(high));
        let against = if self.controls > 0 { ", beyond what the other touchpoints did" } else { "" };
        if low > 0.0 {
            format!("better: {interval}{against}")
        } else if high < 0.0 {
            format!("worse: {interval}{against}")
        } else {
            format!("no effect is seen: {interval}{against}; {seen}")
        }
    }
}

/// The days whose rollups [`change_effect`] needs.
pub fn effect_days(change: &TouchpointChange, days: u32, last: NaiveDate) -> DayWindow {
    let (before, after) = windows(change, days, last);
    DayWindow { from: before.from, to: after.map_or(before.to, |after| after.to) }
}

fn windows(change: &TouchpointChange, days: u32, last: NaiveDate) -> (DayWindow, Option<DayWindow>) {
    let eve = change.day.pred_opt().unwrap_or(change.day);
    let end = change.day.checked_add_days(Days::new(u64::from(days.max(1) - 1))).unwrap_or(last).min(last);
    (DayWindow::ending(eve, days), (end >= change.day).then_some(DayWindow { from: change.day, to: end }))
}

/// Holds up to `days` days after a change, none later than the complete day `last`, against as many before it.
///
/// `rollups` are those of [`effect_days`], `changes` all changes of the map: touchpoints that were changed within these
/// days themselves are no controls.
pub fn change_effect(
    map: &JourneyMap,
    rollups: &[RollupRow],
    changes: &[TouchpointChange],
    change: &TouchpointChange,
    days: u32,
    last: NaiveDate,
) -> EffectReport {
    let (window_before, window_after) = windows(change, days, last);
    let whole = effect_days(change, days, last);
    let within = |other: &&TouchpointChange| other.id != change.id && whole.contains(other.day);
    let busy: BTreeSet<&TouchpointId> = changes.iter().filter(within).map(|other| &other.touchpoint).collect();
    let others = map.touchpoints().map(|(_, touchpoint)| &touchpoint.id).filter(|id| **id != change.touchpoint);
    let controls: Vec<&TouchpointId> = others.filter(|id| !busy.contains(id)).collect();
    let daily = Daily::new(rollups, whole, change.day);
    let mut warnings = Vec::new();
    if busy.contains(&change.touchpoint) {
        warnings
            .push("the touchpoint was changed again within these days: their effects cannot be told apart".to_owned());
    }
    if !busy.is_empty() {
        let names: Vec<&str> = busy.iter().map(|id| id.as_str()).collect();
        warnings.push(format!("changed within these days themselves and no controls: {}", names.join(", ")));
    }

    let own = daily.of(&[&change.touchpoint]);
    let rest = daily.of(&controls);
    let side = |days: &[Scores], after: bool| daily.side(days, after);
    let (before, after) = (side(&own, false), side(&own, true));
    let used: Vec<&TouchpointId> = controls.iter().copied().filter(|id| daily.is_heard(id)).collect();
    if used.is_empty() {
        warnings.push(
            "no other touchpoint to hold it against: whatever befell all of them counts as the effect".to_owned(),
        );
    }
    let days_of = |after: bool| daily.days().filter(|(i, is_after)| *is_after == after && own[*i].n > 0.0).count();
    let enough = days_of(false) >= LEAST_DAYS && days_of(true) >= LEAST_DAYS;
    let seed = seed_of(&[change.map.as_str(), change.touchpoint.as_str(), &change.day.to_string()]);
    let compared = daily.compared(&own, &rest);
    let found = if enough { effect(&compared, seed) } else { None };
    let ratio = effect_ratio(&compared).filter(|_| found.is_some() && used.len() > 1);
    let placebo = ratio.map(|ratio| daily.placebo(&used, ratio));
    let sources = by_source(rollups, &change.touchpoint, whole, change.day);
    let pairs: Vec<(Scores, Scores)> = sources.values().copied().collect();
    let mix = standardised_change(&pairs);
    if let Some((standardised, moved)) = mix {
        let raw = after.mean() - before.mean();
        if moved > MOVED || (standardised - raw).abs() > MATTERS {
            warnings.push(format!(
                "{:.0} % of the mentions come from other sources than before: with the mix unchanged the touchpoint itself \
                 would have moved by {standardised:+.2} instead of {raw:+.2}",
                moved * 100.0
            ));
        }
    }
    let shares: Vec<(f64, f64)> = daily
        .days()
        .filter(|(_, after)| !after)
        .map(|(i, _)| ((own[i].extreme - own[i].sum) / 2.0, own[i].n))
        .collect();
    let a_day = before.n / f64::from(window_before.days());
    EffectReport {
        change: change.clone(),
        window_before,
        window_after,
        before: Side::of(&before),
        after: Side::of(&after),
        controls_before: Side::of(&side(&rest, false)),
        controls_after: Side::of(&side(&rest, true)),
        controls: used.len(),
        effect: found.map(|found| Estimate {
            difference: found.difference,
            low: found.low.max(-4.0),
            high: found.high.min(4.0),
            probability: found.probability,
        }),
        detectable: detectable_change(&before, after.n, day_correlation([shares.as_slice()]), a_day),
        placebo,
        sources: sources
            .into_iter()
            .map(|(source, (before, after))| SourceSides { source, before: Side::of(&before), after: Side::of(&after) })
            .collect(),
        mix_moved: mix.map(|(_, moved)| moved),
        standardised: mix.map(|(standardised, _)| standardised),
        warnings,
    }
}

fn scores(counts: &Counts) -> Scores {
    let (positive, negative) = (counts.positive as f64, counts.negative as f64);
    Scores { sum: positive - negative, extreme: positive + negative, n: counts.n() as f64 }
}

/// Scores of each touchpoint on each day.
struct Daily {
    window: DayWindow,
    changed: NaiveDate,
    touchpoints: BTreeMap<TouchpointId, Vec<Scores>>,
}

impl Daily {
    fn new(rollups: &[RollupRow], window: DayWindow, changed: NaiveDate) -> Self {
        let mut touchpoints: BTreeMap<TouchpointId, Vec<Scores>> = BTreeMap::new();
        for row in rollups.iter().filter(|row| window.contains(row.day)) {
            if let Some(touchpoint) = &row.touchpoint {
                let empty = || vec![Scores::default(); window.days() as usize];
                let days = touchpoints.entry(touchpoint.clone()).or_insert_with(empty);
                days[(row.day - window.from).num_days() as usize] += scores(&row.counts);
            }
        }
        Self { window, changed, touchpoints }
    }

    /// The number of each day, and whether it lies after the change.
    fn days(&self) -> impl Iterator<Item = (usize, bool)> {
        let before = (self.changed - self.window.from).num_days() as usize;
        (0..self.window.days() as usize).map(move |day| (day, day >= before))
    }

    /// Several touchpoints together, day by day.
    fn of(&self, touchpoints: &[&TouchpointId]) -> Vec<Scores> {
        let mut sums = vec![Scores::default(); self.window.days() as usize];
        for days in touchpoints.iter().filter_map(|id| self.touchpoints.get(*id)) {
            for (sum, day) in sums.iter_mut().zip(days) {
                *sum += *day;
            }
        }
        sums
    }

    fn side(&self, days: &[Scores], after: bool) -> Scores {
        let mut sum = Scores::default();
        for (day, _) in self.days().filter(|(_, is_after)| *is_after == after) {
            sum += days[day];
        }
        sum
    }

    /// Whether anything was said there on both sides.
    fn is_heard(&self, touchpoint: &TouchpointId) -> bool {
        let days = self.of(&[touchpoint]);
        self.side(&days, false).n > 0.0 && self.side(&days, true).n > 0.0
    }

    fn compared(&self, own: &[Scores], controls: &[Scores]) -> Vec<EffectDay> {
        let weekday = self.window.from.weekday().num_days_from_monday() as usize;
        let day = |(i, after)| EffectDay { weekday: (weekday + i) % 7, after, own: own[i], controls: controls[i] };
        self.days().map(day).collect()
    }

    /// How many of these touchpoints show as much, in standard errors, when each is taken for the changed one and held
    /// against the others.
    fn placebo(&self, touchpoints: &[&TouchpointId], ratio: f64) -> (usize, usize) {
        let taken = touchpoints.iter().filter_map(|placebo| {
            let rest: Vec<&TouchpointId> = touchpoints.iter().copied().filter(|id| id != placebo).collect();
            effect_ratio(&self.compared(&self.of(&[placebo]), &self.of(&rest)))
        });
        let ratios: Vec<f64> = taken.map(f64::abs).collect();
        (ratios.iter().filter(|of| **of >= ratio.abs()).count(), ratios.len())
    }
}

fn by_source(
    rollups: &[RollupRow],
    touchpoint: &TouchpointId,
    window: DayWindow,
    changed: NaiveDate,
) -> BTreeMap<SourceId, (Scores, Scores)> {
    let mut sources: BTreeMap<SourceId, (Scores, Scores)> = BTreeMap::new();
    for row in rollups.iter().filter(|row| row.touchpoint.as_ref() == Some(touchpoint) && window.contains(row.day)) {
        let sides = sources.entry(row.source.clone()).or_default();
        let side = if row.day >= changed { &mut sides.1 } else { &mut sides.0 };
        *side += scores(&row.counts);
    }
    sources
}
