//! Leases of a worker that lives: extended while it works, so that they may be short.

use std::{
    collections::VecDeque,
    convert::Infallible,
    future::Future,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use moodline_types::Clock;

use crate::{Lease, Result, WorkItem, WorkKind, WorkStore};

/// Batches a step has in its hands at most: one that is being written, one that is worked on, one claimed beside it;
/// and one in reserve.
const BATCHES: usize = 4;

/// Beats in the time of a lease: two may be lost before somebody else takes the work over.
const BEATS: u32 = 3;

/// Leases that one batch may take before it counts as stuck, and others may have it.
const LONGEST: u32 = 10;

/// One step's claims on one queue, with a sign of life for each while it works.
///
/// A machine that vanishes gives no more signs, and after the time of one lease others take its work over. A batch that
/// takes ten times as long is stuck: it gets no more signs either.
pub struct Heartbeat<'a, S: ?Sized> {
    store: &'a S,
    kind: WorkKind,
    target: &'a str,
    lease: Duration,
    clock: &'a dyn Clock,
    holders: Mutex<VecDeque<String>>,
}

impl<'a, S: WorkStore + ?Sized> Heartbeat<'a, S> {
    /// Claims from the queue `kind` for `target`, for `lease` after the latest sign of life.
    pub fn new(store: &'a S, (kind, target): (WorkKind, &'a str), lease: Duration, clock: &'a dyn Clock) -> Self {
        Self { store, kind, target, lease, clock, holders: Mutex::default() }
    }

    /// Claims up to `limit` mentions under a name of their own.
    ///
    /// # Errors
    /// The store's.
    pub async fn claim(&self, limit: u32) -> Result<(String, Vec<WorkItem>)> {
        let now = self.clock.now();
        let lease = Lease::new(now, self.lease);
        let items = self.store.claim(self.kind, self.target, limit, &lease, now).await?;
        if !items.is_empty() {
            let mut holders = self.holders.lock().unwrap_or_else(PoisonError::into_inner);
            holders.push_back(lease.holder.clone());
            if holders.len() > BATCHES {
                holders.pop_front();
            }
        }
        Ok((lease.holder, items))
    }

    /// Does `work` on one batch, with a sign of life beside it every third of a lease.
    pub async fn beside<F: Future>(&self, work: F) -> F::Output {
        tokio::select! {
            biased;
            output = work => output,
            never = self.beat() => match never {},
        }
    }

    async fn beat(&self) -> Infallible {
        for _ in 0..BEATS * LONGEST {
            tokio::time::sleep(self.lease / BEATS).await;
            let holders: Vec<String> = {
                let held = self.holders.lock().unwrap_or_else(PoisonError::into_inner);
                held.iter().cloned().collect()
            };
            let until = Lease::new(self.clock.now(), self.lease).until;
            // A database that is away is noticed, and told, by whoever writes the batch; by then it may be another's.
            let _ = self.store.extend(&holders, until).await;
        }
        std::future::pending().await
    }
}
