//! Lists that can be asked for what came after a time or id, oldest first.

use serde::{Deserialize, Serialize};

use super::{
    newest_first::SUSPICIOUS,
    seen::Seen,
    step::{Marks, Step, Taken, Walk, page},
};

const LATEST_IDS: usize = 1000;
const TOKENS: usize = 1000;
/// So many items that should come again are not gone all at once.
const MANY: usize = 3;

/// How far a list has been read that is asked for "everything since", oldest first. What has been read is done: the
/// mark moves with every page.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct OldestFirst {
    /// The newest mark read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    mark: Option<i64>,
    /// Latest ids.
    #[serde(default)]
    latest: Seen,
    /// The question under way, where its answer has several pages.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    under_way: Option<UnderWay>,
    /// Pages since the last pause.
    #[serde(default)]
    pages: u32,
    /// The newest marks read, ascending: few, to know when many should come again.
    #[serde(default)]
    tail: Vec<i64>,
}

#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
struct UnderWay {
    /// Its "since".
    since: Option<i64>,
    /// Its next page.
    token: String,
    /// Latest ids of its pages.
    walked: Seen,
    /// Tokens it went through.
    tokens: Seen,
}

impl Walk for OldestFirst {}

impl OldestFirst {
    /// "Everything since": the newest mark less the overlap; `None` (or the floor of `marks`) at the beginning. It
    /// stays the same while [`OldestFirst::token`] leads through the pages of one answer.
    pub fn since(&self, marks: &Marks) -> Option<i64> {
        match (&self.under_way, self.mark) {
            (Some(under_way), _) => under_way.since,
            (None, Some(mark)) => Some(mark.saturating_sub(marks.overlap)),
            (None, None) => (marks.floor > i64::MIN).then_some(marks.floor),
        }
    }

    /// The next page of the answer under way; `None` for its first.
    pub fn token(&self) -> Option<&str> {
        self.under_way.as_ref().map(|under_way| under_way.token.as_str())
    }

    /// The same question from its first page, for a host that does not know its own token any more. Nothing is lost:
    /// the mark stands at what was read.
    #[must_use]
    pub fn restarted(self) -> Self {
        Self { under_way: None, ..self }
    }

    /// Takes the answer to [`OldestFirst::since`] and [`OldestFirst::token`] in. With a next page it goes on there.
    /// For APIs without page tokens `asks_again` says that the answer was full: then the next question begins at the
    /// mark just reached.
    pub fn take(mut self, step: Step, asks_again: bool, marks: &Marks) -> Taken<Self> {
        let since = self.since(marks);
        // What lies in the overlap is listed again: an empty answer is then more often a fault than the truth.
        let expected = self.tail.iter().filter(|mark| since.is_some_and(|since| **mark > since)).count();
        let asked_first = self.under_way.is_none();
        if asked_first && step.items.is_empty() && step.next.is_none() && expected >= MANY {
            return Taken { page: page(step, false, Some(SUSPICIOUS)), walk: self };
        }
        let newest = step.items.iter().filter_map(|item| item.mark).filter(|mark| *mark <= marks.latest).max();
        self.mark = self.mark.max(newest);
        self.keep_tail(&step, marks);
        let fresh = self.latest.add_all(step.items.iter().map(|item| item.id.as_str()), LATEST_IDS);
        let mut walk = self.under_way.take().unwrap_or_default();
        let goes_on = walk.walked.add_all(step.items.iter().map(|item| item.id.as_str()), LATEST_IDS);
        let (more, note) = match &step.next {
            Some(token) if !walk.tokens.add(token, TOKENS) => {
                (false, Some("suspicious: the host repeated a page token"))
            }
            Some(_) if !step.items.is_empty() && !goes_on => (false, Some("suspicious: the host repeated its items")),
            Some(token) => {
                (walk.since, walk.token) = (since, token.clone());
                self.under_way = Some(walk);
                (true, None)
            }
            None => (asks_again && fresh, None),
        };
        self.pages = if more { self.pages + 1 } else { 0 };
        let pauses = more && self.pages >= marks.pages_per_fetch;
        if pauses {
            self.pages = 0;
        }
        let note = if pauses { Some("paused after many pages; goes on at the next fetch") } else { note };
        Taken { page: page(step, more && !pauses, note), walk: self }
    }

    fn keep_tail(&mut self, step: &Step, marks: &Marks) {
        self.tail.extend(step.items.iter().filter_map(|item| item.mark).filter(|mark| *mark <= marks.latest));
        self.tail.sort_unstable();
        self.tail.dedup();
        self.tail.drain(..self.tail.len().saturating_sub(MANY));
    }
}
