//! `moodline change`: what a team did at a touchpoint, and what came of it.

use anyhow::{Result, anyhow};
use moodline_api::{
    ask::alerts,
    body::{NewTouchpointChange, TouchpointChange},
};
use moodline_types::{Clock, MapId};
use serde_json::json;

use super::{Context, effect};
use crate::{
    cli::{ChangeCommand, ShowFormat},
    output::{Output, number, shorten},
    wire::App,
};

pub(super) async fn run(command: ChangeCommand, context: &Context) -> Result<()> {
    let app = context.app().await?;
    let mut out = Output::new();
    match command {
        ChangeCommand::Add { map, touchpoint, date, actor, what, format } => {
            let now = app.clock.now();
            let day = date.unwrap_or_else(|| now.date_naive());
            let what = what.trim().parse().map_err(|reason| anyhow!("what was changed {reason}"))?;
            let new = NewTouchpointChange { map, touchpoint, day, what };
            let change = alerts::add_change(app.store.as_ref(), new, &actor, now).await?;
            if format == ShowFormat::Json {
                out.json(&change)?;
            } else {
                let TouchpointChange { id, map, touchpoint, day, what, .. } = change;
                out.line(format!("change {id}: {touchpoint} of {map} from {day}: {what}"))?;
                out.line(format!("once a week or two have been read: `moodline change effect {id}`"))?;
            }
        }
        ChangeCommand::List { map, format } => list(map.as_ref(), format, &app, &mut out).await?,
        ChangeCommand::Remove { change, actor, format } => {
            app.store.remove_change(change, &actor, app.clock.now()).await?;
            match format {
                ShowFormat::Json => out.json(&json!({ "removed": change }))?,
                ShowFormat::Table => out.line(format!("change {change} is forgotten"))?,
            }
        }
        ChangeCommand::Effect(args) => effect::run(&args, &app, &mut out).await?,
    }
    Ok(out.flush()?)
}

async fn list(map: Option<&MapId>, format: ShowFormat, app: &App, out: &mut Output) -> Result<()> {
    let changes = alerts::changes(app.store.as_ref(), map).await?;
    if format == ShowFormat::Json {
        return Ok(out.json(&changes)?);
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
