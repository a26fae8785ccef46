//! `moodline change`: what a team did at a touchpoint, and what came of it.

use anyhow::{Result, bail};
use moodline_store::NewTouchpointChange;
use moodline_types::{Clock, MapId, TouchpointChange};

use super::{Context, effect, map::read_measured};
use crate::{
    cli::{ChangeCommand, ShowFormat},
    output::{Output, number, shorten},
    wire::App,
};

pub(super) async fn run(command: ChangeCommand, context: &Context) -> Result<()> {
    let app = context.app().await?;
    let mut out = Output::new();
    match command {
        ChangeCommand::Add { map, touchpoint, date, actor, what } => {
            if what.trim().is_empty() {
                bail!("say what was changed, e.g. \"no fee below 50\"");
            }
            let loaded = read_measured(&app, &map, None).await?.loaded;
            let known = &loaded.map;
            if known.touchpoint(&touchpoint).is_none() {
                let names: Vec<&str> = known.touchpoints().map(|(_, t)| t.id.as_str()).collect();
                bail!("map {map} has no touchpoint `{touchpoint}`; it has {}", names.join(", "));
            }
            let now = app.clock.now();
            let day = date.unwrap_or_else(|| now.date_naive());
            let what = what.trim().to_owned();
            let new = NewTouchpointChange { map, touchpoint, day, what, actor };
            let id = app.store.add_change(&new, now).await?;
            out.line(format!("change {id}: {} of {} from {day}: {}", new.touchpoint, new.map, new.what))?;
            out.line(format!("once a week or two have been read: `moodline change effect {id}`"))?;
        }
        ChangeCommand::List { map, format } => list(map.as_ref(), format, &app, &mut out).await?,
        ChangeCommand::Remove { change, actor } => {
            app.store.remove_change(change, &actor, app.clock.now()).await?;
            out.line(format!("change {change} is forgotten"))?;
        }
        ChangeCommand::Effect(args) => effect::run(&args, &app, &mut out).await?,
    }
    Ok(out.flush()?)
}

async fn list(map: Option<&MapId>, format: ShowFormat, app: &App, out: &mut Output) -> Result<()> {
    if let Some(map) = map {
        app.map_ids(std::slice::from_ref(map)).await?;
    }
    let changes = app.store.changes(map).await?;
    if format == ShowFormat::Json {
        out.line(serde_json::to_string_pretty(&changes)?)?;
        return Ok(());
    }
    if changes.is_empty() {
        out.line("no changes are noted; `moodline change add --map MAP --touchpoint T --date D \"what\"` notes one")?;
        return Ok(());
    }
    let mut table = out.new_table(&["Change", "From", "Map", "Touchpoint", "What", "By"]);
    for TouchpointChange { id, map, touchpoint, day, what, actor, .. } in &changes {
        table.add_row([
            number(id),
            comfy_table::Cell::new(day),
            comfy_table::Cell::new(map),
            comfy_table::Cell::new(touchpoint),
            comfy_table::Cell::new(shorten(what, 120)),
            comfy_table::Cell::new(actor),
        ]);
    }
    Ok(out.table(&table)?)
}
