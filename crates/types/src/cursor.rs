//! How far a source has been read.

use serde::{Deserialize, Serialize};

/// A source's own note of how far it has read: opaque to everyone else, usually JSON. It is stored in the
/// transaction of the mentions it covers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Cursor(pub String);
