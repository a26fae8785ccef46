//! Who did what.

use chrono::{DateTime, Utc};
use moodline_store as store;
use serde::Serialize;
use utoipa::ToSchema;

/// What a person or administrator did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Act {
    /// Grows with time.
    pub id: i64,
    /// When.
    pub at: DateTime<Utc>,
    /// Who: a person of the command line, or the name of a token.
    pub actor: String,
    /// The verb, e.g. `relabel`.
    pub action: String,
    /// What it was done to, e.g. `opinion 1042`.
    pub subject: String,
    /// How.
    pub detail: String,
}

impl From<store::Act> for Act {
    fn from(act: store::Act) -> Self {
        let store::Act { id, at, act: store::NewAct { actor, action, subject, detail } } = act;
        Self { id, at, actor, action, subject, detail }
    }
}
