//! What a day was to be expected to bring, learned from the days before it.

use moodline_statistics::{BetaBinomial, count_dispersion, day_correlation};

use crate::{Series, series::DayCounts};

/// Days of its own weekday that a touchpoint has to have before they count as much as those of all.
const WEEKDAY_DAYS: f64 = 4.0;
/// Days of a touchpoint's own that its variation has to have before it counts as much as that of the whole map.
const OWN_DAYS: f64 = 28.0;
/// Share of the days that is left once the mean of each weekday has been estimated from them.
const FREE: f64 = 0.85;

/// The days that one touchpoint is held against: (weekday, counts).
pub(crate) type Days = Vec<(usize, DayCounts)>;

/// The history of one night on one map.
#[derive(Debug)]
pub(crate) struct History {
    places: Vec<Days>,
    /// How alike mentions of one day are, all touchpoints together.
    rho: f64,
    /// How alike mentions of one weekday are.
    weekday_rho: f64,
    /// How much each weekday brings, 1 on average.
    weekday_volume: [f64; 7],
    /// How much more numbers of mentions vary than Poisson counts do.
    dispersion: f64,
}

/// What was to be expected of a share.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ExpectedShare {
    /// Of the negative ones among the mentions of that day.
    pub(crate) mentions: BetaBinomial,
    /// Mentions that what is known of the share is worth.
    pub(crate) weight: f64,
    /// How alike mentions of one day are here.
    pub(crate) rho: f64,
}

/// What was to be expected of a number of mentions.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ExpectedVolume {
    pub(crate) mean: f64,
    pub(crate) variance: f64,
}

impl ExpectedShare {
    /// The most hits among `n` that lie within the 95 % interval.
    pub(crate) fn hits_critical(&self, n: u64) -> f64 {
        self.mentions.critical(n, 0.025).map_or(n, |hits| hits - 1) as f64
    }

    /// The most misses.
    pub(crate) fn misses_critical(&self, n: u64) -> f64 {
        let misses = BetaBinomial::new(1.0 - self.mentions.share(), self.mentions.concentration());
        misses.critical(n, 0.025).map_or(n, |misses| misses - 1) as f64
    }
}

impl History {
    /// Learns from the last `length` days before `day` at each touchpoint, those left out where `is_out` says so, none
    /// further back than twice that.
    pub(crate) fn before(series: &Series, day: usize, length: usize, is_out: &dyn Fn(usize, usize) -> bool) -> Self {
        let earliest = day.saturating_sub(2 * length);
        let days = |place: usize| -> Days {
            let known = (earliest..day).rev().filter(|day| !is_out(place, *day)).take(length);
            known.map(|day| (series.weekday(day), series.at(place, day))).collect()
        };
        let places: Vec<Days> = (0..series.places()).map(days).collect();
        let strata: Vec<Vec<(f64, f64)>> = places.iter().flat_map(by_weekday).collect();
        let rho = day_correlation(strata.iter().map(Vec::as_slice));
        let weekdays: Vec<Vec<(f64, f64)>> = places.iter().map(|days| weekday_sums(days, rho)).collect();
        let weekday_rho = day_correlation(weekdays.iter().map(Vec::as_slice));
        let weekday_volume = weekday_volume(&places);
        let mut history = Self { places, rho, weekday_rho, weekday_volume, dispersion: 0.0 };
        let fitted: Vec<(f64, f64)> = (0..history.places.len()).flat_map(|place| history.fitted(place)).collect();
        history.dispersion = count_dispersion(&fitted, FREE);
        history
    }

    /// Mentions with a verdict that a touchpoint is held against.
    pub(crate) fn n(&self, place: usize) -> u64 {
        self.places[place].iter().map(|(_, day)| day.n).sum()
    }

    /// Mentions with a verdict in a day here, on average.
    pub(crate) fn usual_n(&self, place: usize) -> f64 {
        self.n(place) as f64 / self.places[place].len().max(1) as f64
    }

    /// How alike mentions of one day are here: as far as the touchpoint itself tells, else as on the whole map.
    fn rho_of(&self, place: usize) -> f64 {
        let strata = by_weekday(&self.places[place]);
        let days = self.places[place].iter().filter(|(_, day)| day.n > 0).count() as f64;
        let own = day_correlation(strata.iter().map(Vec::as_slice));
        (own * days + self.rho * OWN_DAYS) / (days + OWN_DAYS)
    }

    /// The share of negative mentions of such a weekday here.
    ///
    /// The other weekdays say what is likely for this one, the less the more weekdays differ; its own days then say what
    /// it is (two beta-binomial steps). Counts enter divided by their design effect (J. N. K. Rao, A. J. Scott,
    /// *Biometrics* 48, 1992). The variation of days adds to what is not known of the share.
    pub(crate) fn share(&self, place: usize, weekday: usize) -> ExpectedShare {
        let rho = self.rho_of(place);
        let deflate = 1.0 / design_effect(&self.places[place], rho);
        let sum = |wanted: &dyn Fn(usize) -> bool| {
            let days = self.places[place].iter().filter(|(weekday, _)| wanted(*weekday));
            let (hits, n) = days.fold((0, 0), |sum, (_, day)| (sum.0 + day.negative, sum.1 + day.n));
            (hits as f64 * deflate, n as f64 * deflate)
        };
        let (own, others) = (sum(&|day| day == weekday), sum(&|day| day != weekday));
        // Jeffreys: half a hit and half a miss before anything is known.
        let (prior, known) = ((others.0 + 0.5) / (others.1 + 1.0), others.1 + 1.0);
        let alike = 1.0 / self.weekday_rho.max(1e-9) - 1.0;
        let strength = 1.0 / (1.0 / known + 1.0 / alike.max(1e-9));
        let weight = strength + own.1;
        let share = (prior * strength + own.0) / weight;
        let days = 1.0 / rho.max(1e-9) - 1.0;
        let concentration = 1.0 / (1.0 / weight + 1.0 / days.max(1e-9));
        ExpectedShare { mentions: BetaBinomial::new(share, concentration), weight, rho }
    }

    /// How many mentions such a weekday brings here.
    ///
    /// Half of it is the touchpoint's mean times the map's weekday, half its own days of that weekday, once it has four.
    pub(crate) fn volume(&self, place: usize, weekday: usize) -> ExpectedVolume {
        let (mean, leverage) = self.volume_mean(place, weekday);
        let fitted = self.fitted(place);
        let own = count_dispersion(&fitted, FREE);
        let days = fitted.len() as f64;
        let dispersion = (own * days + self.dispersion * OWN_DAYS) / (days + OWN_DAYS);
        ExpectedVolume { mean, variance: (mean + dispersion * mean * mean) * (1.0 + leverage) }
    }

    /// The mean and how much of a day's variance its own uncertainty adds.
    fn volume_mean(&self, place: usize, weekday: usize) -> (f64, f64) {
        let days = &self.places[place];
        let all = days.iter().map(|(_, day)| day.said).sum::<u64>() as f64 / days.len().max(1) as f64;
        let own: Vec<f64> = days.iter().filter(|(of, _)| *of == weekday).map(|(_, day)| day.said as f64).collect();
        let count = own.len() as f64;
        let weight = count / (count + WEEKDAY_DAYS);
        let own = if own.is_empty() { 0.0 } else { own.iter().sum::<f64>() / count };
        let mean = (1.0 - weight) * all * self.weekday_volume[weekday] + weight * own;
        let leverage = weight * weight / count.max(1.0) + (1.0 - weight).powi(2) / days.len().max(1) as f64;
        (mean, leverage)
    }

    /// Each day of history with what it was to be expected to bring.
    fn fitted(&self, place: usize) -> Vec<(f64, f64)> {
        let means: Vec<f64> = (0..7).map(|weekday| self.volume_mean(place, weekday).0).collect();
        self.places[place].iter().map(|(weekday, day)| (day.said as f64, means[*weekday])).collect()
    }
}

/// Days as (negative, n), a list for each weekday.
fn by_weekday(days: &Days) -> Vec<Vec<(f64, f64)>> {
    let mut strata = vec![Vec::new(); 7];
    for (weekday, day) in days {
        strata[*weekday].push((day.negative as f64, day.n as f64));
    }
    strata
}

/// (negative, n) of each weekday, divided by the design effect.
fn weekday_sums(days: &Days, rho: f64) -> Vec<(f64, f64)> {
    let deflate = 1.0 / design_effect(days, rho);
    let sum = |days: &Vec<(f64, f64)>| {
        let (hits, n) = days.iter().fold((0.0, 0.0), |sum, day| (sum.0 + day.0, sum.1 + day.1));
        (hits * deflate, n * deflate)
    };
    by_weekday(days).iter().map(sum).collect()
}

/// How many mentions count as one because those of a day are alike: `1 + (m − 1) ρ` (L. Kish, *Survey Sampling*, 1965,
/// §5.4), m being the size of the day that a mention lies in.
fn design_effect(days: &Days, rho: f64) -> f64 {
    let n: f64 = days.iter().map(|(_, day)| day.n as f64).sum();
    let squares: f64 = days.iter().map(|(_, day)| (day.n as f64).powi(2)).sum();
    if n > 0.0 { 1.0 + (squares / n - 1.0).max(0.0) * rho } else { 1.0 }
}

/// How much each weekday brings on the whole map; 1 for all where nothing was said.
fn weekday_volume(places: &[Days]) -> [f64; 7] {
    let (mut said, mut days) = ([0.0; 7], [0.0; 7]);
    for (weekday, day) in places.iter().flatten() {
        said[*weekday] += day.said as f64;
        days[*weekday] += 1.0;
    }
    let mean = said.iter().sum::<f64>() / days.iter().sum::<f64>().max(1.0);
    std::array::from_fn(
        |weekday| {
            if mean > 0.0 && days[weekday] > 0.0 { said[weekday] / days[weekday] / mean } else { 1.0 }
        },
    )
}
