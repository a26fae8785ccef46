//! The storage traits on SQLite: one file, nothing to install.
//!
//! One connection writes and a few read. In WAL mode readers never wait for the writer, and writers of this process
//! queue for that one connection instead of meeting `SQLITE_BUSY`; another process waits up to ten seconds for its
//! turn. Every write is one `BEGIN IMMEDIATE` transaction.
//!
//! What is to be erased is looked for by SQLite's own functions, which know the case of ASCII letters only; the query looks
//! for words by an index of our own.

mod acts;
mod alerts;
mod assignments;
mod backup;
mod changes;
mod conditions;
mod connect;
mod copies;
mod dropped;
mod failure;
mod flags;
mod heads;
mod hours;
mod jobs;
mod joined;
mod layers;
mod lead;
mod maps;
mod mentions;
mod models;
mod opinions;
mod overrides;
mod page;
mod phrases;
#[cfg(test)]
mod plans;
mod privacy;
mod query;
mod rename;
mod rollups;
mod rows;
mod runs;
mod surveys;
mod theme_writes;
mod themes;
mod tokens;
mod triage;
mod unplaced;
mod vectors;
mod voices;
mod words;
mod work;

pub use backup::restore;
pub use connect::SqliteStore;
