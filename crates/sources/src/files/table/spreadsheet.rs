//! XLSX workbooks.

use std::{
    io::Cursor,
    panic::{AssertUnwindSafe, catch_unwind},
};

use calamine::{Data, DataType, Range, Reader, Xlsx};

use super::{BadRow, Row, Rows, open::table};
use crate::{
    ParseError,
    files::{
        columns::Mapping,
        row::{Cell, Cells},
    },
    identity::excerpt,
};

/// Rows searched for the header.
const HEADER_ROWS: usize = 40;
/// Above this a double no longer holds every whole number; Excel itself keeps 15 digits.
const LARGEST_EXACT: f64 = 1e15;

/// Opens the first sheet that has a column for the text.
pub(super) fn open(bytes: &[u8], mapping: &Mapping) -> Result<Box<dyn Rows>, ParseError> {
    // The reader trusts offsets inside the file; a damaged one must cost that file only.
    catch_unwind(AssertUnwindSafe(|| read(bytes, mapping)))
        .unwrap_or_else(|_| Err(table("the workbook is damaged".to_owned())))
}

fn read(bytes: &[u8], mapping: &Mapping) -> Result<Box<dyn Rows>, ParseError> {
    let mut workbook = Xlsx::new(Cursor::new(bytes))
        .map_err(|error| table(format!("it cannot be read as an XLSX workbook: {error}")))?;
    let mut problem = None;
    for name in workbook.sheet_names() {
        match workbook.worksheet_range(&name) {
            Ok(range) => {
                if let Some(sheet) = Sheet::find(range, mapping) {
                    match mapping.missing(&sheet.positions) {
                        None => return Ok(Box::new(sheet)),
                        Some(missing) => problem = Some(format!("{missing} in sheet `{name}`")),
                    }
                }
            }
            Err(error) => problem = Some(format!("sheet `{name}` cannot be read: {error}")),
        }
    }
    Err(table(problem.unwrap_or_else(|| "no sheet has a column for the text: name one with `columns.text`".to_owned())))
}

struct Sheet {
    range: Range<Data>,
    positions: [Option<usize>; 8],
    /// Index of the next row inside the range.
    next: usize,
}

impl Sheet {
    fn find(range: Range<Data>, mapping: &Mapping) -> Option<Self> {
        let (next, positions) = range
            .rows()
            .take(HEADER_ROWS)
            .map(|row| row.iter().map(ToString::to_string).collect::<Vec<_>>())
            .map(|names| mapping.positions(&names))
            .enumerate()
            .filter(|(_, positions)| positions[0].is_some())
            .max_by_key(|(index, positions)| (positions.iter().flatten().count(), usize::MAX - index))?;
        Some(Self { range, positions, next: next + 1 })
    }
}

impl Rows for Sheet {
    fn next_row(&mut self) -> Option<Result<Row, BadRow>> {
        let first = self.range.start().map_or(0, |(row, _)| u64::from(row));
        while self.next < self.range.height() {
            let row = &self.range[self.next];
            let line = first + self.next as u64 + 1;
            self.next += 1;
            if row.iter().all(DataType::is_empty) {
                continue;
            }
            let mut cells: Cells = Default::default();
            for (cell, position) in cells.iter_mut().zip(self.positions) {
                *cell = position.and_then(|position| row.get(position)).and_then(cell_of);
            }
            let written: Vec<String> = row.iter().map(ToString::to_string).collect();
            return Some(Ok(Row { line, cells, excerpt: excerpt(&written.join("\t")) }));
        }
        None
    }
}

fn cell_of(data: &Data) -> Option<Cell> {
    match data {
        Data::Int(number) => Cell::text(&number.to_string()),
        Data::Float(number) if number.abs() >= LARGEST_EXACT => Some(Cell::Rounded(*number)),
        // Whole numbers print without a fraction.
        Data::Float(number) => Cell::text(&number.to_string()),
        Data::Bool(flag) => Cell::text(&flag.to_string()),
        Data::DateTime(serial) if serial.is_datetime() => serial.as_datetime().map(Cell::Local),
        Data::String(text) | Data::DateTimeIso(text) => Cell::text(text),
        Data::DateTime(_) | Data::DurationIso(_) | Data::Error(_) | Data::Empty => None,
    }
}

#[cfg(test)]
mod tests {
    use flate2::Crc;

    use super::*;
    use crate::files::{Columns, Preset, columns::Mapping};

    /// A zip archive without compression (APPNOTE.TXT §4.3), which is all a workbook needs to be.
    fn zip(files: &[(&str, &str)]) -> Vec<u8> {
        let (mut archive, mut directory) = (Vec::new(), Vec::new());
        for (name, content) in files {
            let mut crc = Crc::new();
            crc.update(content.as_bytes());
            let size = u32::try_from(content.len()).unwrap().to_le_bytes();
            let mut head = vec![20, 0, 0, 0, 0, 0, 0, 0, 0, 0];
            head.extend(crc.sum().to_le_bytes());
            head.extend([size, size].concat());
            head.extend(u16::try_from(name.len()).unwrap().to_le_bytes());
            head.extend([0, 0]);
            let offset = u32::try_from(archive.len()).unwrap().to_le_bytes();
            directory.extend([&b"PK\x01\x02\x14\x00"[..], &head, &[0; 10], &offset, name.as_bytes()].concat());
            archive.extend([&b"PK\x03\x04"[..], &head, name.as_bytes(), content.as_bytes()].concat());
        }
        let count = u16::try_from(files.len()).unwrap().to_le_bytes();
        let (size, offset) = (directory.len() as u32, archive.len() as u32);
        archive.extend(&directory);
        archive.extend([&b"PK\x05\x06\0\0\0\0"[..], &count, &count].concat());
        archive.extend([&size.to_le_bytes()[..], &offset.to_le_bytes(), &[0, 0]].concat());
        archive
    }

    /// A workbook whose first sheet is a cover and whose second has these rows.
    fn workbook(rows: &str) -> Vec<u8> {
        let relations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
        let package = "http://schemas.openxmlformats.org/package/2006";
        let main = "xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"";
        let sheet = |rows: &str| format!("<worksheet {main}><sheetData>{rows}</sheetData></worksheet>");
        zip(&[
            ("[Content_Types].xml", &format!("<Types xmlns=\"{package}/content-types\"/>")),
            (
                "_rels/.rels",
                &format!(
                    "<Relationships xmlns=\"{package}/relationships\"><Relationship Id=\"r\" \
                     Type=\"{relations}/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>"
                ),
            ),
            (
                "xl/workbook.xml",
                &format!(
                    "<workbook {main} xmlns:r=\"{relations}\"><sheets><sheet name=\"Cover\" sheetId=\"1\" r:id=\"a\"/>\
                     <sheet name=\"Reviews\" sheetId=\"2\" r:id=\"b\"/></sheets></workbook>"
                ),
            ),
            (
                "xl/_rels/workbook.xml.rels",
                &format!(
                    "<Relationships xmlns=\"{package}/relationships\">\
                     <Relationship Id=\"a\" Type=\"{relations}/worksheet\" Target=\"worksheets/cover.xml\"/>\
                     <Relationship Id=\"b\" Type=\"{relations}/worksheet\" Target=\"worksheets/reviews.xml\"/>\
                     <Relationship Id=\"s\" Type=\"{relations}/styles\" Target=\"styles.xml\"/></Relationships>"
                ),
            ),
            (
                "xl/styles.xml",
                &format!(
                    "<styleSheet {main}><cellXfs><xf numFmtId=\"0\"/><xf numFmtId=\"22\"/></cellXfs></styleSheet>"
                ),
            ),
            ("xl/worksheets/cover.xml", &sheet(&row(1, "<c r=\"A1\" t=\"inlineStr\"><is><t>Export</t></is></c>"))),
            ("xl/worksheets/reviews.xml", &sheet(rows)),
        ])
    }

    fn row(number: u32, cells: &str) -> String {
        format!("<row r=\"{number}\">{cells}</row>")
    }

    fn text(place: &str, text: &str) -> String {
        format!("<c r=\"{place}\" t=\"inlineStr\"><is><t>{text}</t></is></c>")
    }

    fn rows_of(bytes: &[u8]) -> Vec<Row> {
        let mut rows =
            open(bytes, &Mapping::new(Columns::default(), Preset::Generic)).map_err(|e| e.to_string()).unwrap();
        std::iter::from_fn(|| rows.next_row()).map(Result::unwrap).collect()
    }

    #[test]
    fn the_sheet_with_the_text_is_found_and_its_cells_keep_their_meaning() {
        let header = row(2, &[text("A2", "id"), text("B2", "评论"), text("C2", "time"), text("D2", "rating")].concat());
        let first = "<c r=\"A3\"><v>1234567</v></c><c r=\"B3\" t=\"inlineStr\"><is><t>很好</t></is></c>\
                     <c r=\"C3\" s=\"1\"><v>45413.5</v></c><c r=\"D3\"><v>4.5</v></c>";
        let second = format!("<c r=\"A5\"><v>1.2345678901234567E+18</v></c>{}", text("B5", "rounded"));
        let rows = rows_of(&workbook(&[header, row(3, first), row(5, &second)].concat()));
        assert_eq!(rows.iter().map(|row| row.line).collect::<Vec<_>>(), [3, 5]);
        assert_eq!(rows[0].cells[0], Cell::text("很好"));
        assert_eq!(rows[0].cells[1], Cell::text("1234567"));
        let Some(Cell::Local(noon)) = &rows[0].cells[2] else { panic!("{:?}", rows[0].cells[2]) };
        assert_eq!(noon.to_string(), "2024-05-01 12:00:00");
        assert_eq!(rows[0].cells[3], Cell::text("4.5"));
        assert!(matches!(rows[1].cells[1], Some(Cell::Rounded(_))));
    }

    #[test]
    fn a_workbook_without_text_says_what_to_do() {
        let bytes = workbook(&row(1, &text("A1", "amount")));
        let Err(error) = open(&bytes, &Mapping::new(Columns::default(), Preset::Generic)) else { panic!("no text") };
        assert!(error.to_string().contains("columns.text"), "{error}");
    }

    #[test]
    fn a_damaged_workbook_costs_only_itself() {
        let whole = workbook(&row(1, &text("A1", "text")));
        let mapping = Mapping::new(Columns::default(), Preset::Generic);
        for length in (0..whole.len()).step_by(37) {
            let mut damaged = whole.clone();
            damaged[length] ^= 0x55;
            let _ = open(&damaged, &mapping);
            let _ = open(&whole[..length], &mapping);
        }
    }
}
