//! What passed by lately, in little room.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use crate::identity::derived_id;

/// Hashes of the latest texts: a bounded memory for "have I seen this?".
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Seen(VecDeque<String>);

impl Seen {
    /// Remembers a text, forgetting the oldest beyond `limit`; whether it was new.
    pub(crate) fn add(&mut self, text: &str, limit: usize) -> bool {
        let hash = short(text);
        if self.0.contains(&hash) {
            return false;
        }
        self.0.push_back(hash);
        if self.0.len() > limit {
            self.0.pop_front();
        }
        true
    }

    /// Remembers all of them; whether any was new.
    pub(crate) fn add_all<'a>(&mut self, texts: impl Iterator<Item = &'a str>, limit: usize) -> bool {
        texts.filter(|text| self.add(text, limit)).count() > 0
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn contains(&self, text: &str) -> bool {
        self.0.contains(&short(text))
    }
}

/// 40 bits: among a thousand remembered, one text in a thousand million is taken for another.
fn short(text: &str) -> String {
    derived_id(&[text])[..10].to_owned()
}
