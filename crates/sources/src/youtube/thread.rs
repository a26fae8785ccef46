//! How far the comments of one video or channel have been read.

use std::collections::{BTreeMap, VecDeque};

use serde::{Deserialize, Serialize};

use super::parse::Thread;
use crate::walk::{Walk, Watched};

/// Threads whose number of replies is remembered. Beyond it all is forgotten: that costs requests, not comments.
const REMEMBERED: usize = 2_000;

/// A walk through threads, and the threads whose replies are still to be read.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(super) struct Lane {
    pub(super) walk: Watched,
    /// Threads to be read whole, after the walk.
    #[serde(default)]
    pub(super) waiting: VecDeque<Waiting>,
    /// How many replies a thread had when it was last read whole.
    #[serde(default)]
    replies: BTreeMap<String, u64>,
    /// When the younger threads were last walked again, in milliseconds since 1970.
    #[serde(default)]
    pub(super) rescanned: i64,
    /// Whether the walk under way does that.
    #[serde(default)]
    pub(super) rescans: bool,
}

/// A thread to be read whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Waiting {
    pub(super) thread: String,
    pub(super) video: String,
    pub(super) replies: u64,
    /// The page to go on with.
    pub(super) page: Option<String>,
}

impl Walk for Lane {}

impl Lane {
    /// Notes threads that came along with too few of their replies.
    pub(super) fn meet(&mut self, threads: Vec<Thread>) {
        for Thread { id, video, replies, complete, .. } in threads {
            if replies == 0 || self.replies.get(&id) == Some(&replies) {
                continue;
            }
            if complete {
                self.is_read(id, replies);
            } else if self.waiting.iter().all(|waiting| waiting.thread != id) {
                self.waiting.push_back(Waiting { thread: id, video, replies, page: None });
            }
        }
    }

    /// Notes that a thread was read whole.
    pub(super) fn is_read(&mut self, thread: String, replies: u64) {
        if self.replies.len() >= REMEMBERED {
            self.replies.clear();
        }
        self.replies.insert(thread, replies);
    }
}
