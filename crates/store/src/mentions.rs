//! Mentions, the cursors that cover them, and the rows that could not be read.

use std::collections::BTreeMap;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use moodline_types::{Cursor, DroppedItem, Mention, MentionId, Rating, RejectedRow, SourceId};

use crate::Result;

/// A mention ready to store.
#[derive(Debug, Clone, PartialEq)]
pub struct NewMention {
    /// The source's own id; identity together with the source.
    pub external_id: String,
    /// Its identity beyond the source, where it has one.
    pub canonical_id: Option<String>,
    /// The conversation it belongs to, by the source's own id.
    pub thread: Option<String>,
    /// Where a person can read it.
    pub url: Option<String>,
    /// Keyed hash of the author.
    pub author_hash: Option<String>,
    /// Title, plain text.
    pub title: Option<String>,
    /// Body, plain text.
    pub text: String,
    /// Language hint.
    pub language: Option<String>,
    /// When it was posted.
    pub posted_at: DateTime<Utc>,
    /// Whether that is the time of fetching for want of better. An approximate date never replaces a known one and
    /// never makes a revision.
    pub posted_at_is_approximate: bool,
    /// Stars or score.
    pub rating: Option<Rating>,
    /// Hash of everything whose change makes a revision: title, text, rating, date and language as read.
    pub content_hash: String,
    /// Keyed hashes of its identity, address and author: where one has a tombstone, the mention is not stored.
    pub marks: Vec<String>,
    /// How often each kind of personal data was replaced in title and text.
    pub redacted: BTreeMap<String, u32>,
}

/// Everything that one step of reading a source yields.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct IngestPage {
    /// Mentions in the order read; of two with one identity the later wins.
    pub mentions: Vec<NewMention>,
    /// External ids that vanished upstream: these mentions are hidden, as by [`MentionStore::hide_mention`]. One that
    /// stands among `mentions` as well is hidden all the same.
    pub removed: Vec<String>,
    /// Hashes of authors who left: all their mentions of this source are hidden.
    pub removed_authors: Vec<String>,
    /// Items that the source's rules keep out; each is kept once, with its last reason.
    pub dropped: Vec<DroppedItem>,
    /// Origins read from their beginning: what was set aside of them before is forgotten.
    pub afresh: Vec<String>,
    /// What could not be read. The same (source, origin, line, reason) is kept once.
    pub rejected: Vec<RejectedRow>,
    /// How far the source has been read once these are stored; `None` leaves the cursor as it is.
    pub cursor: Option<Cursor>,
}

/// What a page changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct PageOutcome {
    /// Mentions seen for the first time.
    pub added: u64,
    /// Known mentions whose content changed, and hidden ones that are back.
    pub revised: u64,
    /// Known mentions that had not changed.
    pub unchanged: u64,
    /// Mentions that vanished upstream and were visible before.
    pub hidden: u64,
    /// Rows set aside that were not known already.
    pub rejected: u64,
    /// Items kept out by rules that were not known already.
    pub dropped: u64,
    /// Mentions left out because they were erased.
    pub erased: u64,
    /// Pieces of personal data replaced in what is new or changed.
    pub redacted: u64,
}

impl std::ops::AddAssign for PageOutcome {
    fn add_assign(&mut self, other: Self) {
        self.added += other.added;
        self.revised += other.revised;
        self.unchanged += other.unchanged;
        self.hidden += other.hidden;
        self.rejected += other.rejected;
        self.dropped += other.dropped;
        self.erased += other.erased;
        self.redacted += other.redacted;
    }
}

/// How a source stands.
#[derive(Debug, Clone, PartialEq)]
pub struct SourceState {
    /// The source.
    pub source: SourceId,
    /// The name it had at first: what its authors and tombstones are keyed by, also after it was renamed.
    pub first_name: SourceId,
    /// How far it has been read.
    pub cursor: Option<Cursor>,
    /// Last time it was read to the end without error.
    pub last_success_at: Option<DateTime<Utc>>,
    /// Last time it failed.
    pub last_failure_at: Option<DateTime<Utc>>,
    /// Why it failed then.
    pub last_error: Option<String>,
    /// Failures since the last success.
    pub failures: u32,
    /// Mentions stored from it.
    pub mentions: u64,
    /// When it is due next, as far as a service has said.
    pub next_due_at: Option<DateTime<Utc>>,
    /// What the last fetch said of itself.
    pub note: Option<String>,
    /// Since when its answers are to be doubted.
    pub thin_since: Option<DateTime<Utc>>,
    /// When its newest mention was posted.
    pub newest_at: Option<DateTime<Utc>>,
    /// Mentions posted within [`SourceState::RATE_DAYS`] before the newest one.
    pub recent: u64,
}

impl SourceState {
    /// Days that the rate of arrival is learned from.
    pub const RATE_DAYS: u32 = 56;
}

/// What a completed reading of a source found out about it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SourceReading {
    /// Whether an answer was to be doubted.
    pub suspicious: bool,
    /// What the source said of itself.
    pub note: Option<String>,
}

/// The mention table and the state of its sources.
#[async_trait]
pub trait MentionStore: Send + Sync {
    /// Stores one page and its cursor in one transaction.
    ///
    /// New and revised mentions are compared with all others ([`Fingerprint`](crate::Fingerprint)). A copy of another
    /// is not judged and counts nowhere; the rest are queued for every registered model. A mention that is unchanged keeps everything.
    /// A hidden mention that is seen again becomes visible and is queued as if revised.
    async fn commit_page(&self, source: &SourceId, page: &IngestPage, now: DateTime<Utc>) -> Result<PageOutcome>;

    /// The state of one source; `None` if it was never read.
    async fn source_state(&self, source: &SourceId) -> Result<Option<SourceState>>;

    /// The state of every source ever read, by id.
    async fn source_states(&self) -> Result<Vec<SourceState>>;

    /// Notes that a source was read to its end: ends its failures, and begins or ends its time of doubt.
    async fn record_source_success(&self, source: &SourceId, reading: &SourceReading, now: DateTime<Utc>)
    -> Result<()>;

    /// Notes when a source is due next; `None` for never.
    async fn record_source_due(&self, source: &SourceId, due: Option<DateTime<Utc>>) -> Result<()>;

    /// Notes that reading a source failed; its cursor and mentions stay.
    async fn record_source_failure(&self, source: &SourceId, error: &str, now: DateTime<Utc>) -> Result<()>;

    /// The mentions with these ids, by id; unknown ids are left out.
    async fn mentions(&self, ids: &[MentionId]) -> Result<Vec<Mention>>;

    /// Hides a mention from every count (it vanished upstream) and queues it for every map. If it has copies, the oldest
    /// takes its place, with what people said of it. `false` if unknown or
    /// already hidden.
    async fn hide_mention(&self, source: &SourceId, external_id: &str, now: DateTime<Utc>) -> Result<bool>;

    /// Rows set aside, newest first.
    async fn rejected_rows(&self, source: Option<&SourceId>, limit: u32) -> Result<Vec<(SourceId, RejectedRow)>>;

    /// The items that a source's rules kept out last, newest first, and how many there are. Those not seen again for 90
    /// days are forgotten.
    async fn dropped_items(&self, source: &SourceId, limit: u32) -> Result<(Vec<DroppedItem>, u64)>;

    /// Gives everything of a source another name; how many mentions those are. `Missing` where there is no such source,
    /// `Taken` where the new name has been used already. On record.
    async fn rename_source(&self, old: &SourceId, new: &SourceId, actor: &str, now: DateTime<Utc>) -> Result<u64>;

    /// Number of visible mentions.
    async fn mention_count(&self) -> Result<u64>;
}
