//! What can go wrong in a database, sorted by what to do about it.

/// The cause as the driver gave it.
type Cause = Box<dyn std::error::Error + Send + Sync>;

/// A failed database operation. Nothing of it was written.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Cannot be reached, is shutting down, or the file is held by another process: worth trying again.
    #[error("the database at {location} cannot be reached or is busy")]
    Unavailable {
        /// The database without its password.
        location: String,
        /// The driver's error.
        #[source]
        source: Cause,
    },
    /// No room left on its disk: worth trying again once there is.
    #[error("no space left for the database at {location}")]
    Full {
        /// The database without its password.
        location: String,
        /// The driver's error.
        #[source]
        source: Cause,
    },
    /// The address is not one of a database we can open.
    #[error("cannot use the database address `{url}`: {reason}")]
    Address {
        /// The address without its password.
        url: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The schema is not the one this binary was built for.
    #[error("the schema of the database at {location} does not fit this version of moodline")]
    Schema {
        /// The database without its password.
        location: String,
        /// Which migration, and why.
        #[source]
        source: Cause,
    },
    /// A stored value cannot be read back: written by something else, or damaged.
    #[error("unreadable value in {table}.{column}")]
    Corrupt {
        /// Table.
        table: &'static str,
        /// Column.
        column: &'static str,
        /// Why it cannot be read.
        #[source]
        source: Cause,
    },
    /// What was asked for does not exist.
    #[error("there is no {what} `{id}`")]
    Missing {
        /// The noun, e.g. `map`.
        what: &'static str,
        /// Its id.
        id: String,
    },
    /// What was to be made exists already.
    #[error("there is a {what} `{id}` already")]
    Taken {
        /// The noun, e.g. `source`.
        what: &'static str,
        /// Its id.
        id: String,
    },
    /// The file or its folder cannot be written by this user.
    #[error("the database at {location} cannot be written: this user may only read it")]
    ReadOnly {
        /// The database without its password.
        location: String,
        /// The driver's error.
        #[source]
        source: Cause,
    },
    /// A file beside the database is in the way, missing or damaged.
    #[error("{file} cannot {what}")]
    File {
        /// The file.
        file: String,
        /// What cannot be done with it, e.g. `be written`.
        what: String,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// Something a database server does with its own tools.
    #[error("{location} is a database server: {instead}")]
    Elsewhere {
        /// The database without its password.
        location: String,
        /// What to do.
        instead: &'static str,
    },
    /// A query that cannot be answered as it is asked.
    #[error("`{parameter}` {reason}")]
    Query {
        /// The part of it that is wrong.
        parameter: &'static str,
        /// What is wrong with it, and what to do; continues the sentence that the parameter begins.
        reason: String,
    },
    /// Anything else the driver reports: a bug or a damaged file.
    #[error("the database refused to {action}")]
    Refused {
        /// What was being done, e.g. `store a page of mentions`.
        action: &'static str,
        /// The driver's error.
        #[source]
        source: Cause,
    },
}

impl StoreError {
    /// Whether the same call can succeed later without anyone changing settings or data.
    pub fn is_transient(&self) -> bool {
        matches!(self, Self::Unavailable { .. } | Self::Full { .. })
    }
}
