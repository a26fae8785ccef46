//! What is new: flags and alerts, as they come.
//!
//! Each kind of news has its own place in [`Seen`], so that a reader who comes back misses none of either.

use std::{collections::BTreeMap, fmt};

use chrono::{DateTime, TimeDelta, Utc};
use moodline_store::Store;
use moodline_types::{AlertQuery, AlertTier, FlagId};
use serde::Serialize;
use serde_json::value::{RawValue, to_raw_value};

use crate::{
    AskError,
    body::{Alert, Flag},
};

/// Most news of each kind that are read at once.
const BATCH: u32 = 200;
/// How late an alert may show after the time it bears: a refresh writes its alerts at its end.
const LATE_MS: i64 = 600_000;

/// How much a reader has seen: the id of an event, and what it gives back to go on from there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Seen {
    /// The last flag.
    flag: i64,
    /// When the last alert was raised, in milliseconds since 1970.
    alert_ms: i64,
}

impl fmt::Display for Seen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "f{}a{}", self.flag, self.alert_ms)
    }
}

impl Serialize for Seen {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl Seen {
    /// Reads the id of an event.
    ///
    /// # Errors
    /// `Field` where it is none.
    pub fn read(id: &str) -> Result<Self, AskError> {
        let number = |text: &str| text.parse().ok().filter(|number| (0..=1_i64 << 52).contains(number));
        let parts = id.strip_prefix('f').and_then(|rest| rest.split_once('a'));
        let seen = parts.and_then(|(flag, alert)| Some(Self { flag: number(flag)?, alert_ms: number(alert)? }));
        seen.ok_or_else(|| {
            AskError::field("after", "is not the id of an event, such as `f120a0`; `f0a0` begins with the first")
        })
    }

    /// Where somebody stands who wants nothing that is there already.
    ///
    /// # Errors
    /// Where the database does not answer.
    pub async fn now(store: &dyn Store, now: DateTime<Utc>) -> Result<Self, AskError> {
        let flag = store.newest_flag().await?.map_or(0, |flag| flag.0);
        Ok(Self { flag, alert_ms: now.timestamp_millis() })
    }
}

/// One piece of news.
#[derive(Debug, Clone, Serialize)]
pub struct News {
    /// What a reader has seen once it has read this.
    #[serde(rename = "id")]
    pub seen: Seen,
    /// What it is: `flag` or `alert`.
    pub kind: &'static str,
    /// The thing itself, as it reads elsewhere.
    pub body: Box<RawValue>,
}

/// Somebody who reads the news, from a place on.
#[derive(Debug)]
pub struct Reader {
    seen: Seen,
    /// Alerts raised before this are old.
    from_ms: i64,
    /// Alerts told already, with when they were raised: some show late.
    told: BTreeMap<i64, i64>,
}

impl Reader {
    /// A reader who has seen this much.
    pub fn new(seen: Seen) -> Self {
        Self { seen, from_ms: seen.alert_ms, told: BTreeMap::new() }
    }

    /// What came since the last call, oldest first.
    ///
    /// # Errors
    /// Where the database does not answer; nothing is lost.
    pub async fn next(&mut self, store: &dyn Store) -> Result<Vec<News>, AskError> {
        let mut news = Vec::new();
        let mut seen = self.seen;
        for row in store.flags_after(FlagId(seen.flag), BATCH).await? {
            seen.flag = row.id.0;
            news.push(told(seen, "flag", &Flag::from(row))?);
        }
        let since = DateTime::from_timestamp_millis(seen.alert_ms - LATE_MS);
        let query = AlertQuery { tier: Some(AlertTier::Alert), since, limit: BATCH, ..AlertQuery::default() };
        let mut raised: Vec<(i64, Alert)> = Vec::new();
        for alert in store.alerts(&query).await? {
            let at_ms = alert.alerted_at.map(|at| at.timestamp_millis()).filter(|at| *at > self.from_ms);
            if let Some(at_ms) = at_ms.filter(|_| !self.told.contains_key(&alert.id.0)) {
                raised.push((at_ms, Alert(alert)));
            }
        }
        raised.sort_by_key(|(at_ms, alert)| (*at_ms, alert.0.id));
        for (at_ms, alert) in raised {
            seen.alert_ms = seen.alert_ms.max(at_ms);
            self.told.insert(alert.0.id.0, at_ms);
            news.push(told(seen, "alert", &alert)?);
        }
        let forgotten = seen.alert_ms - TimeDelta::days(1).num_milliseconds();
        self.told.retain(|_, at_ms| *at_ms > forgotten);
        self.seen = seen;
        Ok(news)
    }
}

fn told(seen: Seen, kind: &'static str, thing: &impl Serialize) -> Result<News, AskError> {
    let body = to_raw_value(thing).map_err(|error| AskError::Failed(Box::new(error)))?;
    Ok(News { seen, kind, body })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_id_of_an_event_says_where_to_go_on() {
        let seen = Seen { flag: 17, alert_ms: 1_780_315_200_000 };
        assert_eq!(Seen::read(&seen.to_string()).unwrap(), seen);
        for bad in ["", "17", "f17", "fa", "f-1a0", "fxa0", "f1a99999999999999999999", "f1a-1"] {
            assert!(Seen::read(bad).is_err(), "{bad}");
        }
    }
}
