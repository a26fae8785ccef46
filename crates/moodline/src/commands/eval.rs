//! `moodline eval`: quality of the model on labelled files, without a database; with `--corrections` on what people set
//! right in one, and with `--diff` what another model would change ([`diff`]).
//!
//! `--format json` prints one object:
//!
//! - `files`: per file `file`, `rows` (that can be used), `measured` (of them, after `--lang` and `--limit`), `skipped`
//!   (how many rows lack a usable label, by reason) and `unreadable` (`line`, `reason`);
//! - `two_way_sources`: sources without neutral labels, scored on P(positive) against P(negative);
//! - `categories_without_touchpoint`: how often each category stands for no touchpoint of `--map`;
//! - `models`: the model, then that of `--compare`, each with its `model` id, its `folder` and, where the rows allow it, else null,
//!   `sentiment`, `emotion`, `touchpoints` and `polarity`;
//! - `difference`: with `--compare`, the second model's sentiment minus the first's, else null.
//!
//! Each of the last two's figures stands under `overall`, and by name under `languages` and `sources`. A figure with an
//! interval is `{"value", "low", "high"}`; fields are those of [`SentimentFigures`], [`EmotionFigures`],
//! [`TouchpointFigures`], [`PolarityFigures`] and [`Comparison`]. How verdicts are read where the labels of a source
//! know no neutral, or know mixed, is told at [`Scale`]; each row is judged by the scale of its source, and `overall`
//! and `languages` put rows of all scales together.

mod cases;
mod corrections;
mod diff;
mod input;
mod report;
mod save;
mod tables;

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use anyhow::{Context as _, Result, bail};
use moodline_enrich::{Phrases, SharedModel};
#[cfg(doc)]
use moodline_evaluation::{Comparison, EmotionFigures, PolarityFigures, Scale, SentimentFigures, TouchpointFigures};

use self::{
    cases::{Cases, Judge},
    input::{Item, read_files},
    report::{ModelReport, Report, differences},
};
use super::{
    Context,
    classify::{placer, settings_if_any},
};
use crate::{
    cli::{EvalArgs, ShowFormat},
    output::Output,
    settings::{ModelConfig, Settings},
    wire::load_model,
};

/// Texts judged together.
const BATCH: usize = 256;
/// Unreadable lines named on the spot; `--format json` has all.
const NAMED: usize = 20;

pub(super) async fn run(args: EvalArgs, context: &Context) -> Result<()> {
    if let Some(other) = &args.diff {
        return diff::run(other.as_ref(), args.format, &context.app().await?).await;
    }
    let (settings, base, corrections) = if args.corrections {
        let app = context.app().await?;
        let corrections = corrections::corrections(&app).await?;
        (app.loaded.settings, app.loaded.base, Some(corrections))
    } else {
        let (settings, base) = settings_if_any(context)?;
        context.log(&settings.log, false, None)?;
        (settings, base, None)
    };
    let input = read_files(&args, corrections)?;
    name_unreadable(&input.files);
    if input.items.is_empty() {
        bail!("there is nothing to measure: {}", input.why_empty(args.lang.as_deref()));
    }

    let first = measure(&settings.model, &base, &args, &settings, &input.items, context).await?;
    let mut models = vec![first];
    if let Some(folder) = &args.compare {
        let folder = std::path::absolute(folder).with_context(|| format!("could not find {}", folder.display()))?;
        let config = ModelConfig { path: Some(folder), ..settings.model.clone() };
        models.push(measure(&config, &base, &args, &settings, &input.items, context).await?);
    }
    let difference = match &models[..] {
        [first, second] => differences(&first.cases, &second.cases),
        _ => None,
    };
    let reports = models.iter().map(|one| ModelReport::new(&one.model, &one.folder, &one.cases)).collect();
    let unreadable: usize = input.files.iter().map(|file| file.unreadable.len()).sum();
    let report = Report {
        files: input.files,
        two_way_sources: input.two_way,
        categories_without_touchpoint: input.without_touchpoint,
        models: reports,
        difference,
    };

    let saved = if args.save {
        Some(save::save(&models[0].model, &models[0].cases, &report.two_way_sources, context).await?)
    } else {
        None
    };
    let mut out = Output::new();
    if args.format == ShowFormat::Json {
        serde_json::to_writer_pretty(&mut out, &report).map_err(std::io::Error::from)?;
        out.gap()?;
    } else {
        tables::print(&report, &mut out)?;
        if let Some(saved) = saved {
            out.line(saved)?;
        }
    }
    out.flush()?;
    if unreadable > 0 {
        bail!("lines that could not be read and were left out: {unreadable}");
    }
    Ok(())
}

/// What one model said.
struct Measured {
    model: String,
    folder: PathBuf,
    cases: Cases,
}

/// Judges every item with the model that `config` names.
async fn measure(
    config: &ModelConfig,
    base: &Path,
    args: &EvalArgs,
    settings: &Settings,
    items: &[Item],
    context: &Context,
) -> Result<Measured> {
    let model = load_model(config, base).await?.with_phrases(Phrases::of(&settings.enrich));
    let placer = match &args.map {
        Some(path) => Some(placer(path, &model, settings).await?),
        None => None,
    };
    let profile = model.profile().clone();
    let judge = Judge { unsure_below: profile.unsure_below, thresholds: profile.emotion_thresholds, placer };
    let cases = judge_all(&model, &judge, items, context).await?;
    Ok(Measured { model: profile.id.to_string(), folder: profile.folder, cases })
}

async fn judge_all(model: &SharedModel, judge: &Judge, items: &[Item], context: &Context) -> Result<Cases> {
    let mut cases = Cases::default();
    let bar = context.progress.bar(items.len() as u64, "eval");
    // Texts of like length take the least time together; the figures do not depend on the order.
    let mut order: Vec<usize> = (0..items.len()).collect();
    order.sort_by_key(|&at| items[at].row.text.len());
    let mut verdicts = vec![None; items.len()];
    for batch in order.chunks(BATCH) {
        if context.drain.is_stopping() {
            bail!("stopped before every row was judged");
        }
        let texts = batch.iter().map(|&at| (items[at].row.text.clone(), items[at].row.language.clone())).collect();
        for (&at, verdict) in batch.iter().zip(model.classify(texts).await?) {
            verdicts[at] = Some(Arc::new(verdict));
        }
        bar.inc(batch.len() as u64);
    }
    bar.finish_and_clear();
    for (item, verdict) in items.iter().zip(verdicts) {
        let Some(verdict) = verdict else { bail!("the model gave too few answers") };
        judge.take(item, &verdict, &mut cases);
    }
    Ok(cases)
}

/// Names lines that could not be read on standard error, the first of them.
fn name_unreadable(files: &[report::FileReport]) {
    use std::io::Write as _;
    let bad = files.iter().flat_map(|file| file.unreadable.iter().map(move |line| (&file.file, line)));
    let total = bad.clone().count();
    let mut stderr = std::io::stderr().lock();
    for (file, line) in bad.take(NAMED) {
        // Nothing can be done if standard error is gone.
        let _ = writeln!(stderr, "{file}:{}: {}", line.line, line.reason);
    }
    if total > NAMED {
        let _ = writeln!(stderr, "… and {} more lines; `--format json` lists all", total - NAMED);
    }
}
