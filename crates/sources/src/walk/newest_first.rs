//! Lists that begin with the newest item.

use serde::{Deserialize, Serialize};

use super::{
    seen::Seen,
    step::{Marks, Step, Taken, Walk, page},
};

/// Ids remembered of the first page of a walk, and of the latest pages.
const TOP_IDS: usize = 200;
const LATEST_IDS: usize = 1000;
/// Tokens remembered of a walk: longer than any list that is worth walking at once.
const TOKENS: usize = 1000;
/// Pages in a row without anything new after which a walk ends, whatever tokens they offer. A walk that is resumed by
/// page number or offset meets some: the list has moved down meanwhile.
const BARREN_PAGES: u32 = 20;
/// Walks in a row that must break off before such an end is taken for the end of the list.
const BROKEN_WALKS: u32 = 3;

/// How far a list that begins with its newest item has been read.
///
/// A *walk* goes from the top of the list down to the *watermark*, the newest mark of the last completed walk, and an
/// overlap below it. The watermark moves only when a walk has arrived; one that is interrupted resumes at its page,
/// so no gap can open between two walks.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct NewestFirst {
    /// The newest mark of the last completed walk.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    watermark: Option<i64>,
    /// Whether a walk was ever completed: a list without marks has no watermark.
    #[serde(default)]
    completed: bool,
    /// Walks in a row that ended before they arrived.
    #[serde(default)]
    broken_off: u32,
    /// Latest ids, of this walk and the ones before.
    #[serde(default)]
    latest: Seen,
    /// Ids of the first page of the last completed walk: whoever comes down to the watermark meets them.
    #[serde(default)]
    known_top: Seen,
    /// The walk under way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    under_way: Option<UnderWay>,
}

#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
struct UnderWay {
    /// Where it goes on.
    token: String,
    /// The newest mark since its beginning.
    newest: Option<i64>,
    /// Pages read.
    pages: u32,
    /// Pages just read in a row that were empty or familiar.
    barren: u32,
    /// Ids of its first page: a list that goes round begins anew with these.
    top: Seen,
    /// Whether it has met the top of the walk before it.
    #[serde(default)]
    met_known: bool,
    /// Ids of its latest pages.
    walked: Seen,
    /// Tokens it went through.
    tokens: Seen,
}

impl Walk for NewestFirst {}

impl NewestFirst {
    /// The page to ask for, in the words of [`Step::next`]; `None` for the top of the list.
    pub fn token(&self) -> Option<&str> {
        self.under_way.as_ref().map(|under_way| under_way.token.as_str())
    }

    /// The newest mark of the last completed walk, for APIs that can be told where to stop.
    pub fn watermark(&self) -> Option<i64> {
        self.watermark
    }

    /// Whether the list had something before.
    pub fn had_items(&self) -> bool {
        self.watermark.is_some() || !self.latest.is_empty()
    }

    /// The same walk from the top again, for a host that does not know its own token any more.
    #[must_use]
    pub fn restarted(self) -> Self {
        Self { under_way: None, ..self }
    }

    /// Takes the answer to [`NewestFirst::token`] in.
    pub fn take(mut self, step: Step, marks: &Marks) -> Taken<Self> {
        let first = self.under_way.is_none();
        if first && step.items.is_empty() && step.next.is_none() {
            // An empty answer where there used to be items is more often a fault than the truth.
            let note = if self.had_items() { Some(SUSPICIOUS) } else { Some("nothing there yet") };
            return Taken { page: page(step, false, note), walk: self };
        }
        let mut walk = self.under_way.take().unwrap_or_default();
        walk.pages += 1;
        let newest = step.items.iter().filter_map(|item| item.mark).filter(|mark| *mark <= marks.latest).max();
        walk.newest = walk.newest.max(newest);
        walk.met_known |= step.items.iter().any(|item| self.known_top.contains(&item.id));
        let arrived = self.arrived(&step, marks, walk.met_known);
        walk.barren = if self.remember(&mut walk, &step, first) { 0 } else { walk.barren + 1 };
        let broken = match &step.next {
            Some(token) if !arrived && !walk.tokens.add(token, TOKENS) => {
                Some("suspicious: the host repeated a page token")
            }
            Some(_) if !arrived && walk.barren >= BARREN_PAGES => {
                Some("suspicious: many pages in a row brought nothing new")
            }
            // Throttled hosts show an empty page for the end of the list, others the same page again.
            None if step.items.is_empty() && self.watermark.is_some() => {
                Some("suspicious: the list ended with an empty page before what was known")
            }
            None if !arrived && walk.barren > 0 && self.watermark.is_some() => {
                Some("suspicious: the list ended with a repeated page before what was known")
            }
            _ => None,
        };
        if broken.is_some() {
            // What lies below was not read: the next fetch tries again. Some hosts always end like this.
            self.broken_off += 1;
            if self.broken_off >= BROKEN_WALKS {
                self.complete(&walk);
            }
            return Taken { page: page(step, false, broken), walk: self };
        }
        let Some(token) = step.next.clone().filter(|_| !arrived) else {
            self.complete(&walk);
            return Taken { page: page(step, false, None), walk: self };
        };
        let pauses = walk.pages.is_multiple_of(marks.pages_per_fetch);
        walk.token = token;
        self.under_way = Some(walk);
        let note = pauses.then_some("paused after many pages; goes on at the next fetch");
        Taken { page: page(step, !pauses, note), walk: self }
    }

    fn complete(&mut self, walk: &UnderWay) {
        self.watermark = self.watermark.max(walk.newest);
        self.completed = true;
        self.broken_off = 0;
        if !walk.top.is_empty() {
            self.known_top = walk.top.clone();
        }
    }

    /// Whether this page reaches what earlier walks have read. Its last item decides: posts pinned at the top are old.
    /// Its mark alone is not believed, for it may be wrong: what the last walk began with must have come by as well.
    fn arrived(&self, step: &Step, marks: &Marks, met_known: bool) -> bool {
        let (limit, met) = match self.watermark {
            Some(watermark) => (watermark.saturating_sub(marks.overlap), met_known || self.known_top.is_empty()),
            None => (marks.floor, true),
        };
        match step.items.iter().rev().find_map(|item| item.mark) {
            Some(mark) => mark <= limit && met,
            // Without marks only familiar ids tell.
            None => {
                self.completed && !step.items.is_empty() && step.items.iter().all(|item| self.latest.contains(&item.id))
            }
        }
    }

    /// Notes the ids of a page; whether this walk had not met one of them.
    fn remember(&mut self, walk: &mut UnderWay, step: &Step, first: bool) -> bool {
        let mut fresh = false;
        for item in &step.items {
            if first {
                walk.top.add(&item.id, TOP_IDS);
            }
            let known = !first && walk.top.contains(&item.id);
            fresh |= walk.walked.add(&item.id, LATEST_IDS) && !known;
            self.latest.add(&item.id, LATEST_IDS);
        }
        fresh
    }
}

/// Said where a list is empty that was not before.
pub(super) const SUSPICIOUS: &str = "suspicious: empty, although it had items before";
