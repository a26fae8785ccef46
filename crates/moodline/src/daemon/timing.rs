//! When a job is due, on a clock that people may set.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use moodline_schedule::{Drain, Plan};
use moodline_types::Clock;

use crate::wire::App;

/// Sleeps are cut into pieces so that a clock set forward or backward is noticed.
pub(super) const LONGEST_SLEEP: Duration = Duration::from_mins(1);

/// A clock that goes back by less was only corrected.
const CORRECTION: TimeDelta = TimeDelta::minutes(1);

/// Why a job was woken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Woken {
    /// Its time has come.
    Due,
    /// The clock was set back: its time may be a year away now.
    SetBack,
    /// Everybody is to stop.
    Stopping,
}

/// When a job is due first: now, if it never ran or a time passed since it last did; else at its next time.
pub(super) fn catch_up(plan: &Plan, last: Option<DateTime<Utc>>, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    match last {
        Some(last) if last <= now => plan.next_after(last).map(|missed| missed.max(now)),
        // Never, or at a time that has not come yet: the clock was set back.
        _ => Some(now),
    }
}

/// Whether something that happened at `last` was the job due at `at`, or a later one.
pub(super) fn is_done_since(at: DateTime<Utc>, last: Option<DateTime<Utc>>, now: DateTime<Utc>) -> bool {
    last.is_some_and(|last| at <= last && last <= now)
}

/// `at`, a little later: what is overdue is done at once.
pub(super) fn delayed(app: &App, plan: &Plan, at: DateTime<Utc>) -> DateTime<Utc> {
    if at <= app.clock.now() {
        return at;
    }
    let longest = app.loaded.settings.schedule.jitter.duration();
    at + plan.jitter(at, longest, rand::random())
}

/// Sleeps until an instant of the wall clock, however that clock is moved.
pub(super) async fn wait_until(app: &App, job: &str, at: DateTime<Utc>) -> Woken {
    wait(&app.clock, &app.drain, at, || app.pulse.beat(job)).await
}

async fn wait(clock: &dyn Clock, drain: &Drain, at: DateTime<Utc>, looked: impl Fn()) -> Woken {
    let mut seen = clock.now();
    loop {
        looked();
        let now = clock.now();
        if now < seen - CORRECTION {
            return Woken::SetBack;
        }
        seen = now;
        let left = (at - now).to_std().unwrap_or(Duration::ZERO);
        if left.is_zero() {
            return if drain.is_stopping() { Woken::Stopping } else { Woken::Due };
        }
        if !drain.sleep(left.min(LONGEST_SLEEP)).await {
            return Woken::Stopping;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use moodline_testkit::FakeClock;

    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn what_was_missed_is_done_once_now_and_what_was_not_at_its_time() {
        let plan = Plan::new("0 3 * * *", "UTC").unwrap();
        let now = at("2026-05-10T12:00:00Z");
        assert_eq!(catch_up(&plan, None, now), Some(now));
        assert_eq!(catch_up(&plan, Some(at("2026-05-01T03:00:01Z")), now), Some(now));
        assert_eq!(catch_up(&plan, Some(at("2026-05-10T03:00:01Z")), now), Some(at("2026-05-11T03:00:00Z")));
        assert_eq!(catch_up(&plan, Some(at("2027-01-01T00:00:00Z")), now), Some(now), "a clock set back");
    }

    #[test]
    fn what_another_process_did_for_the_same_time_is_not_done_again() {
        let (due, now) = (at("2026-05-10T03:00:00Z"), at("2026-05-10T03:00:40Z"));
        assert!(is_done_since(due, Some(at("2026-05-10T03:00:12Z")), now));
        assert!(!is_done_since(due, Some(at("2026-05-10T02:00:12Z")), now), "that was the time before");
        assert!(!is_done_since(due, Some(at("2027-01-01T00:00:00Z")), now), "before the clock was set back");
        assert!(!is_done_since(due, None, now));
    }

    /// Waits for three at night while `look` moves the clock every time it is looked at; how often that was.
    async fn waited(clock: &FakeClock, drain: &Drain, look: impl Fn(usize)) -> (Woken, usize) {
        let looks = AtomicUsize::new(0);
        let looked = || look(looks.fetch_add(1, Ordering::SeqCst));
        let woken = wait(clock, drain, at("2026-05-10T03:00:00Z"), looked).await;
        (woken, looks.load(Ordering::SeqCst))
    }

    #[tokio::test(start_paused = true)]
    async fn a_clock_that_jumps_forward_wakes_the_job_at_the_next_look() {
        let (clock, drain) = (FakeClock::at(at("2026-05-09T12:00:00Z")), Drain::new());
        let jump = |look| {
            if look == 5 {
                clock.advance(TimeDelta::days(3));
            }
        };
        assert_eq!(waited(&clock, &drain, jump).await, (Woken::Due, 6));
    }

    #[tokio::test(start_paused = true)]
    async fn a_clock_that_is_set_back_makes_the_job_plan_anew_and_a_correction_does_not() {
        let (clock, drain) = (FakeClock::at(at("2026-05-09T12:00:00Z")), Drain::new());
        let back = |look| {
            if look == 5 {
                clock.advance(TimeDelta::days(-365));
            }
        };
        assert_eq!(waited(&clock, &drain, back).await, (Woken::SetBack, 6));
        clock.set(at("2026-05-10T02:59:00Z"));
        // Time servers pull a clock by seconds, and on it goes.
        let corrected = |look| clock.advance(TimeDelta::seconds(if look == 2 { -5 } else { 20 }));
        assert_eq!(waited(&clock, &drain, corrected).await.0, Woken::Due);
    }

    #[tokio::test(start_paused = true)]
    async fn whoever_waits_stops_when_told() {
        let (clock, drain) = (FakeClock::at(at("2026-05-09T12:00:00Z")), Drain::new());
        let stop = |look| {
            if look == 2 {
                drain.stop();
            }
        };
        assert_eq!(waited(&clock, &drain, stop).await, (Woken::Stopping, 3));
    }

    #[test]
    fn a_job_done_while_the_clock_was_ahead_is_done_again_once_and_not_for_every_day_between() {
        let plan = Plan::new("0 3 * * *", "UTC").unwrap();
        // Drawn while the clock said 2027; it is set right again.
        let (drawn, now) = (at("2027-01-01T03:00:05Z"), at("2026-05-10T12:00:00Z"));
        let due = catch_up(&plan, Some(drawn), now).unwrap();
        assert_eq!(due, now);
        assert!(!is_done_since(due, Some(drawn), now));
        assert_eq!(plan.next_after(now), Some(at("2026-05-11T03:00:00Z")));
        // And ahead: the days that were jumped over make one run, not many.
        let (drawn, now) = (at("2026-05-10T03:00:05Z"), at("2026-08-10T12:00:00Z"));
        assert_eq!(catch_up(&plan, Some(drawn), now), Some(now));
        assert_eq!(plan.next_after(now), Some(at("2026-08-11T03:00:00Z")));
    }
}
