//! Signs at a column: an alert or a watch over it, a change in its weeks.

use moodline_types::AlertTier;

use super::{
    Column,
    canvas::{Anchor, Canvas, Font},
    layout::Layout,
};

const ALERT: &str = "#c44800";
const WATCH: &str = "#b58900";
const CHANGED: &str = "#6d28a8";
const SIGN: Font = Font::new(12.0, 700, "#ffffff", Anchor::Middle);

/// A triangle at the top of the chart, filled for an alert, hollow for a watch, with the figures as its tooltip.
pub(super) fn draw_alert(canvas: &mut Canvas, column: &Column<'_>, layout: &Layout) {
    let Some(loudest) = column.alerts.first() else { return };
    let is_alert = loudest.episode.tier == AlertTier::Alert;
    let told: Vec<String> = column
        .alerts
        .iter()
        .map(|alert| {
            format!("{} {} since {}: {}", alert.episode.tier, alert.id, alert.episode.from_day, alert.episode.detail)
        })
        .collect();
    let (x, top) = (column.x, layout.chart_top + 6.0);
    let (fill, edge, ink) = if is_alert { (ALERT, ALERT, "#ffffff") } else { ("#ffffff", WATCH, WATCH) };
    canvas.open(&told.join("; "));
    canvas.element(
        "path",
        format!(
            r#"d="M{x:.1} {top:.1}L{:.1} {:.1}H{:.1}Z" fill="{fill}" stroke="{edge}" stroke-width="2" stroke-linejoin="round""#,
            x + 9.5,
            top + 16.0,
            x - 9.5,
        ),
    );
    canvas.text(x, top + 14.0, Font { colour: ink, ..SIGN }, "!");
    canvas.close();
}

/// Upright lines where changes came into effect, over weeks that begin at `left` and are `step` apart.
pub(super) fn draw_changes(canvas: &mut Canvas, column: &Column<'_>, left: f64, step: f64, top: f64, height: f64) {
    for change in &column.changes {
        let Some(week) = column.weeks.iter().position(|week| week.window.contains(change.day)) else { continue };
        // Between the week before and the one it came into effect in.
        let x = (left + (week as f64 - 0.5) * step).max(left - 4.0);
        canvas.open(&format!("{}: {}", change.day, change.what));
        canvas.element(
            "path",
            format!(r#"d="M{x:.1} {top:.1}v{height:.1}" stroke="{CHANGED}" stroke-width="2" stroke-dasharray="3 2""#),
        );
        canvas.element("circle", format!(r#"cx="{x:.1}" cy="{top:.1}" r="3" fill="{CHANGED}""#));
        canvas.close();
    }
}
