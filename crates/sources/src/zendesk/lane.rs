//! How far tickets, ratings or surveys have been read.

use std::collections::{BTreeMap, VecDeque};

use serde::{Deserialize, Serialize};

use super::parse::Ticket;
use crate::walk::{Seen, Walk};

/// Tickets whose later messages are remembered, to hide them when the ticket is deleted.
const REMEMBERED: usize = 2_000;

/// The place in one list.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(super) struct Lane {
    /// The cursor to go on with: of the export, or of the pages of a list.
    #[serde(default)]
    pub(super) after: Option<String>,
    /// When the last complete reading of a list began, and the one under way, in milliseconds since 1970.
    #[serde(default)]
    pub(super) read_at: Option<i64>,
    #[serde(default)]
    pub(super) began_at: Option<i64>,
    /// Cursors of the run under way: a host that goes round repeats them.
    #[serde(default)]
    pub(super) cursors: Seen,
    /// When the newest item of a list was written, in milliseconds since 1970.
    #[serde(default)]
    pub(super) newest: Option<i64>,
    /// Whether the reading of a list that is under way has met an item.
    #[serde(default)]
    pub(super) met: bool,
    /// Whether the export has more for this run.
    #[serde(default)]
    pub(super) more: bool,
    /// Tickets whose comments are to be read.
    #[serde(default)]
    pub(super) waiting: VecDeque<Waiting>,
    /// The later messages of tickets.
    #[serde(default)]
    messages: BTreeMap<u64, Vec<String>>,
}

/// A ticket whose comments are to be read, and the address of the page to go on with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Waiting {
    pub(super) ticket: Ticket,
    pub(super) page: Option<String>,
}

impl Walk for Lane {}

impl Lane {
    /// Remembers messages of a ticket.
    pub(super) fn remember<'a>(&mut self, ticket: u64, ids: impl Iterator<Item = &'a String>) {
        for id in ids {
            let known = self.messages.entry(ticket).or_default();
            if !known.contains(id) {
                known.push(id.clone());
            }
        }
        // Ticket numbers grow: the first ones are the oldest.
        while self.messages.len() > REMEMBERED {
            self.messages.pop_first();
        }
    }

    /// The messages of a ticket that is gone.
    pub(super) fn forget(&mut self, ticket: u64) -> Vec<String> {
        self.waiting.retain(|waiting| waiting.ticket.id != ticket);
        self.messages.remove(&ticket).unwrap_or_default()
    }
}
