//! CSV and its cousins: comma, semicolon, tab or bar between the fields (RFC 4180, with the usual liberties).

use std::{
    io::{self, BufRead, Cursor},
    mem,
};

use super::{BadRow, Row, Rows, open::table};
use crate::{
    ParseError,
    files::{
        columns::Mapping,
        row::{Cell, Cells},
    },
    identity::excerpt,
};

const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];
/// Rows searched for the header: exports begin with a few lines about themselves.
const HEADER_ROWS: usize = 40;
/// Longest row, in bytes. A longer one has a quote that was opened and never closed.
const LONGEST: usize = 1_000_000;

/// Finds delimiter and header in `head`, the beginning of the text, and reads on after it.
pub(super) fn open(
    text: impl BufRead + Send + 'static,
    head: &str,
    mapping: &Mapping,
) -> Result<Box<dyn Rows>, ParseError> {
    let header = announced(head)
        .map_or_else(|| DELIMITERS.to_vec(), |delimiter| vec![delimiter])
        .into_iter()
        .filter_map(|delimiter| find_header(head, delimiter, mapping))
        .max_by_key(|header| (header.known, header.names.len()));
    let Some(header) = header else { return Err(table("there is no row in it".to_owned())) };
    let problem = mapping.missing(&header.positions).or_else(|| {
        header.positions[0]
            .is_none()
            .then(|| "there is no column for the text: name one with `columns.text`".to_owned())
    });
    if let Some(problem) = problem {
        let names: Vec<String> = header.names.iter().take(12).map(|name| format!("`{}`", excerpt(name))).collect();
        return Err(table(format!("{problem}; found {}", names.join(", "))));
    }
    let mut records = Records::new(text, header.delimiter);
    while records.line <= header.line {
        match records.next_record() {
            Ok(Some(_)) => {}
            Ok(None) => break,
            Err(error) => return Err(super::open::broken(&error)),
        }
    }
    Ok(Box::new(Delimited { records, header, ended: false }))
}

/// The delimiter of a first line `sep=;`, as Excel writes and understands it.
fn announced(head: &str) -> Option<u8> {
    let line = head.lines().next()?.trim_matches('"');
    let mark = line.strip_prefix("sep=").or_else(|| line.strip_prefix("SEP="))?;
    mark.bytes().next().filter(u8::is_ascii)
}

#[derive(Debug)]
struct Header {
    delimiter: u8,
    /// The line it begins on.
    line: u64,
    names: Vec<String>,
    positions: [Option<usize>; 8],
    /// Fields found; a text column outweighs the others together.
    known: usize,
}

/// The likeliest header row: the first with most of the known names, or else the first of the widest.
fn find_header(head: &str, delimiter: u8, mapping: &Mapping) -> Option<Header> {
    let mut records = Records::new(Cursor::new(head.as_bytes()), delimiter);
    let mut best: Option<Header> = None;
    for _ in 0..HEADER_ROWS {
        let Ok(Some(record)) = records.next_record() else { break };
        let positions = mapping.positions(&record.fields);
        let known = positions.iter().flatten().count() + 8 * usize::from(positions[0].is_some());
        let header = Header { delimiter, line: record.line, names: record.fields, positions, known };
        let better =
            best.as_ref().is_none_or(|best| (header.known, header.names.len()) > (best.known, best.names.len()));
        // Below a header that has the text, wider rows are data.
        if better && best.as_ref().is_none_or(|best| best.positions[0].is_none() || header.known > best.known) {
            best = Some(header);
        }
    }
    best
}

struct Delimited<R> {
    records: Records<R>,
    header: Header,
    ended: bool,
}

impl<R: BufRead + Send> Rows for Delimited<R> {
    fn next_row(&mut self) -> Option<Result<Row, BadRow>> {
        if self.ended {
            return None;
        }
        let line = self.records.line;
        match self.records.next_record() {
            Ok(None) => None,
            Ok(Some(record)) => Some(self.row(&record)),
            Err(error) => {
                self.ended = true;
                let reason = format!("the file breaks off after line {line}: {error}");
                Some(Err(BadRow { line: None, reason, excerpt: String::new() }))
            }
        }
    }
}

impl<R> Delimited<R> {
    fn row(&self, record: &Record) -> Result<Row, BadRow> {
        let separator = char::from(self.header.delimiter).to_string();
        let excerpt = excerpt(&record.fields.join(&separator));
        let bad = |reason: String| BadRow { line: Some(record.line), reason, excerpt: excerpt.clone() };
        if record.overlong {
            return Err(bad("the row is too long: probably a quote in it is opened and never closed".to_owned()));
        }
        let columns = self.header.names.len();
        if record.fields.iter().skip(columns).any(|field| !field.trim().is_empty()) {
            let count = record.fields.len();
            return Err(bad(format!(
                "{count} fields where the header has {columns}: a delimiter or quote in a text is not quoted"
            )));
        }
        let mut cells: Cells = Default::default();
        for (cell, position) in cells.iter_mut().zip(self.header.positions) {
            *cell = position.and_then(|position| record.fields.get(position)).and_then(|field| Cell::text(field));
        }
        Ok(Row { line: record.line, cells, excerpt })
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Record {
    line: u64,
    fields: Vec<String>,
    overlong: bool,
}

/// Splits UTF-8 text into records, keeping count of lines.
#[derive(Debug)]
struct Records<R> {
    text: R,
    delimiter: u8,
    /// The line being read, from 1.
    line: u64,
    after_return: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    FieldStart,
    Plain,
    Quoted,
    QuoteInQuoted,
}

impl<R: BufRead> Records<R> {
    fn new(text: R, delimiter: u8) -> Self {
        Self { text, delimiter, line: 1, after_return: false }
    }

    /// The next record that is not an empty line.
    fn next_record(&mut self) -> io::Result<Option<Record>> {
        let mut building = Building { line: self.line, state: State::FieldStart, ..Building::default() };
        loop {
            let buffer = match self.text.fill_buf() {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                buffer => buffer?,
            };
            if buffer.is_empty() {
                return Ok(building.finish());
            }
            let mut used = 0;
            let mut complete = false;
            for byte in buffer {
                used += 1;
                let follows_return = mem::replace(&mut self.after_return, *byte == b'\r');
                if *byte == b'\n' && follows_return {
                    // The second half of a line break already counted; inside quotes it belongs to the text.
                    if building.state == State::Quoted {
                        building.push(*byte);
                    } else if building.is_blank() {
                        building.line = self.line;
                    }
                    continue;
                }
                let breaks = matches!(byte, b'\n' | b'\r');
                self.line += u64::from(breaks);
                if building.take(*byte, self.delimiter, breaks) {
                    if building.is_blank() {
                        building.line = self.line;
                        continue;
                    }
                    complete = true;
                    break;
                }
            }
            self.text.consume(used);
            if complete {
                return Ok(building.finish());
            }
        }
    }
}

#[derive(Debug)]
struct Building {
    line: u64,
    state: State,
    fields: Vec<String>,
    field: Vec<u8>,
    bytes: usize,
    quoted: bool,
}

impl Default for Building {
    fn default() -> Self {
        Self { line: 1, state: State::FieldStart, fields: Vec::new(), field: Vec::new(), bytes: 0, quoted: false }
    }
}

impl Building {
    /// Takes one byte; `true` where it ends the record.
    fn take(&mut self, byte: u8, delimiter: u8, breaks: bool) -> bool {
        match (self.state, byte) {
            (State::Quoted, b'"') => self.state = State::QuoteInQuoted,
            (State::Quoted, _) if self.bytes > LONGEST && breaks => return true,
            (State::Quoted, _) => self.push(byte),
            (State::QuoteInQuoted, b'"') => {
                self.push(byte);
                self.state = State::Quoted;
            }
            (State::FieldStart, b'"') => {
                self.quoted = true;
                self.state = State::Quoted;
            }
            (_, _) if byte == delimiter => {
                self.end_field();
                self.state = State::FieldStart;
            }
            (_, _) if breaks => return true,
            (_, _) => {
                self.push(byte);
                self.state = State::Plain;
            }
        }
        false
    }

    fn push(&mut self, byte: u8) {
        self.bytes += 1;
        if self.bytes <= LONGEST {
            self.field.push(byte);
        }
    }

    fn end_field(&mut self) {
        let bytes = mem::take(&mut self.field);
        self.fields.push(
            String::from_utf8(bytes).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned()),
        );
    }

    fn is_blank(&self) -> bool {
        self.fields.is_empty() && self.field.is_empty() && !self.quoted
    }

    fn finish(mut self) -> Option<Record> {
        if self.is_blank() {
            return None;
        }
        self.end_field();
        Some(Record { line: self.line, fields: self.fields, overlong: self.bytes > LONGEST })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn records(text: &str, delimiter: u8) -> Vec<(u64, Vec<String>)> {
        let mut records = Records::new(Cursor::new(text.as_bytes()), delimiter);
        std::iter::from_fn(|| records.next_record().unwrap()).map(|record| (record.line, record.fields)).collect()
    }

    fn fields(text: &str) -> Vec<Vec<String>> {
        records(text, b',').into_iter().map(|(_, fields)| fields).collect()
    }

    #[test]
    fn quotes_protect_delimiters_quotes_and_line_breaks() {
        assert_eq!(fields("a,\"b,\"\"c\"\"\r\nd\"\r\n,x\n"), [["a", "b,\"c\"\r\nd"], ["", "x"]]);
    }

    #[test]
    fn lines_are_counted_through_every_kind_of_break() {
        let lines = |text| records(text, b',').into_iter().map(|(line, _)| line).collect::<Vec<_>>();
        assert_eq!(lines("a\nb\n\n\nc\n"), [1, 2, 5]);
        assert_eq!(lines("a\r\nb\r\n\r\n\r\nc\r\n"), [1, 2, 5]);
        assert_eq!(lines("a\rb\r\rc"), [1, 2, 4]);
        assert_eq!(lines("\"a\nb\",1\n\"c\r\nd\"\ne"), [1, 3, 5]);
        assert_eq!(lines("\n\na"), [3]);
    }

    #[test]
    fn a_quote_that_is_never_closed_costs_one_row() {
        let text = format!("\"never closed {}\nlast\n", "x".repeat(LONGEST));
        let mut records = Records::new(Cursor::new(text.into_bytes()), b',');
        assert!(records.next_record().unwrap().unwrap().overlong);
        assert_eq!(records.next_record().unwrap().unwrap().fields, ["last"]);
    }

    #[test]
    fn an_announced_delimiter_is_believed() {
        assert_eq!(announced("sep=;\na;b"), Some(b';'));
        assert_eq!(announced("a;b"), None);
    }

    proptest! {
        #[test]
        fn what_is_quoted_comes_back(rows in prop::collection::vec(prop::collection::vec("[a,\"\n\r 评]{0,6}", 1..4), 1..6)) {
            let quote = |field: &String| format!("\"{}\"", field.replace('"', "\"\""));
            let lines: Vec<String> = rows.iter().map(|row| row.iter().map(quote).collect::<Vec<_>>().join(",")).collect();
            prop_assert_eq!(fields(&lines.join("\r\n")), rows);
        }
    }
}
