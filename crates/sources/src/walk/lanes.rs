//! Several lists of one source, read one after the other.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::step::{Taken, Walk};
use crate::Page;

/// A walk for each list (storefront, hashtag, repository) of a source. Every fetch takes one step in one list; when
/// that list has no more, the next one has its turn, until all have had theirs.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Lanes<W> {
    /// Whose turn it is.
    #[serde(default)]
    turn: usize,
    #[serde(default = "BTreeMap::new")]
    walks: BTreeMap<String, W>,
}

impl<W: Walk> Walk for Lanes<W> {}

impl<W: Walk> Lanes<W> {
    /// The list whose turn it is, and how far it has been read. `names` are the lists of the settings, at least one,
    /// in their order; walks of lists that are gone are forgotten.
    ///
    /// # Panics
    /// Where `names` is empty.
    pub fn current<'a>(&mut self, names: &'a [String]) -> (&'a str, W) {
        self.walks.retain(|name, _| names.contains(name));
        if self.turn >= names.len() {
            self.turn = 0;
        }
        let name = names.get(self.turn).expect("a source reads at least one list");
        (name, self.walks.get(name).cloned().unwrap_or_default())
    }

    /// Takes a step in the list whose turn it is, and passes the turn on when that list has no more.
    pub fn take(mut self, names: &[String], taken: Taken<W>) -> Page {
        let Taken { walk, mut page } = taken;
        if let Some(name) = names.get(self.turn) {
            self.walks.insert(name.clone(), walk);
            page.note = page.note.map(|note| if names.len() > 1 { format!("{name}: {note}") } else { note });
        }
        if !page.more {
            self.turn += 1;
            page.more = self.turn < names.len();
            if !page.more {
                self.turn = 0;
            }
        }
        Page { cursor: Some(self.cursor()), ..page }
    }
}
