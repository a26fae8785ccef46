//! Whether anything changed at a touchpoint since it was grouped last.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use moodline_store::ThemeMark;
use moodline_types::{DayWindow, ModelId, TouchpointId};
use serde::{Deserialize, Serialize};

use crate::ThemesConfig;

/// Rises with every change of how themes are found, so that all are found anew.
const METHOD: u32 = 1;

/// What lay at a touchpoint.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Mark {
    /// How and with which model it was grouped.
    by: String,
    /// Number of opinions and sum over their ids and verdicts, by day.
    days: BTreeMap<NaiveDate, (u64, i64)>,
}

impl Mark {
    pub(crate) fn new(
        marks: &[ThemeMark],
        touchpoint: &TouchpointId,
        model: Option<&ModelId>,
        config: &ThemesConfig,
    ) -> Self {
        let ThemesConfig { max_opinions, min_opinions, max_themes, quotes } = config;
        let model = model.map_or("", ModelId::as_str);
        let own = marks.iter().filter(|mark| mark.touchpoint == *touchpoint);
        Self {
            by: format!("{METHOD} {model} {max_opinions} {min_opinions} {max_themes} {quotes}"),
            days: own.map(|mark| (mark.day, (mark.opinions, mark.sum))).collect(),
        }
    }

    /// Opinions in all.
    pub(crate) fn opinions(&self) -> u64 {
        self.days.values().map(|(opinions, _)| opinions).sum()
    }

    /// Whether grouping again would look at the same opinions but for days that have left the window. `kept` is what
    /// [`Mark::to_text`] gave then.
    pub(crate) fn is_as(&self, kept: Option<&String>, window: DayWindow) -> bool {
        let Some(kept) = kept.and_then(|text| serde_json::from_str::<Self>(text).ok()) else { return false };
        let left: BTreeMap<NaiveDate, (u64, i64)> =
            kept.days.into_iter().filter(|(day, _)| window.contains(*day)).collect();
        kept.by == self.by && left == self.days
    }

    pub(crate) fn to_text(&self) -> String {
        serde_json::to_string(self).expect("days and numbers are JSON")
    }
}

#[cfg(test)]
mod tests {
    use chrono::Days;

    use super::*;

    fn mark(days: &[(u64, u64, i64)]) -> Mark {
        let first = NaiveDate::from_ymd_opt(2026, 6, 1).unwrap();
        let touchpoint: TouchpointId = "till".parse().unwrap();
        let marks: Vec<ThemeMark> = days
            .iter()
            .map(|(day, opinions, sum)| ThemeMark {
                touchpoint: touchpoint.clone(),
                day: first + Days::new(*day),
                opinions: *opinions,
                sum: *sum,
            })
            .collect();
        Mark::new(&marks, &touchpoint, None, &ThemesConfig::default())
    }

    fn window(from: u64) -> DayWindow {
        DayWindow::ending(NaiveDate::from_ymd_opt(2026, 6, 10).unwrap() + Days::new(from), 10)
    }

    #[test]
    fn days_that_leave_the_window_change_nothing() {
        let before = mark(&[(0, 3, 30), (5, 2, 99)]).to_text();
        assert!(mark(&[(0, 3, 30), (5, 2, 99)]).is_as(Some(&before), window(0)));
        assert!(mark(&[(5, 2, 99)]).is_as(Some(&before), window(1)));
    }

    #[test]
    fn whatever_comes_goes_or_is_judged_otherwise_does() {
        let before = mark(&[(5, 2, 99)]).to_text();
        for now in [&[(5, 3, 150)][..], &[(5, 2, 100)], &[], &[(5, 2, 99), (6, 1, 4)]] {
            assert!(!mark(now).is_as(Some(&before), window(0)), "{now:?}");
        }
        assert!(!mark(&[(5, 2, 99)]).is_as(None, window(0)));
    }
}
