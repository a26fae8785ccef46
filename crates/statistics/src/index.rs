//! The net-sentiment index with its interval, and the difference of two.

use statrs::distribution::{Beta, ContinuousCDF};

use crate::{Posterior, Z95};

/// Net sentiment, −1 to 1, as far as the data tells.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Index {
    /// Posterior mean.
    pub mean: f64,
    /// Posterior variance.
    pub variance: f64,
    /// Lower end of the 95 % interval; −1 or more and never above `mean`.
    pub low: f64,
    /// Upper end; 1 or less and never below `mean`.
    pub high: f64,
}

impl Posterior {
    /// The index this posterior describes.
    ///
    /// The interval is the central 95 % of the beta distribution on −1..1 that has the posterior's mean and variance
    /// (moment matching: N. L. Johnson, S. Kotz, N. Balakrishnan, *Continuous Univariate Distributions* 2, §25.4).
    /// Unlike mean ± 1.96 σ it never leaves the scale and keeps its coverage at three mentions.
    pub fn index(&self) -> Index {
        let (mean, variance) = (self.mean(), self.variance());
        let (low, high) = beta_interval(mean, variance).unwrap_or_else(|| {
            let reach = Z95 * variance.sqrt();
            (mean - reach, mean + reach)
        });
        Index { mean, variance, low: low.clamp(-1.0, mean), high: high.clamp(mean, 1.0) }
    }
}

/// The central 95 % of the beta distribution on −1..1 of this mean and variance; `None` where the variance is too small or
/// too large for one.
pub(crate) fn beta_interval(mean: f64, variance: f64) -> Option<(f64, f64)> {
    let (m, v) = (f64::midpoint(mean, 1.0), variance / 4.0);
    let weight = m * (1.0 - m) / v - 1.0;
    // Past a million mentions' worth the normal interval is the same, and the incomplete beta function slow.
    if !(weight > 0.0 && weight < 1e6) {
        return None;
    }
    let beta = Beta::new(m * weight, (1.0 - m) * weight).ok()?;
    let end = |share: f64| 2.0 * beta.inverse_cdf(share) - 1.0;
    let (low, high) = (end(0.025), end(0.975));
    (low.is_finite() && high.is_finite()).then_some((low, high))
}

/// A difference with its 95 % interval.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Difference {
    /// The later or first figure minus the other.
    pub difference: f64,
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

/// `a − b` of two independent indexes, −2 to 2.
///
/// The interval adds the distances of each figure from the ends of its own interval in squares (the method of variance
/// estimates recovery: G. Y. Zou, A. Donner, *Statistics in Medicine* 27, 2008), so it is lopsided where they are.
pub fn index_difference(a: &Index, b: &Index) -> Difference {
    combine((a.mean, a.low, a.high), (b.mean, b.low, b.high))
}

/// `a − b` of two figures given as (value, low, high).
pub(crate) fn combine(a: (f64, f64, f64), b: (f64, f64, f64)) -> Difference {
    let difference = a.0 - b.0;
    Difference {
        difference,
        low: difference - (a.0 - a.1).hypot(b.2 - b.0),
        high: difference + (a.2 - a.0).hypot(b.0 - b.1),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{Outcomes, Prior, posterior};

    fn index(negative: f64, neutral: f64, positive: f64) -> Index {
        posterior(Outcomes { negative, neutral, positive }, &Prior::JEFFREYS).index()
    }

    #[test]
    fn one_sided_counts_stay_on_the_scale_with_room_left() {
        let all_bad = index(3.0, 0.0, 0.0);
        assert!(all_bad.low >= -1.0 && all_bad.low < -0.95, "{all_bad:?}");
        assert!(all_bad.high > -0.2, "three mentions prove little: {all_bad:?}");
    }

    #[test]
    fn a_large_sample_agrees_with_the_normal_interval() {
        let i = index(3000.0, 2000.0, 5000.0);
        let reach = Z95 * i.variance.sqrt();
        assert!((i.low - (i.mean - reach)).abs() < 1e-3 && (i.high - (i.mean + reach)).abs() < 1e-3, "{i:?}");
        let huge = index(3e9, 2e9, 5e9);
        assert!(huge.low < huge.mean && huge.mean < huge.high && huge.high - huge.low < 1e-3);
    }

    #[test]
    fn equal_indexes_differ_by_nothing_give_or_take() {
        let i = index(4.0, 2.0, 9.0);
        let d = index_difference(&i, &i);
        assert!(d.difference.abs() < 1e-12 && d.low < 0.0 && d.high > 0.0);
    }

    proptest! {
        #[test]
        fn an_index_lies_in_its_interval_and_both_on_the_scale(
            negative in 0_u32..3000, neutral in 0_u32..3000, positive in 0_u32..3000,
        ) {
            let i = index(f64::from(negative), f64::from(neutral), f64::from(positive));
            prop_assert!((-1.0..=1.0).contains(&i.low) && (-1.0..=1.0).contains(&i.high));
            prop_assert!(i.low <= i.mean && i.mean <= i.high && i.low < i.high, "{:?}", i);
        }

        #[test]
        fn ten_times_the_data_narrows_the_interval(
            negative in 0_u32..300, neutral in 0_u32..300, positive in 0_u32..300,
        ) {
            let (a, b, c) = (f64::from(negative), f64::from(neutral), f64::from(positive));
            prop_assume!(a + b + c > 0.0);
            let (little, much) = (index(a, b, c), index(10.0 * a, 10.0 * b, 10.0 * c));
            prop_assert!(much.high - much.low < little.high - little.low, "{:?} {:?}", little, much);
        }

        #[test]
        fn lopsided_priors_and_tiny_weights_still_give_an_interval(
            share in 0.0001_f64..0.9998, strength in 0.01_f64..60.0, n in 0_u32..2000,
        ) {
            let shares = crate::Shares { negative: share, neutral: (1.0 - share) / 2.0, positive: (1.0 - share) / 2.0 };
            let outcomes = Outcomes { negative: f64::from(n), ..Outcomes::default() };
            let i = posterior(outcomes, &Prior { strength, shares }).index();
            prop_assert!(-1.0 <= i.low && i.low <= i.mean && i.mean <= i.high && i.high <= 1.0, "{:?}", i);
        }
    }
}
