//! Making people's words go: at their wish, everywhere and for good, or with age, text only.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use moodline_types::{MentionId, SourceId};

use crate::{NewAct, Result};

/// What somebody wants gone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unwanted {
    /// All mentions of an author, by the keyed hashes that stand for them in the sources.
    Authors(Vec<String>),
    /// The mentions at an address.
    Url(String),
    /// The mention with this id of ours.
    Mention(MentionId),
    /// The mention with this id of a source's.
    External(SourceId, String),
    /// Mentions whose title or text contains this (case-insensitive).
    Text(String),
}

/// An erasure, complete: the mentions to go and what must never come back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Erasure {
    /// The mentions.
    pub mentions: Vec<MentionId>,
    /// Keyed hashes of identities, addresses and authors: what carries one is not stored again.
    pub marks: Vec<String>,
    /// Respondents, by their keyed hashes: their survey answers go, and later ones of theirs stay out.
    pub respondents: Vec<String>,
    /// Rows that could not be read and contain this (case-insensitive) go as well.
    pub rejected_with: Option<String>,
    /// What goes into the audit log.
    pub act: NewAct,
}

/// What an erasure took.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Erased {
    /// Mentions, with all that was derived from them.
    pub mentions: u64,
    /// Rows that could not be read.
    pub rejected: u64,
    /// Survey answers.
    pub answers: u64,
}

/// Redaction, erasure and retention.
#[async_trait]
pub trait PrivacyStore: Send + Sync {
    /// Which mentions are meant, hidden ones included, by id.
    async fn unwanted(&self, unwanted: &Unwanted) -> Result<Vec<MentionId>>;

    /// Survey answers of these respondents, by their keyed hashes.
    async fn answers_of(&self, respondents: &[String]) -> Result<u64>;

    /// Takes mentions out of every table, their tallies out of the rollups, and leaves tombstones, in one transaction;
    /// likewise the survey answers of respondents.
    async fn erase(&self, erasure: &Erasure, now: DateTime<Utc>) -> Result<Erased>;

    /// Drops the texts of up to `limit` mentions of a source that were posted before `before`, with the words and
    /// vectors of their opinions, their author and address. Counts stay; nothing judges or places them again. On record where there were any.
    async fn drop_texts(&self, source: &SourceId, before: DateTime<Utc>, limit: u32, now: DateTime<Utc>)
    -> Result<u64>;

    /// How often each kind of personal data was replaced before it was stored, per source.
    async fn redactions(&self) -> Result<Vec<(SourceId, String, u64)>>;
}
