//! Who was taken for whom.

use moodline_types::SentimentLabel;
use serde::Serialize;

use crate::Outcome;

/// Labels of the rows and columns, in order.
const LABELS: [SentimentLabel; 4] =
    [SentimentLabel::Negative, SentimentLabel::Neutral, SentimentLabel::Positive, SentimentLabel::Mixed];

/// Counts of gold label (row) by verdict (column), both in the order of `labels`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Confusion {
    /// negative, neutral, positive, mixed.
    pub labels: [SentimentLabel; 4],
    /// `counts[gold][verdict]`.
    pub counts: [[u32; 4]; 4],
}

fn index(label: SentimentLabel) -> Option<usize> {
    LABELS.iter().position(|known| *known == label)
}

impl Confusion {
    /// Counts `outcomes`; those that are unsure have no place in it.
    pub fn of(outcomes: &[Outcome]) -> Self {
        Self::weighted(outcomes.iter().map(|outcome| (outcome, 1)))
    }

    /// Counts each outcome as often as it says.
    pub(crate) fn weighted<'a>(outcomes: impl IntoIterator<Item = (&'a Outcome, u32)>) -> Self {
        let mut counts = [[0; 4]; 4];
        for (outcome, times) in outcomes {
            if let (Some(gold), Some(predicted)) = (index(outcome.gold), index(outcome.predicted)) {
                counts[gold][predicted] += times;
            }
        }
        Self { labels: LABELS, counts }
    }

    /// Rows counted.
    pub fn total(&self) -> u32 {
        self.counts.iter().flatten().sum()
    }

    /// Rows on the diagonal.
    pub fn right(&self) -> u32 {
        (0..4).map(|class| self.counts[class][class]).sum()
    }

    fn gold(&self, class: usize) -> u32 {
        self.counts[class].iter().sum()
    }

    fn predicted(&self, class: usize) -> u32 {
        self.counts.iter().map(|row| row[class]).sum()
    }

    /// Mean F1 over the labels that occur in the gold standard; no number without rows. A label's F1 is
    /// 2·hits / (gold + verdicts).
    pub fn macro_f1(&self) -> f64 {
        self.mean(|class| {
            2.0 * f64::from(self.counts[class][class]) / f64::from(self.gold(class) + self.predicted(class))
        })
    }

    /// Mean recall over the labels that occur in the gold standard; no number without rows.
    pub fn macro_recall(&self) -> f64 {
        self.mean(|class| f64::from(self.counts[class][class]) / f64::from(self.gold(class)))
    }

    fn mean(&self, score: impl Fn(usize) -> f64) -> f64 {
        let classes: Vec<usize> = (0..4).filter(|class| self.gold(*class) > 0).collect();
        classes.iter().map(|class| score(*class)).sum::<f64>() / classes.len() as f64
    }
}

#[cfg(test)]
mod tests {
    use SentimentLabel::{Mixed, Negative, Neutral, Positive};

    use super::*;

    pub(super) fn outcomes(pairs: &[(SentimentLabel, SentimentLabel, usize)]) -> Vec<Outcome> {
        let row = |gold, predicted| Outcome { gold, predicted, confidence: None, abstained: false };
        pairs.iter().flat_map(|(g, p, n)| std::iter::repeat_n(row(*g, *p), *n)).collect()
    }

    #[test]
    fn figures_match_a_matrix_worked_out_by_hand() {
        // gold negative: 6 right, 2 as neutral; gold neutral: 1 right, 3 as positive; gold positive: 8 right.
        let c = Confusion::of(&outcomes(&[
            (Negative, Negative, 6),
            (Negative, Neutral, 2),
            (Neutral, Neutral, 1),
            (Neutral, Positive, 3),
            (Positive, Positive, 8),
        ]));
        assert_eq!((c.total(), c.right()), (20, 15));
        // F1: 12/14, 2/7, 16/19.
        assert!((c.macro_f1() - (12.0 / 14.0 + 2.0 / 7.0 + 16.0 / 19.0) / 3.0).abs() < 1e-12);
        assert!((c.macro_recall() - (0.75 + 0.25 + 1.0) / 3.0).abs() < 1e-12);
    }

    #[test]
    fn a_label_nobody_gave_is_no_class_of_its_own() {
        let c = Confusion::of(&outcomes(&[(Positive, Positive, 3), (Positive, Mixed, 1)]));
        assert!((c.macro_recall() - 0.75).abs() < 1e-12);
        assert!((c.macro_f1() - 6.0 / 7.0).abs() < 1e-12);
        assert!(Confusion::of(&[]).macro_f1().is_nan());
    }
}
