//! What customers say when they are asked: survey answers, and how many of them go on.

use chrono::NaiveDate;

use crate::{StageId, TouchpointId, sentiment::named_enum};

named_enum!(
    /// What a survey asks.
    Metric, "metric" {
        /// Would you recommend us? 0 to 10.
        Nps = "nps",
        /// How satisfied are you? 1 to 5.
        Csat = "csat",
        /// How easy was it? 1 to 7.
        Ces = "ces",
    }
);

impl Metric {
    /// The worst and the best answer.
    pub fn scale(self) -> (f64, f64) {
        match self {
            Self::Nps => (0.0, 10.0),
            Self::Csat => (1.0, 5.0),
            Self::Ces => (1.0, 7.0),
        }
    }

    /// Whether somebody can have answered this: a whole number on the scale.
    pub fn takes(self, value: f64) -> bool {
        let (worst, best) = self.scale();
        (worst..=best).contains(&value) && value.fract() == 0.0
    }
}

/// Where on a map something was asked.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum SurveyPlace {
    /// Of everything.
    Map,
    /// Of one stage.
    Stage(StageId),
    /// Of one touchpoint.
    Touchpoint(TouchpointId),
}

/// One answer, or a number of like ones.
#[derive(Debug, Clone, PartialEq)]
pub struct SurveyAnswer {
    /// The question.
    pub metric: Metric,
    /// Where it was asked.
    pub place: SurveyPlace,
    /// The day it was answered.
    pub day: NaiveDate,
    /// A keyed hash of who answered; `None` for a number of answers by people unknown.
    pub respondent: Option<String>,
    /// The answer, on the metric's scale.
    pub value: f64,
    /// How many gave it; 1 where the respondent is known.
    pub answers: u64,
}
