//! The emotion layer: the measured mood of a touchpoint, a stage or a whole map.

use serde::{Deserialize, Serialize};

use crate::{DayWindow, EmotionCounts, PersonaId, SentimentLabel, StageId, TouchpointId, sentiment::named_enum};

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
        /// One calendar month: the same over a longer time.
        Month = "month",
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

/// Shares after the model's known errors are taken out, as far as labelled texts tell: what people would have said of
/// the mentions counted, those included that the model is unsure of.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Corrected {
    /// Share of negative, 0 to 1; the three shares sum to 1.
    pub negative: f64,
    /// Share of neutral and mixed.
    pub neutral: f64,
    /// Share of positive.
    pub positive: f64,
    /// Lower end of the 95 % interval of positive − negative.
    pub low: f64,
    /// Upper end.
    pub high: f64,
    /// Labelled texts that the correction rests on.
    pub labels: u64,
}

impl Corrected {
    /// Positive − negative, −1 to 1.
    pub fn net(&self) -> f64 {
        self.positive - self.negative
    }
}

/// One number of the emotion curve with everything needed to trust or distrust it.
#[derive(Debug, Clone, PartialEq)]
pub struct Layer {
    /// What is measured.
    pub node: LayerNode,
    /// Restricted to this persona, or everyone.
    pub persona: Option<PersonaId>,
    /// Headline window, one week or one month.
    pub period: Period,
    /// The days covered.
    pub window: DayWindow,
    /// Mentions by verdict; one mention counts once per touchpoint.
    pub counts: Counts,
    /// Mentions after weighting, at most `counts.n()`: in the headline window older ones weigh less, and everywhere
    /// one author, or thread where the author is unknown, weighs as much as one mention.
    pub n_effective: f64,
    /// The emotions of the mentions that entered the index.
    pub emotions: EmotionCounts,
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
    /// Without the model's errors; stages and the map only, where texts with known labels were saved.
    pub corrected: Option<Corrected>,
    /// The team's own guess, −1 to 1.
    pub perceived: Option<f64>,
    /// The level wanted, −1 to 1.
    pub target: Option<f64>,
}
