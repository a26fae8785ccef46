//! What of a source is kept, under which name.

use moodline_types::{DroppedItem, MentionQuery, RejectedRow, SentimentLabel, SourceId};

use super::given::{at, id, mention, one_judged, page, placed, shop};
use crate::{IngestPage, NewAct, Result, Store, StoreError};

fn item(external_id: &str, reason: &str) -> DroppedItem {
    DroppedItem { external_id: external_id.to_owned(), reason: reason.to_owned(), excerpt: "begin…".to_owned() }
}

fn row(origin: &str, line: u64) -> RejectedRow {
    RejectedRow { origin: origin.to_owned(), line: Some(line), reason: "no text".to_owned(), excerpt: String::new() }
}

/// An item kept out is listed once with its last reason until it is kept after all or not seen for long.
pub async fn dropped_items_are_kept_with_their_reason(store: &impl Store) -> Result<()> {
    let dropping = |items: Vec<DroppedItem>| IngestPage { dropped: items, ..page(Vec::new(), "c") };
    let first = dropping(vec![item("1", "min_chars"), item("2", "drop_words"), item("2", "drop_words")]);
    assert_eq!(store.commit_page(&shop(), &first, at(0)).await?.dropped, 2);
    let again = dropping(vec![item("2", "keep_words")]);
    assert_eq!(store.commit_page(&shop(), &again, at(1)).await?.dropped, 0);
    let (items, all) = store.dropped_items(&shop(), 1).await?;
    assert_eq!((items, all), (vec![item("2", "keep_words")], 2));
    store.commit_page(&shop(), &page(vec![mention("2", "kept after all")], "c"), at(2)).await?;
    assert_eq!(store.dropped_items(&shop(), 9).await?, (vec![item("1", "min_chars")], 1));
    store.commit_page(&shop(), &dropping(vec![item("3", "min_chars")]), at(60 * 24 * 91)).await?;
    assert_eq!(store.dropped_items(&shop(), 9).await?.0, [item("3", "min_chars")]);
    assert_eq!(store.dropped_items(&id::<SourceId>("other"), 9).await?, (Vec::new(), 0));
    Ok(())
}

/// What was set aside of a file goes when the file is read afresh; that of others stays.
pub async fn an_origin_read_afresh_forgets_its_rejected_rows(store: &impl Store) -> Result<()> {
    let rejecting = |rejected, afresh: &[&str]| IngestPage {
        rejected,
        afresh: afresh.iter().map(|origin| (*origin).to_owned()).collect(),
        ..page(Vec::new(), "c")
    };
    store.commit_page(&shop(), &rejecting(vec![row("a.csv", 2), row("a.csv", 3), row("b.csv", 2)], &[]), at(0)).await?;
    store.commit_page(&shop(), &rejecting(vec![row("a.csv", 3)], &["a.csv"]), at(1)).await?;
    let left: Vec<RejectedRow> = store.rejected_rows(Some(&shop()), 9).await?.into_iter().map(|(_, row)| row).collect();
    assert_eq!(left, [row("a.csv", 3), row("b.csv", 2)]);
    Ok(())
}

/// A renamed source keeps its mentions, counts and cursor: reading it again under the new name changes nothing.
pub async fn a_renamed_source_is_the_same_source(store: &impl Store) -> Result<()> {
    let judged = one_judged(store, &[("good", SentimentLabel::Positive)]).await?;
    super::given::assigned(store, &id("m"), &[placed(&judged, &[Some("till")])]).await?;
    let new: SourceId = id("store");
    assert_eq!(store.rename_source(&shop(), &new, "lin", at(8)).await?, 1);
    assert_eq!(store.source_state(&shop()).await?, None);
    let state = store.source_state(&new).await?.expect("the state moved along");
    assert_eq!((state.mentions, state.first_name), (1, shop()), "what authors are keyed by stays");
    let again = store.commit_page(&new, &page(vec![mention("1", "good")], "c"), at(9)).await?;
    assert_eq!((again.added, again.unchanged), (0, 1));
    assert_eq!(store.recount(&id("m")).await?, []);
    let rows = store.find_mentions(&MentionQuery { sources: vec![new.clone()], ..MentionQuery::default() }).await?.rows;
    assert_eq!(rows.len(), 1);
    let acts = store.acts(Some("rename"), 9).await?;
    assert_eq!(acts.len(), 1, "on record");
    assert_eq!((acts[0].at, &acts[0].act), (at(8), &NewAct::renamed(&shop(), &new, 1, "lin")));
    assert!(matches!(store.rename_source(&shop(), &id("third"), "lin", at(9)).await, Err(StoreError::Missing { .. })));
    store.commit_page(&shop(), &page(Vec::new(), "c"), at(9)).await?;
    assert!(matches!(store.rename_source(&shop(), &new, "lin", at(9)).await, Err(StoreError::Taken { .. })));
    Ok(())
}
