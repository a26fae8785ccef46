//! Quota units of a day.

use chrono::{DateTime, Days, NaiveDate, NaiveTime, TimeZone, Utc};
use chrono_tz::America::Los_Angeles;
use serde::{Deserialize, Serialize};

/// What was spent on the day that Google counts by: it ends at midnight in California.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(super) struct Spent {
    day: Option<NaiveDate>,
    units: u32,
}

impl Spent {
    /// Takes one unit; `false` where the day's budget is used up.
    pub(super) fn take(&mut self, budget: u32, now: DateTime<Utc>) -> bool {
        let day = now.with_timezone(&Los_Angeles).date_naive();
        if self.day != Some(day) {
            *self = Self { day: Some(day), units: 0 };
        }
        let left = self.units < budget;
        self.units += u32::from(left);
        left
    }
}

/// When the next day begins.
pub(super) fn next_day(now: DateTime<Utc>) -> DateTime<Utc> {
    let tomorrow = now.with_timezone(&Los_Angeles).date_naive() + Days::new(1);
    // Clocks in California never change at midnight.
    Los_Angeles.from_local_datetime(&tomorrow.and_time(NaiveTime::MIN)).earliest().map_or(now, |at| at.to_utc())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_ends_at_midnight_in_california() {
        let at = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
        let mut spent = Spent::default();
        let (evening, night) = (at("2026-05-05T06:59:00Z"), at("2026-05-05T07:00:00Z"));
        assert!(spent.take(2, evening) && spent.take(2, evening));
        assert!(!spent.take(2, evening), "the budget is used up");
        assert!(spent.take(2, night), "a new day");
        assert_eq!(next_day(evening), night);
    }
}
