//! Who did what, and who may do what.

use moodline_types::SentimentLabel;

use super::given::{at, lease, mention, model, one_judged, stored};
use crate::{NewAct, NewOverride, Result, Store, WorkKind};

fn act(action: &str) -> NewAct {
    NewAct {
        actor: "mei".to_owned(),
        action: action.to_owned(),
        subject: "the database".to_owned(),
        detail: "to x.db".to_owned(),
    }
}

/// Who corrected what is on record as soon as the correction holds.
pub async fn a_correction_is_on_record(store: &impl Store) -> Result<()> {
    let judged = one_judged(store, &[("slow", SentimentLabel::Positive)]).await?;
    let opinion = judged.opinions[0].id;
    let new =
        NewOverride { sentiment: Some(SentimentLabel::Negative), actor: "mei".to_owned(), ..NewOverride::default() };
    store.add_override(opinion, &new, at(9)).await?;
    let acts = store.acts(Some("relabel"), 10).await?;
    assert_eq!(acts.len(), 1);
    assert_eq!((acts[0].at, acts[0].act.actor.as_str()), (at(9), "mei"));
    assert_eq!(acts[0].act.subject, format!("opinion {opinion}"));
    assert_eq!(acts[0].act.detail, "sentiment negative");
    Ok(())
}

/// The newest act is first, and one action can be asked for.
pub async fn acts_are_listed_newest_first(store: &impl Store) -> Result<()> {
    for (minute, action) in [(1, "backup"), (2, "erase"), (3, "backup")] {
        store.record_act(&act(action), at(minute)).await?;
    }
    let listed = |acts: Vec<crate::Act>| acts.into_iter().map(|act| act.at).collect::<Vec<_>>();
    assert_eq!(listed(store.acts(None, 2).await?), [at(3), at(2)]);
    assert_eq!(listed(store.acts(Some("backup"), 9).await?), [at(3), at(1)]);
    assert_eq!(store.acts(Some("erase"), 9).await?[0].act, act("erase"));
    Ok(())
}

/// A job has one holder at a time.
pub async fn a_job_is_taken_once_until_it_is_given_back(store: &impl Store) -> Result<()> {
    let first = store.take_job("fetch/shop").await?;
    assert!(first.is_some());
    assert!(store.take_job("fetch/shop").await?.is_none(), "somebody has it");
    assert!(store.take_job("fetch/other").await?.is_some(), "another job is free");
    drop(first);
    assert!(store.take_job("fetch/shop").await?.is_some(), "given back");
    Ok(())
}

/// What a dead process had claimed is free at once, its try counted; what a living one has stays.
pub async fn work_of_a_process_that_is_gone_is_freed(store: &impl Store) -> Result<()> {
    let _me = store.announce().await?;
    store.register_model(&model(), at(0)).await?;
    stored(store, &[mention("1", "a"), mention("2", "b"), mention("3", "c")]).await?;
    let mine = crate::Lease::new(at(1), std::time::Duration::from_mins(9));
    store.claim(WorkKind::Enrich, "first", 1, &mine, at(1)).await?;
    store.claim(WorkKind::Enrich, "first", 1, &lease("1234-5/0", at(1)), at(1)).await?;
    let living = store.take_job("worker/77-7").await?;
    store.claim(WorkKind::Enrich, "first", 1, &lease("77-7/0", at(1)), at(1)).await?;
    assert_eq!(store.working().await?.len(), 3);
    assert_eq!(store.free_work_of_the_dead().await?, 1);
    let backlog = store.backlog(WorkKind::Enrich, "first", at(1)).await?;
    assert_eq!((backlog.ready, backlog.leased), (1, 2));
    let again = store.claim(WorkKind::Enrich, "first", 9, &lease("x", at(2)), at(2)).await?;
    assert_eq!(again[0].earlier_tries, 1, "a crash counts as a try");
    drop(living);
    assert_eq!(store.free_work_of_the_dead().await?, 1);
    Ok(())
}
