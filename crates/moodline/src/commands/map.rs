//! `moodline map`: list, show, its parts, heads, diff, history, restore, new, export.

mod by;
mod diff;
mod gaps;
mod heads;
mod suggest;
mod versions;

use std::fs;

use anyhow::{Context as _, Result, bail};
pub(super) use moodline_api::ask::maps::Measured;
use moodline_api::ask::maps::{self, LayerFilter};
use moodline_maps::{MapView, Touchpoint, instantiate};
use moodline_types::{AlertTier, Layer, LayerNode, LayerState, MapId, RunId, StageId, TouchpointId};
pub(crate) use suggest::additions;

use super::{
    Context,
    init::write_new,
    metrics::{figures, table_of},
};
use crate::{
    cli::{ExportArgs, ExportFormat, ListFormat, MapCommand, MapLayersArgs, PartsArgs, ShowArgs, ShowFormat},
    output::{Output, number, shorten},
    settings::{Settings, load},
    wire::App,
};

/// Changes told under a curve.
const CHANGES: usize = 8;
/// Columns of the drawn curve, from −1 to 1.
const CURVE_WIDTH: usize = 25;

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

/// The map as a table: a line per touchpoint under its stage, the curve drawn from −1 to 1.
pub(super) fn table(view: &MapView<'_>, out: &mut Output) -> Result<()> {
    let window = view.window.map_or_else(|| "not measured yet".to_owned(), |w| format!("{} to {}", w.from, w.to));
    let run = view.run.map(|run| format!(", run {run}")).unwrap_or_default();
    out.heading(&format!("{} — {window}{run}", view.say(&view.map.name)))?;
    let axis = axis();
    let mut table = out.new_table(&["Touchpoint", "n", "Net", "95 %", &axis, "Weeks", "Change", "State"]);
    for stage in &view.map.stages {
        let node = LayerNode::Stage(stage.id.clone());
        table.add_row(row(view, out, view.say(&stage.name), view.stage(stage), &node));
        for touchpoint in &stage.touchpoints {
            let node = LayerNode::Touchpoint(stage.id.clone(), touchpoint.id.clone());
            let name = format!("  {}", view.say(&touchpoint.name));
            let mut cells = row(view, out, &name, view.touchpoint(stage, touchpoint), &node);
            if let (Some(sign), Some(state)) = (sign(view, touchpoint), cells.last_mut()) {
                *state = comfy_table::Cell::new(format!("{} {sign}", state.content()).trim());
            }
            table.add_row(cells);
        }
    }
    table.add_row(row(view, out, "whole map", view.whole(), &LayerNode::Map));
    out.table(&table)?;
    for layer in view.layers.values().filter(|layer| layer.node == LayerNode::Map) {
        if let Some(corrected) = layer.corrected {
            out.line(format!(
                "without the model's known errors ({} labelled texts): whole map {}, 95 % {}..{}; stages in --format json",
                corrected.labels,
                signed(Some(corrected.net())),
                signed(Some(corrected.low)),
                signed(Some(corrected.high))
            ))?;
        }
    }
    out.line(
        "net = (positive − negative) / n, shrunk towards its stage; inferred from public text, not self-reported",
    )?;
    if view.map.touchpoints().any(|(_, touchpoint)| view.marks.tier(&touchpoint.id).is_some()) {
        out.line("⚠ an alert with its number: `moodline alerts show NUMBER`; (⚠) watched")?;
    }
    let changes = view.marks.all_changes();
    for change in changes.iter().rev().take(CHANGES).rev() {
        let what = shorten(&change.what, 80);
        out.line(format!(
            "changed {} {}: {what} (`moodline change effect {}`)",
            change.day, change.touchpoint, change.id
        ))?;
    }
    Ok(())
}

fn row(
    view: &MapView<'_>,
    out: &Output,
    name: &str,
    layer: Option<&Layer>,
    node: &LayerNode,
) -> Vec<comfy_table::Cell> {
    let net = layer.and_then(|layer| layer.net);
    let state = layer.map_or(LayerState::NoData, |layer| layer.state);
    let weeks: Vec<Option<f64>> = view.weeks(node).iter().map(|week| week.net).collect();
    vec![
        comfy_table::Cell::new(shorten(name, 30)),
        number(layer.map_or(0, |layer| layer.counts.n())),
        out.mood(signed(net), net),
        comfy_table::Cell::new(interval(layer)),
        out.mood(curve(layer), net),
        comfy_table::Cell::new(sparkline(&weeks)),
        comfy_table::Cell::new(change(layer)),
        comfy_table::Cell::new(if state == LayerState::Ok { String::new() } else { state.to_string() }),
    ]
}

/// The heading over [`curve`].
fn axis() -> String {
    format!("−1{:^width$}+1", "0", width = CURVE_WIDTH - 4)
}

/// The change against the time before; marked only where its whole interval lies on one side of zero.
fn change(layer: Option<&Layer>) -> String {
    layer.and_then(|layer| layer.change).map_or_else(String::new, |change| {
        let mark = if change.low > 0.0 {
            " ▲"
        } else if change.high < 0.0 {
            " ▼"
        } else {
            ""
        };
        format!("{}{mark}", signed(Some(change.net)))
    })
}

/// What goes on at a touchpoint: `⚠3`, or `(⚠)` where it is only watched.
fn sign(view: &MapView<'_>, touchpoint: &Touchpoint) -> Option<String> {
    let alerts = view.marks.alerts(&touchpoint.id);
    let loudest = alerts.first()?;
    Some(if loudest.episode.tier == AlertTier::Alert { format!("⚠{}", loudest.id) } else { "(⚠)".to_owned() })
}

pub(super) fn signed(net: Option<f64>) -> String {
    net.map_or_else(|| "–".to_owned(), |net| format!("{net:+.2}").replace('-', "−"))
}

fn interval(layer: Option<&Layer>) -> String {
    range(layer.and_then(|layer| layer.low.zip(layer.high)))
}

fn range(ends: Option<(f64, f64)>) -> String {
    match ends {
        Some((low, high)) => format!("{}..{}", signed(Some(low)), signed(Some(high))),
        None => String::new(),
    }
}

/// `──●──` on an axis from −1 to 1; a hollow point where the number may not be read.
fn curve(layer: Option<&Layer>) -> String {
    let column = |value: f64| (f64::midpoint(value, 1.0) * (CURVE_WIDTH - 1) as f64).round() as usize;
    let mut cells = vec!['·'; CURVE_WIDTH];
    cells[CURVE_WIDTH / 2] = '┊';
    if let Some((layer, net)) = layer.and_then(|layer| layer.net.map(|net| (layer, net))) {
        if let Some((low, high)) = layer.low.zip(layer.high) {
            let (low, high) = (column(low.clamp(-1.0, 1.0)), column(high.clamp(-1.0, 1.0)));
            cells[low..=high].fill('─');
        }
        cells[column(net.clamp(-1.0, 1.0))] = if layer.state == LayerState::Ok { '●' } else { '○' };
    }
    cells.into_iter().collect()
}

/// One block per week, from −1 (lowest) to 1 (full); a dot where nothing was said.
fn sparkline(weeks: &[Option<f64>]) -> String {
    const BLOCKS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
    let block = |net: f64| BLOCKS[(f64::midpoint(net, 1.0) * 7.0).round().clamp(0.0, 7.0) as usize];
    weeks.iter().map(|week| week.map_or('·', block)).collect()
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_weeks_read_from_low_to_high_and_gaps_stay_visible() {
        assert_eq!(sparkline(&[Some(-1.0), Some(0.0), None, Some(1.0)]), "▁▅·█");
    }

    #[test]
    fn numbers_carry_their_sign() {
        assert_eq!(
            (signed(Some(-0.224)), signed(Some(0.5)), signed(None)),
            ("−0.22".into(), "+0.50".into(), "–".into())
        );
    }
}
