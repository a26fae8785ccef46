//! One file per command; this one starts what they share.

mod alerts;
mod audit;
mod backup;
mod bench;
mod change;
mod check;
mod classify;
mod corrections;
mod demo;
mod digest;
mod effect;
mod erase;
mod eval;
mod events;
mod explain;
mod feeds;
mod flags;
mod import;
mod init;
mod map;
mod mentions;
mod metrics;
mod model;
mod painpoints;
mod refresh;
mod relabel;
mod retain;
mod runs;
pub(crate) mod schedule;
mod source_test;
pub(crate) mod sources;
pub(crate) mod status;
mod steps;
mod token;
mod watch;
mod work;

use anyhow::Result;
use moodline_schedule::Drain;
use moodline_telemetry::{LogConfig, Traces};
use tracing::warn;

use crate::{
    cli::{Cli, Command},
    daemon,
    output::Output,
    progress::Progress,
    settings::{self, LoadedSettings},
    traces,
    wire::App,
};

pub(crate) use effect::change_effect_of;
pub(crate) use explain::explanation;
#[cfg(test)]
pub(crate) use init::DEFAULT_SETTINGS;
pub(crate) use map::additions;
pub(crate) use metrics::metrics;
pub(crate) use painpoints::find_themes;
pub(crate) use refresh::Refresh;
pub(crate) use retain::retain;
pub(crate) use steps::{draw, judge, place};
pub(crate) use watch::{watch_nights, watch_sources_or_warn};

/// What every command is given.
pub(crate) struct Context {
    pub(crate) cli: Global,
    pub(crate) drain: Drain,
    pub(crate) progress: Progress,
}

/// The options before the command.
pub(crate) struct Global {
    config: Option<std::path::PathBuf>,
    log: Option<String>,
}

impl Context {
    /// Reads the settings and starts the log they ask for; commands for people log warnings only.
    pub(crate) fn settings(&self, service: bool) -> Result<LoadedSettings> {
        let loaded = settings::load(self.cli.config.as_deref())?;
        let traces = traces::start(&loaded)?;
        self.log(&loaded.settings.log, service, traces)?;
        Ok(loaded)
    }

    /// Reads the settings again, for a service that runs.
    pub(crate) fn settings_again(&self) -> Result<LoadedSettings> {
        Ok(settings::load(self.cli.config.as_deref())?)
    }

    /// Makes the running log follow changed settings, unless the command line says what to log.
    pub(crate) fn set_level(&self, config: &LogConfig) -> Result<()> {
        if self.cli.log.is_none() {
            moodline_telemetry::set_level(&config.level)?;
        }
        Ok(())
    }

    /// Starts the log, and sending spans where there are `traces`.
    pub(crate) fn log(&self, config: &LogConfig, service: bool, traces: Option<Traces>) -> Result<()> {
        let quiet = (!service && self.cli.log.is_none()).then_some("warn");
        Ok(moodline_telemetry::install(config, self.cli.log.as_deref().or(quiet), traces)?)
    }

    /// Opens the database of the settings.
    pub(crate) async fn app(&self) -> Result<App> {
        App::open(self.settings(false)?, self.drain.clone(), self.progress).await
    }
}

/// Runs one command line to its end.
pub(crate) fn run(cli: Cli) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let drain = Drain::new();
    let progress = Progress::new(cli.quiet);
    let context = Context { cli: Global { config: cli.config, log: cli.log }, drain: drain.clone(), progress };
    let result = runtime.block_on(async move {
        tokio::spawn(stop_on_signal(drain));
        dispatch(cli.command, &context).await
    });
    moodline_telemetry::finish_traces();
    // A model call that is still running after a second signal must not hold the process.
    runtime.shutdown_background();
    result
}

async fn dispatch(command: Command, context: &Context) -> Result<()> {
    match command {
        Command::Demo(args) => demo::run(args, context).await,
        Command::Init(args) => init::run(&args),
        Command::Check => check::run(context).await,
        Command::Run(args) => daemon::run(args, context).await,
        Command::Refresh(args) => refresh::run(args, context).await,
        Command::Fetch(args) => steps::fetch(args, context).await,
        Command::Enrich(args) => steps::enrich(args, context).await,
        Command::Assign(args) => steps::assign(args, context).await,
        Command::Layers(args) => steps::layers(args, context).await,
        Command::Themes(args) => painpoints::themes(args, context).await,
        Command::Painpoints(args) => painpoints::run(args, context).await,
        Command::Import(args) => import::run(args, context).await,
        Command::Mentions(args) => mentions::run(*args, context).await,
        Command::Flags(command) => flags::run(command, context).await,
        Command::Alerts(command) => alerts::run(command, context).await,
        Command::Change(command) => change::run(command, context).await,
        Command::Map(command) => map::run(command, context).await,
        Command::Metrics(command) => metrics::run(command, context).await,
        Command::Sources(args) => sources::run(args, context).await,
        Command::Classify(args) => classify::run(args, context).await,
        Command::Explain(args) => explain::run(args, context).await,
        Command::Relabel(args) => relabel::run(*args, context).await,
        Command::Corrections(args) => corrections::run(&args, context).await,
        Command::Model(command) => model::run(command, context).await,
        Command::Schedule(args) => schedule::run(args, context).await,
        Command::Status(args) => status::run(&args, context).await,
        Command::Runs(args) => runs::run(&args, context).await,
        Command::Events(args) => events::run(&args, context).await,
        Command::Token(command) => token::run(command, context).await,
        Command::Openapi => openapi(),
        Command::Erase(args) => erase::run(args, context).await,
        Command::Audit(args) => audit::run(args, context).await,
        Command::Backup(args) => backup::backup(args, context).await,
        Command::Restore(args) => backup::restore(args, context).await,
        Command::Work(command) => work::run(command, context).await,
        Command::Eval(args) => eval::run(args, context).await,
        Command::Bench(args) => bench::run(args, context).await,
    }
}

/// Prints what `/v1/openapi.json` answers.
fn openapi() -> Result<()> {
    let mut out = Output::new();
    out.line(moodline_api::openapi().to_pretty_json()?)?;
    Ok(out.flush()?)
}

/// The first signal asks everyone to finish what they hold; the second ends the process.
async fn stop_on_signal(drain: Drain) {
    next_signal().await;
    drain.stop();
    warn!("stopping after the work under way; a second signal stops at once");
    next_signal().await;
    std::process::exit(130);
}

#[cfg(unix)]
async fn next_signal() {
    use tokio::signal::unix::{SignalKind, signal};
    let (Ok(mut interrupt), Ok(mut terminate)) = (signal(SignalKind::interrupt()), signal(SignalKind::terminate()))
    else {
        return std::future::pending().await;
    };
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
}

#[cfg(not(unix))]
async fn next_signal() {
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}
