//! Why a night could not be judged.

use moodline_store::StoreError;
use moodline_types::MapId;

/// The night was not judged; alerts stay as they were.
#[derive(Debug, thiserror::Error)]
pub enum AlertsError {
    /// The database failed.
    #[error("could not read the counts of map `{map}` or write its alerts")]
    Store {
        /// The map.
        map: MapId,
        /// The database's error.
        #[source]
        source: StoreError,
    },
    /// The database failed.
    #[error("could not read or write the alerts of sources")]
    Sources {
        /// The database's error.
        #[source]
        source: StoreError,
    },
    /// No map of this id is registered.
    #[error("there is no map `{0}` in the database")]
    UnknownMap(MapId),
    /// The map as registered cannot be read by this version.
    #[error("the definition of map `{map}` in the database cannot be read")]
    Definition {
        /// The map.
        map: MapId,
        /// What is wrong with it, with lines of the definition.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

impl AlertsError {
    /// Whether the same call can succeed later without anyone changing anything.
    pub fn is_transient(&self) -> bool {
        matches!(self, Self::Store { source, .. } | Self::Sources { source } if source.is_transient())
    }
}
