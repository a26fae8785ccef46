//! Why nothing answers, and why a question has no answer.

use std::net::SocketAddr;

use moodline_store::StoreError;

/// A server that cannot be started.
#[derive(Debug, thiserror::Error)]
pub enum ApiError {
    /// The address cannot be listened at: another process has the port, or the machine has no such address.
    #[error("could not listen at {address}, named by `api.listen`")]
    Listen {
        /// What the settings name.
        address: SocketAddr,
        /// Why.
        #[source]
        source: std::io::Error,
    },
}

/// What a failed part of the binary says of itself.
type Cause = Box<dyn std::error::Error + Send + Sync>;

/// A question that has no answer; worded for whoever asked, on the command line or over HTTP.
#[derive(Debug, thiserror::Error)]
pub enum AskError {
    /// What the question is about does not exist.
    #[error("there is no {what} `{id}`{hint}")]
    Missing {
        /// The noun, e.g. `map`.
        what: &'static str,
        /// Its id as asked.
        id: String,
        /// Where to look, beginning with its punctuation, e.g. `; in use are bank, shop`; may be empty.
        hint: String,
    },
    /// A parameter that cannot be used.
    #[error("`{field}`: {reason}")]
    Field {
        /// Its name.
        field: &'static str,
        /// What is wrong with it, and what would be right.
        reason: String,
    },
    /// The database did not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Another part of the service failed.
    #[error("the answer could not be put together")]
    Failed(#[source] Cause),
}

impl AskError {
    /// What does not exist, with the names there are.
    pub(crate) fn missing<'a>(what: &'static str, id: &str, known: impl IntoIterator<Item = &'a str>) -> Self {
        let known: Vec<&str> = known.into_iter().collect();
        let hint =
            if known.is_empty() { "; there are none".to_owned() } else { format!("; in use are {}", known.join(", ")) };
        Self::Missing { what, id: id.to_owned(), hint }
    }

    /// A parameter that cannot be used.
    pub(crate) fn field(field: &'static str, reason: impl Into<String>) -> Self {
        Self::Field { field, reason: reason.into() }
    }
}
