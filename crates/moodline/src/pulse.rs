//! Whether every job of the service still moves: what the watchdog is fed by.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

/// When each job last did something: a page stored, a batch judged, a look at the clock.
#[derive(Debug, Clone, Default)]
pub(crate) struct Pulse(Arc<Mutex<BTreeMap<String, Instant>>>);

impl Pulse {
    /// A job has moved.
    pub(crate) fn beat(&self, job: &str) {
        let mut beats = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match beats.get_mut(job) {
            Some(last) => *last = Instant::now(),
            None => drop(beats.insert(job.to_owned(), Instant::now())),
        }
    }

    /// A job has ended, as it should.
    pub(crate) fn forget_all(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// The job that has not moved for longest, if that is longer than `limit`.
    pub(crate) fn stalled(&self, limit: Duration) -> Option<(String, Duration)> {
        let beats = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (job, last) = beats.iter().min_by_key(|(_, last)| **last)?;
        let silent = last.elapsed();
        (silent > limit).then(|| (job.clone(), silent))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_job_that_stands_still_is_named() {
        let pulse = Pulse::default();
        assert_eq!(pulse.stalled(Duration::ZERO), None, "nothing runs, nothing stands still");
        pulse.beat("fetch/shop");
        std::thread::sleep(Duration::from_millis(5));
        pulse.beat("judge");
        assert_eq!(pulse.stalled(Duration::from_millis(4)).unwrap().0, "fetch/shop");
        pulse.beat("fetch/shop");
        assert_eq!(pulse.stalled(Duration::from_hours(1)), None);
    }
}
