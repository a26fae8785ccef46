//! Files and folders: CSV, JSON Lines, JSON and XLSX, each optionally compressed with gzip.
//!
//! A file is read in steps of [`ROWS_PER_PAGE`] rows. The cursor says of every file how far it has been read and
//! what it looked like, so that a finished file is left alone, one that grew is continued, and one that was replaced
//! is read from its start: identities make reading twice harmless.

mod chinese;
mod columns;
mod config;
mod folder;
mod items;
mod preset;
mod progress;
mod row;
mod source;
mod table;
#[cfg(test)]
mod tests;

pub use columns::Columns;
pub use config::FilesConfig;
pub(crate) use items::json_items;
pub use preset::Preset;
pub use source::{FileSource, ROWS_PER_PAGE};
