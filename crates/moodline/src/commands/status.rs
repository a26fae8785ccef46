//! `moodline status`: what runs, what is due, what is stuck, how old every map is.

use anyhow::Result;
use chrono::{DateTime, TimeDelta, Utc};
use comfy_table::Cell;
use moodline_api::body::{Job, Queue, Replaced, RunningJob, Status};
use moodline_store::SourceState;
use moodline_types::{Alert, AlertQuery, AlertStatus, AlertTier, Clock, MapId, RunKind, RunStatus, counted};

use super::{
    Context,
    alerts::{concerns, place},
    schedule::jobs,
    steps::count,
    work::queues,
};
use crate::{
    cli::{ShowFormat, StatusArgs},
    daemon::{SERVICE, last_refresh},
    output::{Output, number, shorten},
    wire::App,
};

/// Alerts told at most.
const ALERTS: usize = 10;

pub(super) async fn run(args: &StatusArgs, context: &Context) -> Result<()> {
    let app = context.app().await?;
    let status = look(&app).await?;
    let mut out = Output::new();
    match args.format {
        ShowFormat::Json => out.json(&status)?,
        ShowFormat::Table => {
            table(&status, app.clock.now(), &mut out)?;
            alerted(&app, &mut out).await?;
        }
    }
    Ok(out.flush()?)
}

/// Looks at everything.
pub(crate) async fn look(app: &App) -> Result<Status> {
    let running = app.store.take_job(SERVICE).await?.is_none();
    let mut stuck = Vec::new();
    let queues = waiting(app, &mut stuck).await?;
    let jobs = due(app, &mut stuck).await?;
    Ok(Status {
        running,
        mentions: app.store.mention_count().await?,
        under_way: under_way(app).await?,
        queues,
        jobs,
        replaced: replaced(app).await?,
        stuck,
    })
}

/// Runs that began and have not ended: under way, or cut off.
async fn under_way(app: &App) -> Result<Vec<RunningJob>> {
    let runs = app.store.runs(None, 200).await?;
    let now = app.clock.now();
    let at_work = !app.store.working().await?.is_empty();
    let mut under_way = Vec::new();
    for run in runs.into_iter().filter(|run| run.status == RunStatus::Running) {
        let alive = match run.kind {
            RunKind::Fetch | RunKind::Layers => {
                app.store.take_job(&format!("{}/{}", run.kind, run.subject)).await?.is_none()
            }
            // Found by whoever draws the map.
            RunKind::Themes => app.store.take_job(&format!("layers/{}", run.subject)).await?.is_none(),
            // Several processes may judge and place; the newest such run is the one that holds work.
            RunKind::Enrich | RunKind::Assign => at_work && now - run.started_at < TimeDelta::hours(24),
        };
        if alive {
            under_way.push(RunningJob { kind: run.kind, subject: run.subject, since: run.started_at });
        }
    }
    Ok(under_way)
}

/// What waits in the queues.
async fn waiting(app: &App, stuck: &mut Vec<String>) -> Result<Vec<Queue>> {
    let mut waiting = Vec::new();
    for (kind, target) in queues(app).await? {
        let backlog = app.store.backlog(kind, &target, app.clock.now()).await?;
        if backlog.set_aside > 0 {
            stuck.push(format!(
                "{} set aside after failed tries ({} for {target}): `moodline work list` says why",
                counted(backlog.set_aside, "mention"),
                kind.as_str()
            ));
        }
        waiting.push(Queue {
            step: kind.as_str().to_owned(),
            target,
            waiting: backlog.ready,
            under_way: backlog.leased,
            set_aside: backlog.set_aside,
        });
    }
    Ok(waiting)
}

/// Every source and map with how old it is and when it is due.
async fn due(app: &App, stuck: &mut Vec<String>) -> Result<Vec<Job>> {
    let now = app.clock.now();
    let states = app.store.source_states().await?;
    let mut rows = Vec::new();
    for (job, name, plan) in jobs(app)? {
        let state = states.iter().find(|state| job == "fetch" && state.source.as_str() == name);
        let done_at =
            if job == "fetch" { state.and_then(|state| state.last_success_at) } else { drawn(app, &name).await? };
        // After the time before the next has passed twice over, something is wrong.
        let missed = done_at.and_then(|last| plan.next_after(last)).filter(|missed| *missed <= now);
        let overdue = missed.and_then(|missed| plan.next_after(missed)).is_some_and(|second| second <= now);
        if overdue {
            let last = done_at.map(|last| age(last, now)).unwrap_or_default();
            stuck.push(format!("{job} {name} was done last {last} ago and has missed more than one of its times"));
        }
        if let Some(failing) = state.filter(|state| state.failures > 0) {
            stuck.push(failure(failing, now));
        }
        rows.push(Job {
            job: job.to_owned(),
            name,
            done_at,
            due_at: match (missed, done_at) {
                (Some(missed), _) => Some(missed),
                (None, None) => Some(now),
                (None, Some(_)) => plan.next_after(now),
            },
            overdue,
            mentions: state.map(|state| state.mentions),
            failures: state.map(|state| state.failures),
            last_error: state.filter(|state| state.failures > 0).and_then(|state| state.last_error.clone()),
        });
    }
    Ok(rows)
}

async fn drawn(app: &App, map: &str) -> Result<Option<DateTime<Utc>>> {
    let map: MapId = map.parse()?;
    last_refresh(app, &map).await
}

fn failure(state: &SourceState, now: DateTime<Utc>) -> String {
    let since = state.last_failure_at.map(|at| format!(", last {} ago", age(at, now))).unwrap_or_default();
    let error = state.last_error.as_deref().unwrap_or_default();
    format!("source {} has failed {} times in a row{since}: {}", state.source, state.failures, shorten(error, 100))
}

/// What is out of the ordinary.
async fn alerted(app: &App, out: &mut Output) -> Result<()> {
    let maps = app.map_ids(&[]).await?;
    let query = AlertQuery { going_on: Some(true), limit: 1000, ..AlertQuery::default() };
    let mut alerts = app.store.alerts(&query).await?;
    alerts.retain(|alert| concerns(&alert.episode, &maps) && alert.status != AlertStatus::Closed);
    let (told, watched): (Vec<Alert>, Vec<Alert>) =
        alerts.into_iter().partition(|alert| alert.episode.tier == AlertTier::Alert);
    if told.is_empty() && watched.is_empty() {
        return Ok(());
    }
    out.line(format!(
        "alerts   {} go on, {} touchpoints are watched: `moodline alerts list`",
        told.len(),
        watched.len()
    ))?;
    for alert in told.iter().take(ALERTS) {
        let place = place(&alert.episode);
        out.line(format!("  {:>4}  {place} ({}): {}", alert.id, alert.status, shorten(&alert.episode.detail, 100)))?;
    }
    Ok(out.gap()?)
}

/// What was replaced in texts before they were stored.
async fn replaced(app: &App) -> Result<Vec<Replaced>> {
    let mut kinds = std::collections::BTreeMap::new();
    for (_, kind, items) in app.store.redactions().await? {
        *kinds.entry(kind).or_insert(0) += items;
    }
    Ok(kinds.into_iter().map(|(kind, items)| Replaced { kind, items }).collect())
}

fn table(status: &Status, now: DateTime<Utc>, out: &mut Output) -> Result<()> {
    out.line(if status.running { "service  running" } else { "service  not running: nothing happens on its own" })?;
    out.line(format!("mentions {}", status.mentions))?;
    out.gap()?;
    let running: Vec<String> = status
        .under_way
        .iter()
        .map(|run| format!("{} {}, for {}", run.kind, run.subject, age(run.since, now)))
        .collect();
    let nothing = running.is_empty().then(|| "nothing at the moment".to_owned());
    out.line(format!("running  {}", nothing.unwrap_or_else(|| running.join("; "))))?;
    out.gap()?;
    let mut table = out.new_table(&["Queue", "For", "Waiting", "Under way", "Set aside"]);
    for queue in &status.queues {
        table.add_row([
            Cell::new(&queue.step),
            Cell::new(&queue.target),
            count(queue.waiting),
            count(queue.under_way),
            count(queue.set_aside),
        ]);
    }
    out.table(&table)?;
    out.gap()?;
    let mut table = out.new_table(&["Job", "Of", "Done last", "Due", "Mentions", "Failures", "Last error"]);
    for job in &status.jobs {
        table.add_row([
            Cell::new(&job.job),
            Cell::new(&job.name),
            Cell::new(job.done_at.map_or_else(|| "never".to_owned(), |last| format!("{} ago", age(last, now)))),
            Cell::new(match job.due_at {
                Some(at) if at <= now => "now".to_owned(),
                at => at.map(|at| format!("in {}", age(now, at))).unwrap_or_default(),
            }),
            job.mentions.map_or_else(|| number(""), number),
            job.failures.map_or_else(|| number(""), |failures| count(u64::from(failures))),
            Cell::new(job.last_error.as_deref().map(|error| shorten(error, 50)).unwrap_or_default()),
        ]);
    }
    out.table(&table)?;
    out.gap()?;
    let total: u64 = status.replaced.iter().map(|one| one.items).sum();
    if total > 0 {
        let kinds: Vec<String> = status.replaced.iter().map(|one| format!("{} {}", one.items, one.kind)).collect();
        out.line(format!(
            "privacy  {total} pieces of personal data were replaced before they were stored: {}",
            kinds.join(", ")
        ))?;
        out.gap()?;
    }
    if status.stuck.is_empty() {
        out.line("nothing is stuck")?;
    } else {
        out.heading("Stuck")?;
        for line in &status.stuck {
            out.line(format!("  {line}"))?;
        }
    }
    Ok(())
}

/// The time between two instants in its two largest units, e.g. `3 d 4 h`.
fn age(from: DateTime<Utc>, to: DateTime<Utc>) -> String {
    let seconds = (to - from).num_seconds().max(0);
    let (days, hours, minutes) = (seconds / 86_400, seconds / 3600 % 24, seconds / 60 % 60);
    match (days, hours, minutes) {
        (0, 0, 0) => format!("{seconds} s"),
        (0, 0, _) => format!("{minutes} min"),
        (0, ..) => format!("{hours} h {minutes} min"),
        _ => format!("{days} d {hours} h"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages_are_told_in_their_largest_units() {
        let from = DateTime::<Utc>::UNIX_EPOCH;
        for (seconds, told) in [(5, "5 s"), (130, "2 min"), (3700, "1 h 1 min"), (100_000, "1 d 3 h"), (-9, "0 s")] {
            assert_eq!(age(from, from + TimeDelta::seconds(seconds)), told);
        }
    }
}
