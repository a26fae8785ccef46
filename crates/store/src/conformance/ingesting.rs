//! Pages, cursors, sources and what could not be read.

use moodline_types::{Cursor, MentionId, Rating, RejectedRow};

use super::given::{at, id, map, mention, model, one_judged, page, shop, stored};
use crate::{
    IngestPage, MentionAssignments, NewMention, PageOutcome, Result, SourceReading, SourceState, Store, WorkKind,
};

/// A page is stored together with its cursor.
pub async fn a_page_is_stored_with_its_cursor(store: &impl Store) -> Result<()> {
    store.register_model(&model(), at(0)).await?;
    assert_eq!(store.source_state(&shop()).await?, None);
    let outcome =
        store.commit_page(&shop(), &page(vec![mention("1", "good"), mention("2", "bad")], "c1"), at(1)).await?;
    assert_eq!(outcome, PageOutcome { added: 2, ..PageOutcome::default() });
    let state = SourceState {
        first_name: shop(),
        source: shop(),
        cursor: Some(Cursor("c1".to_owned())),
        last_success_at: None,
        last_failure_at: None,
        last_error: None,
        failures: 0,
        mentions: 2,
        next_due_at: None,
        note: None,
        thin_since: None,
        newest_at: Some(at(0)),
        recent: 2,
    };
    assert_eq!(store.source_state(&shop()).await?, Some(state.clone()));
    assert_eq!(store.source_states().await?, vec![state]);
    assert_eq!(store.mention_count().await?, 2);
    assert_eq!(store.backlog(WorkKind::Enrich, "first", at(1)).await?.ready, 2);

    store.commit_page(&shop(), &IngestPage::default(), at(2)).await?;
    let state = store.source_state(&shop()).await?;
    assert_eq!(state.and_then(|state| state.cursor), Some(Cursor("c1".to_owned())), "no cursor leaves it as it is");
    Ok(())
}

/// Reading the same page once more changes no mention and queues nothing.
pub async fn the_same_page_again_changes_nothing(store: &impl Store) -> Result<()> {
    let judged = one_judged(store, &[("good", moodline_types::SentimentLabel::Positive)]).await?;
    let outcome = store.commit_page(&shop(), &page(vec![mention("1", "good")], "c2"), at(9)).await?;
    assert_eq!(outcome, PageOutcome { unchanged: 1, ..PageOutcome::default() });
    assert_eq!(store.mentions(&[judged.mention.id]).await?, vec![judged.mention]);
    assert_eq!(store.backlog(WorkKind::Enrich, "first", at(9)).await?.ready, 0);
    assert_eq!(store.mention_count().await?, 1);
    Ok(())
}

/// Of two mentions with one identity in a page the later wins, and they count once.
pub async fn of_two_with_one_identity_the_later_wins(store: &impl Store) -> Result<()> {
    let twice = vec![mention("1", "first"), mention("2", "other"), mention("1", "second")];
    let outcome = store.commit_page(&shop(), &page(twice, "c"), at(0)).await?;
    assert_eq!(outcome.added, 2);
    let ids: Vec<MentionId> = (1..10).map(MentionId).collect();
    let texts: Vec<String> = store.mentions(&ids).await?.into_iter().map(|mention| mention.text).collect();
    assert_eq!(texts, ["second", "other"]);
    Ok(())
}

/// A changed text is a new revision of the same mention and is judged again.
pub async fn a_changed_text_is_a_revision(store: &impl Store) -> Result<()> {
    let judged = one_judged(store, &[("good", moodline_types::SentimentLabel::Positive)]).await?;
    let mut edited = mention("1", "bad after all");
    edited.rating = Rating::new(1.0, 1.0, 5.0);
    edited.title = Some("Edited".to_owned());
    let outcome = store.commit_page(&shop(), &page(vec![edited], "c2"), at(9)).await?;
    assert_eq!(outcome, PageOutcome { revised: 1, ..PageOutcome::default() });
    let now = store.mentions(&[judged.mention.id]).await?.remove(0);
    assert_eq!((now.revision, now.text.as_str(), now.title.as_deref()), (2, "bad after all", Some("Edited")));
    assert_eq!(now.rating, Rating::new(1.0, 1.0, 5.0));
    assert_eq!(store.backlog(WorkKind::Enrich, "first", at(9)).await?.ready, 1);
    assert_eq!(store.source_state(&shop()).await?.map(|state| state.mentions), Some(1));
    Ok(())
}

/// A date taken for want of better never replaces a known one; a known one replaces it.
pub async fn an_approximate_date_never_replaces_a_known_one(store: &impl Store) -> Result<()> {
    let ids = stored(store, &[mention("1", "a")]).await?;
    let mut undated = mention("1", "b");
    (undated.posted_at, undated.posted_at_is_approximate) = (at(60), true);
    store.commit_page(&shop(), &page(vec![undated], "c"), at(60)).await?;
    let now = store.mentions(&ids).await?.remove(0);
    assert_eq!((now.text.as_str(), now.posted_at, now.posted_at_is_approximate), ("b", at(0), false));

    let mut undated = mention("2", "a");
    (undated.posted_at, undated.posted_at_is_approximate) = (at(60), true);
    store.commit_page(&shop(), &page(vec![undated.clone()], "c"), at(60)).await?;
    undated.posted_at = at(90);
    let outcome = store.commit_page(&shop(), &page(vec![undated], "c"), at(90)).await?;
    assert_eq!(outcome.unchanged, 1, "a later guess is no revision");
    let dated = stored(store, &[mention("2", "b")]).await?;
    let now = store.mentions(&dated).await?.remove(0);
    assert_eq!((now.posted_at, now.posted_at_is_approximate), (at(0), false));
    Ok(())
}

/// Failures add up, keep the cursor, and end with the next success.
pub async fn failures_count_until_the_next_success(store: &impl Store) -> Result<()> {
    store.record_source_failure(&shop(), "no answer", at(1)).await?;
    store.record_source_success(&shop(), &SourceReading::default(), at(2)).await?;
    store.commit_page(&shop(), &page(Vec::new(), "c"), at(2)).await?;
    store.record_source_failure(&shop(), "no answer", at(3)).await?;
    store.record_source_failure(&shop(), "gone", at(4)).await?;
    let state = store
        .source_state(&shop())
        .await?
        .map(|state| (state.failures, state.last_error, state.last_failure_at, state.last_success_at, state.cursor));
    let cursor = Some(Cursor("c".to_owned()));
    assert_eq!(state, Some((2, Some("gone".to_owned()), Some(at(4)), Some(at(2)), cursor)));
    store.commit_page(&shop(), &page(Vec::new(), "d"), at(5)).await?;
    let failures = store.source_state(&shop()).await?.map(|state| state.failures);
    assert_eq!(failures, Some(2), "a page alone is no success: the next one may fail again");
    store.record_source_success(&shop(), &SourceReading::default(), at(6)).await?;
    assert_eq!(store.source_state(&shop()).await?.map(|state| state.failures), Some(0));
    Ok(())
}

/// Doubts about a source begin with the first doubtful reading and end with the first that is not; its next time is
/// kept beside.
pub async fn doubts_last_until_a_good_reading(store: &impl Store) -> Result<()> {
    let doubtful = SourceReading { suspicious: true, note: Some("emp\0ty".to_owned()) };
    store.record_source_due(&shop(), Some(at(60))).await?;
    store.record_source_success(&shop(), &doubtful, at(1)).await?;
    store.record_source_success(&shop(), &doubtful, at(2)).await?;
    let state = store.source_state(&shop()).await?;
    let state = state.map(|state| (state.thin_since, state.note, state.next_due_at, state.last_success_at));
    assert_eq!(state, Some((Some(at(1)), Some("empty".to_owned()), Some(at(60)), Some(at(2)))));
    store.record_source_success(&shop(), &SourceReading::default(), at(3)).await?;
    store.record_source_due(&shop(), None).await?;
    let state = store.source_state(&shop()).await?;
    assert_eq!(state.map(|state| (state.thin_since, state.note, state.next_due_at)), Some((None, None, None)));
    Ok(())
}

/// What vanished upstream is hidden in the transaction of its page, counts nowhere, and comes back when it is seen.
pub async fn what_vanished_upstream_is_hidden(store: &impl Store) -> Result<()> {
    let judged = one_judged(store, &[("good", moodline_types::SentimentLabel::Positive)]).await?;
    let placed = super::given::placed(&judged, &[Some("till")]);
    super::given::assigned(store, &id("m"), &[placed]).await?;
    let gone = IngestPage {
        mentions: vec![mention("2", "seen and gone in one page")],
        removed: vec!["1".to_owned(), "2".to_owned(), "never seen".to_owned()],
        ..IngestPage::default()
    };
    let outcome = store.commit_page(&shop(), &gone, at(5)).await?;
    assert_eq!(outcome, PageOutcome { added: 1, hidden: 2, ..PageOutcome::default() });
    assert_eq!(store.mention_count().await?, 0);
    assert_eq!(store.backlog(WorkKind::Assign, "m", at(6)).await?.ready, 2, "hidden mentions are taken off the map");
    assert_eq!(store.backlog(WorkKind::Enrich, "first", at(6)).await?.ready, 0);
    assert_eq!(store.commit_page(&shop(), &gone, at(7)).await?.hidden, 1, "2 was shown and hidden again");
    let elsewhere = IngestPage { removed: vec!["1".to_owned()], ..IngestPage::default() };
    let back = store.commit_page(&shop(), &page(vec![mention("1", "good")], "c"), at(8)).await?;
    assert_eq!(back.revised, 1);
    assert_eq!(store.commit_page(&id("forum"), &elsewhere, at(9)).await?.hidden, 0, "another source's 1");
    assert_eq!(store.mention_count().await?, 1);

    let by = |author: &str, id: &str| NewMention { author_hash: Some(author.to_owned()), ..mention(id, "hello") };
    store.commit_page(&shop(), &page(vec![by("ann", "3"), by("bob", "4")], "c"), at(10)).await?;
    let left =
        IngestPage { mentions: vec![by("ann", "5")], removed_authors: vec!["ann".to_owned()], ..IngestPage::default() };
    assert_eq!(store.commit_page(&shop(), &left, at(11)).await?.hidden, 2, "everything of an author who left");
    assert_eq!(store.mention_count().await?, 2);
    Ok(())
}

/// A hidden mention is counted nowhere, is queued for every map, and comes back as if revised.
pub async fn a_hidden_mention_counts_nowhere_until_it_is_back(store: &impl Store) -> Result<()> {
    let judged = one_judged(store, &[("good", moodline_types::SentimentLabel::Positive)]).await?;
    let placed = super::given::placed(&judged, &[Some("till")]);
    super::given::assigned(store, &id("m"), &[placed]).await?;
    assert!(!store.hide_mention(&shop(), "unknown", at(5)).await?);
    assert!(store.hide_mention(&shop(), "1", at(5)).await?);
    assert!(!store.hide_mention(&shop(), "1", at(6)).await?, "it is hidden already");
    assert_eq!(store.mention_count().await?, 0);
    assert_eq!(store.mentions(&[judged.mention.id]).await?.remove(0).hidden_at, Some(at(5)));
    assert_eq!(store.find_mentions(&moodline_types::MentionQuery::default()).await?.rows, vec![]);
    assert_eq!(store.backlog(WorkKind::Assign, "m", at(6)).await?.ready, 1);

    let nowhere = MentionAssignments {
        mention: judged.mention.id,
        assignments: Vec::new(),
        tallies: Vec::new(),
        flags: Vec::new(),
    };
    super::given::assigned(store, &id("m"), &[nowhere]).await?;
    let window = moodline_types::DayWindow { from: super::given::day(-9), to: super::given::day(9) };
    assert_eq!(store.rollups(&id("m"), window).await?, vec![]);

    let outcome = store.commit_page(&shop(), &page(vec![mention("1", "good")], "c"), at(7)).await?;
    assert_eq!(outcome, PageOutcome { revised: 1, ..PageOutcome::default() });
    assert_eq!(store.mention_count().await?, 1);
    assert_eq!(store.backlog(WorkKind::Enrich, "first", at(7)).await?.ready, 1);
    Ok(())
}

/// The same rejected row is kept once; they are listed newest first, for one source or all.
pub async fn rejected_rows_are_kept_once(store: &impl Store) -> Result<()> {
    let row = |line| RejectedRow {
        origin: "reviews.csv".to_owned(),
        line,
        reason: "no text".to_owned(),
        excerpt: "42,\0,".to_owned(),
    };
    let rejected = IngestPage { rejected: vec![row(Some(3)), row(None)], ..IngestPage::default() };
    assert_eq!(store.commit_page(&shop(), &rejected, at(0)).await?.rejected, 2);
    let rejected = IngestPage { rejected: vec![row(Some(3)), row(Some(4)), row(Some(4))], ..IngestPage::default() };
    assert_eq!(store.commit_page(&shop(), &rejected, at(1)).await?.rejected, 1);
    store.commit_page(&id("forum"), &rejected, at(2)).await?;
    let listed = store.rejected_rows(Some(&shop()), 10).await?;
    let lines: Vec<Option<u64>> = listed.iter().map(|(_, row)| row.line).collect();
    assert_eq!(lines, [Some(4), None, Some(3)]);
    assert_eq!(listed[0].1.excerpt, "42,,");
    let newest = store.rejected_rows(None, 2).await?;
    assert!(newest.iter().all(|(source, _)| *source == id("forum")), "the newest come first");
    Ok(())
}

/// A page may be as large as a file.
pub async fn a_large_page_is_stored_whole(store: &impl Store) -> Result<()> {
    store.register_model(&model(), at(0)).await?;
    store.register_map(&map("m"), at(0)).await?;
    let many: Vec<_> = (0..3000).map(|n| mention(&format!("m{n}"), &format!("text {n}"))).collect();
    let outcome = store.commit_page(&shop(), &page(many.clone(), "c"), at(0)).await?;
    assert_eq!(outcome.added, 3000);
    assert_eq!(store.mention_count().await?, 3000);
    assert_eq!(store.backlog(WorkKind::Enrich, "first", at(0)).await?.ready, 3000);
    assert_eq!(store.commit_page(&shop(), &page(many, "c"), at(1)).await?.unchanged, 3000);
    Ok(())
}

/// The same external id in another source is another mention.
pub async fn sources_do_not_share_identities(store: &impl Store) -> Result<()> {
    store.commit_page(&shop(), &page(vec![mention("1", "here")], "c"), at(0)).await?;
    let outcome = store.commit_page(&id("forum"), &page(vec![mention("1", "there")], "c"), at(0)).await?;
    assert_eq!(outcome.added, 1);
    let states = store.source_states().await?;
    let names: Vec<&str> = states.iter().map(|state| state.source.as_str()).collect();
    assert_eq!(names, ["forum", "shop"]);
    Ok(())
}

/// Mentions are listed by id and unknown ids are left out.
pub async fn mentions_come_by_id(store: &impl Store) -> Result<()> {
    let ids = stored(store, &[mention("b", "x"), mention("a", "y"), mention("c", "z")]).await?;
    let wanted = [ids[2], MentionId(99_999), ids[0], ids[1]];
    let listed: Vec<MentionId> = store.mentions(&wanted).await?.into_iter().map(|mention| mention.id).collect();
    let mut sorted = ids;
    sorted.sort_unstable();
    assert_eq!(listed, sorted);
    Ok(())
}
