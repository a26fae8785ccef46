//! How far the files of a source have been read.

use std::{
    collections::BTreeMap,
    fs::File,
    io::{self, Read},
};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::folder::Found;

/// The cursor: one entry for each file begun.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(super) struct Progress {
    /// Hash of the settings they were read by: read otherwise, they are all unread.
    #[serde(default)]
    pub(super) rules: String,
    #[serde(default)]
    pub(super) files: BTreeMap<String, FileProgress>,
}

/// How far one file has been read, and what it looked like then.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(super) struct FileProgress {
    /// Bytes.
    pub(super) size: u64,
    /// Milliseconds since 1970.
    pub(super) modified: u64,
    /// Hash of those bytes; `None` where they could not be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) fingerprint: Option<String>,
    /// Rows read, bad ones included.
    pub(super) rows_done: u64,
    /// The identity made for the last row read, where it has none of its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) last_id: Option<String>,
    /// Whether it was read to the end.
    pub(super) done: bool,
}

/// What to do with a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Next {
    /// Nothing new in it.
    Leave,
    /// Read it after this many rows.
    ReadAfter(u64),
}

impl Progress {
    /// Compares a file with what is known of it.
    pub(super) fn next(&self, file: &Found) -> io::Result<Next> {
        let Some(known) = self.files.get(&file.name) else { return Ok(Next::ReadAfter(0)) };
        let same = known.size == file.size && known.modified == file.modified;
        if same {
            return Ok(if known.done { Next::Leave } else { Next::ReadAfter(known.rows_done) });
        }
        let Some(fingerprint) = known.fingerprint.as_ref().filter(|_| file.size >= known.size) else {
            return Ok(Next::ReadAfter(0));
        };
        let hash = fingerprint_of(file, known.size)?;
        let begins_the_same = hash == *fingerprint;
        Ok(match (begins_the_same, file.size == known.size) {
            // Touched, not changed.
            (true, true) if known.done => Next::Leave,
            (true, true) => Next::ReadAfter(known.rows_done),
            // Grown. The last row may have been half written, even one that ended with a line break (inside quotes): it
            // is read again, which costs nothing if it was whole.
            (true, false) => Next::ReadAfter(known.rows_done.saturating_sub(1)),
            (false, _) => Next::ReadAfter(0),
        })
    }
}

/// Hash of the first `size` bytes.
pub(super) fn fingerprint_of(file: &Found, size: u64) -> io::Result<String> {
    let mut reader = File::open(&file.path)?.take(size);
    let mut hash = Sha256::new();
    let mut buffer = vec![0; 64 * 1024];
    loop {
        let read = reader.read(&mut buffer)?;
        if read == 0 {
            return Ok(hex::encode(&hash.finalize()[..16]));
        }
        hash.update(&buffer[..read]);
    }
}
