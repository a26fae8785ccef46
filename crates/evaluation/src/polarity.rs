//! Whether judging opinions beats giving every aspect the whole text's label.

use serde::Serialize;

use crate::{Comparison, Confusion, Estimate, Outcome, compare, sentiment::share};

/// One aspect that people labelled.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PolarityCase {
    /// Whether the aspects of its text disagree in polarity.
    pub contrasting: bool,
    /// By the opinions at the aspect's touchpoint together; `None` where no opinion was placed there.
    pub opinion: Option<Outcome>,
    /// By the whole text.
    pub text: Outcome,
}

/// Two ways of judging the same aspects.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct PolarityScore {
    /// Aspects with an opinion at their touchpoint: both ways are measured on these.
    pub n: usize,
    /// Accuracy by the opinions at the aspect's touchpoint.
    pub opinion_accuracy: Estimate,
    /// Their mean F1 over the polarities people gave.
    pub opinion_macro_f1: f64,
    /// Accuracy by the whole text.
    pub text_accuracy: Estimate,
    /// Its mean F1.
    pub text_macro_f1: f64,
    /// The opinions' way (second) against the whole text's (first). Aspects of one text are not quite independent, so
    /// its intervals are a little too narrow.
    pub difference: Comparison,
}

/// Figures over some aspects, at least one.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PolarityFigures {
    /// Aspects with a polarity and a touchpoint.
    pub aspects: usize,
    /// Share of them with an opinion at their touchpoint.
    pub reached: Estimate,
    /// All aspects reached; `None` without any.
    pub all: Option<PolarityScore>,
    /// Those of texts whose aspects disagree, where one label for all cannot be right; `None` without any.
    pub contrasting: Option<PolarityScore>,
}

impl PolarityFigures {
    /// The figures of `cases`.
    pub fn of(cases: &[PolarityCase]) -> Self {
        let reached = cases.iter().filter(|case| case.opinion.is_some()).count();
        Self {
            aspects: cases.len(),
            reached: share(reached, cases.len()),
            all: score(cases, |_| true),
            contrasting: score(cases, |case| case.contrasting),
        }
    }
}

fn score(cases: &[PolarityCase], takes: impl Fn(&PolarityCase) -> bool) -> Option<PolarityScore> {
    let (opinions, texts): (Vec<Outcome>, Vec<Outcome>) =
        cases.iter().filter(|case| takes(case)).filter_map(|case| Some((case.opinion?, case.text))).unzip();
    let right = |outcomes: &[Outcome]| outcomes.iter().filter(|outcome| outcome.is_right()).count();
    Some(PolarityScore {
        n: opinions.len(),
        opinion_accuracy: Estimate::share(right(&opinions), opinions.len())?,
        opinion_macro_f1: Confusion::of(&opinions).macro_f1(),
        text_accuracy: Estimate::share(right(&texts), texts.len())?,
        text_macro_f1: Confusion::of(&texts).macro_f1(),
        difference: compare(&texts, &opinions),
    })
}

#[cfg(test)]
mod tests {
    use moodline_types::SentimentLabel::{self, Negative, Positive};

    use super::*;

    fn case(
        gold: SentimentLabel,
        opinion: Option<SentimentLabel>,
        text: SentimentLabel,
        contrasting: bool,
    ) -> PolarityCase {
        let outcome = |predicted| Outcome { gold, predicted, confidence: None, abstained: false };
        PolarityCase { contrasting, opinion: opinion.map(outcome), text: outcome(text) }
    }

    #[test]
    fn both_ways_are_measured_on_the_aspects_that_opinions_reach() {
        let f = PolarityFigures::of(&[
            case(Positive, Some(Positive), Positive, true),
            case(Negative, Some(Negative), Positive, true),
            case(Negative, Some(Positive), Negative, false),
            case(Positive, None, Positive, false),
        ]);
        assert!((f.reached.value - 0.75).abs() < 1e-12);
        let all = f.all.unwrap();
        assert!((all.opinion_accuracy.value - 2.0 / 3.0).abs() < 1e-12);
        assert!((all.text_accuracy.value - 2.0 / 3.0).abs() < 1e-12);
        let contrasting = f.contrasting.unwrap();
        assert!((contrasting.difference.accuracy.value - 0.5).abs() < 1e-12);
    }

    #[test]
    fn where_no_opinion_lands_there_is_nothing_to_measure() {
        let f = PolarityFigures::of(&[case(Positive, None, Positive, false)]);
        assert_eq!((f.aspects, f.all), (1, None));
    }
}
