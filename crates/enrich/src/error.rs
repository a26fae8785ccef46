//! Why judging stopped.

use moodline_model::ModelError;
use moodline_store::StoreError;
use moodline_types::ModelId;

/// Judging stopped early; every batch before that is written and the open one is given back.
#[derive(Debug, thiserror::Error)]
pub enum EnrichError {
    /// The opinions of another model count in this database; judging with this one would change no map.
    #[error(
        "the database counts the opinions of model {adopted}, and {loaded} is loaded: judge with {loaded} beside it \
         (`moodline enrich --model {loaded}`) and make its opinions count (`moodline model adopt {loaded}`)"
    )]
    OtherModel {
        /// The model whose opinions count.
        adopted: ModelId,
        /// The model at hand.
        loaded: ModelId,
    },
    /// The database failed.
    #[error("could not read or write what is being judged")]
    Store(#[from] StoreError),
    /// The model fails on everything, not on one mention.
    #[error("the model cannot judge anything")]
    Model(#[source] ModelError),
    /// The model thread was lost.
    #[error("the model thread ended unexpectedly: {0}")]
    Thread(String),
}

impl EnrichError {
    /// Whether the same call can succeed later without anyone changing anything.
    pub fn is_transient(&self) -> bool {
        matches!(self, Self::Store(error) if error.is_transient())
    }
}
