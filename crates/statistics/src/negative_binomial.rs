//! How many come in a day, where days vary more than Poisson counts.

use statrs::distribution::{DiscreteCDF, NegativeBinomial, Poisson};

/// The probability of `count` or more where counts have this mean and variance: negative binomial, or Poisson where the
/// variance is not above the mean (J. M. Hilbe, *Negative Binomial Regression*, 2011, §8).
pub fn count_upper_tail(count: u64, mean: f64, variance: f64) -> f64 {
    let Some(below) = count.checked_sub(1) else { return 1.0 };
    if mean <= 0.0 {
        return 0.0;
    }
    if variance <= mean * (1.0 + 1e-6) {
        return Poisson::new(mean).map_or(1.0, |poisson| poisson.sf(below));
    }
    let size = mean * mean / (variance - mean);
    NegativeBinomial::new(size, mean / variance).map_or(1.0, |days| days.sf(below))
}

/// The fewest that `count_upper_tail` gives less than `level`.
pub fn count_critical(mean: f64, variance: f64, level: f64) -> u64 {
    let mut high = (mean.max(1.0) * 2.0).ceil() as u64;
    while count_upper_tail(high, mean, variance) >= level && high < 1 << 40 {
        high *= 2;
    }
    let mut low = 0;
    while high - low > 1 {
        let middle = u64::midpoint(low, high);
        if count_upper_tail(middle, mean, variance) < level {
            high = middle;
        } else {
            low = middle;
        }
    }
    high
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn tails_equal_those_computed_elsewhere() {
        // scipy 1.17.1: scipy.stats.nbinom.sf(count - 1, m * m / (v - m), m / v), and scipy.stats.poisson.sf where v = m.
        for (count, mean, variance, tail) in TAILS {
            let found = count_upper_tail(count, mean, variance);
            assert!((found - tail).abs() < 1e-9 * tail.max(1e-3), "{count} at {mean} ± {variance}: {found} for {tail}");
        }
    }

    /// (count, mean, variance, tail)
    const TAILS: [(u64, f64, f64, f64); 6] = [
        (30, 10.0, 30.0, 0.003_919_433_658_214_029),
        (3, 1.5, 1.5, 0.191_153_169_461_941_83),
        (12, 4.2, 9.7, 0.028_225_078_261_531_363),
        (120, 60.0, 600.0, 0.020_398_389_411_444_78),
        (1, 0.2, 0.3, 0.149_716_999_582_806_15),
        (15, 20.0, 20.0, 0.895_135_718_892_015_3),
    ];

    proptest! {
        #[test]
        fn the_critical_count_is_the_first_that_is_rare(
            mean in 0.1_f64..300.0, factor in 1.0_f64..20.0, level in 0.0001_f64..0.1,
        ) {
            let count = count_critical(mean, mean * factor, level);
            prop_assert!(count_upper_tail(count, mean, mean * factor) < level);
            prop_assert!(count == 0 || count_upper_tail(count - 1, mean, mean * factor) >= level);
        }
    }
}
