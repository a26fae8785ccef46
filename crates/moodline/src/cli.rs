//! The command line, as `--help` shows it.

mod access;
mod alerts;
mod data;
mod explain;
mod filter;
mod flags;
mod maps;
mod metrics;
mod model;
mod models;
mod service;
mod steps;
mod themes;

use std::path::PathBuf;

use clap::{Parser, Subcommand, ValueEnum};

pub(crate) use self::{
    access::{CorrectionsArgs, EventsArgs, RunsArgs, StatusArgs, TokenCommand, TokenCreateArgs},
    alerts::{
        AlertDigestArgs, AlertJudgeArgs, AlertListArgs, AlertTriageArgs, AlertsCommand, ChangeCommand, DigestFormat,
        EffectArgs,
    },
    data::{ImportArgs, MentionsArgs, RelabelArgs, SourcesAction, SourcesArgs},
    explain::ExplainArgs,
    filter::MentionFilter,
    flags::{FlagDigestArgs, FlagFilter, FlagHistoryArgs, FlagListArgs, FlagSetArgs, FlagsCommand},
    maps::{
        By, ExportArgs, ExportFormat, MapCommand, MapDiffArgs, MapLayersArgs, MapRestoreArgs, MapSuggestArgs,
        PartsArgs, ShowArgs, SuggestFormat,
    },
    metrics::{MetricsCommand, MetricsImportArgs, MetricsShowArgs},
    model::{BenchArgs, ClassifyArgs, EvalArgs, LabelIs},
    models::{AddArgs, AdoptArgs, ForgetArgs, ModelCommand, ModelListArgs},
    service::{AuditArgs, BackupArgs, EraseArgs, EraseWhat, RestoreArgs, ScheduleArgs, WorkCommand},
    steps::{DemoArgs, EnrichArgs, FetchArgs, InitArgs, LayersArgs, MapArg, RefreshArgs, Role, RunArgs},
    themes::PainpointsArgs,
};

/// Keeps the emotion curve of a customer journey map true to what customers really say.
///
/// Pulls reviews and social mentions, judges each opinion with a transformer on this machine, places it on the
/// touchpoints of your own journey maps, and keeps each map's emotion layer fresh. No text leaves the machine.
#[derive(Debug, Parser)]
#[command(version, propagate_version = true, after_help = START)]
pub(crate) struct Cli {
    /// Settings file [default: ./moodline.toml]
    #[arg(long, short, global = true, env = "MOODLINE_CONFIG", value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,

    /// What to log to standard error: error, warn, info, debug, trace, or directives like `info,sqlx=debug`
    #[arg(long, global = true, env = "MOODLINE_LOG", value_name = "LEVEL")]
    pub(crate) log: Option<String>,

    /// No progress bars
    #[arg(long, short, global = true)]
    pub(crate) quiet: bool,

    #[command(subcommand)]
    pub(crate) command: Command,
}

const START: &str = "\
Start here:
  moodline demo                      the whole job on bundled sample mentions
  moodline init shop && cd shop      settings and a first map of your own
  moodline check                     what is wrong with them, with file, line and column
  moodline refresh                   fetch, judge, place and draw once
  moodline map show MAP              the curve
  moodline mentions --map MAP --touchpoint T --sentiment negative

Exit status: 0 done, 1 failed, 2 usage, 64 bad settings.";

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Run the whole job on bundled sample mentions, then show the curves
    Demo(DemoArgs),
    /// Write commented settings and a first map to start from
    Init(InitArgs),
    /// Validate settings, maps, model and database; every finding with its file, line and column
    Check,
    /// Run the service: fetch and refresh on schedule until told to stop
    Run(RunArgs),
    /// Fetch, enrich, assign and layer once, then exit (for cron and timers)
    Refresh(RefreshArgs),
    /// Read every source once
    Fetch(FetchArgs),
    /// Judge every mention that waits for the model
    Enrich(EnrichArgs),
    /// Place every judged opinion that waits on its touchpoint
    Assign(MapArg),
    /// Compute the emotion layers from what is placed
    Layers(LayersArgs),
    /// Find what many opinions at each touchpoint say alike
    Themes(MapArg),
    /// Show what to fix first: themes of complaints by their impact, or opportunities
    Painpoints(PainpointsArgs),
    /// Import a CSV, JSON Lines or XLSX file of mentions
    Import(ImportArgs),
    /// List opinions and their mentions by touchpoint, sentiment, flag and more
    Mentions(Box<MentionsArgs>),
    /// Triage what asks for attention: take on, hand over, close
    #[command(subcommand)]
    Flags(FlagsCommand),
    /// What is out of the ordinary at touchpoints and sources
    #[command(subcommand)]
    Alerts(AlertsCommand),
    /// Note what was changed at a touchpoint, and measure what it did
    #[command(subcommand)]
    Change(ChangeCommand),
    /// List, show, compare, create, restore and export journey maps
    #[command(subcommand)]
    Map(MapCommand),
    /// Import and show survey answers (NPS, CSAT, CES) and stage conversion
    #[command(subcommand)]
    Metrics(MetricsCommand),
    /// Show how every source stands, and the rows that could not be read
    Sources(SourcesArgs),
    /// Judge JSON Lines from standard input to standard output, without a database
    Classify(ClassifyArgs),
    /// Say why the opinions of a mention lie where they do
    Explain(ExplainArgs),
    /// Correct the sentiment, touchpoint or relevance of an opinion, or of many
    Relabel(Box<RelabelArgs>),
    /// List what was corrected, and by whom
    Corrections(CorrectionsArgs),
    /// List the models, make another one's opinions count, or forget one
    #[command(subcommand)]
    Model(ModelCommand),
    /// Show when every source is read and every map refreshed next
    Schedule(ScheduleArgs),
    /// Show what runs, what is due, what is stuck and how old every map is
    Status(StatusArgs),
    /// Show what ran, newest first
    Runs(RunsArgs),
    /// Print new flags and alerts as JSON Lines, also as they come
    Events(EventsArgs),
    /// Make, list and revoke the tokens of the HTTP API
    #[command(subcommand)]
    Token(TokenCommand),
    /// Print the OpenAPI document of the HTTP API
    Openapi,
    /// Erase mentions by author, address, id or words, for good
    Erase(EraseArgs),
    /// Show who did what: corrections, erasures, backups and the like
    Audit(AuditArgs),
    /// Copy the database to a file while it is in use
    Backup(BackupArgs),
    /// Put a copy in the place of the database
    Restore(RestoreArgs),
    /// List what could not be judged or placed, and try it again
    #[command(subcommand)]
    Work(WorkCommand),
    /// Measure the model's quality on labelled files, per language and source
    Eval(EvalArgs),
    /// Measure the model's throughput on this machine
    Bench(BenchArgs),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ListFormat {
    /// For people
    Table,
    /// One array
    Json,
    /// One object a line
    Jsonl,
    /// With a header line
    Csv,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ShowFormat {
    /// For people
    Table,
    /// The stable JSON
    Json,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    /// Commands by which a person changes what is stored: each leaves an act (tests/auditing.rs). `enrich` does with --retry.
    const ON_RECORD: &str = "import, metrics import, sources rename, relabel, erase, enrich, work retry, flags set, \
        alerts ack, alerts close, change add, change remove, map restore, model add, model adopt, \
        model forget, token create, token revoke, backup, restore";

    /// Commands that only read, do what the service does on its own (each a run), or write files of the user's. What becomes of
    /// maps' files, what ages and what is read again is on record whoever notices it.
    const OF_THEIR_OWN: &str = "demo, init, check, run, refresh, fetch, assign, layers, themes, painpoints, mentions, \
        flags list, flags history, flags digest, alerts list, alerts show, alerts digest, alerts judge, change list, change effect, \
        map list, map show, map new, map stages, map touchpoints, map personas, map layers, map heads, map suggest, map diff, \
        map history, map export, metrics show, sources, sources test, sources discover, sources import, sources dropped, classify, \
        explain, corrections, model list, schedule, status, runs, events, token list, openapi, audit, work list, eval, bench";

    #[test]
    fn every_command_either_leaves_an_act_or_changes_nothing_a_person_answers_for() {
        fn names(command: &clap::Command, before: &str, found: &mut Vec<String>) {
            for command in command.get_subcommands() {
                let name = format!("{before}{}", command.get_name());
                if !command.is_subcommand_required_set() {
                    found.push(name.clone());
                }
                names(command, &format!("{name} "), found);
            }
        }
        let mut found = Vec::new();
        names(&Cli::command(), "", &mut found);
        found.sort();
        let mut known: Vec<&str> = ON_RECORD.split(", ").chain(OF_THEIR_OWN.split(", ")).collect();
        known.sort_unstable();
        assert_eq!(found, known);
    }
}
