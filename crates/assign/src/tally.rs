//! What a mention adds to the counts, and what asks for attention.

use chrono::Timelike;
use moodline_maps::FlagRule;
use moodline_types::{
    Emotion, Emotions, Mention, NewFlag, Opinion, OpinionId, PersonaId, SentimentLabel, StageId, Tally, TouchpointId,
    telling,
};

/// Language of a mention whose language is unknown (BCP 47).
const UNDETERMINED: &str = "und";

/// Probability from which a label stands against a contrary one: two opinions of one mention make it mixed only if the
/// model is sure of both, as it has to be for the verdict on a whole text.
const FIRM_FROM: f32 = 0.7;

/// An opinion that counts, with people's corrections applied.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Counted<'a> {
    id: OpinionId,
    place: Option<usize>,
    label: SentimentLabel,
    emotions: &'a Emotions,
    /// Probability of negative; certain where a person said so.
    negative: f32,
    /// How much is said, from 0 (a mere cry) to 1.
    telling: f32,
    /// Whether the label is sure enough to stand against a contrary one.
    firm: bool,
}

impl<'a> Counted<'a> {
    pub(crate) fn new(opinion: &'a Opinion, corrected: Option<SentimentLabel>, place: Option<usize>) -> Self {
        let negative = match corrected {
            Some(SentimentLabel::Negative) => 1.0,
            Some(SentimentLabel::Positive | SentimentLabel::Neutral) => 0.0,
            Some(SentimentLabel::Mixed | SentimentLabel::Unsure) | None => opinion.judged.sentiment.negative,
        };
        Self {
            id: opinion.id,
            place,
            label: corrected.unwrap_or(opinion.judged.label),
            emotions: &opinion.judged.emotions,
            negative,
            telling: telling(&opinion.judged.evidence),
            firm: corrected.is_some() || opinion.judged.sentiment.top().1 >= FIRM_FROM,
        }
    }
}

/// One tally per touchpoint, in the order of the journey; where no opinion was placed, one for the unassigned bucket,
/// so that the bucket counts mentions that fit nowhere; none without opinions. Hours are kept where the
/// map tells them.
pub(crate) fn tallies(
    mention: &Mention,
    opinions: &[Counted<'_>],
    touchpoints: &[(StageId, TouchpointId)],
    persona: Option<&PersonaId>,
    tells_hours: bool,
) -> Vec<Tally> {
    let places = places(opinions);
    let buckets: Vec<Option<usize>> =
        if places.is_empty() && !opinions.is_empty() { vec![None] } else { places.into_iter().map(Some).collect() };
    buckets
        .into_iter()
        .map(|place| {
            let here = || opinions.iter().filter(move |opinion| opinion.place == place);
            Tally {
                touchpoint: place.map(|number| touchpoints[number].1.clone()),
                persona: persona.cloned(),
                day: mention.posted_at.date_naive(),
                source: mention.source.clone(),
                language: mention.language.clone().unwrap_or_else(|| UNDETERMINED.to_owned()),
                label: verdict(here()),
                emotion: strongest(here().map(|opinion| opinion.emotions)),
                hour: hour(mention).filter(|_| tells_hours),
            }
        })
        .collect()
}

/// The UTC hour of posting; `None` where the source told none: a bare date reads as midnight to the second.
fn hour(mention: &Mention) -> Option<u8> {
    let known = !mention.posted_at_is_approximate && mention.posted_at.num_seconds_from_midnight() > 0;
    u8::try_from(mention.posted_at.hour()).ok().filter(|_| known)
}

/// A flag per touchpoint at which the mention is negative or mixed, as severe as its most negative opinion there of those
/// whose emotion the map's rule names, if that is negative with a probability of at least `from`. What shows it is, of all
/// that are as negative as that asks, the opinion that says most: “rubbish!” tells nobody what to mend.
pub(crate) fn flags(
    opinions: &[Counted<'_>],
    touchpoints: &[(StageId, TouchpointId)],
    rule: &FlagRule,
    from: f32,
) -> Vec<NewFlag> {
    let shows = |opinion: &&Counted<'_>| rule.emotions.is_empty() || rule.emotions.contains(&opinion.emotions.top());
    let flag = |place: usize| {
        if !rule.touchpoints.is_empty() && !rule.touchpoints.contains(&touchpoints[place].1) {
            return None;
        }
        let here = || opinions.iter().filter(move |opinion| opinion.place == Some(place));
        let label = verdict(here());
        let worst =
            here().filter(shows).reduce(|worst, next| if next.negative > worst.negative { next } else { worst })?;
        let (stage, touchpoint) = touchpoints[place].clone();
        let bad = matches!(label, SentimentLabel::Negative | SentimentLabel::Mixed) && worst.negative >= from;
        let says = |opinion: &Counted<'_>| opinion.negative * opinion.telling;
        let as_bad = here().filter(shows).filter(|opinion| opinion.negative >= from);
        let evidence = as_bad.reduce(|most, next| if says(next) > says(most) { next } else { most })?;
        bad.then_some(NewFlag { stage, touchpoint, opinion: evidence.id, severity: worst.negative })
    };
    places(opinions).into_iter().filter_map(flag).collect()
}

/// The touchpoints spoken of, each once, in the order of the journey.
fn places(opinions: &[Counted<'_>]) -> Vec<usize> {
    let mut places: Vec<usize> = opinions.iter().filter_map(|opinion| opinion.place).collect();
    places.sort_unstable();
    places.dedup();
    places
}

/// The label of several opinions at one touchpoint: that of the firm ones, if there are any that say something.
fn verdict<'a>(opinions: impl Iterator<Item = &'a Counted<'a>> + Clone) -> SentimentLabel {
    match common_label(opinions.clone().filter(|opinion| opinion.firm).map(|opinion| opinion.label)) {
        SentimentLabel::Unsure | SentimentLabel::Neutral => common_label(opinions.map(|opinion| opinion.label)),
        firm => firm,
    }
}

/// The label of several labels together: positive and negative make mixed; neutral gives way to either, and unsure
/// to anything.
fn common_label(labels: impl Iterator<Item = SentimentLabel>) -> SentimentLabel {
    use SentimentLabel::{Mixed, Negative, Neutral, Positive, Unsure};
    labels.fold(Unsure, |common, label| match (common, label) {
        (Mixed, _) | (_, Mixed) | (Positive, Negative) | (Negative, Positive) => Mixed,
        (Unsure | Neutral, other) if other != Unsure => other,
        (other, Unsure | Neutral) => other,
        (same, _) => same,
    })
}

/// The emotion that shows most when all are added up.
fn strongest<'a>(emotions: impl Iterator<Item = &'a Emotions>) -> Emotion {
    let mut sums = [0.0; 7];
    for emotion in emotions {
        for (sum, value) in sums.iter_mut().zip(emotion.to_array()) {
            *sum += value;
        }
    }
    Emotions::from_array(sums).top()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_of_one_mention_come_together() {
        use SentimentLabel::{Mixed, Negative, Neutral, Positive, Unsure};
        for (labels, common) in [
            (&[Positive][..], Positive),
            (&[Positive, Negative], Mixed),
            (&[Positive, Neutral, Unsure], Positive),
            (&[Neutral, Unsure], Neutral),
            (&[Unsure, Neutral, Negative], Negative),
            (&[Unsure, Unsure], Unsure),
            (&[Mixed, Positive], Mixed),
            (&[Negative, Neutral, Positive], Mixed),
        ] {
            assert_eq!(common_label(labels.iter().copied()), common, "{labels:?}");
        }
    }

    #[test]
    fn emotions_add_up() {
        let anger = Emotions { anger: 0.4, ..Emotions::default() };
        let fear = Emotions { fear: 0.5, anger: 0.3, ..Emotions::default() };
        assert_eq!(strongest([&anger, &fear].into_iter()), Emotion::Anger);
    }
}
