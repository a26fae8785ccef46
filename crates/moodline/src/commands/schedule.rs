//! `moodline schedule`: when everything is due next.

use anyhow::Result;
use chrono::{DateTime, Utc};
use moodline_api::body::ScheduledJob;
use moodline_schedule::Plan;
use moodline_types::Clock;

use super::Context;
use crate::{
    cli::{ScheduleArgs, ShowFormat},
    daemon::{map_plan, source_plan},
    output::Output,
    wire::App,
};

pub(super) async fn run(args: ScheduleArgs, context: &Context) -> Result<()> {
    let app = context.app().await?;
    let now = app.clock.now();
    let mut out = Output::new();
    let jobs = jobs(&app)?;
    if args.format == ShowFormat::Json {
        out.json(&bodies(&jobs, now, args.times))?;
        return Ok(out.flush()?);
    }
    let mut table = out.new_table(&["Job", "Of", "Schedule", "Next, in its zone"]);
    for (what, name, plan) in &jobs {
        let times = next(plan, now, args.times);
        let local = times.iter().map(|at| at.with_timezone(&plan.zone()).format("%a %Y-%m-%d %H:%M:%S %Z").to_string());
        table.add_row([(*what).to_owned(), name.clone(), plan.to_string(), local.collect::<Vec<_>>().join("\n")]);
    }
    if jobs.is_empty() {
        out.line("nothing is scheduled: there are no sources and no maps")?;
    } else {
        out.table(&table)?;
        out.gap()?;
        out.line(format!(
            "Each begins up to {} later, at most a tenth of the time until the next. What was missed is done once at the start.",
            app.loaded.settings.schedule.jitter
        ))?;
        out.line("A time that clocks skip is left out that day; one that happens twice counts at its first.")?;
    }
    Ok(out.flush()?)
}

/// The same as it is told to programs.
pub(crate) fn bodies(jobs: &[(&'static str, String, Plan)], now: DateTime<Utc>, times: u32) -> Vec<ScheduledJob> {
    let body = |(what, name, plan): &(&'static str, String, Plan)| ScheduledJob {
        job: (*what).to_owned(),
        name: name.clone(),
        schedule: plan.to_string(),
        zone: plan.zone().name().to_owned(),
        next: next(plan, now, times),
    };
    jobs.iter().map(body).collect()
}

/// Every job with its name and plan: enabled sources in their order, then maps.
pub(crate) fn jobs(app: &App) -> Result<Vec<(&'static str, String, Plan)>> {
    let settings = &app.loaded.settings;
    let mut jobs = Vec::new();
    for source in app.sources(&[])?.into_iter().filter(|source| source.is_fetched()) {
        jobs.push(("fetch", source.id().to_string(), source_plan(settings, source.id())?));
    }
    for loaded in app.map_files()? {
        jobs.push(("refresh", loaded.map.id.to_string(), map_plan(settings, &loaded.map.id)?));
    }
    Ok(jobs)
}

fn next(plan: &Plan, now: DateTime<Utc>, times: u32) -> Vec<DateTime<Utc>> {
    std::iter::successors(plan.next_after(now), |due| plan.next_after(*due)).take(times as usize).collect()
}
