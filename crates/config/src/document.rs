//! A value read from TOML that still knows where each of its keys stood.

use std::{fs, ops::Range, path::Path};

use serde::de::DeserializeOwned;
use toml::de::{DeTable, DeValue};

use crate::{
    ConfigError, Finding, Findings,
    repair::{Outcome, read_all},
    source::Source,
};

/// One step into a document: `"sources".into()`, `2.into()`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PathStep<'a> {
    /// A key of a table.
    Key(&'a str),
    /// A place in an array, from 0.
    Index(usize),
}

impl<'a> From<&'a str> for PathStep<'a> {
    fn from(key: &'a str) -> Self {
        Self::Key(key)
    }
}

impl From<usize> for PathStep<'_> {
    fn from(index: usize) -> Self {
        Self::Index(index)
    }
}

/// A value and the text it was read from.
#[derive(Debug, Clone)]
pub struct Document<T> {
    /// What was read.
    pub value: T,
    name: String,
    text: String,
}

impl<T> Document<T> {
    /// The name given to the reader, as findings show it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The text as it was read.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// A finding at the value that `path` leads to (for a table, at its header); where the path leads nowhere, at
    /// the nearest thing above it that exists.
    pub fn finding(&self, path: &[PathStep<'_>], message: impl Into<String>) -> Finding {
        self.locate(path, message, |_, value| value)
    }

    /// The same, at the key instead of its value.
    pub fn key_finding(&self, path: &[PathStep<'_>], message: impl Into<String>) -> Finding {
        self.locate(path, message, |key, _| key)
    }

    fn locate(
        &self,
        path: &[PathStep<'_>],
        message: impl Into<String>,
        choose: impl Fn(Range<usize>, Range<usize>) -> Range<usize>,
    ) -> Finding {
        // Findings are rare and texts short, so the text is parsed again instead of keeping every span.
        let (root, _) = DeTable::parse_recoverable(&self.text);
        let mut span = 0..0;
        let root = DeValue::Table(root.into_inner());
        let mut value = &root;
        for step in path {
            let next = match (step, value) {
                (PathStep::Key(key), DeValue::Table(table)) => {
                    table.get_key_value(*key).map(|(key, inner)| (choose(key.span(), inner.span()), inner.get_ref()))
                }
                (PathStep::Index(index), DeValue::Array(items)) => {
                    items.get(*index).map(|item| (item.span(), item.get_ref()))
                }
                _ => None,
            };
            let Some((at, inner)) = next else { break };
            (span, value) = (at, inner);
        }
        Source::new(&self.name, &self.text).finding(span, message)
    }
}

/// Reads a file.
///
/// # Errors
/// [`ConfigError::Read`] where the file cannot be read, otherwise every mistake in it.
pub fn read<T: DeserializeOwned>(path: &Path) -> Result<Document<T>, ConfigError> {
    read_checked(path, |_| Vec::new())
}

/// Reads a file and reports the findings of `check` together with the mistakes of the file itself. `check` is asked
/// whenever the value is whole, that is also when keys were found that do not belong.
///
/// # Errors
/// As [`read`].
pub fn read_checked<T: DeserializeOwned>(
    path: &Path,
    check: impl FnOnce(&Document<T>) -> Vec<Finding>,
) -> Result<Document<T>, ConfigError> {
    let bytes = fs::read(path).map_err(|source| ConfigError::Read { path: path.to_owned(), source })?;
    let name = path.display().to_string();
    match String::from_utf8(bytes) {
        Ok(text) => Ok(parse_checked(&name, &text, check)?),
        Err(error) => {
            let at = error.utf8_error().valid_up_to();
            let text = String::from_utf8_lossy(error.as_bytes());
            let finding = Source::new(&name, &text).finding(at..at + 1, "the file is not UTF-8 from here on");
            Err(Findings::from_iter([finding]).into())
        }
    }
}

/// Reads a text; `name` is what findings call it.
///
/// # Errors
/// Every mistake in the text.
pub fn parse<T: DeserializeOwned>(name: &str, text: &str) -> Result<Document<T>, Findings> {
    parse_checked(name, text, |_| Vec::new())
}

/// Reads a text and reports the findings of `check` together with the mistakes of the text itself, as
/// [`read_checked`] does.
///
/// # Errors
/// Every mistake in the text.
pub fn parse_checked<T: DeserializeOwned>(
    name: &str,
    text: &str,
    check: impl FnOnce(&Document<T>) -> Vec<Finding>,
) -> Result<Document<T>, Findings> {
    let source = Source::new(name, text);
    let (table, errors) = DeTable::parse_recoverable(text);
    let mut findings: Vec<Finding> = errors
        .iter()
        .map(|error| source.finding(error.span().unwrap_or(0..0), error.message().replace('\n', ", ")))
        .collect();
    let Outcome { value, findings: mistakes, complete } = read_all::<T>(&table, &source);
    if findings.is_empty() {
        findings = mistakes;
    } else {
        // Past a syntax error a key may be lost or misplaced: say only what the error cannot have caused.
        let broken: Vec<usize> = findings.iter().map(|finding| finding.line).collect();
        let header_broken = findings.iter().any(|finding| finding.source_line.trim_start().starts_with('['));
        findings.extend(mistakes.into_iter().filter(|mistake| {
            !header_broken && !mistake.message.starts_with("missing field") && !broken.contains(&mistake.line)
        }));
        return Err(findings.into_iter().collect());
    }
    let Some(value) = value else { return Err(findings.into_iter().collect()) };
    let document = Document { value, name: name.to_owned(), text: text.to_owned() };
    if complete {
        findings.extend(check(&document));
    }
    findings.into_iter().collect::<Findings>().or(document)
}
