//! What stands between what people wrote and what is kept: the author key, and the redactor of personal data.

use std::collections::BTreeMap;

use moodline_privacy::{Counts, Kind, PatternError, Redactor};
use moodline_types::SourceId;

use crate::AuthorKey;

/// Hashes authors, replaces personal data, and marks what may have to be erased.
#[derive(Debug)]
pub struct Protection {
    key: AuthorKey,
    redactor: Redactor,
}

impl Protection {
    /// With this key and this redactor.
    pub fn new(key: AuthorKey, redactor: Redactor) -> Self {
        Self { key, redactor }
    }

    /// With this key, every kind of personal data replaced.
    ///
    /// # Errors
    /// None: the patterns that moodline brings are valid.
    pub fn full(key: AuthorKey) -> Result<Self, PatternError> {
        Ok(Self { key, redactor: Redactor::new(&Kind::ALL, &BTreeMap::new())? })
    }

    /// What stands for an author in a source.
    pub fn author(&self, source: &SourceId, author: &str) -> String {
        self.key.hash(source, author)
    }

    /// What stands for whoever answered a survey.
    pub fn respondent(&self, who: &str) -> String {
        self.key.respondent(who)
    }

    /// The text without personal data; `counts` grows by what was replaced.
    pub fn redact(&self, text: &str, counts: &mut Counts) -> String {
        self.redactor.redact(text, counts).into_owned()
    }

    /// The mark of one mention's identity.
    pub fn mark_of_identity(&self, source: &SourceId, external_id: &str) -> String {
        self.key.mark(&["identity", source.as_str(), external_id])
    }

    /// The mark of an address.
    pub fn mark_of_address(&self, url: &str) -> String {
        self.key.mark(&["address", url])
    }

    /// The mark of an author, from the hash that stands for one.
    pub fn mark_of_author(&self, author_hash: &str) -> String {
        self.key.mark(&["author", author_hash])
    }

    /// Every mark that a mention carries. A tombstone for any of them keeps it out.
    pub fn marks(
        &self,
        source: &SourceId,
        external_id: &str,
        url: Option<&str>,
        author_hash: Option<&str>,
    ) -> Vec<String> {
        let identity = self.mark_of_identity(source, external_id);
        let address = url.map(|url| self.mark_of_address(url));
        let author = author_hash.map(|hash| self.mark_of_author(hash));
        std::iter::once(identity).chain(address).chain(author).collect()
    }
}
