//! `moodline map`: list, show, new, export.

mod by;

use std::fs;

use anyhow::{Context as _, Result, bail};
use moodline_maps::{LoadedMap, MapView, export, instantiate, parse_map, to_json};
use moodline_store::LayerSet;
use moodline_types::{Layer, LayerNode, LayerState, MapId, Period, PersonaId, RunId, error_chain};
use serde_json::json;

use super::{Context, init::write_new};
use crate::{
    cli::{ExportArgs, ExportFormat, ListFormat, MapCommand, ShowArgs, ShowFormat},
    output::{Output, number, shorten},
    settings::{BadSettings, Settings, load},
    wire::App,
};

/// Columns of the drawn curve, from −1 to 1.
const CURVE_WIDTH: usize = 25;

pub(super) async fn run(command: MapCommand, context: &Context) -> Result<()> {
    match command {
        MapCommand::List { format } => list(format, context).await,
        MapCommand::Show(args) => show(args, context).await,
        MapCommand::New { map, template, name, stdout } => new(&map, &template, name.as_deref(), stdout, context),
        MapCommand::Export(args) => export_map(&args, context).await,
    }
}

/// A registered map and the layers of one of its runs.
pub(super) struct Measured {
    pub(super) loaded: LoadedMap,
    pub(super) set: Option<LayerSet>,
}

impl Measured {
    /// The map with its layers, for everyone or for one persona.
    pub(super) fn view<'a>(&'a self, names: &'a str, persona: Option<&PersonaId>) -> MapView<'a> {
        let Some(set) = &self.set else { return MapView::new(&self.loaded.map, names) };
        let layers = set.layers.iter().filter(|layer| layer.persona.as_ref() == persona).cloned();
        // The view shows layers without a persona: here these are the ones asked for.
        let layers = layers.map(|layer| Layer { persona: None, ..layer });
        MapView::with_layers(&self.loaded.map, names, set.run.id, layers)
    }

    /// The headline layers for everyone.
    pub(super) fn headline(&self) -> impl Iterator<Item = &Layer> {
        let layers = self.set.iter().flat_map(|set| &set.layers);
        layers.filter(|layer| layer.period == Period::Window && layer.persona.is_none())
    }
}

/// Reads a map and its newest layers, or those of a run, from the database.
pub(super) async fn read_measured(app: &App, map: &MapId, run: Option<RunId>) -> Result<Measured> {
    app.map_ids(std::slice::from_ref(map)).await?;
    let records = app.store.maps().await?;
    let Some(record) = records.iter().find(|record| record.id == *map) else { bail!("there is no map `{map}`") };
    let loaded = parse_map(map.as_str(), &record.definition)
        .map_err(|error| BadSettings(format!("the stored map cannot be read: {}", error_chain(&error))))?;
    let set = app.store.layers(map, run).await?;
    if let (Some(run), None) = (run, &set) {
        bail!("there is no finished run {run} of map {map}");
    }
    Ok(Measured { loaded, set })
}

async fn list(format: ListFormat, context: &Context) -> Result<()> {
    let app = context.app().await?;
    app.register_maps().await?;
    let mut rows = Vec::new();
    for id in app.map_ids(&[]).await? {
        let measured = read_measured(&app, &id, None).await?;
        let map = &measured.loaded.map;
        let whole = measured.headline().find(|layer| layer.node == LayerNode::Map).cloned();
        let refreshed = measured.set.as_ref().and_then(|set| set.run.finished_at);
        let name = map.name.in_language("en").to_owned();
        rows.push((id, name, map.stages.len(), map.touchpoints().count(), whole, refreshed));
    }
    let mut out = Output::new();
    if matches!(format, ListFormat::Table) {
        let mut table = out.new_table(&["Map", "Name", "Stages", "Touchpoints", "n", "Net", "95 %", "Refreshed"]);
        for (id, name, stages, touchpoints, whole, refreshed) in &rows {
            let net = whole.as_ref().and_then(|layer| layer.net);
            table.add_row([
                comfy_table::Cell::new(id),
                comfy_table::Cell::new(name),
                number(stages),
                number(touchpoints),
                number(whole.as_ref().map_or(0, |layer| layer.counts.n())),
                out.mood(signed(net), net),
                comfy_table::Cell::new(interval(whole.as_ref())),
                comfy_table::Cell::new(
                    refreshed.map_or_else(|| "never".to_owned(), |at| at.format("%Y-%m-%d %H:%M").to_string()),
                ),
            ]);
        }
        out.table(&table)?;
        return Ok(out.flush()?);
    }
    let values: Vec<_> = rows
        .iter()
        .map(|(id, name, stages, touchpoints, whole, refreshed)| {
            json!({"map": id, "name": name, "stages": stages, "touchpoints": touchpoints,
                   "n": whole.as_ref().map_or(0, |l| l.counts.n()), "net": whole.as_ref().and_then(|l| l.net),
                   "low": whole.as_ref().and_then(|l| l.low), "high": whole.as_ref().and_then(|l| l.high),
                   "refreshed_at": refreshed})
        })
        .collect();
    match format {
        ListFormat::Jsonl => {
            for value in values {
                out.line(value.to_string())?;
            }
        }
        ListFormat::Csv => {
            out.line("map,name,stages,touchpoints,n,net,low,high,refreshed_at")?;
            let mut writer = csv::WriterBuilder::new().has_headers(false).from_writer(&mut out);
            for value in values {
                let fields = value.as_object().into_iter().flat_map(|object| object.values());
                writer.write_record(fields.map(|field| {
                    field
                        .as_str()
                        .map_or_else(|| if field.is_null() { String::new() } else { field.to_string() }, str::to_owned)
                }))?;
            }
            writer.flush()?;
        }
        ListFormat::Json | ListFormat::Table => {
            out.line(serde_json::to_string_pretty(&values)?)?;
        }
    }
    Ok(out.flush()?)
}

async fn show(args: ShowArgs, context: &Context) -> Result<()> {
    let app = context.app().await?;
    let measured = read_measured(&app, &args.map, args.run.map(RunId)).await?;
    if let Some(persona) = &args.persona
        && measured.loaded.map.persona(persona).is_none()
    {
        let known: Vec<&str> = measured.loaded.map.personas.iter().map(|p| p.id.as_str()).collect();
        bail!("map {} has no persona `{persona}`; it has {}", args.map, known.join(", "));
    }
    let mut out = Output::new();
    if let Some(by) = args.by {
        by::show(&app, &measured, by, &args, &mut out).await?;
        return Ok(out.flush()?);
    }
    let view = measured.view(&args.names, args.persona.as_ref());
    match args.format {
        ShowFormat::Json => out.line(serde_json::to_string_pretty(&to_json(&view))?)?,
        ShowFormat::Table => table(&view, &mut out)?,
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
            table.add_row(row(view, out, &name, view.touchpoint(stage, touchpoint), &node));
        }
    }
    table.add_row(row(view, out, "whole map", view.whole(), &LayerNode::Map));
    out.table(&table)?;
    out.line(
        "net = (positive − negative) / n, shrunk towards its stage; inferred from public text, not self-reported",
    )?;
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

fn signed(net: Option<f64>) -> String {
    net.map_or_else(|| "–".to_owned(), |net| format!("{net:+.2}").replace('-', "−"))
}

fn interval(layer: Option<&Layer>) -> String {
    match layer.and_then(|layer| layer.low.zip(layer.high)) {
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
    let measured = read_measured(&app, &args.map, None).await?;
    let view = measured.view(&args.names, None);
    let format = match args.format {
        ExportFormat::Json => moodline_maps::ExportFormat::Json,
        ExportFormat::Csv => moodline_maps::ExportFormat::Csv,
        ExportFormat::Mermaid => moodline_maps::ExportFormat::Mermaid,
        ExportFormat::Svg => moodline_maps::ExportFormat::Svg,
    };
    let text = export(&view, format);
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
