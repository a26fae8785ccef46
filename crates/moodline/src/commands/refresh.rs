//! `moodline refresh`: all steps, one after the other.

use anyhow::{Result, bail};
use chrono::NaiveDate;
use moodline_enrich::SharedModel;
use moodline_store::WorkKind;
use moodline_telemetry::traced;
use moodline_types::{Clock, MapId, SourceId, counted};
use tracing::{error, warn};

use super::{
    Context,
    retain::retain,
    steps::{POLL, draw, judge, place, read_sources, today_or_before, turn},
    watch::{watch_nights, watch_sources},
};
use crate::{cli::RefreshArgs, output::Output, traces, wire::App};

pub(super) async fn run(args: RefreshArgs, context: &Context) -> Result<()> {
    let app = context.app().await?;
    app.register_maps().await?;
    let refresh = Refresh { sources: args.source, maps: args.map, as_of: args.as_of };
    let mut out = Output::new();
    let model = app.model().await?;
    let failed = refresh.run(&app, &model, &mut |line| out.line(line)).await?;
    out.flush()?;
    if failed > 0 {
        bail!("{failed} of the sources and maps failed; everything else was refreshed");
    }
    Ok(())
}

/// One pass through all steps.
#[derive(Debug, Clone, Default)]
pub(crate) struct Refresh {
    pub(crate) sources: Vec<SourceId>,
    pub(crate) maps: Vec<MapId>,
    pub(crate) as_of: Option<NaiveDate>,
}

impl Refresh {
    /// Runs the steps, `say`ing what each did; how many sources and maps failed. One that fails does not keep the others
    /// from being read or drawn.
    pub(crate) async fn run(
        &self,
        app: &App,
        model: &SharedModel,
        say: &mut (dyn FnMut(String) -> std::io::Result<()> + Send),
    ) -> Result<usize> {
        traced(traces::refresh(), self.steps(app, model, say)).await
    }

    async fn steps(
        &self,
        app: &App,
        model: &SharedModel,
        say: &mut (dyn FnMut(String) -> std::io::Result<()> + Send),
    ) -> Result<usize> {
        let as_of = today_or_before(app, self.as_of)?;
        app.store.free_work_of_the_dead().await?;
        let mut failed = 0;
        for (id, result) in read_sources(app, &self.sources).await? {
            match result {
                Ok(outcome) => say(format!("fetch   {id}: {outcome}"))?,
                Err(error) => {
                    failed += 1;
                    say(format!("fetch   {id}: failed: {error:#}"))?;
                }
            }
        }
        let judged = judge(app, model).await?;
        say(format!("enrich  {judged}"))?;
        wait_for_others(app, WorkKind::Enrich, model.profile().id.as_str()).await?;
        for map in app.map_ids(&self.maps).await? {
            if app.drain.is_stopping() {
                bail!("stopped before the layers of {map}; run it again to go on");
            }
            if let Err(error) = place_and_draw(app, &map, as_of, say).await {
                failed += 1;
                error!(map.id = %map, "{error:#}");
                say(format!("layers  {map}: failed: {error:#}"))?;
            }
        }
        if let Some(watched) = watch_sources(app).await? {
            say(format!("alerts  sources: {watched}"))?;
        }
        let dropped = retain(app).await?;
        if dropped > 0 {
            say(format!("texts   {dropped} dropped for their age; their counts stay"))?;
        }
        Ok(failed)
    }
}

async fn place_and_draw(
    app: &App,
    map: &MapId,
    as_of: Option<NaiveDate>,
    say: &mut (dyn FnMut(String) -> std::io::Result<()> + Send),
) -> Result<()> {
    let placed = place(app, map).await?;
    say(format!("assign  {map}: {placed}"))?;
    for line in placed.moves.lines() {
        say(format!("        {line}"))?;
    }
    wait_for_others(app, WorkKind::Assign, map.as_str()).await?;
    if app.drain.is_stopping() {
        bail!("stopped before the layers of {map}; run it again to go on");
    }
    let _turn = turn(app, &format!("layers/{map}")).await?;
    say(format!("layers  {map}: {}", draw(app, map, as_of).await?))?;
    // What is found is what themes are known by from then on: nothing to do with how things stood.
    if as_of.is_none_or(|day| day == app.clock.now().date_naive()) {
        say(format!("themes  {map}: {}", super::find_themes(app, map, as_of).await?))?;
    }
    if let Some(watched) = watch_nights(app, map, as_of).await? {
        say(format!("alerts  {map}: {watched}"))?;
    }
    Ok(())
}

/// Waits while other processes hold work that belongs to this refresh; what dead ones hold is done here. Ends when told
/// to stop.
async fn wait_for_others(app: &App, kind: WorkKind, target: &str) -> Result<()> {
    let mut told = false;
    loop {
        let backlog = app.store.backlog(kind, target, app.clock.now()).await?;
        if backlog.leased == 0 {
            return Ok(());
        }
        if !told {
            warn!(
                "waiting for {} held by another process ({} for {target})",
                counted(backlog.leased, "mention"),
                kind.as_str()
            );
            told = true;
        }
        app.store.free_work_of_the_dead().await?;
        if !app.drain.sleep(POLL).await {
            return Ok(());
        }
    }
}
