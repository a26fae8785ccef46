//! What is new: flags and alerts, as they come.
//!
//! Each kind of news has its own place in [`Seen`], so that a reader who comes back misses none of either.

use std::fmt;

use chrono::DateTime;
use moodline_store::Store;
use moodline_types::FlagId;
use serde::Serialize;
use serde_json::value::{RawValue, to_raw_value};

use crate::{
    AskError,
    body::{Alert, Flag},
};

/// Most news of each kind that are read at once.
const BATCH: u32 = 200;

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
    pub async fn now(store: &dyn Store) -> Result<Self, AskError> {
        let flag = store.newest_flag().await?.map_or(0, |flag| flag.0);
        let alert_ms = store.newest_alert().await?.map_or(0, |raised| raised.timestamp_millis());
        Ok(Self { flag, alert_ms })
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
}

impl Reader {
    /// A reader who has seen this much.
    pub fn new(seen: Seen) -> Self {
        Self { seen }
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
        let since = DateTime::from_timestamp_millis(seen.alert_ms).unwrap_or_default();
        let raised = store.alerts_after(since, BATCH).await?;
        for (at, alert) in raised.iter().enumerate() {
            // Of several raised at one instant only the last has been seen with all before it.
            let next = raised.get(at + 1).and_then(|alert| alert.alerted_at);
            if let Some(raised_at) = alert.alerted_at.filter(|raised_at| next != Some(*raised_at)) {
                seen.alert_ms = raised_at.timestamp_millis();
            }
            news.push(told(seen, "alert", &Alert(alert.clone()))?);
        }
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
