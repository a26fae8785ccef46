//! Arguments of the commands for whoever looks after the service and its data.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use moodline_types::SourceId;

use super::ShowFormat;

#[derive(Debug, Args)]
pub(crate) struct ScheduleArgs {
    /// Times to show per job
    #[arg(long, value_name = "N", default_value_t = 2, value_parser = clap::value_parser!(u32).range(1..=100))]
    pub(crate) times: u32,
    #[arg(long, value_enum, default_value_t = ShowFormat::Table)]
    pub(crate) format: ShowFormat,
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  moodline erase --author jane_doe --dry-run
  moodline erase --author jane_doe --source forum
  moodline erase --url https://forum.example.org/t/17
  moodline erase --id 1042            our id, as `moodline mentions` shows it
  moodline erase --id forum/t3_1x     a source's own id

Takes the mentions out of every table and count, and leaves a keyed tombstone, so that a source which still shows
them cannot bring them back. Files in watched folders, and backups, are yours to clean.")]
pub(crate) struct EraseArgs {
    #[command(flatten)]
    pub(crate) what: EraseWhat,
    /// With --author: only in this source [default: in all]
    #[arg(long, value_name = "SOURCE", requires = "author")]
    pub(crate) source: Option<SourceId>,
    /// Say how much would go, and erase nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Who erases
    #[arg(long, env = "USER", default_value = "unknown", value_name = "NAME")]
    pub(crate) actor: String,
    #[arg(long, value_enum, default_value_t = ShowFormat::Table)]
    pub(crate) format: ShowFormat,
}

#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub(crate) struct EraseWhat {
    /// Everything an author wrote, by the name the source shows; without --source also what they answered in surveys
    #[arg(long, value_name = "NAME")]
    pub(crate) author: Option<String>,
    /// The mentions at an address
    #[arg(long, value_name = "URL")]
    pub(crate) url: Option<String>,
    /// One mention: our id, or SOURCE/ID with the source's own
    #[arg(long, value_name = "ID")]
    pub(crate) id: Option<String>,
    /// Every mention with these words in title or text
    #[arg(long, value_name = "WORDS")]
    pub(crate) text: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct AuditArgs {
    /// Only this act: import, rename, relabel, triage, adopt, forget, erase, backup, restore, retry, map, retain, …
    #[arg(long, value_name = "ACTION")]
    pub(crate) action: Option<String>,
    /// Most rows to show, newest first
    #[arg(long, value_name = "N", default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub(crate) limit: u32,
    #[arg(long, value_enum, default_value_t = ShowFormat::Table)]
    pub(crate) format: ShowFormat,
}

#[derive(Debug, Args)]
#[command(after_help = "The service may be running meanwhile. The author key is not in the copy: keep a copy of it \
elsewhere, or erased authors could come back and old and new mentions of one author no longer be told to be one.
For PostgreSQL use pg_dump.")]
pub(crate) struct BackupArgs {
    /// The copy to write; an existing file is never overwritten
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// Who makes it
    #[arg(long, env = "USER", default_value = "unknown", value_name = "NAME")]
    pub(crate) actor: String,
}

#[derive(Debug, Args)]
#[command(
    after_help = "Stop the service first. The copy is checked before anything is replaced. What was erased after \
the copy was made is in it again: erase it again."
)]
pub(crate) struct RestoreArgs {
    /// A copy made by `moodline backup`
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// Replace the database there is
    #[arg(long)]
    pub(crate) overwrite: bool,
    /// Who restores it
    #[arg(long, env = "USER", default_value = "unknown", value_name = "NAME")]
    pub(crate) actor: String,
}

#[derive(Debug, Subcommand)]
pub(crate) enum WorkCommand {
    /// Mentions that were set aside after failed tries, with their error
    List {
        /// Most rows to show per queue
        #[arg(long, value_name = "N", default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=100_000))]
        limit: u32,
        #[arg(long, value_enum, default_value_t = ShowFormat::Table)]
        format: ShowFormat,
    },
    /// Put everything that was set aside back into its queue
    Retry {
        /// Who says so
        #[arg(long, env = "USER", default_value = "unknown", value_name = "NAME")]
        actor: String,
        #[arg(long, value_enum, default_value_t = ShowFormat::Table)]
        format: ShowFormat,
    },
}
