//! Whether 80 % sure means right in 80 of 100 cases.

use serde::Serialize;

use crate::Outcome;

/// Bins of equal width, the usual number.
const BINS: usize = 15;

/// The verdicts of one range of confidence.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize)]
pub struct CalibrationBin {
    /// Verdicts in the bin.
    pub n: u32,
    /// Their mean confidence, 0 to 1; 0 of none.
    pub confidence: f64,
    /// The share of them that is right; 0 of none.
    pub accuracy: f64,
}

/// The verdicts in 15 bins of equal width from 0 to 1; verdicts without a probability are left out.
pub(crate) fn bins<'a>(outcomes: impl IntoIterator<Item = (&'a Outcome, u32)>) -> [CalibrationBin; BINS] {
    let mut bins = [CalibrationBin::default(); BINS];
    for (outcome, times) in outcomes {
        let Some(confidence) = outcome.confidence else { continue };
        let at = ((confidence * BINS as f64) as usize).min(BINS - 1);
        let bin = &mut bins[at];
        bin.n += times;
        bin.confidence += confidence * f64::from(times);
        bin.accuracy += if outcome.is_right() { f64::from(times) } else { 0.0 };
    }
    for bin in bins.iter_mut().filter(|bin| bin.n > 0) {
        bin.confidence /= f64::from(bin.n);
        bin.accuracy /= f64::from(bin.n);
    }
    bins
}

/// Expected calibration error: the distance of confidence and accuracy in a bin, averaged over verdicts (C. Guo and
/// others, *On Calibration of Modern Neural Networks*, 2017); no number without verdicts.
pub(crate) fn calibration_error(bins: &[CalibrationBin]) -> f64 {
    let n: u32 = bins.iter().map(|bin| bin.n).sum();
    bins.iter().map(|bin| f64::from(bin.n) * (bin.confidence - bin.accuracy).abs()).sum::<f64>() / f64::from(n)
}

#[cfg(test)]
mod tests {
    use moodline_types::SentimentLabel::{Negative, Positive};

    use super::*;

    fn error(rows: &[(f64, bool)]) -> f64 {
        let outcomes: Vec<Outcome> = rows
            .iter()
            .map(|(confidence, right)| Outcome {
                gold: Positive,
                predicted: if *right { Positive } else { Negative },
                confidence: Some(*confidence),
                abstained: false,
            })
            .collect();
        calibration_error(&bins(outcomes.iter().map(|outcome| (outcome, 1))))
    }

    #[test]
    fn the_error_is_the_mean_gap_of_the_bins() {
        // Bin of .9: mean .9, all right → gap .1 for 2 rows; bin of .6: mean .6, half right → gap .1 for 2 rows.
        assert!((error(&[(0.9, true), (0.9, true), (0.6, true), (0.6, false)]) - 0.1).abs() < 1e-12);
        // Nine of ten right at .9 is perfect.
        let rows: Vec<(f64, bool)> = (0..10).map(|i| (0.9, i > 0)).collect();
        assert!(error(&rows) < 1e-12);
    }

    #[test]
    fn full_confidence_has_a_bin() {
        assert!((error(&[(1.0, false)]) - 1.0).abs() < 1e-12);
        assert!(error(&[]).is_nan());
    }
}
