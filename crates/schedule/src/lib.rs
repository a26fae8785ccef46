//! When things run: cron expressions in a time zone, and a way to stop everything in order. Knows nothing of moods.

mod drain;
mod plan;

pub use drain::{Drain, DrainGuard};
pub use plan::{Plan, PlanError};
