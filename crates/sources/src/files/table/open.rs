//! Recognises a file by its first bytes and opens it.

use std::{
    fs::File,
    io::{self, BufRead, BufReader, Cursor, Read, Seek},
    path::Path,
};

use encoding_rs::Decoder;
use flate2::read::MultiGzDecoder;

use super::{Rows, delimited, json, spreadsheet};
use crate::{ParseError, encoding, files::columns::Mapping};

/// Bytes looked at to tell format, encoding and delimiter.
const SAMPLE: usize = 256 * 1024;
/// Largest spreadsheet or JSON array, uncompressed: these have to fit in memory.
const LARGEST: u64 = 512 * 1024 * 1024;

/// The rows of a file.
///
/// # Errors
/// [`ParseError::Table`] where it is no table, or none with a column for the text.
pub(in crate::files) fn open(path: &Path, mapping: &Mapping) -> Result<Box<dyn Rows>, ParseError> {
    let file = File::open(path).map_err(|error| table(format!("the file cannot be opened: {error}")))?;
    open_stream(file, mapping)
}

fn open_stream(mut file: impl Read + Seek + Send + 'static, mapping: &Mapping) -> Result<Box<dyn Rows>, ParseError> {
    let mut magic = [0; 4];
    let read = fill(&mut file, &mut magic).map_err(|error| broken(&error))?;
    file.rewind().map_err(|error| broken(&error))?;
    if magic[..read].starts_with(&[0x1f, 0x8b]) {
        return open_plain(MultiGzDecoder::new(BufReader::new(file)), mapping);
    }
    open_plain(file, mapping)
}

fn open_plain(mut stream: impl Read + Send + 'static, mapping: &Mapping) -> Result<Box<dyn Rows>, ParseError> {
    let mut sample = vec![0; SAMPLE];
    let read = fill(&mut stream, &mut sample).map_err(|error| broken(&error))?;
    let whole = read < SAMPLE;
    sample.truncate(read);
    if sample.starts_with(b"PK\x03\x04") {
        return spreadsheet::open(&everything(sample, stream)?, mapping);
    }
    if sample.starts_with(&[0xd0, 0xcf, 0x11, 0xe0]) {
        return Err(table("it is a workbook of the old kind: save it as .xlsx or .csv".to_owned()));
    }
    let (encoding, mark) = encoding::detect(&sample, &[], whole);
    // A sample may end inside a character, which then shows as U+FFFD and does no harm here.
    let head = encoding.decode_without_bom_handling(&sample[mark..]).0.into_owned();
    let begins = head.trim_start();
    if begins.is_empty() && whole {
        return Err(table("the file is empty".to_owned()));
    }
    let bytes = Cursor::new(sample.split_off(mark)).chain(stream);
    let text = BufReader::new(Decoding::new(bytes, encoding.new_decoder_without_bom_handling()));
    if json::is_lines(begins) {
        return Ok(Box::new(json::Lines::new(text, mapping.clone())));
    }
    if begins.starts_with(['[', '{']) {
        return json::open_document(text.take(LARGEST), mapping);
    }
    delimited::open(text, &head, mapping)
}

fn everything(mut bytes: Vec<u8>, stream: impl Read) -> Result<Vec<u8>, ParseError> {
    stream.take(LARGEST).read_to_end(&mut bytes).map_err(|error| broken(&error))?;
    Ok(bytes)
}

/// Reads until `buffer` is full or the stream ends.
fn fill(stream: &mut impl Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match stream.read(&mut buffer[filled..]) {
            Ok(0) => break,
            Ok(read) => filled += read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            // What came before a break is looked at; the break itself shows again in reading on.
            Err(_) if filled > 0 => break,
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

pub(super) fn table(reason: String) -> ParseError {
    ParseError::Table { reason }
}

pub(super) fn broken(error: &io::Error) -> ParseError {
    table(format!("the file cannot be read: {error}"))
}

/// A stream in some encoding, read as UTF-8.
struct Decoding<R> {
    bytes: BufReader<R>,
    decoder: Decoder,
    ready: Vec<u8>,
    taken: usize,
    ended: bool,
}

impl<R: Read> Decoding<R> {
    fn new(bytes: R, decoder: Decoder) -> Self {
        Self { bytes: BufReader::new(bytes), decoder, ready: Vec::new(), taken: 0, ended: false }
    }

    fn decode_more(&mut self) -> io::Result<()> {
        let input = self.bytes.fill_buf()?;
        self.ended = input.is_empty();
        let length = self.decoder.max_utf8_buffer_length(input.len()).unwrap_or(64 * 1024);
        self.ready.resize(length, 0);
        let (_, read, written, _) = self.decoder.decode_to_utf8(input, &mut self.ready, self.ended);
        self.bytes.consume(read);
        self.ready.truncate(written);
        self.taken = 0;
        Ok(())
    }
}

impl<R: Read> Read for Decoding<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.taken == self.ready.len() && !self.ended {
            self.decode_more()?;
        }
        let length = buffer.len().min(self.ready.len() - self.taken);
        buffer[..length].copy_from_slice(&self.ready[self.taken..self.taken + length]);
        self.taken += length;
        Ok(length)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::files::{Columns, Preset};

    proptest! {
        #[test]
        fn any_bytes_can_be_opened_and_read(bytes: Vec<u8>, head in "(|PK\u{3}\u{4}|\\[|\\{|text,id\n|sep=;\n|\"text\"\n\")") {
            let bytes = [head.into_bytes(), bytes].concat();
            let mapping = Mapping::new(Columns::default(), Preset::Generic);
            if let Ok(mut rows) = open_stream(Cursor::new(bytes), &mapping) {
                let mut count = 0;
                while rows.next_row().is_some() {
                    count += 1;
                    prop_assert!(count < 10_000);
                }
            }
        }
    }
}
