//! What many opinions at one touchpoint say alike.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::{Emotion, MentionId, OpinionId, StageId, ThemeId, TouchpointId, sentiment::named_enum};

named_enum!(
    /// What the opinions of a theme have in common besides their words.
    ThemeKind, "kind of theme" {
        /// They find fault: a pain point.
        Complaint = "complaint",
        /// They praise: something to keep and to build on.
        Praise = "praise",
        /// They say what they would like to have, gladly or not.
        Suggestion = "suggestion",
        /// They ask, without finding fault.
        Question = "question",
    }
);

/// A figure with its 95 % interval.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Measured {
    /// The figure.
    pub value: f64,
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

impl Measured {
    /// The end of the interval that is nearer to zero, as a distance from it: what there is at least. 0 where the interval
    /// holds zero.
    pub fn at_least(&self) -> f64 {
        if self.low > 0.0 {
            self.low
        } else if self.high < 0.0 {
            -self.high
        } else {
            0.0
        }
    }
}

/// One opinion that stands for its theme.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ThemeQuote {
    /// The opinion.
    pub opinion: OpinionId,
    /// Its mention.
    pub mention: MentionId,
    /// Its words.
    pub text: String,
}

/// A theme as one run measured it.
#[derive(Debug, Clone, PartialEq)]
pub struct Theme {
    /// The same from night to night, as long as the theme is.
    pub id: ThemeId,
    /// Where it lies on the map.
    pub place: (StageId, TouchpointId),
    /// Complaint, praise, suggestion or question.
    pub kind: ThemeKind,
    /// Words that are frequent in it and rare elsewhere at the touchpoint, the most telling first.
    pub terms: Vec<String>,
    /// The opinions nearest to all others of it, the nearest first; those that were erased since are left out.
    pub quotes: Vec<ThemeQuote>,
    /// When a run first saw it.
    pub first_seen: DateTime<Utc>,
    /// Mentions with an opinion in it, in the run's window.
    pub mentions: u64,
    /// The same in the window before.
    pub mentions_before: u64,
    /// Share of the touchpoint's mentions with an opinion of this kind that are in it, 0 to 1.
    pub share: f64,
    /// `share` minus that of the window before; `None` where one of them has no mention of this kind.
    pub share_change: Option<Measured>,
    /// The emotion that shows most in it.
    pub emotion: Emotion,
    /// Net sentiment of the map minus what it would be without these mentions at this touchpoint, −2 to 2: below zero
    /// where the theme pulls the map down. An association, not a cause. `None` where nothing else is left to measure.
    pub impact: Option<Measured>,
}

/// A touchpoint as one run found it when it looked for themes.
#[derive(Debug, Clone, PartialEq)]
pub struct ThemedTouchpoint {
    /// Where it lies on the map.
    pub place: (StageId, TouchpointId),
    /// Mentions that entered its index in the run's window.
    pub mentions: u64,
    /// Net sentiment of the map minus what it would be without the touchpoint; see [`Theme::impact`].
    pub impact: Option<Measured>,
    /// Opinions there in the window and the one before.
    pub opinions: u64,
    /// How many of them were looked at; fewer than `opinions` where that is above the limit of the settings. Counts of
    /// mentions are then of this sample.
    pub sampled: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_there_is_at_least_is_the_end_nearer_to_zero() {
        for (low, high, least) in [(-0.4, -0.1, 0.1), (0.2, 0.5, 0.2), (-0.1, 0.3, 0.0)] {
            assert!((Measured { value: 0.0, low, high }.at_least() - least).abs() < 1e-12);
        }
    }
}
