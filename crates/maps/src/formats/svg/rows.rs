//! What stands beneath the chart: the figures of each touchpoint, and the legend.

use std::fmt::Write;

use moodline_types::Layer;

use super::{
    Column, GREY, INK, SOFT,
    canvas::{Anchor, Canvas, Font, width},
    chart::{face, interval_mark, perceived_mark, target_mark},
    colour,
    layout::Layout,
    marks::draw_changes,
    words::Words,
};
use crate::formats::points;

const LABEL: Font = Font::new(11.5, 600, SOFT, Anchor::Start);
const FIGURE: Font = Font::new(12.0, 500, INK, Anchor::Middle);
const SMALL: Font = Font::new(11.0, 400, SOFT, Anchor::Middle);

/// Draws n, interval, change and weeks under each column.
pub(super) fn draw(canvas: &mut Canvas, columns: &[Column<'_>], layout: &Layout, words: &Words) {
    let labels = [words.mentions, words.interval, words.change];
    for (i, label) in labels.iter().enumerate() {
        let y = layout.rows_top + i as f64 * layout.row_height;
        canvas.text(36.0, y, LABEL, label);
        rule(canvas, layout, y - 16.0);
    }
    for column in columns {
        draw_figures(canvas, column, layout);
    }
    if layout.has_weeks {
        let top = layout.rows_top + 3.0 * layout.row_height - 16.0;
        rule(canvas, layout, top);
        canvas.text(36.0, top + layout.weeks_height / 2.0 + 4.0, LABEL, words.weeks);
        for column in columns {
            draw_weeks(canvas, column, layout, top + 6.0, layout.weeks_height - 10.0);
        }
    }
    rule(canvas, layout, layout.rows_bottom());
}

fn rule(canvas: &mut Canvas, layout: &Layout, y: f64) {
    canvas.element("path", format!(r##"d="M36 {y:.1}H{:.1}" stroke="#e3e8ee""##, layout.right));
}

fn draw_figures(canvas: &mut Canvas, column: &Column<'_>, layout: &Layout) {
    let row = |number: usize| layout.rows_top + number as f64 * layout.row_height;
    let n = column.layer.map_or(0, |layer| layer.counts.n());
    canvas.text(
        column.x,
        row(0),
        if column.is_ok() { FIGURE } else { Font { colour: SOFT, ..FIGURE } },
        &n.to_string(),
    );
    let Some((_, low, high)) = column.reading() else {
        canvas.text(column.x, row(1), SMALL, "–");
        canvas.text(column.x, row(2), SMALL, "–");
        return;
    };
    canvas.text(column.x, row(1), SMALL, &format!("{} … {}", points(low), points(high)));
    match column.layer.and_then(|layer| layer.change) {
        Some(change) if change.low > 0.0 => {
            let font = Font { weight: 700, colour: "#0068aa", ..FIGURE };
            canvas.text(column.x, row(2), font, &format!("▲ {}", points(change.net)));
        }
        Some(change) if change.high < 0.0 => {
            let font = Font { weight: 700, colour: "#c44800", ..FIGURE };
            canvas.text(column.x, row(2), font, &format!("▼ {}", points(change.net)));
        }
        Some(change) => canvas.text(column.x, row(2), SMALL, &format!("≈ {}", points(change.net))),
        None => canvas.text(column.x, row(2), SMALL, "–"),
    }
}

/// A small curve of the weeks around zero, broken at weeks without data; its last point has the colour of its mood.
fn draw_weeks(canvas: &mut Canvas, column: &Column<'_>, layout: &Layout, top: f64, height: f64) {
    let room = layout.column - 26.0;
    let left = column.x - room / 2.0;
    let y = |net: f64| top + (1.0 - net.clamp(-1.0, 1.0)) / 2.0 * height;
    canvas.element("path", format!(r##"d="M{left:.1} {:.1}h{room:.1}" stroke="#d3dae2""##, y(0.0)));
    let step = room / (column.weeks.len().max(2) - 1) as f64;
    draw_changes(canvas, column, left, step, top, height);
    let place = |(i, week): (usize, &Layer)| week.net.map(|net| (left + i as f64 * step, y(net), net));
    let places: Vec<Option<(f64, f64, f64)>> = column.weeks.iter().enumerate().map(place).collect();
    let mut path = String::new();
    let mut pen_down = false;
    for place in &places {
        if let Some((x, y, _)) = place {
            let _ = write!(path, "{}{x:.1} {y:.1}", if pen_down { 'L' } else { 'M' });
        }
        pen_down = place.is_some();
    }
    if !path.is_empty() {
        canvas.element("path", format!(r##"d="{path}" fill="none" stroke="#3f4a57" stroke-width="1.5""##));
    }
    if let Some((x, y, net)) = places.iter().rev().flatten().next() {
        canvas.element("circle", format!(r#"cx="{x:.1}" cy="{y:.1}" r="3" fill="{}""#, colour::mood(*net)));
    }
}

/// Draws the legend and the note on where the numbers come from.
pub(super) fn draw_legend(canvas: &mut Canvas, layout: &Layout, words: &Words) {
    let y = layout.legend_top + 16.0;
    let mut x = 36.0;
    let font = Font::new(12.0, 400, SOFT, Anchor::Start);
    let say = |canvas: &mut Canvas, x: f64, text: &str| {
        canvas.text(x, y + 4.0, font, text);
        x + width(text, font.size) + 30.0
    };
    let blue = colour::mood(1.0);
    interval_mark(canvas, x + 9.0, y - 14.0, y + 14.0, &blue, true);
    face(canvas, x + 9.0, y, 0.6, &blue, true);
    x = say(canvas, x + 28.0, &format!("{}, {}", words.net, words.interval));
    face(canvas, x + 9.0, y, 0.0, GREY, false);
    x = say(canvas, x + 28.0, words.uncertain);
    target_mark(canvas, x + 19.0, y);
    x = say(canvas, x + 48.0, words.target);
    perceived_mark(canvas, x + 7.0, y);
    x = say(canvas, x + 22.0, words.perceived);
    x = say(canvas, x, words.negative) - 20.0;
    canvas.element("rect", format!(r#"x="{x:.1}" y="{:.1}" width="90" height="10" rx="5" fill="url(#mood)""#, y - 5.0));
    x = x + 45.0 - width(words.even, font.size) / 2.0;
    canvas.text(x, y - 11.0, Font { size: 10.0, ..font }, words.even);
    canvas.text(x + 45.0 + width(words.even, font.size) / 2.0 + 10.0, y + 4.0, font, words.positive);
    canvas.text(36.0, layout.legend_top + 48.0, Font::new(11.5, 400, SOFT, Anchor::Start), words.note);
}
