//! Arguments of `moodline metrics`.

use std::path::PathBuf;

use chrono::NaiveDate;
use clap::{Args, Subcommand};
use moodline_types::MapId;

use super::ShowFormat;

#[derive(Debug, Subcommand)]
pub(crate) enum MetricsCommand {
    /// Import survey answers, or how many customers entered each stage, from a CSV
    Import(MetricsImportArgs),
    /// NPS, CSAT and CES with their intervals beside the text index, and how many customers go on
    Show(MetricsShowArgs),
}

#[derive(Debug, Args)]
#[command(after_help = "Columns, in any order:
  date         2026-05-31
  metric       nps (0 to 10), csat (1 to 5), ces (1 to 7), or entered: customers who entered a stage
  touchpoint   where it was asked, or stage; both empty: of the whole map
  value        the answer
  respondent   who answered; kept as a keyed hash, so that importing a file twice counts nobody twice
  count        instead of respondent: how many gave this answer that day, or entered the stage

  date,metric,touchpoint,value,respondent     date,metric,stage,count
  2026-05-31,nps,transfers,9,c-1042           2026-05-31,entered,purchase,1840")]
pub(crate) struct MetricsImportArgs {
    /// The CSV file
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// The map that its touchpoints and stages belong to
    #[arg(long, value_name = "MAP")]
    pub(crate) map: MapId,
    /// The metric of rows that do not say
    #[arg(long, value_name = "METRIC")]
    pub(crate) metric: Option<String>,
    /// The touchpoint of rows that name neither touchpoint nor stage
    #[arg(long, value_name = "TOUCHPOINT")]
    pub(crate) touchpoint: Option<String>,
    /// Who imports it
    #[arg(long, env = "USER", default_value = "unknown", value_name = "NAME")]
    pub(crate) actor: String,
}

#[derive(Debug, Args)]
pub(crate) struct MetricsShowArgs {
    /// The map
    #[arg(long, value_name = "MAP")]
    pub(crate) map: MapId,
    /// Last day [default: that of the newest curve]
    #[arg(long, value_name = "DAY")]
    pub(crate) until: Option<NaiveDate>,
    /// Days, the last included [default: those of the curve]
    #[arg(long, value_name = "DAYS", value_parser = clap::value_parser!(u32).range(1..=3660))]
    pub(crate) days: Option<u32>,
    #[arg(long, value_enum, default_value_t = ShowFormat::Table)]
    pub(crate) format: ShowFormat,
}
