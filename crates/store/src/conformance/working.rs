//! Queues and leases.

use std::collections::HashSet;

use moodline_types::MentionId;

use super::given::{at, id, judgement, lease, mention, model, opinion, page, shop, stored};
use crate::{Backlog, Result, Store, WorkKind, WriteOutcome};

const ENRICH: WorkKind = WorkKind::Enrich;

async fn three_queued(store: &impl Store) -> Result<Vec<MentionId>> {
    store.register_model(&model(), at(0)).await?;
    let mut ids = Vec::new();
    for (minute, name) in [(0, "a"), (1, "b"), (2, "c")] {
        store.commit_page(&shop(), &page(vec![mention(name, name)], "c"), at(minute)).await?;
    }
    for name in ["a", "b", "c"] {
        ids.extend(stored(store, &[mention(name, name)]).await?);
    }
    Ok(ids)
}

async fn claimed(store: &impl Store, holder: &str, limit: u32, minute: i64) -> Result<Vec<MentionId>> {
    let items = store.claim(ENRICH, "first", limit, &lease(holder, at(minute)), at(minute)).await?;
    Ok(items.into_iter().map(|item| item.mention).collect())
}

/// Claims take the oldest first and nobody else gets them.
pub async fn claims_are_oldest_first_and_exclusive(store: &impl Store) -> Result<()> {
    let ids = three_queued(store).await?;
    assert_eq!(claimed(store, "x", 2, 3).await?, ids[..2]);
    assert_eq!(store.backlog(ENRICH, "first", at(3)).await?, Backlog { ready: 1, leased: 2, set_aside: 0 });
    assert_eq!(claimed(store, "y", 9, 3).await?, ids[2..]);
    assert_eq!(claimed(store, "z", 9, 3).await?, vec![]);
    assert_eq!(store.claim(ENRICH, "unknown", 9, &lease("z", at(3)), at(3)).await?, vec![]);
    Ok(())
}

/// When a lease has ended others may take the batch, and the first holder's result is dropped.
pub async fn a_lease_ends_with_its_time(store: &impl Store) -> Result<()> {
    let ids = three_queued(store).await?;
    claimed(store, "x", 1, 3).await?;
    assert_eq!(claimed(store, "y", 1, 4).await?, ids[1..2]);
    assert_eq!(claimed(store, "z", 1, 13).await?, ids[..1], "ten minutes later the first is free again");
    let late = judgement(ids[0], vec![opinion("a", moodline_types::SentimentLabel::Neutral)]);
    let outcome = store.write_judgements(&id("first"), "x", &[late], at(14)).await?;
    assert_eq!(outcome, WriteOutcome { written: 0, lost: 1 });
    assert_eq!(store.opinion_count(&id("first")).await?, 0);
    Ok(())
}

/// However many claim at once, no mention goes to two of them and none is left out.
pub async fn concurrent_claims_are_disjoint(store: &impl Store) -> Result<()> {
    store.register_model(&model(), at(0)).await?;
    let many: Vec<_> = (0..400).map(|n| mention(&format!("m{n}"), "text")).collect();
    store.commit_page(&shop(), &page(many, "c"), at(0)).await?;
    let worker = async |name: &'static str| {
        let mut mine = Vec::new();
        loop {
            let batch = claimed(store, name, 7, 1).await?;
            if batch.is_empty() {
                return Ok::<_, crate::StoreError>(mine);
            }
            mine.extend(batch);
        }
    };
    let (a, b, c, d) = tokio::join!(worker("a"), worker("b"), worker("c"), worker("d"));
    // A worker that finds every free row locked for a moment stops early; what it left goes to the next claim.
    let all: Vec<MentionId> = [a?, b?, c?, d?, claimed(store, "e", 400, 1).await?].concat();
    assert_eq!(all.len(), 400);
    assert_eq!(all.iter().collect::<HashSet<_>>().len(), 400);
    Ok(())
}

/// What is given back on a stop is free at once and counts no try.
pub async fn work_given_back_counts_no_try(store: &impl Store) -> Result<()> {
    let ids = three_queued(store).await?;
    claimed(store, "x", 3, 3).await?;
    store.release(ENRICH, "first", "someone else", &ids).await?;
    assert_eq!(claimed(store, "y", 3, 4).await?, vec![], "only the holder gives back");
    store.release(ENRICH, "first", "x", &ids[..1]).await?;
    let again = store.claim(ENRICH, "first", 3, &lease("y", at(4)), at(4)).await?;
    assert_eq!(again.len(), 1);
    assert_eq!((again[0].mention, again[0].earlier_tries), (ids[0], 0));
    Ok(())
}

/// A mention that keeps failing is set aside with its last error until somebody retries.
pub async fn failures_are_set_aside_at_the_limit(store: &impl Store) -> Result<()> {
    let ids = three_queued(store).await?;
    for (minute, expected) in [(3, false), (4, true)] {
        claimed(store, "x", 1, minute).await?;
        assert_eq!(store.fail(ENRICH, "first", "x", ids[0], &format!("boom {minute}"), 2).await?, expected);
    }
    assert_eq!(store.set_aside(ENRICH, "first", 9).await?, vec![(ids[0], "boom 4".to_owned())]);
    assert_eq!(store.backlog(ENRICH, "first", at(5)).await?, Backlog { ready: 2, leased: 0, set_aside: 1 });
    assert_eq!(claimed(store, "y", 9, 5).await?, ids[1..]);
    assert_eq!(store.retry_set_aside(ENRICH, "first").await?, 1);
    let again = store.claim(ENRICH, "first", 9, &lease("z", at(6)), at(6)).await?;
    assert_eq!(again.iter().map(|item| (item.mention, item.earlier_tries)).collect::<Vec<_>>(), [(ids[0], 0)]);
    Ok(())
}

/// Whoever lost the lease can no longer report a failure.
pub async fn a_failure_without_the_lease_is_ignored(store: &impl Store) -> Result<()> {
    let ids = three_queued(store).await?;
    claimed(store, "x", 1, 3).await?;
    assert!(!store.fail(ENRICH, "first", "y", ids[0], "boom", 1).await?);
    assert_eq!(store.backlog(ENRICH, "first", at(3)).await?, Backlog { ready: 2, leased: 1, set_aside: 0 });
    Ok(())
}

/// A mention revised while it is being judged is queued afresh and the old judgement is dropped.
pub async fn a_revision_takes_the_lease_away(store: &impl Store) -> Result<()> {
    let ids = three_queued(store).await?;
    claimed(store, "x", 3, 3).await?;
    store.fail(ENRICH, "first", "x", ids[1], "boom", 1).await?;
    let edited = vec![mention("a", "edited"), mention("b", "edited")];
    store.commit_page(&shop(), &page(edited, "c"), at(4)).await?;
    let backlog = store.backlog(ENRICH, "first", at(4)).await?;
    assert_eq!(backlog, Backlog { ready: 2, leased: 1, set_aside: 0 }, "the new text deserves new tries");
    let old = judgement(ids[0], vec![opinion("a", moodline_types::SentimentLabel::Neutral)]);
    assert_eq!(store.write_judgements(&id("first"), "x", &[old], at(5)).await?.lost, 1);
    let again = store.claim(ENRICH, "first", 9, &lease("y", at(5)), at(5)).await?;
    assert_eq!(
        again.iter().map(|item| (item.mention, item.earlier_tries)).collect::<Vec<_>>(),
        [(ids[0], 0), (ids[1], 0)]
    );
    Ok(())
}

/// A worker that dies silently leaves a try behind.
pub async fn a_crash_counts_as_a_try(store: &impl Store) -> Result<()> {
    three_queued(store).await?;
    claimed(store, "x", 1, 3).await?;
    let again = store.claim(ENRICH, "first", 1, &lease("y", at(20)), at(20)).await?;
    assert_eq!(again[0].earlier_tries, 1);
    Ok(())
}
