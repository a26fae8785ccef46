//! The third step: opinions find their touchpoints.
//!
//! [`assign_map`] claims judged mentions in batches under a lease, places each opinion with a [`Placer`] and writes
//! assignments, the tallies that rollups are made of, and flags, with the end of the work in one transaction. It reads
//! stored embeddings only: the model never runs here, so that editing a map costs milliseconds per thousand opinions.
//!
//! What places an opinion, strongest first: a person's word, a keyword in its evidence, a pattern of the map's rules, an
//! example sentence or an opinion that a person placed to which it is very near, the description it is nearest, and, for a
//! short clause that says little by itself, what the mention was speaking of just before; last a rule on where it comes from.
//! Before the descriptions come heads: what was learned from people's corrections of a touchpoint, where that helps.
//! [`Explainer`] says which of them it was, and what else was near.

mod config;
mod context;
mod correction;
mod error;
mod explain;
mod heads;
mod likeness;
mod moves;
mod persona;
mod placer;
mod run;
mod tally;

pub use config::AssignConfig;
pub use error::AssignError;
pub use explain::{Explainer, Explanation, Nearness};
pub use heads::LEAST_CORRECTIONS;
pub use moves::Moves;
pub use placer::{Calibration, Clause, Placement, Placer};
pub use run::{AssignOutcome, assign_map};
