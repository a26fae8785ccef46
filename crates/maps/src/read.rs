//! From files to checked maps.

use std::{
    collections::HashMap,
    fs,
    path::{Path, PathBuf},
};

use moodline_config::{ConfigError, Document, Finding, Findings, parse_checked, read_checked};
use moodline_types::MapId;

use crate::{JourneyMap, check};

/// A checked map, the text it came from and the version of what it decides.
#[derive(Debug, Clone, PartialEq)]
pub struct LoadedMap {
    /// The map.
    pub map: JourneyMap,
    /// The file as its author wrote it.
    pub definition: String,
    /// See [`JourneyMap::version`].
    pub version: String,
    /// Where it was read, or the name given with the text.
    pub origin: String,
}

impl From<Document<JourneyMap>> for LoadedMap {
    fn from(document: Document<JourneyMap>) -> Self {
        Self {
            version: document.value.version(),
            definition: document.text().to_owned(),
            origin: document.name().to_owned(),
            map: document.value,
        }
    }
}

/// Reads and checks one map file.
///
/// # Errors
/// Every mistake in it, or why it could not be read.
pub fn read_map(path: &Path) -> Result<LoadedMap, ConfigError> {
    read_checked(path, check::findings).map(LoadedMap::from)
}

/// Reads and checks a map from its text, as stored in the database; `name` is what findings call it.
///
/// # Errors
/// Every mistake in it.
pub fn parse_map(name: &str, text: &str) -> Result<LoadedMap, Findings> {
    parse_checked(name, text, check::findings).map(LoadedMap::from)
}

/// Reads map files and all `*.toml` of folders, in the order given, folders by name.
///
/// # Errors
/// Every mistake in all of them, files that cannot be read, map ids used twice, and futures of maps that are not there.
pub fn read_maps(paths: &[PathBuf]) -> Result<Vec<LoadedMap>, Findings> {
    let mut findings = Vec::new();
    let mut documents: Vec<Document<JourneyMap>> = Vec::new();
    for path in paths.iter().flat_map(|path| files(path, &mut findings)).collect::<Vec<_>>() {
        match read_checked(&path, check::findings) {
            Ok(document) => documents.push(document),
            Err(ConfigError::Invalid(mistakes)) => findings.extend(mistakes),
            Err(ConfigError::Read { path, source }) => findings.push(unreadable(&path, &source)),
        }
    }
    let mut first: HashMap<&MapId, &str> = HashMap::new();
    for document in &documents {
        let id = &document.value.id;
        if let Some(other) = first.get(id) {
            findings.push(document.finding(&["id".into()], format!("map `{id}` is already defined in {other}")));
        } else {
            first.insert(id, document.name());
        }
    }
    // A file that cannot be read may be the one that is missed.
    if findings.is_empty() {
        findings.extend(documents.iter().flat_map(|document| check::future_findings(document, &documents)));
    }
    findings.into_iter().collect::<Findings>().or(())?;
    Ok(documents.into_iter().map(LoadedMap::from).collect())
}

/// The file itself, or the TOML files of a folder.
fn files(path: &Path, findings: &mut Vec<Finding>) -> Vec<PathBuf> {
    if !path.is_dir() {
        return vec![path.to_owned()];
    }
    let entries = fs::read_dir(path).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    match entries {
        Ok(entries) => {
            let mut files: Vec<PathBuf> = entries.into_iter().map(|entry| entry.path()).collect();
            files.retain(|file| file.extension().is_some_and(|extension| extension == "toml") && file.is_file());
            files.sort();
            files
        }
        Err(error) => {
            findings.push(unreadable(path, &error));
            Vec::new()
        }
    }
}

fn unreadable(path: &Path, error: &std::io::Error) -> Finding {
    Finding::of_file(path.display().to_string(), format!("could not be read: {error}"))
}
