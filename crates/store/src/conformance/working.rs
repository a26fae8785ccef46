//! Queues and leases.

use std::collections::HashSet;

use moodline_types::{DayWindow, MentionId, SentimentLabel};

use super::given::{at, id, judgement, lease, map, mention, model, opinion, page, placed, shop, stored};
use crate::{Backlog, Judgement, MapRecord, Result, Store, StoreError, WorkKind, WriteOutcome};

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

/// The oldest work left, claimed or not, tells since when everything is done.
pub async fn the_oldest_work_tells_what_is_done(store: &impl Store) -> Result<()> {
    let ids = three_queued(store).await?;
    assert_eq!(store.oldest_waiting(ENRICH, "first").await?, Some(at(0)));
    claimed(store, "x", 1, 3).await?;
    assert_eq!(store.oldest_waiting(ENRICH, "first").await?, Some(at(0)), "claimed is not done");
    for _ in 0..2 {
        store.fail(ENRICH, "first", "x", ids[0], "no", 1).await?;
    }
    assert_eq!(store.oldest_waiting(ENRICH, "first").await?, Some(at(1)), "nobody waits for what was set aside");
    assert_eq!(store.oldest_waiting(ENRICH, "unknown").await?, None);
    Ok(())
}

/// When a lease has ended others may take the batch, and the first holder's result is dropped.
pub async fn a_lease_ends_with_its_time(store: &impl Store) -> Result<()> {
    let ids = three_queued(store).await?;
    claimed(store, "x", 1, 3).await?;
    assert_eq!(claimed(store, "y", 1, 4).await?, ids[1..2]);
    assert_eq!(claimed(store, "z", 1, 13).await?, ids[..1], "ten minutes later the first is free again");
    let late = judgement(ids[0], vec![opinion("a", SentimentLabel::Neutral)]);
    let outcome = store.write_judgements(&id("first"), "x", &[late], at(14)).await?;
    assert_eq!(outcome, WriteOutcome { written: 0, lost: 1 });
    assert_eq!(store.opinion_count(&id("first")).await?, 0);
    Ok(())
}

/// A lease that is extended stays with its holder past its first time; one that nobody extends does not, and extending
/// brings nothing back that another has taken.
pub async fn a_worker_that_lives_keeps_its_work(store: &impl Store) -> Result<()> {
    let ids = three_queued(store).await?;
    claimed(store, "x", 1, 3).await?;
    claimed(store, "y", 1, 3).await?;
    let x = ["x".to_owned()];
    assert_eq!(store.extend(&x, at(25)).await?, 1);
    assert_eq!(claimed(store, "z", 9, 14).await?, ids[1..], "the first is still held, the second is not");
    assert_eq!(store.extend(&["y".to_owned(), "nobody".to_owned()], at(60)).await?, 0, "it is another's");
    let late = judgement(ids[0], vec![opinion("a", SentimentLabel::Neutral)]);
    let outcome = store.write_judgements(&id("first"), "x", &[late], at(15)).await?;
    assert_eq!(outcome, WriteOutcome { written: 1, lost: 0 });
    assert_eq!(store.extend(&x, at(60)).await?, 0, "what is done is not held");
    assert_eq!(claimed(store, "w", 9, 24).await?, ids[1..], "the lease of z has ended");
    Ok(())
}

/// Leases bear a clock that jumps: forward, others take the work and the first result is dropped; backward, the holder
/// goes on as before.
pub async fn a_clock_that_jumps_costs_no_result(store: &impl Store) -> Result<()> {
    let ids = three_queued(store).await?;
    claimed(store, "x", 1, 3).await?;
    assert_eq!(claimed(store, "y", 1, 3 + 60 * 24).await?, ids[..1], "a day later by the clock");
    let verdict = || judgement(ids[0], vec![opinion("a", SentimentLabel::Neutral)]);
    assert_eq!(store.write_judgements(&id("first"), "x", &[verdict()], at(4)).await?.lost, 1);
    // The clock is set right again: the lease of y seems to last a day, and its sign of life makes it short.
    assert_eq!(store.extend(&["y".to_owned()], at(14)).await?, 1);
    assert_eq!(claimed(store, "z", 9, 5).await?, ids[1..]);
    assert_eq!(store.write_judgements(&id("first"), "y", &[verdict()], at(6)).await?.written, 1);
    assert_eq!(store.opinion_count(&id("first")).await?, 1);
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
                return Ok::<_, StoreError>(mine);
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
    let old = judgement(ids[0], vec![opinion("a", SentimentLabel::Neutral)]);
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

/// Reading, judging, placing, correcting and editing maps may all happen at once: nothing is lost, nothing counted
/// twice, nobody ends in a deadlock.
pub async fn everyone_may_work_at_once(store: &impl Store) -> Result<()> {
    store.register_model(&model(), at(0)).await?;
    store.register_map(&map("m"), at(0)).await?;
    let edit = async |round: i64| {
        let edited: Vec<_> =
            (0..30).map(|n| mention(&format!("m{n}"), &format!("text {}", round / (n % 3 + 1)))).collect();
        store.commit_page(&shop(), &page(edited, "c"), at(round)).await?;
        store.register_map(&MapRecord { version: format!("v{}", round / 3), ..map("m") }, at(round)).await
    };
    edit(0).await?;
    let workers = async {
        let editing = async {
            for round in 1..15 {
                edit(round).await?;
            }
            Ok::<_, StoreError>(())
        };
        let judging = async |name: &str| {
            for round in 0..15 {
                judge_some(store, &format!("{name} {round}"), 7).await?;
            }
            Ok::<_, StoreError>(())
        };
        let placing = async |name: &str| {
            for round in 0..15 {
                place_some(store, &format!("{name} {round}"), 7).await?;
            }
            Ok::<_, StoreError>(())
        };
        let outcome = tokio::join!(editing, judging("a"), judging("b"), placing("c"), placing("d"));
        outcome.0.and(outcome.1).and(outcome.2).and(outcome.3).and(outcome.4)
    };
    workers.await?;
    while judge_some(store, "last judge", 50).await? + place_some(store, "last placer", 50).await? > 0 {}

    let ids: Vec<MentionId> = (1..=1000).map(MentionId).collect();
    let judged = store.judged_mentions(&model().id, &ids).await?;
    assert_eq!(judged.len(), 30);
    for judged in &judged {
        assert_eq!(judged.opinions.len(), 1);
        assert_eq!(judged.opinions[0].judged.evidence, judged.mention.text, "the newest text is the one judged");
    }
    assert_eq!(store.recount(&id("m")).await?, []);
    let everything = DayWindow { from: super::given::day(-9), to: super::given::day(9) };
    let counted: u64 = store.rollups(&id("m"), everything).await?.iter().map(|row| row.counts.n()).sum();
    assert_eq!(counted, 30);
    Ok(())
}

/// Judges up to `limit` mentions as their text stands; how many were claimed.
async fn judge_some(store: &impl Store, holder: &str, limit: u32) -> Result<usize> {
    let batch = store.claim(ENRICH, "first", limit, &lease(holder, at(0)), at(0)).await?;
    let ids: Vec<MentionId> = batch.iter().map(|item| item.mention).collect();
    let verdicts = [SentimentLabel::Negative, SentimentLabel::Neutral, SentimentLabel::Positive];
    let judgements: Vec<_> = store
        .mentions(&ids)
        .await?
        .into_iter()
        .map(|mention| Judgement {
            revision: mention.revision,
            ..judgement(mention.id, vec![opinion(&mention.text, verdicts[mention.text.len() % 3])])
        })
        .collect();
    store.write_judgements(&id("first"), holder, &judgements, at(0)).await?;
    Ok(ids.len())
}

/// Places up to `limit` mentions by their opinions as they stand; how many were claimed.
async fn place_some(store: &impl Store, holder: &str, limit: u32) -> Result<usize> {
    let batch = store.claim(WorkKind::Assign, "m", limit, &lease(holder, at(0)), at(0)).await?;
    let ids: Vec<MentionId> = batch.iter().map(|item| item.mention).collect();
    let judged = store.judged_mentions(&id("first"), &ids).await?;
    let all: Vec<_> = judged.iter().map(|judged| placed(judged, &[Some("till")])).collect();
    store.write_assignments(&id("m"), holder, &all, at(0)).await?;
    Ok(ids.len())
}
