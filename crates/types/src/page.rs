//! Where a page of a list ended.

use std::{fmt, str::FromStr};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// Where a page ended and the next begins: the place of its last row in the order, so that rows that arrive meanwhile
/// neither shift nor repeat what follows.
///
/// As text it is 68 characters of `0–9` and `a–f`, safe in an address and opaque to everyone but its query.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PageCursor {
    key: u64,
    id: i64,
    query: u64,
    asked_ms: i64,
}

/// Why a text is no cursor.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("this is no cursor of a page: pass the one that came with the page before, whole and unchanged")]
pub struct CursorError;

/// First characters of every cursor: another layout gets another number.
const LAYOUT: &str = "0001";

impl PageCursor {
    /// After the row with this place in the order, of the query with this fingerprint.
    pub fn new(key: f64, id: i64, query: u64, asked_at: DateTime<Utc>) -> Self {
        Self { key: key.to_bits(), id, query, asked_ms: asked_at.timestamp_millis() }
    }

    /// What the last row is ordered by: a probability, or milliseconds since 1970.
    pub fn key(&self) -> f64 {
        f64::from_bits(self.key)
    }

    /// Id of the last row, which decides between rows that are ordered alike.
    pub fn id(&self) -> i64 {
        self.id
    }

    /// Whether it belongs to the query with this fingerprint.
    pub fn is_of(&self, query: u64) -> bool {
        self.query == query
    }

    /// When the first page was asked for.
    pub fn asked_at(&self) -> DateTime<Utc> {
        DateTime::from_timestamp_millis(self.asked_ms).unwrap_or_default()
    }
}

impl fmt::Display for PageCursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{LAYOUT}{:016x}{:016x}{:016x}{:016x}", self.key, self.id, self.query, self.asked_ms)
    }
}

impl FromStr for PageCursor {
    type Err = CursorError;

    fn from_str(text: &str) -> Result<Self, CursorError> {
        let digits = text.strip_prefix(LAYOUT).filter(|rest| rest.len() == 64).ok_or(CursorError)?;
        if !digits.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')) {
            return Err(CursorError);
        }
        let part = |place: usize| u64::from_str_radix(&digits[place * 16..][..16], 16).map_err(|_| CursorError);
        let cursor = Self { key: part(0)?, id: part(1)? as i64, query: part(2)?, asked_ms: part(3)? as i64 };
        if cursor.key().is_finite() { Ok(cursor) } else { Err(CursorError) }
    }
}

impl TryFrom<String> for PageCursor {
    type Error = CursorError;

    fn try_from(text: String) -> Result<Self, CursorError> {
        text.parse()
    }
}

impl From<PageCursor> for String {
    fn from(cursor: PageCursor) -> Self {
        cursor.to_string()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_cursor_comes_back_as_it_was() {
        for (key, id) in [(0.935_f64, 17), (-0.0, i64::MIN), (1_780_315_200_123.0, i64::MAX)] {
            let asked = DateTime::from_timestamp_millis(1_780_315_200_123).unwrap();
            let cursor = PageCursor::new(key, id, u64::MAX, asked);
            let back: PageCursor = cursor.to_string().parse().unwrap();
            assert_eq!((back, back.key().to_bits(), back.id()), (cursor, key.to_bits(), id));
            assert_eq!(back.asked_at(), asked);
        }
    }

    proptest! {
        #[test]
        fn nothing_else_is_one(text in "\\PC{0,80}") {
            prop_assert_eq!(text.parse::<PageCursor>(), Err(CursorError));
        }
    }
}
