//! The stable JSON of `moodline map show --format json`.

use moodline_types::{Alert, Corrected, Counts, Layer, LayerNode, TouchpointChange};
use serde_json::{Value, json};

use crate::{
    Gap, MapView, Stage, Touchpoint,
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
        "future_of": map.future_of,
        "language": view.language,
        "run": view.run,
        "window": view.window,
        "stages": map.stages.iter().map(|stage| stage_json(view, stage)).collect::<Vec<_>>(),
        "layer": layer_json(view.whole(), None),
        "weeks": curve_json(view.weeks(&LayerNode::Map)),
        "months": curve_json(view.months(&LayerNode::Map)),
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
            "lane": touchpoint.lane,
            "measured": view.map.measures(touchpoint),
            "layer": layer_json(view.touchpoint(stage, touchpoint), Some(touchpoint)),
            "today": today_json(view, touchpoint),
            "weeks": curve_json(view.weeks(&node)),
            "months": curve_json(view.months(&node)),
            "alerts": alerts_json(view, touchpoint),
            "changes": changes_json(view, touchpoint),
        })
    });
    let node = LayerNode::Stage(stage.id.clone());
    json!({
        "id": stage.id,
        "name": view.say(&stage.name),
        "layer": layer_json(view.stage(stage), None),
        "touchpoints": touchpoints.collect::<Vec<_>>(),
        "weeks": curve_json(view.weeks(&node)),
        "months": curve_json(view.months(&node)),
    })
}

/// One layer under its stable names; `no_data` where there is none.
pub fn layer_json(layer: Option<&Layer>, touchpoint: Option<&Touchpoint>) -> Value {
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
        "emotions": layer.map(|layer| layer.emotions).unwrap_or_default(),
        "net": layer.and_then(|layer| layer.net).map(rounded),
        "low": layer.and_then(|layer| layer.low).map(rounded),
        "high": layer.and_then(|layer| layer.high).map(rounded),
        "state": state(layer),
        "change": change,
        "perceived": perceived(layer, touchpoint).map(rounded),
        "target": target(layer, touchpoint).map(rounded),
        "gap": gap_json(layer, perceived(layer, touchpoint)),
        "to_target": gap_json(layer, target(layer, touchpoint)),
        "corrected": layer.and_then(|layer| layer.corrected).map(|corrected| corrected_json(&corrected)),
    })
}

/// How the journey stands today at the touchpoint that this one takes the place of, against the target here.
fn today_json(view: &MapView<'_>, touchpoint: &Touchpoint) -> Option<Value> {
    let today = view.today.as_ref()?;
    let layer = today.layer(touchpoint)?;
    Some(json!({
        "map": today.map,
        "run": today.run,
        "touchpoint": touchpoint.today(),
        "n": layer.counts.n(),
        "net": layer.net.map(rounded),
        "low": layer.low.map(rounded),
        "high": layer.high.map(rounded),
        "state": layer.state,
        "target": touchpoint.target.map(rounded),
        "to_target": gap_json(Some(layer), touchpoint.target),
    }))
}

/// The measured index less a level set by people, with its interval.
fn gap_json(layer: Option<&Layer>, level: Option<f64>) -> Option<Value> {
    let gap = Gap::of(layer?, level?)?;
    Some(json!({ "net": rounded(gap.net), "low": rounded(gap.low), "high": rounded(gap.high) }))
}

fn corrected_json(corrected: &Corrected) -> Value {
    json!({
        "positive": rounded(corrected.positive),
        "neutral": rounded(corrected.neutral),
        "negative": rounded(corrected.negative),
        "net": rounded(corrected.net()),
        "low": rounded(corrected.low),
        "high": rounded(corrected.high),
        "labels": corrected.labels,
    })
}

/// Points of a curve, oldest first.
fn curve_json(layers: &[Layer]) -> Vec<Value> {
    let point = |layer: &Layer| {
        json!({
            "from": layer.window.from,
            "to": layer.window.to,
            "n": layer.counts.n(),
            "n_effective": rounded(layer.n_effective),
            "net": layer.net.map(rounded),
            "low": layer.low.map(rounded),
            "high": layer.high.map(rounded),
            "state": layer.state,
            "emotions": layer.emotions,
        })
    };
    layers.iter().map(point).collect()
}

/// Alerts and watches that go on.
fn alerts_json(view: &MapView<'_>, touchpoint: &Touchpoint) -> Vec<Value> {
    let alert = |alert: &Alert| {
        json!({
            "id": alert.id,
            "tier": alert.episode.tier,
            "kind": alert.episode.kind,
            "status": alert.status,
            "from_day": alert.episode.from_day,
            "last_day": alert.episode.last_day,
            "detail": alert.episode.detail,
        })
    };
    view.marks.alerts(&touchpoint.id).into_iter().map(alert).collect()
}

fn changes_json(view: &MapView<'_>, touchpoint: &Touchpoint) -> Vec<Value> {
    let change = |change: &TouchpointChange| json!({ "id": change.id, "day": change.day, "what": change.what });
    view.marks.changes(&touchpoint.id).into_iter().map(change).collect()
}

/// Four decimals, and never a negative zero.
fn rounded(value: f64) -> f64 {
    (value * 10_000.0).round() / 10_000.0 + 0.0
}
