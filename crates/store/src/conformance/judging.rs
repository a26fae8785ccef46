//! Models and their opinions.

use moodline_types::{Embedding, Emotions, JudgedOpinion, MentionId, Sentiment, SentimentLabel};

use super::given::{at, id, judged, judgement, lease, map, mention, model, one_judged, opinion, stored};
use crate::{ModelRecord, Result, Store, WorkKind, WriteOutcome};

use SentimentLabel::{Negative, Neutral, Positive};

/// The first model registered is the one whose opinions count.
pub async fn the_first_model_is_adopted(store: &impl Store) -> Result<()> {
    assert_eq!(store.adopted_model().await?, None);
    store.register_model(&model(), at(0)).await?;
    store.register_model(&ModelRecord { id: id("second"), ..model() }, at(1)).await?;
    assert_eq!(store.adopted_model().await?, Some(model()));
    Ok(())
}

/// A later model judges everything beside the first and changes nothing of what counts.
pub async fn a_second_model_judges_beside_the_first(store: &impl Store) -> Result<()> {
    let first = one_judged(store, &[("good", Positive)]).await?;
    let second = ModelRecord { id: id("second"), ..model() };
    store.register_model(&second, at(5)).await?;
    assert_eq!(store.backlog(WorkKind::Enrich, "second", at(5)).await?.ready, 1);
    assert_eq!(store.backlog(WorkKind::Enrich, "first", at(5)).await?.ready, 0);
    store.claim(WorkKind::Assign, "m", 9, &lease("x", at(5)), at(5)).await?;
    judged(store, &second.id, &[judgement(first.mention.id, vec![opinion("good", Negative)])]).await?;
    let leased = store.backlog(WorkKind::Assign, "m", at(5)).await?.leased;
    assert_eq!(leased, 1, "opinions of a model that is not adopted place nothing");
    assert_eq!(store.judged_mentions(&model().id, &[first.mention.id]).await?, vec![first]);
    assert_eq!((store.opinion_count(&model().id).await?, store.opinion_count(&second.id).await?), (1, 1));
    let found = store.find_mentions(&moodline_types::MentionQuery::default()).await?.rows;
    assert_eq!(found.iter().map(|row| row.label).collect::<Vec<_>>(), [Positive]);
    Ok(())
}

/// Judging a mention again replaces that model's opinions of it, under new ids.
pub async fn opinions_are_replaced_not_added(store: &impl Store) -> Result<()> {
    let before = one_judged(store, &[("good", Positive), ("slow", Negative)]).await?;
    store.commit_page(&super::given::shop(), &super::given::page(vec![mention("1", "meh")], "c"), at(5)).await?;
    let mut anew = judgement(before.mention.id, vec![opinion("meh", Neutral)]);
    (anew.revision, anew.language) = (2, Some("de".to_owned()));
    let after = judged(store, &model().id, &[anew]).await?.remove(0);
    assert_eq!(after.opinions.len(), 1);
    assert_eq!((after.opinions[0].revision, after.mention.language.as_deref()), (2, Some("de")));
    assert!(before.opinions.iter().all(|old| old.id != after.opinions[0].id));
    assert_eq!(store.opinion_count(&model().id).await?, 1);
    Ok(())
}

/// An opinion comes back with everything it was given, in the order of the text.
pub async fn opinions_round_trip(store: &impl Store) -> Result<()> {
    store.register_model(&model(), at(0)).await?;
    let ids = stored(store, &[mention("1", "很好 but slow"), mention("2", "unjudged")]).await?;
    let full = JudgedOpinion {
        start: 3,
        end: 11,
        evidence: "but slow".to_owned(),
        sentiment: Sentiment { negative: 0.625, neutral: 0.25, positive: 0.125 },
        label: SentimentLabel::Unsure,
        emotions: Emotions::from_array([0.0, 0.125, 0.25, 0.375, 0.5, 0.625, 0.75]),
        embedding: Embedding::from_f32(&[-1.0, 0.5, 0.0, 1.0]),
    };
    let opinions = vec![opinion("很好", Positive), full.clone()];
    judged(store, &model().id, &[judgement(ids[0], opinions.clone())]).await?;
    let back = store.judged_mentions(&model().id, &[ids[1], ids[0], MentionId(99_999)]).await?;
    assert_eq!(back.len(), 2);
    assert!(back[1].opinions.is_empty(), "the other mention is not judged yet");
    let kept: Vec<JudgedOpinion> = back[0].opinions.iter().map(|opinion| opinion.judged.clone()).collect();
    assert_eq!(kept, opinions);
    Ok(())
}

/// In a batch, only the mention whose lease is gone is dropped.
pub async fn a_lost_lease_drops_only_its_mention(store: &impl Store) -> Result<()> {
    store.register_model(&model(), at(0)).await?;
    store.register_map(&map("m"), at(0)).await?;
    let ids = stored(store, &[mention("1", "a"), mention("2", "b")]).await?;
    store.claim(WorkKind::Enrich, "first", 9, &lease("x", at(1)), at(1)).await?;
    store.commit_page(&super::given::shop(), &super::given::page(vec![mention("1", "A")], "c"), at(2)).await?;
    let both = [judgement(ids[0], vec![opinion("a", Neutral)]), judgement(ids[1], vec![opinion("b", Neutral)])];
    let outcome = store.write_judgements(&id("first"), "x", &both, at(3)).await?;
    assert_eq!(outcome, WriteOutcome { written: 1, lost: 1 });
    let back = store.judged_mentions(&id("first"), &ids).await?;
    assert_eq!(back.iter().map(|judged| judged.opinions.len()).collect::<Vec<_>>(), [0, 1]);
    assert_eq!(store.backlog(WorkKind::Assign, "m", at(3)).await?.ready, 1);
    assert_eq!(store.backlog(WorkKind::Enrich, "first", at(3)).await?.ready, 1);
    Ok(())
}

/// A batch that was finished is finished: the same result again is lost, not doubled.
pub async fn a_finished_batch_cannot_be_finished_twice(store: &impl Store) -> Result<()> {
    store.register_model(&model(), at(0)).await?;
    let ids = stored(store, &[mention("1", "a")]).await?;
    store.claim(WorkKind::Enrich, "first", 9, &lease("x", at(1)), at(1)).await?;
    let result = [judgement(ids[0], vec![opinion("a", Neutral)])];
    assert_eq!(store.write_judgements(&id("first"), "x", &result, at(2)).await?.written, 1);
    assert_eq!(store.write_judgements(&id("first"), "x", &result, at(2)).await?.lost, 1);
    assert_eq!(store.opinion_count(&id("first")).await?, 1);
    Ok(())
}

/// A new calibration of the adopted model queues what it judged for every map; the same one queues nothing.
pub async fn a_new_calibration_queues_every_map(store: &impl Store) -> Result<()> {
    let judged = one_judged(store, &[("good", Positive)]).await?;
    let placed = super::given::placed(&judged, &[None]);
    super::given::assigned(store, &id("m"), &[placed]).await?;
    store.register_model(&model(), at(5)).await?;
    assert_eq!(store.backlog(WorkKind::Assign, "m", at(5)).await?.ready, 0);
    store.register_model(&ModelRecord { id: id("second"), ..model() }, at(5)).await?;
    store.register_model(&ModelRecord { id: id("second"), unassigned_below: 0.1, ..model() }, at(5)).await?;
    assert_eq!(store.backlog(WorkKind::Assign, "m", at(5)).await?.ready, 0, "the second is not adopted");
    let calibrated = ModelRecord { unassigned_below: 0.25, ..model() };
    store.register_model(&calibrated, at(6)).await?;
    assert_eq!(store.adopted_model().await?, Some(calibrated));
    assert_eq!(store.backlog(WorkKind::Assign, "m", at(6)).await?.ready, 1);
    Ok(())
}

/// A write that fails in its middle leaves the old opinions and the lease as they were.
pub async fn a_failed_write_leaves_nothing(store: &impl Store) -> Result<()> {
    let before = one_judged(store, &[("good", Positive)]).await?;
    let rerun = super::given::page(vec![mention("1", "edited"), mention("2", "new")], "c");
    store.commit_page(&super::given::shop(), &rerun, at(5)).await?;
    let ids = stored(store, &[mention("1", "edited"), mention("2", "new")]).await?;
    store.claim(WorkKind::Enrich, "first", 9, &lease("x", at(6)), at(6)).await?;
    // One of the two was judged by a model nobody registered: nothing of the batch may be written.
    let both = [judgement(ids[0], vec![opinion("e", Neutral)]), judgement(ids[1], vec![opinion("n", Neutral)])];
    assert_eq!(store.write_judgements(&id("nobody"), "x", &both, at(7)).await?.lost, 2);
    let mut damaged = both.clone();
    damaged[1].opinions[0].sentiment.negative = f32::NAN;
    // SQLite reads NaN as NULL and refuses it; PostgreSQL can hold it. Either way all of the batch or nothing is there.
    let refused = store.write_judgements(&id("first"), "x", &damaged, at(7)).await.is_err();
    let now = store.judged_mentions(&id("first"), &ids).await?;
    let counts: Vec<usize> = now.iter().map(|judged| judged.opinions.len()).collect();
    assert_eq!(counts, if refused { [1, 0] } else { [1, 1] });
    if refused {
        assert_eq!(now[0].opinions, before.opinions);
        assert_eq!(store.backlog(WorkKind::Enrich, "first", at(7)).await?.leased, 2);
    }
    Ok(())
}
