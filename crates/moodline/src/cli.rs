//! The command line, as `--help` shows it.

use std::path::PathBuf;

use chrono::NaiveDate;
use clap::{Args, Parser, Subcommand, ValueEnum};
use moodline_types::{
    Emotion, FlagStatus, MapId, MentionOrder, OpinionId, PersonaId, SentimentLabel, SourceId, StageId, TouchpointId,
};

/// Keeps the emotion curve of a customer journey map true to what customers really say.
///
/// Pulls reviews and social mentions, judges each opinion with a transformer on this machine, places it on the
/// touchpoints of your own journey maps, and keeps each map's emotion layer fresh. No text leaves the machine.
#[derive(Debug, Parser)]
#[command(version, propagate_version = true, after_help = START)]
pub(crate) struct Cli {
    /// Settings file [default: ./moodline.toml]
    #[arg(long, short, global = true, env = "MOODLINE_CONFIG", value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,

    /// What to log to standard error: error, warn, info, debug, trace, or directives like `info,sqlx=debug`
    #[arg(long, global = true, env = "MOODLINE_LOG", value_name = "LEVEL")]
    pub(crate) log: Option<String>,

    /// No progress bars
    #[arg(long, short, global = true)]
    pub(crate) quiet: bool,

    #[command(subcommand)]
    pub(crate) command: Command,
}

const START: &str = "\
Start here:
  moodline demo                      the whole job on bundled sample mentions
  moodline init shop && cd shop      settings and a first map of your own
  moodline check                     what is wrong with them, with file, line and column
  moodline refresh                   fetch, judge, place and draw once
  moodline map show MAP              the curve
  moodline mentions --map MAP --touchpoint T --sentiment negative

Exit status: 0 done, 1 failed, 2 usage, 64 bad settings.";

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Run the whole job on bundled sample mentions, then show the curves
    Demo(DemoArgs),
    /// Write commented settings and a first map to start from
    Init(InitArgs),
    /// Validate settings, maps, model and database; every finding with its file, line and column
    Check,
    /// Run the service: fetch and refresh on schedule until told to stop
    Run(RunArgs),
    /// Fetch, enrich, assign and layer once, then exit (for cron and timers)
    Refresh(RefreshArgs),
    /// Read every source once
    Fetch(FetchArgs),
    /// Judge every mention that waits for the model
    Enrich(EnrichArgs),
    /// Place every judged opinion that waits on its touchpoint
    Assign(MapArg),
    /// Compute the emotion layers from what is placed
    Layers(LayersArgs),
    /// Import a CSV, JSON Lines or XLSX file of mentions
    Import(ImportArgs),
    /// List opinions and their mentions by touchpoint, sentiment, flag and more
    Mentions(Box<MentionsArgs>),
    /// List, show, create and export journey maps
    #[command(subcommand)]
    Map(MapCommand),
    /// Show how every source stands, and the rows that could not be read
    Sources(SourcesArgs),
    /// Judge JSON Lines from standard input to standard output, without a database
    Classify(ClassifyArgs),
    /// Correct the sentiment, touchpoint or relevance of one opinion
    Relabel(RelabelArgs),
    /// Measure the model's quality on labelled files, per language and source
    Eval(EvalArgs),
    /// Measure the model's throughput on this machine
    Bench(BenchArgs),
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  moodline demo
  moodline demo --dir /tmp/try && moodline --config /tmp/try/moodline.toml map show online-bank")]
pub(crate) struct DemoArgs {
    /// Folder for the demo's settings, maps, mentions and database; an earlier demo in it is replaced
    #[arg(long, default_value = "moodline-demo", value_name = "DIR")]
    pub(crate) dir: PathBuf,

    /// Language of the maps' names: en, zh-Hans or zh-Hant
    #[arg(long, default_value = "en", value_name = "LANG")]
    pub(crate) names: String,
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  moodline init
  moodline init shop --template purchase-advocacy --map my-shop")]
pub(crate) struct InitArgs {
    /// Folder to write into; existing files are never overwritten
    #[arg(default_value = ".", value_name = "DIR")]
    pub(crate) dir: PathBuf,

    /// Stage vocabulary of the first map (`moodline map new --help` lists them)
    #[arg(long, default_value = "awareness-to-after-sales", value_name = "TEMPLATE")]
    pub(crate) template: String,

    /// Id of the first map
    #[arg(long, default_value = "my-map", value_name = "ID")]
    pub(crate) map: MapId,
}

#[derive(Debug, Args)]
#[command(after_help = "Stops on SIGINT or SIGTERM after finishing the batch under way.")]
pub(crate) struct RunArgs {
    /// Do only these parts of the work, to share it over machines: fetch, enrich, assign, layers
    #[arg(long, value_delimiter = ',', value_name = "ROLE")]
    pub(crate) role: Vec<Role>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Role {
    Fetch,
    Enrich,
    Assign,
    Layers,
}

#[derive(Debug, Args, Default)]
pub(crate) struct RefreshArgs {
    /// Only these maps
    #[arg(long, value_name = "MAP")]
    pub(crate) map: Vec<MapId>,

    /// Only these sources
    #[arg(long, value_name = "SOURCE")]
    pub(crate) source: Vec<SourceId>,

    /// Last day of the window, e.g. 2026-05-31 [default: today, UTC]
    #[arg(long, value_name = "DATE")]
    pub(crate) as_of: Option<NaiveDate>,
}

#[derive(Debug, Args)]
pub(crate) struct FetchArgs {
    /// Only these sources
    #[arg(long, value_name = "SOURCE")]
    pub(crate) source: Vec<SourceId>,

    /// Show what the next page would store, and store nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
}

#[derive(Debug, Args)]
pub(crate) struct EnrichArgs {
    /// First put mentions that were set aside after failed tries back into the queue
    #[arg(long)]
    pub(crate) retry: bool,
}

#[derive(Debug, Args)]
pub(crate) struct MapArg {
    /// Only these maps
    #[arg(long, value_name = "MAP")]
    pub(crate) map: Vec<MapId>,
}

#[derive(Debug, Args)]
pub(crate) struct LayersArgs {
    /// Only these maps
    #[arg(long, value_name = "MAP")]
    pub(crate) map: Vec<MapId>,

    /// Last day of the window, e.g. 2026-05-31 [default: today, UTC]
    #[arg(long, value_name = "DATE")]
    pub(crate) as_of: Option<NaiveDate>,
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  moodline import reviews.csv
  moodline import export.xlsx --preset appfollow --source ios-reviews
  moodline import old.csv.gz --column text=Comment --column time=Date --column rating=Stars --rating-scale 1,10

Importing the same file again changes nothing; an import that was cut off goes on where it stopped.
Rows that cannot be read are listed with their line numbers; all others are kept.")]
pub(crate) struct ImportArgs {
    /// A .csv, .tsv, .jsonl, .json or .xlsx file, or one of them with .gz
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,

    /// Name of the source the mentions belong to [default: from the file's name]
    #[arg(long, value_name = "SOURCE")]
    pub(crate) source: Option<SourceId>,

    /// Column names of a known export: generic, appfollow, google-play, trustpilot, steam, typeform, telegram, weibo
    #[arg(long, value_name = "PRESET")]
    pub(crate) preset: Option<String>,

    /// Where a field is: text, title, id, time, rating, author, url or language, e.g. `--column text=Comment`
    #[arg(long = "column", value_name = "FIELD=NAME")]
    pub(crate) columns: Vec<String>,

    /// Worst and best rating, e.g. `1,5`
    #[arg(long, value_name = "WORST,BEST", value_parser = rating_scale, allow_hyphen_values = true)]
    pub(crate) rating_scale: Option<[f32; 2]>,

    /// Time zone of times without one, e.g. `Asia/Shanghai`
    #[arg(long, value_name = "ZONE")]
    pub(crate) time_zone: Option<String>,

    /// Language of rows that do not say, e.g. `zh-Hans`
    #[arg(long, value_name = "LANG")]
    pub(crate) language: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ListFormat {
    /// For people
    Table,
    /// One array
    Json,
    /// One object a line
    Jsonl,
    /// With a header line
    Csv,
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  moodline mentions --map online-bank --touchpoint transfers --sentiment negative --since 14d
  moodline mentions --map online-bank --flagged --status open --order severity
  moodline mentions --lang zh --text 退款 --format jsonl")]
pub(crate) struct MentionsArgs {
    /// The map to look at; needed by --stage, --touchpoint, --persona, --flagged and --status
    #[arg(long, value_name = "MAP")]
    pub(crate) map: Option<MapId>,
    /// Only this stage
    #[arg(long, value_name = "STAGE", requires = "map")]
    pub(crate) stage: Option<StageId>,
    /// Only this touchpoint
    #[arg(long, value_name = "TOUCHPOINT", requires = "map")]
    pub(crate) touchpoint: Option<TouchpointId>,
    /// Only opinions that fit no touchpoint
    #[arg(long, requires = "map", conflicts_with_all = ["stage", "touchpoint"])]
    pub(crate) unassigned: bool,
    /// Only this persona
    #[arg(long, value_name = "PERSONA", requires = "map")]
    pub(crate) persona: Option<PersonaId>,
    /// negative, neutral, positive, mixed or unsure
    #[arg(long, value_name = "SENTIMENT")]
    pub(crate) sentiment: Option<SentimentLabel>,
    /// Only opinions that ask for attention
    #[arg(long, requires = "map")]
    pub(crate) flagged: bool,
    /// Only flags that are open, acknowledged, resolved or `false_positive`
    #[arg(long, value_name = "STATUS", requires = "map")]
    pub(crate) status: Option<FlagStatus>,
    /// Posted at or after: a date (2026-05-01), an instant, or an age (36h, 14d, 8w)
    #[arg(long, value_name = "WHEN")]
    pub(crate) since: Option<String>,
    /// Posted before: a date, an instant or an age
    #[arg(long, value_name = "WHEN")]
    pub(crate) until: Option<String>,
    /// Only this source
    #[arg(long, value_name = "SOURCE")]
    pub(crate) source: Option<SourceId>,
    /// Only this language; `zh` also finds zh-Hans and zh-Hant
    #[arg(long, value_name = "LANG")]
    pub(crate) lang: Option<String>,
    /// joy, anger, sadness, fear, surprise, disgust or neutral
    #[arg(long, value_name = "EMOTION")]
    pub(crate) emotion: Option<Emotion>,
    /// Only judgements at least this probable, 0 to 1
    #[arg(long, value_name = "P")]
    pub(crate) min_confidence: Option<f32>,
    /// Only mentions with these words in title or text
    #[arg(long, value_name = "WORDS")]
    pub(crate) text: Option<String>,
    /// time (newest first) or severity (most negative first)
    #[arg(long, value_name = "ORDER", default_value = "time")]
    pub(crate) order: MentionOrder,
    /// Most rows to show
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub(crate) limit: u32,
    /// Rows to leave out first
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(crate) offset: u32,
    #[arg(long, value_enum, default_value_t = ListFormat::Table)]
    pub(crate) format: ListFormat,
}

#[derive(Debug, Subcommand)]
pub(crate) enum MapCommand {
    /// Every map with its size and mood
    List {
        #[arg(long, value_enum, default_value_t = ListFormat::Table)]
        format: ListFormat,
    },
    /// One map with its curve
    Show(ShowArgs),
    /// A new map from a stage vocabulary
    #[command(after_help = "Templates:
  awareness-to-after-sales  awareness, consideration, purchase, use, after-sales
  retention-advocacy        awareness, consideration, decision, retention, advocacy
  action-loyalty            awareness, consideration, decision, action, loyalty
  purchase-advocacy         awareness, consideration, purchase, retention, advocacy
  social-funnel             discover, engage, convert
Complete examples: online-bank, fashion-retailer, fitness-app, food-delivery")]
    New {
        /// Id of the new map
        map: MapId,
        /// Template or example to start from
        #[arg(long, default_value = "awareness-to-after-sales")]
        template: String,
        /// Name of the new map [default: its id]
        #[arg(long)]
        name: Option<String>,
        /// Print it instead of writing it to the maps folder
        #[arg(long)]
        stdout: bool,
    },
    /// One map with its layer, for other tools
    #[command(after_help = "Examples:
  moodline map export online-bank --format svg --output bank.svg
  moodline map export online-bank --format mermaid --names zh-Hans")]
    Export(ExportArgs),
}

#[derive(Debug, Args)]
pub(crate) struct ShowArgs {
    /// The map
    pub(crate) map: MapId,
    /// Language of names, e.g. zh-Hans
    #[arg(long, default_value = "en", value_name = "LANG")]
    pub(crate) names: String,
    /// Only what this persona's mentions say
    #[arg(long, value_name = "PERSONA")]
    pub(crate) persona: Option<PersonaId>,
    /// As it was in this run
    #[arg(long, value_name = "RUN")]
    pub(crate) run: Option<i64>,
    #[arg(long, value_enum, default_value_t = ShowFormat::Table)]
    pub(crate) format: ShowFormat,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ShowFormat {
    /// For people
    Table,
    /// The stable JSON
    Json,
}

#[derive(Debug, Args)]
pub(crate) struct ExportArgs {
    /// The map
    pub(crate) map: MapId,
    /// Output format
    #[arg(long, value_enum)]
    pub(crate) format: ExportFormat,
    /// Language of names, e.g. zh-Hans
    #[arg(long, default_value = "en", value_name = "LANG")]
    pub(crate) names: String,
    /// File to write [default: standard output]
    #[arg(long, short, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ExportFormat {
    /// The stable JSON
    Json,
    /// One row per touchpoint
    Csv,
    /// A Mermaid journey and its curve
    Mermaid,
    /// A picture of the map with its curve
    Svg,
}

#[derive(Debug, Args)]
pub(crate) struct SourcesArgs {
    /// Show rows that could not be read, newest first
    #[arg(long)]
    pub(crate) rejected: bool,
    /// Only this source
    #[arg(long, value_name = "SOURCE")]
    pub(crate) source: Option<SourceId>,
    #[arg(long, value_enum, default_value_t = ShowFormat::Table)]
    pub(crate) format: ShowFormat,
}

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
  moodline relabel 1042 --sentiment neutral
  moodline relabel 1042 --map online-bank --touchpoint fees
  moodline relabel 1042 --irrelevant

Opinion ids are those of `moodline mentions`. Corrections survive re-scoring and re-assignment.")]
pub(crate) struct RelabelArgs {
    /// The opinion
    #[arg(value_name = "OPINION", value_parser = |id: &str| id.parse().map(OpinionId))]
    pub(crate) opinion: OpinionId,
    /// The sentiment it really has: negative, neutral, positive or mixed
    #[arg(long, value_name = "SENTIMENT")]
    pub(crate) sentiment: Option<SentimentLabel>,
    /// The map that --touchpoint or --nowhere is about
    #[arg(long, value_name = "MAP")]
    pub(crate) map: Option<MapId>,
    /// The touchpoint it really concerns
    #[arg(long, value_name = "TOUCHPOINT", requires = "map")]
    pub(crate) touchpoint: Option<TouchpointId>,
    /// It concerns no touchpoint of the map
    #[arg(long, requires = "map", conflicts_with = "touchpoint")]
    pub(crate) nowhere: bool,
    /// It is no customer's opinion: count it nowhere
    #[arg(long)]
    pub(crate) irrelevant: bool,
    /// It is a customer's opinion after all
    #[arg(long, conflicts_with = "irrelevant")]
    pub(crate) relevant: bool,
    /// Who says so
    #[arg(long, env = "USER", default_value = "unknown", value_name = "NAME")]
    pub(crate) actor: String,
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  moodline eval reviews.csv
  moodline eval */dev.jsonl.gz --limit 500 --format json
  moodline eval reviews.jsonl --compare models/candidate
  moodline eval aspects.jsonl --map shop.toml --categories categories.toml

Rows have `text` and `label` (positive, negative, neutral or mixed), and may have `lang`, `source`, `ekman` or `emotion`
(a word or a list) and `aspects`, a list of {\"category\": …, \"polarity\": …}. Rows with other labels are left out and
counted. A source without neutral labels is scored on P(positive) against P(negative); where labels are mixed, so is
the verdict on texts with plainly positive and plainly negative opinions side by side. Lines that cannot be read are
named, and the exit status is 1 at the end.")]
pub(crate) struct EvalArgs {
    /// Labelled files: .jsonl, .ndjson, .json (one object a line), .csv or .tsv, each also with .gz
    #[arg(value_name = "FILE", required = true)]
    pub(crate) files: Vec<PathBuf>,
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

fn rating_scale(text: &str) -> Result<[f32; 2], String> {
    let ends =
        text.split_once(',').and_then(|(worst, best)| Some([worst.trim().parse().ok()?, best.trim().parse().ok()?]));
    ends.filter(|[worst, best]: &[f32; 2]| (best - worst).is_normal())
        .ok_or_else(|| format!("`{text}` is not two different numbers such as `1,5`"))
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }
}
