//! Tokens of the HTTP API. Only their hashes are kept.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use moodline_types::{Scope, Token, TokenName};

use crate::Result;

/// A token to make.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewToken {
    /// Who will hold it.
    pub name: TokenName,
    /// Hash of its secret, in hexadecimal digits.
    pub hash: String,
    /// What it allows.
    pub scope: Scope,
    /// From when on it is no longer valid; `None` for never.
    pub expires_at: Option<DateTime<Utc>>,
}

/// The token table.
#[async_trait]
pub trait TokenStore: Send + Sync {
    /// Makes a token and puts it on record. `Taken` where one of that name has not been revoked.
    async fn add_token(&self, token: &NewToken, actor: &str, now: DateTime<Utc>) -> Result<()>;

    /// All tokens, also those revoked or expired, by name and age.
    async fn tokens(&self) -> Result<Vec<Token>>;

    /// The token with this hash, valid or not.
    async fn token(&self, hash: &str) -> Result<Option<Token>>;

    /// Notes that a token was seen; at most one write a minute.
    async fn note_use(&self, hash: &str, now: DateTime<Utc>) -> Result<()>;

    /// Revokes the token of a name and puts it on record. `Missing` where there is none that is not revoked.
    async fn revoke_token(&self, name: &TokenName, actor: &str, now: DateTime<Utc>) -> Result<()>;
}
