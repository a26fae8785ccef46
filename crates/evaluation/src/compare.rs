//! Two models on the same rows.

use serde::Serialize;
use statrs::function::beta::beta_reg;

use crate::{
    Confusion, Estimate, Outcome,
    bootstrap::{percentile, resample},
};

/// The standard normal quantile of a two-sided 95 % interval.
const Z95: f64 = 1.959_963_984_540_054;

/// How a second model differs from a first one on the same rows: second minus first, with 95 % intervals.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Comparison {
    /// Rows both models judged.
    pub n: usize,
    /// Rows only the first judged as people did.
    pub only_first: usize,
    /// Rows only the second judged as people did.
    pub only_second: usize,
    /// Difference of accuracy, −1 to 1 (A. Agresti and Y. Min, *Statistics in Medicine* 24, 2005: Wald's interval after
    /// half a row is added to each cell of the table).
    pub accuracy: Estimate,
    /// Difference of macro-F1, −1 to 1 (1,000 bootstrap draws of rows, fixed seed).
    pub macro_f1: Estimate,
    /// Two-sided p of `McNemar`'s exact test that both are right equally often.
    pub mcnemar_p: f64,
}

/// Compares the outcomes of two models on the same rows in the same order; rows beyond the shorter list are left out.
/// Of no rows, nothing differs and any difference is possible.
pub fn compare(first: &[Outcome], second: &[Outcome]) -> Comparison {
    let n = first.len().min(second.len());
    let (first, second) = (&first[..n], &second[..n]);
    let count =
        |a: bool, b: bool| first.iter().zip(second).filter(|(x, y)| x.is_right() == a && y.is_right() == b).count();
    let (only_first, only_second) = (count(true, false), count(false, true));
    let f1_of = |outcomes: &[Outcome]| Confusion::of(outcomes).macro_f1();
    let [draws] = resample(n, |times| {
        let f1 = |outcomes: &[Outcome]| Confusion::weighted(outcomes.iter().zip(times.iter().copied())).macro_f1();
        [f1(second) - f1(first)]
    });
    Comparison {
        n,
        only_first,
        only_second,
        accuracy: accuracy_difference(only_first, only_second, n),
        macro_f1: if n > 0 {
            percentile(f1_of(second) - f1_of(first), &draws)
        } else {
            Estimate { value: 0.0, low: -1.0, high: 1.0 }
        },
        mcnemar_p: mcnemar_p(only_first, only_second),
    }
}

fn accuracy_difference(only_first: usize, only_second: usize, n: usize) -> Estimate {
    if n == 0 {
        return Estimate { value: 0.0, low: -1.0, high: 1.0 };
    }
    let value = (only_second as f64 - only_first as f64) / n as f64;
    let total = n as f64 + 2.0;
    let (first, second) = ((only_first as f64 + 0.5) / total, (only_second as f64 + 0.5) / total);
    let centre = second - first;
    let reach = Z95 * ((first + second - centre * centre) / total).sqrt();
    Estimate { value, low: (centre - reach).clamp(-1.0, value), high: (centre + reach).clamp(value, 1.0) }
}

/// Twice the probability of at most the smaller count under a fair coin (Q. `McNemar`, *Psychometrika* 12, 1947; exact).
fn mcnemar_p(only_first: usize, only_second: usize) -> f64 {
    let (few, many) = (only_first.min(only_second) as f64, only_first.max(only_second) as f64);
    if few >= many {
        return 1.0;
    }
    // P(X ≤ k) of Binomial(n, ½) is the regularised incomplete beta function at ½ with n − k and k + 1.
    (2.0 * beta_reg(many, few + 1.0, 0.5)).min(1.0)
}

#[cfg(test)]
mod tests {
    use moodline_types::SentimentLabel::{Negative, Positive};

    use super::*;

    fn outcomes(right: &[bool]) -> Vec<Outcome> {
        let outcome = |right: &bool| Outcome {
            gold: Positive,
            predicted: if *right { Positive } else { Negative },
            confidence: None,
            abstained: false,
        };
        right.iter().map(outcome).collect()
    }

    #[test]
    fn mcnemar_is_the_binomial_worked_out_by_hand() {
        // 1 against 8: 2 · (1 + 9) / 2⁹.
        assert!((mcnemar_p(1, 8) - 20.0 / 512.0).abs() < 1e-9);
        // 0 against 5: 2 / 2⁵.
        assert!((mcnemar_p(5, 0) - 2.0 / 32.0).abs() < 1e-9);
        assert!((mcnemar_p(4, 4) - 1.0).abs() < 1e-12 && (mcnemar_p(0, 0) - 1.0).abs() < 1e-12);
        assert!(mcnemar_p(20_000, 21_000) < 1e-5);
    }

    #[test]
    fn only_rows_the_models_disagree_on_decide() {
        let first = outcomes(&[true, true, true, false, false, true]);
        let second = outcomes(&[true, false, true, true, true, true]);
        let c = compare(&first, &second);
        assert_eq!((c.n, c.only_first, c.only_second), (6, 1, 2));
        assert!((c.accuracy.value - 1.0 / 6.0).abs() < 1e-12);
        assert!(c.accuracy.low < 0.0 && c.accuracy.high > c.accuracy.value);
        let back = compare(&second, &first);
        assert!((back.accuracy.value + c.accuracy.value).abs() < 1e-12);
        assert!((back.accuracy.low + c.accuracy.high).abs() < 1e-12);
    }

    #[test]
    fn a_model_differs_from_itself_by_nothing() {
        let rows = outcomes(&[true, false, true]);
        let c = compare(&rows, &rows);
        assert_eq!((c.macro_f1.low, c.macro_f1.high), (0.0, 0.0));
        assert!((c.mcnemar_p - 1.0).abs() < 1e-12);
        assert_eq!(compare(&[], &[]).n, 0);
    }
}
