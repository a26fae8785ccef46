//! JSON Lines, and JSON documents with a list of objects in them.

use std::io::{BufRead, Read};

use serde_json::{Map, Value};

use super::{BadRow, Row, Rows, open::table};
use crate::{
    ParseError,
    files::{
        Preset,
        columns::{Field, Mapping, fold},
        row::{Cell, Cells},
    },
    identity::excerpt,
};

/// Longest line, in bytes.
const LONGEST: u64 = 16 * 1024 * 1024;
/// How many names down a list may lie.
const DEPTH: usize = 3;
/// Where a document keeps its list, if it is not a list itself.
const LISTS: [&str; 8] = ["messages", "reviews", "items", "data", "results", "comments", "responses", "statuses"];

/// Whether a text is one JSON object per line, judged by its first line: one that closes what it opens. A line longer
/// than the sample cannot be judged, but documents over several lines begin with a short one.
pub(super) fn is_lines(text: &str) -> bool {
    let first = text.lines().next().unwrap_or_default();
    let closed = first.trim_end().ends_with('}') || first.len() == text.len() || first.len() > 10_000;
    text.starts_with('{') && closed && !is_document_on_one_line(text)
}

/// `{"messages": […]}` all on one line is a document.
fn is_document_on_one_line(text: &str) -> bool {
    let mut lines = text.lines().filter(|line| !line.trim().is_empty());
    let (Some(first), None) = (lines.next(), lines.next()) else { return false };
    serde_json::from_str::<Map<String, Value>>(first).is_ok_and(|object| list_name(&object, DEPTH).is_some())
}

/// One object per line.
pub(super) struct Lines<R> {
    text: R,
    mapping: Mapping,
    line: u64,
    ended: bool,
}

impl<R: BufRead> Lines<R> {
    pub(super) fn new(text: R, mapping: Mapping) -> Self {
        Self { text, mapping, line: 0, ended: false }
    }

    fn bad(&self, reason: String, text: &str) -> BadRow {
        BadRow { line: Some(self.line), reason, excerpt: excerpt(text) }
    }
}

impl<R: BufRead + Send> Rows for Lines<R> {
    fn next_row(&mut self) -> Option<Result<Row, BadRow>> {
        let mut bytes = Vec::new();
        while !self.ended {
            bytes.clear();
            match self.text.by_ref().take(LONGEST).read_until(b'\n', &mut bytes) {
                Ok(0) => break,
                Ok(_) => self.line += 1,
                Err(error) => {
                    self.ended = true;
                    let reason = format!("the file breaks off after line {}: {error}", self.line);
                    return Some(Err(BadRow { line: None, reason, excerpt: String::new() }));
                }
            }
            let text = String::from_utf8_lossy(&bytes);
            let text = text.trim();
            if bytes.len() as u64 == LONGEST && !bytes.ends_with(b"\n") {
                self.ended = true;
                return Some(Err(
                    self.bad("the line is too long, and the rest of the file was not read".to_owned(), text)
                ));
            }
            if text.is_empty() {
                continue;
            }
            return Some(match serde_json::from_str::<Value>(text) {
                Ok(Value::Object(object)) => {
                    Ok(Row { line: self.line, cells: cells(&object, &self.mapping), excerpt: excerpt(text) })
                }
                Ok(_) => Err(self.bad("not a JSON object".to_owned(), text)),
                Err(error) => Err(self.bad(format!("not JSON: {error}"), text)),
            });
        }
        None
    }
}

/// A document that is a list of objects or holds one; rows are numbered by their place in the list.
pub(super) fn open_document(text: impl Read, mapping: &Mapping) -> Result<Box<dyn Rows>, ParseError> {
    let root: Value = serde_json::from_reader(text).map_err(|error| table(format!("not a JSON document: {error}")))?;
    let list = list_in(root, DEPTH);
    Ok(Box::new(List { values: list.into_iter(), number: 0, mapping: mapping.clone() }))
}

/// The same for a document that may be an event: then what it carries counts.
///
/// # Errors
/// Where it is not JSON.
pub(in crate::files) fn open_event(json: &[u8], mapping: &Mapping) -> Result<Box<dyn Rows>, ParseError> {
    let root: Value = serde_json::from_slice(json).map_err(|error| table(format!("not a JSON document: {error}")))?;
    let root = match root {
        Value::Object(mut event) if event.get("type").is_some_and(Value::is_string) && event.contains_key("data") => {
            event.remove("data").unwrap_or_default()
        }
        root => root,
    };
    // `{"review": {…}}` looks like a list of objects by their ids, unless the settings name a field inside.
    let is_item = mapping.configured(Field::Text).is_some()
        && root.as_object().is_some_and(|object| cells(object, mapping)[Field::Text as usize].is_some());
    let values = if is_item { vec![root] } else { list_in(root, DEPTH) };
    Ok(Box::new(List { values: values.into_iter(), number: 0, mapping: mapping.clone() }))
}

/// The objects of a document: itself a list, or the list under a usual or the only name, up to `depth` names down
/// (`{"data": {"items": […]}}`), or objects kept by their ids (`{"reviews": {"17": {…}}}`); else the document itself.
fn list_in(value: Value, depth: usize) -> Vec<Value> {
    let mut object = match value {
        Value::Array(list) => return list,
        Value::Object(object) => object,
        _ => return Vec::new(),
    };
    if let Some(inner) = list_name(&object, depth).and_then(|name| object.remove(&name)) {
        return list_in(inner, depth - 1);
    }
    if is_keyed(&object) {
        return object.into_iter().map(|(_, value)| value).collect();
    }
    vec![Value::Object(object)]
}

/// Under which name an object holds a list of others.
fn list_name(object: &Map<String, Value>, depth: usize) -> Option<String> {
    if depth == 0 {
        return None;
    }
    let holds = |value: &Value| match value {
        Value::Array(_) => true,
        Value::Object(inner) => is_keyed(inner) || list_name(inner, depth - 1).is_some(),
        _ => false,
    };
    let usual = LISTS.iter().find(|name| object.get(**name).is_some_and(holds));
    usual.map(|name| (*name).to_owned()).or_else(|| only_list(object))
}

/// Objects by their ids.
fn is_keyed(object: &Map<String, Value>) -> bool {
    !object.is_empty() && object.values().all(Value::is_object)
}

/// The one list of objects, in an object that is no row itself.
fn only_list(object: &Map<String, Value>) -> Option<String> {
    let is_row = Preset::Generic.names(Field::Text).iter().any(|name| object.get(*name).is_some_and(Value::is_string));
    if is_row {
        return None;
    }
    let is_list = |value: &Value| value.as_array().is_some_and(|list| list.first().is_some_and(Value::is_object));
    let mut lists = object.iter().filter(|(_, value)| is_list(value));
    let (name, _) = lists.next()?;
    lists.next().is_none().then(|| name.clone())
}

struct List {
    values: std::vec::IntoIter<Value>,
    number: u64,
    mapping: Mapping,
}

impl Rows for List {
    fn next_row(&mut self) -> Option<Result<Row, BadRow>> {
        let value = self.values.next()?;
        self.number += 1;
        let excerpt = excerpt(&value.to_string());
        Some(match value {
            Value::Object(object) => Ok(Row { line: self.number, cells: cells(&object, &self.mapping), excerpt }),
            _ => Err(BadRow { line: Some(self.number), reason: "not a JSON object".to_owned(), excerpt }),
        })
    }
}

fn cells(object: &Map<String, Value>, mapping: &Mapping) -> Cells {
    let folded: Vec<(String, &Value)> = object.iter().map(|(key, value)| (fold(key), value)).collect();
    let mut cells: Cells = Default::default();
    for (cell, field) in cells.iter_mut().zip(Field::ALL) {
        *cell = mapping.candidates(field).iter().find_map(|name| {
            let value = folded.iter().find(|(key, _)| *key == name.folded).map(|(_, value)| *value);
            cell_of(value.or_else(|| inner(object, &name.written))?, field)
        });
    }
    cells
}

/// The value at the end of a path like `author.name`.
fn inner<'a>(object: &'a Map<String, Value>, path: &str) -> Option<&'a Value> {
    let (outer, rest) = path.split_once('.')?;
    let object = object.get(outer)?.as_object()?;
    object.get(rest).or_else(|| inner(object, rest))
}

fn cell_of(value: &Value, field: Field) -> Option<Cell> {
    match value {
        Value::String(text) => Cell::text(text),
        // Numbers keep all digits: the text of the file, not a float.
        Value::Number(number) => Cell::text(&number.to_string()),
        Value::Bool(flag) => Cell::text(&flag.to_string()),
        // Telegram writes a text with links as a list of strings and objects.
        Value::Array(parts) if field == Field::Text => {
            let text: String = parts
                .iter()
                .filter_map(|part| part.as_str().or_else(|| part.get("text").and_then(Value::as_str)))
                .collect();
            Cell::text(&text)
        }
        // `"user": {"name": …}`
        Value::Object(person) if field == Field::Author => {
            ["name", "screen_name", "username", "displayName", "login", "id"]
                .iter()
                .find_map(|key| person.get(*key).and_then(|value| cell_of(value, Field::Id)))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_objects_of_a_document_are_found_where_they_lie() {
        for document in [
            json!([{"id": 1}, {"id": 2}]),
            json!({"ok": true, "messages": [{"id": 1}, {"id": 2}]}),
            json!({"data": {"total": 2, "items": [{"id": 1}, {"id": 2}]}}),
            json!({"whatever": [{"id": 1}, {"id": 2}], "pages": [1, 2]}),
            json!({"reviews": {"1": {"id": 1}, "2": {"id": 2}}, "summary": {"count": 2}}),
        ] {
            assert_eq!(list_in(document.clone(), DEPTH), [json!({"id": 1}), json!({"id": 2})], "{document}");
        }
        assert_eq!(list_in(json!({"text": "alone"}), DEPTH), [json!({"text": "alone"})]);
    }

    #[test]
    fn lines_and_documents_are_told_apart() {
        assert!(is_lines("{\"text\": \"a\"}\n{\"text\": \"b\"}"));
        assert!(is_lines("{\"text\": \"alone\", \"parts\": [{\"a\": 1}], \"data\": {\"colour\": \"red\"}}"));
        assert!(!is_lines("{\n\"messages\": []}"));
        assert!(!is_lines("{\"reviews\": [{\"text\": \"a\"}]}"));
        assert!(!is_lines("[{}]"));
    }
}
