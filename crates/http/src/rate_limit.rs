//! What hosts say about how much may still be asked, in all the dialects they say it in.

use std::time::Duration;

use chrono::{DateTime, Utc};
use reqwest::header::HeaderMap;

use crate::retry_after::http_date;

/// Numbers above this are instants (seconds since 1970), below it seconds from now. It is a day in 2001, and more
/// seconds than anybody is asked to wait.
const INSTANTS_FROM: f64 = 1e9;

/// How much may still be asked of a host.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RateLimit {
    /// Requests (or points) left; some hosts count in fractions.
    pub remaining: Option<f64>,
    /// Until when that holds, from now.
    pub reset: Option<Duration>,
}

impl RateLimit {
    /// Reads the headers of an answer; `None` where none of them speaks of a limit. Known dialects:
    ///
    /// - `X-RateLimit-Remaining` and `-Reset`, also as `X-Rate-Limit-…` and `RateLimit-…`, `-ResetTime` or
    ///   `-Reset-After`; the reset as ISO 8601, HTTP-date, unix seconds or milliseconds, or seconds left.
    /// - `RateLimit: "default";r=50;t=30` and its older form `limit=100, remaining=50, reset=30`
    ///   (draft-ietf-httpapi-ratelimit-headers).
    /// - `X-Rate-Limit: user-hour-lim:3500;user-hour-rem:500;` (App Store Connect).
    pub(crate) fn read(headers: &HeaderMap, now: DateTime<Utc>) -> Option<Self> {
        let mut limit = Self { remaining: None, reset: None };
        for (name, value) in headers {
            let Ok(value) = value.to_str() else { continue };
            match name.as_str() {
                "x-ratelimit-remaining" | "x-rate-limit-remaining" | "ratelimit-remaining" => {
                    limit.left(value.trim().parse().ok());
                }
                "x-ratelimit-reset"
                | "x-rate-limit-reset"
                | "ratelimit-reset"
                | "ratelimit-resettime"
                | "x-ratelimit-reset-after" => limit.until(reset(value, now)),
                "ratelimit" | "x-rate-limit" => limit.structured(value),
                _ => {}
            }
        }
        (limit.remaining.is_some() || limit.reset.is_some()).then_some(limit)
    }

    /// The pause that follows where nothing is left.
    pub(crate) fn pause(&self) -> Option<Duration> {
        self.remaining.filter(|left| *left < 1.0).and(self.reset)
    }

    /// Of several limits the tightest counts.
    fn left(&mut self, remaining: Option<f64>) {
        if let Some(remaining) = remaining.filter(|left| left.is_finite()) {
            self.remaining = Some(self.remaining.map_or(remaining, |known| known.min(remaining)));
        }
    }

    fn until(&mut self, reset: Option<Duration>) {
        self.reset = self.reset.max(reset);
    }

    /// `name=value` or `name:value`, apart by `;` or `,`.
    fn structured(&mut self, value: &str) {
        for part in value.split([';', ',']) {
            let Some((name, number)) = part.split_once(['=', ':']) else { continue };
            let Ok(number) = number.trim().parse::<f64>() else { continue };
            match name.trim() {
                "r" | "remaining" => self.left(Some(number)),
                "t" | "reset" => self.until(Duration::try_from_secs_f64(number).ok()),
                name if name.ends_with("-rem") => self.left(Some(number)),
                _ => {}
            }
        }
    }
}

/// Time until a reset, however it is written.
fn reset(value: &str, now: DateTime<Utc>) -> Option<Duration> {
    let value = value.trim();
    let until = |at: DateTime<Utc>| (at - now).to_std().unwrap_or_default();
    if let Ok(number) = value.parse::<f64>() {
        return match number {
            n if n >= INSTANTS_FROM * 1000.0 => DateTime::from_timestamp_millis(n as i64).map(until),
            n if n >= INSTANTS_FROM => DateTime::from_timestamp(n as i64, 0).map(until),
            n => Duration::try_from_secs_f64(n).ok(),
        };
    }
    let instant = DateTime::parse_from_rfc3339(value).ok().map(|at| at.to_utc()).or_else(|| http_date(value));
    instant.map(until)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use reqwest::header::{HeaderName, HeaderValue};

    use super::*;

    type Case<'a> = (&'a [(&'a str, &'a str)], Option<f64>, Option<u64>);

    fn read(headers: &[(&str, &str)]) -> Option<(Option<f64>, Option<u64>)> {
        let now = "2026-05-01T12:00:00Z".parse().unwrap();
        let pair = |(name, value): &(&str, &str)| {
            (HeaderName::try_from(*name).unwrap(), HeaderValue::from_str(value).unwrap())
        };
        let headers: HeaderMap = headers.iter().map(pair).collect();
        RateLimit::read(&headers, now).map(|limit| (limit.remaining, limit.reset.map(|reset| reset.as_secs())))
    }

    #[test]
    fn every_dialect_is_understood() {
        let unix = "1777636830"; // 2026-05-01T12:00:30Z is 1777636830 − 1777636800 = 30 s away
        let cases: [Case<'_>; 11] = [
            // Mastodon
            (
                &[("X-RateLimit-Remaining", "7"), ("X-RateLimit-Reset", "2026-05-01T12:05:00.000Z")],
                Some(7.0),
                Some(300),
            ),
            // Bluesky
            (
                &[("ratelimit-remaining", "99"), ("ratelimit-reset", unix), ("ratelimit-policy", "100;w=300")],
                Some(99.0),
                Some(30),
            ),
            // X
            (&[("x-rate-limit-remaining", "0"), ("x-rate-limit-reset", unix)], Some(0.0), Some(30)),
            // GitHub, Intercom
            (&[("x-ratelimit-remaining", "4999"), ("x-ratelimit-reset", unix)], Some(4999.0), Some(30)),
            (&[("X-RateLimit-Remaining", "5"), ("X-RateLimit-Reset", unix)], Some(5.0), Some(30)),
            // Reddit
            (&[("x-ratelimit-remaining", "99.5"), ("x-ratelimit-reset", "41")], Some(99.5), Some(41)),
            // Zendesk
            (
                &[("ratelimit-remaining", "40"), ("x-rate-limit-remaining", "699"), ("ratelimit-reset", "12")],
                Some(40.0),
                Some(12),
            ),
            // Yelp
            (
                &[("RateLimit-Remaining", "3"), ("RateLimit-ResetTime", "2026-05-02T12:00:00+00:00")],
                Some(3.0),
                Some(86_400),
            ),
            // App Store Connect
            (&[("X-Rate-Limit", "user-hour-lim:3500;user-hour-rem:500;")], Some(500.0), None),
            // The draft, new and old
            (&[("RateLimit", "\"default\";r=50;t=30")], Some(50.0), Some(30)),
            (&[("RateLimit", "limit=100, remaining=0, reset=9")], Some(0.0), Some(9)),
        ];
        for (headers, remaining, reset) in cases {
            assert_eq!(read(headers), Some((remaining, reset)), "{headers:?}");
        }
    }

    proptest! {
        #[test]
        fn any_header_can_be_read(remaining in ".{0,24}", reset in "[0-9a-zA-Z:., +-]{0,40}", both in "[a-z0-9\"=:;,. -]{0,40}") {
            let names = ["x-ratelimit-remaining", "x-rate-limit-reset", "ratelimit"];
            let pairs = names.into_iter().zip([remaining, reset, both]);
            let valid = pairs.filter_map(|(name, value)| Some((HeaderName::from_static(name), HeaderValue::from_str(&value).ok()?)));
            let limit = RateLimit::read(&valid.collect(), "2026-05-01T12:00:00Z".parse().unwrap());
            prop_assert!(limit.is_none_or(|limit| limit.remaining.is_none_or(f64::is_finite)));
        }
    }

    #[test]
    fn nonsense_is_no_limit_and_a_reset_that_has_passed_is_now() {
        assert_eq!(read(&[("X-RateLimit-Remaining", "many"), ("X-RateLimit-Reset", "soon")]), None);
        assert_eq!(read(&[("Content-Type", "text/plain")]), None);
        assert_eq!(read(&[("X-RateLimit-Reset", "2020-01-01T00:00:00Z")]), Some((None, Some(0))));
        assert_eq!(read(&[("X-RateLimit-Reset", "NaN")]), None);
    }
}
