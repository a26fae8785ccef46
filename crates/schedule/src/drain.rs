//! Stopping in order: everyone is told once, and the process waits until everyone has finished.

use std::time::Duration;

use tokio_util::{
    sync::CancellationToken,
    task::{TaskTracker, task_tracker::TaskTrackerToken},
};

/// Tells jobs to stop and waits for them.
#[derive(Debug, Clone, Default)]
pub struct Drain {
    stop: CancellationToken,
    jobs: TaskTracker,
}

/// Held while a job does something that must not be cut off.
#[derive(Debug)]
pub struct DrainGuard(#[expect(dead_code, reason = "held for its drop")] TaskTrackerToken);

impl Drain {
    /// Nobody has been told to stop.
    pub fn new() -> Self {
        Self::default()
    }

    /// A drain that stops with this one, and can be stopped alone.
    #[must_use]
    pub fn child(&self) -> Self {
        Self { stop: self.stop.child_token(), jobs: TaskTracker::new() }
    }

    /// Tells everyone to stop; may be called more than once.
    pub fn stop(&self) {
        self.stop.cancel();
        self.jobs.close();
    }

    /// Whether the word to stop was given.
    pub fn is_stopping(&self) -> bool {
        self.stop.is_cancelled()
    }

    /// Resolves when the word to stop is given.
    pub async fn stopping(&self) {
        self.stop.cancelled().await;
    }

    /// Marks work as under way until the guard is dropped.
    pub fn guard(&self) -> DrainGuard {
        DrainGuard(self.jobs.token())
    }

    /// Sleeps, but no longer than until the word to stop; `false` if that came.
    pub async fn sleep(&self, time: Duration) -> bool {
        tokio::select! {
            biased;
            () = self.stop.cancelled() => false,
            () = tokio::time::sleep(time) => true,
        }
    }

    /// Waits, after [`Drain::stop`], until all guards are dropped; `false` if that took longer than `limit`.
    pub async fn finished(&self, limit: Duration) -> bool {
        tokio::time::timeout(limit, self.jobs.wait()).await.is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_process_waits_for_work_under_way_and_not_for_sleepers() {
        let drain = Drain::new();
        let worker = tokio::spawn({
            let drain = drain.clone();
            async move {
                let _guard = drain.guard();
                drain.stopping().await;
                tokio::time::sleep(Duration::from_millis(20)).await;
                "finished"
            }
        });
        let sleeper = tokio::spawn({
            let drain = drain.clone();
            async move { drain.sleep(Duration::from_hours(1)).await }
        });
        tokio::task::yield_now().await;
        drain.stop();
        assert!(drain.finished(Duration::from_secs(5)).await);
        assert_eq!(worker.await.unwrap(), "finished");
        assert!(!sleeper.await.unwrap(), "a sleeper is woken by the stop");
    }

    #[tokio::test]
    async fn a_child_stops_with_its_parent_and_not_the_other_way_round() {
        let parent = Drain::new();
        let (first, second) = (parent.child(), parent.child());
        first.stop();
        assert!(!parent.is_stopping() && !second.is_stopping());
        parent.stop();
        assert!(second.is_stopping());
    }

    #[tokio::test]
    async fn work_that_hangs_does_not_hold_the_process_for_ever() {
        let drain = Drain::new();
        let _hanging = drain.guard();
        drain.stop();
        assert!(!drain.finished(Duration::from_millis(10)).await);
    }
}
