//! One loop per map: draw it when it is due, once everything read by then is judged and placed.

use std::{
    sync::{Arc, Weak},
    time::Duration,
};

use anyhow::Result;
use chrono::{DateTime, Utc};
use moodline_http::Backoff;
use moodline_schedule::Plan;
use moodline_store::{JobGuard, WorkKind};
use moodline_telemetry::traced;
use moodline_types::{Clock, MapId, RunKind, RunStatus};
use tracing::{debug, error, info, warn};

use super::{
    fetching::later,
    timing::{Woken, catch_up, delayed, is_done_since, wait_until},
    working::IDLE,
};
use crate::{
    commands::{draw, find_themes, watch_nights},
    traces,
    wire::App,
};

/// How long a refresh waits for opinions that are still being judged or placed before it draws what is there.
const SETTLE: Duration = Duration::from_mins(30);

pub(super) async fn layers_loop(app: Arc<App>, map: MapId, plan: Plan, first_reads: Weak<()>) {
    let job = format!("layers/{map}");
    let mut due = match last_refresh(&app, &map).await {
        Ok(last) => catch_up(&plan, last, app.clock.now()),
        Err(_) => Some(app.clock.now()),
    };
    let mut failures = 0;
    while let Some(at) = due {
        match wait_until(&app, &job, delayed(&app, &plan, at)).await {
            Woken::Stopping => return,
            Woken::SetBack => {
                due = plan.next_after(app.clock.now());
                continue;
            }
            Woken::Due => {}
        }
        let began = app.clock.now();
        if !settle(&app, &map, &job, &first_reads).await {
            return;
        }
        let result = match take_turn(&app, &map, &job, at).await {
            Ok(Some(turn)) => {
                let guard = app.drain.guard();
                let result = traced(traces::refresh(), draw_and_watch(&app, &map)).await;
                drop((guard, turn));
                result
            }
            Ok(None) => Ok(()),
            Err(error) => Err(error),
        };
        due = match result {
            Ok(()) => {
                failures = 0;
                // What came due while it was drawn, because the machine slept or the clock was set, is caught up with once.
                catch_up(&plan, Some(began), app.clock.now())
            }
            Err(error) => {
                failures += 1;
                let wait = Backoff::default().delay(failures);
                error!(map.id = %map, failures, "{error:#}; next try in {} s", wait.as_secs());
                Some(later(app.clock.now(), wait))
            }
        };
    }
    while wait_until(&app, &job, DateTime::<Utc>::MAX_UTC).await != Woken::Stopping {}
}

/// The layers of a map, its themes, its alerts. Where layers or alerts fail, it is tried again with all of them.
async fn draw_and_watch(app: &App, map: &MapId) -> Result<()> {
    draw(app, map, None).await?;
    // A map without fresh themes is still a fresh map.
    if let Err(error) = find_themes(app, map, None).await {
        error!(map.id = %map, "{error:#}");
    }
    watch_nights(app, map, None).await?;
    Ok(())
}

/// The right to draw a map now; `None` where another process is drawing it, or has done so for the same time.
async fn take_turn(app: &App, map: &MapId, job: &str, at: DateTime<Utc>) -> Result<Option<JobGuard>> {
    let Some(turn) = app.store.take_job(job).await? else {
        debug!(map.id = %map, "another process is drawing map {map}");
        return Ok(None);
    };
    if is_done_since(at, last_refresh(app, map).await?, app.clock.now()) {
        debug!(map.id = %map, "another process has drawn map {map}");
        return Ok(None);
    }
    Ok(Some(turn))
}

/// Waits until what was overdue at the start is fetched, and everything fetched before now is judged and placed; `false`
/// if told to stop. What arrives meanwhile is for the next refresh. After [`SETTLE`] the map is drawn with what there
/// is: a refresh that is late says less than one that is a little incomplete.
async fn settle(app: &App, map: &MapId, job: &str, first_reads: &Weak<()>) -> bool {
    let began = tokio::time::Instant::now();
    while first_reads.strong_count() > 0 && began.elapsed() < SETTLE {
        app.pulse.beat(job);
        if !app.drain.sleep(Duration::from_millis(100)).await {
            return false;
        }
    }
    // Judging queues for placing: only what was queued for placing after the judging was done is new.
    let (mut judged, mut fetched_before) = (false, app.clock.now());
    while began.elapsed() < SETTLE {
        app.pulse.beat(job);
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

/// When a map was last drawn as of its own day.
pub(crate) async fn last_refresh(app: &App, map: &MapId) -> Result<Option<DateTime<Utc>>> {
    let runs = app.store.runs(Some(RunKind::Layers), 200).await?;
    let done =
        runs.iter().find(|run| run.subject == map.as_str() && run.status == RunStatus::Done && run.as_of.is_none());
    Ok(done.and_then(|run| run.finished_at))
}
