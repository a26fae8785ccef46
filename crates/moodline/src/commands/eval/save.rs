//! `moodline eval --save`: what the model gets wrong, kept to correct the shares of stages and maps by.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context as _, Result, bail};
use moodline_store::SaidCount;
use moodline_types::{Clock, ModelId, SentimentLabel};

use super::cases::Cases;
use crate::commands::Context;

use SentimentLabel::{Mixed, Negative, Neutral, Positive};

/// Texts without which shares are not corrected, and of each label; the layers step holds to the same.
const LEAST_TEXTS: u64 = 200;
const LEAST_OF_LABEL: u64 = 20;

/// Keeps what `model` said of the labelled rows; a line that says so. Rows of sources without neutral labels are left out:
/// they tell nothing of what is taken for neutral.
pub(super) async fn save(model: &str, cases: &Cases, two_way: &BTreeSet<String>, context: &Context) -> Result<String> {
    let model: ModelId = model.parse().context("the model's id")?;
    let mut counts: BTreeMap<(SentimentLabel, SentimentLabel), u64> = BTreeMap::new();
    for (_, outcome) in cases.sentiment.iter().filter(|(tags, _)| !two_way.contains(&tags.source)) {
        let said = if outcome.abstained { SentimentLabel::Unsure } else { outcome.predicted };
        *counts.entry((outcome.gold, said)).or_default() += 1;
    }
    let of = |wanted: &[SentimentLabel]| -> u64 {
        counts.iter().filter(|((gold, _), _)| wanted.contains(gold)).map(|(_, texts)| texts).sum()
    };
    let total: u64 = counts.values().sum();
    let least = [of(&[Negative]), of(&[Neutral, Mixed]), of(&[Positive])];
    if total < LEAST_TEXTS || least.iter().any(|texts| *texts < LEAST_OF_LABEL) {
        bail!(
            "not kept: {total} rows ({} negative, {} neutral or mixed, {} positive) are too few; {LEAST_TEXTS} are needed, \
             and {LEAST_OF_LABEL} of each, from sources with neutral labels",
            least[0],
            least[1],
            least[2]
        );
    }
    let app = context.app().await?;
    let counts: Vec<SaidCount> =
        counts.into_iter().map(|((gold, said), texts)| SaidCount { gold, said, texts }).collect();
    app.store.save_labels(&model, &counts, app.clock.now()).await?;
    Ok(format!(
        "kept what {model} said of {total} labelled rows; the next `moodline layers` shows stages and maps corrected by it"
    ))
}
