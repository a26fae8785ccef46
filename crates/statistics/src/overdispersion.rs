//! How much more days vary than chance alone would make them.

/// The correlation of two observations of one day, estimated from `strata`: each a set of days (hits, n) with a common
/// true share. 0 where there is nothing to estimate it from, or where days vary no more than chance makes them.
///
/// The analysis-of-variance estimator, sums of squares pooled over strata (M. S. Ridout, C. G. B. Demétrio, D. Firth,
/// *Biometrics* 55, 1999, §2.2; A. Donner, *International Statistical Review* 54, 1986).
pub fn day_correlation<'a>(strata: impl IntoIterator<Item = &'a [(f64, f64)]>) -> f64 {
    let (mut between, mut within) = (0.0, 0.0);
    let (mut days_free, mut observations_free, mut size) = (0.0, 0.0, 0.0);
    for days in strata {
        let days: Vec<(f64, f64)> = days.iter().copied().filter(|(_, n)| *n > 0.0).collect();
        let n: f64 = days.iter().map(|(_, n)| n).sum();
        if days.len() < 2 {
            continue;
        }
        let share = days.iter().map(|(hits, _)| hits).sum::<f64>() / n;
        for (hits, n) in &days {
            let own = hits / n;
            between += n * (own - share).powi(2);
            within += n * own * (1.0 - own);
        }
        days_free += days.len() as f64 - 1.0;
        observations_free += n - days.len() as f64;
        size += n - days.iter().map(|(_, n)| n * n).sum::<f64>() / n;
    }
    if days_free < 1.0 || observations_free < 1.0 {
        return 0.0;
    }
    let (between, within, size) = (between / days_free, within / observations_free, size / days_free);
    let whole = between + (size - 1.0) * within;
    if whole > 0.0 { ((between - within) / whole).clamp(0.0, 1.0) } else { 0.0 }
}

/// The dispersion φ of daily counts (count, mean): their variance is `mean + φ mean²`. 0 where they vary no more than
/// Poisson counts. `free` is the share of the counts that was not used up by estimating the means, above 0 and up to 1.
///
/// Moments (A. C. Cameron, P. K. Trivedi, *Regression Analysis of Count Data*, 1998, §3.2.4).
pub fn count_dispersion(counts: &[(f64, f64)], free: f64) -> f64 {
    let squares: f64 = counts.iter().map(|(_, mean)| mean * mean).sum();
    let excess: f64 = counts.iter().map(|(count, mean)| (count - mean).powi(2) / free - mean).sum();
    if squares > 0.0 { (excess / squares).max(0.0) } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dice::Dice;

    /// Days of `n` observations whose shares are .1 or .5, or all .3.
    fn days(n: u32, varied: bool, dice: &mut Dice) -> Vec<(f64, f64)> {
        let day = |i: u32, dice: &mut Dice| {
            let share = if !varied {
                0.3
            } else if i.is_multiple_of(2) {
                0.1
            } else {
                0.5
            };
            let hits = (0..n).filter(|_| dice.share() < share).count();
            (hits as f64, f64::from(n))
        };
        (0..28).map(|i| day(i, dice)).collect()
    }

    #[test]
    fn the_correlation_of_varied_days_is_found_and_of_alike_ones_is_nothing() {
        let mut dice = Dice::new(1);
        let strata = |varied, dice: &mut Dice| (0..40).map(|_| days(10, varied, dice)).collect::<Vec<_>>();
        let varied = strata(true, &mut dice);
        // Shares of variance .04 around .3: .04 / (.3 × .7) = .19.
        let found = day_correlation(varied.iter().map(Vec::as_slice));
        assert!((found - 0.19).abs() < 0.03, "{found}");
        let alike = strata(false, &mut dice);
        assert!(day_correlation(alike.iter().map(Vec::as_slice)) < 0.02);
    }

    #[test]
    fn the_estimator_agrees_with_a_calculation_by_hand() {
        // Two days of four, 3 and 1 hits: mean .5; MSB = (4 × .0625 × 2) / 1 = .5; MSW = (.75 + .75) / 6 = .25; n₀ = 4.
        let found = day_correlation([[(3.0, 4.0), (1.0, 4.0)].as_slice()]);
        assert!((found - 0.25 / (0.5 + 3.0 * 0.25)).abs() < 1e-12, "{found}");
    }

    #[test]
    fn nothing_to_estimate_from_is_no_correlation() {
        assert_eq!(day_correlation([]).to_bits(), 0.0_f64.to_bits());
        assert_eq!(day_correlation([[(1.0, 3.0), (0.0, 0.0)].as_slice()]).to_bits(), 0.0_f64.to_bits());
        assert_eq!(day_correlation([[(1.0, 1.0), (0.0, 1.0)].as_slice()]).to_bits(), 0.0_f64.to_bits());
    }

    #[test]
    fn counts_that_jump_have_a_dispersion() {
        let calm: Vec<(f64, f64)> = [8.0, 12.0, 10.0, 7.0, 13.0].map(|count| (count, 10.0)).to_vec();
        assert_eq!(count_dispersion(&calm, 1.0).to_bits(), 0.0_f64.to_bits());
        // Variance 110 = 10 + φ 100.
        let jumpy = [(10.0 - 110.0_f64.sqrt(), 10.0), (10.0 + 110.0_f64.sqrt(), 10.0)];
        assert!((count_dispersion(&jumpy, 1.0) - 1.0).abs() < 1e-9);
    }
}
