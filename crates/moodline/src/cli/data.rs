//! Arguments of the commands that bring mentions in, ask for them, and correct them.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use moodline_types::{MapId, MentionOrder, OpinionId, PageCursor, SentimentLabel, SourceId, TouchpointId};

use super::{ListFormat, ShowFormat, filter::MentionFilter};

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

    /// Who imports it
    #[arg(long, env = "USER", default_value = "unknown", value_name = "NAME")]
    pub(crate) actor: String,
}

fn rating_scale(text: &str) -> Result<[f32; 2], String> {
    let ends =
        text.split_once(',').and_then(|(worst, best)| Some([worst.trim().parse().ok()?, best.trim().parse().ok()?]));
    ends.filter(|[worst, best]: &[f32; 2]| (best - worst).is_normal())
        .ok_or_else(|| format!("`{text}` is not two different numbers such as `1,5`"))
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  moodline mentions --map online-bank --touchpoint transfers --sentiment negative --since 14d
  moodline mentions --map online-bank --flagged --status open --sort severity
  moodline mentions --lang zh --text '退款 -已退款' --format jsonl
  moodline mentions --mismatch --since 28d

A mention found in several places (retweeted, syndicated, copied) counts and is listed once: `Source` shows `+2` for two
duplicates, and the JSON lists them under `origins`.")]
pub(crate) struct MentionsArgs {
    /// The map to look at; needed by --stage, --touchpoint, --persona, --flagged and --status
    #[arg(long, value_name = "MAP")]
    pub(crate) map: Option<MapId>,
    /// Only this touchpoint
    #[arg(long, value_name = "TOUCHPOINT", requires = "map")]
    pub(crate) touchpoint: Option<TouchpointId>,
    /// negative, neutral, positive, mixed or unsure
    #[arg(long, value_name = "SENTIMENT")]
    pub(crate) sentiment: Option<SentimentLabel>,
    #[command(flatten)]
    pub(crate) filter: MentionFilter,
    /// time (newest first), severity (most negative first) or representative (says most clearly what its touchpoint is
    /// about; needs --map)
    #[arg(long, visible_alias = "order", value_name = "ORDER", default_value = "time")]
    pub(crate) sort: MentionOrder,
    /// Most rows to show
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub(crate) limit: u32,
    /// Rows to leave out first
    #[arg(long, value_name = "N", default_value_t = 0, conflicts_with = "cursor")]
    pub(crate) offset: u32,
    /// The next page of the same query, by the cursor that the page before ended with
    #[arg(long, value_name = "CURSOR")]
    pub(crate) cursor: Option<PageCursor>,
    /// Only how many rows there are, counted up to 10,000
    #[arg(long, conflicts_with_all = ["cursor", "offset"])]
    pub(crate) count: bool,
    #[arg(long, value_enum, default_value_t = ListFormat::Table)]
    pub(crate) format: ListFormat,
}

#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
#[command(after_help = "Examples:
  moodline sources
  moodline sources test forum
  moodline sources discover forum.example.org
  moodline sources import subscriptions.opml
  moodline sources dropped app-reviews
  moodline sources rename app-reviews ios-reviews
  moodline sources --rejected --source app-reviews

How a source is doing: ok; new (not read yet); failing (its last attempts failed); thin (it answers, but its answers are
to be doubted, e.g. empty where there used to be items); silent (nothing new for much longer than usual); off.")]
pub(crate) struct SourcesArgs {
    #[command(subcommand)]
    pub(crate) action: Option<SourcesAction>,
    /// Show rows that could not be read, newest first
    #[arg(long)]
    pub(crate) rejected: bool,
    /// Only this source
    #[arg(long, value_name = "SOURCE")]
    pub(crate) source: Option<SourceId>,
    #[arg(long, value_enum, default_value_t = ShowFormat::Table)]
    pub(crate) format: ShowFormat,
}

#[derive(Debug, Subcommand)]
pub(crate) enum SourcesAction {
    /// Ask a source once, store nothing, and explain what it answered
    Test(SourceTestArgs),
    /// Look for the feeds of a site and print them as settings
    Discover {
        /// The site, or any page of it
        #[arg(value_name = "ADDRESS")]
        address: String,
    },
    /// Add the feeds of an OPML file (a feed reader's export) to the settings
    Import {
        /// The file
        #[arg(value_name = "FILE.opml")]
        file: PathBuf,
    },
    /// List what a source's rules keep out, newest first, with the reason
    Dropped {
        /// The source
        #[arg(value_name = "SOURCE")]
        source: SourceId,
        #[arg(long, value_enum, default_value_t = ShowFormat::Table)]
        format: ShowFormat,
    },
    /// Give what is stored of a source another name; then change its id in the settings
    Rename {
        /// The name it has
        #[arg(value_name = "OLD")]
        old: SourceId,
        /// The name it gets
        #[arg(value_name = "NEW")]
        new: SourceId,
        /// Who renames it
        #[arg(long, env = "USER", default_value = "unknown", value_name = "NAME")]
        actor: String,
    },
}

#[derive(Debug, Args)]
pub(crate) struct SourceTestArgs {
    /// The source
    #[arg(value_name = "SOURCE")]
    pub(crate) source: SourceId,
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  moodline relabel 1042 --sentiment neutral
  moodline relabel 1042 --map online-bank --touchpoint fees
  moodline relabel 1042 --irrelevant
  moodline relabel --map game --touchpoint modes --text zone --sentiment-is negative --sentiment neutral --dry-run
  moodline relabel --map game --touchpoint modes --lang zh --to servers --yes
  moodline mentions --text zone --limit 1000 --format jsonl | moodline relabel --from - --sentiment neutral

Opinion ids are those of `moodline mentions`, and so are the conditions. Corrections survive re-scoring and re-assignment,
and an opinion that a person placed is an example for others like it. Up to 10 opinions that conditions find are corrected
at once; of more, and of a list, a few are shown, and all are corrected with --yes.")]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
pub(crate) struct RelabelArgs {
    /// The opinion
    #[arg(value_name = "OPINION", value_parser = |id: &str| id.parse().map(OpinionId), conflicts_with = "MentionFilter")]
    pub(crate) one: Option<OpinionId>,
    /// A file of many, `-` for standard input: the JSON Lines of `moodline mentions`, or an opinion's id a line
    #[arg(long, value_name = "FILE", conflicts_with_all = ["one", "MentionFilter"])]
    pub(crate) from: Option<String>,
    /// The sentiment it really has: negative, neutral, positive or mixed
    #[arg(long, value_name = "SENTIMENT")]
    pub(crate) sentiment: Option<SentimentLabel>,
    /// The touchpoint it really concerns
    #[arg(long, value_name = "TOUCHPOINT", requires = "map")]
    pub(crate) to: Option<TouchpointId>,
    /// It concerns no touchpoint of the map
    #[arg(long, requires = "map", conflicts_with = "to")]
    pub(crate) nowhere: bool,
    /// It is no customer's opinion: count it nowhere
    #[arg(long)]
    pub(crate) irrelevant: bool,
    /// It is a customer's opinion after all
    #[arg(long, conflicts_with = "irrelevant")]
    pub(crate) relevant: bool,
    /// Correct all, however many
    #[arg(long, conflicts_with_all = ["one", "dry_run"])]
    pub(crate) yes: bool,
    /// Only show what would be corrected, and how many that are
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Who says so
    #[arg(long, env = "USER", default_value = "unknown", value_name = "NAME")]
    pub(crate) actor: String,
    #[arg(long, value_enum, default_value_t = ShowFormat::Table)]
    pub(crate) format: ShowFormat,
    /// The map that --to, --nowhere and conditions are about
    #[arg(long, value_name = "MAP")]
    pub(crate) map: Option<MapId>,
    /// Only opinions at this touchpoint; beside OPINION or --from the same as --to
    #[arg(long, value_name = "TOUCHPOINT", requires = "map")]
    pub(crate) touchpoint: Option<TouchpointId>,
    /// Only opinions with this verdict: negative, neutral, positive, mixed or unsure
    #[arg(long, value_name = "SENTIMENT", conflicts_with_all = ["one", "from"])]
    pub(crate) sentiment_is: Option<SentimentLabel>,
    #[command(flatten)]
    pub(crate) filter: MentionFilter,
}
