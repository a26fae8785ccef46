//! The files behind a configured path.

use std::{
    fs, io,
    path::{Path, PathBuf},
    time::UNIX_EPOCH,
};

/// Names of tables, in a folder. A single file may be called anything.
const EXTENSIONS: [&str; 7] = ["csv", "tsv", "txt", "jsonl", "ndjson", "json", "xlsx"];

/// A file as it lies there now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Found {
    /// Its name without the folder.
    pub(super) name: String,
    pub(super) path: PathBuf,
    /// Bytes.
    pub(super) size: u64,
    /// Milliseconds since 1970; 0 where the file system does not say.
    pub(super) modified: u64,
}

/// The file itself, or the tables directly inside the folder, sorted by name. Hidden files and those still being
/// written (`*.tmp`, `*.part`) are passed over.
pub(super) fn list(path: &Path) -> io::Result<Vec<Found>> {
    if !fs::metadata(path)?.is_dir() {
        return Ok(vec![found(path)?]);
    }
    let mut files = Vec::new();
    for entry in fs::read_dir(path)? {
        let path = entry?.path();
        let is_table = path.file_name().and_then(|name| name.to_str()).is_some_and(is_table_name);
        // A file may vanish between listing and looking.
        if is_table
            && let Ok(file) = found(&path)
            && path.is_file()
        {
            files.push(file);
        }
    }
    files.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(files)
}

fn found(path: &Path) -> io::Result<Found> {
    let metadata = fs::metadata(path)?;
    let modified = metadata.modified().ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok());
    Ok(Found {
        name: path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned(),
        path: path.to_owned(),
        size: metadata.len(),
        modified: modified.map_or(0, |age| u64::try_from(age.as_millis()).unwrap_or(u64::MAX)),
    })
}

fn is_table_name(name: &str) -> bool {
    let lower = name.to_lowercase();
    let plain = lower.strip_suffix(".gz").unwrap_or(&lower);
    // `~$book.xlsx` is the lock of an open spreadsheet.
    !lower.starts_with(['.', '~']) && plain.rsplit_once('.').is_some_and(|(_, end)| EXTENSIONS.contains(&end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_told_by_their_names() {
        for name in ["a.csv", "B.JSONL", "c.csv.gz", "d.xlsx", "评论.tsv"] {
            assert!(is_table_name(name), "{name}");
        }
        for name in [".a.csv", "a.csv.tmp", "a.csv.part", "~$d.xlsx", "README.md", "csv", "a.gz"] {
            assert!(!is_table_name(name), "{name}");
        }
    }
}
