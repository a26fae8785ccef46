//! Spans of time as people write them in settings: `500ms`, `20s`, `15m`, `6h`, `1d`.

use std::{fmt, str::FromStr, time::Duration};

use serde::{Deserialize, Serialize};

/// A span of time written as a whole number and a unit.
///
/// Units are `ms`, `s`, `m`, `h` and `d`; a day is 24 hours. Written back in the largest unit that divides it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Interval(Duration);

/// Why a text is not an [`Interval`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{value}` is not a time span: write a whole number and a unit, like 500ms, 20s, 15m, 6h or 1d")]
pub struct IntervalError {
    value: String,
}

/// Units from the largest down, with their length in milliseconds.
const UNITS: [(&str, u64); 5] = [("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1)];

impl Interval {
    /// A span of `seconds`.
    pub const fn from_secs(seconds: u64) -> Self {
        Self(Duration::from_secs(seconds))
    }

    /// A span of `milliseconds`.
    pub const fn from_millis(milliseconds: u64) -> Self {
        Self(Duration::from_millis(milliseconds))
    }

    /// The span as the standard library has it.
    pub const fn duration(self) -> Duration {
        self.0
    }

    /// Whether the span has no length.
    pub const fn is_zero(self) -> bool {
        self.0.is_zero()
    }
}

impl FromStr for Interval {
    type Err = IntervalError;

    fn from_str(value: &str) -> Result<Self, IntervalError> {
        let error = || IntervalError { value: value.to_owned() };
        let text = value.trim();
        let digits = text.find(|c: char| !c.is_ascii_digit()).ok_or_else(error)?;
        let (number, unit) = text.split_at(digits);
        let number: u64 = number.parse().map_err(|_| error())?;
        let unit = unit.trim_start();
        let (_, length) = UNITS.iter().find(|(name, _)| *name == unit).ok_or_else(error)?;
        number.checked_mul(*length).map(Self::from_millis).ok_or_else(error)
    }
}

impl TryFrom<String> for Interval {
    type Error = IntervalError;

    fn try_from(value: String) -> Result<Self, IntervalError> {
        value.parse()
    }
}

impl From<Interval> for String {
    fn from(interval: Interval) -> Self {
        interval.to_string()
    }
}

impl From<Interval> for Duration {
    fn from(interval: Interval) -> Self {
        interval.0
    }
}

impl fmt::Display for Interval {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let milliseconds = u64::try_from(self.0.as_millis()).unwrap_or(u64::MAX);
        if milliseconds == 0 {
            return f.pad("0s");
        }
        let (unit, length) = UNITS.iter().find(|(_, length)| milliseconds % length == 0).unwrap_or(&("ms", 1));
        f.pad(&format!("{}{unit}", milliseconds / length))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn spans_are_a_number_and_a_unit() {
        for (text, seconds) in [("20s", 20), ("15m", 900), ("6h", 21_600), ("1d", 86_400), (" 2 h ", 7200)] {
            assert_eq!(text.parse::<Interval>().unwrap().duration(), Duration::from_secs(seconds), "{text}");
        }
        assert_eq!("500ms".parse::<Interval>().unwrap().duration(), Duration::from_millis(500));
    }

    #[test]
    fn anything_else_is_refused_with_an_example() {
        for text in ["", "20", "s", "-1s", "1.5h", "1w", "99999999999999999999s", "9999999999999999999d"] {
            let error = text.parse::<Interval>().unwrap_err().to_string();
            assert!(error.contains("like 500ms, 20s"), "{error}");
        }
    }

    proptest! {
        #[test]
        fn writing_and_reading_agree(milliseconds in 0..10_u64.pow(12)) {
            let interval = Interval::from_millis(milliseconds);
            prop_assert_eq!(interval.to_string().parse::<Interval>().unwrap(), interval);
        }
    }
}
