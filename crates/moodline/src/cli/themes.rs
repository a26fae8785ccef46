//! Arguments of `moodline painpoints`.

use clap::Args;
use moodline_types::{MapId, RunId, TouchpointId};

use super::ShowFormat;

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  moodline painpoints --map online-bank --top 3
  moodline painpoints --map online-bank --touchpoint transfers
  moodline painpoints --map online-bank --opportunities --format json

Impact is the map's net sentiment minus what it would be without these mentions: an association, not a cause. Themes are
ranked by the end of its 95 % interval that is nearer to zero, times feasibility where the map names an effort
(`effort = 1` to `5` at a touchpoint, or `theme_efforts = { 17 = 2 }` for single themes): 1 for effort 1, 0.2 for effort 5.
Themes are found by every refresh; `moodline themes` finds them at once.")]
pub(crate) struct PainpointsArgs {
    /// The map
    #[arg(long, value_name = "MAP")]
    pub(crate) map: MapId,
    /// Only this touchpoint
    #[arg(long, value_name = "TOUCHPOINT")]
    pub(crate) touchpoint: Option<TouchpointId>,
    /// What people praise and suggest, instead of what they complain about
    #[arg(long)]
    pub(crate) opportunities: bool,
    /// What people ask, instead of what they complain about
    #[arg(long, conflicts_with = "opportunities")]
    pub(crate) questions: bool,
    /// Most themes to show
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub(crate) top: u32,
    /// As it was in this run; the mentions listed are those of the newest
    #[arg(long, value_name = "RUN", value_parser = |id: &str| id.parse().map(RunId))]
    pub(crate) run: Option<RunId>,
    /// Language of names, e.g. zh-Hans
    #[arg(long, default_value = "en", value_name = "LANG")]
    pub(crate) names: String,
    #[arg(long, value_enum, default_value_t = ShowFormat::Table)]
    pub(crate) format: ShowFormat,
}
