//! Shares without a classifier's known errors.

use crate::{Shares, dice::Dice};

/// What a classifier said of texts whose label is known: rows are the known labels negative, neutral or mixed, positive;
/// columns what was said: the same three, and unsure.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct SaidOf {
    /// `counts[known][said]`.
    pub counts: [[f64; 4]; 3],
}

impl SaidOf {
    /// Texts counted.
    pub fn total(&self) -> f64 {
        self.counts.iter().flatten().sum()
    }

    /// Texts of each known label.
    pub fn known(&self) -> [f64; 3] {
        self.counts.map(|row| row.iter().sum())
    }
}

/// Shares of what people would have said.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CorrectedShares {
    /// Posterior means; together 1.
    pub shares: Shares,
    /// Lower end of the 95 % interval of positive − negative.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

/// Draws from the posterior: the ends of the interval vary by about a twentieth of its width between seeds.
const DRAWS: usize = 800;

/// Most steps towards the likeliest shares of one draw, and the change that ends them.
const STEPS: usize = 400;
const SETTLED: f64 = 1e-7;

/// Corrects counts by what the classifier is known to get wrong: the adjusted count (G. Forman, *Data Mining and Knowledge
/// Discovery* 17, 2008) in Bayesian form, so that the interval holds what is unknown of the texts counted and of the
/// classifier alike.
///
/// `said` are the counts negative, neutral or mixed, positive, unsure, weighted if need be. For each draw, how each label
/// is taken (a row of `known`) and the shares that were said come from Dirichlet posteriors with ½ of each added; the
/// shares that explain both best are then found by expectation and maximisation, so that they never leave 0..1 as a
/// matrix inverse would. What the model is unsure of is explained like the rest and not left out: it is seldom unsure of
/// all labels alike.
///
/// `None` where nothing countable was said, or a label occurs nowhere among the known texts.
pub fn corrected_shares(said: [f64; 4], known: &SaidOf, seed: u64) -> Option<CorrectedShares> {
    let total = said.iter().sum::<f64>();
    if !total.is_finite() || total <= 0.0 || known.known().iter().any(|texts| *texts <= 0.0) {
        return None;
    }
    let mut dice = Dice::new(seed);
    let mut sums = [0.0; 3];
    let mut nets = Vec::with_capacity(DRAWS);
    for _ in 0..DRAWS {
        let taken = known.counts.map(|row| dirichlet(row, &mut dice));
        let shares = explain(dirichlet(said, &mut dice), &taken);
        sums.iter_mut().zip(shares).for_each(|(sum, share)| *sum += share);
        nets.push(shares[2] - shares[0]);
    }
    nets.sort_unstable_by(f64::total_cmp);
    let [negative, neutral, positive] = sums.map(|sum| sum / DRAWS as f64);
    let mean = positive - negative;
    let at = |share: f64| nets[((DRAWS - 1) as f64 * share).round() as usize];
    let shares = Shares { negative, neutral, positive };
    Some(CorrectedShares { shares, low: at(0.025).min(mean), high: at(0.975).max(mean) })
}

/// The shares of labels under which `said` is likeliest, where label `g` is taken for `s` with probability
/// `taken[g][s]` (A. P. Dempster, N. M. Laird, D. B. Rubin, *Journal of the Royal Statistical Society* B 39, 1977).
fn explain(said: [f64; 4], taken: &[[f64; 4]; 3]) -> [f64; 3] {
    let mut shares = [1.0 / 3.0; 3];
    for _ in 0..STEPS {
        let mut next = [0.0; 3];
        for (s, share_said) in said.iter().enumerate() {
            let explained: f64 = (0..3).map(|g| shares[g] * taken[g][s]).sum();
            if explained > 0.0 {
                for (g, sum) in next.iter_mut().enumerate() {
                    *sum += share_said * shares[g] * taken[g][s] / explained;
                }
            }
        }
        let moved: f64 = next.iter().zip(shares).map(|(a, b)| (a - b).abs()).sum();
        shares = next;
        if moved < SETTLED {
            break;
        }
    }
    shares
}

/// A draw from the Dirichlet posterior of these counts with ½ of each added.
fn dirichlet(counts: [f64; 4], dice: &mut Dice) -> [f64; 4] {
    let drawn = counts.map(|count| dice.gamma(count + 0.5));
    let sum: f64 = drawn.iter().sum();
    drawn.map(|part| part / sum)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Takes praise for praise, and one complaint in four for something neutral.
    const LENIENT: SaidOf =
        SaidOf { counts: [[350.0, 120.0, 10.0, 20.0], [10.0, 430.0, 30.0, 30.0], [5.0, 15.0, 460.0, 20.0]] };

    #[test]
    fn complaints_that_were_taken_for_neutral_come_back() {
        let raw = (500.0 - 350.0) / 1000.0;
        // Half complaints, half praise, as LENIENT would take them.
        let said = [355.0, 135.0, 470.0, 40.0];
        let corrected = corrected_shares(said, &LENIENT, 1).unwrap();
        let Shares { negative, neutral, positive } = corrected.shares;
        assert!((negative - 0.5).abs() < 0.05 && (positive - 0.5).abs() < 0.05 && neutral < 0.05, "{corrected:?}");
        assert!(positive - negative < raw && corrected.low < 0.0 && corrected.high > 0.0, "{corrected:?}");
    }

    #[test]
    fn a_classifier_without_errors_changes_nothing() {
        let perfect = SaidOf { counts: [[1e6, 0.0, 0.0, 0.0], [0.0, 1e6, 0.0, 0.0], [0.0, 0.0, 1e6, 0.0]] };
        let corrected = corrected_shares([200.0, 300.0, 500.0, 0.0], &perfect, 1).unwrap();
        assert!((corrected.shares.negative - 0.2).abs() < 0.01 && (corrected.shares.positive - 0.5).abs() < 0.01);
    }

    #[test]
    fn nothing_is_made_of_nothing() {
        assert_eq!(corrected_shares([0.0; 4], &LENIENT, 1), None);
        let one_sided = SaidOf { counts: [[9.0, 1.0, 0.0, 0.0], [0.0; 4], [0.0, 0.0, 9.0, 1.0]] };
        assert_eq!(corrected_shares([5.0, 5.0, 5.0, 0.0], &one_sided, 1), None);
    }

    /// Of 300 made-up stages with 300 mentions each and 400 labelled texts, how many intervals hold the truth.
    #[test]
    fn the_interval_holds_the_truth() {
        let truth_of = LENIENT.counts.map(|row| {
            let sum: f64 = row.iter().sum();
            row.map(|count| count / sum)
        });
        let mut dice = Dice::new(3);
        let draw = |shares: &[f64; 4], dice: &mut Dice| {
            let mut left = dice.share();
            shares.iter().position(|share| {
                left -= share;
                left < 0.0
            })
        };
        let (mut held, mut raw_held) = (0, 0);
        for stage in 0..300 {
            let shares: [f64; 3] = {
                let drawn = [4.0, 3.0, 5.0].map(|shape| dice.gamma(shape));
                let sum: f64 = drawn.iter().sum();
                drawn.map(|part| part / sum)
            };
            let mut known = SaidOf::default();
            for (label, row) in known.counts.iter_mut().enumerate() {
                (0..133).for_each(|_| row[draw(&truth_of[label], &mut dice).unwrap_or(3)] += 1.0);
            }
            let mut said = [0.0; 4];
            for _ in 0..300 {
                let label = draw(&[shares[0], shares[1], shares[2], 0.0], &mut dice).unwrap_or(2).min(2);
                said[draw(&truth_of[label], &mut dice).unwrap_or(3)] += 1.0;
            }
            let net = shares[2] - shares[0];
            let corrected = corrected_shares(said, &known, stage).unwrap();
            held += u32::from((corrected.low..=corrected.high).contains(&net));
            let sure = said[0] + said[1] + said[2];
            let raw = (said[2] - said[0]) / sure;
            let reach = 1.96 * ((said[2] + said[0]) / sure - raw * raw).sqrt() / sure.sqrt();
            raw_held += u32::from((raw - reach..=raw + reach).contains(&net));
        }
        // A little more than 95 in 100: the ½ added to each count is more than nothing known.
        assert!(held >= 276, "{held} of 300 corrected intervals hold the truth");
        assert!(raw_held < 270, "without correction {raw_held} of 300 do: nothing to correct");
    }

    #[test]
    fn nothing_said_and_nothing_countable_have_no_shares() {
        assert_eq!(corrected_shares([0.0; 4], &LENIENT, 1), None);
        assert_eq!(corrected_shares([f64::NAN; 4], &LENIENT, 1), None);
        assert_eq!(corrected_shares([f64::INFINITY, 1.0, 1.0, 1.0], &LENIENT, 1), None);
    }
}
