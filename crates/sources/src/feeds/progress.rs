//! How far a feed has been read.

use std::{collections::HashSet, time::Duration};

use chrono::{DateTime, Utc};
use moodline_http::Validators;
use serde::{Deserialize, Serialize};
use url::Url;

use super::{FeedDocument, hints::Hints};
use crate::identity::derived_id;

/// Entries remembered to notice a gap: more than any feed shows at once, few enough for a small cursor.
const REMEMBERED: usize = 500;
/// Times in a row that a feed has to be found at its new address before the old one is no longer asked.
const BELIEVED_FROM: u32 = 3;

/// The cursor of a feed.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(super) struct Progress {
    /// The address of the settings that the rest belongs to: validators of one document mean nothing for another.
    pub(super) url: String,
    #[serde(flatten)]
    pub(super) validators: Validators,
    /// Short hashes of the entries last seen.
    #[serde(default)]
    pub(super) seen: Vec<String>,
    /// Where the feed has moved for good.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) moved: Option<Moved>,
    /// When it may be asked again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) not_before: Option<DateTime<Utc>>,
    /// How long it wants to be left alone after each fetch, in seconds, as in [`Hints`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) rest_seconds: Option<u64>,
    /// Hours and days in which it does not change, as in [`Hints`].
    #[serde(default)]
    pub(super) skip: (u32, u8),
    /// Older pages that are still to be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) history: Option<History>,
    /// Whether the older pages were read once.
    #[serde(default)]
    pub(super) history_done: bool,
}

/// A permanent redirect.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Moved {
    pub(super) to: Url,
    /// Fetches in a row that ended there.
    pub(super) times: u32,
}

/// A walk through the pages before the newest one (RFC 5005).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct History {
    /// The page to read next.
    pub(super) next: Url,
    /// Pages read, by short hashes of their addresses: some feeds lead in circles.
    pub(super) pages: Vec<String>,
    /// Entries at which the walk ends: those seen before a gap.
    #[serde(default)]
    pub(super) until: Vec<String>,
    /// Times in a row that the page could not be read.
    #[serde(default)]
    pub(super) failures: u32,
}

impl Progress {
    /// The address to ask: that of the settings, or the one the feed has moved to.
    pub(super) fn address<'a>(&'a self, configured: &'a Url) -> &'a Url {
        self.moved.as_ref().filter(|moved| moved.times >= BELIEVED_FROM).map_or(configured, |moved| &moved.to)
    }

    /// Notes where an answer came from.
    pub(super) fn came_from(&mut self, configured: &Url, asked: &Url, url: &Url, moved_permanently: bool) {
        let remembered = self.moved.as_ref().filter(|moved| moved.to == *url);
        self.moved = if asked != configured && !moved_permanently {
            remembered.cloned()
        } else if moved_permanently && url != configured {
            let times = remembered.map_or(0, |moved| moved.times);
            Some(Moved { to: url.clone(), times: (times + 1).min(BELIEVED_FROM) })
        } else {
            None
        };
    }

    /// Notes when it may be asked again: `fresh_for` is what the host said of its answer.
    pub(super) fn answered(&mut self, fresh_for: Option<Duration>, now: DateTime<Utc>) {
        self.not_before = Hints::not_before(self.rest_seconds.map(Duration::from_secs), fresh_for, now);
    }

    /// Why the feed is not to be asked now, for a person.
    pub(super) fn rests(&self, now: DateTime<Utc>) -> Option<String> {
        if let Some(at) = self.not_before.filter(|at| *at > now) {
            return Some(format!("not asked: the feed wants to be left alone until {}", at.format("%H:%M UTC")));
        }
        let sleeps = Hints::sleeps_at(self.skip.0, self.skip.1, now);
        sleeps.then(|| "not asked: the feed says that it does not change at this hour or day".to_owned())
    }
}

/// Short hashes of the entries of a document.
pub(super) fn short_hashes(document: &FeedDocument) -> Vec<String> {
    document.mentions.iter().take(REMEMBERED).map(|mention| short_hash(&mention.external_id)).collect()
}

pub(super) fn short_hash(text: &str) -> String {
    derived_id(&[text])[..12].to_owned()
}

/// Whether nothing of the last document is left: entries in between may have been missed.
pub(super) fn is_gap(before: &[String], now: &[String]) -> bool {
    let known: HashSet<&String> = before.iter().collect();
    !before.is_empty() && !now.iter().any(|hash| known.contains(hash))
}
