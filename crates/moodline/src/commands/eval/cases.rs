//! Verdicts against labels.

use moodline_assign::{Clause, Placer};
use moodline_evaluation::{EmotionCase, Outcome, Place, PolarityCase, Tags, TouchpointCase};
use moodline_model::Verdict;
use moodline_types::{JudgedOpinion, Sentiment, SentimentLabel};

use super::input::Item;

/// Everything that can be measured, row by row.
#[derive(Debug, Default)]
pub(super) struct Cases {
    pub(super) sentiment: Vec<(Tags, Outcome)>,
    pub(super) emotion: Vec<(Tags, EmotionCase)>,
    pub(super) touchpoints: Vec<(Tags, TouchpointCase)>,
    pub(super) polarity: Vec<(Tags, PolarityCase)>,
}

/// What turns a verdict into cases.
pub(super) struct Judge {
    pub(super) unsure_below: f32,
    pub(super) thresholds: [f32; 7],
    pub(super) placer: Option<Placer>,
}

impl Judge {
    /// Adds what `verdict` says on `item` to `cases`.
    pub(super) fn take(&self, item: &Item, verdict: &Verdict, cases: &mut Cases) {
        let Item { row, tags, .. } = item;
        if let Some(gold) = row.sentiment {
            cases.sentiment.push((tags.clone(), item.sentiment.judge(gold, verdict.label, verdict.sentiment)));
        }
        if let Some(gold) = &row.emotions {
            cases.emotion.push((tags.clone(), EmotionCase::new(gold, verdict.emotions, self.thresholds)));
        }
        let Some(placer) = self.placer.as_ref().filter(|_| !item.aspects.is_empty()) else { return };
        let clauses: Vec<Clause<'_>> = verdict
            .opinions
            .iter()
            .map(|opinion| Clause { evidence: &opinion.evidence, embedding: &opinion.embedding })
            .collect();
        let found: Vec<Place> = placer
            .place_clauses(None, &clauses)
            .into_iter()
            .map(|placement| Place { touchpoint: placement.place.map(|(_, id)| id), score: placement.score })
            .collect();
        let gold = item.aspects.iter().flat_map(|(ids, _)| ids).cloned().collect();

        let labels: Vec<SentimentLabel> = item.aspects.iter().filter_map(|(_, polarity)| *polarity).collect();
        let contrasting = labels.windows(2).any(|pair| pair[0] != pair[1]);
        for (ids, polarity) in &item.aspects {
            let Some(gold) = *polarity else { continue };
            let here: Vec<&JudgedOpinion> = verdict
                .opinions
                .iter()
                .zip(&found)
                .filter(|(_, place)| place.touchpoint.as_ref().is_some_and(|id| ids.contains(id)))
                .map(|(opinion, _)| opinion)
                .collect();
            let opinion = self.together(&here).map(|(label, sentiment)| item.polarity.judge(gold, label, sentiment));
            let text = item.polarity.judge(gold, verdict.label, verdict.sentiment);
            cases.polarity.push((tags.clone(), PolarityCase { contrasting, opinion, text }));
        }
        cases.touchpoints.push((tags.clone(), TouchpointCase { gold, places: found }));
    }

    /// What several opinions on one thing say: mixed where some are positive and some negative, else the mean of their
    /// probabilities; `None` of none.
    fn together(&self, opinions: &[&JudgedOpinion]) -> Option<(SentimentLabel, Sentiment)> {
        let n = opinions.len() as f32;
        let mean = |value: fn(&Sentiment) -> f32| opinions.iter().map(|o| value(&o.sentiment)).sum::<f32>() / n;
        let sentiment =
            Sentiment { negative: mean(|s| s.negative), neutral: mean(|s| s.neutral), positive: mean(|s| s.positive) };
        let says = |label| opinions.iter().any(|opinion| opinion.label == label);
        let label = if says(SentimentLabel::Positive) && says(SentimentLabel::Negative) {
            SentimentLabel::Mixed
        } else {
            sentiment.label(self.unsure_below)
        };
        (!opinions.is_empty()).then_some((label, sentiment))
    }
}
