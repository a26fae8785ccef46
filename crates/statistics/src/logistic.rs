//! Whether a vector belongs to a group, learned from few examples.

use crate::dice::Dice;

/// Weight of a fit against its penalty: with `n` examples the mean log-loss is minimised plus `|w|² / (2 C n)`. 10 lets
/// unit vectors reach probabilities near 0 and 1 with a few dozen examples.
const C: f64 = 10.0;
/// Steps of the descent: at the worst condition number met here, `(½ + 1/Cn)·Cn` = 2,500, enough for three digits.
const STEPS: usize = 150;
/// Resamples behind an interval.
const RESAMPLES: usize = 1000;

/// A logistic regression over vectors.
#[derive(Debug, Clone, PartialEq)]
pub struct Logistic {
    /// One weight per dimension.
    pub weights: Vec<f32>,
    /// What is added to the weighted sum.
    pub bias: f32,
}

impl Logistic {
    /// Fits by L2-regularised maximum likelihood (the bias is not penalised), by accelerated gradient descent (Y. Nesterov,
    /// 1983). `rows` are unit vectors of equal dimensions with whether each belongs.
    pub fn fit(rows: &[(&[f32], bool)]) -> Self {
        let dimensions = rows.first().map_or(0, |(vector, _)| vector.len());
        let n = rows.len().max(1) as f64;
        let penalty = 1.0 / (C * n);
        // The curvature of the log-loss is at most a quarter of the squared length, the bias counted as one dimension.
        let step = 1.0 / (0.5 + penalty);
        let mut at = vec![0.0_f64; dimensions + 1];
        let mut before = at.clone();
        for number in 0..STEPS {
            let momentum = number as f64 / (number as f64 + 3.0);
            let ahead: Vec<f64> = at.iter().zip(&before).map(|(now, then)| now + momentum * (now - then)).collect();
            let mut slope: Vec<f64> = ahead.iter().map(|weight| weight * penalty).collect();
            slope[dimensions] = 0.0;
            for (vector, belongs) in rows {
                let miss = (sigmoid(sum(vector, &ahead)) - f64::from(u8::from(*belongs))) / n;
                for (slope, value) in slope.iter_mut().zip(*vector) {
                    *slope += miss * f64::from(*value);
                }
                slope[dimensions] += miss;
            }
            before = at;
            at = ahead.iter().zip(&slope).map(|(weight, slope)| weight - step * slope).collect();
        }
        let bias = at.pop().unwrap_or_default() as f32;
        Self { weights: at.into_iter().map(|weight| weight as f32).collect(), bias }
    }

    /// Probability that a unit vector belongs; that of the bias alone for one of other dimensions.
    pub fn probability(&self, vector: &[f32]) -> f64 {
        let weighted = self.weights.iter().zip(vector).map(|(weight, value)| f64::from(*weight) * f64::from(*value));
        let same = self.weights.len() == vector.len();
        sigmoid(f64::from(self.bias) + if same { weighted.sum::<f64>() } else { 0.0 })
    }
}

fn sum(vector: &[f32], weights: &[f64]) -> f64 {
    let weighted = vector.iter().zip(weights).map(|(value, weight)| f64::from(*value) * weight);
    weighted.sum::<f64>() + weights.last().copied().unwrap_or_default()
}

fn sigmoid(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

/// One case that two ways of telling members were tried on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Trial {
    /// Whether it belongs.
    pub belongs: bool,
    /// Whether the way in use says so.
    pub without: bool,
    /// Whether the new way says so.
    pub with: bool,
}

/// How much better members are told.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Gain {
    /// F1 of the way in use, 0 to 1.
    pub without: f64,
    /// F1 of the new way.
    pub with: f64,
    /// Lower end of the 95 % interval of the difference.
    pub low: f64,
    /// Its upper end.
    pub high: f64,
    /// Lower end of the 95 % interval of the rise in the share of cases told right, members or not. F1 alone is fooled:
    /// where the way in use says nothing, guessing raises it.
    pub right_low: f64,
}

impl Gain {
    /// Compares both on the same cases: the interval is that of a paired bootstrap (B. Efron, 1979), the 2.5 and 97.5 of
    /// 100 of the differences in samples drawn with replacement.
    pub fn of(trials: &[Trial], seed: u64) -> Self {
        let (without, with) = f1(trials.iter().copied());
        let mut dice = Dice::new(seed);
        let draw = |dice: &mut Dice| {
            let sample: Vec<Trial> = (0..trials.len()).map(|_| trials[dice.below(trials.len())]).collect();
            let right =
                |of: fn(&Trial) -> bool| sample.iter().filter(|trial| of(trial) == trial.belongs).count() as f64;
            let rise = (right(|trial| trial.with) - right(|trial| trial.without)) / sample.len().max(1) as f64;
            let (without, with) = f1(sample.into_iter());
            (with - without, rise)
        };
        let (mut differences, mut rises): (Vec<f64>, Vec<f64>) = (0..RESAMPLES).map(|_| draw(&mut dice)).unzip();
        differences.sort_by(f64::total_cmp);
        rises.sort_by(f64::total_cmp);
        let cut = RESAMPLES / 40;
        let (low, high) = (differences[cut - 1], differences[RESAMPLES - cut]);
        Self { without, with, low, high, right_low: rises[cut - 1] }
    }

    /// Whether no help at all lies below both intervals.
    pub fn is_certain(&self) -> bool {
        self.low > 0.0 && self.right_low > 0.0
    }
}

/// F1 of both ways; 0 where nothing was found.
fn f1(trials: impl Iterator<Item = Trial>) -> (f64, f64) {
    let (mut members, mut said, mut found) = (0_u32, [0_u32; 2], [0_u32; 2]);
    for Trial { belongs, without, with } in trials {
        members += u32::from(belongs);
        for (way, says) in [without, with].into_iter().enumerate() {
            said[way] += u32::from(says);
            found[way] += u32::from(says && belongs);
        }
    }
    let of = |way: usize| match members + said[way] {
        0 => 0.0,
        total => 2.0 * f64::from(found[way]) / f64::from(total),
    };
    (of(0), of(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A unit vector around one of two directions.
    fn drawn(dice: &mut Dice, side: usize) -> Vec<f32> {
        let mut vector: Vec<f32> = (0..16).map(|_| dice.unit() as f32 - 0.5).collect();
        vector[side] += 1.5;
        let length = vector.iter().map(|value| value * value).sum::<f32>().sqrt();
        vector.iter().map(|value| value / length).collect()
    }

    #[test]
    fn two_groups_are_told_apart() {
        let mut dice = Dice::new(3);
        let vectors: Vec<(Vec<f32>, bool)> = (0..80).map(|n| (drawn(&mut dice, n % 2), n % 2 == 0)).collect();
        let rows: Vec<(&[f32], bool)> = vectors.iter().map(|(vector, belongs)| (vector.as_slice(), *belongs)).collect();
        let head = Logistic::fit(&rows);
        for n in 0..40 {
            let probability = head.probability(&drawn(&mut dice, n % 2));
            assert_eq!(probability > 0.5, n % 2 == 0, "{probability}");
        }
        let bias = f64::from(head.bias);
        assert!((head.probability(&[]) - sigmoid(bias)).abs() < 1e-12, "nothing is known of other dimensions");
    }

    #[test]
    fn without_anything_to_tell_them_by_the_share_of_members_is_what_is_said() {
        let nothing = [0.0_f32; 4];
        let rows: Vec<(&[f32], bool)> = (0..100).map(|n| (nothing.as_slice(), n % 4 == 0)).collect();
        assert!((Logistic::fit(&rows).probability(&nothing) - 0.25).abs() < 0.01);
    }

    #[test]
    fn a_clear_gain_is_certain_and_a_toss_is_not() {
        let trial = |belongs, without, with| Trial { belongs, without, with };
        let better: Vec<Trial> = (0..60).map(|n| trial(n % 2 == 0, n % 8 == 0, n % 2 == 0)).collect();
        let gain = Gain::of(&better, 1);
        assert!(gain.is_certain() && (gain.with - 1.0).abs() < 1e-9 && gain.without < 0.5, "{gain:?}");
        let mut dice = Dice::new(9);
        let tossed: Vec<Trial> = (0..60).map(|n| trial(n % 2 == 0, dice.below(2) == 0, dice.below(2) == 0)).collect();
        let gain = Gain::of(&tossed, 1);
        assert!(!gain.is_certain() && gain.low < gain.high, "{gain:?}");
        let guessed: Vec<Trial> = tossed.iter().map(|t| Trial { without: false, ..*t }).collect();
        let gain = Gain::of(&guessed, 1);
        assert!(gain.low > 0.0 && !gain.is_certain(), "guessing beats silence by F1 only: {gain:?}");
        assert!(!Gain::of(&better.iter().map(|t| Trial { with: t.without, ..*t }).collect::<Vec<_>>(), 1).is_certain());
    }
}
