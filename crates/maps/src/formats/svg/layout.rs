//! Where everything stands, in pixels from the upper left corner.

use super::canvas::{BOLD, wrap};
use crate::MapView;

/// Size of touchpoint names and the distance of their lines.
pub(super) const NAME_SIZE: f64 = 12.0;
pub(super) const NAME_LINE: f64 = 15.0;
/// Most lines a touchpoint's name may take.
pub(super) const NAME_LINES: usize = 4;

const WIDTH: f64 = 1400.0;
const NARROWEST_COLUMN: f64 = 78.0;
const CHART_HEIGHT: f64 = 300.0;
const ROW_HEIGHT: f64 = 24.0;
const WEEKS_HEIGHT: f64 = 50.0;

/// Distances of one picture.
#[derive(Debug)]
pub(super) struct Layout {
    pub(super) width: f64,
    pub(super) height: f64,
    pub(super) left: f64,
    pub(super) right: f64,
    pub(super) column: f64,
    pub(super) stages_top: f64,
    pub(super) stages_height: f64,
    pub(super) names_top: f64,
    pub(super) name_lines: usize,
    pub(super) chart_top: f64,
    pub(super) chart_bottom: f64,
    pub(super) rows_top: f64,
    pub(super) row_height: f64,
    pub(super) has_weeks: bool,
    pub(super) weeks_height: f64,
    pub(super) legend_top: f64,
}

impl Layout {
    pub(super) fn of(view: &MapView<'_>) -> Self {
        let (left, right) = (132.0, 36.0);
        let columns = view.map.touchpoints().count().max(1) as f64;
        let width = WIDTH.max(left + right + columns * NARROWEST_COLUMN);
        let column = (width - left - right) / columns;
        let lines = |name: &str| wrap(name, NAME_SIZE * BOLD, column - 8.0, NAME_LINES).len();
        let name_lines = view.map.touchpoints().map(|(_, t)| lines(view.say(&t.name))).max().unwrap_or(1);
        let (stages_top, stages_height) = (116.0, 58.0);
        let names_top = stages_top + stages_height + 24.0;
        let chart_top = names_top + name_lines as f64 * NAME_LINE + 56.0;
        let chart_bottom = chart_top + CHART_HEIGHT;
        let rows_top = chart_bottom + 34.0;
        let has_weeks = view.weeks.values().any(|weeks| weeks.len() > 1);
        let weeks_height = if has_weeks { WEEKS_HEIGHT } else { 0.0 };
        let legend_top = rows_top + 3.0 * ROW_HEIGHT + weeks_height + 6.0;
        Self {
            width,
            height: legend_top + 66.0,
            left,
            right: width - right,
            column,
            stages_top,
            stages_height,
            names_top,
            name_lines,
            chart_top,
            chart_bottom,
            rows_top,
            row_height: ROW_HEIGHT,
            has_weeks,
            weeks_height,
            legend_top,
        }
    }

    /// Middle of the column with this number.
    pub(super) fn middle(&self, column: usize) -> f64 {
        self.left + (column as f64 + 0.5) * self.column
    }

    /// Height of a net sentiment in the chart.
    pub(super) fn y(&self, net: f64) -> f64 {
        let share = (1.0 - net.clamp(-1.0, 1.0)) / 2.0;
        self.chart_top + share * (self.chart_bottom - self.chart_top)
    }

    /// Lower end of the table under the chart.
    pub(super) fn rows_bottom(&self) -> f64 {
        self.legend_top - 16.0
    }
}
