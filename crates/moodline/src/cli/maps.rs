//! Arguments of `moodline map`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use moodline_api::body::{Level, PeriodKind};
use moodline_types::{MapId, PersonaId, StageId, TouchpointId};

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
    /// The stages of a map
    Stages(PartsArgs),
    /// The touchpoints of a map, with what places opinions there
    Touchpoints(PartsArgs),
    /// The personas of a map
    Personas(PartsArgs),
    /// The numbers of a map's curve: how things stand, and week by week
    #[command(after_help = "Examples:
  moodline map layers online-bank --period window --level touchpoint
  moodline map layers online-bank --period week --touchpoint transfers --format json")]
    Layers(MapLayersArgs),
    /// What changed between two runs, two days or two map files, in words
    #[command(after_help = "Examples:
  moodline map diff 41 57                                two runs of one map, by their numbers
  moodline map diff 2026-05-01 2026-05-31 --map bank     as the map was drawn on these days
  moodline map diff old/bank.toml maps/bank.toml         what differs between two definitions")]
    Diff(MapDiffArgs),
    /// Every definition a map has had
    History {
        /// The map
        map: MapId,
        #[arg(long, value_enum, default_value_t = ShowFormat::Table)]
        format: ShowFormat,
    },
    /// What people's corrections taught a map, and whether it helps
    Heads {
        /// The map
        map: MapId,
        #[arg(long, value_enum, default_value_t = ShowFormat::Table)]
        format: ShowFormat,
    },
    /// Bring an earlier definition of a map back into its file and into use
    Restore(MapRestoreArgs),
    /// One map with its layer, for other tools
    #[command(after_help = "Examples:
  moodline map export online-bank --format svg --output bank.svg
  moodline map export online-bank --format mermaid --names zh-Hans")]
    Export(ExportArgs),
    /// What to add to a map: touchpoints and keywords for what fits nowhere on it
    #[command(after_help = "Examples:
  moodline map suggest --map online-bank
  moodline map suggest --map online-bank --since 90d --least 20 --format json
  moodline map suggest --map online-bank --toml

Opinions at no touchpoint are grouped by what they say. A group that lies near a touchpoint asks for keywords there, any
other for a touchpoint of its own. Only words that hardly anything else uses are proposed.")]
    Suggest(MapSuggestArgs),
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

#[derive(Debug, Args)]
pub(crate) struct MapSuggestArgs {
    /// The map
    #[arg(long, value_name = "MAP")]
    pub(crate) map: MapId,
    /// Posted at or after: a date (2026-05-01), an instant, or an age (36h, 14d, 8w) [default: the curve's window]
    #[arg(long, value_name = "WHEN")]
    pub(crate) since: Option<String>,
    /// Posted before: a date, an instant or an age
    #[arg(long, value_name = "WHEN")]
    pub(crate) until: Option<String>,
    /// Mentions that make a group
    #[arg(long, value_name = "N", default_value_t = 8, value_parser = clap::value_parser!(u32).range(2..=1000))]
    pub(crate) least: u32,
    /// Most suggestions
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..=100))]
    pub(crate) top: u32,
    #[arg(long, value_enum, default_value_t = SuggestFormat::Text)]
    pub(crate) format: SuggestFormat,
    /// Print what to paste into the map's file instead
    #[arg(long, conflicts_with = "format")]
    pub(crate) toml: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum SuggestFormat {
    /// For people
    Text,
    /// The stable JSON
    Json,
}

#[derive(Debug, Args)]
pub(crate) struct MapDiffArgs {
    /// The earlier one: a run, a day or a map file
    #[arg(value_name = "A")]
    pub(crate) from: String,
    /// The later one
    #[arg(value_name = "B")]
    pub(crate) to: String,
    /// The map, where there are several
    #[arg(long, value_name = "MAP")]
    pub(crate) map: Option<MapId>,
    #[arg(long, value_enum, default_value_t = ShowFormat::Table)]
    pub(crate) format: ShowFormat,
}

#[derive(Debug, Args)]
pub(crate) struct MapRestoreArgs {
    /// The map
    pub(crate) map: MapId,
    /// Number of a version (`moodline map history`), or a day: the version in use at its end
    #[arg(id = "definition", value_name = "VERSION")]
    pub(crate) version: String,
    /// Who restores it
    #[arg(long, env = "USER", default_value = "unknown", value_name = "NAME")]
    pub(crate) actor: String,
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
pub(crate) struct PartsArgs {
    /// The map
    pub(crate) map: MapId,
    /// Language of names, e.g. zh-Hans
    #[arg(long, default_value = "en", value_name = "LANG")]
    pub(crate) names: String,
    #[arg(long, value_enum, default_value_t = ShowFormat::Table)]
    pub(crate) format: ShowFormat,
}

#[derive(Debug, Args)]
pub(crate) struct MapLayersArgs {
    /// The map
    pub(crate) map: MapId,
    /// As it was in this run
    #[arg(long, value_name = "RUN")]
    pub(crate) run: Option<i64>,
    /// Only the whole map, stages, or touchpoints
    #[arg(long, value_enum, value_name = "LEVEL")]
    pub(crate) level: Option<LevelArg>,
    /// Only this stage and its touchpoints
    #[arg(long, value_name = "STAGE")]
    pub(crate) stage: Option<StageId>,
    /// Only this touchpoint
    #[arg(long, value_name = "TOUCHPOINT")]
    pub(crate) touchpoint: Option<TouchpointId>,
    /// Only what this persona's mentions say
    #[arg(long, value_name = "PERSONA")]
    pub(crate) persona: Option<PersonaId>,
    /// How things stand, or the curve over time
    #[arg(long, value_enum, value_name = "PERIOD")]
    pub(crate) period: Option<PeriodArg>,
    #[arg(long, value_enum, default_value_t = ShowFormat::Table)]
    pub(crate) format: ShowFormat,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum LevelArg {
    Map,
    Stage,
    Touchpoint,
}

impl From<LevelArg> for Level {
    fn from(level: LevelArg) -> Self {
        match level {
            LevelArg::Map => Self::Map,
            LevelArg::Stage => Self::Stage,
            LevelArg::Touchpoint => Self::Touchpoint,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum PeriodArg {
    /// The window that ends with the refresh
    Window,
    /// Calendar weeks
    Week,
    /// Calendar months
    Month,
}

impl From<PeriodArg> for PeriodKind {
    fn from(period: PeriodArg) -> Self {
        match period {
            PeriodArg::Window => Self::Window,
            PeriodArg::Week => Self::Week,
            PeriodArg::Month => Self::Month,
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
    /// As it was in this run
    #[arg(long, value_name = "RUN")]
    pub(crate) run: Option<i64>,
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
