//! Weighted mentions.

use std::ops::AddAssign;

use crate::Outcomes;

/// How many equally weighted mentions carry as much as these: `(Σw)² / Σw²` (L. Kish, *Survey Sampling*, 1965, §11.7).
/// 0 for no weight at all, and never more than their number.
pub fn effective_n(weights: &[f64]) -> f64 {
    let squares: f64 = weights.iter().map(|w| w * w).sum();
    if squares > 0.0 { weights.iter().sum::<f64>().powi(2) / squares } else { 0.0 }
}

/// Weighted outcomes of many voices, as far as an index needs them: their weight by outcome, and the sum of squares
/// over voices.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Weighted {
    sums: Outcomes,
    squares: f64,
}

impl Weighted {
    /// Adds `outcomes` of as many voices, of `weight` each.
    pub fn add(&mut self, outcomes: Outcomes, weight: f64) {
        self.sums += outcomes.scaled(weight);
        self.squares += outcomes.total() * weight * weight;
    }

    /// Sums and squares that were taken apart with [`Self::parts`].
    pub fn from_parts(sums: Outcomes, squares: f64) -> Self {
        Self { sums, squares }
    }

    /// The weight by outcome, and the sum of squares over voices.
    pub fn parts(&self) -> (Outcomes, f64) {
        (self.sums, self.squares)
    }

    /// Makes one voice of mentions that were added as one each: together they weigh as much as one of them does on
    /// average, shared equally, so that one author counts once whatever they say.
    pub fn join(&mut self, mentions: &[(Outcomes, f64)]) {
        *self += Self::joining(mentions);
    }

    /// What [`Self::join`] adds: a difference, by itself the weight of nobody. Differences of several voices add up.
    pub fn joining(mentions: &[(Outcomes, f64)]) -> Self {
        let n = mentions.len() as f64;
        let mut difference = Self::default();
        if mentions.len() < 2 {
            return difference;
        }
        for (outcome, weight) in mentions {
            difference.sums += outcome.scaled(weight / n - weight);
            difference.squares -= weight * weight;
        }
        let together = mentions.iter().map(|(_, weight)| weight).sum::<f64>() / n;
        difference.squares += together * together;
        difference
    }

    /// How many equally weighted voices carry as much ([`effective_n`]).
    pub fn n_effective(&self) -> f64 {
        if self.squares > 0.0 { self.sums.total().powi(2) / self.squares } else { 0.0 }
    }

    /// The weighted shares as counts of [`Self::n_effective`] voices: what an interval is computed from.
    pub fn effective(&self) -> Outcomes {
        let total = self.sums.total();
        if total > 0.0 { self.sums.scaled(self.n_effective() / total) } else { Outcomes::default() }
    }
}

impl AddAssign for Weighted {
    fn add_assign(&mut self, other: Self) {
        self.sums += other.sums;
        self.squares += other.squares;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const BAD: Outcomes = Outcomes { negative: 1.0, neutral: 0.0, positive: 0.0 };
    const GOOD: Outcomes = Outcomes { negative: 0.0, neutral: 0.0, positive: 1.0 };

    #[test]
    fn equal_weights_count_fully_and_one_heavy_author_counts_once() {
        assert!((effective_n(&[0.2; 50]) - 50.0).abs() < 1e-9);
        assert!((effective_n(&[1.0, 1e-9, 1e-9]) - 1.0).abs() < 1e-6);
        assert!(effective_n(&[]).abs() < f64::EPSILON);
    }

    #[test]
    fn thirty_complaints_of_one_author_are_one_voice_among_the_others() {
        let mut all = Weighted::default();
        all.add(GOOD.scaled(9.0), 1.0);
        all.add(BAD.scaled(30.0), 1.0);
        all.join(&[(BAD, 1.0); 30]);
        assert!((all.n_effective() - 10.0).abs() < 1e-9, "{all:?}");
        let effective = all.effective();
        assert!((effective.negative - 1.0).abs() < 1e-9 && (effective.positive - 9.0).abs() < 1e-9, "{effective:?}");
    }

    #[test]
    fn an_author_of_two_minds_is_half_of_each() {
        let mut all = Weighted::default();
        all.add(GOOD + BAD, 0.5);
        all.join(&[(GOOD, 0.5), (BAD, 0.5)]);
        let effective = all.effective();
        assert!((effective.negative - 0.5).abs() < 1e-9 && (effective.positive - 0.5).abs() < 1e-9, "{effective:?}");
    }

    proptest! {
        #[test]
        fn the_effective_number_is_that_of_kish_over_voices(
            ages in proptest::collection::vec((0_u32..60, proptest::bool::ANY, 0_usize..6), 1..40),
        ) {
            let weight = |age: u32| 0.5_f64.powf(f64::from(age) / 28.0);
            let mut all = Weighted::default();
            let mut voices: Vec<Vec<(Outcomes, f64)>> = vec![Vec::new(); 6];
            for (age, good, voice) in &ages {
                let outcome = if *good { GOOD } else { BAD };
                all.add(outcome, weight(*age));
                voices[*voice].push((outcome, weight(*age)));
            }
            for voice in &voices {
                all.join(voice);
            }
            let spoken = voices.iter().filter(|voice| !voice.is_empty());
            let weights: Vec<f64> =
                spoken.map(|voice| voice.iter().map(|(_, w)| w).sum::<f64>() / voice.len() as f64).collect();
            prop_assert!((all.n_effective() - effective_n(&weights)).abs() < 1e-6);
            prop_assert!(all.n_effective() <= weights.len() as f64 + 1e-6);
            prop_assert!((all.effective().total() - all.n_effective()).abs() < 1e-6);
        }
    }
}
