//! `moodline map`: list, show, its parts, heads, diff, history, restore, new, export.

mod by;
mod diff;
mod gaps;
mod heads;
mod suggest;
mod table;
mod versions;

use std::fs;

use anyhow::{Context as _, Result, bail};
pub(super) use moodline_api::ask::maps::Measured;
use moodline_api::ask::maps::{self, LayerFilter};
use moodline_maps::instantiate;
use moodline_types::{MapId, RunId, StageId, TouchpointId};
pub(crate) use suggest::additions;
use table::range;
pub(super) use table::{signed, table};

use super::{
    Context,
    init::write_new,
    metrics::{figures, table_of},
};
use crate::{
    cli::{ExportArgs, ExportFormat, ListFormat, MapCommand, MapLayersArgs, PartsArgs, ShowArgs, ShowFormat},
    output::{Output, number},
    settings::{Settings, load},
    wire::App,
};

pub(super) async fn run(command: MapCommand, context: &Context) -> Result<()> {
    match command {
        MapCommand::List { format } => list(format, context).await,
        MapCommand::Show(args) => show(args, context).await,
        MapCommand::New { map, template, name, stdout } => new(&map, &template, name.as_deref(), stdout, context),
        MapCommand::Stages(args) => stages(&args, context).await,
        MapCommand::Touchpoints(args) => touchpoints(&args, context).await,
        MapCommand::Personas(args) => personas(&args, context).await,
        MapCommand::Layers(args) => layers(args, context).await,
        MapCommand::Diff(args) => diff::run(args, context).await,
        MapCommand::History { map, format } => versions::history(&map, format, context).await,
        MapCommand::Heads { map, format } => heads::run(&map, format, context).await,
        MapCommand::Restore(args) => versions::restore(args, context).await,
        MapCommand::Export(args) => export_map(&args, context).await,
        MapCommand::Suggest(args) => suggest::run(args, context).await,
    }
}

/// Reads a map and its newest layers, or those of a run, from the database.
pub(super) async fn read_measured(app: &App, map: &MapId, run: Option<RunId>) -> Result<Measured> {
    Ok(maps::measured(app.store.as_ref(), map, run).await?)
}

async fn list(format: ListFormat, context: &Context) -> Result<()> {
    let app = context.app().await?;
    app.register_maps().await?;
    let rows = maps::list(app.store.as_ref()).await?;
    let mut out = Output::new();
    match format {
        ListFormat::Table => {
            let mut table = out.new_table(&["Map", "Name", "Stages", "Touchpoints", "n", "Net", "95 %", "Refreshed"]);
            for row in &rows {
                table.add_row([
                    comfy_table::Cell::new(&row.map),
                    comfy_table::Cell::new(&row.name),
                    number(row.stages),
                    number(row.touchpoints),
                    number(row.n),
                    out.mood(signed(row.net), row.net),
                    comfy_table::Cell::new(range(row.low.zip(row.high))),
                    comfy_table::Cell::new(
                        row.refreshed_at
                            .map_or_else(|| "never".to_owned(), |at| at.format("%Y-%m-%d %H:%M").to_string()),
                    ),
                ]);
            }
            out.table(&table)?;
        }
        ListFormat::Json => out.json(&rows)?,
        ListFormat::Jsonl => out.json_lines(&rows)?,
        ListFormat::Csv => {
            out.line("map,name,stages,touchpoints,n,net,low,high,refreshed_at")?;
            let mut writer = csv::WriterBuilder::new().has_headers(false).from_writer(&mut out);
            for row in rows {
                writer.serialize(row)?;
            }
            writer.flush()?;
        }
    }
    Ok(out.flush()?)
}

async fn show(args: ShowArgs, context: &Context) -> Result<()> {
    let app = context.app().await?;
    let (run, persona) = (args.run.map(RunId), args.persona.as_ref());
    let mut out = Output::new();
    if let Some(by) = args.by {
        let measured = read_measured(&app, &args.map, run).await?;
        by::show(&app, &measured, by, &args, &mut out).await?;
        return Ok(out.flush()?);
    }
    let measured = read_measured(&app, &args.map, run).await?;
    maps::of_persona(&measured.loaded, persona)?;
    let view = measured.view(&args.names, persona);
    match args.format {
        ShowFormat::Json => {
            out.json(&maps::show(app.store.as_ref(), &args.map, run, persona, &args.names).await?)?;
        }
        ShowFormat::Table => {
            table(&view, &mut out)?;
            gaps::lanes(&view, &mut out)?;
            gaps::today(&view, &mut out)?;
            if let Some(window) = view.window {
                let asked = figures(&app, view.map, window).await?;
                if !asked.is_empty() {
                    table_of(&asked, &view, &mut out)?;
                }
            }
        }
    }
    Ok(out.flush()?)
}

async fn stages(args: &PartsArgs, context: &Context) -> Result<()> {
    let app = context.app().await?;
    let rows = maps::stages(app.store.as_ref(), &args.map, &args.names).await?;
    let mut out = Output::new();
    match args.format {
        ShowFormat::Json => out.json(&rows)?,
        ShowFormat::Table => {
            let mut table = out.new_table(&["Stage", "Name", "Touchpoints"]);
            for row in rows {
                let touchpoints: Vec<&str> = row.touchpoints.iter().map(TouchpointId::as_str).collect();
                table.add_row([row.id.to_string(), row.name, touchpoints.join(", ")]);
            }
            out.table(&table)?;
        }
    }
    Ok(out.flush()?)
}

async fn touchpoints(args: &PartsArgs, context: &Context) -> Result<()> {
    let app = context.app().await?;
    let rows = maps::touchpoints(app.store.as_ref(), &args.map, &args.names).await?;
    let mut out = Output::new();
    match args.format {
        ShowFormat::Json => out.json(&rows)?,
        ShowFormat::Table => {
            let mut table = out.new_table(&["Stage", "Touchpoint", "Name", "Channel", "Owner", "Target"]);
            for row in rows {
                let target = row.target.map(|target| signed(Some(target))).unwrap_or_default();
                let [channel, owner] = [row.channel, row.owner].map(Option::unwrap_or_default);
                table.add_row([row.stage.to_string(), row.id.to_string(), row.name, channel, owner, target]);
            }
            out.table(&table)?;
        }
    }
    Ok(out.flush()?)
}

async fn personas(args: &PartsArgs, context: &Context) -> Result<()> {
    let app = context.app().await?;
    let rows = maps::personas(app.store.as_ref(), &args.map, &args.names).await?;
    let mut out = Output::new();
    match args.format {
        ShowFormat::Json => out.json(&rows)?,
        ShowFormat::Table => {
            let mut table = out.new_table(&["Persona", "Name", "Who"]);
            for row in rows {
                table.add_row([row.id.to_string(), row.name, row.description.unwrap_or_default()]);
            }
            out.table(&table)?;
        }
    }
    Ok(out.flush()?)
}

async fn layers(args: MapLayersArgs, context: &Context) -> Result<()> {
    let app = context.app().await?;
    let filter = LayerFilter {
        run: args.run.map(RunId),
        level: args.level.map(Into::into),
        stage: args.stage,
        touchpoint: args.touchpoint,
        persona: args.persona,
        period: args.period.map(Into::into),
    };
    let series = maps::layers(app.store.as_ref(), &args.map, &filter).await?;
    let mut out = Output::new();
    match args.format {
        ShowFormat::Json => out.json(&series)?,
        ShowFormat::Table => {
            let mut table = out.new_table(&["Stage", "Touchpoint", "From", "To", "n", "Net", "95 %", "State"]);
            for point in &series.layers {
                table.add_row([
                    comfy_table::Cell::new(point.stage.as_ref().map_or("whole map", StageId::as_str)),
                    comfy_table::Cell::new(point.touchpoint.as_ref().map_or("–", TouchpointId::as_str)),
                    comfy_table::Cell::new(point.from),
                    comfy_table::Cell::new(point.to),
                    number(point.n),
                    out.mood(signed(point.net), point.net),
                    comfy_table::Cell::new(range(point.low.zip(point.high))),
                    comfy_table::Cell::new(point.state),
                ]);
            }
            out.table(&table)?;
            gaps::against_targets(&series.today, &mut out)?;
        }
    }
    Ok(out.flush()?)
}

fn new(map: &MapId, template: &str, name: Option<&str>, stdout: bool, context: &Context) -> Result<()> {
    let text = instantiate(moodline_maps::template(template)?, map, Some(name.unwrap_or(map.as_str())))?;
    let mut out = Output::new();
    if stdout {
        out.line(text.trim_end())?;
        return Ok(out.flush()?);
    }
    let (settings, base) = match load(context.cli.config.as_deref()) {
        Ok(loaded) => (loaded.settings, loaded.base),
        Err(error) if context.cli.config.is_some() => return Err(error.into()),
        Err(_) => (Settings::default(), std::path::PathBuf::from(".")),
    };
    let folders = settings.maps.paths.iter().map(|path| base.join(path));
    let Some(folder) = folders.into_iter().find(|path| path.extension().is_none()) else {
        bail!("`maps.paths` in the settings names no folder to write to; use --stdout");
    };
    fs::create_dir_all(&folder).with_context(|| format!("could not make {}", folder.display()))?;
    let file = folder.join(format!("{map}.toml"));
    write_new(&file, &text)?;
    out.line(format!("wrote {}; edit it, then run `moodline check`", file.display()))?;
    Ok(out.flush()?)
}

async fn export_map(args: &ExportArgs, context: &Context) -> Result<()> {
    let app = context.app().await?;
    let format = match args.format {
        ExportFormat::Json => moodline_maps::ExportFormat::Json,
        ExportFormat::Csv => moodline_maps::ExportFormat::Csv,
        ExportFormat::Mermaid => moodline_maps::ExportFormat::Mermaid,
        ExportFormat::Svg => moodline_maps::ExportFormat::Svg,
    };
    let run = args.run.map(RunId);
    let text = maps::exported(app.store.as_ref(), &args.map, run, &args.names, format).await?;
    let mut out = Output::new();
    match &args.output {
        Some(path) => {
            fs::write(path, text).with_context(|| format!("could not write {}", path.display()))?;
            out.line(format!("wrote {}", path.display()))?;
        }
        None => out.line(text.trim_end())?,
    }
    Ok(out.flush()?)
}
