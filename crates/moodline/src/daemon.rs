//! `moodline run`: the service. Fetches and refreshes on schedule until told to stop.
//!
//! Every job is a loop of its own that sleeps until it is due. The steps hand over through the database only: a loop
//! that fails (a host is down, the database is away) logs, waits and tries again while the others go on. What was due
//! while nothing ran is done once at the start.

mod probe;
mod push;

use std::{
    future::Future,
    sync::{Arc, Weak},
    time::Duration,
};

use anyhow::{Context as _, Result};
use chrono::{DateTime, Utc};
use metrics::counter;
use moodline_api::Server;
use moodline_enrich::SharedModel;
use moodline_http::Backoff;
use moodline_ingest::{AuthorKey, FetchOutcome, IngestError, read_source};
use moodline_schedule::Plan;
use moodline_sources::Source;
use moodline_store::{PageOutcome, WorkKind};
use moodline_telemetry::Metrics;
use moodline_types::{Clock, MapId, RunKind, RunStatus, SourceId, error_chain};
use tokio::task::JoinSet;
use tracing::{error, info, warn};

use self::{probe::AppProbe, push::AppReceiver};
use crate::{
    cli::{Role, RunArgs},
    commands::{Context, draw, judge, place},
    wire::App,
};

/// How long the judging and placing loops rest when there is nothing to do.
const IDLE: Duration = Duration::from_secs(5);

/// How long a refresh waits for opinions that are still being judged or placed before it draws what is there.
const SETTLE: Duration = Duration::from_mins(30);

/// How long running batches are given to finish after the word to stop.
const DRAIN_LIMIT: Duration = Duration::from_secs(10);

/// Sleeps are cut into pieces so that a clock set forward or backward is noticed.
const LONGEST_SLEEP: Duration = Duration::from_mins(1);

pub(crate) async fn run(args: RunArgs, context: &Context) -> Result<()> {
    let app = Arc::new(App::open(context.settings(true)?, context.drain.clone(), context.progress).await?);
    let does = |role: Role| args.role.is_empty() || args.role.contains(&role);
    // Maps are registered where they are used; a machine that only fetches or judges needs no map files.
    let maps = if does(Role::Assign) || does(Role::Layers) { app.register_maps().await? } else { Vec::new() };
    let mut jobs: JoinSet<()> = JoinSet::new();
    // Held by every source that has not been read once since the start; refreshes wait until all have let go.
    let unread = Arc::new(());
    let first_reads = Arc::downgrade(&unread);
    if does(Role::Fetch) {
        let key = app.author_key()?;
        for source in app.sources(&[])? {
            let plan = source_plan(&app, source.as_ref())?;
            info!(source.id = %source.id(), "source {} is read at {plan}", source.id());
            jobs.spawn(fetch_loop(Arc::clone(&app), source, plan, key.clone(), Arc::clone(&unread)));
        }
    }
    drop(unread);
    if does(Role::Enrich) {
        let model = app.model().await?;
        info!(model.id = %model.profile().id, "model {} is ready", model.profile().id);
        jobs.spawn(enrich_loop(Arc::clone(&app), model));
    }
    if does(Role::Assign) {
        jobs.spawn(assign_loop(Arc::clone(&app)));
    }
    if does(Role::Layers) {
        let schedule = &app.loaded.settings.schedule;
        let plan = Plan::new(&schedule.refresh, &schedule.time_zone)?;
        for loaded in &maps {
            info!(map.id = %loaded.map.id, "map {} is refreshed at {plan}", loaded.map.id);
            jobs.spawn(layers_loop(Arc::clone(&app), loaded.map.id.clone(), plan.clone(), Weak::clone(&first_reads)));
        }
    }
    let server = match app.loaded.settings.api.listen {
        Some(_) => start_server(&app).await?,
        None => None,
    };
    info!("moodline {} is running", env!("CARGO_PKG_VERSION"));
    // Loops end only when told to stop; one that ends otherwise has panicked, and the service with it, so that its
    // supervisor starts it afresh.
    let stopping = app.drain.clone();
    let lost = tokio::select! {
        () = stopping.stopping() => None,
        Some(ended) = jobs.join_next() => ended.err(),
    };
    stopping.stop();
    let drained = tokio::time::timeout(DRAIN_LIMIT, async {
        while jobs.join_next().await.is_some() {}
        if let Some(server) = server {
            server.stopped().await;
        }
    });
    let drained = drained.await;
    if drained.is_err() {
        warn!("work under way did not finish in {DRAIN_LIMIT:?}; its lease gives it back");
    }
    jobs.abort_all();
    app.store.close().await;
    if let Some(panicked) = lost {
        return Err(panicked).context("a job ended unexpectedly");
    }
    info!("stopped");
    Ok(())
}

/// Answers health, readiness and metrics where the settings say so. Other routes are merged here.
async fn start_server(app: &Arc<App>) -> Result<Option<Server>> {
    let metrics = Metrics::install()?;
    tokio::spawn({
        let (drain, metrics) = (app.drain.clone(), metrics.clone());
        async move {
            while drain.sleep(LONGEST_SLEEP).await {
                metrics.tidy();
            }
        }
    });
    let mut routes = moodline_api::routes(Arc::new(AppProbe { app: Arc::clone(app), metrics }));
    if let Some(receiver) = AppReceiver::new(app)? {
        routes = routes.merge(moodline_api::push_routes(Arc::new(receiver)));
    }
    let drain = app.drain.clone();
    Ok(Server::start(&app.loaded.settings.api, routes, async move { drain.stopping().await }).await?)
}

fn source_plan(app: &App, source: &dyn Source) -> Result<Plan> {
    let settings = &app.loaded.settings;
    let own =
        settings.sources.entries().find(|entry| entry.id() == source.id()).and_then(|entry| entry.config.schedule());
    Ok(Plan::new(own.unwrap_or(&settings.schedule.fetch), &settings.schedule.time_zone)?)
}

async fn fetch_loop(app: Arc<App>, mut source: Box<dyn Source>, plan: Plan, key: AuthorKey, unread: Arc<()>) {
    let id = source.id().clone();
    let known = app.store.source_state(&id).await.ok().flatten();
    // Failures outlive a restart: a host that is down is not asked the more often for it.
    let mut failures = known.as_ref().map_or(0, |state| state.failures);
    let mut due = catch_up(&plan, known.as_ref().and_then(|state| state.last_success_at), app.clock.now());
    if let Some(failed_at) = known.and_then(|state| state.last_failure_at).filter(|_| failures > 0) {
        due = due.max(Some(
            after(failed_at, Backoff::default().delay(failures)).min(after(app.clock.now(), Backoff::default().cap)),
        ));
    }
    // Only what is overdue is worth waiting for.
    let mut unread = Some(unread).filter(|_| due.is_some_and(|at| at <= app.clock.now()));
    while let Some(at) = due {
        note_due(&app, &id, due).await;
        if !sleep_until(&app, at).await {
            return;
        }
        let guard = app.drain.guard();
        let result =
            read_source(source.as_mut(), app.store.as_ref(), &key, &app.clock, &mut |_| !app.drain.is_stopping()).await;
        drop(guard);
        drop(unread.take());
        let now = app.clock.now();
        count_read(id.as_str(), &result);
        due = match result {
            Ok(_) => {
                failures = 0;
                plan.next_after(now)
            }
            Err(error) => {
                failures += 1;
                let wait = wait_after(&error, failures);
                error!(source.id = %id, failures, "{}; next try in {} s", error_chain(&error), wait.as_secs());
                Some(after(now, wait))
            }
        };
    }
    note_due(&app, &id, None).await;
    warn!(source.id = %id, "the schedule of {id} has no next time");
    app.drain.stopping().await;
}

fn after(instant: DateTime<Utc>, wait: Duration) -> DateTime<Utc> {
    instant + chrono::TimeDelta::from_std(wait).unwrap_or(chrono::TimeDelta::hours(1))
}

/// For `moodline sources` only: the loop goes on without it.
async fn note_due(app: &App, id: &SourceId, due: Option<DateTime<Utc>>) {
    if let Err(error) = app.store.record_source_due(id, due).await {
        warn!(source.id = %id, "could not note when {id} is due: {}", error_chain(&error));
    }
}

fn count_read(source: &str, result: &Result<FetchOutcome, IngestError>) {
    let Ok(outcome) = result else {
        return counter!("moodline_failed_reads_total", "source" => source.to_owned()).increment(1);
    };
    let PageOutcome { added, revised, unchanged, hidden, rejected, dropped } = outcome.changes;
    let changes = [
        ("new", added),
        ("changed", revised),
        ("known", unchanged),
        ("gone", hidden),
        ("unreadable", rejected),
        ("dropped", dropped),
    ];
    for (change, mentions) in changes {
        counter!("moodline_read_mentions_total", "source" => source.to_owned(), "change" => change).increment(mentions);
    }
}

/// The host's own wish, else a delay that doubles with every failure.
fn wait_after(error: &IngestError, failures: u32) -> Duration {
    match error {
        IngestError::Source { source, .. } if source.retry_after().is_some() => {
            // A host that always asks for a second would be asked every second.
            source.retry_after().unwrap_or_default().max(Backoff::default().delay(failures))
        }
        _ => Backoff::default().delay(failures),
    }
}

async fn enrich_loop(app: Arc<App>, model: SharedModel) {
    let model = tokio::sync::Mutex::new(model);
    repeat(&app, "judge mentions", || async {
        let mut model = model.lock().await;
        // Another model was adopted while this one was at work: it is the one to judge with from now on.
        if let Some(adopted) = app.store.adopted_model().await?.filter(|adopted| adopted.id != model.profile().id) {
            info!(model.id = %adopted.id, "model {} was adopted", adopted.id);
            *model = app.model().await?;
        }
        judge(&app, &model).await.map(|outcome| outcome.mentions > 0)
    })
    .await;
}

async fn assign_loop(app: Arc<App>) {
    repeat(&app, "place opinions", || async {
        let (mut moved, mut failed) = (false, Ok(()));
        for map in app.map_ids(&[]).await? {
            let now = app.clock.now();
            if app.store.backlog(WorkKind::Assign, map.as_str(), now).await?.ready == 0 {
                continue;
            }
            // One map that cannot be placed does not keep the others waiting.
            match place(&app, &map).await {
                Ok(outcome) => moved |= outcome.mentions > 0,
                Err(error) => failed = Err(error),
            }
        }
        failed.map(|()| moved)
    })
    .await;
}

/// Does `work` again and again: at once while it finds something, with a rest when it does not, with growing rests
/// while it fails.
async fn repeat<F>(app: &App, what: &str, work: impl Fn() -> F)
where
    F: Future<Output = Result<bool>>,
{
    let backoff = Backoff { first: IDLE, cap: Duration::from_mins(5) };
    let mut failures = 0;
    loop {
        let guard = app.drain.guard();
        let result = work().await;
        drop(guard);
        let rest = match result {
            Ok(found) => {
                failures = 0;
                if found { Duration::ZERO } else { IDLE }
            }
            Err(error) => {
                failures += 1;
                let wait = backoff.delay(failures);
                error!(failures, "could not {what}: {error:#}; next try in {} s", wait.as_secs());
                wait
            }
        };
        if !app.drain.sleep(rest).await {
            return;
        }
    }
}

async fn layers_loop(app: Arc<App>, map: MapId, plan: Plan, first_reads: Weak<()>) {
    let mut due = match last_refresh(&app, &map).await {
        Ok(last) => catch_up(&plan, last, app.clock.now()),
        Err(_) => Some(app.clock.now()),
    };
    let mut failures = 0;
    while let Some(at) = due {
        if !sleep_until(&app, at).await || !settle(&app, &map, &first_reads).await {
            return;
        }
        let guard = app.drain.guard();
        let result = draw(&app, &map, None).await;
        drop(guard);
        due = match result {
            Ok(_) => {
                failures = 0;
                plan.next_after(app.clock.now())
            }
            Err(error) => {
                failures += 1;
                let wait = Backoff::default().delay(failures);
                error!(map.id = %map, failures, "{error:#}; next try in {} s", wait.as_secs());
                Some(app.clock.now() + chrono::TimeDelta::from_std(wait).unwrap_or(chrono::TimeDelta::hours(1)))
            }
        };
    }
    app.drain.stopping().await;
}

/// Waits until what was overdue at the start is fetched, and everything fetched before now is judged and placed; `false`
/// if told to stop. What arrives
/// meanwhile is for the next refresh. After [`SETTLE`] the map is drawn with what there is: a refresh that is late says
/// less than one that is a little incomplete.
async fn settle(app: &App, map: &MapId, first_reads: &Weak<()>) -> bool {
    let began = tokio::time::Instant::now();
    while first_reads.strong_count() > 0 && began.elapsed() < SETTLE {
        if !app.drain.sleep(Duration::from_millis(100)).await {
            return false;
        }
    }
    // Judging queues for placing: only what was queued for placing after the judging was done is new.
    let (mut judged, mut fetched_before) = (false, app.clock.now());
    while began.elapsed() < SETTLE {
        match oldest_work(app, map, judged).await {
            Ok(oldest) if oldest.is_some_and(|oldest| oldest <= fetched_before) => {
                info!(map.id = %map, "the refresh of {map} waits for mentions that are still being read");
                if !app.drain.sleep(IDLE).await {
                    return false;
                }
            }
            Ok(_) if judged => return true,
            Ok(_) => (judged, fetched_before) = (true, app.clock.now()),
            Err(error) => {
                warn!(map.id = %map, "could not look at the work left for {map}: {error:#}");
                if !app.drain.sleep(IDLE).await {
                    return false;
                }
            }
        }
    }
    warn!(map.id = %map, "map {map} is drawn while mentions are still being read");
    true
}

/// When the oldest mention was queued that still has to be judged or, once all are `judged`, to be placed.
async fn oldest_work(app: &App, map: &MapId, judged: bool) -> Result<Option<DateTime<Utc>>> {
    if judged {
        return Ok(app.store.oldest_waiting(WorkKind::Assign, map.as_str()).await?);
    }
    match app.store.adopted_model().await? {
        Some(model) => Ok(app.store.oldest_waiting(WorkKind::Enrich, model.id.as_str()).await?),
        // No model has looked at this database yet: all there is still waits for one.
        None => Ok((app.store.mention_count().await? > 0).then_some(DateTime::UNIX_EPOCH)),
    }
}

async fn last_refresh(app: &App, map: &MapId) -> Result<Option<DateTime<Utc>>> {
    let runs = app.store.runs(Some(RunKind::Layers), 200).await?;
    let done = runs.iter().find(|run| run.subject == map.as_str() && run.status == RunStatus::Done);
    Ok(done.and_then(|run| run.finished_at))
}

/// When a job is due first: now, if it never ran or a time passed since it last did; else at its next time.
fn catch_up(plan: &Plan, last: Option<DateTime<Utc>>, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    match last {
        Some(last) if last <= now => plan.next_after(last).map(|missed| missed.max(now)),
        // Never, or at a time that has not come yet: the clock was set back.
        _ => Some(now),
    }
}

/// Sleeps until an instant of the wall clock, however that clock is moved; `false` if told to stop.
async fn sleep_until(app: &App, at: DateTime<Utc>) -> bool {
    loop {
        let left = (at - app.clock.now()).to_std().unwrap_or(Duration::ZERO);
        if left.is_zero() {
            return !app.drain.is_stopping();
        }
        if !app.drain.sleep(left.min(LONGEST_SLEEP)).await {
            return false;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn what_was_missed_is_done_once_now_and_what_was_not_at_its_time() {
        let plan = Plan::new("0 3 * * *", "UTC").unwrap();
        let now = at("2026-05-10T12:00:00Z");
        assert_eq!(catch_up(&plan, None, now), Some(now));
        assert_eq!(catch_up(&plan, Some(at("2026-05-01T03:00:01Z")), now), Some(now));
        assert_eq!(catch_up(&plan, Some(at("2026-05-10T03:00:01Z")), now), Some(at("2026-05-11T03:00:00Z")));
        assert_eq!(catch_up(&plan, Some(at("2027-01-01T00:00:00Z")), now), Some(now), "a clock set back");
    }
}
