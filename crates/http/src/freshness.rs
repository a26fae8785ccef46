//! For how long an answer stays as it is, in its host's own words.

use std::time::Duration;

use chrono::{DateTime, Utc};
use reqwest::header::{AGE, CACHE_CONTROL, DATE, EXPIRES, HeaderMap, HeaderName};

use crate::retry_after::http_date;

/// How long asking again is in vain (RFC 9111 §4.2.1): `max-age` of `Cache-Control`, else `Expires` less `Date`, less
/// the `Age` that the answer already has. `None` where the host says nothing, or that the answer may change at once.
pub(crate) fn fresh_for(headers: &HeaderMap, now: DateTime<Utc>) -> Option<Duration> {
    let said = headers.get_all(CACHE_CONTROL).iter().filter_map(|value| value.to_str().ok());
    let directives: Vec<(String, Option<String>)> = said.flat_map(|value| value.split(',')).map(directive).collect();
    let given = |name: &str| directives.iter().find(|(given, _)| given == name);
    if given("no-cache").is_some() || given("no-store").is_some() {
        return None;
    }
    let lifetime = match given("max-age") {
        Some((_, seconds)) => Duration::from_secs(seconds.as_ref()?.parse().ok()?),
        None => (http_date(text(headers, &EXPIRES)?)? - host_time(headers, now)).to_std().ok()?,
    };
    let age = text(headers, &AGE).and_then(|age| age.parse().ok()).map_or(Duration::ZERO, Duration::from_secs);
    lifetime.checked_sub(age).filter(|left| !left.is_zero())
}

/// What time it is by the host's clock: the times it names are by that, and it may be wrong.
pub(crate) fn host_time(headers: &HeaderMap, now: DateTime<Utc>) -> DateTime<Utc> {
    text(headers, &DATE).and_then(http_date).unwrap_or(now)
}

fn directive(part: &str) -> (String, Option<String>) {
    let (name, value) = part.split_once('=').map_or((part, None), |(name, value)| (name, Some(value)));
    (name.trim().to_ascii_lowercase(), value.map(|value| value.trim().trim_matches('"').to_owned()))
}

fn text<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    headers.get(name)?.to_str().ok().map(str::trim)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use reqwest::header::HeaderValue;

    use super::*;

    fn seconds(headers: &[(&str, &str)]) -> Option<u64> {
        let now = "2026-05-01T12:00:00Z".parse().unwrap();
        let pair = |(name, value): &(&str, &str)| {
            (HeaderName::try_from(*name).unwrap(), HeaderValue::from_str(value).unwrap())
        };
        fresh_for(&headers.iter().map(pair).collect(), now).map(|left| left.as_secs())
    }

    #[test]
    fn max_age_counts_from_when_the_answer_was_made() {
        assert_eq!(seconds(&[("Cache-Control", "public, Max-Age=\"600\"")]), Some(600));
        assert_eq!(seconds(&[("Cache-Control", "max-age=600"), ("Age", "500")]), Some(100));
        assert_eq!(seconds(&[("Cache-Control", "max-age=600"), ("Age", "900")]), None);
        let expires = ("Expires", "Fri, 01 May 2026 18:00:00 GMT");
        assert_eq!(seconds(&[("Cache-Control", "max-age=60"), expires]), Some(60), "max-age counts before Expires");
    }

    #[test]
    fn expires_is_measured_by_the_hosts_own_clock() {
        let expires = ("Expires", "Fri, 01 May 2026 12:10:00 GMT");
        assert_eq!(seconds(&[expires]), Some(600));
        assert_eq!(seconds(&[expires, ("Date", "Fri, 01 May 2026 12:09:00 GMT")]), Some(60));
        assert_eq!(seconds(&[("Expires", "0")]), None, "an invalid date is one that has passed");
    }

    #[test]
    fn what_may_change_at_once_is_never_fresh() {
        for value in ["no-cache", "no-store, max-age=600", "max-age=0", "private", "max-age=soon"] {
            assert_eq!(seconds(&[("Cache-Control", value)]), None, "{value}");
        }
        assert_eq!(seconds(&[]), None);
    }

    proptest! {
        #[test]
        fn any_header_can_be_read(control in "[a-z=,\" 0-9-]{0,40}", age in "[0-9a-z]{0,22}") {
            let _ = seconds(&[("Cache-Control", &control), ("Age", &age)]);
        }
    }
}
