//! Which mentions still have to be judged by a model or placed on a map: queues with leases.
//!
//! A row of work is written in the transaction of whatever made it necessary and deleted in the transaction of its
//! result. Writing it again (the mention was revised, the map edited) takes any lease away, so a result computed from
//! the old state finds its lease gone and is dropped.

use std::{
    sync::{
        LazyLock,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, SystemTime},
};

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use moodline_types::MentionId;

use crate::Result;

/// What has to be done with a mention.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum WorkKind {
    /// Judge it; the target is a model id.
    Enrich,
    /// Place its opinions; the target is a map id.
    Assign,
}

impl WorkKind {
    /// The word used in the table.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Enrich => "enrich",
            Self::Assign => "assign",
        }
    }
}

/// The right to work on a batch, for a while.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lease {
    /// Who holds it: unique per claim, not only per process, so that an expired batch cannot be finished twice.
    pub holder: String,
    /// When others may take the batch, unless it is extended.
    pub until: DateTime<Utc>,
}

impl Lease {
    /// A lease from `now` on for `time`, under a name nobody else claims by: this process, this claim.
    pub fn new(now: DateTime<Utc>, time: Duration) -> Self {
        static CLAIMS: AtomicU64 = AtomicU64::new(0);
        let claim = CLAIMS.fetch_add(1, Ordering::Relaxed);
        let holder = format!("{}/{claim}", worker());
        let time = TimeDelta::from_std(time).unwrap_or(TimeDelta::hours(1));
        Self { holder, until: now + time }
    }
}

/// This process, under a name that no other has had: its number and when it first asked.
pub(crate) fn worker() -> &'static str {
    static WORKER: LazyLock<String> = LazyLock::new(|| {
        let since_1970 = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        format!("{}-{:x}", std::process::id(), since_1970.as_nanos())
    });
    &WORKER
}

/// The process in the name of a lease's holder.
pub(crate) fn worker_of(holder: &str) -> Option<&str> {
    holder.rsplit_once('/').map(|(worker, _)| worker)
}

/// One claimed mention.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WorkItem {
    /// The mention.
    pub mention: MentionId,
    /// How often it was claimed before without a result: 0 at first. Failures and crashes count alike.
    pub earlier_tries: u32,
}

/// How much is left to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Backlog {
    /// Free to claim.
    pub ready: u64,
    /// Claimed and within its lease.
    pub leased: u64,
    /// Given up after too many tries.
    pub set_aside: u64,
}

/// The queues.
#[async_trait]
pub trait WorkStore: Send + Sync {
    /// Claims up to `limit` mentions, oldest queued first, that nobody holds (or whose lease ended before `now`).
    async fn claim(
        &self,
        kind: WorkKind,
        target: &str,
        limit: u32,
        lease: &Lease,
        now: DateTime<Utc>,
    ) -> Result<Vec<WorkItem>>;

    /// Lets the leases of these holders end at `until` instead: their worker lives. How many mentions that holds; what was
    /// finished, or taken over, meanwhile stays so.
    async fn extend(&self, holders: &[String], until: DateTime<Utc>) -> Result<u64>;

    /// Gives claimed mentions back untouched (a stop, not a failure): their tries do not count.
    async fn release(&self, kind: WorkKind, target: &str, holder: &str, mentions: &[MentionId]) -> Result<()>;

    /// Notes why a claimed mention failed and gives it back; at `max_tries` it is set aside instead.
    /// `true` if it was set aside.
    async fn fail(
        &self,
        kind: WorkKind,
        target: &str,
        holder: &str,
        mention: MentionId,
        error: &str,
        max_tries: u32,
    ) -> Result<bool>;

    /// How much is left.
    async fn backlog(&self, kind: WorkKind, target: &str, now: DateTime<Utc>) -> Result<Backlog>;

    /// When the oldest work that is not set aside was queued, claimed or not; `None` if nothing is left. Work queued
    /// before an instant is done once this is later.
    async fn oldest_waiting(&self, kind: WorkKind, target: &str) -> Result<Option<DateTime<Utc>>>;

    /// Mentions set aside, with the last error.
    async fn set_aside(&self, kind: WorkKind, target: &str, limit: u32) -> Result<Vec<(MentionId, String)>>;

    /// Puts everything set aside back into the queue; how many that were.
    async fn retry_set_aside(&self, kind: WorkKind, target: &str) -> Result<u64>;
}
