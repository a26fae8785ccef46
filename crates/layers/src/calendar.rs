//! The stretches of time that a curve is drawn over.

use chrono::NaiveDate;
use moodline_types::{DayWindow, Month, Period, Week};

use crate::LayersConfig;

/// A stretch of time and the one it is compared with.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Span {
    pub(crate) period: Period,
    pub(crate) window: DayWindow,
    pub(crate) before: DayWindow,
}

/// The headline window.
pub(crate) fn headline(config: &LayersConfig, as_of: NaiveDate) -> Span {
    let window = DayWindow::ending(as_of, config.window_days);
    Span { period: Period::Window, window, before: window.previous() }
}

/// The weeks of the curve, oldest first, then its months.
pub(crate) fn curve(config: &LayersConfig, as_of: NaiveDate) -> Vec<Span> {
    let weeks = std::iter::successors(Some(Week::of(as_of)), |week| Some(week.previous())).take(config.weeks as usize);
    let weeks =
        weeks.map(|week| Span { period: Period::Week, window: week.window(), before: week.previous().window() });
    let months =
        std::iter::successors(Some(Month::of(as_of)), |month| Some(month.previous())).take(config.months as usize);
    let months =
        months.map(|month| Span { period: Period::Month, window: month.window(), before: month.previous().window() });
    let (mut weeks, mut months): (Vec<Span>, Vec<Span>) = (weeks.collect(), months.collect());
    weeks.reverse();
    months.reverse();
    weeks.append(&mut months);
    weeks
}

/// The weeks and months of the curve, and those before the first of them, that were over by the end of `as_of`.
pub(crate) fn closed(config: &LayersConfig, as_of: NaiveDate) -> Vec<(Period, DayWindow)> {
    let mut closed: Vec<(Period, DayWindow)> = Vec::new();
    for span in curve(config, as_of) {
        for window in [span.before, span.window] {
            if window.to <= as_of && !closed.contains(&(span.period, window)) {
                closed.push((span.period, window));
            }
        }
    }
    closed
}

/// The days whose rollups [`crate::compute()`] needs: the headline window, the one before it, and every week and month
/// of the curve with the one before the first.
pub fn days_needed(config: &LayersConfig, as_of: NaiveDate) -> DayWindow {
    let of_curve = curve(config, as_of).into_iter().map(|span| span.before.from);
    let from = of_curve.fold(headline(config, as_of).before.from, NaiveDate::min);
    DayWindow { from, to: as_of }
}

/// The days whose voices it needs where all that is over is joined: both headline windows, and the week and the month
/// under way.
pub(crate) fn days_heard(config: &LayersConfig, as_of: NaiveDate) -> DayWindow {
    let under_way = curve(config, as_of).into_iter().map(|span| span.window).filter(|window| window.to > as_of);
    let from = under_way.map(|window| window.from).fold(headline(config, as_of).before.from, NaiveDate::min);
    DayWindow { from, to: as_of }
}
