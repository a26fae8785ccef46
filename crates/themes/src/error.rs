//! Why a map has no fresh themes.

use moodline_store::StoreError;
use moodline_types::MapId;

/// The themes were not refreshed; those before stay.
#[derive(Debug, thiserror::Error)]
pub enum ThemesError {
    /// The database failed.
    #[error("could not read the opinions of map `{map}` or write its themes")]
    Store {
        /// The map.
        map: MapId,
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
    /// The thread that groups opinions was lost.
    #[error("the thread that looks for themes on map `{map}` ended unexpectedly: {reason}")]
    Thread {
        /// The map.
        map: MapId,
        /// What the runtime says of it.
        reason: String,
    },
}

impl ThemesError {
    /// Whether the same call can succeed later without anyone changing anything.
    pub fn is_transient(&self) -> bool {
        matches!(self, Self::Store { source, .. } if source.is_transient())
    }
}
