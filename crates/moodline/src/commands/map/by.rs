//! `moodline map show --by`: the same numbers of each persona, source, language, week, month or hour.

use anyhow::{Result, bail};
use comfy_table::Cell;
use moodline_maps::{MapView, to_json};
use moodline_types::{EmotionCounts, Layer, LayerNode, LayerState, MapId, Period, PersonaId, Segment};
use serde_json::{Value, json};

use super::{
    Measured,
    table::{axis, change, curve, interval, signed},
};
use crate::{
    cli::{By, ShowArgs, ShowFormat},
    output::{Output, number},
    wire::App,
};

/// One part of the mentions, or one stretch of time, with its layers.
struct Part {
    name: String,
    layers: Vec<Layer>,
}

/// Prints the map part by part.
pub(super) async fn show(app: &App, measured: &Measured, by: By, args: &ShowArgs, out: &mut Output) -> Result<()> {
    let parts = parts(app, measured, by).await?;
    let node = node(measured, &args.map, args.of.as_deref())?;
    if args.format == ShowFormat::Json {
        return Ok(out.line(serde_json::to_string_pretty(&all(measured, by, &args.names, &parts))?)?);
    }
    table(measured, by, &args.names, &node, &parts, out)
}

async fn parts(app: &App, measured: &Measured, by: By) -> Result<Vec<Part>> {
    let Some(set) = &measured.set else { return Ok(Vec::new()) };
    let map = &measured.loaded.map;
    let over_time = |period: Period| {
        let mut layers: Vec<&Layer> =
            set.layers.iter().filter(|layer| layer.period == period && layer.persona.is_none()).collect();
        layers.sort_by_key(|layer| layer.window.from);
        let spans = layers.chunk_by(|a, b| a.window == b.window);
        spans.map(|span| named(span[0].window.from.to_string(), span.iter().copied())).collect()
    };
    Ok(match by {
        By::Week => over_time(Period::Week),
        By::Month => over_time(Period::Month),
        By::Persona => {
            let met = map.personas.iter().filter(|persona| of_persona(&set.layers, &persona.id).next().is_some());
            met.map(|persona| named(persona.id.to_string(), of_persona(&set.layers, &persona.id))).collect()
        }
        By::Source | By::Language | By::Hour => {
            if by == By::Hour && !map.tells_hours() {
                bail!("map {} is of type `{}`; only maps of type `day-in-the-life` tell hours", map.id, map.kind);
            }
            let segments = app.store.segments(&map.id, set.run.id).await?;
            let wanted: Vec<_> =
                segments.iter().filter_map(|part| Some((name(&part.segment, by)?, &part.layer))).collect();
            let spans = wanted.chunk_by(|(a, _), (b, _)| a == b);
            spans.map(|span| named(span[0].0.clone(), span.iter().map(|(_, layer)| *layer))).collect()
        }
    })
}

fn of_persona<'l>(layers: &'l [Layer], persona: &'l PersonaId) -> impl Iterator<Item = &'l Layer> {
    layers.iter().filter(move |layer| layer.period == Period::Window && layer.persona.as_ref() == Some(persona))
}

fn named<'a>(name: String, layers: impl IntoIterator<Item = &'a Layer>) -> Part {
    // The view shows the headline of everyone: here these are the layers asked for.
    let layers = layers.into_iter().map(|layer| Layer { persona: None, period: Period::Window, ..layer.clone() });
    Part { name, layers: layers.collect() }
}

/// The name of a segment of the kind asked for.
fn name(segment: &Segment, by: By) -> Option<String> {
    match (segment, by) {
        (Segment::Source(source), By::Source) => Some(source.to_string()),
        (Segment::Language(language), By::Language) => Some(language.clone()),
        (Segment::Hour(hour), By::Hour) => Some(format!("{hour:02}:00")),
        _ => None,
    }
}

/// The stage or touchpoint named, else the whole map.
fn node(measured: &Measured, map: &MapId, of: Option<&str>) -> Result<LayerNode> {
    let Some(name) = of else { return Ok(LayerNode::Map) };
    let stages = &measured.loaded.map.stages;
    let touchpoint = measured.loaded.map.touchpoints().find(|(_, touchpoint)| touchpoint.id.as_str() == name);
    if let Some((stage, touchpoint)) = touchpoint {
        return Ok(LayerNode::Touchpoint(stage.id.clone(), touchpoint.id.clone()));
    }
    let Some(stage) = stages.iter().find(|stage| stage.id.as_str() == name) else {
        let known: Vec<&str> = stages.iter().map(|stage| stage.id.as_str()).collect();
        bail!("map {map} has no stage or touchpoint `{name}`; its stages are {}", known.join(", "));
    };
    Ok(LayerNode::Stage(stage.id.clone()))
}

/// Every part with the layers of all its nodes, under the names that `map show` uses.
fn all(measured: &Measured, by: By, names: &str, parts: &[Part]) -> Value {
    let map = &measured.loaded.map;
    let part = |part: &Part| {
        let view = view(measured, names, part);
        let mut whole = to_json(&view);
        json!({ "name": part.name, "window": whole["window"].take(), "layer": whole["layer"].take(),
                "stages": whole["stages"].take() })
    };
    json!({
        "map": map.id,
        "run": measured.set.as_ref().map(|set| set.run.id),
        "by": by.as_str(),
        "parts": parts.iter().map(part).collect::<Vec<_>>(),
    })
}

fn view<'a>(measured: &'a Measured, names: &'a str, part: &Part) -> MapView<'a> {
    let map = &measured.loaded.map;
    match &measured.set {
        Some(set) => MapView::with_layers(map, names, set.run.id, part.layers.iter().cloned()),
        None => MapView::new(map, names),
    }
}

fn table(measured: &Measured, by: By, names: &str, node: &LayerNode, parts: &[Part], out: &mut Output) -> Result<()> {
    let map = &measured.loaded.map;
    let of = match node {
        LayerNode::Map => String::new(),
        LayerNode::Stage(stage) => format!(", {stage}"),
        LayerNode::Touchpoint(stage, touchpoint) => format!(", {stage}/{touchpoint}"),
    };
    out.heading(&format!("{}{of} by {}", map.name.in_language(names), by.as_str()))?;
    if parts.is_empty() {
        return Ok(out.line(format!("nothing to tell apart by {}", by.as_str()))?);
    }
    let title = by.title();
    let axis = axis();
    let headings = [title, "n", "weighs", "Net", "95 %", &axis, "Change", "Emotions", "State"];
    let mut table = out.new_table(&headings);
    for part in parts {
        let Some(layer) = part.layers.iter().find(|layer| layer.node == *node) else { continue };
        table.add_row(vec![
            Cell::new(&part.name),
            number(layer.counts.n()),
            number(format!("{:.1}", layer.n_effective)),
            out.mood(signed(layer.net), layer.net),
            Cell::new(interval(Some(layer))),
            out.mood(curve(Some(layer)), layer.net),
            Cell::new(change(Some(layer))),
            Cell::new(emotions(&layer.emotions)),
            Cell::new(if layer.state == LayerState::Ok { String::new() } else { layer.state.to_string() }),
        ]);
    }
    out.table(&table)?;
    if by == By::Hour {
        let zone = map.time_zone.map_or("UTC", |zone| zone.as_str());
        let others = if map.time_zones.is_empty() { "" } else { ", and of the zones given for single sources" };
        out.line(format!(
            "hours of {zone}{others}: authors who live elsewhere, and posts without a time, are not told apart"
        ))?;
    }
    Ok(())
}

/// The two emotions that show most, e.g. `anger 41 %, joy 12 %`.
pub(super) fn emotions(mix: &EmotionCounts) -> String {
    let shown = mix.shown().into_iter().take(2).map(|(emotion, share)| format!("{emotion} {:.0} %", share * 100.0));
    shown.collect::<Vec<_>>().join(", ")
}
