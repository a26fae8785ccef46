//! How far one storefront's feed has been read.

use serde::{Deserialize, Serialize};

use crate::{
    Page,
    walk::{Marks, NewestFirst, Step, Taken, Walk},
};

/// Pages the feed has at most, and reviews on a full one.
const PAGES: u8 = 10;
const FULL: usize = 50;

/// A walk through pages some of which may be empty although there are reviews behind them.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(super) struct Front {
    walk: NewestFirst,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    under_way: Option<UnderWay>,
}

#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
struct UnderWay {
    /// The walk before this one, which counts if this one turns out to have holes.
    before: NewestFirst,
    /// The page to ask for.
    page: u8,
    /// The last page with reviews; 0 where there was none yet.
    last: u8,
    /// Pages that came back empty.
    empty: Vec<u8>,
    /// Empty pages that are asked for once more; then `page` counts no longer.
    again: Vec<u8>,
    /// Whether a page stayed empty, or was filled after all, so that reviews may have been missed.
    holes: bool,
}

impl Walk for Front {}

impl Front {
    /// The page to ask for, from 1 to 10.
    pub(super) fn page(&self) -> u8 {
        self.under_way.as_ref().map_or(1, |walk| walk.again.first().copied().unwrap_or(walk.page))
    }

    /// Takes that page in.
    pub(super) fn take(mut self, step: Step, marks: &Marks) -> Taken<Self> {
        let mut walk = self.under_way.take().unwrap_or_else(|| UnderWay {
            before: self.walk.clone(),
            page: 1,
            ..UnderWay::default()
        });
        let read = step.items.len() + step.rejected.len();
        if !walk.again.is_empty() {
            let page = walk.again.remove(0);
            // A gap that stayed, or reviews where the list seemed to end.
            walk.holes |= (read == 0) == (page < walk.last);
            let mentions = step.items.into_iter().filter_map(|item| item.mention).collect();
            let filled = Page { mentions, rejected: step.rejected, ..Page::default() };
            return if walk.again.is_empty() { self.end(walk, filled, marks) } else { self.go_on(walk, filled) };
        }
        let page = walk.page;
        walk.page += 1;
        if read == 0 {
            walk.empty.push(page);
            return if page < PAGES {
                self.go_on(walk, Page::default())
            } else {
                self.look_back(walk, Page::default(), false, marks)
            };
        }
        walk.last = page;
        let next = (read >= FULL && page < PAGES).then(|| walk.page.to_string());
        let Taken { walk: newest_first, page } = self.walk.take(Step { next, ..step }, marks);
        self.walk = newest_first;
        if page.more { self.go_on(walk, page) } else { self.look_back(walk, page, true, marks) }
    }

    fn go_on(mut self, walk: UnderWay, page: Page) -> Taken<Self> {
        self.under_way = Some(walk);
        Taken { walk: self, page: Page { more: true, ..page } }
    }

    /// After the last page: the empty ones before it are asked for once more, and so is the first one after it where
    /// the list did not end by itself.
    fn look_back(self, mut walk: UnderWay, page: Page, ended: bool, marks: &Marks) -> Taken<Self> {
        let last = walk.last;
        walk.again = walk.empty.iter().copied().filter(|page| *page < last).collect();
        if !ended {
            walk.again.extend(walk.empty.iter().find(|page| **page > last));
        }
        if walk.again.is_empty() { self.end(walk, page, marks) } else { self.go_on(walk, page) }
    }

    fn end(mut self, walk: UnderWay, page: Page, marks: &Marks) -> Taken<Self> {
        let nothing = walk.last == 0;
        let (suspicious, note) = if nothing && !walk.holes {
            if walk.before.had_items() {
                (true, Some("suspicious: empty, although it had reviews before".to_owned()))
            } else {
                (false, Some("no reviews yet".to_owned()))
            }
        } else if walk.holes {
            let note = format!(
                "suspicious: some of the pages {:?} were empty without reason; they are read again next time",
                walk.empty
            );
            (true, Some(note))
        } else {
            (page.suspicious, page.note.clone())
        };
        if walk.holes || nothing {
            self.walk = walk.before;
        } else if self.walk.token().is_some() {
            // The list ended with a full page.
            self.walk = self.walk.take(Step::default(), marks).walk;
        }
        Taken { walk: self, page: Page { more: false, suspicious, note, ..page } }
    }
}
