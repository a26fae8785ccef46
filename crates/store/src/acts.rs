//! Who did what: the audit log.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use moodline_types::SourceId;

use crate::Result;

/// Something a person or administrator did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewAct {
    /// Who.
    pub actor: String,
    /// The verb, as the command is called: `relabel`, `erase`, `restore`.
    pub action: String,
    /// What it was done to, e.g. `opinion 1042`.
    pub subject: String,
    /// How, for a person to read; never what was erased.
    pub detail: String,
}

impl NewAct {
    /// That `actor` gave all `mentions` of a source another name.
    pub fn renamed(old: &SourceId, new: &SourceId, mentions: u64, actor: &str) -> Self {
        Self {
            actor: actor.to_owned(),
            action: "rename".to_owned(),
            subject: format!("source {old}"),
            detail: format!("to {new}, {mentions} mentions"),
        }
    }

    /// That the settings' retention dropped texts of a source.
    pub fn retained(source: &SourceId, before: DateTime<Utc>, texts: u64) -> Self {
        Self {
            actor: "retention".to_owned(),
            action: "retain".to_owned(),
            subject: format!("source {source}"),
            detail: format!("{texts} texts of before {} dropped", before.date_naive()),
        }
    }
}

/// The same as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Act {
    /// Row id; grows with time.
    pub id: i64,
    /// When.
    pub at: DateTime<Utc>,
    /// What.
    pub act: NewAct,
}

/// The audit log. Acts that change rows are recorded in the transaction that changes them.
#[async_trait]
pub trait ActStore: Send + Sync {
    /// Records an act that is not one of this database: a backup, a restore, a reload.
    async fn record_act(&self, act: &NewAct, now: DateTime<Utc>) -> Result<()>;

    /// The newest acts first, of one action or of all.
    async fn acts(&self, action: Option<&str>, limit: u32) -> Result<Vec<Act>>;
}
