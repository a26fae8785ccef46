//! A share that rises slowly: no single day stands out, their sum does.

use crate::dice::Dice;

/// A day of a series: which of the week it is, and what was seen.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct SeriesDay {
    /// 0 to 6; only days of one weekday ever change places.
    pub weekday: usize,
    /// Hits.
    pub hits: f64,
    /// Observations.
    pub n: f64,
}

/// The cumulative sum at the end of a series (E. S. Page, *Biometrika* 41, 1954; D. C. Montgomery, *Introduction to
/// Statistical Quality Control*, §9.1): what the days of `recent` lie above `share` each, less `allowance` standard
/// deviations a day, begun anew whenever it falls below 0. In standard deviations of a day whose observations correlate
/// by `rho`.
pub fn cusum(recent: &[SeriesDay], share: f64, rho: f64, allowance: f64) -> f64 {
    let share = share.clamp(1e-3, 1.0 - 1e-3);
    recent.iter().filter(|day| day.n > 0.0).fold(0.0, |sum: f64, day| {
        let deviation = (day.n * share * (1.0 - share) * (1.0 + (day.n - 1.0) * rho)).sqrt();
        (sum + (day.hits - day.n * share) / deviation - allowance).max(0.0)
    })
}

/// Most rearrangements of a series.
const MOST: u32 = 4000;
/// So many at least as extreme settle it that a series is nothing special.
const ENOUGH: u32 = 20;

/// The probability of a cumulative sum as high as that of the last `recent` days of `days`, against the days before
/// them, if all were alike.
///
/// Days of one weekday change places over the whole series, so that the uncertainty of the earlier share and the
/// variation between days are those of the data. Rearrangements stop once their verdict is clear (J. Besag, P. Clifford,
/// *Biometrika* 78, 1991), 4000 at most: the least answer is 1/4001. 1 where the earlier days are empty.
pub fn drift_probability(days: &[SeriesDay], recent: usize, rho: f64, allowance: f64, seed: u64) -> f64 {
    let start = days.len().saturating_sub(recent);
    let statistic = |days: &[SeriesDay]| {
        let (hits, n) = days[..start].iter().fold((0.0, 0.0), |(hits, n), day| (hits + day.hits, n + day.n));
        if n > 0.0 { cusum(&days[start..], (hits + 0.5) / (n + 1.0), rho, allowance) } else { 0.0 }
    };
    let observed = statistic(days);
    if observed <= 0.0 {
        return 1.0;
    }
    let mut dice = Dice::new(seed);
    let places: Vec<Vec<usize>> =
        (0..7).map(|weekday| (0..days.len()).filter(|i| days[*i].weekday == weekday).collect()).collect();
    let mut rearranged = days.to_vec();
    let mut as_high = 0;
    for drawn in 1..=MOST {
        for places in &places {
            for last in (1..places.len()).rev() {
                rearranged.swap(places[last], places[dice.below(last + 1)]);
            }
        }
        as_high += u32::from(statistic(&rearranged) >= observed - 1e-9);
        if as_high == ENOUGH {
            return f64::from(ENOUGH) / f64::from(drawn);
        }
    }
    f64::from(as_high + 1) / f64::from(MOST + 1)
}

/// More observations a day hardly add to a power.
const MANY: f64 = 40.0;
/// Series drawn to tell a power: quiet ones, and ones with a rise.
const DRAWN: (usize, usize) = (1500, 200);

/// The probability that a share that rose from `share` to `risen` two weeks ago is found by [`drift_probability`] below
/// `level`, with `usual` observations a day that correlate by `rho`: simulated, to about ±.04. `recent` days are held
/// against as many before; `rule` is the allowance and the level.
pub fn drift_power(usual: f64, share: f64, risen: f64, rho: f64, recent: usize, rule: (f64, f64), seed: u64) -> f64 {
    let (allowance, level) = rule;
    let mut dice = Dice::new(seed);
    let n = usual.round().clamp(1.0, MANY) as u32;
    let mut drawn = |last: f64| {
        let mut hits = |share: f64| clustered_hits(n, share, rho, &mut dice);
        let before: f64 = (0..recent).map(|_| hits(share)).sum();
        let late = |i: usize| if i + 14 >= recent { last } else { share };
        let day = |i: usize| SeriesDay { weekday: i % 7, hits: hits(late(i)), n: f64::from(n) };
        let days: Vec<SeriesDay> = (0..recent).map(day).collect();
        cusum(&days, (before + 0.5) / (recent as f64 * f64::from(n) + 1.0), rho, allowance)
    };
    let mut quiet: Vec<f64> = (0..DRAWN.0).map(|_| drawn(share)).collect();
    quiet.sort_by(f64::total_cmp);
    let critical = quiet[((1.0 - level) * DRAWN.0 as f64) as usize];
    (0..DRAWN.1).filter(|_| drawn(risen) > critical).count() as f64 / DRAWN.1 as f64
}

/// Hits among `n` that correlate by `rho`, drawn from Pólya's urn (N. L. Johnson, S. Kotz, *Urn Models*, 1977, §4.2).
fn clustered_hits(n: u32, share: f64, rho: f64, dice: &mut Dice) -> f64 {
    let weight = 1.0 / rho.max(1e-9) - 1.0;
    (0..n).fold(0.0, |hits, drawn| {
        let next = (share * weight + hits) / (weight + f64::from(drawn));
        hits + f64::from(u32::from(dice.share() < next))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn series(dice: &mut Dice, share: impl Fn(usize) -> f64) -> Vec<SeriesDay> {
        let day = |i: usize, dice: &mut Dice| {
            let hits = (0..10).filter(|_| dice.share() < share(i)).count();
            SeriesDay { weekday: i % 7, hits: hits as f64, n: 10.0 }
        };
        (0..56).map(|i| day(i, dice)).collect()
    }

    #[test]
    fn the_sum_agrees_with_a_calculation_by_hand() {
        let day = |hits| SeriesDay { weekday: 0, hits, n: 4.0 };
        // One standard deviation of 4 at ½ is 1: +1 − ½, −2 − ½ (begun anew), +2 − ½, then +1 − ½.
        let found = cusum(&[day(3.0), day(0.0), day(4.0), day(3.0)], 0.5, 0.0, 0.5);
        assert!((found - 2.0).abs() < 1e-12, "{found}");
        assert!(cusum(&[], 0.5, 0.0, 0.5).abs() < f64::EPSILON);
    }

    #[test]
    fn a_slow_rise_is_found_and_a_quiet_series_is_not_unlikely() {
        let mut dice = Dice::new(3);
        let found = |dice: &mut Dice, rise: f64| {
            let days = series(dice, |i| 0.3 + rise * (i as f64 - 28.0).max(0.0) / 28.0);
            drift_probability(&days, 28, 0.0, 0.25, 9) < 0.01
        };
        let risen = (0..60).filter(|_| found(&mut dice, 0.3)).count();
        let quiet = (0..200).filter(|_| found(&mut dice, 0.0)).count();
        assert!(risen > 45, "{risen} of 60 drifts from .3 to .6 were found");
        assert!(quiet <= 6, "{quiet} of 200 quiet series were");
    }

    #[test]
    fn power_grows_with_the_rise_and_with_what_is_said() {
        let power = |usual, risen| drift_power(usual, 0.3, risen, 0.0, 28, (0.25, 0.002), 4);
        assert!(power(20.0, 0.5) > 0.8, "{}", power(20.0, 0.5));
        assert!(power(3.0, 0.4) < 0.3, "{}", power(3.0, 0.4));
    }

    #[test]
    fn urns_vary_as_much_as_they_should() {
        let mut dice = Dice::new(2);
        let hits: Vec<f64> = (0..4000).map(|_| clustered_hits(10, 0.3, 0.2, &mut dice)).collect();
        let mean = hits.iter().sum::<f64>() / 4000.0;
        let variance = hits.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / 4000.0;
        // 10 × .3 × .7 × (1 + 9 × .2) = 5.88.
        assert!((mean - 3.0).abs() < 0.15 && (variance - 5.88).abs() < 0.5, "{mean} {variance}");
    }

    #[test]
    fn a_weekday_that_is_always_bad_is_no_drift() {
        let days: Vec<SeriesDay> =
            (0..56).map(|i| SeriesDay { weekday: i % 7, hits: if i % 7 == 6 { 9.0 } else { 2.0 }, n: 10.0 }).collect();
        assert!(drift_probability(&days, 28, 0.0, 0.25, 1) > 0.5);
    }
}
