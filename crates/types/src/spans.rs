//! What every crate that makes spans has to know.

/// The target of spans that are sent to a collector where the settings name one, and never logged. Their fields name
/// sources, maps, models and counts; texts, people and searches stay out.
pub const SPANS: &str = "moodline::spans";
