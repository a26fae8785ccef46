//! What can be wrong with the files of an evaluation.

use std::path::PathBuf;

/// Why a file cannot be used at all; single bad lines are [`crate::Unreadable`] instead.
#[derive(Debug, thiserror::Error)]
pub enum EvaluationError {
    /// The file is not there or may not be read.
    #[error("could not read {path}", path = .path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// The name does not tell the format.
    #[error("{path} ends in none of .jsonl, .ndjson, .json, .csv and .tsv, with or without .gz", path = .path.display())]
    Format {
        /// The file.
        path: PathBuf,
    },
    /// The header line of a CSV file lacks a column, or is no header line.
    #[error("{path}:1: there is no column `{column}`; the header names {found}", path = .path.display())]
    Column {
        /// The file.
        path: PathBuf,
        /// The missing column.
        column: &'static str,
        /// The columns there are, joined by commas.
        found: String,
    },
    /// The category file is no object of touchpoint ids.
    #[error("{path} must map each category to a touchpoint id or a list of them: {reason}", path = .path.display())]
    Categories {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
}
