//! What the walks have in common.

use std::time::Duration;

use chrono::{DateTime, Utc};
use moodline_types::{Cursor, RawMention, RejectedRow, SourceId};
use serde::{Serialize, de::DeserializeOwned};

use crate::{Page, SourceError};

/// One entry of a list.
#[derive(Debug, Clone, PartialEq)]
pub struct Item {
    /// What the list is ordered by: milliseconds since 1970, or a number that grows with time such as an id. `None`
    /// where the item does not say; such items never decide where a walk ends.
    pub mark: Option<i64>,
    /// Its id, for telling whether it was seen.
    pub id: String,
    /// What it says; `None` where it is nothing to keep (a post without text, another kind of entry) but counts for
    /// the walk.
    pub mention: Option<RawMention>,
}

impl Item {
    /// A mention in a list ordered by the time of posting.
    pub fn posted(mention: RawMention) -> Self {
        let mark = mention.posted_at.map(|at| at.timestamp_millis());
        Self { mark, id: mention.external_id.clone(), mention: Some(mention) }
    }

    /// A mention in a list ordered by another time, such as that of the last change.
    pub fn at(time: DateTime<Utc>, mention: RawMention) -> Self {
        Self { mark: Some(time.timestamp_millis()), ..Self::posted(mention) }
    }

    /// A mention in a list ordered by a growing number.
    pub fn numbered(number: i64, mention: RawMention) -> Self {
        Self { mark: Some(number), ..Self::posted(mention) }
    }

    /// An entry that is passed over, but read.
    pub fn passed_over(id: impl Into<String>, mark: Option<i64>) -> Self {
        Self { mark, id: id.into(), mention: None }
    }
}

/// One answer, as a source read it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Step {
    /// The entries, in the order of the answer.
    pub items: Vec<Item>,
    /// Entries that could not be read.
    pub rejected: Vec<RejectedRow>,
    /// Ids that the answer says are deleted.
    pub removed: Vec<String>,
    /// Where the next page is: a cursor, page number or offset, in the source's own words. `None` at the end.
    pub next: Option<String>,
}

/// What the marks of a list mean, and how far its order is to be trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Marks {
    /// Read again below the watermark: in milliseconds for times, in ids for ids.
    pub(super) overlap: i64,
    /// Marks above this are false (clocks that run ahead) and never become the watermark.
    pub(super) latest: i64,
    /// The first walk ends here: nothing older is wanted.
    pub(super) floor: i64,
    /// Pages after which a walk pauses until the next fetch.
    pub(super) pages_per_fetch: u32,
}

impl Marks {
    /// Times, in an index where an item may turn up `overlap` later than its time says.
    pub fn times(overlap: Duration) -> Self {
        let overlap = i64::try_from(overlap.as_millis()).unwrap_or(i64::MAX);
        Self { overlap, latest: Utc::now().timestamp_millis(), floor: i64::MIN, pages_per_fetch: 200 }
    }

    /// Growing numbers, in a list where a number may turn up when the list has moved on by `overlap` numbers.
    pub fn ids(overlap: i64) -> Self {
        Self { overlap, latest: i64::MAX, floor: i64::MIN, pages_per_fetch: 200 }
    }

    /// The first walk goes back no further than so many days (times only).
    #[must_use]
    pub fn back_to_days(mut self, days: u32) -> Self {
        self.floor = self.latest.saturating_sub(i64::from(days) * 86_400_000);
        self
    }

    /// Pages after which a walk pauses until the next fetch (200 unless set): a long history comes in parts.
    #[must_use]
    pub fn pages_per_fetch(mut self, pages: u32) -> Self {
        self.pages_per_fetch = pages.max(1);
        self
    }
}

/// A walk as it is kept in a cursor.
pub trait Walk: Default + Clone + Serialize + DeserializeOwned {
    /// The walk that a stored cursor describes; a new one where there is none.
    ///
    /// # Errors
    /// [`SourceError::Cursor`] for a cursor that is no such walk.
    fn load(cursor: Option<&Cursor>, id: &SourceId) -> Result<Self, SourceError> {
        let Some(Cursor(text)) = cursor else { return Ok(Self::default()) };
        serde_json::from_str(text).map_err(|source| SourceError::Cursor { id: id.to_string(), source })
    }

    /// The walk as a cursor.
    fn cursor(&self) -> Cursor {
        Cursor(serde_json::to_string(self).expect("walks are made of text, numbers and lists"))
    }
}

/// A step that was taken: the walk after it, and the page to store with it.
#[derive(Debug, Clone, PartialEq)]
pub struct Taken<W> {
    /// How far it is now.
    pub walk: W,
    /// What to store; its cursor is not set yet.
    pub page: Page,
}

impl<W: Walk> Taken<W> {
    /// The page with the walk as its cursor.
    pub fn into_page(self) -> Page {
        Page { cursor: Some(self.walk.cursor()), ..self.page }
    }
}

/// What notes about answers that are to be doubted begin with.
const SUSPICIOUS: &str = "suspicious";

/// The page that a step's content makes.
pub(super) fn page(step: Step, more: bool, note: Option<&str>) -> Page {
    Page {
        mentions: step.items.into_iter().filter_map(|item| item.mention).collect(),
        rejected: step.rejected,
        removed: step.removed,
        removed_authors: Vec::new(),
        cursor: None,
        more,
        suspicious: note.is_some_and(|note| note.starts_with(SUSPICIOUS)),
        note: note.map(str::to_owned),
        ..Page::default()
    }
}
