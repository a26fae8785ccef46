//! The storage traits on SQLite: one file, nothing to install.
//!
//! One connection writes and a few read. In WAL mode readers never wait for the writer, and writers of this process
//! queue for that one connection instead of meeting `SQLITE_BUSY`; another process waits up to ten seconds for its
//! turn. Every write is one `BEGIN IMMEDIATE` transaction.
//!
//! Text search is case-insensitive for ASCII letters only, which is what SQLite's own functions know.

mod acts;
mod alerts;
mod assignments;
mod backup;
mod changes;
mod connect;
mod copies;
mod dropped;
mod failure;
mod flags;
mod jobs;
mod layers;
mod maps;
mod mentions;
mod models;
mod opinions;
mod overrides;
mod page;
mod privacy;
mod query;
mod rename;
mod rollups;
mod rows;
mod runs;
mod triage;
mod vectors;
mod work;

pub use backup::restore;
pub use connect::SqliteStore;
