//! Intervals of figures that are no shares: rows drawn again with replacement.
//!
//! B. Efron and R. Tibshirani, *An Introduction to the Bootstrap*, 1993, chapters 13 (percentile) and 13.5 / A. Davison
//! and D. Hinkley, *Bootstrap Methods and their Application*, 1997, section 5.2 (basic).

use crate::Estimate;

/// Draws per interval: the ends of a 95 % interval then rest on the 25th draw from each side.
const DRAWS: usize = 1000;
/// Every interval of the same rows is the same in every run.
const SEED: u64 = 0x6d6f_6f64_6c69_6e65;

/// `SplitMix64` (G. Steele, D. Lea, C. Flood, OOPSLA 2014): the same numbers on every machine and for ever.
struct SplitMix(u64);

impl SplitMix {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        mix(self.0)
    }

    /// A number below `n`, by the upper half of the product (D. Lemire, 2019, without the correction of its tiny bias).
    fn below(&mut self, n: usize) -> usize {
        ((u128::from(self.next()) * n as u128) >> 64) as usize
    }
}

/// Spreads a number over all 64 bits.
pub(crate) fn mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// What `figures` gives for each of the drawn samples, one list per figure, each in ascending order. A sample is told as
/// how often it holds each of the `n` rows. Figures that are no number for a sample are left out.
pub(crate) fn resample<const K: usize>(n: usize, mut figures: impl FnMut(&[u32]) -> [f64; K]) -> [Vec<f64>; K] {
    let mut dice = SplitMix(SEED);
    let mut times = vec![0_u32; n];
    let mut found = [const { Vec::new() }; K];
    for _ in 0..DRAWS {
        times.fill(0);
        for _ in 0..n {
            times[dice.below(n)] += 1;
        }
        for (found, value) in found.iter_mut().zip(figures(&times)) {
            if value.is_finite() {
                found.push(value);
            }
        }
    }
    for found in &mut found {
        found.sort_by(f64::total_cmp);
    }
    found
}

/// `value` with the interval that holds the middle 95 % of `draws`.
pub(crate) fn percentile(value: f64, draws: &[f64]) -> Estimate {
    let (low, high) = ends(value, draws);
    Estimate { value, low: low.min(value), high: high.max(value) }
}

/// `value`, 0 to 1, with the draws reflected at it. For figures that chance alone makes larger, in a sample of
/// rows as in a draw of that sample: reflected, the interval reaches down to where the truth is.
pub(crate) fn reflected(value: f64, draws: &[f64]) -> Estimate {
    let (low, high) = ends(value, draws);
    Estimate { value, low: (2.0 * value - high).clamp(0.0, value), high: (2.0 * value - low).clamp(value, 1.0) }
}

fn ends(value: f64, draws: &[f64]) -> (f64, f64) {
    let at = |share: f64| draws.get(((draws.len().max(1) - 1) as f64 * share).round() as usize).copied();
    (at(0.025).unwrap_or(value), at(0.975).unwrap_or(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mean(values: &[f64], times: &[u32]) -> f64 {
        values.iter().zip(times).map(|(v, t)| v * f64::from(*t)).sum::<f64>() / values.len() as f64
    }

    #[test]
    fn every_sample_has_as_many_rows_as_there_are() {
        let [sums] = resample(37, |times| [f64::from(times.iter().sum::<u32>())]);
        assert_eq!(sums.len(), DRAWS);
        assert!(sums.iter().all(|sum| (sum - 37.0).abs() < 1e-12));
    }

    #[test]
    fn the_interval_of_a_mean_is_that_of_the_textbook() {
        // Standard error of a mean: s / √n.
        let values: Vec<f64> = (0..400).map(|i| f64::from(i % 20)).collect();
        let m = values.iter().sum::<f64>() / 400.0;
        let sd = (values.iter().map(|v| (v - m).powi(2)).sum::<f64>() / 400.0).sqrt();
        let [draws] = resample(400, |times| [mean(&values, times)]);
        let e = percentile(m, &draws);
        let reach = 1.96 * sd / 20.0;
        assert!(
            (e.low - (m - reach)).abs() < 0.12 * reach && (e.high - (m + reach)).abs() < 0.12 * reach,
            "{e:?} {reach}"
        );
    }

    #[test]
    fn the_same_rows_give_the_same_interval() {
        let values = [1.0, 4.0, 2.0, 8.0];
        assert_eq!(resample(4, |t| [mean(&values, t)]), resample(4, |t| [mean(&values, t)]));
    }

    #[test]
    fn without_draws_the_interval_is_the_value() {
        assert_eq!(percentile(0.3, &[]), Estimate { value: 0.3, low: 0.3, high: 0.3 });
        assert!(reflected(0.0, &[0.0, 0.1]).low.abs() < 1e-12);
    }
}
