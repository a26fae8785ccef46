//! Windows of whole UTC days.

use chrono::{Datelike, Days, Months, NaiveDate};
use serde::{Deserialize, Serialize};

/// A run of whole UTC days, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct DayWindow {
    /// First day.
    pub from: NaiveDate,
    /// Last day; never before `from`.
    pub to: NaiveDate,
}

impl DayWindow {
    /// The `days` days that end with `last`; at least one day.
    pub fn ending(last: NaiveDate, days: u32) -> Self {
        let back = Days::new(u64::from(days.max(1) - 1));
        Self { from: last.checked_sub_days(back).unwrap_or(NaiveDate::MIN), to: last }
    }

    /// The window of equal length that ends the day before this one begins.
    #[must_use]
    pub fn previous(&self) -> Self {
        let last = self.from.pred_opt().unwrap_or(NaiveDate::MIN);
        Self::ending(last, self.days())
    }

    /// Number of days, at least 1.
    pub fn days(&self) -> u32 {
        u32::try_from((self.to - self.from).num_days() + 1).unwrap_or(1)
    }

    /// Whether `day` lies inside.
    pub fn contains(&self, day: NaiveDate) -> bool {
        (self.from..=self.to).contains(&day)
    }
}

/// A calendar week, Monday to Sunday (ISO 8601).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Week {
    monday: NaiveDate,
}

impl Week {
    /// The week that `day` lies in.
    pub fn of(day: NaiveDate) -> Self {
        let back = Days::new(u64::from(day.weekday().num_days_from_monday()));
        Self { monday: day.checked_sub_days(back).unwrap_or(day) }
    }

    /// The week's days.
    pub fn window(&self) -> DayWindow {
        let sunday = self.monday.checked_add_days(Days::new(6)).unwrap_or(self.monday);
        DayWindow { from: self.monday, to: sunday }
    }

    /// The week before this one.
    #[must_use]
    pub fn previous(&self) -> Self {
        Self { monday: self.monday.checked_sub_days(Days::new(7)).unwrap_or(self.monday) }
    }
}

/// A calendar month.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Month {
    first: NaiveDate,
}

impl Month {
    /// The month that `day` lies in.
    pub fn of(day: NaiveDate) -> Self {
        Self { first: day.with_day(1).unwrap_or(day) }
    }

    /// The month's days.
    pub fn window(&self) -> DayWindow {
        let last = self.first.checked_add_months(Months::new(1)).and_then(|next| next.pred_opt());
        DayWindow { from: self.first, to: last.unwrap_or(self.first) }
    }

    /// The month before this one.
    #[must_use]
    pub fn previous(&self) -> Self {
        Self { first: self.first.checked_sub_months(Months::new(1)).unwrap_or(self.first) }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn day(n: i32) -> NaiveDate {
        NaiveDate::from_num_days_from_ce_opt(n).unwrap()
    }

    proptest! {
        #[test]
        fn a_window_and_its_previous_touch_without_overlap(end in 700_000..750_000_i32, days in 1..400_u32) {
            let window = DayWindow::ending(day(end), days);
            let previous = window.previous();
            prop_assert_eq!(window.days(), days);
            prop_assert_eq!(previous.days(), days);
            prop_assert_eq!(previous.to.succ_opt(), Some(window.from));
        }

        #[test]
        fn months_follow_each_other_day_by_day(n in 700_000..750_000_i32) {
            let month = Month::of(day(n)).window();
            prop_assert!(month.contains(day(n)) && (28..=31).contains(&month.days()));
            prop_assert_eq!(Month::of(day(n)).previous().window().to.succ_opt(), Some(month.from));
        }

        #[test]
        fn every_day_lies_in_exactly_its_week(n in 700_000..750_000_i32) {
            let week = Week::of(day(n));
            prop_assert!(week.window().contains(day(n)));
            prop_assert!(!week.previous().window().contains(day(n)));
            prop_assert_eq!(week.window().days(), 7);
        }
    }
}
