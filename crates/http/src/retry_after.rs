//! The `Retry-After` header.

use std::time::Duration;

use chrono::{DateTime, NaiveDateTime, Utc};

/// Shortest pause taken from a host: `Retry-After: 0` and dates that have passed exist.
const SHORTEST: Duration = Duration::from_secs(1);
/// Longest pause taken from a host: a mistyped date must not silence a source for years.
const LONGEST: Duration = Duration::from_hours(24);

/// The pause that a `Retry-After` header asks for, as seconds or as an HTTP-date (RFC 9110 §10.2.3 and §5.6.7, all
/// three date forms), clamped to 1 s – 24 h. `None` where the header is neither.
pub fn parse_retry_after(value: &str, now: DateTime<Utc>) -> Option<Duration> {
    let value = value.trim();
    let wait = if value.starts_with(|c: char| c.is_ascii_digit()) && !value.contains([' ', ':']) {
        let whole = value.split('.').next().unwrap_or(value);
        if !whole.chars().all(|c| c.is_ascii_digit()) {
            return None;
        }
        Duration::from_secs(whole.parse().unwrap_or(u64::MAX))
    } else {
        (http_date(value)? - now).to_std().unwrap_or_default()
    };
    Some(clamped(wait))
}

/// A pause within reason.
pub(crate) fn clamped(wait: Duration) -> Duration {
    wait.clamp(SHORTEST, LONGEST)
}

pub(crate) fn http_date(value: &str) -> Option<DateTime<Utc>> {
    if let Ok(date) = DateTime::parse_from_rfc2822(value) {
        return Some(date.to_utc());
    }
    // The obsolete forms of RFC 850 and of C's asctime.
    ["%A, %d-%b-%y %H:%M:%S GMT", "%a %b %e %H:%M:%S %Y"]
        .iter()
        .find_map(|format| NaiveDateTime::parse_from_str(value, format).ok())
        .map(|date| date.and_utc())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn wait(value: &str) -> Option<u64> {
        let now = "1994-11-06T08:49:00Z".parse().unwrap();
        parse_retry_after(value, now).map(|wait| wait.as_secs())
    }

    #[test]
    fn seconds_are_taken_as_they_are() {
        assert_eq!(wait("120"), Some(120));
        assert_eq!(wait(" 7.5 "), Some(7));
    }

    #[test]
    fn all_three_forms_of_a_date_are_understood() {
        assert_eq!(wait("Sun, 06 Nov 1994 08:49:37 GMT"), Some(37));
        assert_eq!(wait("Sunday, 06-Nov-94 08:49:37 GMT"), Some(37));
        assert_eq!(wait("Sun Nov  6 08:49:37 1994"), Some(37));
    }

    #[test]
    fn pauses_stay_between_a_second_and_a_day() {
        assert_eq!(wait("0"), Some(1));
        assert_eq!(wait("Sun, 06 Nov 1994 08:00:00 GMT"), Some(1));
        assert_eq!(wait("99999999999999999999999"), Some(86_400));
        assert_eq!(wait("Tue, 06 Nov 2096 08:49:37 GMT"), Some(86_400));
    }

    proptest! {
        #[test]
        fn any_value_is_a_pause_within_reason_or_none(value in "(.{0,40}|[A-Z][a-z]{2}, [0-9]{2} [A-Z][a-z]{2} [0-9]{4} [0-9:]{8} GMT)") {
            let now = "1994-11-06T08:49:00Z".parse().unwrap();
            prop_assert!(parse_retry_after(&value, now).is_none_or(|wait| (SHORTEST..=LONGEST).contains(&wait)));
        }
    }

    #[test]
    fn nonsense_is_no_pause() {
        for value in ["", "soon", "-5", "12h", "1e3"] {
            assert_eq!(wait(value), None, "{value:?}");
        }
    }
}
