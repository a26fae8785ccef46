//! Stand-ins for the outside world, for tests only.

mod clock;
mod database;
mod http_server;
#[cfg(feature = "otlp")]
mod otlp;
mod views;

pub use clock::FakeClock;
pub use database::{HeldSqlite, TestDatabase, hold_sqlite, postgres_url, temp_sqlite};
pub use http_server::{LocalServer, Received, Reply};
#[cfg(feature = "otlp")]
pub use otlp::{SentSpan, sent_spans};
pub use views::{documented_queries, documented_views};

/// Mentions, judgements and maps to start a test from.
pub use moodline_store::conformance::given;
