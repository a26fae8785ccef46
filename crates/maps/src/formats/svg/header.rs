//! What stands above the chart: title, whole-journey number, stages.

use moodline_types::LayerState;

use super::{
    INK, SOFT,
    canvas::{Anchor, BOLD, Canvas, Font, wrap, wrap_evenly},
    colour,
    layout::Layout,
    words::Words,
};
use crate::{MapView, formats::points, view::state};

const TITLE: Font = Font::new(26.0, 700, INK, Anchor::Start);
const FACTS: Font = Font::new(13.0, 400, SOFT, Anchor::Start);
/// Room the whole-journey number takes on the right.
const OVERALL_ROOM: f64 = 330.0;
/// How far a stage's arrow reaches into the next.
const ARROW: f64 = 10.0;

/// Draws title, facts, goal and the number of the whole journey.
pub(super) fn draw(canvas: &mut Canvas, view: &MapView<'_>, layout: &Layout, words: &Words) {
    let left = 36.0;
    let room = layout.width - left - OVERALL_ROOM - 36.0;
    for line in wrap(view.say(&view.map.name), TITLE.size * BOLD, room, 1) {
        canvas.text(left, 48.0, TITLE, &line);
    }
    canvas.text(left, 72.0, FACTS, &facts(view, words));
    if let Some(goal) = &view.map.goal {
        for line in wrap(view.say(goal), FACTS.size, room, 1) {
            canvas.text(left, 94.0, FACTS, &line);
        }
    }
    let Some(whole) = view.whole() else { return };
    let Some(net) = whole.net else { return };
    let right = layout.right;
    canvas.text(right, 36.0, Font::new(12.0, 600, SOFT, Anchor::End), words.overall);
    let number = Font::new(40.0, 700, INK, Anchor::End);
    canvas.text(right, 76.0, number, &points(net));
    if let (Some(low), Some(high)) = (whole.low, whole.high) {
        let state = words.state(whole.state);
        let caveat = if state.is_empty() { String::new() } else { format!(" · {state}") };
        let interval = format!("{} {} … {}{caveat}", words.interval, points(low), points(high));
        canvas.text(right, 96.0, Font::new(12.0, 400, SOFT, Anchor::End), &interval);
    }
    let colour = colour::mood(net);
    canvas.element("rect", format!(r#"x="{:.1}" y="46" width="6" height="32" rx="3" fill="{colour}""#, right - 110.0));
}

fn facts(view: &MapView<'_>, words: &Words) -> String {
    let mut facts = vec![words.kind(view.map.kind).to_owned()];
    match view.window {
        Some(window) => facts.push(format!("{} – {}", window.from, window.to)),
        None => facts.push(words.not_measured.to_owned()),
    }
    if let Some(whole) = view.whole() {
        facts.push(format!("n = {}", whole.counts.n()));
    }
    if let Some(run) = view.run {
        facts.push(format!("{} {run}", words.run));
    }
    facts.join("  ·  ")
}

/// Draws the stages as a row of arrows, each over its touchpoints.
pub(super) fn draw_stages(canvas: &mut Canvas, view: &MapView<'_>, layout: &Layout) {
    let (top, bottom) = (layout.stages_top, layout.stages_top + layout.stages_height);
    let middle = f64::midpoint(top, bottom);
    let mut x = layout.left;
    for (i, stage) in view.map.stages.iter().enumerate() {
        let end = x + stage.touchpoints.len() as f64 * layout.column;
        let fill = if i % 2 == 0 { "#e6ecf3" } else { "#d9e2ec" };
        let notch = if i == 0 { x } else { x + ARROW };
        let tip = end + ARROW;
        let gap = 2.0;
        canvas.element(
            "path",
            format!(
                r#"d="M{x:.1} {top}H{edge:.1}L{tip:.1} {middle}L{edge:.1} {bottom}H{x:.1}L{notch:.1} {middle}Z" fill="{fill}""#,
                edge = end - gap,
                tip = tip - gap,
            ),
        );
        let centre = f64::midpoint(x, end) + ARROW / 2.0;
        let layer = view.stage(stage).filter(|layer| layer.net.is_some());
        let lines = wrap_evenly(
            view.say(&stage.name),
            13.5 * BOLD,
            end - x - 2.0 * ARROW - 4.0,
            if layer.is_some() { 2 } else { 3 },
        );
        let height = lines.len() as f64 * 16.0 + if layer.is_some() { 15.0 } else { 0.0 };
        let mut y = middle - height / 2.0 + 12.5;
        for line in &lines {
            canvas.text(centre, y, Font::new(13.5, 600, INK, Anchor::Middle), line);
            y += 16.0;
        }
        if let Some((layer, net)) = layer.and_then(|layer| layer.net.map(|net| (layer, net))) {
            let is_ok = state(Some(layer)) == LayerState::Ok;
            let number = if is_ok { points(net) } else { format!("({})", points(net)) };
            canvas.text(
                centre,
                y,
                Font::new(11.5, 500, SOFT, Anchor::Middle),
                &format!("{number} · n {}", layer.counts.n()),
            );
        }
        x = end;
    }
}
