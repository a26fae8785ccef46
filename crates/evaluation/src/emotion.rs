//! How well emotions are judged.

use moodline_types::{Emotion, Emotions};
use serde::Serialize;

use crate::{Estimate, bootstrap::resample, sentiment::or_anything};

const EMOTIONS: usize = Emotion::ALL.len();

/// The emotions of one row: what people saw and how strongly the model does.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct EmotionCase {
    gold: [bool; EMOTIONS],
    scores: [f32; EMOTIONS],
    shown: [bool; EMOTIONS],
}

impl EmotionCase {
    /// An emotion counts as shown from its threshold on; `thresholds` are in the order of [`Emotion::ALL`].
    pub fn new(gold: &[Emotion], scores: Emotions, thresholds: [f32; EMOTIONS]) -> Self {
        let scores = scores.to_array();
        Self {
            gold: std::array::from_fn(|e| gold.contains(&Emotion::ALL[e])),
            scores,
            shown: std::array::from_fn(|e| scores[e] >= thresholds[e]),
        }
    }
}

/// One emotion's F1.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct EmotionScore {
    /// The emotion.
    pub emotion: Emotion,
    /// Rows in which people saw it.
    pub gold: u32,
    /// Rows in which the model did.
    pub predicted: u32,
    /// Its F1; `None` where people never saw it.
    pub f1: Option<f64>,
}

/// Figures over some rows with emotions, at least one.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct EmotionFigures {
    /// Rows.
    pub n: usize,
    /// Mean F1 over the emotions that people saw in some row: all seven where a data set knows them all. Interval by
    /// 1,000 bootstrap draws, fixed seed.
    pub macro_f1: Estimate,
    /// Rows in which people saw exactly one emotion.
    pub single: usize,
    /// How often the strongest of the emotions people saw at all is that one; `None` without such rows.
    pub single_accuracy: Option<Estimate>,
    /// Every emotion, in the order of [`Emotion::ALL`].
    pub emotions: Vec<EmotionScore>,
}

impl EmotionFigures {
    /// The figures of `cases`.
    pub fn of(cases: &[EmotionCase]) -> Self {
        let counts = count(cases.iter().map(|case| (case, 1)));
        let known: [bool; EMOTIONS] = std::array::from_fn(|e| counts[e].gold > 0);
        let [draws] = resample(cases.len(), |times| [macro_f1(&count(cases.iter().zip(times.iter().copied())))]);
        let single: Vec<&EmotionCase> =
            cases.iter().filter(|case| case.gold.iter().filter(|g| **g).count() == 1).collect();
        let right = single.iter().filter(|case| strongest(&case.scores, known).is_some_and(|e| case.gold[e])).count();
        let score = |(emotion, count): (&Emotion, &Count)| EmotionScore {
            emotion: *emotion,
            gold: count.gold,
            predicted: count.predicted,
            f1: (count.gold > 0).then(|| count.f1()),
        };
        Self {
            n: cases.len(),
            macro_f1: or_anything(macro_f1(&counts), &draws),
            single: single.len(),
            single_accuracy: Estimate::share(right, single.len()),
            emotions: Emotion::ALL.iter().zip(&counts).map(score).collect(),
        }
    }
}

#[derive(Debug, Clone, Copy, Default)]
struct Count {
    gold: u32,
    predicted: u32,
    both: u32,
}

impl Count {
    fn f1(self) -> f64 {
        2.0 * f64::from(self.both) / f64::from(self.gold + self.predicted)
    }
}

fn count<'a>(cases: impl Iterator<Item = (&'a EmotionCase, u32)>) -> [Count; EMOTIONS] {
    let mut counts = [Count::default(); EMOTIONS];
    for (case, times) in cases.filter(|(_, times)| *times > 0) {
        for (e, count) in counts.iter_mut().enumerate() {
            count.gold += if case.gold[e] { times } else { 0 };
            count.predicted += if case.shown[e] { times } else { 0 };
            count.both += if case.gold[e] && case.shown[e] { times } else { 0 };
        }
    }
    counts
}

fn macro_f1(counts: &[Count]) -> f64 {
    let known: Vec<f64> = counts.iter().filter(|count| count.gold > 0).map(|count| count.f1()).collect();
    known.iter().sum::<f64>() / known.len() as f64
}

fn strongest(scores: &[f32; EMOTIONS], known: [bool; EMOTIONS]) -> Option<usize> {
    (0..EMOTIONS).filter(|e| known[*e]).max_by(|a, b| scores[*a].total_cmp(&scores[*b]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn case(gold: &[Emotion], joy: f32, anger: f32) -> EmotionCase {
        EmotionCase::new(
            gold,
            Emotions { joy, anger, fear: 0.99, ..Emotions::default() },
            [0.5, 0.3, 1.0, 1.0, 1.0, 1.0, 1.0],
        )
    }

    #[test]
    fn each_emotion_has_its_own_threshold() {
        use Emotion::{Anger, Joy};
        let figures = EmotionFigures::of(&[
            case(&[Joy], 0.6, 0.1),
            case(&[Joy, Anger], 0.4, 0.35),
            case(&[Anger], 0.7, 0.2),
            case(&[Anger], 0.1, 0.9),
        ]);
        // joy: gold 2, shown 2, both 1 → ½; anger: gold 3, shown 2, both 2 → ⅘. Nobody saw fear: no class of its own.
        assert!((figures.macro_f1.value - 0.65).abs() < 1e-9, "{figures:?}");
        assert_eq!((figures.single, figures.emotions[3].f1), (3, None));
        assert!((figures.single_accuracy.unwrap().value - 2.0 / 3.0).abs() < 1e-9);
    }
}
