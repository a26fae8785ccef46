//! Page by page through one source.

use moodline_sources::{Page, Source};
use moodline_store::{IngestPage, MentionStore, PageOutcome, RunStore, SourceReading, StoreError};
use moodline_types::{Clock, Cursor, RejectedRow, RunKind, SourceId, counted, error_chain};
use tracing::{info, warn};

use crate::{IngestError, Protection, normalise};

/// What reading a source changed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FetchOutcome {
    /// Pages stored.
    pub pages: u64,
    /// Mentions and rejected rows over all pages.
    pub changes: PageOutcome,
    /// Rows that could not be read this time, whether or not they were known before.
    pub unread: u64,
    /// What the source had to say about itself, e.g. that nothing was modified.
    pub note: Option<String>,
    /// Whether one of its answers is to be doubted, e.g. empty where there used to be items.
    pub suspicious: bool,
    /// Whether it was asked to stop before the end; the next call goes on there.
    pub stopped: bool,
}

/// Reads everything new from a source into the store.
///
/// `progress` is called after every stored page with the totals so far and answers whether to go on.
///
/// # Errors
/// The source's or the store's own, after every earlier page was stored and the failure noted in the source's state.
pub async fn read_source<S>(
    source: &mut dyn Source,
    store: &S,
    protection: &Protection,
    clock: &dyn Clock,
    progress: &mut (dyn FnMut(&FetchOutcome) -> bool + Send),
) -> Result<FetchOutcome, IngestError>
where
    S: MentionStore + RunStore + ?Sized,
{
    let id = source.id().clone();
    if !source.is_fetched() {
        // Its health is told by what it is sent, not by our asking.
        let page = source.fetch(None).await.map_err(|source| IngestError::Source { id: id.clone(), source })?;
        return Ok(FetchOutcome { note: page.note, ..FetchOutcome::default() });
    }
    let failed = |source: StoreError| IngestError::Store { id: id.clone(), source };
    let run = store.start_run(RunKind::Fetch, id.as_str(), clock.now()).await.map_err(failed)?;
    let result = pages(source, store, protection, clock, progress).await;
    let now = clock.now();
    match &result {
        Ok(outcome) => {
            let summary = outcome.to_string();
            if !outcome.stopped {
                let reading = SourceReading { suspicious: outcome.suspicious, note: outcome.note.clone() };
                store.record_source_success(&id, &reading, now).await.map_err(failed)?;
            }
            info!(source.id = %id, mention.added = outcome.changes.added, "{id}: {summary}");
            store.finish_run(run, Ok(&summary), now).await.map_err(failed)?;
        }
        Err(error) => {
            let chain = error_chain(error);
            // The failure itself is what matters: a store too broken to note it reports that on its own.
            if let Err(second) = store.record_source_failure(&id, &chain, now).await {
                warn!(source.id = %id, error = %second, "could not note that source {id} failed");
            } else if let Err(second) = store.finish_run(run, Err(&chain), now).await {
                warn!(source.id = %id, error = %second, "could not close the run of source {id}");
            }
        }
    }
    result
}

async fn pages<S>(
    source: &mut dyn Source,
    store: &S,
    protection: &Protection,
    clock: &dyn Clock,
    progress: &mut (dyn FnMut(&FetchOutcome) -> bool + Send),
) -> Result<FetchOutcome, IngestError>
where
    S: MentionStore + ?Sized,
{
    let id = source.id().clone();
    let failed = |source: StoreError| IngestError::Store { id: id.clone(), source };
    let state = store.source_state(&id).await.map_err(failed)?;
    let keyed_as = state.as_ref().map_or_else(|| id.clone(), |state| state.first_name.clone());
    let mut cursor: Option<Cursor> = state.and_then(|state| state.cursor);
    let mut outcome = FetchOutcome::default();
    loop {
        let fetched = source.fetch(cursor.as_ref()).await;
        let page: Page = fetched.map_err(|source| IngestError::Source { id: id.clone(), source })?;
        let (more, note) = (page.more, page.note.clone());
        let page_is_suspicious = page.suspicious;
        outcome.suspicious |= page_is_suspicious;
        let moved = page.cursor.is_some() && page.cursor != cursor;
        let page: IngestPage = normalise::page(&id, &keyed_as, page, protection, clock.now());
        outcome.unread += page.rejected.len() as u64;
        let changes = store.commit_page(&id, &page, clock.now()).await.map_err(failed)?;
        outcome.pages += 1;
        outcome.changes += changes;
        // A doubt must not be hidden by what a later page says.
        if outcome.note.is_none() || !outcome.suspicious || page_is_suspicious {
            outcome.note = note.or(outcome.note);
        }
        if !progress(&outcome) && more {
            outcome.stopped = true;
            return Ok(outcome);
        }
        if !more {
            return Ok(outcome);
        }
        if !moved {
            return Err(IngestError::Loop { id });
        }
        cursor = page.cursor.or(cursor);
    }
}

/// Stores one page that came another way than by asking: its mentions were sent to us. What changed, and the rows that
/// could not become mentions.
///
/// # Errors
/// The store's; nothing was stored then.
pub async fn store_page<S>(
    store: &S,
    id: &SourceId,
    page: Page,
    protection: &Protection,
    clock: &dyn Clock,
) -> Result<(PageOutcome, Vec<RejectedRow>), IngestError>
where
    S: MentionStore + ?Sized,
{
    let failed = |source: StoreError| IngestError::Store { id: id.clone(), source };
    let state = store.source_state(id).await.map_err(failed)?;
    let keyed_as = state.map_or_else(|| id.clone(), |state| state.first_name);
    let page = normalise::page(id, &keyed_as, page, protection, clock.now());
    let changes = store.commit_page(id, &page, clock.now()).await.map_err(failed)?;
    let reading = SourceReading::default();
    store.record_source_success(id, &reading, clock.now()).await.map_err(failed)?;
    Ok((changes, page.rejected))
}

/// One page of a source as it would be stored, without storing anything.
///
/// # Errors
/// The source's own.
pub async fn preview_source(
    source: &mut dyn Source,
    cursor: Option<&Cursor>,
    protection: &Protection,
    clock: &dyn Clock,
) -> Result<IngestPage, IngestError> {
    let id = source.id().clone();
    let page = source.fetch(cursor).await.map_err(|source| IngestError::Source { id: id.clone(), source })?;
    // Nothing is kept: the name that authors are keyed by does not matter.
    Ok(normalise::page(&id, &id, page, protection, clock.now()))
}

impl std::fmt::Display for FetchOutcome {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let PageOutcome { added, revised, unchanged, hidden, rejected, dropped, erased, redacted } = self.changes;
        write!(f, "{added} new, {revised} changed, {unchanged} known")?;
        if hidden > 0 {
            write!(f, ", {hidden} gone upstream")?;
        }
        if dropped > 0 {
            write!(f, ", {dropped} kept out by rules")?;
        }
        if rejected > 0 {
            write!(f, ", {} set aside", counted(rejected, "row"))?;
        }
        if redacted > 0 {
            write!(f, ", {} of personal data replaced", counted(redacted, "piece"))?;
        }
        if erased > 0 {
            write!(f, ", {erased} left out because they were erased")?;
        }
        if let Some(note) = &self.note {
            write!(f, " ({note})")?;
        }
        if self.stopped {
            write!(f, ", stopped before the end")?;
        }
        Ok(())
    }
}
