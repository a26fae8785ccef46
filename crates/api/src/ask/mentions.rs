//! "What do people dislike at this touchpoint? Show me the mentions."

use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, Utc};
use moodline_store::Store;
use moodline_types::{MentionQuery, PageCursor, StarRange, TouchpointFilter};

use super::maps;
use crate::{
    AskError,
    body::{MentionList, RowCount},
};

/// One page of what fits.
///
/// # Errors
/// `Missing` for a map, `Field` for a place or persona that does not exist; the store's for what cannot be asked.
pub async fn page(store: &dyn Store, query: &MentionQuery) -> Result<MentionList, AskError> {
    exists(store, query).await?;
    Ok(store.find_mentions(query).await?.into())
}

/// How many rows there are on all pages.
///
/// # Errors
/// As [`page`].
pub async fn count(store: &dyn Store, query: &MentionQuery) -> Result<RowCount, AskError> {
    exists(store, query).await?;
    Ok(store.count_mentions(query).await?.into())
}

/// Refuses names that the map does not have: an empty list would say that nobody complained.
///
/// # Errors
/// `Missing` for a map, `Field` for a place or persona that does not exist.
pub async fn exists(store: &dyn Store, query: &MentionQuery) -> Result<(), AskError> {
    let Some(map) = &query.map else { return Ok(()) };
    let loaded = maps::loaded(store, map).await?;
    let touchpoint = match &query.touchpoint {
        Some(TouchpointFilter::Is(touchpoint)) => Some(touchpoint),
        Some(TouchpointFilter::Unassigned) | None => None,
    };
    maps::of_place(&loaded, query.stage.as_ref(), touchpoint)?;
    maps::of_persona(&loaded, query.persona.as_ref())
}

/// The days a query looks at: `since` and `until` as they were asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Posted {
    /// Posted at or after.
    pub since: Option<DateTime<Utc>>,
    /// Posted before.
    pub until: Option<DateTime<Utc>>,
    /// When the first page was asked for, where ages are counted from it.
    pub asked_at: DateTime<Utc>,
}

/// Reads the ends of a span of time. Ages are counted from when the first page was asked for, so that all pages answer
/// one question; without ages that time is left out, so that the same question has the same answer.
///
/// # Errors
/// `Field` for what is neither a date, an instant nor an age.
pub fn posted(
    since: Option<&str>,
    until: Option<&str>,
    cursor: Option<PageCursor>,
    now: DateTime<Utc>,
) -> Result<Posted, AskError> {
    let now = cursor.map_or(now, |cursor| cursor.asked_at());
    let read = |text: Option<&str>, field: &'static str| {
        text.map(|text| moment(text, now).map_err(|reason| AskError::Field { field, reason })).transpose()
    };
    let is_age = |text: Option<&str>| text.is_some_and(|text| text.trim().ends_with(['h', 'd', 'w']));
    let asked_at = if is_age(since) || is_age(until) { now } else { DateTime::UNIX_EPOCH };
    Ok(Posted { since: read(since, "since")?, until: read(until, "until")?, asked_at })
}

/// Reads `2026-05-01`, an RFC 3339 instant, or an age: `36h`, `14d`, `8w`.
///
/// # Errors
/// What would be right.
pub fn moment(text: &str, now: DateTime<Utc>) -> Result<DateTime<Utc>, String> {
    let text = text.trim();
    if let Ok(day) = text.parse::<NaiveDate>() {
        return Ok(day.and_time(NaiveTime::MIN).and_utc());
    }
    if let Ok(instant) = DateTime::parse_from_rfc3339(text) {
        return Ok(instant.to_utc());
    }
    let split = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let hours = match &text[split..] {
        "h" => Some(1),
        "d" => Some(24),
        "w" => Some(24 * 7),
        _ => None,
    };
    let age = text[..split].parse::<i64>().ok().zip(hours).and_then(|(count, hours)| count.checked_mul(hours));
    age.and_then(TimeDelta::try_hours).and_then(|age| now.checked_sub_signed(age)).ok_or_else(|| {
        format!("`{text}` is neither a date (2026-05-01), an instant (2026-05-01T12:00:00Z) nor an age (36h, 14d, 8w)")
    })
}

/// Reads a number of stars or a range of them: `2`, `1..2`.
///
/// # Errors
/// What would be right.
pub fn stars(text: &str) -> Result<StarRange, String> {
    let (least, most) = text.split_once("..").unwrap_or((text, text));
    let ends = least.trim().parse().ok().zip(most.trim().parse().ok());
    ends.map(|(least, most)| StarRange { least, most })
        .ok_or_else(|| format!("`{text}` is neither a number of stars such as `2` nor a range such as `1..2`"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_dates_instants_or_ages() {
        let now: DateTime<Utc> = "2026-05-10T12:00:00Z".parse().unwrap();
        assert_eq!(moment("2026-05-01", now).unwrap().to_rfc3339(), "2026-05-01T00:00:00+00:00");
        assert_eq!(moment("2026-05-01T08:00:00+08:00", now).unwrap().to_rfc3339(), "2026-05-01T00:00:00+00:00");
        assert_eq!(moment("36h", now).unwrap().to_rfc3339(), "2026-05-09T00:00:00+00:00");
        assert_eq!(moment("1w", now).unwrap().to_rfc3339(), "2026-05-03T12:00:00+00:00");
        for bad in ["", "d", "soon", "14", "99999999999999w", "14 d"] {
            assert!(moment(bad, now).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn the_time_of_asking_matters_to_ages_alone() {
        let now: DateTime<Utc> = "2026-05-10T12:00:00Z".parse().unwrap();
        assert_eq!(posted(Some("14d"), None, None, now).unwrap().asked_at, now);
        assert_eq!(posted(Some("2026-05-01"), None, None, now).unwrap().asked_at, DateTime::UNIX_EPOCH);
        let cursor = PageCursor::new(0.5, 1, 2, now - TimeDelta::days(1));
        let next = posted(Some("1d"), None, Some(cursor), now).unwrap();
        assert_eq!(next.since, Some(now - TimeDelta::days(2)), "the second page goes on where the first began");
    }
}
