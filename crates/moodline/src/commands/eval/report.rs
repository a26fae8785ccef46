//! The report, as `--format json` prints it.

use std::collections::{BTreeMap, BTreeSet};

use moodline_evaluation::{
    Comparison, EmotionFigures, Grouped, Outcome, PolarityFigures, SentimentFigures, Tags, TouchpointFigures,
    Unreadable, compare,
};
use serde::Serialize;

use super::cases::Cases;

/// Everything that is printed.
#[derive(Debug, Serialize)]
pub(super) struct Report {
    pub(super) files: Vec<FileReport>,
    pub(super) two_way_sources: BTreeSet<String>,
    pub(super) categories_without_touchpoint: BTreeMap<String, usize>,
    pub(super) models: Vec<ModelReport>,
    pub(super) difference: Option<Grouped<Comparison>>,
}

/// What became of one file.
#[derive(Debug, Serialize)]
pub(super) struct FileReport {
    pub(super) file: String,
    pub(super) rows: usize,
    pub(super) measured: usize,
    pub(super) skipped: BTreeMap<String, usize>,
    pub(super) unreadable: Vec<BadLine>,
}

/// A line that is no row.
#[derive(Debug, Serialize)]
pub(super) struct BadLine {
    pub(super) line: u64,
    pub(super) reason: String,
}

impl From<Unreadable> for BadLine {
    fn from(Unreadable { line, reason }: Unreadable) -> Self {
        Self { line, reason }
    }
}

/// One model's figures.
#[derive(Debug, Serialize)]
pub(super) struct ModelReport {
    pub(super) model: String,
    pub(super) sentiment: Option<Grouped<SentimentFigures>>,
    pub(super) emotion: Option<Grouped<EmotionFigures>>,
    pub(super) touchpoints: Option<Grouped<TouchpointFigures>>,
    pub(super) polarity: Option<Grouped<PolarityFigures>>,
}

impl ModelReport {
    pub(super) fn new(model: &str, cases: &Cases) -> Self {
        Self {
            model: model.to_owned(),
            sentiment: Grouped::new(&cases.sentiment, SentimentFigures::of),
            emotion: Grouped::new(&cases.emotion, EmotionFigures::of),
            touchpoints: Grouped::new(&cases.touchpoints, TouchpointFigures::of),
            polarity: Grouped::new(&cases.polarity, PolarityFigures::of),
        }
    }
}

/// The second model's sentiment against the first's, row by row; `None` without rows.
pub(super) fn differences(first: &Cases, second: &Cases) -> Option<Grouped<Comparison>> {
    let pairs: Vec<(Tags, (Outcome, Outcome))> = first
        .sentiment
        .iter()
        .zip(&second.sentiment)
        .map(|((tags, first), (_, second))| (tags.clone(), (*first, *second)))
        .collect();
    Grouped::new(&pairs, |pairs| {
        let (first, second): (Vec<Outcome>, Vec<Outcome>) = pairs.iter().copied().unzip();
        compare(&first, &second)
    })
}
