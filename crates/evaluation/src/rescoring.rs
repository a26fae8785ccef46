//! What would change if another model's opinions counted.

use moodline_types::SentimentLabel;
use serde::Serialize;

use crate::{
    Estimate,
    bootstrap::{percentile, resample},
};

/// What one mention adds to one touchpoint under either model; `None` where it adds nothing there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RescoredCase {
    /// Its label by the model whose opinions count.
    pub before: Option<SentimentLabel>,
    /// Its label by the other model.
    pub after: Option<SentimentLabel>,
}

/// What would change at one touchpoint, or several together. The net sentiments are those of the mentions that both
/// models judged, whenever they were posted, and not shrunk; intervals by 1,000 bootstrap draws, fixed seed.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct RescoredFigures {
    /// Mentions here now.
    pub before: usize,
    /// Mentions here under the other model.
    pub after: usize,
    /// Mentions here under both.
    pub both: usize,
    /// Of these, how many would have another label.
    pub relabelled: usize,
    /// Mentions here now that would be elsewhere.
    pub left: usize,
    /// Mentions elsewhere now that would be here.
    pub arrived: usize,
    /// (positive − negative) / n now, −1 to 1, `unsure` left out; `None` of none.
    pub net_before: Option<Estimate>,
    /// The same under the other model.
    pub net_after: Option<Estimate>,
    /// After minus before, −2 to 2, drawn in pairs.
    pub change: Option<Estimate>,
}

impl RescoredFigures {
    /// The figures of `cases`.
    pub fn of(cases: &[RescoredCase]) -> Self {
        let count = |is: fn(&RescoredCase) -> bool| cases.iter().filter(|case| is(case)).count();
        let net = |times: &[u32], of: fn(&RescoredCase) -> Option<SentimentLabel>| {
            let (mut sum, mut n) = (0_i64, 0_i64);
            for (case, times) in cases.iter().zip(times) {
                let Some(value) = of(case).and_then(value) else { continue };
                sum += value * i64::from(*times);
                n += i64::from(*times);
            }
            sum as f64 / n as f64 // no number where there is none
        };
        let figures = |times: &[u32]| {
            let (before, after) = (net(times, |case| case.before), net(times, |case| case.after));
            [before, after, after - before]
        };
        let values = figures(&vec![1; cases.len()]);
        let draws = resample(cases.len(), figures);
        let [net_before, net_after, change] = [0, 1, 2].map(|at| {
            let value: f64 = values[at];
            value.is_finite().then(|| percentile(value, &draws[at]))
        });
        Self {
            before: count(|case| case.before.is_some()),
            after: count(|case| case.after.is_some()),
            both: count(|case| case.before.is_some() && case.after.is_some()),
            relabelled: count(|case| case.before.is_some() && case.after.is_some() && case.before != case.after),
            left: count(|case| case.before.is_some() && case.after.is_none()),
            arrived: count(|case| case.before.is_none() && case.after.is_some()),
            net_before,
            net_after,
            change,
        }
    }
}

/// What a label adds to a net sentiment; `None` for one that does not enter it.
fn value(label: SentimentLabel) -> Option<i64> {
    match label {
        SentimentLabel::Negative => Some(-1),
        SentimentLabel::Neutral | SentimentLabel::Mixed => Some(0),
        SentimentLabel::Positive => Some(1),
        SentimentLabel::Unsure => None,
    }
}

#[cfg(test)]
mod tests {
    use SentimentLabel::{Negative, Neutral, Positive, Unsure};

    use super::*;

    fn case(before: Option<SentimentLabel>, after: Option<SentimentLabel>) -> RescoredCase {
        RescoredCase { before, after }
    }

    #[test]
    fn figures_match_five_mentions_worked_out_by_hand() {
        let f = RescoredFigures::of(&[
            case(Some(Positive), Some(Negative)),
            case(Some(Positive), Some(Positive)),
            case(Some(Negative), None),
            case(None, Some(Negative)),
            case(Some(Neutral), Some(Unsure)),
        ]);
        assert_eq!((f.before, f.after, f.both, f.relabelled, f.left, f.arrived), (4, 4, 3, 2, 1, 1));
        let net = |e: Option<Estimate>| e.unwrap().value;
        assert!((net(f.net_before) - 0.25).abs() < 1e-12, "1 + 1 − 1 + 0 of 4");
        assert!((net(f.net_after) + 1.0 / 3.0).abs() < 1e-12, "−1 + 1 − 1 of 3, unsure left out");
        let change = f.change.unwrap();
        assert!((change.value + 0.25 + 1.0 / 3.0).abs() < 1e-12);
        assert!(change.low < change.value && change.value < change.high);
    }

    #[test]
    fn the_same_labels_change_by_nothing_for_certain() {
        let same = vec![case(Some(Positive), Some(Positive)), case(Some(Negative), Some(Negative))];
        let change = RescoredFigures::of(&same).change.unwrap();
        assert!(change.low.abs() < 1e-12 && change.high.abs() < 1e-12);
    }

    #[test]
    fn without_mentions_there_is_no_net() {
        let f = RescoredFigures::of(&[case(None, Some(Positive))]);
        assert_eq!((f.net_before, f.change, f.arrived), (None, None, 1));
        assert_eq!(RescoredFigures::of(&[]).net_after, None);
    }
}
