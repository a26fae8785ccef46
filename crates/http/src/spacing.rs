//! Room between requests to one host.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use tokio::time::Instant;

/// Hosts remembered before those that may be asked again are forgotten.
const HOSTS: usize = 1000;

/// When each host may be asked next.
#[derive(Debug, Default)]
pub(crate) struct Spacing {
    next: Mutex<HashMap<String, Instant>>,
}

impl Spacing {
    /// Waits for the host's turn; turns are given out in the order of asking, `interval` apart.
    pub(crate) async fn turn(&self, host: &str, interval: Duration) {
        if interval.is_zero() {
            return;
        }
        let turn = self.reserve(host, interval, Instant::now());
        tokio::time::sleep_until(turn).await;
    }

    fn reserve(&self, host: &str, interval: Duration, now: Instant) -> Instant {
        let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
        if next.len() >= HOSTS {
            next.retain(|_, turn| *turn > now);
        }
        let turn = next.get(host).map_or(now, |turn| (*turn).max(now));
        next.insert(host.to_owned(), turn + interval);
        turn
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn requests_to_one_host_are_an_interval_apart() {
        let spacing = Spacing::default();
        let now = Instant::now();
        let turns: Vec<_> = (0..3).map(|_| spacing.reserve("a", SECOND, now) - now).collect();
        assert_eq!(turns, [Duration::ZERO, SECOND, 2 * SECOND]);
        assert_eq!(spacing.reserve("b", SECOND, now), now, "another host has its own turns");
    }

    #[test]
    fn a_host_left_alone_is_asked_at_once() {
        let spacing = Spacing::default();
        let now = Instant::now();
        spacing.reserve("a", SECOND, now);
        assert_eq!(spacing.reserve("a", SECOND, now + 5 * SECOND), now + 5 * SECOND);
    }

    #[test]
    fn hosts_whose_turn_has_passed_are_forgotten() {
        let spacing = Spacing::default();
        let now = Instant::now();
        for host in 0..HOSTS {
            spacing.reserve(&host.to_string(), SECOND, now);
        }
        spacing.reserve("one more", SECOND, now + 2 * SECOND);
        assert_eq!(spacing.next.lock().unwrap().len(), 1);
    }
}
