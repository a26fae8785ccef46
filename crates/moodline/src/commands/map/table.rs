//! The curve of a map as a table, drawn with characters.

use anyhow::Result;
use moodline_maps::{MapView, Touchpoint};
use moodline_types::{AlertTier, Layer, LayerNode, LayerState};

use crate::output::{Output, number, shorten};

/// Changes told under a curve.
const CHANGES: usize = 8;
/// Columns of the drawn curve, from −1 to 1.
const CURVE_WIDTH: usize = 25;

/// The map as a table: a line per touchpoint under its stage, the curve drawn from −1 to 1.
pub(in super::super) fn table(view: &MapView<'_>, out: &mut Output) -> Result<()> {
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
pub(super) fn axis() -> String {
    format!("−1{:^width$}+1", "0", width = CURVE_WIDTH - 4)
}

/// The change against the time before; marked only where its whole interval lies on one side of zero.
pub(super) fn change(layer: Option<&Layer>) -> String {
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

pub(in super::super) fn signed(net: Option<f64>) -> String {
    net.map_or_else(|| "–".to_owned(), |net| format!("{net:+.2}").replace('-', "−"))
}

pub(super) fn interval(layer: Option<&Layer>) -> String {
    range(layer.and_then(|layer| layer.low.zip(layer.high)))
}

pub(super) fn range(ends: Option<(f64, f64)>) -> String {
    match ends {
        Some((low, high)) => format!("{}..{}", signed(Some(low)), signed(Some(high))),
        None => String::new(),
    }
}

/// `──●──` on an axis from −1 to 1; a hollow point where the number may not be read.
pub(super) fn curve(layer: Option<&Layer>) -> String {
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
