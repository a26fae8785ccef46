//! One night on one map: which touchpoints are out of the ordinary.

use moodline_maps::Sensitivity;
use moodline_statistics::{
    SeriesDay, benjamini_hochberg, count_critical, count_upper_tail, cusum, detection_probability, drift_power,
    drift_probability, newcombe_difference, seed_of,
};
use moodline_types::AlertFigures;

use crate::{AlertsConfig, Series, config::weight, history::History};

/// Rise of the share of negative mentions whose detection is told with an alert.
const RISE: f64 = 0.5;
/// Rise of the share that a drift's detection is told for.
const DRIFT_RISE: f64 = 0.2;
/// Standard deviations a day that a share may lie above its history without adding to a drift.
const ALLOWANCE: f64 = 0.25;
/// Sums below this come about every other week; no need to ask how probable they are.
const UNREMARKABLE: f64 = 4.0;
/// How much more probable than an alert a drift has to be to be over.
const OVER: f64 = 10.0;
/// Both ends of a 95 % interval.
const TAIL: f64 = 0.025;

/// What a night says of one touchpoint.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Verdict {
    /// Too little is known, or it lies between out of the ordinary and back in it.
    Silent,
    /// In the ordinary.
    Calm,
    /// Out of the ordinary.
    Out {
        /// Whether it is so among all touchpoints of the night, so that somebody should be told at once.
        alert: bool,
        /// How far.
        figures: AlertFigures,
    },
}

/// What a night says of each touchpoint.
#[derive(Debug, Clone, PartialEq)]
pub struct Night {
    /// Of the share of negative mentions.
    pub negative: Vec<Verdict>,
    /// Of the number of mentions.
    pub volume: Vec<Verdict>,
    /// Of the share of negative mentions over the last weeks.
    pub drift: Vec<Verdict>,
}

/// Which days were out of the ordinary and teach nothing of it.
pub(crate) trait LeftOut {
    /// Whether the share of negative mentions was, on a day at a touchpoint.
    fn negative(&self, place: usize, day: usize) -> bool;
    /// Whether the number of mentions was.
    fn volume(&self, place: usize, day: usize) -> bool;
}

/// Judges a day of a series; `left_out` are earlier days that were out of the ordinary.
pub(crate) fn judge(
    series: &Series,
    day: usize,
    config: &AlertsConfig,
    sensitivity: &[Sensitivity],
    left_out: &dyn LeftOut,
) -> Night {
    let length = config.history_days as usize;
    let shares = History::before(series, day, length, &|place, day| left_out.negative(place, day));
    let volumes = History::before(series, day, length, &|place, day| left_out.volume(place, day));
    let night = Judging { series, day, config, sensitivity };
    Night { negative: night.negative(&shares), volume: night.volume(&volumes), drift: night.drift(&shares, left_out) }
}

struct Judging<'a> {
    series: &'a Series,
    day: usize,
    config: &'a AlertsConfig,
    sensitivity: &'a [Sensitivity],
}

impl Judging<'_> {
    fn negative(&self, history: &History) -> Vec<Verdict> {
        let weekday = self.series.weekday(self.day);
        let level = self.config.watch_below;
        let test = |place: usize| {
            let today = self.series.at(place, self.day);
            let enough = today.n >= self.config.min_mentions && history.n(place) >= self.config.min_history;
            enough.then(|| {
                let expected = history.share(place, weekday);
                (expected.mentions.upper_tail(today.negative, today.n), expected)
            })
        };
        self.family(level, test, |place, (probability, expected), adjusted| {
            let today = self.series.at(place, self.day);
            let (hits, n) = (today.negative as f64, today.n as f64);
            let deflate = 1.0 / (1.0 + (n - 1.0) * expected.rho);
            let share = expected.mentions.share();
            let change = newcombe_difference((hits * deflate, n * deflate), (share * expected.weight, expected.weight));
            let usual_n = history.usual_n(place);
            let power_to = (share + RISE).min(0.95);
            AlertFigures {
                observed: today.negative,
                n: today.n,
                expected: share,
                expected_low: 1.0 - expected.misses_critical(today.n) / n,
                expected_high: expected.hits_critical(today.n) / n,
                change: change.difference,
                change_low: change.low,
                change_high: change.high,
                probability,
                adjusted,
                usual_n,
                power_to,
                power: detection_probability(&expected.mentions, usual_n, level, power_to, expected.rho),
            }
        })
    }

    fn volume(&self, history: &History) -> Vec<Verdict> {
        let weekday = self.series.weekday(self.day);
        let level = self.config.volume_below;
        let test = |place: usize| {
            let today = self.series.at(place, self.day);
            let enough = history.n(place) >= self.config.min_history;
            enough.then(|| {
                let expected = history.volume(place, weekday);
                (count_upper_tail(today.said, expected.mean, expected.variance), expected)
            })
        };
        self.family(level, test, |place, (probability, expected), adjusted| {
            let said = self.series.at(place, self.day).said;
            let (mean, variance) = (expected.mean, expected.variance);
            let high = count_critical(mean, variance, TAIL).saturating_sub(1) as f64;
            let low = (count_critical(mean, variance, 1.0 - TAIL).saturating_sub(1)) as f64;
            let power_to = 2.0 * mean;
            let critical = count_critical(mean, variance, level);
            AlertFigures {
                observed: said,
                n: said,
                expected: mean,
                expected_low: low,
                expected_high: high,
                change: said as f64 - mean,
                change_low: said as f64 - high,
                change_high: said as f64 - low,
                probability,
                adjusted,
                usual_n: mean,
                power_to,
                power: count_upper_tail(critical, power_to, power_to * variance / mean.max(1e-9)),
            }
        })
    }

    /// Tests of one kind over all touchpoints: below the level something is out of the ordinary, and worth an alert where
    /// it stays so once all of the night are looked at together.
    fn family<T: Copy>(
        &self,
        level: f64,
        test: impl Fn(usize) -> Option<(f64, T)>,
        figures: impl Fn(usize, (f64, T), f64) -> AlertFigures,
    ) -> Vec<Verdict> {
        let tested: Vec<Option<(f64, f64, T)>> = (0..self.series.places())
            .map(|place| {
                let weight = weight(self.sensitivity[place])?;
                let (probability, expected) = test(place)?;
                Some(((probability * weight).min(1.0), probability, expected))
            })
            .collect();
        let weighted: Vec<f64> = tested.iter().flatten().map(|(weighted, ..)| *weighted).collect();
        let mut adjusted = benjamini_hochberg(&weighted).into_iter();
        let verdict = |(place, tested): (usize, &Option<(f64, f64, T)>)| {
            let Some((weighted, probability, expected)) = tested else { return Verdict::Silent };
            let adjusted = adjusted.next().unwrap_or(1.0);
            if *weighted >= level {
                return Verdict::Calm;
            }
            Verdict::Out {
                alert: adjusted <= self.config.false_discoveries,
                figures: figures(place, (*probability, *expected), adjusted),
            }
        };
        tested.iter().enumerate().map(verdict).collect()
    }

    /// The last weeks against as many before them.
    fn drift(&self, history: &History, left_out: &dyn LeftOut) -> Vec<Verdict> {
        (0..self.series.places()).map(|place| self.drift_at(place, history, left_out)).collect()
    }

    fn drift_at(&self, place: usize, history: &History, left_out: &dyn LeftOut) -> Verdict {
        let Some(weight) = weight(self.sensitivity[place]) else { return Verdict::Silent };
        let length = self.config.history_days as usize;
        let first = (self.day + 1).saturating_sub(2 * length);
        let days: Vec<SeriesDay> = (first..=self.day)
            .map(|day| {
                let counts = self.series.at(place, day);
                let kept = if left_out.negative(place, day) { 0.0 } else { 1.0 };
                let (hits, n) = (counts.negative as f64 * kept, counts.n as f64 * kept);
                SeriesDay { weekday: self.series.weekday(day), hits, n }
            })
            .collect();
        let split = days.len().saturating_sub(length);
        let sum = |days: &[SeriesDay]| days.iter().fold((0.0, 0.0), |sum, day| (sum.0 + day.hits, sum.1 + day.n));
        let (before, recent) = (sum(&days[..split]), sum(&days[split..]));
        let least = self.config.min_history as f64;
        if before.1 < least || recent.1 < least {
            return Verdict::Silent;
        }
        let rho = history.share(place, self.series.weekday(self.day)).rho;
        let share = (before.0 + 0.5) / (before.1 + 1.0);
        if cusum(&days[split..], share, rho, ALLOWANCE) < UNREMARKABLE {
            return Verdict::Calm;
        }
        let seed = seed_of(&[&self.series.date(self.day).to_string(), &place.to_string()]);
        let probability = drift_probability(&days, length, rho, ALLOWANCE, seed);
        let level = self.config.drift_below;
        if probability * weight >= level {
            return if probability * weight >= level * OVER { Verdict::Calm } else { Verdict::Silent };
        }
        // Since the sum last left zero.
        let began = (split..days.len())
            .rev()
            .take_while(|day| cusum(&days[split..=*day], share, rho, ALLOWANCE) > 0.0)
            .last()
            .unwrap_or(split);
        let since = sum(&days[began..]);
        let deflate = 1.0 / (1.0 + (since.1 / (days.len() - began) as f64 - 1.0).max(0.0) * rho);
        let change =
            newcombe_difference((since.0 * deflate, since.1 * deflate), (before.0 * deflate, before.1 * deflate));
        let usual_n = before.1 / split.max(1) as f64;
        let reach = 1.96 * (share * (1.0 - share) / (since.1 * deflate)).sqrt();
        let power_to = (share + DRIFT_RISE).min(0.95);
        Verdict::Out {
            alert: true,
            figures: AlertFigures {
                observed: since.0 as u64,
                n: since.1 as u64,
                expected: share,
                expected_low: (share - reach).max(0.0),
                expected_high: (share + reach).min(1.0),
                change: since.0 / since.1.max(1.0) - share,
                change_low: change.low,
                change_high: change.high,
                probability,
                adjusted: probability,
                usual_n,
                power_to,
                power: drift_power(usual_n, share, power_to, rho, length, (ALLOWANCE, level), seed),
            },
        }
    }
}
