//! Arguments of `moodline flags`.

use clap::{Args, Subcommand};
use moodline_types::{FlagId, FlagStatus, MapId, TouchpointId};

use super::{ListFormat, ShowFormat};

#[derive(Debug, Subcommand)]
pub(crate) enum FlagsCommand {
    /// List flags, the most severe first
    List(FlagListArgs),
    /// Take flags on, hand them over, close or reopen them
    Set(FlagSetArgs),
    /// Show what people did with a flag
    History(FlagHistoryArgs),
    /// What is open, by the department that owns the touchpoint
    Digest(FlagDigestArgs),
}

/// Which flags.
#[derive(Debug, Args)]
pub(crate) struct FlagFilter {
    /// Only of this map
    #[arg(long, value_name = "MAP")]
    pub(crate) map: Option<MapId>,
    /// Only at this touchpoint
    #[arg(long, value_name = "TOUCHPOINT", requires = "map")]
    pub(crate) touchpoint: Option<TouchpointId>,
    /// open, acknowledged, resolved or `false_positive`; several with commas
    #[arg(long, value_name = "STATUS", value_delimiter = ',')]
    pub(crate) status: Vec<FlagStatus>,
    /// Only those that this person or team looks after
    #[arg(long, value_name = "NAME")]
    pub(crate) assignee: Option<String>,
    /// Only those whose time is up
    #[arg(long)]
    pub(crate) overdue: bool,
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  moodline flags list --map online-bank --status open
  moodline flags list --assignee payments --overdue --format json")]
pub(crate) struct FlagListArgs {
    #[command(flatten)]
    pub(crate) filter: FlagFilter,
    /// Most rows to show
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub(crate) limit: u32,
    /// Where the page before ended: its `next`
    #[arg(long, value_name = "NEXT")]
    pub(crate) after: Option<String>,
    #[arg(long, value_enum, default_value_t = ListFormat::Table)]
    pub(crate) format: ListFormat,
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  moodline flags set 12 13 --to acknowledged --assign payments --due 2026-06-05
  moodline flags set 12 --to resolved --note \"transfers time out no more since release 4.2\"
  moodline flags set --all --map online-bank --touchpoint fees --status open --assign pricing")]
pub(crate) struct FlagSetArgs {
    /// The flags, by the ids of `moodline flags list`
    #[arg(value_name = "FLAG", value_parser = |id: &str| id.parse().map(FlagId), required_unless_present = "all")]
    pub(crate) flags: Vec<FlagId>,
    /// All flags that the filters select, instead of ids
    #[arg(long, conflicts_with = "flags")]
    pub(crate) all: bool,
    #[command(flatten)]
    pub(crate) filter: FlagFilter,
    /// acknowledged, resolved (say how with --note), `false_positive` or open
    #[arg(long, value_name = "STATUS")]
    pub(crate) to: Option<FlagStatus>,
    /// Who looks after it
    #[arg(long, value_name = "NAME", conflicts_with = "unassign")]
    pub(crate) assign: Option<String>,
    /// Nobody looks after it any more
    #[arg(long)]
    pub(crate) unassign: bool,
    /// Until when: a date (2026-06-05) or an instant
    #[arg(long, value_name = "WHEN", conflicts_with = "no_due")]
    pub(crate) due: Option<String>,
    /// It has no time limit any more
    #[arg(long)]
    pub(crate) no_due: bool,
    /// Why, or what was done
    #[arg(long, value_name = "TEXT")]
    pub(crate) note: Option<String>,
    /// Who says so
    #[arg(long, env = "USER", default_value = "unknown", value_name = "NAME")]
    pub(crate) actor: String,
    #[arg(long, value_enum, default_value_t = ShowFormat::Table)]
    pub(crate) format: ShowFormat,
}

#[derive(Debug, Args)]
pub(crate) struct FlagHistoryArgs {
    /// The flag
    #[arg(value_name = "FLAG", value_parser = |id: &str| id.parse().map(FlagId))]
    pub(crate) flag: FlagId,
    #[arg(long, value_enum, default_value_t = ShowFormat::Table)]
    pub(crate) format: ShowFormat,
}

#[derive(Debug, Args)]
pub(crate) struct FlagDigestArgs {
    /// Only of this map
    #[arg(long, value_name = "MAP")]
    pub(crate) map: Option<MapId>,
    #[arg(long, value_enum, default_value_t = ShowFormat::Table)]
    pub(crate) format: ShowFormat,
}
