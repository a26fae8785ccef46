//! Why a source could not be read to its end.

use moodline_sources::SourceError;
use moodline_store::StoreError;
use moodline_types::SourceId;

/// Reading a source stopped early; every page before that is stored.
#[derive(Debug, thiserror::Error)]
pub enum IngestError {
    /// The source failed.
    #[error("could not read source `{id}`")]
    Source {
        /// Which one.
        id: SourceId,
        /// Why.
        #[source]
        source: SourceError,
    },
    /// The database failed.
    #[error("could not store what source `{id}` gave")]
    Store {
        /// Which source.
        id: SourceId,
        /// Why.
        #[source]
        source: StoreError,
    },
    /// The source says there is more but does not move on.
    #[error("source `{id}` repeats itself: two pages in a row ended at the same cursor")]
    Loop {
        /// Which one.
        id: SourceId,
    },
}

impl IngestError {
    /// Whether the same call can succeed later without anyone changing anything.
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Source { source, .. } => source.is_transient(),
            Self::Store { source, .. } => source.is_transient(),
            Self::Loop { .. } => false,
        }
    }
}
