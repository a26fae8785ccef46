//! A cron expression read in a time zone.

use std::{fmt, str::FromStr, time::Duration};

use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;
use cron::Schedule;

/// Why a schedule cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum PlanError {
    /// Not a cron expression.
    #[error(
        "`{expression}` is not a cron expression: expected five fields `minute hour day month weekday` such as \
         `0 3 * * *` (every day at 03:00), or six with seconds in front"
    )]
    Expression {
        /// What was given.
        expression: String,
        /// What is wrong with it.
        #[source]
        source: cron::error::Error,
    },
    /// Not a time zone.
    #[error("`{0}` is not a time zone of the IANA database, such as `Asia/Shanghai` or `UTC`")]
    TimeZone(String),
    /// A valid expression that no future instant satisfies, such as 30 February.
    #[error("`{0}` never happens")]
    Never(String),
}

/// Instants looked at before a plan counts as over: one for each second of an hour that happens twice, and room.
const CANDIDATES: usize = 10_000;

/// When something is due.
///
/// Daylight saving: a local time that does not exist that day (clocks go forward) is skipped, and one that happens
/// twice (clocks go back) is due at the first of the two only.
#[derive(Debug, Clone)]
pub struct Plan {
    expression: String,
    schedule: Schedule,
    zone: Tz,
}

impl Plan {
    /// Reads a cron expression of five fields, or six with seconds first, in an IANA time zone.
    ///
    /// Weekdays are those of cron(5): 0 and 7 are Sunday, 1 is Monday, or `Mon` to `Sun`. An expression that begins
    /// with `CRON_TZ=Europe/Berlin` is read in that zone instead.
    pub fn new(expression: &str, zone: &str) -> Result<Self, PlanError> {
        let (expression, zone) = match expression.trim_start().strip_prefix("CRON_TZ=") {
            Some(rest) => rest.split_once(char::is_whitespace).map_or((rest, rest), |(zone, rest)| (rest.trim(), zone)),
            None => (expression, zone),
        };
        let zone = zone.trim().parse::<Tz>().map_err(|_| PlanError::TimeZone(zone.to_owned()))?;
        let fields = six_fields(expression);
        let schedule = Schedule::from_str(&fields)
            .map_err(|source| PlanError::Expression { expression: expression.to_owned(), source })?;
        let plan = Self { expression: expression.to_owned(), schedule, zone };
        match plan.next_after(Utc::now()) {
            Some(_) => Ok(plan),
            None => Err(PlanError::Never(expression.to_owned())),
        }
    }

    /// The first due instant strictly after `instant`; `None` when there is none left.
    pub fn next_after(&self, instant: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let local = instant.with_timezone(&self.zone);
        // In an hour that happens twice the iterator may go back to its first pass: what is over is not due.
        self.schedule
            .after(&local)
            .map(|due| (due.with_timezone(&Utc), self.is_first_of_its_local_time(due)))
            .take(CANDIDATES)
            .find(|(due, first)| *due > instant && *first)
            .map(|(due, _)| due)
    }

    /// A delay for what is due at `due`: `share` (0 to 1) of `longest`, or of a tenth of the time until it is due again
    /// where that is less.
    pub fn jitter(&self, due: DateTime<Utc>, longest: Duration, share: f64) -> TimeDelta {
        let apart = self.next_after(due).map_or(TimeDelta::MAX, |next| next - due) / 10;
        let longest = TimeDelta::from_std(longest).unwrap_or(TimeDelta::MAX).min(apart);
        TimeDelta::milliseconds((longest.num_milliseconds() as f64 * share.clamp(0.0, 1.0)) as i64)
    }

    /// The zone it is read in.
    pub fn zone(&self) -> Tz {
        self.zone
    }

    /// When clocks go back an hour happens twice: only its first pass counts.
    fn is_first_of_its_local_time(&self, due: DateTime<Tz>) -> bool {
        use chrono::TimeZone;
        match self.zone.from_local_datetime(&due.naive_local()) {
            chrono::LocalResult::Ambiguous(first, _) => due == first,
            _ => true,
        }
    }
}

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.expression, self.zone)
    }
}

/// The `cron` crate wants seconds first and counts weekdays from 1 = Sunday; people write cron(5).
fn six_fields(expression: &str) -> String {
    let mut fields: Vec<String> = expression.split_whitespace().map(str::to_owned).collect();
    if fields.len() == 5 {
        fields.insert(0, "0".to_owned());
    }
    if let Some(weekday) = fields.get_mut(5) {
        *weekday = shifted_weekdays(weekday);
    }
    fields.join(" ")
}

/// Turns cron(5) weekday numbers (0–7, Sunday = 0 = 7) into the crate's (1–7, Sunday = 1); steps and names stay.
fn shifted_weekdays(field: &str) -> String {
    let shift = |number: &str| match number.parse::<u32>() {
        Ok(day @ 0..=7) => (day % 7 + 1).to_string(),
        _ => number.to_owned(),
    };
    let item = |item: &str| {
        let (range, step) = item.split_once('/').map_or((item, None), |(range, step)| (range, Some(step)));
        let shifted = match range.split_once('-') {
            // Ranges that wrap after shifting (5-7 is Friday to Sunday) are written out day by day.
            Some((from, to)) => match (from.parse::<u32>(), to.parse::<u32>(), step) {
                (Ok(from), Ok(to), None) if from <= to && to <= 7 => {
                    (from..=to).map(|day| (day % 7 + 1).to_string()).collect::<Vec<_>>().join(",")
                }
                _ => format!("{}-{}", shift(from), shift(to)),
            },
            None => shift(range),
        };
        step.map_or_else(|| shifted.clone(), |step| format!("{shifted}/{step}"))
    };
    field.split(',').map(item).collect::<Vec<_>>().join(",")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn next(expression: &str, zone: &str, after: &str) -> DateTime<Utc> {
        Plan::new(expression, zone).unwrap().next_after(at(after)).unwrap()
    }

    #[test]
    fn three_at_night_in_shanghai_is_seven_in_the_evening_utc() {
        assert_eq!(next("0 3 * * *", "Asia/Shanghai", "2026-05-01T12:00:00Z"), at("2026-05-01T19:00:00Z"));
    }

    #[test]
    fn weekdays_are_those_of_cron_5() {
        // 2026-05-03 is a Sunday.
        for sunday in ["0 3 * * 0", "0 3 * * 7", "0 3 * * Sun"] {
            assert_eq!(next(sunday, "UTC", "2026-05-01T12:00:00Z"), at("2026-05-03T03:00:00Z"), "{sunday}");
        }
        assert_eq!(next("0 3 * * 1-5", "UTC", "2026-05-01T12:00:00Z"), at("2026-05-04T03:00:00Z"));
        assert_eq!(next("0 3 * * 5-7", "UTC", "2026-05-02T12:00:00Z"), at("2026-05-03T03:00:00Z"));
    }

    #[test]
    fn a_time_that_clocks_skip_is_skipped() {
        // New York, 2026-03-08: 02:00 becomes 03:00.
        assert_eq!(next("30 2 * * *", "America/New_York", "2026-03-08T00:00:00Z"), at("2026-03-09T06:30:00Z"));
    }

    #[test]
    fn a_time_that_happens_twice_is_due_once() {
        // New York, 2026-11-01: 02:00 becomes 01:00.
        let first = next("30 1 * * *", "America/New_York", "2026-10-31T12:00:00Z");
        assert_eq!(first, at("2026-11-01T05:30:00Z"));
        let plan = Plan::new("30 1 * * *", "America/New_York").unwrap();
        assert_eq!(plan.next_after(first).unwrap(), at("2026-11-02T06:30:00Z"));
    }

    #[test]
    fn what_is_due_is_never_over_even_in_an_hour_that_happens_twice() {
        // Berlin, 2026-10-25: 03:00 becomes 02:00 at 01:00 UTC.
        for expression in ["15 * * * *", "*/15 * * * *", "* * * * *", "*/20 * * * * *", "30 2 * * *"] {
            let plan = Plan::new(expression, "Europe/Berlin").unwrap();
            for minute in 0..240 {
                let now = at("2026-10-24T23:00:30Z") + chrono::Duration::minutes(minute);
                let due = plan.next_after(now).unwrap();
                assert!(due > now, "{expression}: after {now} comes {due}");
            }
        }
    }

    #[test]
    fn an_expression_may_bring_its_own_zone() {
        let plan = Plan::new("CRON_TZ=Asia/Shanghai 0 3 * * *", "UTC").unwrap();
        assert_eq!(plan.next_after(at("2026-05-01T12:00:00Z")).unwrap(), at("2026-05-01T19:00:00Z"));
        assert_eq!(plan.to_string(), "0 3 * * * (Asia/Shanghai)");
        assert!(Plan::new("CRON_TZ=Mars/Base 0 3 * * *", "UTC").unwrap_err().to_string().contains("Mars/Base"));
    }

    #[test]
    fn delays_stay_far_below_the_time_until_the_next() {
        let due = at("2026-05-01T03:00:00Z");
        let nightly = Plan::new("0 3 * * *", "UTC").unwrap();
        assert_eq!(nightly.jitter(due, Duration::from_mins(2), 0.5), TimeDelta::minutes(1));
        assert_eq!(nightly.jitter(due, Duration::ZERO, 1.0), TimeDelta::zero());
        let often = Plan::new("* * * * *", "UTC").unwrap();
        assert_eq!(often.jitter(due, Duration::from_mins(2), 1.0), TimeDelta::seconds(6));
    }

    #[test]
    fn mistakes_say_what_was_expected() {
        assert!(Plan::new("daily", "UTC").unwrap_err().to_string().contains("five fields"));
        assert!(Plan::new("0 3 * * *", "Shanghai").unwrap_err().to_string().contains("Asia/Shanghai"));
        assert!(matches!(Plan::new("0 3 30 2 *", "UTC"), Err(PlanError::Never(_))));
    }

    proptest! {
        #[test]
        fn anything_is_a_plan_or_an_error(expression in "[0-9*/,\\- a-zA-Z]{0,30}") {
            let _ = Plan::new(&expression, "UTC");
        }

        #[test]
        fn the_next_time_is_always_later(seconds in 1_600_000_000_i64..2_000_000_000) {
            let plan = Plan::new("*/7 * * * *", "Europe/Berlin").unwrap();
            let now = DateTime::from_timestamp(seconds, 0).unwrap();
            let due = plan.next_after(now).unwrap();
            prop_assert!(due > now && due - now <= chrono::Duration::minutes(67));
        }
    }
}
