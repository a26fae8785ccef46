//! The report, as `--format json` prints it.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use moodline_evaluation::{
    Comparison, EmotionFigures, Grouped, Outcome, PolarityFigures, SentimentFigures, Tags, TouchpointFigures,
    Unreadable, compare,
};
use serde::Serialize;

use super::cases::Cases;

/// Reasons or categories named before the rest is summed up.
const NAMED: usize = 4;

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
    /// Where its files are.
    pub(super) folder: String,
    pub(super) sentiment: Option<Grouped<SentimentFigures>>,
    pub(super) emotion: Option<Grouped<EmotionFigures>>,
    pub(super) touchpoints: Option<Grouped<TouchpointFigures>>,
    pub(super) polarity: Option<Grouped<PolarityFigures>>,
}

impl ModelReport {
    pub(super) fn new(model: &str, folder: &Path, cases: &Cases) -> Self {
        Self {
            model: model.to_owned(),
            folder: folder.display().to_string(),
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

/// What there is, each with how often, the commonest first.
pub(super) fn listed(counts: &BTreeMap<String, usize>) -> String {
    let mut counts: Vec<(&String, &usize)> = counts.iter().collect();
    counts.sort_by(|a, b| b.1.cmp(a.1).then(a.0.cmp(b.0)));
    let mut named: Vec<String> = counts.iter().take(NAMED).map(|(what, n)| format!("{what} ({n})")).collect();
    let rest: usize = counts.iter().skip(NAMED).map(|(_, n)| **n).sum();
    if rest > 0 {
        named.push(format!("others ({rest})"));
    }
    named.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_lists_name_the_commonest() {
        let counts = ["a", "b", "c", "d", "e", "f"].iter().zip(1..).map(|(name, n)| ((*name).to_owned(), n)).collect();
        assert_eq!(listed(&counts), "f (6), e (5), d (4), c (3), others (3)");
    }
}
