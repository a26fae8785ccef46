//! The steps, each alone. They never call each other: `refresh` runs them in their order.

use std::{
    future::Future,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail};
use chrono::NaiveDate;
use indicatif::ProgressBar;
use metrics::{counter, histogram};
use moodline_assign::{AssignOutcome, assign_map};
use moodline_enrich::{EnrichError, EnrichOutcome, SharedModel};
use moodline_ingest::{FetchOutcome, preview_source, read_source};
use moodline_layers::refresh_layers;
use moodline_model::ModelProfile;
use moodline_store::{JobGuard, WorkKind};
use moodline_telemetry::traced;
use moodline_types::{Clock, MapId, SourceId, counted, error_chain};
use tracing::{Span, error, warn};

use super::Context;
use crate::{
    cli::{EnrichArgs, FetchArgs, LayersArgs, MapArg},
    output::{Output, number, shorten},
    traces,
    wire::App,
};

/// How often a process that waits for another looks again.
pub(super) const POLL: Duration = Duration::from_millis(200);

/// The right to a job, once whoever has it is through; `None` if told to stop.
pub(super) async fn turn(app: &App, job: &str) -> Result<Option<JobGuard>> {
    let mut told = false;
    loop {
        if let Some(turn) = app.store.take_job(job).await? {
            return Ok(Some(turn));
        }
        if !told {
            warn!("waiting for another process that does {job}");
            told = true;
        }
        if !app.drain.sleep(POLL).await {
            return Ok(None);
        }
    }
}

/// A day that can be looked at: not one that has not come anywhere.
pub(super) fn today_or_before(app: &App, as_of: Option<NaiveDate>) -> Result<Option<NaiveDate>> {
    let today = app.clock.now().date_naive();
    match as_of {
        Some(day) if day > today => bail!("--as-of {day} has not come yet: today is {today} (UTC)"),
        day => Ok(day),
    }
}

pub(super) async fn fetch(args: FetchArgs, context: &Context) -> Result<()> {
    let app = context.app().await?;
    let mut out = Output::new();
    if args.dry_run {
        preview(&app, &args.source, &mut out).await?;
        return Ok(out.flush()?);
    }
    let results = read_sources(&app, &args.source).await?;
    if results.is_empty() {
        out.line("no sources are configured: add `[[sources.files]]` or `[[sources.feeds]]` to the settings")?;
    }
    let mut failed = 0;
    for (id, result) in &results {
        match result {
            Ok(outcome) => out.line(format!("{id}: {outcome}"))?,
            Err(error) => {
                failed += 1;
                out.line(format!("{id}: failed: {error:#}"))?;
            }
        }
    }
    out.flush()?;
    if failed > 0 {
        bail!("{failed} of {} sources could not be read", results.len());
    }
    Ok(())
}

async fn preview(app: &App, only: &[SourceId], out: &mut Output) -> Result<()> {
    let protection = app.protection()?;
    for mut source in app.sources(only)? {
        let id = source.id().clone();
        let cursor = app.store.source_state(&id).await?.and_then(|state| state.cursor);
        let page = preview_source(source.as_mut(), cursor.as_ref(), &protection, &app.clock).await?;
        out.heading(&format!(
            "{id}: {}, {} unreadable",
            counted(page.mentions.len(), "mention"),
            counted(page.rejected.len(), "row")
        ))?;
        let mut table = out.new_table(&["Posted", "Id", "Rating", "Text"]);
        for mention in page.mentions.iter().take(20) {
            table.add_row([
                mention.posted_at.format("%Y-%m-%d %H:%M").to_string(),
                shorten(&mention.external_id, 24),
                mention.rating.map(|r| format!("{}/{}", r.value, r.best)).unwrap_or_default(),
                shorten(&mention.text, 70),
            ]);
        }
        out.table(&table)?;
        for row in page.rejected.iter().take(20) {
            let line = row.line.map(|line| format!(":{line}")).unwrap_or_default();
            out.line(format!("  {}{line}: {}", row.origin, row.reason))?;
        }
        out.gap()?;
    }
    Ok(())
}

/// Reads every source after the other; each with its own result.
pub(crate) async fn read_sources(app: &App, only: &[SourceId]) -> Result<Vec<(SourceId, Result<FetchOutcome>)>> {
    let sources = app.sources(only)?;
    let protection = app.protection()?;
    let mut results = Vec::new();
    for mut source in sources {
        if app.drain.is_stopping() {
            break;
        }
        let id = source.id().clone();
        let Some(turn) = turn(app, &format!("fetch/{id}")).await? else { break };
        let bar = app.progress.counter("fetch");
        let mut go_on = |so_far: &FetchOutcome| {
            let changes = so_far.changes;
            bar.set_position(changes.added + changes.revised + changes.unchanged);
            !app.drain.is_stopping()
        };
        let reading = Box::pin(read_source(source.as_mut(), app.store.as_ref(), &protection, &app.clock, &mut go_on));
        let result = traces::fetch(&id, reading).await;
        bar.finish_and_clear();
        drop(turn);
        if let Err(error) = &result {
            error!(source.id = %id, "{}", error_chain(error));
        }
        results.push((id, result.map_err(anyhow::Error::from)));
    }
    Ok(results)
}

pub(super) async fn enrich(args: EnrichArgs, context: &Context) -> Result<()> {
    let app = context.app().await?;
    app.register_maps().await?;
    let model = match &args.model {
        Some(name) => app.model_named(name).await?,
        None => app.model().await?,
    };
    let id = model.profile().id.clone();
    app.store.free_work_of_the_dead().await?;
    let mut out = Output::new();
    if args.retry {
        let again = app.store.retry_set_aside(WorkKind::Enrich, id.as_str()).await?;
        let again = counted(again, "mention");
        app.record(args.actor, "retry", "work set aside", again.clone()).await?;
        out.line(format!("{again} set aside before will be tried again"))?;
    }
    let judged = if args.model.is_some() { judge_beside(&app, &model).await? } else { judge(&app, &model).await? };
    out.line(judged.to_string())?;
    if app.store.adopted_model().await?.is_some_and(|adopted| adopted.id != id) {
        out.line(format!(
            "`moodline eval --diff {id}` shows what would change, `moodline model adopt {id}` changes it"
        ))?;
    }
    for (mention, error) in app.store.set_aside(WorkKind::Enrich, id.as_str(), 20).await? {
        out.line(format!("set aside: mention {mention}: {error}"))?;
    }
    Ok(out.flush()?)
}

/// Judges all that waits with the model whose opinions count.
pub(crate) async fn judge(app: &App, model: &SharedModel) -> Result<EnrichOutcome> {
    let config = &app.loaded.settings.enrich;
    let waiting = waiting(app, model).await?;
    let bar = app.progress.bar(waiting, "enrich");
    let mut go_on = watch(app, &bar);
    let judging = Box::pin(moodline_enrich::enrich(app.store.as_ref(), model, config, &app.clock, &mut go_on));
    judged(app, model, (waiting, &bar), judging).await
}

/// Judges all that waits with a model whose opinions need not count.
pub(crate) async fn judge_beside(app: &App, model: &SharedModel) -> Result<EnrichOutcome> {
    let config = &app.loaded.settings.enrich;
    let waiting = waiting(app, model).await?;
    let bar = app.progress.bar(waiting, "enrich");
    let mut go_on = watch(app, &bar);
    let judging = Box::pin(moodline_enrich::rescore(app.store.as_ref(), model, config, &app.clock, &mut go_on));
    judged(app, model, (waiting, &bar), judging).await
}

/// How many mentions wait for a model: all there are, where nobody has met it yet.
async fn waiting(app: &App, model: &SharedModel) -> Result<u64> {
    let id = &model.profile().id;
    let ready = app.store.backlog(WorkKind::Enrich, id.as_str(), app.clock.now()).await?.ready;
    let is_known = ready > 0
        || app.store.adopted_model().await?.is_some_and(|adopted| adopted.id == *id)
        || app.store.models().await?.iter().any(|state| state.record.id == *id);
    if is_known { Ok(ready) } else { Ok(app.store.mention_count().await?) }
}

fn watch<'a>(app: &'a App, bar: &'a ProgressBar) -> impl FnMut(&EnrichOutcome) -> bool + Send + 'a {
    let judged = counter!("moodline_judged_mentions_total");
    let mut counted = 0;
    move |so_far| {
        app.pulse.beat("judge mentions");
        judged.increment(so_far.mentions - counted);
        counted = so_far.mentions;
        bar.set_length(so_far.mentions + so_far.waiting);
        bar.set_position(so_far.mentions);
        !app.drain.is_stopping()
    }
}

async fn judged(
    app: &App,
    model: &SharedModel,
    (waiting, bar): (u64, &ProgressBar),
    judging: impl Future<Output = Result<EnrichOutcome, EnrichError>>,
) -> Result<EnrichOutcome> {
    let ModelProfile { id, engine, folder, .. } = model.profile();
    // A service looks every few seconds; that there was nothing to do is no news.
    let span = if waiting > 0 { traces::enrich(id) } else { Span::none() };
    let outcome = traced(span.clone(), judging).await.context("could not judge the mentions")?;
    span.record("mention.count", outcome.mentions as i64);
    bar.finish_and_clear();
    app.store.locate_model(id, engine, &folder.display().to_string()).await?;
    Ok(outcome)
}

pub(super) async fn assign(args: MapArg, context: &Context) -> Result<()> {
    let app = context.app().await?;
    app.register_maps().await?;
    app.store.free_work_of_the_dead().await?;
    let mut out = Output::new();
    for map in app.map_ids(&args.map).await? {
        let placed = place(&app, &map).await?;
        out.line(format!("{map}: {placed}"))?;
        for line in placed.moves.lines() {
            out.line(format!("    {line}"))?;
        }
    }
    Ok(out.flush()?)
}

/// Places all that waits for one map.
pub(crate) async fn place(app: &App, map: &MapId) -> Result<AssignOutcome> {
    let waiting = app.store.backlog(WorkKind::Assign, map.as_str(), app.clock.now()).await?.ready;
    let bar = app.progress.bar(waiting, "assign");
    let config = &app.loaded.settings.assign;
    let placed = counter!("moodline_placed_mentions_total", "map" => map.to_string());
    let mut counted = 0;
    let mut go_on = |so_far: &AssignOutcome| {
        app.pulse.beat("place opinions");
        placed.increment(so_far.mentions - counted);
        counted = so_far.mentions;
        bar.set_position(so_far.mentions);
        !app.drain.is_stopping()
    };
    let span = traces::of_map("assign", map);
    let outcome = traced(span.clone(), assign_map(app.store.as_ref(), map, config, &app.clock, &mut go_on))
        .await
        .with_context(|| format!("could not place opinions on map {map}"))?;
    span.record("mention.count", outcome.mentions as i64);
    placed.increment(outcome.mentions - counted);
    bar.finish_and_clear();
    Ok(outcome)
}

pub(super) async fn layers(args: LayersArgs, context: &Context) -> Result<()> {
    let app = context.app().await?;
    let as_of = today_or_before(&app, args.as_of)?;
    app.register_maps().await?;
    let mut out = Output::new();
    let mut failed = 0;
    for map in app.map_ids(&args.map).await? {
        let Some(_turn) = turn(&app, &format!("layers/{map}")).await? else { break };
        match draw(&app, &map, as_of).await {
            Ok(outcome) => out.line(format!("{map}: {outcome}"))?,
            Err(error) => {
                failed += 1;
                out.line(format!("{map}: failed: {error:#}"))?;
            }
        }
    }
    out.flush()?;
    if failed > 0 {
        bail!("{failed} of the maps could not be drawn");
    }
    Ok(())
}

/// Computes the layers of one map as of a day, today unless said otherwise.
pub(crate) async fn draw(app: &App, map: &MapId, as_of: Option<NaiveDate>) -> Result<String> {
    let as_of = as_of.unwrap_or_else(|| app.clock.now().date_naive());
    let config = &app.loaded.settings.layers;
    let began = Instant::now();
    let drawing = refresh_layers(app.store.as_ref(), map, config, as_of, &app.clock);
    let outcome = traced(traces::of_map("layers", map), drawing)
        .await
        .with_context(|| format!("could not compute the layers of map {map}"))?;
    histogram!("moodline_layers_seconds", "map" => map.to_string()).record(began.elapsed().as_secs_f64());
    Ok(outcome.to_string())
}

/// Right-aligned count, empty for none.
pub(super) fn count(value: u64) -> comfy_table::Cell {
    if value == 0 { number("") } else { number(value) }
}
