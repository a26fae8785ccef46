//! Several models side by side: which of them counts, and letting go of one.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use moodline_types::{MentionId, ModelId, counted};

use crate::{ModelRecord, NewAct, Result};

/// How a model stands.
#[derive(Debug, Clone, PartialEq)]
pub struct ModelState {
    /// The model.
    pub record: ModelRecord,
    /// What runs it, e.g. `native`; `None` if it never said.
    pub engine: Option<String>,
    /// Where it was loaded from last, on the machine that did; `None` if it never said.
    pub folder: Option<String>,
    /// When it was first made known.
    pub registered_at: DateTime<Utc>,
    /// When it was adopted last; of all models the one with the latest counts.
    pub adopted_at: Option<DateTime<Utc>>,
    /// Whether its opinions are the ones that count.
    pub is_adopted: bool,
    /// Visible mentions it has judged as they are now.
    pub mentions: u64,
    /// Its opinions.
    pub opinions: u64,
}

/// What became of the wish to adopt a model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Adoption {
    /// Its opinions count from now on instead of those of the model named; every judged mention is queued for every map.
    Adopted {
        /// The model whose opinions counted until now.
        before: Option<ModelId>,
    },
    /// They counted already: nothing changed.
    Unchanged,
}

impl Adoption {
    /// What the audit log says of `model` being adopted by `actor`; `None` where nothing changed.
    pub fn act(&self, model: &ModelId, actor: &str) -> Option<NewAct> {
        let Self::Adopted { before } = self else { return None };
        let detail = before.as_ref().map_or_else(|| "the first".to_owned(), |before| format!("instead of {before}"));
        Some(act_on(model, actor, "adopt", detail))
    }
}

/// What became of the wish to forget a model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Forgetting {
    /// It is gone, with this many opinions.
    Gone {
        /// Opinions deleted.
        opinions: u64,
    },
    /// Its opinions count: nothing was deleted.
    StillCounts,
}

impl Forgetting {
    /// What the audit log says of `model` being forgotten by `actor`; `None` where nothing changed.
    pub fn act(&self, model: &ModelId, actor: &str) -> Option<NewAct> {
        let Self::Gone { opinions } = self else { return None };
        Some(act_on(model, actor, "forget", format!("with its {}", counted(*opinions, "opinion"))))
    }
}

fn act_on(model: &ModelId, actor: &str, action: &str, detail: String) -> NewAct {
    NewAct { actor: actor.to_owned(), action: action.to_owned(), subject: format!("model {model}"), detail }
}

/// Models side by side.
#[async_trait]
pub trait ModelStore: Send + Sync {
    /// Every model known, the one registered last first.
    async fn models(&self) -> Result<Vec<ModelState>>;

    /// Remembers what runs a known model and where it was loaded from.
    async fn locate_model(&self, model: &ModelId, engine: &str, folder: &str) -> Result<()>;

    /// Makes the opinions of a known model the ones that count and queues every mention that it or the model before has
    /// judged for every map, in one transaction. Opinions of both stay, so that adopting the other one undoes it.
    ///
    /// Until a mention is placed again its assignments, tallies and rollups are those of the model before.
    ///
    /// The act of `actor` is on record with it.
    async fn adopt_model(&self, model: &ModelId, actor: &str, now: DateTime<Utc>) -> Result<Adoption>;

    /// Deletes a model that does not count, with its opinions, vectors and work, in one transaction; the act of `actor`
    /// is on record with it.
    async fn forget_model(&self, model: &ModelId, actor: &str, now: DateTime<Utc>) -> Result<Forgetting>;

    /// Visible mentions that both models have judged as they are now, by id: the first `limit` after `after`.
    async fn judged_by_both(
        &self,
        first: &ModelId,
        second: &ModelId,
        after: Option<MentionId>,
        limit: u32,
    ) -> Result<Vec<MentionId>>;
}
