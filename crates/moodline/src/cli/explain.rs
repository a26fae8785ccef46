//! Arguments of `moodline explain`.

use clap::Args;
use moodline_types::{MapId, MentionId};

use super::ShowFormat;

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  moodline explain 1042
  moodline explain 1042 --map online-bank --format json

Mention ids are those of `moodline mentions --format jsonl`. Reasons, strongest first: override (a person said so), rule (a
keyword or pattern of the map), example (near a sentence of the map, or an opinion that a person placed), similarity (near
the touchpoint's description), unassigned.")]
pub(crate) struct ExplainArgs {
    /// The mention
    #[arg(value_name = "MENTION", value_parser = |id: &str| id.parse().map(MentionId))]
    pub(crate) mention: MentionId,
    /// Only these maps
    #[arg(long, value_name = "MAP")]
    pub(crate) map: Vec<MapId>,
    #[arg(long, value_enum, default_value_t = ShowFormat::Table)]
    pub(crate) format: ShowFormat,
}
