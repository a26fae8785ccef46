//! One judged row against what people said.

use std::collections::HashMap;

use moodline_types::{Sentiment, SentimentLabel};

/// From this many labels on, a source of a file has a [`Scale`] of its own: fewer may lack a label by chance.
const OWN_SCALE_FROM: usize = 20;

/// Which labels the gold standard of a file or source knows; texts are judged by the same measure.
///
/// - Without `neutral`, the verdict is whichever of P(positive) and P(negative) is larger, as sure as its share of both.
/// - With `neutral`, it is the most probable of the three, as sure as its probability.
/// - With `mixed`, a text whose mention-level label is *mixed* (a confidently positive and a confidently negative opinion
///   side by side) is judged mixed; that verdict has no probability and stays out of the calibration error. Texts that
///   the model did not call mixed are judged as above.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Scale {
    /// Whether some gold labels are neutral.
    pub neutral: bool,
    /// Whether some gold labels are mixed.
    pub mixed: bool,
}

impl Scale {
    /// The labels that occur.
    pub fn of(labels: impl IntoIterator<Item = SentimentLabel>) -> Self {
        labels.into_iter().fold(Self::default(), |scale, label| Self {
            neutral: scale.neutral || label == SentimentLabel::Neutral,
            mixed: scale.mixed || label == SentimentLabel::Mixed,
        })
    }

    /// Judges a text of gold label `gold` by the model's mention-level `label` and its probabilities.
    pub fn judge(self, gold: SentimentLabel, label: SentimentLabel, sentiment: Sentiment) -> Outcome {
        let abstained = label == SentimentLabel::Unsure;
        if self.mixed && label == SentimentLabel::Mixed {
            return Outcome { gold, predicted: label, confidence: None, abstained };
        }
        let (predicted, confidence) = if self.neutral {
            let (top, probability) = sentiment.top();
            (top, f64::from(probability))
        } else {
            let (negative, positive) = (f64::from(sentiment.negative), f64::from(sentiment.positive));
            let top = if positive >= negative { SentimentLabel::Positive } else { SentimentLabel::Negative };
            let both = negative + positive;
            (top, if both > 0.0 { positive.max(negative) / both } else { 0.5 })
        };
        Outcome { gold, predicted, confidence: Some(confidence), abstained }
    }
}

/// The scale of each source of a file: by its own labels where there are 20 of them, else by the file's.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Scales {
    file: Scale,
    sources: HashMap<String, Scale>,
}

impl Scales {
    /// From all labels of a file, each with the source its row names.
    pub fn of<'a>(labels: impl IntoIterator<Item = (Option<&'a str>, SentimentLabel)>) -> Self {
        let mut all = Vec::new();
        let mut by_source: HashMap<&str, Vec<SentimentLabel>> = HashMap::new();
        for (source, label) in labels {
            all.push(label);
            if let Some(source) = source {
                by_source.entry(source).or_default().push(label);
            }
        }
        let own = by_source.into_iter().filter(|(_, labels)| labels.len() >= OWN_SCALE_FROM);
        Self {
            file: Scale::of(all),
            sources: own.map(|(source, labels)| (source.to_owned(), Scale::of(labels))).collect(),
        }
    }

    /// The scale of rows that name this source.
    pub fn of_source(&self, source: Option<&str>) -> Scale {
        source.and_then(|source| self.sources.get(source)).copied().unwrap_or(self.file)
    }
}

/// One judged row.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Outcome {
    /// What people said: negative, neutral, positive or mixed.
    pub gold: SentimentLabel,
    /// What the model said, on the same scale.
    pub predicted: SentimentLabel,
    /// How probable the model held its verdict, 0 to 1; `None` for mixed.
    pub confidence: Option<f64>,
    /// Whether the model would rather not have said: its mention-level label is *unsure*.
    pub abstained: bool,
}

impl Outcome {
    /// Whether the model and people agree.
    pub fn is_right(&self) -> bool {
        self.gold == self.predicted
    }
}

#[cfg(test)]
mod tests {
    use SentimentLabel::{Mixed, Negative, Neutral, Positive, Unsure};

    use super::*;

    const LEANING: Sentiment = Sentiment { negative: 0.1, neutral: 0.6, positive: 0.3 };

    #[test]
    fn two_way_gold_looks_past_neutral() {
        let scale = Scale::of([Positive, Negative]);
        let outcome = scale.judge(Positive, Neutral, LEANING);
        assert_eq!(outcome.predicted, Positive);
        assert!((outcome.confidence.unwrap() - 0.75).abs() < 1e-6);
    }

    #[test]
    fn three_way_gold_takes_the_most_probable_even_where_the_model_abstains() {
        let outcome = Scale::of([Positive, Neutral]).judge(Positive, Unsure, LEANING);
        assert_eq!((outcome.predicted, outcome.abstained, outcome.is_right()), (Neutral, true, false));
    }

    #[test]
    fn a_source_has_its_own_scale_once_it_has_enough_labels() {
        let many = std::iter::repeat_n((Some("shop"), Positive), 20);
        let scales = Scales::of(many.chain([(Some("blog"), Positive), (None, Neutral)]));
        assert!(!scales.of_source(Some("shop")).neutral);
        assert!(scales.of_source(Some("blog")).neutral && scales.of_source(None).neutral);
    }

    #[test]
    fn mixed_is_a_verdict_only_where_people_had_that_choice() {
        let with = Scale::of([Positive, Mixed]);
        assert_eq!(with.judge(Mixed, Mixed, LEANING).predicted, Mixed);
        assert_eq!(with.judge(Mixed, Mixed, LEANING).confidence, None);
        assert_eq!(with.judge(Mixed, Positive, LEANING).predicted, Positive);
        assert_eq!(Scale::of([Positive, Neutral]).judge(Neutral, Mixed, LEANING).predicted, Neutral);
    }
}
