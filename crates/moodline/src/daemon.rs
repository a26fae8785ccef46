//! `moodline run`: the service. Fetches and refreshes on schedule until told to stop.
//!
//! Every job is a loop of its own that sleeps until it is due. The steps hand over through the database only: a loop
//! that fails (a host is down, the database is away) logs, waits and tries again while the others go on. What was due
//! while nothing ran is done once at the start. Several processes may run: whoever takes a job first does it.

mod drawing;
mod fetching;
mod generation;
mod notify;
mod probe;
mod push;
mod serve;
mod timing;
mod working;

use std::{sync::Arc, time::Duration};

use anyhow::{Context as _, Result, bail};
use moodline_api::Server;
use moodline_enrich::SharedModel;
use moodline_schedule::Drain;
use moodline_telemetry::Metrics;
use tracing::{error, info, warn};

pub(crate) use self::{
    drawing::last_refresh,
    generation::{map_plan, source_plan},
};
use self::{
    generation::Generation, notify::Supervisor, probe::AppProbe, push::AppReceiver, serve::AppHost,
    timing::LONGEST_SLEEP,
};
use crate::{
    cli::{Role, RunArgs},
    commands::Context,
    pulse::Pulse,
    settings::BadSettings,
    wire::{App, database_url},
};

/// How long running batches are given to finish after the word to stop.
const DRAIN_LIMIT: Duration = Duration::from_secs(10);

/// A job that does nothing for this long is stuck: it looks at the clock every minute when it has nothing to do, and
/// moves with every page or batch when it has.
const STALL: Duration = Duration::from_mins(15);

/// The job that one process at a time holds, so that `moodline status` can tell whether any runs.
pub(crate) const SERVICE: &str = "service";

pub(crate) async fn run(args: RunArgs, context: &Context) -> Result<()> {
    let supervisor = Supervisor::from_environment();
    let loaded = context.settings(true)?;
    let app = App::open(loaded, context.drain.child(), context.progress).await?;
    let (store, pulse) = (Arc::clone(&app.store), app.pulse.clone());
    let model = if args.does(Role::Enrich) { Some(ready_model(&app).await?) } else { None };
    let host = AppHost::new(app.again(app.loaded.clone(), context.drain.child()));
    let server = match app.loaded.settings.api.listen {
        Some(_) if args.does(Role::Api) => start_server(&app, &host, &context.drain).await?,
        None if args.role.contains(&Role::Api) => {
            let file = app.loaded.file.display();
            return Err(BadSettings(format!("{file}: --role api needs an address: `[api] listen`")).into());
        }
        _ => None,
    };
    let mut generation = Generation::start(app, &args, model).await?;
    let _running = store.take_job(SERVICE).await?;
    info!("moodline {} is running", env!("CARGO_PKG_VERSION"));
    supervisor.say("READY=1\nSTATUS=running");
    let mut reloads = Reloads::new();
    let stopping = context.drain.clone();
    // Loops end only when told to stop; one that ends otherwise has panicked, and the service with it, so that its
    // supervisor starts it afresh.
    let lost = loop {
        tokio::select! {
            () = stopping.stopping() => break None,
            lost = generation.lost() => break lost,
            () = feed(&supervisor, &pulse) => {}
            () = reloads.next() => {
                supervisor.say("RELOADING=1\nSTATUS=reading the settings");
                match prepared(&generation, context).await {
                    Ok((app, model)) => {
                        generation.stop(DRAIN_LIMIT).await;
                        host.now(app.again(app.loaded.clone(), context.drain.child()));
                        generation = Generation::start(app, &args, model).await?;
                        info!("settings and maps were read again");
                        let (app, actor) = (&generation.app, "supervisor".to_owned());
                        let file = app.loaded.file.display().to_string();
                        if let Err(error) = app.record(actor, "reload", "the settings", file).await {
                            warn!("that the settings were read again could not be put on record: {error:#}");
                        }
                    }
                    Err(error) => error!("the old settings and maps stay: {error:#}"),
                }
                supervisor.say("READY=1\nSTATUS=running");
            }
        }
    };
    supervisor.say("STOPPING=1\nSTATUS=finishing the work under way");
    stopping.stop();
    generation.stop(DRAIN_LIMIT).await;
    if let Some(server) = server {
        // Whoever keeps a connection open does not keep the service.
        let _ = tokio::time::timeout(Duration::from_secs(1), server.stopped()).await;
    }
    if let Some(panicked) = lost {
        return Err(panicked).context("a job ended unexpectedly");
    }
    store.close().await;
    info!("stopped");
    Ok(())
}

async fn ready_model(app: &App) -> Result<SharedModel> {
    let model = app.model().await?;
    info!(model.id = %model.profile().id, "model {} is ready", model.profile().id);
    Ok(model)
}

/// Settings, maps and whatever they need, read again and checked; the old ones stay as they are.
async fn prepared(old: &Generation, context: &Context) -> Result<(App, Option<SharedModel>)> {
    let (before, loaded) = (&old.app.loaded, context.settings_again()?);
    if database_url(before)? != database_url(&loaded)? {
        bail!("another database takes a restart");
    }
    if before.settings.api != loaded.settings.api {
        bail!("other settings under `[api]` take a restart");
    }
    if before.settings.sources.push != loaded.settings.sources.push {
        bail!("other endpoints under `sources.push` take a restart");
    }
    context.set_level(&loaded.settings.log)?;
    let other_model = before.settings.model != loaded.settings.model;
    let app = old.app.again(loaded, context.drain.child());
    let model = match &old.model {
        Some(_) if other_model => Some(app.model().await?),
        // The phrases it reads otherwise may be others.
        same => same.clone().map(|model| app.reading(model)),
    };
    app.map_files()?;
    app.sources(&[])?;
    app.protection()?;
    Ok((app, model))
}

/// Tells the watchdog that all is well, once, when it is time to; never while a job is stuck.
async fn feed(supervisor: &Supervisor, pulse: &Pulse) {
    let Some(patience) = supervisor.watchdog() else { return std::future::pending().await };
    tokio::time::sleep(patience / 3).await;
    match pulse.stalled(STALL) {
        None => supervisor.say("WATCHDOG=1"),
        Some((job, silent)) => {
            error!("`{job}` has not moved for {} s: the watchdog is not fed", silent.as_secs());
        }
    }
}

/// The wish to read the settings again: SIGHUP.
struct Reloads {
    #[cfg(unix)]
    hangups: Option<tokio::signal::unix::Signal>,
}

impl Reloads {
    fn new() -> Self {
        Self {
            #[cfg(unix)]
            hangups: tokio::signal::unix::signal(tokio::signal::unix::SignalKind::hangup()).ok(),
        }
    }

    async fn next(&mut self) {
        #[cfg(unix)]
        if let Some(hangups) = &mut self.hangups {
            hangups.recv().await;
            return;
        }
        std::future::pending::<()>().await;
    }
}

/// Answers questions, health, readiness and metrics where the settings say so. Other routes are merged here.
async fn start_server(app: &App, host: &AppHost, drain: &Drain) -> Result<Option<Server>> {
    let metrics = Metrics::install()?;
    tokio::spawn({
        let (drain, metrics) = (drain.clone(), metrics.clone());
        async move {
            while drain.sleep(LONGEST_SLEEP).await {
                metrics.tidy();
            }
        }
    });
    let store = Arc::clone(&app.store);
    let probe = AppProbe { store, clock: app.clock, drain: drain.clone(), pulse: app.pulse.clone(), metrics };
    let mut routes = moodline_api::routes(Arc::new(probe)).merge(serve::routes(app, host).await?);
    if let Some(receiver) = AppReceiver::new(app)? {
        routes = routes.merge(moodline_api::push_routes(Arc::new(receiver)));
    }
    let drain = drain.clone();
    Ok(Server::start(&app.loaded.settings.api, routes, async move { drain.stopping().await }).await?)
}
