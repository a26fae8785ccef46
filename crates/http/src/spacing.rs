//! Room between requests to one host, few of them at once, and the pauses a host asks for.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::Instant,
};

/// Hosts remembered before those that may be asked again are forgotten.
const HOSTS: usize = 1000;
/// A pause no longer than this is waited out; a longer one is the caller's to wait.
const SHORT_PAUSE: Duration = Duration::from_secs(10);

/// What is known of each host: host name and port.
#[derive(Debug, Default)]
pub(crate) struct Spacing {
    hosts: Mutex<HashMap<String, Host>>,
}

#[derive(Debug)]
struct Host {
    /// When it may be asked next.
    next: Instant,
    /// Until when it wants to be left alone.
    quiet_until: Option<Instant>,
    slots: Arc<Semaphore>,
}

/// A host wants to be left alone for this long.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Quiet(pub(crate) Duration);

impl Spacing {
    /// Waits for the host's turn; turns are given out in the order of asking, `interval` apart, and at most `at_once`
    /// are taken at a time. The turn ends when the permit is dropped.
    pub(crate) async fn turn(
        &self,
        host: &str,
        interval: Duration,
        at_once: usize,
    ) -> Result<OwnedSemaphorePermit, Quiet> {
        let slots = self.slots(host, at_once);
        let permit = slots.acquire_owned().await.expect("the slots of a host are never closed");
        let now = Instant::now();
        let turn = self.reserve(host, interval, now)?;
        if turn > now {
            tokio::time::sleep_until(turn).await;
        }
        Ok(permit)
    }

    /// Leaves a host alone, whoever asks.
    pub(crate) fn hold(&self, host: &str, pause: Duration) {
        let until = Instant::now() + pause;
        if let Some(known) = self.lock().get_mut(host) {
            known.quiet_until = known.quiet_until.max(Some(until));
        }
    }

    fn slots(&self, host: &str, at_once: usize) -> Arc<Semaphore> {
        let now = Instant::now();
        let mut hosts = self.lock();
        if hosts.len() >= HOSTS {
            hosts.retain(|_, host| {
                host.next > now
                    || host.quiet_until.is_some_and(|until| until > now)
                    || Arc::strong_count(&host.slots) > 1
            });
        }
        let fresh = || Host { next: now, quiet_until: None, slots: Arc::new(Semaphore::new(at_once.max(1))) };
        Arc::clone(&hosts.entry(host.to_owned()).or_insert_with(fresh).slots)
    }

    fn reserve(&self, host: &str, interval: Duration, now: Instant) -> Result<Instant, Quiet> {
        let mut hosts = self.lock();
        let Some(host) = hosts.get_mut(host) else { return Ok(now) };
        let mut turn = host.next.max(now);
        if let Some(until) = host.quiet_until.filter(|until| *until > now) {
            if until - now > SHORT_PAUSE {
                return Err(Quiet(until - now));
            }
            turn = turn.max(until);
        }
        host.next = turn + interval;
        Ok(turn)
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Host>> {
        self.hosts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn spacing() -> (Spacing, Instant) {
        let spacing = Spacing::default();
        spacing.slots("a", 1);
        spacing.slots("b", 1);
        (spacing, Instant::now())
    }

    #[test]
    fn requests_to_one_host_are_an_interval_apart() {
        let (spacing, now) = spacing();
        let turns: Vec<_> = (0..3).map(|_| spacing.reserve("a", SECOND, now).unwrap() - now).collect();
        assert_eq!(turns, [Duration::ZERO, SECOND, 2 * SECOND]);
        assert_eq!(spacing.reserve("b", SECOND, now), Ok(now), "another host has its own turns");
        assert_eq!(spacing.reserve("a", SECOND, now + 5 * SECOND), Ok(now + 5 * SECOND), "left alone, asked at once");
    }

    #[test]
    fn a_short_pause_is_waited_out_and_a_long_one_is_passed_on() {
        let (spacing, now) = spacing();
        spacing.hold("a", 5 * SECOND);
        assert!(spacing.reserve("a", SECOND, now).unwrap() >= now + 5 * SECOND);
        spacing.hold("a", 60 * SECOND);
        assert!(spacing.reserve("a", SECOND, now).unwrap_err().0 >= 59 * SECOND);
        assert_eq!(spacing.reserve("b", SECOND, now), Ok(now));
        assert!(spacing.reserve("a", SECOND, now + 61 * SECOND).is_ok());
    }

    #[tokio::test]
    async fn few_are_under_way_at_once() {
        let spacing = Arc::new(Spacing::default());
        let first = spacing.turn("a", Duration::ZERO, 1).await.unwrap();
        let second = tokio::spawn({
            let spacing = Arc::clone(&spacing);
            async move { spacing.turn("a", Duration::ZERO, 1).await.is_ok() }
        });
        tokio::task::yield_now().await;
        assert!(!second.is_finished());
        drop(first);
        assert!(second.await.unwrap());
    }

    #[test]
    fn hosts_whose_turn_has_passed_are_forgotten() {
        let spacing = Spacing::default();
        for host in 0..=HOSTS {
            spacing.slots(&host.to_string(), 1);
        }
        assert_eq!(spacing.hosts.lock().unwrap().len(), 1);
    }
}
