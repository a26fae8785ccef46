//! The second step: the model reads mentions and writes opinions.
//!
//! Mentions are claimed in batches under a lease, judged on the model thread while the batch before is being written
//! and the batch after is being read, and written with the end of their work in one transaction. No transaction is
//! open while the model thinks. A mention that cannot be judged is tried again on its own and, after a bounded number
//! of tries, set aside with its error.
//!
//! Phrases that a model would misread ([`Phrases`]) are replaced before it sees them; where they change, what they touch
//! is judged anew.
//!
//! The texts of maps (descriptions and examples) are embedded here too, so that the assign step never needs a model.

mod batch;
mod config;
mod error;
mod phrases;
mod recent;
mod run;
mod texts;

pub use config::EnrichConfig;
pub use error::EnrichError;
pub use phrases::{Phrases, phrase_faults};
pub use run::{EnrichOutcome, SharedModel, enrich, rescore};
