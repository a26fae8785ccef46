//! The chart: names above, the curve with its intervals, targets and guesses.

use super::{
    Column, GREY, INK, SOFT,
    canvas::{Anchor, BOLD, Canvas, Font, wrap, wrap_evenly},
    colour,
    layout::{Layout, NAME_LINE, NAME_LINES, NAME_SIZE},
    marks::draw_alert,
    words::Words,
};
use crate::formats::points;

const NAME: Font = Font::new(NAME_SIZE, 600, INK, Anchor::Middle);
const CAPTION: Font = Font::new(10.0, 400, SOFT, Anchor::Middle);
const SCALE: Font = Font::new(11.0, 400, SOFT, Anchor::End);
const VALUE: Font = Font::new(13.0, 700, INK, Anchor::Middle);
const STATE: Font = Font::new(10.5, 500, SOFT, Anchor::Middle);
const CAPTION_LINE: f64 = 13.0;
/// How far the team's guess stands to the right of the point, clear of its number.
const GUESS_ASIDE: f64 = 27.0;
/// Radius of a point.
const POINT: f64 = 9.0;

/// Draws names, grid and curve.
pub(super) fn draw(canvas: &mut Canvas, columns: &[Column<'_>], layout: &Layout, words: &Words) {
    draw_names(canvas, columns, layout);
    draw_grid(canvas, layout, words);
    for column in columns.iter().filter(|column| column.reading().is_none()) {
        draw_nothing(canvas, column, layout, words);
    }
    for column in columns {
        draw_goals(canvas, column, layout);
    }
    draw_line(canvas, columns, layout);
    for column in columns {
        draw_point(canvas, column, layout, words);
        draw_alert(canvas, column, layout);
    }
}

fn draw_names(canvas: &mut Canvas, columns: &[Column<'_>], layout: &Layout) {
    for column in columns {
        let lines = wrap_evenly(column.name, NAME.size * BOLD, layout.column - 8.0, NAME_LINES);
        for (i, line) in lines.iter().enumerate() {
            canvas.text(column.x, layout.names_top + i as f64 * NAME_LINE, NAME, line);
        }
        let y = layout.names_top + layout.name_lines as f64 * NAME_LINE;
        for (i, caption) in column.captions.iter().enumerate() {
            for line in wrap(caption, CAPTION.size, layout.column - 6.0, 1) {
                canvas.text(column.x, y + i as f64 * CAPTION_LINE, CAPTION, &line);
            }
        }
    }
}

fn draw_grid(canvas: &mut Canvas, layout: &Layout, words: &Words) {
    let (left, width) = (layout.left, layout.right - layout.left);
    let (top, zero, bottom) = (layout.chart_top, layout.y(0.0), layout.chart_bottom);
    for (y, height, fill) in [(top, zero - top, "#f4f8fc"), (zero, bottom - zero, "#fdf7f2")] {
        canvas
            .element("rect", format!(r#"x="{left}" y="{y:.1}" width="{width:.1}" height="{height:.1}" fill="{fill}""#));
    }
    for net in [1.0, 0.5, 0.0, -0.5, -1.0] {
        let y = layout.y(net);
        let (colour, thickness) = if net == 0.0 { ("#9aa3ae", 1.4) } else { ("#dde3ea", 1.0) };
        canvas.element(
            "path",
            format!(r#"d="M{left} {y:.1}H{:.1}" stroke="{colour}" stroke-width="{thickness}""#, layout.right),
        );
        canvas.text(left - 10.0, y + 4.0, SCALE, &points(net));
    }
    for (net, word) in [(0.75, words.positive), (-0.75, words.negative)] {
        canvas.text(left - 10.0, layout.y(net) + 4.0, Font { weight: 600, ..SCALE }, word);
    }
    canvas.text(36.0, layout.chart_top - 14.0, Font::new(12.0, 700, INK, Anchor::Start), words.net);
}

/// The team's guess as a hollow diamond, the target as a bar.
fn draw_goals(canvas: &mut Canvas, column: &Column<'_>, layout: &Layout) {
    if let Some(target) = column.target {
        target_mark(canvas, column.x, layout.y(target));
    }
    if let Some(perceived) = column.perceived {
        perceived_mark(canvas, column.x + GUESS_ASIDE, layout.y(perceived));
    }
}

/// The mark of a target, also used in the legend.
pub(super) fn target_mark(canvas: &mut Canvas, x: f64, y: f64) {
    canvas.element(
        "path",
        format!(
            r##"d="M{:.1} {y:.1}H{:.1}" stroke="#14532d" stroke-width="3" stroke-linecap="round""##,
            x - 19.0,
            x + 19.0
        ),
    );
}

/// The mark of a guess, also used in the legend.
pub(super) fn perceived_mark(canvas: &mut Canvas, x: f64, y: f64) {
    canvas.element(
        "path",
        format!(
            r##"d="M{x:.1} {:.1}L{:.1} {y:.1}L{x:.1} {:.1}L{:.1} {y:.1}Z" fill="#ffffff" stroke="#6d28a8" stroke-width="2""##,
            y - 6.5,
            x + 6.5,
            y + 6.5,
            x - 6.5
        ),
    );
}

/// The curve: whole between sound points, dashed to uncertain ones, broken where there is no data.
fn draw_line(canvas: &mut Canvas, columns: &[Column<'_>], layout: &Layout) {
    for pair in columns.windows(2) {
        let (Some((from, ..)), Some((to, ..))) = (pair[0].reading(), pair[1].reading()) else { continue };
        let sound = pair.iter().all(Column::is_ok);
        let look = if sound {
            r##"stroke="#3f4a57" stroke-width="2.5""##.to_owned()
        } else {
            format!(r#"stroke="{GREY}" stroke-width="1.5" stroke-dasharray="5 5""#)
        };
        canvas.element(
            "path",
            format!(
                r#"d="M{:.1} {:.1}L{:.1} {:.1}" fill="none" {look}"#,
                pair[0].x,
                layout.y(from),
                pair[1].x,
                layout.y(to)
            ),
        );
    }
}

fn draw_point(canvas: &mut Canvas, column: &Column<'_>, layout: &Layout, words: &Words) {
    let Some((net, low, high)) = column.reading() else { return };
    let state = words.state(column.state);
    let n = column.layer.map_or(0, |layer| layer.counts.n());
    let caveat = if state.is_empty() { String::new() } else { format!(", {state}") };
    canvas.open(&format!("{}: {} ({} … {}), n = {n}{caveat}", column.name, points(net), points(low), points(high)));
    let (x, top, bottom) = (column.x, layout.y(high), layout.y(low));
    interval_mark(canvas, x, top, bottom, &colour_of(column, net), column.is_ok());
    face(canvas, x, layout.y(net), net, &colour_of(column, net), column.is_ok());
    let above = top.min(layout.y(net) - POINT) - 7.0;
    canvas.text_over(x, above, if column.is_ok() { VALUE } else { Font { colour: SOFT, ..VALUE } }, &points(net));
    if !state.is_empty() {
        let below = bottom.max(layout.y(net) + POINT) + 14.0;
        canvas.text_over(x, below, STATE, state);
    }
    canvas.close();
}

fn colour_of(column: &Column<'_>, net: f64) -> String {
    if column.is_ok() { colour::mood(net) } else { GREY.to_owned() }
}

/// An interval as a pale bar with whiskers, also used in the legend.
pub(super) fn interval_mark(canvas: &mut Canvas, x: f64, top: f64, bottom: f64, colour: &str, is_ok: bool) {
    let dash = if is_ok { "" } else { r#" stroke-dasharray="3 3""# };
    if is_ok {
        canvas.element(
            "rect",
            format!(
                r#"x="{:.1}" y="{top:.1}" width="14" height="{:.1}" fill="{colour}" fill-opacity="0.18""#,
                x - 7.0,
                (bottom - top).max(0.0)
            ),
        );
    }
    canvas.element("path", format!(r#"d="M{x:.1} {top:.1}V{bottom:.1}" stroke="{colour}" stroke-width="2"{dash}"#));
    canvas.element(
        "path",
        format!(
            r#"d="M{left:.1} {top:.1}H{right:.1}M{left:.1} {bottom:.1}H{right:.1}" stroke="{colour}" stroke-width="2""#,
            left = x - 7.0,
            right = x + 7.0
        ),
    );
}

/// A point as a face, also used in the legend: its mouth says what its colour says.
pub(super) fn face(canvas: &mut Canvas, x: f64, y: f64, net: f64, colour: &str, is_ok: bool) {
    let (fill, features, edge) = if is_ok {
        (colour, "#ffffff", r##"stroke="#ffffff" stroke-width="1.5""##.to_owned())
    } else {
        ("#ffffff", colour, format!(r#"stroke="{colour}" stroke-width="2" stroke-dasharray="3 2""#))
    };
    canvas.element("circle", format!(r#"cx="{x:.1}" cy="{y:.1}" r="{POINT}" fill="{fill}" {edge}"#));
    for side in [-3.0, 3.0] {
        canvas.element("circle", format!(r#"cx="{:.1}" cy="{:.1}" r="1.3" fill="{features}""#, x + side, y - 2.5));
    }
    let bend = (net / 0.6).clamp(-1.0, 1.0) * 4.0;
    let ends = y + 3.2 - bend / 3.0;
    canvas.element(
        "path",
        format!(
            r#"d="M{:.1} {ends:.1}Q{x:.1} {:.1} {:.1} {ends:.1}" fill="none" stroke="{features}" stroke-width="1.6" stroke-linecap="round""#,
            x - 4.0,
            ends + bend,
            x + 4.0
        ),
    );
}

/// A hatched column where nothing was said.
fn draw_nothing(canvas: &mut Canvas, column: &Column<'_>, layout: &Layout, words: &Words) {
    canvas.element(
        "rect",
        format!(
            r#"x="{:.1}" y="{:.1}" width="{:.1}" height="{:.1}" fill="url(#nothing)""#,
            column.x - layout.column / 2.0 + 4.0,
            layout.chart_top,
            layout.column - 8.0,
            layout.chart_bottom - layout.chart_top
        ),
    );
    canvas.text_over(column.x, layout.chart_bottom - 10.0, STATE, words.state(column.state));
}
