//! Arguments of `moodline alerts` and `moodline change`.

use chrono::NaiveDate;
use clap::{Args, Subcommand, ValueEnum};
use moodline_types::{AlertId, AlertKind, AlertStatus, AlertTier, ChangeId, MapId, SourceId, TouchpointId};

use super::{ListFormat, ShowFormat};

#[derive(Debug, Subcommand)]
pub(crate) enum AlertsCommand {
    /// List alerts, those that go on first
    List(AlertListArgs),
    /// Show an alert with its figures and the mentions that moved it
    Show {
        /// The alert
        #[arg(value_name = "ALERT", value_parser = |id: &str| id.parse().map(AlertId))]
        alert: AlertId,
        #[arg(long, value_enum, default_value_t = ShowFormat::Table)]
        format: ShowFormat,
    },
    /// Say that somebody is on it
    Ack(AlertTriageArgs),
    /// Dismiss or finish an alert: it stays silent however it goes on
    Close(AlertTriageArgs),
    /// What goes on and what is new, by the department that owns the touchpoint
    Digest(AlertDigestArgs),
    /// Judge the nights now, or show what would have been found on an earlier day
    Judge(AlertJudgeArgs),
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  moodline alerts list --map online-bank
  moodline alerts list --all --tier alert --since 30d --format json")]
pub(crate) struct AlertListArgs {
    /// Only of this map
    #[arg(long, value_name = "MAP")]
    pub(crate) map: Option<MapId>,
    /// Only at this touchpoint
    #[arg(long, value_name = "TOUCHPOINT", requires = "map")]
    pub(crate) touchpoint: Option<TouchpointId>,
    /// Only about this source
    #[arg(long, value_name = "SOURCE", conflicts_with_all = ["map", "touchpoint"])]
    pub(crate) source: Option<SourceId>,
    /// negative, drift, volume or source; several with commas
    #[arg(long, value_name = "KIND", value_delimiter = ',')]
    pub(crate) kind: Vec<AlertKind>,
    /// watch or alert
    #[arg(long, value_name = "TIER")]
    pub(crate) tier: Option<AlertTier>,
    /// open, acknowledged or closed; several with commas
    #[arg(long, value_name = "STATUS", value_delimiter = ',')]
    pub(crate) status: Vec<AlertStatus>,
    /// Those that are over as well
    #[arg(long)]
    pub(crate) all: bool,
    /// Only those that changed since: a date, an instant or an age like 14d
    #[arg(long, value_name = "WHEN")]
    pub(crate) since: Option<String>,
    /// Most rows to show
    #[arg(long, value_name = "N", default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub(crate) limit: u32,
    #[arg(long, value_enum, default_value_t = ListFormat::Table)]
    pub(crate) format: ListFormat,
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  moodline alerts ack 3 --note \"payments looks into it\"
  moodline alerts close 3 4 --note \"the strike, known\"")]
pub(crate) struct AlertTriageArgs {
    /// The alerts, by the ids of `moodline alerts list`
    #[arg(value_name = "ALERT", required = true, value_parser = |id: &str| id.parse().map(AlertId))]
    pub(crate) alerts: Vec<AlertId>,
    /// Why, or what was done
    #[arg(long, value_name = "TEXT")]
    pub(crate) note: Option<String>,
    /// Who says so
    #[arg(long, env = "USER", default_value = "unknown", value_name = "NAME")]
    pub(crate) actor: String,
    #[arg(long, value_enum, default_value_t = ShowFormat::Table)]
    pub(crate) format: ShowFormat,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum DigestFormat {
    /// For people
    Text,
    /// For mails and chats
    Markdown,
    /// For programs
    Json,
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  moodline alerts digest --format markdown > digest.md
  moodline alerts digest --owner payments --since 7d")]
pub(crate) struct AlertDigestArgs {
    /// Only of this map
    #[arg(long, value_name = "MAP")]
    pub(crate) map: Option<MapId>,
    /// Only what this department owns
    #[arg(long, value_name = "OWNER")]
    pub(crate) owner: Option<String>,
    /// What is over is told if it ended since: a date, an instant or an age like 14d
    #[arg(long, value_name = "WHEN", default_value = "1d")]
    pub(crate) since: String,
    #[arg(long, value_enum, default_value_t = DigestFormat::Text)]
    pub(crate) format: DigestFormat,
}

#[derive(Debug, Args)]
pub(crate) struct AlertJudgeArgs {
    /// Only this map; several by naming it again [default: all]
    #[arg(long, value_name = "MAP")]
    pub(crate) map: Vec<MapId>,
    /// Show what the night after this day would have found, and store nothing
    #[arg(long, value_name = "DATE")]
    pub(crate) as_of: Option<NaiveDate>,
    #[arg(long, requires = "as_of", value_enum, default_value_t = ShowFormat::Table)]
    pub(crate) format: ShowFormat,
}

#[derive(Debug, Subcommand)]
pub(crate) enum ChangeCommand {
    /// Note what was changed at a touchpoint
    #[command(after_help = "Example:
  moodline change add --map online-bank --touchpoint fees --date 2026-05-04 \"no fee below 50\"")]
    Add {
        /// The map
        #[arg(long, value_name = "MAP")]
        map: MapId,
        /// The touchpoint
        #[arg(long, value_name = "TOUCHPOINT")]
        touchpoint: TouchpointId,
        /// The first day it was in effect [default: today]
        #[arg(long, value_name = "DATE")]
        date: Option<NaiveDate>,
        /// Who says so
        #[arg(long, env = "USER", default_value = "unknown", value_name = "NAME")]
        actor: String,
        #[arg(long, value_enum, default_value_t = ShowFormat::Table)]
        format: ShowFormat,
        /// What was done
        what: String,
    },
    /// List changes, the newest first
    List {
        /// Only of this map
        #[arg(long, value_name = "MAP")]
        map: Option<MapId>,
        #[arg(long, value_enum, default_value_t = ShowFormat::Table)]
        format: ShowFormat,
    },
    /// Forget a change that was noted by mistake
    Remove {
        /// The change
        #[arg(value_name = "CHANGE", value_parser = |id: &str| id.parse().map(ChangeId))]
        change: ChangeId,
        /// Who says so
        #[arg(long, env = "USER", default_value = "unknown", value_name = "NAME")]
        actor: String,
        #[arg(long, value_enum, default_value_t = ShowFormat::Table)]
        format: ShowFormat,
    },
    /// Hold what was said after a change against what was said before
    Effect(EffectArgs),
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  moodline change effect 2
  moodline change effect 2 --days 56 --format json")]
pub(crate) struct EffectArgs {
    /// The change
    #[arg(value_name = "CHANGE", value_parser = |id: &str| id.parse().map(ChangeId))]
    pub(crate) change: ChangeId,
    /// Days before and after that are compared
    #[arg(long, value_name = "DAYS", default_value_t = 28, value_parser = clap::value_parser!(u32).range(7..=366))]
    pub(crate) days: u32,
    #[arg(long, value_enum, default_value_t = ShowFormat::Table)]
    pub(crate) format: ShowFormat,
}
