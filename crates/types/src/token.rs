//! Who may ask the service over HTTP.

use chrono::{DateTime, Utc};

use crate::{TokenName, sentiment::named_enum};

named_enum!(
    /// What a token allows; each allows what those before it do.
    Scope, "scope" {
        /// Look at everything but the audit log and the tokens.
        Read = "read",
        /// Change flags and correct opinions.
        Triage = "triage",
        /// See who did what and who may, revoke tokens, put work back into its queue.
        Admin = "admin",
    }
);

/// A token as stored; its secret is nowhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// Who holds it.
    pub name: TokenName,
    /// What it allows.
    pub scope: Scope,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// From when on it is no longer valid; `None` for never.
    pub expires_at: Option<DateTime<Utc>>,
    /// When it was last seen, to the minute.
    pub used_at: Option<DateTime<Utc>>,
    /// When it was revoked.
    pub revoked_at: Option<DateTime<Utc>>,
}

impl Token {
    /// Whether it opens anything at `now`.
    pub fn is_valid(&self, now: DateTime<Utc>) -> bool {
        self.revoked_at.is_none() && self.expires_at.is_none_or(|end| now < end)
    }
}
