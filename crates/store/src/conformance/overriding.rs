//! What people say against the machine stays.

use moodline_types::{MentionQuery, OpinionId, SentimentLabel};

use super::given::{
    assigned, at, id, judged, judgement, map, mention, model, one_judged, opinion, page, place, placed, shop,
};
use crate::{HeadFit, MapHead, NewOverride, Override, Result, Store, StoreError, WorkKind};

use SentimentLabel::{Negative, Neutral, Positive};

/// In the order of the text.
async fn labels(store: &impl Store) -> Result<Vec<SentimentLabel>> {
    let rows = store.find_mentions(&MentionQuery::default()).await?.rows;
    Ok(rows.into_iter().rev().map(|row| row.label).collect())
}

/// A correction holds for the words: it survives a new judgement of them and says nothing about other words.
pub async fn a_correction_outlives_the_opinion(store: &impl Store) -> Result<()> {
    let before = one_judged(store, &[("sick!", Negative), ("slow", Negative)]).await?;
    let new = NewOverride { sentiment: Some(Positive), actor: "ann".to_owned(), ..NewOverride::default() };
    store.add_override(before.opinions[0].id, &new, at(5)).await?;
    assert_eq!(labels(store).await?, [Positive, Negative]);
    let unchanged = store.judged_mentions(&model().id, &[before.mention.id]).await?;
    assert_eq!(unchanged, vec![before.clone()], "the model's own words stay");

    store.commit_page(&shop(), &page(vec![mention("1", "sick! late")], "c"), at(6)).await?;
    let opinions = vec![opinion("late", Negative), opinion("sick!", Neutral)];
    judged(store, &model().id, &[judgement(before.mention.id, opinions)]).await?;
    assert_eq!(labels(store).await?, [Negative, Positive]);
    let kept = Override {
        mention: before.mention.id,
        evidence: "sick!".to_owned(),
        sentiment: Some(Positive),
        place: None,
        relevant: None,
        actor: "ann".to_owned(),
        at: at(5),
    };
    assert_eq!(store.overrides(&[before.mention.id]).await?, vec![kept]);
    Ok(())
}

/// Every map places a corrected mention again.
pub async fn a_correction_queues_every_map(store: &impl Store) -> Result<()> {
    let judged = one_judged(store, &[("good", Positive)]).await?;
    store.register_map(&map("n"), at(2)).await?;
    for name in ["m", "n"] {
        assigned(store, &id(name), &[placed(&judged, &[None])]).await?;
    }
    let new = NewOverride { relevant: Some(false), actor: "ann".to_owned(), ..NewOverride::default() };
    store.add_override(judged.opinions[0].id, &new, at(5)).await?;
    for name in ["m", "n"] {
        assert_eq!(store.backlog(WorkKind::Assign, name, at(5)).await?.ready, 1);
    }
    Ok(())
}

/// All corrections are kept, oldest first; the latest sentiment is the one that shows.
pub async fn the_latest_correction_wins_in_lists(store: &impl Store) -> Result<()> {
    let judged = one_judged(store, &[("good", Positive)]).await?;
    let by = |sentiment, place, actor: &str| NewOverride { sentiment, place, relevant: None, actor: actor.to_owned() };
    let corrections = [
        by(Some(Negative), Some((id("m"), Some(place("till")))), "ann"),
        by(Some(Neutral), None, "bob"),
        by(None, Some((id("m"), None)), "cem"),
    ];
    for (minute, new) in (5..).zip(&corrections) {
        store.add_override(judged.opinions[0].id, new, at(minute)).await?;
    }
    let kept = store.overrides(&[judged.mention.id]).await?;
    let kept: Vec<NewOverride> = kept
        .into_iter()
        .map(|kept| NewOverride {
            sentiment: kept.sentiment,
            place: kept.place,
            relevant: kept.relevant,
            actor: kept.actor,
        })
        .collect();
    assert_eq!(kept, corrections);
    assert_eq!(labels(store).await?, [Neutral]);
    let negative = MentionQuery { sentiment: Some(Negative), ..MentionQuery::default() };
    assert_eq!(store.count_mentions(&negative).await?.rows, 0);
    Ok(())
}

/// An opinion that does not exist cannot be corrected, and keeps the others from being.
pub async fn correcting_nothing_is_an_error(store: &impl Store) -> Result<()> {
    let judged = one_judged(store, &[("good", Positive), ("slow", Negative)]).await?;
    let [good, slow] = [0, 1].map(|place| judged.opinions[place].id);
    let new = NewOverride { sentiment: Some(Neutral), actor: "ann".to_owned(), ..NewOverride::default() };
    let outcome = store.add_overrides(&[good, OpinionId(99_999)], &new, at(5)).await;
    assert!(matches!(outcome, Err(StoreError::Missing { what: "opinion", .. })), "{outcome:?}");
    assert_eq!(
        (labels(store).await?, store.overrides(&[judged.mention.id]).await?),
        (vec![Positive, Negative], vec![])
    );
    store.add_overrides(&[good, slow], &new, at(6)).await?;
    assert_eq!((labels(store).await?, store.overrides(&[judged.mention.id]).await?.len()), (vec![Neutral, Neutral], 2));
    Ok(())
}

/// Opinions that people placed are found with their vectors, by the latest word on each.
pub async fn what_people_placed_is_found_by_their_latest_word(store: &impl Store) -> Result<()> {
    let judged = one_judged(store, &[("slow till", Negative), ("cold soup", Negative), ("spam", Negative)]).await?;
    let put = |touchpoint: Option<&str>| NewOverride {
        place: Some((id("m"), touchpoint.map(place))),
        actor: "p".to_owned(),
        ..NewOverride::default()
    };
    for (opinion, said) in [(0, put(Some("desk"))), (0, put(Some("till"))), (1, put(Some("kitchen"))), (1, put(None))] {
        store.add_override(judged.opinions[opinion].id, &said, at(5)).await?;
    }
    store.add_override(judged.opinions[2].id, &put(Some("till")), at(5)).await?;
    let spam = NewOverride { relevant: Some(false), actor: "p".to_owned(), ..NewOverride::default() };
    store.add_override(judged.opinions[2].id, &spam, at(6)).await?;
    let found = store.placed_opinions(&id("m"), &model().id, 10).await?;
    let places: Vec<_> = found.iter().map(|placed| (placed.opinion, placed.touchpoint.as_str())).collect();
    assert_eq!(places, [(judged.opinions[0].id, "till")]);
    assert_eq!((&found[0].embedding, found[0].evidence.as_str()), (&judged.opinions[0].judged.embedding, "slow till"));
    assert_eq!(store.placed_opinions(&id("other"), &model().id, 10).await?, []);
    Ok(())
}

/// Heads come back as they were kept, in place of those before; where others are in use all is placed again.
pub async fn heads_are_kept_per_model(store: &impl Store) -> Result<()> {
    one_judged(store, &[("slow till", Negative)]).await?;
    let fit = HeadFit {
        without: 0.25,
        with: 1.0 / 3.0,
        low: -0.1,
        high: 0.2,
        right_low: 0.01,
        in_use: true,
        bias: -0.75,
        weights: vec![0.1, -0.2, 1e-7, 3.5],
    };
    let head = |touchpoint: &str, fit| MapHead {
        touchpoint: id(touchpoint),
        version: "v1".to_owned(),
        corrections: 31,
        others: 7,
        fit,
        fitted_at: at(3),
    };
    let kept = [head("desk", None), head("till", Some(fit.clone()))];
    assert_eq!(store.heads(&id("m"), &model().id).await?, []);
    let waiting = async || Result::Ok(store.backlog(WorkKind::Assign, "m", at(4)).await?.ready);
    let before = waiting().await?;
    assigned(store, &id("m"), &[]).await?;
    store.keep_heads(&id("m"), &model().id, &kept, false, at(4)).await?;
    assert_eq!(store.heads(&id("m"), &model().id).await?, kept);
    assert_eq!(store.heads(&id("other"), &model().id).await?, []);
    assert_eq!(store.heads(&id("m"), &id("second")).await?, []);
    assert_eq!(before, 1);
    let unused = HeadFit { in_use: false, ..fit };
    store.keep_heads(&id("m"), &model().id, &[head("till", Some(unused.clone()))], true, at(4)).await?;
    assert_eq!(store.heads(&id("m"), &model().id).await?, [head("till", Some(unused))]);
    assert_eq!(waiting().await?, 1, "what was judged waits to be placed again, taken from whoever had claimed it");
    Ok(())
}
