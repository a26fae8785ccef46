//! Who may ask.

use chrono::{DateTime, Utc};
use moodline_types::{self as types, Scope, TokenName};
use serde::Serialize;
use utoipa::ToSchema;

use super::words;

/// A token; its secret was shown once, when it was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Token {
    /// Who holds it: the actor of what is done with it.
    #[schema(value_type = words::TokenName)]
    pub name: TokenName,
    /// What it allows.
    #[schema(value_type = words::Scope)]
    pub scope: Scope,
    /// Whether it opens anything at this moment.
    pub valid: bool,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// From when on it is no longer valid; null for never.
    pub expires_at: Option<DateTime<Utc>>,
    /// When it was last seen, to the minute.
    pub used_at: Option<DateTime<Utc>>,
    /// When it was revoked.
    pub revoked_at: Option<DateTime<Utc>>,
}

impl Token {
    /// The token as it stands at `now`.
    pub fn at(token: types::Token, now: DateTime<Utc>) -> Self {
        let valid = token.is_valid(now);
        let types::Token { name, scope, created_at, expires_at, used_at, revoked_at } = token;
        Self { name, scope, valid, created_at, expires_at, used_at, revoked_at }
    }
}
