//! How a source is doing, told from what is stored about it.

use std::fmt;

use chrono::{DateTime, TimeDelta, Utc};
use moodline_store::SourceState;

/// How a source is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Health {
    /// It is read, and brings what is expected of it.
    Ok,
    /// It was never read to its end.
    New,
    /// The last attempts failed.
    Failing,
    /// It answers, but its answers are to be doubted: empty where there used to be items, or going round.
    Thin,
    /// It answers, but nothing new has come for much longer than its rate of arrival lets expect.
    Silent,
}

impl Health {
    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::New => "new",
            Self::Failing => "failing",
            Self::Thin => "thin",
            Self::Silent => "silent",
        }
    }
}

impl fmt::Display for Health {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// Mentions that a rate is learned from at least.
const ENOUGH: u64 = 5;
/// Arrivals that would be expected in a time of silence. If mentions come independently of each other, none where
/// seven are expected happens once in a thousand times (e⁻⁷).
const EXPECTED: f64 = 7.0;
/// No shorter silence is worth a word: nights, weekends.
const SHORTEST_SILENCE: TimeDelta = TimeDelta::days(3);

/// Mentions per day, learned from the weeks before the newest one; `None` while there are too few to say.
pub fn rate_per_day(state: &SourceState) -> Option<f64> {
    (state.recent >= ENOUGH).then(|| state.recent as f64 / f64::from(SourceState::RATE_DAYS))
}

/// How a source is doing at `now`.
pub fn health(state: &SourceState, now: DateTime<Utc>) -> Health {
    if state.failures > 0 {
        return Health::Failing;
    }
    if state.last_success_at.is_none() {
        return Health::New;
    }
    if state.thin_since.is_some() {
        return Health::Thin;
    }
    let (Some(newest), Some(rate)) = (state.newest_at, rate_per_day(state)) else { return Health::Ok };
    let silence = now - newest;
    let expected = rate * silence.num_minutes() as f64 / (24.0 * 60.0);
    if silence > SHORTEST_SILENCE && expected > EXPECTED { Health::Silent } else { Health::Ok }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(day: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::days(20_000 + day)
    }

    fn state(recent: u64) -> SourceState {
        SourceState {
            first_name: "forum".parse().unwrap(),
            source: "forum".parse().unwrap(),
            cursor: None,
            last_success_at: Some(at(0)),
            last_failure_at: None,
            last_error: None,
            failures: 0,
            mentions: recent,
            next_due_at: None,
            note: None,
            thin_since: None,
            newest_at: Some(at(0)),
            recent,
        }
    }

    #[test]
    fn silence_is_measured_by_how_often_a_source_speaks() {
        let daily = state(56);
        assert_eq!(health(&daily, at(6)), Health::Ok);
        assert_eq!(health(&daily, at(8)), Health::Silent);
        let weekly = state(8);
        assert_eq!(health(&weekly, at(30)), Health::Ok, "a month is not long for one that speaks weekly");
        assert_eq!(health(&weekly, at(60)), Health::Silent);
        assert_eq!(health(&state(2), at(900)), Health::Ok, "nothing is known of its rate");
        assert_eq!(health(&state(5600), at(2)), Health::Ok, "a weekend");
    }

    #[test]
    fn failures_come_before_doubts_and_doubts_before_silence() {
        let thin = SourceState { thin_since: Some(at(1)), ..state(56) };
        assert_eq!(health(&thin, at(20)), Health::Thin);
        assert_eq!(health(&SourceState { failures: 3, ..thin }, at(20)), Health::Failing);
        assert_eq!(health(&SourceState { last_success_at: None, ..state(0) }, at(20)), Health::New);
    }
}
