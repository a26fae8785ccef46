//! Triage: what people do with flags.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use moodline_types::{FlagEvent, FlagId, FlagQuery, FlagRow, Triage};

use crate::Result;

/// The flag table and its history. Flags are raised and lowered with assignments; this is for people.
#[async_trait]
pub trait FlagStore: Send + Sync {
    /// The flags that fit, the most severe first. Those of hidden mentions are left out.
    async fn flags(&self, query: &FlagQuery) -> Result<Vec<FlagRow>>;

    /// How many fit, whatever the limit.
    async fn count_flags(&self, query: &FlagQuery) -> Result<u64>;

    /// Does the same with all of these flags, and writes it into the history of each: all of them or, where one does
    /// not exist, none.
    async fn triage(&self, flags: &[FlagId], change: &Triage, now: DateTime<Utc>) -> Result<()>;

    /// What people did with a flag, oldest first.
    async fn flag_history(&self, flag: FlagId) -> Result<Vec<FlagEvent>>;
}
