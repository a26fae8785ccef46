//! How good a model is on texts that people have labelled.
//!
//! Labelled files come in ([`read_labelled`]), and once a model has judged their texts, figures with 95 % intervals go
//! out: [`SentimentFigures`], [`EmotionFigures`], [`TouchpointFigures`], [`PolarityFigures`], for two models on the
//! same rows their [`Comparison`], and for two that judged the same mentions [`RescoredFigures`]. Nothing here runs a model or knows where maps are; apart from reading labelled files
//! everything is a pure function, and random numbers start at a fixed seed, so the same rows give the same figures.

mod bootstrap;
mod calibration;
mod categories;
mod compare;
mod confusion;
mod emotion;
mod error;
mod estimate;
mod grouped;
mod outcome;
mod polarity;
mod read;
mod rescoring;
mod row;
mod sample;
mod sentiment;
mod touchpoint;

pub use calibration::CalibrationBin;
pub use categories::Categories;
pub use compare::{Comparison, compare};
pub use confusion::Confusion;
pub use emotion::{EmotionCase, EmotionFigures, EmotionScore};
pub use error::EvaluationError;
pub use estimate::Estimate;
pub use grouped::{Grouped, Tags};
pub use outcome::{Outcome, Scale, Scales};
pub use polarity::{PolarityCase, PolarityFigures, PolarityScore};
pub use read::{Labelled, Unreadable, read_labelled};
pub use rescoring::{RescoredCase, RescoredFigures};
pub use row::{GoldAspect, LabelMeaning, LabelledRow, Skip};
pub use sample::sample;
pub use sentiment::SentimentFigures;
pub use touchpoint::{Place, TouchpointCase, TouchpointFigures, TouchpointScore};
