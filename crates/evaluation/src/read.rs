//! Labelled files: JSON Lines and CSV, plain or compressed.

use std::{
    collections::BTreeMap,
    fs::File,
    io::{BufRead, BufReader, Read},
    path::Path,
};

use flate2::read::MultiGzDecoder;
use serde_json::{Map, Value};

use crate::{EvaluationError, LabelMeaning, LabelledRow, Skip};

/// What a labelled file holds.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Labelled {
    /// Its rows in order, those without a usable label included: they may have aspects.
    pub rows: Vec<LabelledRow>,
    /// How many rows have no usable label, by reason.
    pub skipped: BTreeMap<Skip, usize>,
    /// The lines that are no rows, in order.
    pub unreadable: Vec<Unreadable>,
}

/// A line that is no row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unreadable {
    /// Counted from 1.
    pub line: u64,
    /// Why.
    pub reason: String,
}

impl Labelled {
    fn take(&mut self, line: u64, row: Result<(LabelledRow, Option<Skip>), String>) {
        match row {
            Ok((row, skip)) => {
                self.rows.push(row);
                if let Some(skip) = skip {
                    *self.skipped.entry(skip).or_default() += 1;
                }
            }
            Err(reason) => self.unreadable.push(Unreadable { line, reason }),
        }
    }
}

/// Columns of a CSV file that may hold JSON.
const JSON_COLUMNS: [&str; 3] = ["aspects", "emotion", "ekman"];

/// Reads a labelled file: JSON Lines (`.jsonl`, `.ndjson`, `.json`) with one object a line, or CSV (`.csv`, `.tsv`) with
/// a header line, each optionally with `.gz`. Fields are `text` and `label`, and optionally `lang`, `source`, `ekman` or
/// `emotion` (a word or a list of them) and `aspects` (a list of `{"category", "polarity"}`; JSON in a CSV cell). A file
/// that breaks off keeps the rows before.
///
/// # Errors
/// Where the file cannot be opened, has another ending, or is CSV without a column `text` or `label`.
pub fn read_labelled(path: &Path, meaning: LabelMeaning) -> Result<Labelled, EvaluationError> {
    let unreadable = |source| EvaluationError::Read { path: path.to_owned(), source };
    let name = path.file_name().unwrap_or_default().to_string_lossy().to_lowercase();
    let plain = name.strip_suffix(".gz").unwrap_or(&name);
    let (_, ending) = plain.rsplit_once('.').ok_or_else(|| EvaluationError::Format { path: path.to_owned() })?;
    let separator = match ending {
        "jsonl" | "ndjson" | "json" => None,
        "csv" => Some(b','),
        "tsv" => Some(b'\t'),
        _ => return Err(EvaluationError::Format { path: path.to_owned() }),
    };
    let file = File::open(path).map_err(unreadable)?;
    if file.metadata().map_err(unreadable)?.is_dir() {
        return Err(unreadable(std::io::ErrorKind::IsADirectory.into()));
    }
    let bytes: Box<dyn Read> =
        if plain.len() < name.len() { Box::new(MultiGzDecoder::new(file)) } else { Box::new(file) };
    match separator {
        None => Ok(read_json_lines(BufReader::new(bytes), meaning)),
        Some(separator) => read_csv(bytes, separator, meaning, path),
    }
}

fn read_json_lines(mut input: impl BufRead, meaning: LabelMeaning) -> Labelled {
    let mut labelled = Labelled::default();
    let mut bytes = Vec::new();
    for line in 1.. {
        bytes.clear();
        match input.read_until(b'\n', &mut bytes) {
            Ok(0) => break,
            Ok(_) => {}
            Err(error) => {
                labelled.take(line, Err(format!("the file breaks off: {error}")));
                break;
            }
        }
        let content = if line == 1 { bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes) } else { &bytes };
        let content = content.trim_ascii();
        if !content.is_empty() {
            labelled.take(line, parse_line(content, meaning));
        }
    }
    labelled
}

fn parse_line(line: &[u8], meaning: LabelMeaning) -> Result<(LabelledRow, Option<Skip>), String> {
    let object: Map<String, Value> = serde_json::from_slice(line).map_err(|error| {
        // The position inside the line; its number stands before it anyway.
        let text = error.to_string();
        let reason = text.split(" at line ").next().unwrap_or(&text);
        format!("expected a JSON object: {reason} at column {}", error.column())
    })?;
    LabelledRow::parse(&object, meaning)
}

fn read_csv(input: impl Read, separator: u8, meaning: LabelMeaning, path: &Path) -> Result<Labelled, EvaluationError> {
    let mut reader = csv::ReaderBuilder::new().delimiter(separator).flexible(true).from_reader(input);
    let mut labelled = Labelled::default();
    let header = match reader.byte_headers() {
        Ok(header) => header.clone(),
        Err(error) => {
            labelled.take(1, Err(format!("the file breaks off: {error}")));
            return Ok(labelled);
        }
    };
    let header: Vec<String> = header
        .iter()
        .map(|name| String::from_utf8_lossy(name).trim_start_matches('\u{feff}').trim().to_lowercase())
        .collect();
    for column in ["text", "label"] {
        if !header.iter().any(|name| name == column) {
            return Err(EvaluationError::Column { path: path.to_owned(), column, found: header.join(", ") });
        }
    }
    let mut record = csv::ByteRecord::new();
    loop {
        let line = reader.position().line();
        match reader.read_byte_record(&mut record) {
            Ok(false) => break,
            Ok(true) => {
                let line = record.position().map_or(line, csv::Position::line);
                labelled.take(line, parse_record(&header, &record, meaning));
            }
            Err(error) => {
                labelled.take(line, Err(format!("the file breaks off: {error}")));
                break;
            }
        }
    }
    Ok(labelled)
}

fn parse_record(
    header: &[String],
    record: &csv::ByteRecord,
    meaning: LabelMeaning,
) -> Result<(LabelledRow, Option<Skip>), String> {
    if record.len() != header.len() {
        return Err(format!("{} fields where the header has {}", record.len(), header.len()));
    }
    let mut object = Map::new();
    for (name, cell) in header.iter().zip(record) {
        let cell = str::from_utf8(cell).map_err(|error| format!("`{name}` is not UTF-8: {error}"))?;
        let value = if JSON_COLUMNS.contains(&name.as_str()) {
            match cell.trim() {
                "" => continue,
                list if list.starts_with('[') => {
                    serde_json::from_str(list).map_err(|error| format!("`{name}` is no JSON list: {error}"))?
                }
                word => Value::from(word),
            }
        } else {
            Value::from(cell)
        };
        object.insert(name.clone(), value);
    }
    LabelledRow::parse(&object, meaning)
}

#[cfg(test)]
mod tests {
    use std::{fs, io::Write, path::PathBuf};

    use moodline_types::SentimentLabel::{Negative, Positive};
    use proptest::prelude::*;

    use super::*;

    fn read(name: &str, bytes: &[u8]) -> Result<Labelled, EvaluationError> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        fs::write(&path, bytes).unwrap();
        read_labelled(&path, LabelMeaning::Sentiment)
    }

    const LINES: &str = "{\"text\": \"慢\", \"label\": \"negative\", \"lang\": \"zh\"}\n\nnot json\n{\"text\": \"fine\", \"label\": null}\n{\"label\": \"positive\"}\n";

    #[test]
    fn a_bad_line_is_named_and_the_others_kept() {
        let labelled = read("a.jsonl", LINES.as_bytes()).unwrap();
        assert_eq!(labelled.rows.len(), 2);
        assert_eq!(labelled.rows[0].sentiment, Some(Negative));
        assert_eq!(labelled.skipped, BTreeMap::from([(Skip::NullLabel, 1)]));
        let lines: Vec<u64> = labelled.unreadable.iter().map(|bad| bad.line).collect();
        assert_eq!(lines, [3, 5]);
        assert_eq!(labelled.unreadable[0].reason, "expected a JSON object: expected ident at column 2");
    }

    #[test]
    fn compressed_files_read_the_same_and_a_cut_one_says_so() {
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        gzip.write_all(LINES.as_bytes()).unwrap();
        let bytes = gzip.finish().unwrap();
        assert_eq!(read("a.jsonl.gz", &bytes).unwrap(), read("a.jsonl", LINES.as_bytes()).unwrap());
        let cut = read("a.jsonl.gz", &bytes[..bytes.len() - 20]).unwrap();
        assert!(cut.unreadable.last().unwrap().reason.starts_with("the file breaks off"), "{cut:?}");
    }

    #[test]
    fn a_table_has_the_same_fields_in_any_order() {
        let table = "\u{feff}Label,text,lang,aspects\npositive,\"quick,\nand cheap\",en,\"[{\"\"category\"\": \"\"price\"\", \"\"polarity\"\": \"\"positive\"\"}]\"\nnegative,slow\nnegative,slow,en,[{]\n";
        let labelled = read("a.csv", table.as_bytes()).unwrap();
        assert_eq!(labelled.rows.len(), 1);
        assert_eq!(labelled.rows[0].sentiment, Some(Positive));
        assert_eq!(labelled.rows[0].text, "quick,\nand cheap");
        assert_eq!(labelled.rows[0].aspects[0].category, "price");
        let bad: Vec<(u64, &str)> = labelled.unreadable.iter().map(|bad| (bad.line, bad.reason.as_str())).collect();
        assert_eq!(bad[0], (4, "2 fields where the header has 4"));
        assert!(bad[1].0 == 5 && bad[1].1.starts_with("`aspects` is no JSON list"), "{bad:?}");
        assert_eq!(read("a.tsv", b"text\tlabel\nslow\tnegative\n").unwrap().rows.len(), 1);
    }

    #[test]
    fn a_file_that_cannot_be_used_says_why() {
        let error = read("a.csv", b"review,label\nx,positive\n").unwrap_err().to_string();
        assert!(error.ends_with("a.csv:1: there is no column `text`; the header names review, label"), "{error}");
        assert!(read("a.txt", b"").unwrap_err().to_string().contains("ends in none of .jsonl"));
        let missing = read_labelled(&PathBuf::from("no-such-file.jsonl"), LabelMeaning::Sentiment).unwrap_err();
        assert_eq!(missing.to_string(), "could not read no-such-file.jsonl");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn any_bytes_are_read_without_a_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = read_json_lines(&bytes[..], LabelMeaning::Sentiment);
            let _ = read_csv(&bytes[..], b',', LabelMeaning::Sentiment, Path::new("a.csv"));
        }

        #[test]
        fn every_line_is_a_row_or_named(lines in prop::collection::vec("\\PC{1,30}", 0..20)) {
            let labelled = read_json_lines(lines.join("\n").as_bytes(), LabelMeaning::Sentiment);
            let filled = lines.iter().filter(|line| !line.trim_ascii().is_empty()).count();
            prop_assert_eq!(labelled.rows.len() + labelled.unreadable.len(), filled);
        }
    }
}
