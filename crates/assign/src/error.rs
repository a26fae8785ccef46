//! Why placing stopped.

use moodline_store::StoreError;
use moodline_types::MapId;

/// Placing stopped early; every batch before that is written and the open one is given back.
#[derive(Debug, thiserror::Error)]
pub enum AssignError {
    /// The database failed.
    #[error("could not read or write the assignments of map `{map}`")]
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
    /// No model is registered, so nothing can have been judged.
    #[error("no model has judged anything yet: run `moodline enrich` first")]
    NoModel,
    /// Descriptions or examples of the map have no vectors yet.
    #[error("{missing} of {texts} texts of map `{map}` are not embedded yet: run `moodline enrich` first")]
    NotEmbedded {
        /// The map.
        map: MapId,
        /// Texts without a vector.
        missing: usize,
        /// Texts of the map.
        texts: usize,
    },
    /// A thread that places opinions was lost.
    #[error("a thread placing opinions on map `{map}` ended unexpectedly: {reason}")]
    Thread {
        /// The map.
        map: MapId,
        /// What the runtime says of it.
        reason: String,
    },
}

impl AssignError {
    /// Whether the same call can succeed later without anyone changing settings or data; vectors that the next enrich
    /// run brings count as such.
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Store { source, .. } => source.is_transient(),
            Self::NoModel | Self::NotEmbedded { .. } => true,
            Self::UnknownMap(_) | Self::Definition { .. } | Self::Thread { .. } => false,
        }
    }
}
