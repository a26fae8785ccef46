//! The stable JSON of `moodline map show --format json`.

use moodline_types::{Counts, Layer, LayerNode};
use serde_json::{Value, json};

use crate::{
    MapView, Stage, Touchpoint,
    view::{perceived, state, target},
};

/// A map with its layers. The keys `map`, `run`, `window`, `stages`, `layer` and those of a layer (`n` … `target`)
/// keep their names; others may join them. Numbers are rounded to four decimals; a node without a layer says
/// `no_data`, as does every node of a map that has not been measured (`run` and `window` are then null).
pub fn to_json(view: &MapView<'_>) -> Value {
    let map = view.map;
    json!({
        "map": map.id,
        "name": view.say(&map.name),
        "type": map.kind,
        "language": view.language,
        "run": view.run,
        "window": view.window,
        "stages": map.stages.iter().map(|stage| stage_json(view, stage)).collect::<Vec<_>>(),
        "layer": layer_json(view.whole(), None),
        "weeks": weeks_json(view, &LayerNode::Map),
    })
}

fn stage_json(view: &MapView<'_>, stage: &Stage) -> Value {
    let touchpoints = stage.touchpoints.iter().map(|touchpoint| {
        let node = LayerNode::Touchpoint(stage.id.clone(), touchpoint.id.clone());
        json!({
            "id": touchpoint.id,
            "name": view.say(&touchpoint.name),
            "channel": touchpoint.channel,
            "owner": touchpoint.owner,
            "layer": layer_json(view.touchpoint(stage, touchpoint), Some(touchpoint)),
            "weeks": weeks_json(view, &node),
        })
    });
    json!({
        "id": stage.id,
        "name": view.say(&stage.name),
        "layer": layer_json(view.stage(stage), None),
        "touchpoints": touchpoints.collect::<Vec<_>>(),
        "weeks": weeks_json(view, &LayerNode::Stage(stage.id.clone())),
    })
}

fn layer_json(layer: Option<&Layer>, touchpoint: Option<&Touchpoint>) -> Value {
    let counts = layer.map_or_else(Counts::default, |layer| layer.counts);
    let change = layer
        .and_then(|layer| layer.change)
        .map(|change| json!({ "net": rounded(change.net), "low": rounded(change.low), "high": rounded(change.high) }));
    json!({
        "n": counts.n(),
        "n_effective": rounded(layer.map_or(0.0, |layer| layer.n_effective)),
        "positive": counts.positive,
        "neutral": counts.neutral,
        "negative": counts.negative,
        "mixed": counts.mixed,
        "unsure": counts.unsure,
        "net": layer.and_then(|layer| layer.net).map(rounded),
        "low": layer.and_then(|layer| layer.low).map(rounded),
        "high": layer.and_then(|layer| layer.high).map(rounded),
        "state": state(layer),
        "change": change,
        "perceived": perceived(layer, touchpoint).map(rounded),
        "target": target(layer, touchpoint).map(rounded),
    })
}

fn weeks_json(view: &MapView<'_>, node: &LayerNode) -> Vec<Value> {
    let week = |layer: &Layer| {
        json!({
            "from": layer.window.from,
            "to": layer.window.to,
            "n": layer.counts.n(),
            "net": layer.net.map(rounded),
            "low": layer.low.map(rounded),
            "high": layer.high.map(rounded),
            "state": layer.state,
        })
    };
    view.weeks(node).iter().map(week).collect()
}

/// Four decimals, and never a negative zero.
fn rounded(value: f64) -> f64 {
    (value * 10_000.0).round() / 10_000.0 + 0.0
}
