//! How much a theme is: mentions, share, trend, emotion, impact.

use std::collections::HashSet;

use chrono::NaiveDate;
use moodline_statistics::{Outcomes, contribution, newcombe_difference};
use moodline_types::{Counts, DayWindow, Emotion, Emotions, Measured, MentionId, SentimentLabel, ThemeKind};

/// An opinion that was looked at.
#[derive(Debug, Clone)]
pub(crate) struct Voice {
    pub(crate) mention: MentionId,
    pub(crate) kind: ThemeKind,
    /// The theme it is in, by its place among those of the touchpoint.
    pub(crate) theme: Option<usize>,
    pub(crate) emotions: Emotions,
    pub(crate) day: NaiveDate,
    /// As what its mention counts at the touchpoint.
    pub(crate) counted: SentimentLabel,
}

/// What a theme is measured against.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Whole {
    /// The headline window; the trend is against the one before.
    pub(crate) window: DayWindow,
    /// What entered the index of the whole map in it.
    pub(crate) map: Outcomes,
    /// What entered that of the touchpoint.
    pub(crate) touchpoint: Outcomes,
    /// Opinions for each one that was looked at, at least 1.
    pub(crate) scale: f64,
}

/// The figures of one theme.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Figures {
    pub(crate) mentions: u64,
    pub(crate) mentions_before: u64,
    pub(crate) share: f64,
    pub(crate) share_change: Option<Measured>,
    pub(crate) emotion: Emotion,
    pub(crate) impact: Option<Measured>,
}

/// The figures of theme `theme`, of which all voices are of kind `kind`.
pub(crate) fn figures(voices: &[Voice], theme: usize, kind: ThemeKind, whole: &Whole) -> Figures {
    let now = |voice: &&Voice| whole.window.contains(voice.day);
    let own = || voices.iter().filter(move |voice| voice.theme == Some(theme));
    let alike = || voices.iter().filter(move |voice| voice.kind == kind);
    let (mentions, mentions_before) = (mentions(own().filter(now)), mentions(own().filter(|voice| !now(voice))));
    let (of, of_before) = (count(alike().filter(now)), count(alike().filter(|voice| !now(voice))));
    let share = if of > 0 { mentions.len() as f64 / of as f64 } else { 0.0 };
    let share_change = (of > 0 && of_before > 0).then(|| {
        let pair = |hits: usize, n: usize| (hits as f64, n as f64);
        let change = newcombe_difference(pair(mentions.len(), of), pair(mentions_before.len(), of_before));
        Measured { value: change.difference, low: change.low, high: change.high }
    });
    Figures {
        mentions: mentions.len() as u64,
        mentions_before: mentions_before.len() as u64,
        share,
        share_change,
        emotion: emotion(own()),
        impact: impact(whole.map, within(counted(own().filter(now)), whole)),
    }
}

/// Net of the map minus net without a part of it; see [`moodline_types::Theme::impact`].
pub(crate) fn impact(map: Outcomes, part: Outcomes) -> Option<Measured> {
    contribution(map, part).map(|found| Measured { value: found.value, low: found.low, high: found.high })
}

/// What enters an index: mixed counts as neutral, unsure not at all.
pub(crate) fn outcomes(counts: &Counts) -> Outcomes {
    Outcomes {
        negative: counts.negative as f64,
        neutral: (counts.neutral + counts.mixed) as f64,
        positive: counts.positive as f64,
    }
}

/// What a sample stands for, never more than there is.
fn within(part: Outcomes, whole: &Whole) -> Outcomes {
    let least = |part: f64, all: f64| (part * whole.scale).min(all);
    Outcomes {
        negative: least(part.negative, whole.touchpoint.negative),
        neutral: least(part.neutral, whole.touchpoint.neutral),
        positive: least(part.positive, whole.touchpoint.positive),
    }
}

fn mentions<'v>(voices: impl Iterator<Item = &'v Voice>) -> HashSet<MentionId> {
    voices.map(|voice| voice.mention).collect()
}

fn count<'v>(voices: impl Iterator<Item = &'v Voice>) -> usize {
    mentions(voices).len()
}

/// The mentions of these voices, each once, by what they count as.
fn counted<'v>(voices: impl Iterator<Item = &'v Voice>) -> Outcomes {
    let mut counts = Counts::default();
    let mut seen = HashSet::new();
    for voice in voices.filter(|voice| seen.insert(voice.mention)) {
        counts.add(voice.counted, 1);
    }
    outcomes(&counts)
}

/// The emotion that shows most when all are added up.
fn emotion<'v>(voices: impl Iterator<Item = &'v Voice>) -> Emotion {
    let mut sums = [0.0; 7];
    for voice in voices {
        for (sum, value) in sums.iter_mut().zip(voice.emotions.to_array()) {
            *sum += value;
        }
    }
    Emotions::from_array(sums).top()
}

#[cfg(test)]
mod tests {
    use chrono::Days;

    use super::*;

    fn voice(mention: i64, days_ago: u64, theme: Option<usize>) -> Voice {
        Voice {
            mention: MentionId(mention),
            kind: ThemeKind::Complaint,
            theme,
            emotions: Emotions { anger: 0.6, neutral: 0.1, ..Emotions::default() },
            day: last() - Days::new(days_ago),
            counted: SentimentLabel::Negative,
        }
    }

    fn last() -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 6, 28).unwrap()
    }

    fn whole(scale: f64) -> Whole {
        Whole {
            window: DayWindow::ending(last(), 28),
            map: Outcomes { negative: 40.0, neutral: 10.0, positive: 50.0 },
            touchpoint: Outcomes { negative: 20.0, neutral: 5.0, positive: 0.0 },
            scale,
        }
    }

    #[test]
    fn a_mention_counts_once_and_against_its_own_window() {
        let voices = [
            voice(1, 0, Some(0)),
            voice(1, 0, Some(0)),
            voice(2, 3, Some(0)),
            voice(3, 3, None),
            voice(4, 3, Some(1)),
            voice(5, 30, Some(0)),
            voice(6, 30, None),
        ];
        let found = figures(&voices, 0, ThemeKind::Complaint, &whole(1.0));
        assert_eq!((found.mentions, found.mentions_before), (2, 1));
        assert!((found.share - 0.5).abs() < 1e-12);
        let change = found.share_change.unwrap();
        assert!(change.value.abs() < 1e-12 && change.low < 0.0 && change.high > 0.0);
        assert_eq!(found.emotion, Emotion::Anger);
    }

    #[test]
    fn complaints_pull_the_map_down_and_a_sample_stands_for_all() {
        let voices: Vec<Voice> = (0..8).map(|mention| voice(mention, 1, Some(0))).collect();
        let one = figures(&voices, 0, ThemeKind::Complaint, &whole(1.0)).impact.unwrap();
        // (50 − 40) / 100 against (50 − 32) / 92.
        assert!((one.value - (0.1 - 18.0 / 92.0)).abs() < 1e-12 && one.high < 0.0, "{one:?}");
        let two = figures(&voices, 0, ThemeKind::Complaint, &whole(2.0)).impact.unwrap();
        assert!((two.value - (0.1 - 26.0 / 84.0)).abs() < 1e-12, "{two:?}");
        let all = figures(&voices, 0, ThemeKind::Complaint, &whole(9.0)).impact.unwrap();
        assert!((all.value - (0.1 - 30.0 / 80.0)).abs() < 1e-12, "never more than lies there: {all:?}");
    }

    #[test]
    fn without_a_window_before_there_is_no_trend() {
        let voices = [voice(1, 0, Some(0)), voice(2, 0, None)];
        assert_eq!(figures(&voices, 0, ThemeKind::Complaint, &whole(1.0)).share_change, None);
    }
}
