//! How many of n are hits, where the share itself varies from day to day.

use statrs::{
    distribution::{Discrete, Poisson},
    function::gamma::ln_gamma,
};

/// Shares and concentrations are kept inside these, where the sums below are exact to many digits.
const SHARE: (f64, f64) = (1e-6, 1.0 - 1e-6);
const CONCENTRATION: (f64, f64) = (1e-3, 1e9);

/// The beta-binomial distribution: each day draws its share from a beta distribution, then its hits (J. G. Skellam,
/// *Journal of the Royal Statistical Society B* 10, 1948).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BetaBinomial {
    share: f64,
    concentration: f64,
}

impl BetaBinomial {
    /// Hits with this mean share, 0 to 1, whose beta distribution weighs as much as `concentration` observations, above
    /// 0; infinity makes it binomial. The correlation of two observations of one day is `1 / (concentration + 1)`.
    pub fn new(share: f64, concentration: f64) -> Self {
        Self {
            share: share.clamp(SHARE.0, SHARE.1),
            concentration: concentration.clamp(CONCENTRATION.0, CONCENTRATION.1),
        }
    }

    /// The mean share.
    pub fn share(&self) -> f64 {
        self.share
    }

    /// The weight of the beta distribution, in observations.
    pub fn concentration(&self) -> f64 {
        self.concentration
    }

    /// Variance of the number of hits among `n`.
    pub fn variance(&self, n: f64) -> f64 {
        let binomial = n * self.share * (1.0 - self.share);
        binomial * (self.concentration + n) / (self.concentration + 1.0)
    }

    /// The probability of `hits` or more among `n`, 0 to 1.
    pub fn upper_tail(&self, hits: u64, n: u64) -> f64 {
        if hits == 0 {
            return 1.0;
        }
        if hits > n {
            return 0.0;
        }
        // The shorter side is summed; each probability follows from the one before.
        if (hits as f64) > self.share * n as f64 {
            self.sum(hits, n).min(1.0)
        } else {
            (1.0 - self.mirrored().sum(n - hits + 1, n)).clamp(0.0, 1.0)
        }
    }

    /// The fewest hits among `n` whose probability is below `level`; `None` where even `n` hits are too likely.
    pub fn critical(&self, n: u64, level: f64) -> Option<u64> {
        let (mut low, mut high) = (0, n + 1);
        while high - low > 1 {
            let middle = u64::midpoint(low, high);
            if self.upper_tail(middle, n) < level {
                high = middle;
            } else {
                low = middle;
            }
        }
        (high <= n).then_some(high)
    }

    /// The same with hits and misses exchanged.
    fn mirrored(&self) -> Self {
        Self { share: 1.0 - self.share, ..*self }
    }

    fn sum(&self, hits: u64, n: u64) -> f64 {
        let mut probability = self.ln_probability(hits, n).exp();
        let mut sum = 0.0;
        for k in hits..=n {
            sum += probability;
            if probability < sum * 1e-17 {
                break;
            }
            probability *= self.ratio(k, n);
        }
        sum
    }

    /// P(k + 1) / P(k).
    fn ratio(&self, k: u64, n: u64) -> f64 {
        if k >= n {
            return 0.0;
        }
        let (a, b) = self.parameters();
        let (k, n) = (k as f64, n as f64);
        (n - k) * (a + k) / ((k + 1.0) * (b + n - k - 1.0))
    }

    fn ln_probability(&self, k: u64, n: u64) -> f64 {
        let (k, n) = (k as f64, n as f64);
        let (a, b) = self.parameters();
        ln_gamma(n + 1.0) - ln_gamma(k + 1.0) - ln_gamma(n - k + 1.0) + rising(a, k) + rising(b, n - k)
            - rising(a + b, n)
    }

    fn parameters(&self) -> (f64, f64) {
        (self.share * self.concentration, (1.0 - self.share) * self.concentration)
    }
}

/// `ln (x (x + 1) … (x + k − 1))`. Gamma functions of large numbers cancel to nothing, so it is summed there.
fn rising(x: f64, k: f64) -> f64 {
    if x > 1e5 && k < 1e5 {
        return (0..k as u64).map(|i| (x + i as f64).ln()).sum();
    }
    ln_gamma(x + k) - ln_gamma(x)
}

/// Usual numbers above this are taken as exact instead of as a mean.
const LARGE: f64 = 400.0;

/// The probability that a day is found whose true share of hits is `share`, with observations of one day correlated by
/// `rho`, when a number of hits is found that has a probability below `level` under `expected`. The day's number of
/// observations is Poisson with mean `usual`.
pub fn detection_probability(expected: &BetaBinomial, usual: f64, level: f64, share: f64, rho: f64) -> f64 {
    let actual = BetaBinomial::new(share, 1.0 / rho.max(1e-9) - 1.0);
    let found = |n: u64| expected.critical(n, level).map_or(0.0, |hits| actual.upper_tail(hits, n));
    if usual > LARGE {
        return found(usual.round() as u64);
    }
    let Ok(days) = Poisson::new(usual) else { return 0.0 };
    let furthest = (usual + 8.0 * usual.sqrt() + 8.0) as u64;
    (0..=furthest).map(|n| days.pmf(n) * found(n)).sum::<f64>().min(1.0)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn tails_equal_those_computed_elsewhere() {
        // scipy 1.17.1: scipy.stats.betabinom.sf(hits - 1, n, share * k, (1 - share) * k); the last, where
        // that has few digits left, summed in exact fractions.
        for (share, k, hits, n, tail) in TAILS {
            let found = BetaBinomial::new(share, k).upper_tail(hits, n);
            assert!((found - tail).abs() < 1e-9 * tail.max(1e-3), "{hits} of {n} at {share} ± {k}: {found} for {tail}");
        }
    }

    #[test]
    fn without_variation_it_is_the_binomial_distribution() {
        // scipy 1.17.1: scipy.stats.binom.sf(5, 8, 0.3) and sf(4, 8, 0.3).
        let binomial = BetaBinomial::new(0.3, f64::INFINITY);
        assert!((binomial.upper_tail(6, 8) - 0.011_292_21).abs() < 1e-7, "{}", binomial.upper_tail(6, 8));
        assert_eq!(binomial.critical(8, 0.025), Some(6));
        assert_eq!(BetaBinomial::new(0.3, 2.0).critical(3, 0.025), None, "three prove nothing where days vary so much");
    }

    #[test]
    fn eight_a_day_find_a_rise_to_eighty_in_a_hundred_two_times_out_of_three() {
        // The same sum with scipy's poisson.pmf, betabinom.sf and binom.sf: 0.679 135 58.
        let expected = BetaBinomial::new(0.3, 28.0 * 8.0);
        let power = |usual| detection_probability(&expected, usual, 0.025, 0.8, 0.0);
        assert!((power(8.0) - 0.679_135_58).abs() < 1e-6, "{}", power(8.0));
        assert!((power(20.0) - 0.987_190_39).abs() < 1e-6 && power(500.0) > 0.999_999);
    }

    /// (share, concentration, hits, n, tail)
    const TAILS: [(f64, f64, u64, u64, f64); 7] = [
        (0.3, 224.0, 6, 8, 0.012_606_612_225_670_73),
        (0.3, 15.0, 6, 8, 0.033_126_831_054_687_5),
        (0.05, 9.0, 3, 20, 0.139_141_150_192_393_26),
        (0.5, 2.0, 1, 4, 0.8),
        (0.7, 1000.0, 60, 100, 0.983_586_474_939_409_9),
        (0.02, 40.0, 2, 7, 0.014_839_706_208_146_897),
        (0.3, 5e7, 30, 60, 0.000_912_856_398_785_929_9),
    ];

    proptest! {
        #[test]
        fn tails_fall_from_one_to_nothing(share in 0.001_f64..0.999, k in 0.1_f64..1e7, n in 1_u64..300) {
            let days = BetaBinomial::new(share, k);
            let tails: Vec<f64> = (0..=n + 1).map(|hits| days.upper_tail(hits, n)).collect();
            prop_assert!((tails[0] - 1.0).abs() < 1e-12 && tails[n as usize + 1] == 0.0);
            prop_assert!(tails.windows(2).all(|pair| pair[0] >= pair[1] - 1e-12), "{:?}", tails);
            let mean: f64 = tails[1..].iter().sum();
            prop_assert!((mean - share * n as f64).abs() < 1e-6 * n as f64 + 1e-9, "mean {mean}");
        }

        #[test]
        fn the_critical_number_is_the_first_that_is_rare(
            share in 0.01_f64..0.99, k in 0.5_f64..1e6, n in 1_u64..200, level in 0.001_f64..0.2,
        ) {
            let days = BetaBinomial::new(share, k);
            match days.critical(n, level) {
                None => prop_assert!(days.upper_tail(n, n) >= level * (1.0 - 1e-9)),
                Some(hits) => {
                    prop_assert!(days.upper_tail(hits, n) < level * (1.0 + 1e-9));
                    prop_assert!(days.upper_tail(hits - 1, n) >= level * (1.0 - 1e-9));
                }
            }
        }
    }
}
