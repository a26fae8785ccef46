//! What surveys ask: recommendation, satisfaction, effort; each with an interval.

use crate::{Outcomes, Prior, Z95, index::beta_interval, posterior, wilson};

/// A survey figure.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Surveyed {
    /// The figure as surveys report it.
    pub value: f64,
    /// Lower end of its 95 % interval.
    pub low: f64,
    /// Upper end.
    pub high: f64,
    /// Answers.
    pub n: u64,
}

/// Net promoter score, −100 to 100: % of answers 9 and 10 less % of 0 to 6, of 0..10 (F. F. Reichheld, *Harvard Business
/// Review*, December 2003). The interval is that of a net share of three outcomes, each with ½ added, which stays on the
/// scale and keeps its coverage in small samples. `None` without answers.
pub fn nps(answers: &[(f64, u64)]) -> Option<Surveyed> {
    let n = total(answers)?;
    let of = |group: fn(f64) -> bool| total_where(answers, group) as f64;
    let (positive, negative) = (of(|value| value >= 8.5), of(|value| value < 6.5));
    let neutral = n as f64 - positive - negative;
    let index = posterior(Outcomes { negative, neutral, positive }, &Prior::JEFFREYS).index();
    let value = (positive - negative) / n as f64;
    Some(Surveyed { value: 100.0 * value, low: 100.0 * index.low.min(value), high: 100.0 * index.high.max(value), n })
}

/// Customer satisfaction, 0 to 100: % of answers 4 and 5 of 1..5, with Wilson's interval. `None` without answers.
pub fn csat(answers: &[(f64, u64)]) -> Option<Surveyed> {
    let n = total(answers)?;
    let share = wilson(total_where(answers, |value| value >= 3.5) as f64, n as f64);
    Some(Surveyed { value: 100.0 * share.share, low: 100.0 * share.low, high: 100.0 * share.high, n })
}

/// Customer effort, 1 to 7: the mean of answers on 1..7 (M. Dixon, K. Freeman, N. Toman, *Harvard Business Review*,
/// July 2010, in its seven-step form). The interval is the central 95 % of the beta distribution with the mean and
/// variance of a Dirichlet posterior over the steps with Jeffreys' 1.5 answers spread over them, so that equal answers of
/// three people do not look certain. `None` without answers.
pub fn effort(answers: &[(f64, u64)]) -> Option<Surveyed> {
    const STEPS: [f64; 7] = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0];
    let n = total(answers)?;
    let value = answers.iter().map(|(value, times)| value * *times as f64).sum::<f64>() / n as f64;
    let before = Prior::JEFFREYS.strength / STEPS.len() as f64;
    let weighed =
        || STEPS.iter().map(|step| (*step, before)).chain(answers.iter().map(|(v, times)| (*v, *times as f64)));
    // On −1..1, as the beta interval is.
    let on_scale = |step: f64| (step - 4.0) / 3.0;
    let strength: f64 = weighed().map(|(_, weight)| weight).sum();
    let mean = weighed().map(|(step, weight)| on_scale(step) * weight).sum::<f64>() / strength;
    let square = weighed().map(|(step, weight)| on_scale(step).powi(2) * weight).sum::<f64>() / strength;
    let variance = (square - mean * mean).max(0.0) / (strength + 1.0);
    let reach = Z95 * variance.sqrt();
    let (low, high) = beta_interval(mean, variance).unwrap_or((mean - reach, mean + reach));
    let back = |point: f64| 4.0 + 3.0 * point.clamp(-1.0, 1.0);
    Some(Surveyed { value, low: back(low).min(value), high: back(high).max(value), n })
}

fn total(answers: &[(f64, u64)]) -> Option<u64> {
    Some(total_where(answers, |_| true)).filter(|n| *n > 0)
}

fn total_where(answers: &[(f64, u64)], group: fn(f64) -> bool) -> u64 {
    answers.iter().filter(|(value, _)| group(*value)).map(|(_, times)| times).sum()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn promoters_less_detractors() {
        let answers = [(10.0, 40), (9.0, 10), (8.0, 20), (7.0, 10), (6.0, 10), (0.0, 10)];
        let score = nps(&answers).unwrap();
        assert!((score.value - 30.0).abs() < 1e-9 && score.n == 100, "{score:?}");
        assert!(score.low > 10.0 && score.low < 20.0 && score.high > 40.0 && score.high < 50.0, "{score:?}");
    }

    #[test]
    fn the_satisfied_are_the_fours_and_fives() {
        let share = csat(&[(5.0, 6), (4.0, 2), (3.0, 1), (1.0, 1)]).unwrap();
        assert!((share.value - 80.0).abs() < 1e-9 && share.low < 50.0 && share.high > 94.0, "{share:?}");
    }

    #[test]
    fn three_people_of_one_mind_prove_little() {
        let effort = effort(&[(7.0, 3)]).unwrap();
        assert!((effort.value - 7.0).abs() < 1e-9 && effort.low < 5.0, "{effort:?}");
    }

    #[test]
    fn no_answers_make_no_figure() {
        assert_eq!((nps(&[]), csat(&[(3.0, 0)]), effort(&[])), (None, None, None));
    }

    proptest! {
        #[test]
        fn figures_lie_in_their_intervals_on_their_scales(
            answers in proptest::collection::vec((0_u8..=10, 0_u64..30), 1..12),
        ) {
            let on = |worst: u8, best: u8| -> Vec<(f64, u64)> {
                answers.iter().map(|(value, n)| (f64::from((*value).clamp(worst, best)), *n)).collect()
            };
            for (figure, scale) in
                [(nps(&on(0, 10)), -100.0..=100.0), (csat(&on(1, 5)), 0.0..=100.0), (effort(&on(1, 7)), 1.0..=7.0)]
            {
                let Some(figure) = figure else { continue };
                prop_assert!(figure.low <= figure.value && figure.value <= figure.high, "{:?}", figure);
                prop_assert!(scale.contains(&figure.low) && scale.contains(&figure.high), "{:?}", figure);
            }
        }
    }
}
