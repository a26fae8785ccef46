//! The storage traits on PostgreSQL: for several machines that share the work.
//!
//! Any number of processes may use one database. Batches are claimed with `FOR UPDATE SKIP LOCKED`; every other write
//! locks its rows in one order (mention, then work, then opinions; each by id), so that writers wait instead of meeting
//! in a deadlock, and where the database still ends one of them the error says that trying again helps.

mod acts;
mod alerts;
mod assignments;
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
#[cfg(test)]
mod turns;
mod unplaced;
mod vectors;
mod voices;
mod words;
mod work;

pub use connect::PostgresStore;
