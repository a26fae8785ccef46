//! Items of a JSON document that came another way than as a file, mapped like rows all the same.

use moodline_types::RawMention;

use super::{FilesConfig, columns::Field, row::RowReading, table};
use crate::ParseError;

/// One item.
pub(crate) struct Item {
    /// Whether it names an id; otherwise the mention has one made of its content.
    pub(crate) has_own_id: bool,
    /// What it says, or why it cannot be read.
    pub(crate) mention: Result<RawMention, String>,
    /// Its beginning, for a person.
    pub(crate) excerpt: String,
}

/// The items of a document: itself one, or a list somewhere in it. The content of an event (`type` and `data`) counts
/// as the document.
///
/// # Errors
/// Where it is not JSON.
pub(crate) fn json_items(config: &FilesConfig, json: &[u8]) -> Result<Vec<Item>, ParseError> {
    let mut reading = RowReading::new(config);
    let mut rows = table::open_json(json, reading.mapping())?;
    let mut items = Vec::new();
    while let Some(row) = rows.next_row() {
        items.push(match row {
            Ok(row) => Item {
                has_own_id: row.cells[Field::Id as usize].is_some(),
                mention: reading.mention(row.cells),
                excerpt: row.excerpt,
            },
            Err(bad) => Item { has_own_id: false, mention: Err(bad.reason), excerpt: bad.excerpt },
        });
    }
    Ok(items)
}
