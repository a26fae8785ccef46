//! What every source offers: one step of news at a time.

use async_trait::async_trait;
use moodline_types::{Cursor, DroppedItem, RawMention, RejectedRow, SourceId};

use crate::SourceError;

/// A configured place that mentions come from.
#[async_trait]
pub trait Source: Send {
    /// The id it has in the settings.
    fn id(&self) -> &SourceId;

    /// One step of what is new since `cursor`; `None` starts at the beginning. Never sleeps for longer than the
    /// spacing of requests to one host.
    ///
    /// The same mention may come twice (after a crash, or because the source repeats itself): its identity makes
    /// that harmless.
    ///
    /// # Errors
    /// [`SourceError::retry_after`] carries the host's own delay: the caller reschedules.
    async fn fetch(&mut self, cursor: Option<&Cursor>) -> Result<Page, SourceError>;

    /// Whether there is anything to fetch: a source that is sent its mentions has nothing, and is not read on a
    /// schedule.
    fn is_fetched(&self) -> bool {
        true
    }
}

/// What one step brought.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Page {
    /// New or changed mentions, in the source's own order.
    pub mentions: Vec<RawMention>,
    /// Rows and entries that could not become mentions.
    pub rejected: Vec<RejectedRow>,
    /// External ids that vanished upstream (deleted, withdrawn): the store hides these mentions and takes them out of
    /// every count. One that comes back as a mention is shown again. Unknown ids do no harm.
    pub removed: Vec<String>,
    /// Authors, as in [`RawMention::author`], who left or were put out: all their mentions of this source are hidden.
    pub removed_authors: Vec<String>,
    /// Items that the source's rules keep out, with the reason.
    pub dropped: Vec<DroppedItem>,
    /// Origins (as in `rejected`) that were read from their beginning: what was set aside of them before is outdated.
    pub afresh: Vec<String>,
    /// How far the source has been read once this page is stored; `None` leaves the stored cursor as it is.
    pub cursor: Option<Cursor>,
    /// Whether more is waiting: call again at once, with the new cursor.
    pub more: bool,
    /// Whether the answer is to be doubted, e.g. empty where there used to be items: nothing failed, but the source
    /// does not count as healthy. `note` says why.
    pub suspicious: bool,
    /// Something a person may want to know, e.g. `not modified`.
    pub note: Option<String>,
}
