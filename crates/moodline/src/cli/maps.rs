//! Arguments of `moodline map`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use moodline_types::{MapId, PersonaId};

use super::{ListFormat, ShowFormat};

#[derive(Debug, Subcommand)]
pub(crate) enum MapCommand {
    /// Every map with its size and mood
    List {
        #[arg(long, value_enum, default_value_t = ListFormat::Table)]
        format: ListFormat,
    },
    /// One map with its curve
    #[command(after_help = "Examples:
  moodline map show online-bank
  moodline map show online-bank --by week --of support
  moodline map show online-bank --by source --format json")]
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
    /// Told apart by this
    #[arg(long, value_enum, conflicts_with = "persona")]
    pub(crate) by: Option<By>,
    /// With --by: of this stage or touchpoint [default: the whole map]
    #[arg(long, value_name = "ID", requires = "by")]
    pub(crate) of: Option<String>,
    #[arg(long, value_enum, default_value_t = ShowFormat::Table)]
    pub(crate) format: ShowFormat,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum By {
    /// Kinds of customers that mentions point to
    Persona,
    /// Where mentions came from
    Source,
    /// The language they are in
    Language,
    /// Calendar weeks
    Week,
    /// Calendar months
    Month,
    /// Hours of the author's day, on maps of type day-in-the-life
    Hour,
}

impl By {
    /// The word on the command line and in JSON.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Persona => "persona",
            Self::Source => "source",
            Self::Language => "language",
            Self::Week => "week",
            Self::Month => "month",
            Self::Hour => "hour",
        }
    }

    /// The heading of its column.
    pub(crate) fn title(self) -> &'static str {
        match self {
            Self::Persona => "Persona",
            Self::Source => "Source",
            Self::Language => "Language",
            Self::Week => "Week from",
            Self::Month => "Month from",
            Self::Hour => "Hour",
        }
    }
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
