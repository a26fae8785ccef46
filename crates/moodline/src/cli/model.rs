//! Arguments of the commands that need a model and no database: classify, eval, bench.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use moodline_types::ModelId;

use super::ShowFormat;

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  echo '{\"text\": \"发货很快，但是客服态度太差\"}' | moodline classify
  zcat archive.jsonl.gz | moodline classify --map shop.toml > judged.jsonl

Reads {\"text\": …, \"id\"?, \"lang\"?} a line and answers in order, one line each. A line that cannot be read is
answered with {\"id\": …, \"error\": …, \"line\": n} in its place, and the exit status is 1 at the end.")]
pub(crate) struct ClassifyArgs {
    /// Place every opinion on this map
    #[arg(long, value_name = "FILE")]
    pub(crate) map: Option<PathBuf>,
    /// Lines judged together
    #[arg(long, value_name = "N", default_value_t = 512, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub(crate) batch: u32,
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  moodline eval reviews.csv
  moodline eval */dev.jsonl.gz --limit 500 --format json
  moodline eval reviews.jsonl --compare models/candidate
  moodline eval aspects.jsonl --map shop.toml --categories categories.toml
  moodline eval --corrections --map maps/shop.toml
  moodline eval --diff

Rows have `text` and `label` (positive, negative, neutral or mixed), and may have `lang`, `source`, `ekman` or `emotion`
(a word or a list) and `aspects`, a list of {\"category\": …, \"polarity\": …}. Rows with other labels are left out and
counted. A source without neutral labels is scored on P(positive) against P(negative); where labels are mixed, so is
the verdict on texts with plainly positive and plainly negative opinions side by side. Lines that cannot be read are
named, and the exit status is 1 at the end.")]
pub(crate) struct EvalArgs {
    /// Labelled files: .jsonl, .ndjson, .json (one object a line), .csv or .tsv, each also with .gz
    #[arg(value_name = "FILE", required_unless_present_any = ["diff", "corrections"])]
    pub(crate) files: Vec<PathBuf>,
    /// Measure on what people corrected in the database (`moodline relabel`) as well
    #[arg(long)]
    pub(crate) corrections: bool,
    /// Show what would change at every touchpoint if this model's opinions counted, of mentions that it and the adopted
    /// model have judged (`moodline enrich --model`); without an id, the only other model there is
    #[arg(long, value_name = "MODEL", num_args = 0..=1, conflicts_with_all = ["files", "corrections", "compare", "map"])]
    #[expect(clippy::option_option, reason = "an option whose value may be left out")]
    pub(crate) diff: Option<Option<ModelId>>,
    /// Judge with the model of this folder too and put both side by side
    #[arg(long, value_name = "MODEL_DIR")]
    pub(crate) compare: Option<PathBuf>,
    /// At most N rows of each file, the same ones every time
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) limit: Option<u32>,
    /// Only rows of this language; `zh` also takes zh-Hans and zh-Hant
    #[arg(long, value_name = "LANG")]
    pub(crate) lang: Option<String>,
    /// What the field `label` is about
    #[arg(long, value_enum, default_value_t = LabelIs::Sentiment)]
    pub(crate) label_is: LabelIs,
    /// Place opinions on this map and measure touchpoints and polarity on rows with aspects
    #[arg(long, value_name = "FILE")]
    pub(crate) map: Option<PathBuf>,
    /// JSON or TOML file: each category of the aspects to a touchpoint id of the map or a list of them; a category that
    /// is not in it counts as the touchpoint of that id
    #[arg(long, value_name = "FILE", requires = "map")]
    pub(crate) categories: Option<PathBuf>,
    /// Keep what the model gets wrong in the database: stages and maps then show their shares without it, beside the raw
    /// ones. The rows should be a fair sample of your mentions, labelled negative, neutral or mixed, and positive
    #[arg(long, conflicts_with_all = ["diff", "corrections"])]
    pub(crate) save: bool,
    #[arg(long, value_enum, default_value_t = ShowFormat::Table)]
    pub(crate) format: ShowFormat,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum LabelIs {
    /// positive, negative, neutral or mixed
    Sentiment,
    /// An emotion or a list of them
    Emotion,
}

#[derive(Debug, Args)]
pub(crate) struct BenchArgs {
    /// Texts to measure with, one a line, or JSON Lines with `text` [default: the bundled sample mentions]
    #[arg(value_name = "FILE")]
    pub(crate) file: Option<PathBuf>,
    /// Texts to judge; the set is repeated or cut to this number
    #[arg(long, value_name = "N", default_value_t = 1024, value_parser = clap::value_parser!(u32).range(16..=1_000_000))]
    pub(crate) texts: u32,
    #[arg(long, value_enum, default_value_t = ShowFormat::Table)]
    pub(crate) format: ShowFormat,
}
