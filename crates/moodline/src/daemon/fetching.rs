//! One loop per source: read it when it is due.

use std::{sync::Arc, time::Duration};

use anyhow::Result;
use chrono::{DateTime, TimeDelta, Utc};
use metrics::counter;
use moodline_http::Backoff;
use moodline_ingest::{FetchOutcome, IngestError, Protection, read_source};
use moodline_schedule::Plan;
use moodline_sources::Source;
use moodline_store::{JobGuard, PageOutcome};
use moodline_types::{Clock, SourceId, error_chain};
use tracing::{debug, error, warn};

use super::timing::{Woken, catch_up, delayed, is_done_since, wait_until};
use crate::{commands::watch_sources_or_warn, traces, wire::App};

pub(super) async fn fetch_loop(
    app: Arc<App>,
    mut source: Box<dyn Source>,
    plan: Plan,
    protection: Arc<Protection>,
    unread: Arc<()>,
) {
    let id = source.id().clone();
    let job = format!("fetch/{id}");
    let known = app.store.source_state(&id).await.ok().flatten();
    // Failures outlive a restart: a host that is down is not asked the more often for it.
    let mut failures = known.as_ref().map_or(0, |state| state.failures);
    let mut due = catch_up(&plan, known.as_ref().and_then(|state| state.last_success_at), app.clock.now());
    if let Some(failed_at) = known.and_then(|state| state.last_failure_at).filter(|_| failures > 0) {
        let retry = later(failed_at, Backoff::default().delay(failures));
        due = due.max(Some(retry.min(later(app.clock.now(), Backoff::default().cap))));
    }
    // Only what is overdue is worth waiting for.
    let mut unread = Some(unread).filter(|_| due.is_some_and(|at| at <= app.clock.now()));
    while let Some(at) = due {
        note_due(&app, &id, due).await;
        match wait_until(&app, &job, delayed(&app, &plan, at)).await {
            Woken::Stopping => return,
            Woken::SetBack => {
                due = plan.next_after(app.clock.now());
                continue;
            }
            Woken::Due => {}
        }
        due = match take_turn(&app, &id, &job, at, failures).await {
            Ok(None) => plan.next_after(app.clock.now()),
            Ok(Some(turn)) => {
                let guard = app.drain.guard();
                let mut go_on = |_: &FetchOutcome| {
                    app.pulse.beat(&job);
                    !app.drain.is_stopping()
                };
                let reading =
                    Box::pin(read_source(source.as_mut(), app.store.as_ref(), &protection, &app.clock, &mut go_on));
                let result = traces::fetch(&id, reading).await;
                drop((guard, turn));
                count_read(id.as_str(), &result);
                watch_sources_or_warn(&app).await;
                match result {
                    Ok(_) => {
                        failures = 0;
                        plan.next_after(app.clock.now())
                    }
                    Err(error) => {
                        failures += 1;
                        let wait = wait_after(&error, failures);
                        let seconds = wait.as_secs();
                        error!(source.id = %id, failures, "{}; next try in {seconds} s", error_chain(&error));
                        Some(later(app.clock.now(), wait))
                    }
                }
            }
            Err(error) => {
                failures += 1;
                let wait = Backoff::default().delay(failures);
                error!(source.id = %id, failures, "could not begin with {id}: {error:#}; next try in {} s", wait.as_secs());
                Some(later(app.clock.now(), wait))
            }
        };
        drop(unread.take());
    }
    note_due(&app, &id, None).await;
    warn!(source.id = %id, "the schedule of {id} has no next time");
    while wait_until(&app, &job, DateTime::<Utc>::MAX_UTC).await != Woken::Stopping {}
}

pub(super) fn later(now: DateTime<Utc>, wait: Duration) -> DateTime<Utc> {
    now + TimeDelta::from_std(wait).unwrap_or(TimeDelta::hours(1))
}

/// For `moodline sources` only: the loop goes on without it.
async fn note_due(app: &App, id: &SourceId, due: Option<DateTime<Utc>>) {
    if let Err(error) = app.store.record_source_due(id, due).await {
        warn!(source.id = %id, "could not note when {id} is due: {}", error_chain(&error));
    }
}

/// The right to read a source now; `None` where another process is reading it, or has done so for the same time. After
/// a failure of our own we try again whatever others did.
async fn take_turn(app: &App, id: &SourceId, job: &str, at: DateTime<Utc>, failures: u32) -> Result<Option<JobGuard>> {
    let Some(turn) = app.store.take_job(job).await? else {
        debug!(source.id = %id, "another process is reading source {id}");
        return Ok(None);
    };
    let state = app.store.source_state(id).await?;
    let tried = state.and_then(|state| state.last_success_at.max(state.last_failure_at));
    if failures == 0 && is_done_since(at, tried, app.clock.now()) {
        debug!(source.id = %id, "another process has read source {id}");
        return Ok(None);
    }
    Ok(Some(turn))
}

fn count_read(source: &str, result: &Result<FetchOutcome, IngestError>) {
    let Ok(outcome) = result else {
        return counter!("moodline_failed_reads_total", "source" => source.to_owned()).increment(1);
    };
    let PageOutcome { added, revised, unchanged, hidden, rejected, dropped, redacted, .. } = outcome.changes;
    counter!("moodline_redacted_total", "source" => source.to_owned()).increment(redacted);
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
