//! The emotion layer: the measured mood of a touchpoint, a stage or a whole map.

use serde::{Deserialize, Serialize};

use crate::{DayWindow, PersonaId, SentimentLabel, StageId, TouchpointId, sentiment::named_enum};

/// Mentions counted by verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the fields are the names of `SentimentLabel`")]
pub struct Counts {
    pub positive: u64,
    pub neutral: u64,
    pub negative: u64,
    pub mixed: u64,
    pub unsure: u64,
}

impl Counts {
    /// Mentions that entered the index: everything but `unsure`.
    pub fn n(&self) -> u64 {
        self.positive + self.neutral + self.negative + self.mixed
    }

    /// Adds one count of `label`.
    pub fn add(&mut self, label: SentimentLabel, count: u64) {
        *self.of_mut(label) += count;
    }

    /// The count of one label.
    pub fn of(&self, label: SentimentLabel) -> u64 {
        match label {
            SentimentLabel::Positive => self.positive,
            SentimentLabel::Neutral => self.neutral,
            SentimentLabel::Negative => self.negative,
            SentimentLabel::Mixed => self.mixed,
            SentimentLabel::Unsure => self.unsure,
        }
    }

    fn of_mut(&mut self, label: SentimentLabel) -> &mut u64 {
        match label {
            SentimentLabel::Positive => &mut self.positive,
            SentimentLabel::Neutral => &mut self.neutral,
            SentimentLabel::Negative => &mut self.negative,
            SentimentLabel::Mixed => &mut self.mixed,
            SentimentLabel::Unsure => &mut self.unsure,
        }
    }
}

impl std::ops::AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        for label in SentimentLabel::ALL {
            self.add(*label, other.of(*label));
        }
    }
}

named_enum!(
    /// Whether a layer's number may be read.
    LayerState, "layer state" {
        /// Enough recent mentions for the configured precision.
        Ok = "ok",
        /// The interval is wider than the configured width.
        TooFew = "too_few",
        /// There were mentions, but none for longer than expected.
        Stale = "stale",
        /// Nothing was ever said here inside the window.
        NoData = "no_data",
    }
);

named_enum!(
    /// What span of time a layer covers.
    Period, "period" {
        /// The configured window that ends with the refresh: the headline.
        Window = "window",
        /// One calendar week: a point of the curve over time.
        Week = "week",
    }
);

/// What a layer measures: from the whole map down to one touchpoint.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum LayerNode {
    /// All touchpoints together.
    Map,
    /// One stage.
    Stage(StageId),
    /// One touchpoint and the stage it belongs to.
    Touchpoint(StageId, TouchpointId),
}

/// A difference with its 95 % interval.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Change {
    /// This window's net sentiment minus that of the window before.
    pub net: f64,
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

/// One number of the emotion curve with everything needed to trust or distrust it.
#[derive(Debug, Clone, PartialEq)]
pub struct Layer {
    /// What is measured.
    pub node: LayerNode,
    /// Restricted to this persona, or everyone.
    pub persona: Option<PersonaId>,
    /// Headline window or one week.
    pub period: Period,
    /// The days covered.
    pub window: DayWindow,
    /// Mentions by verdict; one mention counts once per touchpoint.
    pub counts: Counts,
    /// Mentions after weighting; at most `counts.n()`.
    pub n_effective: f64,
    /// Shrunk net sentiment, −1 to 1; `None` without data.
    pub net: Option<f64>,
    /// Lower end of the 95 % interval of `net`.
    pub low: Option<f64>,
    /// Upper end.
    pub high: Option<f64>,
    /// Whether the number may be read.
    pub state: LayerState,
    /// Against the window before; `None` where either has no data.
    pub change: Option<Change>,
    /// The team's own guess, −1 to 1.
    pub perceived: Option<f64>,
    /// The level wanted, −1 to 1.
    pub target: Option<f64>,
}
