//! Tables in their several formats, as rows of cells.

mod delimited;
mod json;
mod open;
mod spreadsheet;

pub(super) use json::open_event as open_json;
pub(super) use open::open;

use super::row::Cells;

/// The rows of one file after its header.
pub(super) trait Rows: Send {
    /// The next row; `None` at the end. A bad row does not end the table.
    fn next_row(&mut self) -> Option<Result<Row, BadRow>>;
}

/// One row.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Row {
    /// 1-based line of the file where it begins, or its number in a spreadsheet or JSON array.
    pub(super) line: u64,
    /// Its cells by field.
    pub(super) cells: Cells,
    /// The row as written, shortened.
    pub(super) excerpt: String,
}

/// A row that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct BadRow {
    /// 1-based line where it begins; `None` where the file breaks off.
    pub(super) line: Option<u64>,
    /// What is wrong with it.
    pub(super) reason: String,
    /// The row as written, shortened.
    pub(super) excerpt: String,
}
