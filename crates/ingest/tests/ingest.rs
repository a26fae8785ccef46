//! Reading sources that behave in every way but well, into a real database.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::collections::VecDeque;

use async_trait::async_trait;
use moodline_ingest::{AuthorKey, FetchOutcome, IngestError, Protection, read_source};
use moodline_sources::{Page, Source, SourceError};
use moodline_store::{MentionStore, Store};
use moodline_store_sqlite::SqliteStore;
use moodline_types::{Cursor, RawMention, SourceId, SystemClock};

/// Gives one scripted answer after the other and remembers what it was asked.
struct ScriptedSource {
    id: SourceId,
    answers: VecDeque<Result<Page, SourceError>>,
    asked_from: Vec<Option<String>>,
}

#[async_trait]
impl Source for ScriptedSource {
    fn id(&self) -> &SourceId {
        &self.id
    }

    async fn fetch(&mut self, cursor: Option<&Cursor>) -> Result<Page, SourceError> {
        self.asked_from.push(cursor.map(|cursor| cursor.0.clone()));
        self.answers.pop_front().expect("asked once too often")
    }
}

fn source(answers: impl IntoIterator<Item = Result<Page, SourceError>>) -> ScriptedSource {
    ScriptedSource { id: "news".parse().unwrap(), answers: answers.into_iter().collect(), asked_from: Vec::new() }
}

fn page(ids: &[&str], cursor: &str, more: bool) -> Page {
    let mention = |id: &&str| RawMention {
        external_id: (*id).to_owned(),
        author: Some("mei".to_owned()),
        text: format!("text of {id}"),
        ..RawMention::default()
    };
    Page {
        mentions: ids.iter().map(mention).collect(),
        cursor: Some(Cursor(cursor.to_owned())),
        more,
        ..Page::default()
    }
}

fn down() -> SourceError {
    SourceError::RateLimited { host: "example.org".to_owned(), retry_after: std::time::Duration::from_mins(1) }
}

async fn store() -> SqliteStore {
    let store = SqliteStore::in_memory().await.unwrap();
    store.migrate().await.unwrap();
    store
}

async fn read(source: &mut ScriptedSource, store: &SqliteStore) -> Result<FetchOutcome, IngestError> {
    read_source(source, store, &Protection::full(AuthorKey::from_bytes([1; 32])).unwrap(), &SystemClock, &mut |_| true)
        .await
}

#[tokio::test]
async fn a_walk_that_breaks_off_goes_on_where_it_was() {
    let store = store().await;
    let mut first = source([Ok(page(&["1", "2"], "after 2", true)), Err(down())]);
    assert!(read(&mut first, &store).await.unwrap_err().is_transient());
    let state = store.source_state(&first.id).await.unwrap().unwrap();
    assert_eq!((state.mentions, state.failures), (2, 1), "the page before the failure is kept");
    assert!(state.last_error.unwrap().contains("example.org"));

    let mut second = source([Ok(page(&["3"], "after 3", false))]);
    let outcome = read(&mut second, &store).await.unwrap();
    assert_eq!(second.asked_from, [Some("after 2".to_owned())]);
    assert_eq!(outcome.changes.added, 1);
    let state = store.source_state(&second.id).await.unwrap().unwrap();
    assert_eq!((state.mentions, state.failures), (3, 0), "a success ends the count of failures");
}

#[tokio::test]
async fn a_source_that_repeats_itself_is_stopped() {
    let store = store().await;
    let mut stuck = source([Ok(page(&["1"], "here", true)), Ok(page(&["1"], "here", true))]);
    assert!(matches!(read(&mut stuck, &store).await, Err(IngestError::Loop { .. })));
}

#[tokio::test]
async fn a_stop_between_pages_loses_nothing() {
    let store = store().await;
    let mut long = source([Ok(page(&["1"], "after 1", true)), Ok(page(&["2"], "after 2", false))]);
    let protection = Protection::full(AuthorKey::from_bytes([1; 32])).unwrap();
    let outcome = read_source(&mut long, &store, &protection, &SystemClock, &mut |_| false).await.unwrap();
    assert!(outcome.stopped);
    assert_eq!(read(&mut long, &store).await.unwrap().changes.added, 1);
    assert_eq!(long.asked_from, [None, Some("after 1".to_owned())]);
}

#[tokio::test]
async fn entries_without_anything_to_read_are_set_aside_by_name() {
    let store = store().await;
    let mut page = page(&["1", "2"], "end", false);
    page.mentions[1].text = " \u{200b}\u{0}".replace('\u{200b}', "");
    let mut source = source([Ok(page)]);
    let outcome = read(&mut source, &store).await.unwrap();
    assert_eq!((outcome.changes.added, outcome.changes.rejected), (1, 1));
    let rejected = store.rejected_rows(None, 10).await.unwrap();
    assert!(rejected[0].1.reason.contains("mention 2 has neither text nor title"), "{rejected:?}");
}
