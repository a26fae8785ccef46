//! Models side by side: adopting, undoing it, forgetting.

use moodline_types::{MentionId, MentionQuery, SentimentLabel};

use super::given::{
    assigned, at, id, judged, judgement, map, mention, model, one_judged, opinion, page, placed, shop, stored,
};
use crate::{
    Adoption, Forgetting, JudgedMention, MapHead, ModelRecord, NewOverride, Result, Store, StoreError, WorkKind,
};

use SentimentLabel::{Negative, Neutral, Positive};

fn second() -> ModelRecord {
    ModelRecord { id: id("second"), unassigned_below: 0.25, ..model() }
}

/// A mention judged positive by the first model and placed on the map `m`, and negative by the second, in two parts.
async fn judged_twice(store: &impl Store) -> Result<(JudgedMention, JudgedMention)> {
    let first = one_judged(store, &[("not bad at all", Positive)]).await?;
    assigned(store, &id("m"), &[placed(&first, &[Some("till")])]).await?;
    store.register_model(&second(), at(5)).await?;
    let mut parts = [opinion("not bad", Negative), opinion("at all", Neutral)];
    (parts[1].start, parts[1].end) = (8, 14);
    let mut again = judged(store, &second().id, &[judgement(first.mention.id, parts.to_vec())]).await?;
    Ok((first, again.remove(0)))
}

/// In the order of the text.
async fn shown(store: &impl Store) -> Result<Vec<(SentimentLabel, Option<String>)>> {
    let rows = store.find_mentions(&MentionQuery { map: Some(id("m")), ..MentionQuery::default() }).await?.rows;
    Ok(rows.into_iter().rev().map(|row| (row.label, row.place.map(|(_, touchpoint)| touchpoint.to_string()))).collect())
}

/// Every model is listed with what it has judged, and where it is.
pub async fn models_are_listed_with_what_they_judged(store: &impl Store) -> Result<()> {
    assert_eq!(store.models().await?, []);
    judged_twice(store).await?;
    stored(store, &[mention("2", "new")]).await?;
    store.locate_model(&id("second"), "native", "/srv/models/second").await?;
    store.locate_model(&id("nobody"), "native", "/nowhere").await?;
    let models = store.models().await?;
    let told: Vec<_> = models
        .iter()
        .map(|state| {
            (state.record.id.as_str(), state.is_adopted, state.mentions, state.opinions, state.folder.as_deref())
        })
        .collect();
    assert_eq!(told, [("second", false, 1, 2, Some("/srv/models/second")), ("first", true, 1, 1, None)]);
    assert_eq!((models[0].engine.as_deref(), models[0].registered_at), (Some("native"), at(5)));
    assert_eq!((models[0].adopted_at, models[1].adopted_at), (None, Some(at(0))));
    assert_eq!(models[0].record, second());
    Ok(())
}

/// Adopting another model moves everything that counts to its opinions, once they are placed.
pub async fn an_adopted_model_is_the_one_that_counts(store: &impl Store) -> Result<()> {
    let (first, again) = judged_twice(store).await?;
    assert_eq!(shown(store).await?, [(Positive, Some("till".to_owned()))]);
    assert_eq!(store.adopt_model(&second().id, "mei", at(6)).await?, Adoption::Adopted { before: Some(model().id) });
    assert_eq!(store.adopted_model().await?, Some(second()));
    assert_eq!(store.backlog(WorkKind::Assign, "m", at(6)).await?.ready, 1);
    assert_eq!(shown(store).await?, [], "its opinions are not placed yet");

    assigned(store, &id("m"), &[placed(&again, &[Some("door"), Some("door")])]).await?;
    let shown = shown(store).await?;
    assert_eq!(shown, [(Negative, Some("door".to_owned())), (Neutral, Some("door".to_owned()))]);
    assert_eq!(store.recount(&id("m")).await?, []);
    let window = moodline_types::DayWindow { from: super::given::day(-1), to: super::given::day(1) };
    let rollups = store.rollups(&id("m"), window).await?;
    assert_eq!(rollups.iter().map(|row| row.touchpoint.clone()).collect::<Vec<_>>(), [Some(id("door"))]);
    assert_eq!(store.judged_mentions(&model().id, &[first.mention.id]).await?, vec![first], "nothing is deleted");
    Ok(())
}

/// Adopting the model before undoes it, also where the clock was set back meanwhile.
pub async fn an_adoption_is_undone_by_adopting_the_model_before(store: &impl Store) -> Result<()> {
    let (first, again) = judged_twice(store).await?;
    store.adopt_model(&second().id, "mei", at(6)).await?;
    assigned(store, &id("m"), &[placed(&again, &[Some("door"), None])]).await?;
    assert_eq!(store.adopt_model(&model().id, "mei", at(-60)).await?, Adoption::Adopted { before: Some(second().id) });
    assert_eq!(store.adopt_model(&model().id, "mei", at(7)).await?, Adoption::Unchanged);
    assert_eq!(store.adopted_model().await?, Some(model()));
    assigned(store, &id("m"), &[placed(&first, &[Some("till")])]).await?;
    assert_eq!(shown(store).await?, [(Positive, Some("till".to_owned()))]);
    assert_eq!(store.recount(&id("m")).await?, []);
    assert_eq!(store.opinion_count(&second().id).await?, 2);
    Ok(())
}

/// A batch that is being placed when another model is adopted is lost, not written.
pub async fn adopting_takes_the_lease_of_placing_away(store: &impl Store) -> Result<()> {
    let (first, _) = judged_twice(store).await?;
    store.adopt_model(&second().id, "mei", at(6)).await?;
    store.adopt_model(&model().id, "mei", at(7)).await?;
    store.claim(WorkKind::Assign, "m", 9, &super::given::lease("x", at(8)), at(8)).await?;
    store.adopt_model(&second().id, "mei", at(9)).await?;
    let outcome = store.write_assignments(&id("m"), "x", &[placed(&first, &[None])], at(10)).await?;
    assert_eq!((outcome.written, outcome.lost), (0, 1));
    Ok(())
}

/// A mention that only the model before has judged is placed again too: it counts nowhere until the new one judges it.
pub async fn what_the_adopted_model_has_not_judged_is_placed_again(store: &impl Store) -> Result<()> {
    judged_twice(store).await?;
    let ids = stored(store, &[mention("2", "new")]).await?;
    judged(store, &model().id, &[judgement(ids[0], vec![opinion("new", Neutral)])]).await?;
    store.claim(WorkKind::Assign, "m", 9, &super::given::lease("x", at(5)), at(5)).await?;
    store.adopt_model(&second().id, "mei", at(6)).await?;
    assert_eq!(store.backlog(WorkKind::Assign, "m", at(6)).await?.ready, 2);
    assert_eq!(store.backlog(WorkKind::Enrich, "second", at(6)).await?.ready, 1);
    Ok(())
}

/// A correction holds for another model's opinions of the same words, wherever that model cut the text.
pub async fn a_correction_holds_for_every_model(store: &impl Store) -> Result<()> {
    let (first, _) = judged_twice(store).await?;
    let new = NewOverride { sentiment: Some(Positive), actor: "ann".to_owned(), ..NewOverride::default() };
    store.add_override(first.opinions[0].id, &new, at(5)).await?;
    store.adopt_model(&second().id, "mei", at(6)).await?;
    let labels = |rows: Vec<moodline_types::MentionRow>| rows.into_iter().map(|row| row.label).collect::<Vec<_>>();
    let rows = store.find_mentions(&MentionQuery::default()).await?.rows;
    assert_eq!(labels(rows), [Positive, Positive], "both parts lie in the corrected words");
    assert_eq!(store.corrected_mentions(None, 9).await?, [first.mention.id]);
    assert_eq!(store.corrected_mentions(Some(first.mention.id), 9).await?, []);
    Ok(())
}

/// A flag that somebody took on shows with the new model's opinions at its touchpoint.
pub async fn a_touched_flag_outlives_its_model(store: &impl Store) -> Result<()> {
    let first = one_judged(store, &[("bad", Negative)]).await?;
    assigned(store, &id("m"), &[placed(&first, &[Some("till")])]).await?;
    store.register_model(&second(), at(5)).await?;
    let again = judged(store, &second().id, &[judgement(first.mention.id, vec![opinion("bad", Negative)])]).await?;
    store.adopt_model(&second().id, "mei", at(6)).await?;
    // As if somebody else's opinion were flagged there: the flag still names the first model's.
    let mut anew = placed(&again[0], &[Some("till")]);
    anew.flags[0].opinion = first.opinions[0].id;
    assigned(store, &id("m"), &[anew]).await?;
    let flagged = MentionQuery { map: Some(id("m")), flagged: true, ..MentionQuery::default() };
    assert_eq!(store.count_mentions(&flagged).await?.rows, 1);
    Ok(())
}

/// Only a model whose opinions do not count can be forgotten; then nothing of it is left, and all else stays.
pub async fn only_what_does_not_count_is_forgotten(store: &impl Store) -> Result<()> {
    let (first, _) = judged_twice(store).await?;
    store
        .write_text_vectors(&second().id, &[("fast delivery".to_owned(), first.opinions[0].judged.embedding.clone())])
        .await?;
    let head = MapHead {
        touchpoint: id("till"),
        version: "v1".to_owned(),
        corrections: 1,
        others: 0,
        fit: None,
        fitted_at: at(5),
    };
    store.keep_heads(&id("m"), &second().id, &[head], false, at(5)).await?;
    assert_eq!(store.forget_model(&model().id, "mei", at(6)).await?, Forgetting::StillCounts);
    assert_eq!(store.forget_model(&second().id, "mei", at(6)).await?, Forgetting::Gone { opinions: 2 });
    assert_eq!(store.models().await?.len(), 1);
    assert_eq!(store.opinion_count(&second().id).await?, 0);
    assert_eq!(store.heads(&id("m"), &second().id).await?, []);
    assert_eq!(shown(store).await?, [(Positive, Some("till".to_owned()))]);
    store.commit_page(&shop(), &page(vec![mention("1", "edited")], "c"), at(7)).await?;
    assert_eq!(store.backlog(WorkKind::Enrich, "second", at(7)).await?.ready, 0, "nothing is queued for it any more");
    let gone = store.adopt_model(&second().id, "mei", at(8)).await;
    assert!(matches!(gone, Err(StoreError::Missing { what: "model", .. })), "{gone:?}");
    assert!(matches!(store.forget_model(&second().id, "mei", at(6)).await, Err(StoreError::Missing { .. })));
    // It may come back as if it were new.
    store.register_model(&second(), at(9)).await?;
    assert_eq!(store.backlog(WorkKind::Enrich, "second", at(9)).await?.ready, 1);
    Ok(())
}

/// Who adopted or forgot a model is on record, once for each change.
pub async fn models_change_hands_on_record(store: &impl Store) -> Result<()> {
    judged_twice(store).await?;
    store.adopt_model(&second().id, "mei", at(6)).await?;
    store.adopt_model(&second().id, "lin", at(7)).await?;
    store.forget_model(&second().id, "lin", at(8)).await?;
    store.forget_model(&model().id, "lin", at(9)).await?;
    let acts = store.acts(None, 9).await?;
    let told: Vec<_> = acts
        .iter()
        .map(|act| {
            (act.at, act.act.actor.as_str(), act.act.action.as_str(), act.act.subject.as_str(), &*act.act.detail)
        })
        .collect();
    let adopted = (at(6), "mei", "adopt", "model second", "instead of first");
    assert_eq!(told, [(at(9), "lin", "forget", "model first", "with its 1 opinion"), adopted]);
    Ok(())
}

/// What two models can be compared on: visible mentions that both judged as they are now.
pub async fn judged_by_both_means_as_they_are_now(store: &impl Store) -> Result<()> {
    store.register_map(&map("m"), at(0)).await?;
    let (first, _) = judged_twice(store).await?;
    let both = |after: Option<MentionId>| {
        let (one, other) = (model().id, second().id);
        async move { store.judged_by_both(&one, &other, after, 9).await }
    };
    assert_eq!(both(None).await?, [first.mention.id]);
    assert_eq!(both(Some(first.mention.id)).await?, []);
    store.hide_mention(&shop(), "1", at(6)).await?;
    assert_eq!(both(None).await?, []);
    store.commit_page(&shop(), &page(vec![mention("1", "edited")], "c"), at(7)).await?;
    assert_eq!(both(None).await?, [], "both opinions are of the text before");
    Ok(())
}
