//! What can be told apart, and why a pattern of one's own cannot be used.

use serde::Deserialize;

/// A kind of personal data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// A mailbox.
    #[serde(rename = "e-mail")]
    Email,
    /// A telephone or chat number.
    Phone,
    /// A number that a state gave a person.
    Id,
    /// A payment card or bank account.
    Card,
    /// An order, parcel, booking or ticket.
    Order,
    /// Where somebody lives.
    Address,
}

impl Kind {
    /// Every kind; all are replaced unless the settings say otherwise.
    pub const ALL: [Self; 6] = [Self::Email, Self::Phone, Self::Id, Self::Card, Self::Order, Self::Address];

    /// The word in settings, counts and brackets.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Email => "e-mail",
            Self::Phone => "phone",
            Self::Id => "id",
            Self::Card => "card",
            Self::Order => "order",
            Self::Address => "address",
        }
    }
}

/// Why a pattern of the settings cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum PatternError {
    /// Not a regular expression.
    #[error("`{pattern}` is not a regular expression")]
    Expression {
        /// What was given.
        pattern: String,
        /// What is wrong with it.
        #[source]
        source: Box<regex::Error>,
    },
    /// It matches where nothing is, and would fill every text with brackets.
    #[error("`{pattern}` matches the empty text")]
    Empty {
        /// What was given.
        pattern: String,
    },
    /// Its name cannot stand in brackets.
    #[error("`{name}` is no name for a pattern: 1–20 characters of a–z, 0–9 and -")]
    Name {
        /// What was given.
        name: String,
    },
}
