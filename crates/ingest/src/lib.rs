//! The first step: what sources read becomes rows of the mention table.
//!
//! [`read_source`] asks a source page by page, makes each entry safe to keep (author hashed, personal data
//! replaced, date bounded, text normalised) and hands the page to the store, which commits it together with the source's cursor. Killed at any
//! point it has stored whole pages only and goes on from the last cursor.

mod author;
mod error;
mod health;
mod normalise;
mod protection;
mod read;

pub use author::{AuthorKey, AuthorKeyError};
pub use error::IngestError;
pub use health::{Health, health, rate_per_day};
pub use normalise::MAX_TEXT_CHARS;
pub use protection::Protection;
pub use read::{FetchOutcome, preview_source, read_source, store_page};
