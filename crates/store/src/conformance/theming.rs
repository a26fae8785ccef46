//! What many opinions at one touchpoint say alike.

use moodline_types::{
    AssignmentReason, DayWindow, Embedding, Emotion, Measured, MentionId, OpinionId, RunKind, SentimentLabel, Theme,
    ThemeId, ThemeKind, ThemedTouchpoint,
};

use super::given::{assigned, at, day, id, judged, judgement, map, mention, model, opinion, place, placed, stored};
use crate::{Clustering, JudgedMention, NewMention, NewTheme, NewVoice, Result, Store, ThemeSet, TouchpointThemes};

/// The week that ends with [`day`]`(0)`.
fn week() -> DayWindow {
    DayWindow::ending(day(0), 7)
}

/// Mentions `days` days old, each with one negative opinion at the till of map `m`.
async fn at_the_till(store: &impl Store, days: &[i64]) -> Result<Vec<JudgedMention>> {
    lying(store, Some("till"), days).await
}

/// The same at any touchpoint or at none.
async fn lying(store: &impl Store, touchpoint: Option<&str>, days: &[i64]) -> Result<Vec<JudgedMention>> {
    store.register_model(&model(), at(0)).await?;
    store.register_map(&map("m"), at(0)).await?;
    let mentions: Vec<NewMention> = days
        .iter()
        .enumerate()
        .map(|(n, days)| NewMention {
            posted_at: at(-60 * 24 * days),
            ..mention(&n.to_string(), &format!("slow till {n}"))
        })
        .collect();
    let ids = stored(store, &mentions).await?;
    let judgements: Vec<_> = ids
        .iter()
        .zip(&mentions)
        .map(|(id, mention)| judgement(*id, vec![opinion(&mention.text, SentimentLabel::Negative)]))
        .collect();
    let judged = judged(store, &model().id, &judgements).await?;
    let places: Vec<_> = judged.iter().map(|judged| placed(judged, &[touchpoint])).collect();
    assigned(store, &id("m"), &places).await?;
    Ok(judged)
}

fn theme(id: Option<ThemeId>, quotes: Vec<OpinionId>) -> NewTheme {
    NewTheme {
        id,
        kind: ThemeKind::Complaint,
        terms: vec!["slow till".to_owned(), "收银慢".to_owned()],
        centre: Embedding::from_f32(&[0.5, -0.5, 0.25, 1.0]),
        quotes,
        mentions: 3,
        mentions_before: 1,
        share: 0.75,
        share_change: Some(Measured { value: 0.25, low: -0.25, high: 0.5 }),
        emotion: Emotion::Anger,
        impact: Some(Measured { value: -0.5, low: -0.75, high: -0.125 }),
    }
}

fn themed(touchpoint: &str) -> ThemedTouchpoint {
    ThemedTouchpoint {
        place: place(touchpoint),
        mentions: 4,
        impact: Some(Measured { value: -0.5, low: -0.75, high: -0.25 }),
        opinions: 9,
        sampled: 8,
    }
}

/// Every opinion is a voice; those of the first `inside` in the only theme.
fn clustering(judged: &[JudgedMention], inside: usize) -> Clustering {
    let voice = |(n, judged): (usize, &JudgedMention)| NewVoice {
        opinion: judged.opinions[0].id,
        mention: judged.mention.id,
        kind: ThemeKind::Complaint,
        theme: (n < inside).then_some(0),
        centrality: if n < inside { 1.0 / (n as f32 + 1.0) } else { 0.0 },
    };
    Clustering { mark: "a mark".to_owned(), voices: judged.iter().enumerate().map(voice).collect() }
}

async fn write(store: &impl Store, touchpoints: &[TouchpointThemes]) -> Result<ThemeSet> {
    let run = store.start_run(RunKind::Themes, "m", at(9)).await?;
    store.write_themes(run, &id("m"), week(), touchpoints, "done", at(10)).await?;
    Ok(store.themes(&id("m"), None).await?.expect("themes that were written are there"))
}

/// Opinions are counted by touchpoint and day, a verdict that changes changes the sum, and what is hidden is not there.
pub async fn what_lies_at_touchpoints_is_marked_day_by_day(store: &impl Store) -> Result<()> {
    let judged = at_the_till(store, &[0, 0, 3, 30]).await?;
    let marks = store.theme_marks(&id("m"), week()).await?;
    let days: Vec<_> = marks.iter().map(|mark| (mark.day, mark.opinions)).collect();
    assert_eq!(days, [(day(-3), 1), (day(0), 2)]);
    assert!(marks.iter().all(|mark| mark.touchpoint == id("till")));
    let before = marks[1].sum;
    let said =
        crate::NewOverride { sentiment: Some(SentimentLabel::Positive), actor: "p".into(), ..Default::default() };
    store.add_override(judged[0].opinions[0].id, &said, at(5)).await?;
    let again: Vec<_> = store
        .judged_mentions(&model().id, &[judged[0].mention.id])
        .await?
        .iter()
        .map(|j| placed(j, &[Some("till")]))
        .collect();
    assigned(store, &id("m"), &again).await?;
    assert_ne!(store.theme_marks(&id("m"), week()).await?[1].sum, before);
    Ok(())
}

/// An opinion comes with its vector, its verdict, its day and as what its mention counts there; outside the window it
/// does not come.
pub async fn opinions_come_with_what_their_mention_counts_as(store: &impl Store) -> Result<()> {
    let judged = at_the_till(store, &[0, 2, 30]).await?;
    let found = store.theme_opinions(&id("m"), &id("till"), week(), 100).await?;
    assert_eq!(found.len(), 2);
    let own = &judged[1].opinions[0];
    assert_eq!(found[1].opinion, own.id);
    assert_eq!(found[1].mention, judged[1].mention.id);
    assert_eq!(found[1].embedding, own.judged.embedding);
    assert_eq!((found[1].verdict, found[1].counted), (SentimentLabel::Negative, SentimentLabel::Negative));
    assert_eq!((found[1].day, found[1].language.as_deref()), (day(-2), Some("en")));
    assert_eq!(found[1].evidence, "slow till 1");
    assert_eq!(store.theme_opinions(&id("m"), &id("desk"), week(), 100).await?, []);
    Ok(())
}

/// What lies at no touchpoint is read apart, without what a person put nowhere, and counted whole where a part is read.
pub async fn what_fits_nowhere_is_read_apart(store: &impl Store) -> Result<()> {
    let judged = lying(store, None, &[1, 2, 30]).await?;
    let read = async |limit| store.unplaced_opinions(&id("m"), week(), limit).await;
    let all = read(100).await?;
    let found: Vec<_> = all.opinions.iter().map(|opinion| (opinion.opinion, opinion.day)).collect();
    assert_eq!(found, [(judged[0].opinions[0].id, day(-1)), (judged[1].opinions[0].id, day(-2))], "in the window");
    assert_eq!(all.opinions[0].embedding, judged[0].opinions[0].judged.embedding);
    let few = read(1).await?;
    assert_eq!((all.total, few.total, few.opinions.len()), (2, 2, 1));
    assert_eq!(store.theme_opinions(&id("m"), &id("till"), week(), 100).await?, []);

    let said = crate::NewOverride { place: Some((id("m"), None)), actor: "p".into(), ..Default::default() };
    store.add_override(judged[0].opinions[0].id, &said, at(5)).await?;
    let again = store.judged_mentions(&model().id, &[judged[0].mention.id]).await?;
    let mut nowhere = placed(&again[0], &[None]);
    nowhere.assignments[0].reason = AssignmentReason::Override;
    assigned(store, &id("m"), &[nowhere]).await?;
    assert_eq!(read(100).await?.opinions, all.opinions[1..]);
    Ok(())
}

/// A sample depends on nothing but the opinions' ids: the same again, and part of any larger one.
pub async fn a_sample_is_the_same_whatever_comes(store: &impl Store) -> Result<()> {
    at_the_till(store, &[0; 40]).await?;
    let ids = async |limit| {
        let found = store.theme_opinions(&id("m"), &id("till"), week(), limit).await?;
        Result::Ok(found.into_iter().map(|opinion| opinion.opinion).collect::<Vec<_>>())
    };
    let (few, more, all) = (ids(10).await?, ids(20).await?, ids(100).await?);
    assert_eq!((few.len(), more.len(), all.len()), (10, 20, 40));
    assert!(few.is_sorted() && few.iter().all(|id| more.contains(id)) && more.iter().all(|id| all.contains(id)));
    assert_eq!(ids(10).await?, few);
    assert_ne!(few, all[..10], "not simply the oldest");
    Ok(())
}

/// Themes come back with everything they were given; a known one keeps its id and the day it was first seen.
pub async fn themes_appear_whole_and_keep_their_ids(store: &impl Store) -> Result<()> {
    let judged = at_the_till(store, &[0, 1, 2]).await?;
    assert_eq!(store.themes(&id("m"), None).await?, None);
    let opinions: Vec<OpinionId> = judged.iter().map(|judged| judged.opinions[0].id).collect();
    let new = TouchpointThemes {
        touchpoint: themed("till"),
        themes: vec![theme(None, vec![opinions[2], opinions[0]])],
        clustering: Some(clustering(&judged, 2)),
    };
    let first = write(store, std::slice::from_ref(&new)).await?;
    assert_eq!((first.window, first.run.kind, &first.touchpoints), (week(), RunKind::Themes, &vec![themed("till")]));
    let written = first.themes[0].clone();
    let Theme { id: known, terms, quotes, share_change, impact, emotion, first_seen, .. } = &written;
    assert_eq!(*terms, ["slow till", "收银慢"]);
    let said: Vec<_> = quotes.iter().map(|quote| (quote.opinion, quote.text.as_str())).collect();
    assert_eq!(said, [(opinions[2], "slow till 2"), (opinions[0], "slow till 0")]);
    assert_eq!((share_change.map(|c| c.low), impact.map(|i| i.high)), (Some(-0.25), Some(-0.125)));
    assert_eq!((*emotion, *first_seen), (Emotion::Anger, at(10)));

    let kept = TouchpointThemes { themes: vec![theme(Some(*known), vec![opinions[1]])], clustering: None, ..new };
    let second = write(store, &[kept]).await?;
    assert_eq!((second.themes[0].id, second.themes[0].first_seen), (*known, at(10)));
    assert_eq!(store.themes(&id("m"), Some(first.run.id)).await?, Some(first), "every run is a version");
    let remembered = store.known_themes(&id("m"), &id("till"), at(0)).await?;
    assert_eq!(
        remembered.iter().map(|theme| (theme.id, theme.kind)).collect::<Vec<_>>(),
        [(*known, ThemeKind::Complaint)]
    );
    assert_eq!(store.known_themes(&id("m"), &id("till"), at(11)).await?, [], "nobody spoke of it since");
    assert_eq!(store.theme_marks_kept(&id("m")).await?.get(&id("till")).map(String::as_str), Some("a mark"));
    Ok(())
}

/// Voices are kept until the touchpoint is clustered again, and go with their opinions.
pub async fn voices_follow_their_opinions(store: &impl Store) -> Result<()> {
    let judged = at_the_till(store, &[0, 1, 2, 30]).await?;
    let new = TouchpointThemes {
        touchpoint: themed("till"),
        themes: vec![theme(None, vec![judged[0].opinions[0].id])],
        clustering: Some(clustering(&judged, 2)),
    };
    let known = write(store, &[new]).await?.themes[0].id;
    let voices = store.theme_voices(&id("m"), &id("till"), week()).await?;
    let themes: Vec<_> = voices.iter().map(|voice| voice.theme).collect();
    assert_eq!(themes, [Some(known), Some(known), None], "in the window");
    assert_eq!((voices[1].day, voices[1].counted), (day(-1), SentimentLabel::Negative));
    let mentions: Vec<MentionId> = judged.iter().take(2).map(|judged| judged.mention.id).collect();
    assert_eq!(store.theme_mentions(&[known]).await?.get(&known), Some(&mentions));

    let erasure = crate::Erasure {
        mentions: vec![judged[0].mention.id],
        marks: Vec::new(),
        respondents: Vec::new(),
        rejected_with: None,
        act: crate::NewAct { actor: "p".into(), action: "erase".into(), subject: "one".into(), detail: String::new() },
    };
    store.erase(&erasure, at(12)).await?;
    assert_eq!(store.theme_mentions(&[known]).await?.get(&known), Some(&mentions[1..].to_vec()));
    let set = store.themes(&id("m"), None).await?.expect("the run is still there");
    assert_eq!(set.themes[0].quotes, [], "no word of what was erased");
    Ok(())
}

/// What a map no longer has keeps neither voices nor a mark.
pub async fn touchpoints_that_are_gone_are_forgotten(store: &impl Store) -> Result<()> {
    let judged = at_the_till(store, &[0, 1]).await?;
    let new = TouchpointThemes {
        touchpoint: themed("till"),
        themes: vec![theme(None, Vec::new())],
        clustering: Some(clustering(&judged, 2)),
    };
    write(store, &[new]).await?;
    let other = TouchpointThemes { touchpoint: themed("desk"), themes: Vec::new(), clustering: None };
    write(store, &[other]).await?;
    assert_eq!(store.theme_marks_kept(&id("m")).await?.len(), 0);
    assert_eq!(store.theme_voices(&id("m"), &id("till"), week()).await?, []);
    Ok(())
}
