//! Alerts: episodes the machine finds, and what people do about them.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use moodline_types::{Alert, AlertEpisode, AlertId, AlertQuery, AlertStatus};

use crate::Result;

/// An episode to store.
#[derive(Debug, Clone, PartialEq)]
pub struct AlertWrite {
    /// The alert it continues; `None` for one that was not known.
    pub known: Option<AlertId>,
    /// As it stands now.
    pub episode: AlertEpisode,
}

/// What somebody does with alerts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AlertTriage {
    /// The new state.
    pub status: AlertStatus,
    /// Why, or what was done.
    pub note: Option<String>,
    /// Who says so.
    pub actor: String,
}

/// The alert table.
#[async_trait]
pub trait AlertStore: Send + Sync {
    /// Stores episodes in one transaction; the ids of all, in their order.
    ///
    /// One that is known takes the place of what was stored, except for what people did. One that is not gets a row,
    /// unless the same subject has one of its kind that began on the same day: that is then the one it continues. So
    /// the same write twice changes nothing. Mentions that are gone are left out.
    async fn write_alerts(&self, writes: &[AlertWrite], now: DateTime<Utc>) -> Result<Vec<AlertId>>;

    /// The alerts that fit: those that go on first, alerts before watches, the newest first.
    async fn alerts(&self, query: &AlertQuery) -> Result<Vec<Alert>>;

    /// The alerts raised after an instant, in the order they were raised: at most `limit`, and more only where several
    /// were raised at the very instant the last of them was. None is ever raised before one that was read: the time an
    /// alert bears is later than that of every alert there is when it is stored.
    async fn alerts_after(&self, raised: DateTime<Utc>, limit: u32) -> Result<Vec<Alert>>;

    /// When the alert raised last was raised; `None` before the first.
    async fn newest_alert(&self) -> Result<Option<DateTime<Utc>>>;

    /// How many fit, whatever the limit.
    async fn count_alerts(&self, query: &AlertQuery) -> Result<u64>;

    /// Does the same with all of these alerts and records the acts: all of them or, where one does not exist, none.
    async fn triage_alerts(&self, alerts: &[AlertId], triage: &AlertTriage, now: DateTime<Utc>) -> Result<()>;
}
