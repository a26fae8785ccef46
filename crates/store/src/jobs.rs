//! Who may run what: one process at a time per job, and the work of processes that are gone.
//!
//! The right to a job is a lock of the operating system or the database server, not a row with a time: it is gone
//! with the process that held it, however that ended, and no clock has a say in it.

use std::{any::Any, fmt};

use async_trait::async_trait;

use crate::{
    Result,
    work::{worker, worker_of},
};

/// The right to run a job, until dropped.
pub struct JobGuard(#[expect(dead_code, reason = "held for its drop")] Box<dyn Any + Send + Sync>);

impl JobGuard {
    /// Releases the job when `lock` is dropped.
    pub fn new(lock: impl Any + Send + Sync) -> Self {
        Self(Box::new(lock))
    }
}

impl fmt::Debug for JobGuard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JobGuard")
    }
}

/// The job that every process holds for as long as it lives.
fn alive(worker: &str) -> String {
    format!("worker/{worker}")
}

/// Jobs and the processes that do them.
#[async_trait]
pub trait JobStore: Send + Sync {
    /// Takes a job, e.g. `fetch/forum`, unless somebody, here or in another process, has it.
    async fn take_job(&self, job: &str) -> Result<Option<JobGuard>>;

    /// Every process that holds work at this moment, by the name its leases carry.
    async fn working(&self) -> Result<Vec<String>>;

    /// Ends the leases of a process; the tries they cost stay counted. How many mentions that frees.
    async fn free_work_of(&self, worker: &str) -> Result<u64>;

    /// Makes it known that this process lives, until the guard is dropped.
    async fn announce(&self) -> Result<Option<JobGuard>> {
        self.take_job(&alive(worker())).await
    }

    /// Frees what processes hold that no longer live, so that nobody waits for their leases to run out. How many
    /// mentions that were.
    async fn free_work_of_the_dead(&self) -> Result<u64> {
        let mut freed = 0;
        for name in self.working().await? {
            if name == worker() {
                continue;
            }
            if let Some(_dead) = self.take_job(&alive(&name)).await? {
                freed += self.free_work_of(&name).await?;
            }
        }
        Ok(freed)
    }
}

/// The distinct processes among holders of leases.
pub fn workers_among<'a>(holders: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    let mut workers: Vec<String> = holders.into_iter().filter_map(worker_of).map(str::to_owned).collect();
    workers.sort_unstable();
    workers.dedup();
    workers
}
