//! Labelled files to rows that can be measured.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
};

use anyhow::{Result, bail};
use moodline_evaluation::{
    Categories, GoldAspect, LabelMeaning, Labelled, LabelledRow, Scale, Scales, Tags, read_labelled, sample,
};
use moodline_maps::read_map;
use moodline_model::{identify_language, normalise_language};
use moodline_types::{SentimentLabel, TouchpointId, error_chain};

use super::report::{BadLine, FileReport, listed};
use crate::{
    cli::{EvalArgs, LabelIs},
    settings::BadSettings,
};

/// A row to measure on.
#[derive(Debug, Clone)]
pub(super) struct Item {
    pub(super) row: LabelledRow,
    pub(super) tags: Tags,
    pub(super) sentiment: Scale,
    pub(super) polarity: Scale,
    /// Aspects that have a touchpoint, with it.
    pub(super) aspects: Vec<(BTreeSet<TouchpointId>, Option<SentimentLabel>)>,
}

/// All that was read.
#[derive(Debug, Default)]
pub(super) struct Input {
    pub(super) items: Vec<Item>,
    pub(super) files: Vec<FileReport>,
    pub(super) without_touchpoint: BTreeMap<String, usize>,
    /// Sources of labelled rows whose labels know no neutral.
    pub(super) two_way: BTreeSet<String>,
}

impl Input {
    /// Why there is not one row to measure on.
    pub(super) fn why_empty(&self, language: Option<&str>) -> String {
        let mut reasons: BTreeMap<String, usize> = BTreeMap::new();
        for file in &self.files {
            for (reason, n) in &file.skipped {
                *reasons.entry(reason.clone()).or_default() += n;
            }
        }
        let usable: usize = self.files.iter().map(|file| file.rows).sum();
        if let (Some(language), true) = (language, usable > 0) {
            return format!("none of {usable} rows is in the language `{language}`");
        }
        if reasons.is_empty() {
            return "there is no row with a label".to_owned();
        }
        format!("no row has a label to measure by; {}", listed(&reasons))
    }
}

/// Reads every file and keeps the rows that can be measured on, those of `corrections` after them.
pub(super) fn read_files(args: &EvalArgs, corrections: Option<Vec<LabelledRow>>) -> Result<Input> {
    let touchpoints = touchpoints(args)?;
    let categories = match &args.categories {
        Some(path) => Categories::read(path)?,
        None => Categories::default(),
    };
    if let (Some(touchpoints), Some(path)) = (&touchpoints, &args.categories) {
        let unknown: Vec<&str> =
            categories.all().into_iter().filter(|id| !touchpoints.contains(*id)).map(TouchpointId::as_str).collect();
        if !unknown.is_empty() {
            bail!("{} names touchpoints that the map does not have: {}", path.display(), unknown.join(", "));
        }
    }
    let meaning = match args.label_is {
        LabelIs::Sentiment => LabelMeaning::Sentiment,
        LabelIs::Emotion => LabelMeaning::Emotion,
    };
    let reader = Reader { args, touchpoints, categories };
    let mut input = Input::default();
    for (path, name) in args.files.iter().zip(names(&args.files)) {
        reader.add(&mut input, &path.display().to_string(), &name, read_labelled(path, meaning)?);
    }
    if let Some(rows) = corrections {
        let labelled = Labelled { rows, ..Labelled::default() };
        reader.add(&mut input, "corrections", "corrections", labelled);
    }
    Ok(input)
}

/// What rows are chosen and understood by.
struct Reader<'a> {
    args: &'a EvalArgs,
    touchpoints: Option<BTreeSet<TouchpointId>>,
    categories: Categories,
}

impl Reader<'_> {
    /// Adds the rows of one file that can be measured on; `name` is what those without a source are grouped under.
    fn add(&self, input: &mut Input, file: &str, name: &str, labelled: Labelled) {
        let args = self.args;
        let sentiments =
            Scales::of(labelled.rows.iter().filter_map(|row| Some((row.source.as_deref(), row.sentiment?))));
        let polarities = Scales::of(labelled.rows.iter().flat_map(|row| {
            row.aspects.iter().filter_map(move |aspect| Some((row.source.as_deref(), aspect.polarity?)))
        }));
        let usable = |row: &LabelledRow| {
            row.sentiment.is_some() || row.emotions.is_some() || (args.map.is_some() && !row.aspects.is_empty())
        };
        let mut rows: Vec<LabelledRow> = labelled.rows.into_iter().filter(usable).collect();
        let usable = rows.len();
        for row in &mut rows {
            let claimed = row.language.as_deref().and_then(normalise_language);
            row.language = claimed.or_else(|| identify_language(&row.text, None));
        }
        if let Some(wanted) = &args.lang {
            rows.retain(|row| row.language.as_deref().is_some_and(|language| speaks(language, wanted)));
        }
        let rows = sample(rows, args.limit.map_or(usize::MAX, |limit| limit as usize));
        input.files.push(FileReport {
            file: file.to_owned(),
            rows: usable,
            measured: rows.len(),
            skipped: labelled.skipped.iter().map(|(skip, n)| (skip.to_string(), *n)).collect(),
            unreadable: labelled.unreadable.into_iter().map(BadLine::from).collect(),
        });
        for row in rows {
            let tags = Tags {
                language: row.language.clone().unwrap_or_else(|| "unknown".to_owned()),
                source: row.source.clone().unwrap_or_else(|| name.to_owned()),
            };
            let aspects = match &self.touchpoints {
                Some(touchpoints) => {
                    placed_aspects(&row.aspects, &self.categories, touchpoints, &mut input.without_touchpoint)
                }
                None => Vec::new(),
            };
            let source = row.source.as_deref();
            let (sentiment, polarity) = (sentiments.of_source(source), polarities.of_source(source));
            if row.sentiment.is_some() && !sentiment.neutral {
                input.two_way.insert(tags.source.clone());
            }
            input.items.push(Item { row, tags, sentiment, polarity, aspects });
        }
    }
}

fn touchpoints(args: &EvalArgs) -> Result<Option<BTreeSet<TouchpointId>>> {
    let Some(path) = &args.map else { return Ok(None) };
    let loaded = read_map(path).map_err(|error| BadSettings(error_chain(&error)))?;
    Ok(Some(loaded.map.touchpoints().map(|(_, touchpoint)| touchpoint.id.clone()).collect()))
}

fn placed_aspects(
    aspects: &[GoldAspect],
    categories: &Categories,
    touchpoints: &BTreeSet<TouchpointId>,
    without: &mut BTreeMap<String, usize>,
) -> Vec<(BTreeSet<TouchpointId>, Option<SentimentLabel>)> {
    let mut placed = Vec::new();
    for aspect in aspects {
        let own = || aspect.category.parse().ok().filter(|id| touchpoints.contains(id)).map(|id| BTreeSet::from([id]));
        match categories.touchpoints(&aspect.category).cloned().or_else(own).filter(|ids| !ids.is_empty()) {
            Some(ids) => placed.push((ids, aspect.polarity)),
            None => *without.entry(aspect.category.clone()).or_default() += 1,
        }
    }
    placed
}

/// Whether `language` is `wanted` or a variety of it.
fn speaks(language: &str, wanted: &str) -> bool {
    let normalised = normalise_language(wanted);
    [Some(wanted), normalised.as_deref()]
        .into_iter()
        .flatten()
        .any(|wanted| language == wanted || language.strip_prefix(wanted).is_some_and(|rest| rest.starts_with('-')))
}

/// What to call each file: its name without endings, or its folder's, or both, whichever tells all files apart.
fn names(files: &[PathBuf]) -> Vec<String> {
    let stem = |path: &Path| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let plain = name.strip_suffix(".gz").unwrap_or(&name);
        plain.rsplit_once('.').map_or(plain, |(stem, _)| stem).to_owned()
    };
    let folder = |path: &Path| {
        let folder = path.parent().and_then(Path::file_name);
        folder.map_or_else(|| stem(path), |folder| folder.to_string_lossy().into_owned())
    };
    let both = |path: &Path| format!("{}/{}", folder(path), stem(path));
    let whole = |path: &Path| path.display().to_string();
    let ways: [&dyn Fn(&Path) -> String; 3] = [&stem, &folder, &both];
    let told_apart = |names: &Vec<String>| names.iter().collect::<BTreeSet<_>>().len() == files.len();
    let by = |way: &dyn Fn(&Path) -> String| files.iter().map(|file| way(file)).collect::<Vec<_>>();
    ways.into_iter().map(by).find(told_apart).unwrap_or_else(|| by(&whole))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_of_one_name_are_told_apart_by_their_folder() {
        let of = |files: &[&str]| names(&files.iter().map(PathBuf::from).collect::<Vec<_>>());
        assert_eq!(of(&["a/shop.jsonl.gz", "b/train.csv"]), ["shop", "train"]);
        assert_eq!(of(&["a/dev.jsonl.gz", "b/dev.jsonl.gz", "c/train.csv"]), ["a", "b", "c"]);
        assert_eq!(of(&["a/dev.jsonl", "a/train.jsonl", "b/dev.jsonl"]), ["a/dev", "a/train", "b/dev"]);
        assert_eq!(of(&["x/a/dev.jsonl", "y/a/dev.csv"]), ["x/a/dev.jsonl", "y/a/dev.csv"]);
    }

    #[test]
    fn a_language_includes_its_varieties() {
        assert!(speaks("zh-Hant", "zh") && speaks("zh-Hans", "zh_CN") && speaks("en", "en"));
        assert!(!speaks("zh-Hans", "zh-Hant") && !speaks("english", "en"));
    }
}
