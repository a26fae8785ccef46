//! Maps whose truth is known: quiet ones, and ones where something happens.

use chrono::NaiveDate;
use moodline_alerts::{AlertsConfig, DayCounts, Episode, Sensitivity, Series, episodes};
use moodline_types::{AlertKind, AlertTier};
use rand::{RngExt, SeedableRng, rngs::StdRng};

/// Days before the first that is judged.
pub(crate) const HISTORY: usize = 56;

/// What touchpoints are like while nothing happens.
#[derive(Debug, Clone)]
pub(crate) struct World {
    /// Touchpoints.
    pub(crate) places: usize,
    /// Mentions of a day at each, on average; taken in turn.
    pub(crate) volumes: Vec<f64>,
    /// Whether every day brings just as many.
    pub(crate) fixed: bool,
    /// Share of negative ones.
    pub(crate) share: f64,
    /// Correlation of the mentions of one day.
    pub(crate) rho: f64,
    /// Added to the share on Saturday and Sunday.
    pub(crate) weekend_share: f64,
    /// Mentions on Saturday and Sunday, by this factor.
    pub(crate) weekend_volume: f64,
    /// Dispersion φ of numbers of mentions: their variance is mean + φ mean².
    pub(crate) dispersion: f64,
}

impl World {
    /// Forty touchpoints, so many mentions a day, three in ten negative.
    pub(crate) fn quiet(volume: f64) -> Self {
        Self {
            places: 40,
            volumes: vec![volume],
            fixed: false,
            share: 0.3,
            rho: 0.0,
            weekend_share: 0.0,
            weekend_volume: 1.0,
            dispersion: 0.0,
        }
    }

    /// A day at a touchpoint, with this much added to its share and its volume times this.
    fn day(&self, place: usize, day: usize, rise: f64, more: f64, rng: &mut StdRng) -> DayCounts {
        let weekend = day % 7 >= 5;
        let (extra, factor) = if weekend { (self.weekend_share, self.weekend_volume) } else { (0.0, 1.0) };
        let mut mean = self.volumes[place % self.volumes.len()] * factor * more;
        if self.dispersion > 0.0 {
            mean *= gamma(1.0 / self.dispersion, rng) * self.dispersion;
        }
        let n = if self.fixed { mean.round() as u64 } else { poisson(mean, rng) };
        let share = (self.share + extra + rise).clamp(0.0, 1.0);
        DayCounts { negative: clustered(n, share, self.rho, rng), n, said: n }
    }

    /// Days at every touchpoint; `happens` says what befalls touchpoint 0 on a day: (added to the share, volume times).
    pub(crate) fn series(&self, days: usize, happens: impl Fn(usize) -> (f64, f64), rng: &mut StdRng) -> Series {
        let place = |place: usize, rng: &mut StdRng| {
            let day = |day: usize, rng: &mut StdRng| {
                let (rise, more) = if place == 0 { happens(day) } else { (0.0, 1.0) };
                self.day(place, day, rise, more, rng)
            };
            (0..days).map(|i| day(i, rng)).collect()
        };
        let monday = NaiveDate::from_ymd_opt(2026, 1, 5).expect("a day");
        Series::new(monday, (0..self.places).map(|i| place(i, rng)).collect())
    }
}

/// What is found a night where nothing happens.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct FalseAlarms {
    /// Nights at which a share was watched or more.
    pub(crate) watched: f64,
    /// New alerts of a share.
    pub(crate) negative: f64,
    /// New drifts.
    pub(crate) drift: f64,
    /// New alerts and watches of a volume.
    pub(crate) volume: f64,
    /// What the usual rule finds: more than the mean of seven days and two standard deviations.
    pub(crate) usual_rule: f64,
}

/// Judges `nights` of `maps` quiet maps.
pub(crate) fn false_alarms(world: &World, maps: u64, nights: usize, seed: u64) -> FalseAlarms {
    let mut found = FalseAlarms::default();
    let all = maps as f64 * nights as f64;
    for map in 0..maps {
        let mut rng = StdRng::seed_from_u64(seed + map);
        let series = world.series(HISTORY + nights, |_| (0.0, 1.0), &mut rng);
        for episode in judged(&series, HISTORY) {
            let is_alert = f64::from(u8::from(episode.tier == AlertTier::Alert));
            match episode.kind {
                AlertKind::Negative => {
                    found.watched += episode.nights_out() as f64 / all;
                    found.negative += is_alert / all;
                }
                AlertKind::Drift => found.drift += is_alert / all,
                AlertKind::Volume | AlertKind::Source => found.volume += 1.0 / all,
            }
        }
        for night in HISTORY..HISTORY + nights {
            let out = (0..world.places).filter(|place| usual_rule(&series, *place, night)).count();
            found.usual_rule += out as f64 / all;
        }
    }
    found
}

/// More negative mentions than the mean of the seven days before and two standard deviations.
fn usual_rule(series: &Series, place: usize, day: usize) -> bool {
    let week: Vec<f64> = (day - 7..day).map(|day| series.at(place, day).negative as f64).collect();
    let mean = week.iter().sum::<f64>() / 7.0;
    let deviation = (week.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / 6.0).sqrt();
    series.at(place, day).negative as f64 > mean + 2.0 * deviation
}

/// Of times that something happens at one touchpoint, how often it is found.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Detected {
    /// Watched on the first night.
    pub(crate) watched: f64,
    /// An alert on the first night.
    pub(crate) at_once: f64,
    /// An alert within the nights given.
    pub(crate) in_time: f64,
    /// By the usual rule on the first night.
    pub(crate) usual_rule: f64,
}

/// What begins after the history and lasts for `nights`, `times` times over: `happens` takes the night, from 0.
pub(crate) fn detected(
    world: &World,
    kinds: &[AlertKind],
    nights: usize,
    happens: impl Fn(usize) -> (f64, f64),
    times: u64,
    seed: u64,
) -> Detected {
    let mut found = Detected::default();
    let one = 1.0 / times as f64;
    for time in 0..times {
        let mut rng = StdRng::seed_from_u64(seed + time);
        let befalls = |day: usize| day.checked_sub(HISTORY).map_or((0.0, 1.0), &happens);
        // Another weekday each time.
        let first = HISTORY + (time % 7) as usize;
        let befalls = |day: usize| if day < first { (0.0, 1.0) } else { befalls(day - (first - HISTORY)) };
        let series = world.series(first + nights, befalls, &mut rng);
        let here = |episode: &Episode| episode.place == 0 && kinds.contains(&episode.kind);
        let first_night = Series::new(
            series.date(0),
            (0..series.places()).map(|place| (0..=first).map(|day| series.at(place, day)).collect()).collect(),
        );
        let at_first: Vec<Episode> = judged(&first_night, first).into_iter().filter(here).collect();
        let is_alert = |episode: &Episode| episode.tier == AlertTier::Alert;
        found.watched += if at_first.is_empty() { 0.0 } else { one };
        found.at_once += if at_first.iter().any(is_alert) { one } else { 0.0 };
        found.in_time += if judged(&series, first).iter().filter(|e| here(e)).any(is_alert) { one } else { 0.0 };
        found.usual_rule += if usual_rule(&series, 0, first) { one } else { 0.0 };
    }
    found
}

fn judged(series: &Series, first: usize) -> Vec<Episode> {
    episodes(series, first, &AlertsConfig::default(), &vec![Sensitivity::Normal; series.places()])
}

/// A Poisson draw (D. E. Knuth, *The Art of Computer Programming* 2, §3.4.1), large means in parts.
fn poisson(mean: f64, rng: &mut StdRng) -> u64 {
    if mean > 30.0 {
        return poisson(30.0, rng) + poisson(mean - 30.0, rng);
    }
    let (limit, mut product, mut drawn) = ((-mean).exp(), 1.0, 0);
    loop {
        product *= rng.random::<f64>();
        if product <= limit {
            return drawn;
        }
        drawn += 1;
    }
}

/// A gamma draw of this shape (G. Marsaglia, W. W. Tsang, ACM TOMS 26, 2000).
fn gamma(shape: f64, rng: &mut StdRng) -> f64 {
    if shape < 1.0 {
        return gamma(shape + 1.0, rng) * rng.random::<f64>().powf(1.0 / shape);
    }
    let d = shape - 1.0 / 3.0;
    loop {
        let normal =
            (-2.0 * (1.0 - rng.random::<f64>()).ln()).sqrt() * (std::f64::consts::TAU * rng.random::<f64>()).cos();
        let v = (1.0 + normal / (9.0 * d).sqrt()).powi(3);
        if v > 0.0 && (1.0 - rng.random::<f64>()).ln() < 0.5 * normal * normal + d - d * v + d * v.ln() {
            return d * v;
        }
    }
}

/// Hits among `n` that correlate by `rho`.
fn clustered(n: u64, share: f64, rho: f64, rng: &mut StdRng) -> u64 {
    let share = if rho > 0.0 && share > 0.0 && share < 1.0 {
        let weight = 1.0 / rho - 1.0;
        let (a, b) = (gamma(share * weight, rng), gamma((1.0 - share) * weight, rng));
        a / (a + b)
    } else {
        share
    };
    (0..n).filter(|_| rng.random::<f64>() < share).count() as u64
}
