//! A clock that stands still until it is told to move.

use std::sync::atomic::{AtomicI64, Ordering};

use chrono::{DateTime, TimeDelta, Utc};
use moodline_types::Clock;

/// A [`Clock`] in the hands of the test, exact to the millisecond.
#[derive(Debug)]
pub struct FakeClock {
    now_ms: AtomicI64,
}

impl FakeClock {
    /// A clock that shows `now`.
    pub fn at(now: DateTime<Utc>) -> Self {
        Self { now_ms: AtomicI64::new(now.timestamp_millis()) }
    }

    /// Moves it on, or back where `by` is negative.
    pub fn advance(&self, by: TimeDelta) {
        self.now_ms.fetch_add(by.num_milliseconds(), Ordering::SeqCst);
    }

    /// Sets it.
    pub fn set(&self, now: DateTime<Utc>) {
        self.now_ms.store(now.timestamp_millis(), Ordering::SeqCst);
    }
}

impl Default for FakeClock {
    /// Noon of Monday, 1 June 2026.
    fn default() -> Self {
        Self { now_ms: AtomicI64::new(1_780_315_200_000) }
    }
}

impl Clock for FakeClock {
    fn now(&self) -> DateTime<Utc> {
        DateTime::from_timestamp_millis(self.now_ms.load(Ordering::SeqCst)).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_passes_when_told() {
        let clock = FakeClock::default();
        assert_eq!(clock.now().to_rfc3339(), "2026-06-01T12:00:00+00:00");
        clock.advance(TimeDelta::hours(36));
        assert_eq!(clock.now().to_rfc3339(), "2026-06-03T00:00:00+00:00");
    }
}
