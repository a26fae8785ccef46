//! `moodline status`: what runs, what is due, what is stuck, how old every map is.

use anyhow::Result;
use chrono::{DateTime, TimeDelta, Utc};
use comfy_table::Cell;
use moodline_store::SourceState;
use moodline_types::{Clock, MapId, Run, RunKind, RunStatus};

use super::{Context, schedule::jobs, steps::count, work::queues};
use crate::{
    daemon::{SERVICE, last_refresh},
    output::{Output, number, shorten},
    wire::App,
};

pub(super) async fn run(context: &Context) -> Result<()> {
    let app = context.app().await?;
    let mut out = Output::new();
    let mut stuck = Vec::new();
    let is_running = app.store.take_job(SERVICE).await?.is_none();
    out.line(if is_running { "service  running" } else { "service  not running: nothing happens on its own" })?;
    out.line(format!("mentions {}", app.store.mention_count().await?))?;
    out.gap()?;
    running(&app, &mut out).await?;
    queued(&app, &mut out, &mut stuck).await?;
    due(&app, &mut out, &mut stuck).await?;
    protected(&app, &mut out).await?;
    if stuck.is_empty() {
        out.line("nothing is stuck")?;
    } else {
        out.heading("Stuck")?;
        for line in stuck {
            out.line(format!("  {line}"))?;
        }
    }
    Ok(out.flush()?)
}

/// Runs that began and have not ended: under way, or cut off.
async fn running(app: &App, out: &mut Output) -> Result<()> {
    let runs = app.store.runs(None, 200).await?;
    let open: Vec<&Run> = runs.iter().filter(|run| run.status == RunStatus::Running).collect();
    let now = app.clock.now();
    let at_work = !app.store.working().await?.is_empty();
    let mut under_way = Vec::new();
    for run in open {
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
            under_way.push(format!("{} {}, for {}", run.kind, run.subject, age(run.started_at, now)));
        }
    }
    out.line(if under_way.is_empty() {
        "running  nothing at the moment".to_owned()
    } else {
        format!("running  {}", under_way.join("; "))
    })?;
    Ok(out.gap()?)
}

/// What waits in the queues.
async fn queued(app: &App, out: &mut Output, stuck: &mut Vec<String>) -> Result<()> {
    let mut table = out.new_table(&["Queue", "For", "Waiting", "Under way", "Set aside"]);
    for (kind, target) in queues(app).await? {
        let backlog = app.store.backlog(kind, &target, app.clock.now()).await?;
        table.add_row([
            Cell::new(kind.as_str()),
            Cell::new(&target),
            count(backlog.ready),
            count(backlog.leased),
            count(backlog.set_aside),
        ]);
        if backlog.set_aside > 0 {
            stuck.push(format!(
                "{} mentions were set aside after failed tries ({} for {target}): `moodline work list` says why",
                backlog.set_aside,
                kind.as_str()
            ));
        }
    }
    out.table(&table)?;
    Ok(out.gap()?)
}

/// Every source and map with how old it is and when it is due.
async fn due(app: &App, out: &mut Output, stuck: &mut Vec<String>) -> Result<()> {
    let now = app.clock.now();
    let states = app.store.source_states().await?;
    let mut table = out.new_table(&["Job", "Of", "Done last", "Due", "Mentions", "Failures", "Last error"]);
    for (job, name, plan) in jobs(app)? {
        let state = states.iter().find(|state| job == "fetch" && state.source.as_str() == name);
        let last =
            if job == "fetch" { state.and_then(|state| state.last_success_at) } else { drawn(app, &name).await? };
        // After the time before the next has passed twice over, something is wrong.
        let next = plan.next_after(now);
        let missed = last.and_then(|last| plan.next_after(last)).filter(|missed| *missed <= now);
        let overdue = missed.and_then(|missed| plan.next_after(missed)).filter(|second| *second <= now);
        if overdue.is_some() {
            let last = last.map(|last| age(last, now)).unwrap_or_default();
            stuck.push(format!("{job} {name} was done last {last} ago and has missed more than one of its times"));
        }
        if let Some(failing) = state.filter(|state| state.failures > 0) {
            stuck.push(failure(failing, now));
        }
        table.add_row([
            Cell::new(job),
            Cell::new(&name),
            Cell::new(last.map_or_else(|| "never".to_owned(), |last| format!("{} ago", age(last, now)))),
            Cell::new(match (missed, next) {
                (Some(_), _) => "now".to_owned(),
                (None, _) if last.is_none() => "now".to_owned(),
                (None, next) => next.map(|next| format!("in {}", age(now, next))).unwrap_or_default(),
            }),
            state.map_or_else(|| number(""), |state| number(state.mentions)),
            state.map_or_else(|| number(""), |state| count(u64::from(state.failures))),
            Cell::new(
                state
                    .and_then(|s| s.last_error.as_deref().filter(|_| s.failures > 0))
                    .map(|e| shorten(e, 50))
                    .unwrap_or_default(),
            ),
        ]);
    }
    out.table(&table)?;
    Ok(out.gap()?)
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

/// What was replaced in texts before they were stored.
async fn protected(app: &App, out: &mut Output) -> Result<()> {
    let redactions = app.store.redactions().await?;
    let total: u64 = redactions.iter().map(|(_, _, items)| items).sum();
    if total > 0 {
        let mut kinds = std::collections::BTreeMap::new();
        for (_, kind, items) in &redactions {
            *kinds.entry(kind.as_str()).or_insert(0) += items;
        }
        let kinds: Vec<String> = kinds.into_iter().map(|(kind, items)| format!("{items} {kind}")).collect();
        out.line(format!(
            "privacy  {total} pieces of personal data were replaced before they were stored: {}",
            kinds.join(", ")
        ))?;
        out.gap()?;
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
