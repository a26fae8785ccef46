//! What can go wrong between a path and a value.

use std::{io, path::PathBuf};

use crate::Findings;

/// Why settings could not be read.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file could not be read at all.
    #[error("could not read {}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The file was read and is wrong; every mistake is listed.
    #[error(transparent)]
    Invalid(#[from] Findings),
}

impl ConfigError {
    /// The mistakes, where the file could be read.
    pub fn findings(&self) -> Option<&Findings> {
        match self {
            Self::Read { .. } => None,
            Self::Invalid(findings) => Some(findings),
        }
    }
}
