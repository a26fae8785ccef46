//! Arguments of the commands that do the work: demo, init, run and the steps.

use std::path::PathBuf;

use chrono::NaiveDate;
use clap::{Args, ValueEnum};
use moodline_types::{MapId, SourceId};

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
#[command(after_help = "Examples:
  moodline run                            everything in one process
  moodline run --role enrich              on any number of machines, with PostgreSQL
  moodline run --role fetch,assign,layers
  moodline run --role api                 /healthz, /readyz, /metrics and whatever is pushed, and no other work

Give a role to as many processes as you like: work is claimed in batches, and a job that is due is done by whoever takes
it first. Stops on SIGINT or SIGTERM after finishing the batch under way.")]
pub(crate) struct RunArgs {
    /// Do only these parts of the work, to share it over processes and machines [default: all]
    #[arg(long, value_enum, value_delimiter = ',', value_name = "ROLE")]
    pub(crate) role: Vec<Role>,
}

impl RunArgs {
    /// Whether this process does that part of the work.
    pub(crate) fn does(&self, role: Role) -> bool {
        self.role.is_empty() || self.role.contains(&role)
    }
}

/// A part of the work of the service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Role {
    /// Read the sources when they are due
    Fetch,
    /// Judge mentions with the model
    Enrich,
    /// Place opinions on the maps
    Assign,
    /// Draw the maps when they are due
    Layers,
    /// Answer at `[api] listen`; nobody else does
    Api,
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
#[command(after_help = "Examples:
  moodline enrich
  moodline enrich --model models/candidate    beside the opinions that count, which stay as they are
  moodline eval --diff                        what would change
  moodline model adopt ID                     changes it; adopting the model before undoes it")]
pub(crate) struct EnrichArgs {
    /// Judge with this model beside the one whose opinions count: its id, or its folder
    #[arg(long, value_name = "ID|FOLDER")]
    pub(crate) model: Option<String>,

    /// First put mentions that were set aside after failed tries back into the queue
    #[arg(long)]
    pub(crate) retry: bool,

    /// Who puts them back
    #[arg(long, env = "USER", default_value = "unknown", value_name = "NAME")]
    pub(crate) actor: String,
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
