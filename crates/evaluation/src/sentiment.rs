//! How well sentiment is judged.

use serde::Serialize;

use crate::{
    CalibrationBin, Confusion, Estimate, Outcome,
    bootstrap::{percentile, reflected, resample},
    calibration::{bins, calibration_error},
};

/// Figures over some judged rows, at least one, each with its 95 % interval: Wilson's for shares, 1,000 bootstrap draws
/// with a fixed seed for the others.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SentimentFigures {
    /// Rows.
    pub n: usize,
    /// Share of rows judged as people did.
    pub accuracy: Estimate,
    /// Mean F1 over the labels people gave.
    pub macro_f1: Estimate,
    /// Mean recall over the labels people gave.
    pub macro_recall: Estimate,
    /// Expected calibration error over 15 bins of equal width; `None` where no verdict has a probability. Chance alone
    /// raises it in small samples, so its interval is the reflected (basic) bootstrap one.
    pub calibration_error: Option<Estimate>,
    /// Share of rows on which the model abstains.
    pub abstained: Estimate,
    /// Accuracy of the rows on which it does not; `None` where it always does.
    pub kept_accuracy: Option<Estimate>,
    /// Gold label by verdict.
    pub confusion: Confusion,
    /// What the calibration error is made of, from 0 to 1 in equal steps.
    pub calibration: Vec<CalibrationBin>,
}

impl SentimentFigures {
    /// The figures of `outcomes`. Of no rows at all every figure is 0 with the interval 0 to 1.
    pub fn of(outcomes: &[Outcome]) -> Self {
        let confusion = Confusion::of(outcomes);
        let bins_of_all = bins(outcomes.iter().map(|outcome| (outcome, 1)));
        let error = calibration_error(&bins_of_all);
        let [f1s, recalls, errors] = resample(outcomes.len(), |times| {
            let drawn = || outcomes.iter().zip(times.iter().copied()).filter(|(_, times)| *times > 0);
            let confusion = Confusion::weighted(drawn());
            [confusion.macro_f1(), confusion.macro_recall(), calibration_error(&bins(drawn()))]
        });
        let kept = outcomes.iter().filter(|outcome| !outcome.abstained);
        let kept_right = kept.clone().filter(|outcome| outcome.is_right()).count();
        let kept = kept.count();
        Self {
            n: outcomes.len(),
            accuracy: share(confusion.right() as usize, outcomes.len()),
            macro_f1: or_anything(confusion.macro_f1(), &f1s),
            macro_recall: or_anything(confusion.macro_recall(), &recalls),
            calibration_error: error.is_finite().then(|| reflected(error, &errors)),
            abstained: share(outcomes.len() - kept, outcomes.len()),
            kept_accuracy: Estimate::share(kept_right, kept),
            confusion,
            calibration: bins_of_all.to_vec(),
        }
    }
}

const ANYTHING: Estimate = Estimate { value: 0.0, low: 0.0, high: 1.0 };

pub(crate) fn share(hits: usize, n: usize) -> Estimate {
    Estimate::share(hits, n).unwrap_or(ANYTHING)
}

pub(crate) fn or_anything(value: f64, draws: &[f64]) -> Estimate {
    if value.is_finite() { percentile(value, draws) } else { ANYTHING }
}

#[cfg(test)]
mod tests {
    use moodline_types::SentimentLabel::{self, Negative, Neutral, Positive};
    use proptest::prelude::*;

    use super::*;

    fn outcome(gold: SentimentLabel, predicted: SentimentLabel, confidence: f64, abstained: bool) -> Outcome {
        Outcome { gold, predicted, confidence: Some(confidence), abstained }
    }

    #[test]
    fn abstaining_is_a_share_and_what_is_kept_has_its_own_accuracy() {
        let figures = SentimentFigures::of(&[
            outcome(Positive, Positive, 0.9, false),
            outcome(Negative, Negative, 0.8, false),
            outcome(Positive, Negative, 0.4, true),
            outcome(Negative, Positive, 0.7, false),
        ]);
        assert!((figures.accuracy.value - 0.5).abs() < 1e-12);
        assert!((figures.abstained.value - 0.25).abs() < 1e-12);
        assert!((figures.kept_accuracy.unwrap().value - 2.0 / 3.0).abs() < 1e-12);
    }

    #[test]
    fn a_perfect_model_leaves_nothing_to_doubt_but_its_sample() {
        let figures = SentimentFigures::of(&vec![outcome(Positive, Positive, 1.0, false); 50]);
        assert_eq!(figures.macro_f1, Estimate { value: 1.0, low: 1.0, high: 1.0 });
        assert_eq!(figures.calibration_error, Some(Estimate { value: 0.0, low: 0.0, high: 0.0 }));
        assert!(figures.accuracy.low > 0.9 && figures.accuracy.low < 1.0, "{:?}", figures.accuracy);
    }

    #[test]
    fn the_interval_of_the_calibration_error_reaches_down_to_the_truth() {
        // Right as often as it says: the true error is 0, what 200 rows show is chance alone.
        let rows: Vec<Outcome> = (0..200_u32)
            .map(|i| {
                let confidence = 0.5 + f64::from(i % 50) / 100.0;
                let draw = f64::from(i.wrapping_mul(2_654_435_761) >> 8) / f64::from(1_u32 << 24);
                outcome(Positive, if draw < confidence { Positive } else { Negative }, confidence, false)
            })
            .collect();
        let error = SentimentFigures::of(&rows).calibration_error.unwrap();
        assert!(error.value > 0.02 && error.low < 0.02, "{error:?}");
    }

    fn label() -> impl Strategy<Value = SentimentLabel> {
        prop::sample::select(vec![Negative, Neutral, Positive])
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]
        #[test]
        fn every_figure_lies_in_its_interval_and_between_0_and_1(
            rows in prop::collection::vec((label(), label(), 0.0..=1.0_f64, any::<bool>()), 1..60)
        ) {
            let outcomes: Vec<Outcome> = rows.iter().map(|(g, p, c, a)| outcome(*g, *p, *c, *a)).collect();
            let f = SentimentFigures::of(&outcomes);
            let estimates = [Some(f.accuracy), Some(f.macro_f1), Some(f.macro_recall), f.calibration_error,
                Some(f.abstained), f.kept_accuracy];
            for e in estimates.into_iter().flatten() {
                prop_assert!(-1e-9 <= e.low && e.low <= e.value && e.value <= e.high, "{e:?}");
                prop_assert!(e.value <= 1.0 + 1e-9, "{e:?}");
            }
            prop_assert_eq!(f.confusion.total() as usize, outcomes.len());
            prop_assert_eq!(f.calibration.iter().map(|bin| bin.n).sum::<u32>() as usize, outcomes.len());
        }

        #[test]
        fn the_order_of_rows_changes_no_figure(
            rows in prop::collection::vec((label(), label(), 0.0..=1.0_f64), 1..40)
        ) {
            let mut outcomes: Vec<Outcome> = rows.iter().map(|(g, p, c)| outcome(*g, *p, *c, false)).collect();
            let forwards = SentimentFigures::of(&outcomes);
            outcomes.reverse();
            let backwards = SentimentFigures::of(&outcomes);
            prop_assert_eq!(forwards.confusion, backwards.confusion);
            prop_assert!((forwards.macro_f1.value - backwards.macro_f1.value).abs() < 1e-12);
        }
    }
}
