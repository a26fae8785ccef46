//! "What do people dislike at this touchpoint? Show me the mentions."

use moodline_types::{
    Emotion, FlagStatus, MentionOrder, MentionQuery, Rating, SentimentLabel, StarRange, Tally, TouchpointFilter,
};

use super::given::{assigned, at, id, judged, judgement, map, mention, model, opinion, page, place, placed, stored};
use crate::{MentionAssignments, Result, Store, StoreError};

use SentimentLabel::{Mixed, Negative, Neutral, Positive, Unsure};

/// Four mentions on map `m`, in the order of their posting:
///
/// | id | minute | language | opinions |
/// |---|---|---|---|
/// | a | 1 | en | `slow till` negative at till, `nice web` positive at web |
/// | b | 2 | zh-Hans | `好` positive and `慢` negative at till: mixed there |
/// | c | 3 | zh | `whatever 100%` neutral, unassigned |
/// | d | 4 | de | `hm` unsure at web; persona runner |
pub(super) async fn four(store: &impl Store) -> Result<()> {
    store.register_model(&model(), at(0)).await?;
    store.register_map(&map("m"), at(0)).await?;
    let mut mentions = vec![
        mention("a", "slow till nice web"),
        mention("b", "好慢"),
        mention("c", "whatever 100%"),
        mention("d", "hm"),
    ];
    for (new, minute) in mentions.iter_mut().zip(1..) {
        new.posted_at = at(minute);
    }
    mentions[2].title = Some("Größe_Title".to_owned());
    mentions[0].rating = Rating::new(2.0, 1.0, 5.0);
    let ids = stored(store, &mentions).await?;
    let opinions = [
        vec![opinion("slow till", Negative), opinion("nice web", Positive)],
        vec![opinion("好", Positive), opinion("慢", Negative)],
        vec![opinion("whatever 100%", Neutral)],
        vec![opinion("hm", Unsure)],
    ];
    let mut judgements: Vec<_> =
        ids.iter().zip(opinions).map(|(mention, opinions)| judgement(*mention, opinions)).collect();
    for (judgement, language) in judgements.iter_mut().zip(["en", "zh-Hans", "zh", "de"]) {
        judgement.language = Some(language.to_owned());
    }
    judgements[1].opinions[1].sentiment.negative = 0.95;
    let judged = judged(store, &model().id, &judgements).await?;
    let runner = placed(&judged[3], &[Some("web")]);
    let tallies = runner.tallies.iter().map(|tally| Tally { persona: Some(id("runner")), ..tally.clone() }).collect();
    let all = [
        placed(&judged[0], &[Some("till"), Some("web")]),
        placed(&judged[1], &[Some("till"), Some("till")]),
        placed(&judged[2], &[None]),
        MentionAssignments { tallies, ..runner },
    ];
    assigned(store, &id("m"), &all).await
}

pub(super) fn on_map() -> MentionQuery {
    MentionQuery { map: Some(id("m")), ..MentionQuery::default() }
}

/// The evidence of what is found; the count must agree.
pub(super) async fn found(store: &impl Store, query: MentionQuery) -> Result<Vec<String>> {
    let rows = store.find_mentions(&query).await?.rows;
    if query.limit == MentionQuery::default().limit && query.offset == 0 {
        assert_eq!(store.count_mentions(&query).await?.rows, rows.len() as u64, "the count of {query:?}");
    }
    Ok(rows.into_iter().map(|row| row.evidence).collect())
}

/// Without a condition every opinion is listed, newest first, with all that is known.
pub async fn an_empty_query_lists_everything(store: &impl Store) -> Result<()> {
    assert_eq!(found(store, MentionQuery::default()).await?, Vec::<String>::new(), "nor is an empty store an error");
    four(store).await?;
    let everything = ["hm", "whatever 100%", "慢", "好", "nice web", "slow till"];
    assert_eq!(found(store, MentionQuery::default()).await?, everything);
    assert_eq!(found(store, on_map()).await?, everything);
    let rows = store.find_mentions(&on_map()).await?.rows;
    let slow = &rows[5];
    assert_eq!((slow.source.as_str(), slow.external_id.as_str()), ("shop", "a"));
    assert_eq!(
        (slow.posted_at, slow.language.as_deref(), slow.rating),
        (at(1), Some("en"), Rating::new(2.0, 1.0, 5.0))
    );
    assert_eq!((slow.start, slow.end, slow.label, slow.emotions.top()), (0, 9, Negative, Emotion::Anger));
    assert_eq!((slow.map.clone(), slow.place.clone()), (Some(id("m")), Some(place("till"))));
    assert!(slow.flag.is_some() && slow.assignment.is_some());
    assert!(rows[1].assignment.is_some() && rows[1].place.is_none(), "unassigned is an assignment too");
    let plain = &store.find_mentions(&MentionQuery::default()).await?.rows[5];
    assert_eq!((&plain.map, &plain.place, &plain.assignment, &plain.flag), (&None, &None, &None, &None));
    Ok(())
}

/// Stage, touchpoint and the unassigned bucket.
pub async fn a_place_narrows(store: &impl Store) -> Result<()> {
    four(store).await?;
    let at_place = |touchpoint| MentionQuery { touchpoint: Some(touchpoint), ..on_map() };
    assert_eq!(found(store, at_place(TouchpointFilter::Is(id("till")))).await?, ["慢", "好", "slow till"]);
    assert_eq!(found(store, at_place(TouchpointFilter::Unassigned)).await?, ["whatever 100%"]);
    assert!(found(store, at_place(TouchpointFilter::Is(id("unknown")))).await?.is_empty());
    let stage = |name| MentionQuery { stage: Some(id(name)), ..on_map() };
    assert_eq!(found(store, stage("buy")).await?, ["hm", "慢", "好", "nice web", "slow till"]);
    assert!(found(store, stage("use")).await?.is_empty());
    assert!(found(store, MentionQuery { map: Some(id("other")), ..stage("buy") }).await?.is_empty());
    Ok(())
}

/// Sentiment, emotion and confidence of the opinion itself.
pub async fn verdict_and_confidence_narrow(store: &impl Store) -> Result<()> {
    four(store).await?;
    for base in [MentionQuery::default(), on_map()] {
        let negative = MentionQuery { sentiment: Some(Negative), ..base.clone() };
        assert_eq!(found(store, negative).await?, ["慢", "slow till"]);
        let unsure = MentionQuery { sentiment: Some(Unsure), ..base.clone() };
        assert_eq!(found(store, unsure).await?, ["hm"]);
        let joyful = MentionQuery { emotion: Some(Emotion::Joy), ..base.clone() };
        assert_eq!(found(store, joyful).await?, ["好", "nice web"]);
        let certain = MentionQuery { min_confidence: Some(0.95), ..base.clone() };
        assert_eq!(found(store, certain).await?, ["慢"]);
        let fair = MentionQuery { min_confidence: Some(0.5), ..base };
        assert_eq!(found(store, fair).await?.len(), 5);
    }
    Ok(())
}

/// Mixed finds the opinions of a mention that disagree at one touchpoint.
pub async fn mixed_finds_disagreement(store: &impl Store) -> Result<()> {
    four(store).await?;
    let mixed = MentionQuery { sentiment: Some(Mixed), ..MentionQuery::default() };
    assert_eq!(found(store, mixed.clone()).await?, ["慢", "好"]);
    assert_eq!(found(store, MentionQuery { map: Some(id("m")), ..mixed.clone() }).await?, ["慢", "好"]);
    let web = MentionQuery { touchpoint: Some(TouchpointFilter::Is(id("web"))), map: Some(id("m")), ..mixed };
    assert!(found(store, web).await?.is_empty());
    Ok(())
}

/// Source, time and language of the mention.
pub async fn the_mention_narrows(store: &impl Store) -> Result<()> {
    four(store).await?;
    store.commit_page(&id("forum"), &page(vec![mention("x", "not judged")], "c"), at(9)).await?;
    for base in [MentionQuery::default(), on_map()] {
        assert!(found(store, MentionQuery { sources: vec![id("forum")], ..base.clone() }).await?.is_empty());
        assert_eq!(found(store, MentionQuery { sources: vec![id("shop")], ..base.clone() }).await?.len(), 6);
        let between = MentionQuery { since: Some(at(2)), until: Some(at(4)), ..base.clone() };
        assert_eq!(found(store, between).await?, ["whatever 100%", "慢", "好"]);
        let spoken = |language: &str| MentionQuery { language: Some(language.to_owned()), ..base.clone() };
        assert_eq!(found(store, spoken("zh")).await?, ["whatever 100%", "慢", "好"]);
        assert_eq!(found(store, spoken("zh-hans")).await?, ["慢", "好"]);
        assert!(found(store, spoken("z%")).await?.is_empty());
        assert!(found(store, spoken("z")).await?.is_empty());
    }
    Ok(())
}

/// Flagged opinions, by the state of their flag.
pub async fn flags_narrow(store: &impl Store) -> Result<()> {
    four(store).await?;
    assert_eq!(found(store, MentionQuery { flagged: true, ..on_map() }).await?, ["慢", "slow till"]);
    let open = MentionQuery { statuses: vec![FlagStatus::Open], ..on_map() };
    assert_eq!(found(store, open.clone()).await?, ["慢", "slow till"]);
    let till = MentionQuery { touchpoint: Some(TouchpointFilter::Is(id("till"))), ..open };
    assert_eq!(found(store, till).await?, ["慢", "slow till"]);
    let resolved = MentionQuery { statuses: vec![FlagStatus::Resolved], ..on_map() };
    assert!(found(store, resolved).await?.is_empty());
    Ok(())
}

/// Mentions that point to a persona.
pub async fn personas_narrow(store: &impl Store) -> Result<()> {
    four(store).await?;
    let of = |persona| MentionQuery { persona: Some(id(persona)), ..on_map() };
    assert_eq!(found(store, of("runner")).await?, ["hm"]);
    assert!(found(store, of("sprinter")).await?.is_empty());
    Ok(())
}

/// Newest or most negative first, page by page without a gap.
pub async fn order_and_pages(store: &impl Store) -> Result<()> {
    four(store).await?;
    for base in [MentionQuery::default(), on_map()] {
        let severe = MentionQuery { order: MentionOrder::Severity, ..base };
        let listed = found(store, severe.clone()).await?;
        assert_eq!(listed[..2], ["慢", "slow till"]);
        let mut pages = Vec::new();
        for offset in 0..7 {
            pages.extend(found(store, MentionQuery { limit: 1, offset, ..severe.clone() }).await?);
        }
        assert_eq!(pages, listed);
    }
    let till = MentionQuery { touchpoint: Some(TouchpointFilter::Is(id("till"))), ..on_map() };
    let severe = MentionQuery { order: MentionOrder::Severity, ..till };
    assert_eq!(found(store, severe).await?, ["慢", "slow till", "好"]);
    Ok(())
}

/// Places and flags belong to a map: without one the question is refused, with the part of it that needs one.
pub async fn what_needs_a_map_is_refused_without(store: &impl Store) -> Result<()> {
    four(store).await?;
    let any = MentionQuery::default;
    for (parameter, query) in [
        ("stage", MentionQuery { stage: Some(id("buy")), ..any() }),
        ("touchpoint", MentionQuery { touchpoint: Some(TouchpointFilter::Unassigned), ..any() }),
        ("persona", MentionQuery { persona: Some(id("runner")), ..any() }),
        ("flagged", MentionQuery { flagged: true, ..any() }),
        ("status", MentionQuery { statuses: vec![FlagStatus::Open], ..any() }),
        ("assignee", MentionQuery { assignee: Some("ops".to_owned()), ..any() }),
        ("order", MentionQuery { order: MentionOrder::Representative, ..any() }),
    ] {
        assert_eq!(refused(store, &query).await, parameter);
    }
    Ok(())
}

/// Numbers out of range and windows without a moment are refused as well.
pub async fn questions_without_sense_are_refused(store: &impl Store) -> Result<()> {
    let any = MentionQuery::default;
    let stars = |least, most| MentionQuery { stars: Some(StarRange { least, most }), ..any() };
    for (parameter, query) in [
        ("min_confidence", MentionQuery { min_confidence: Some(1.5), ..any() }),
        ("min_confidence", MentionQuery { min_confidence: Some(f32::NAN), ..any() }),
        ("rating", stars(0.0, 2.0)),
        ("rating", stars(4.0, 2.0)),
        ("rating", stars(f32::NAN, 2.0)),
        ("until", MentionQuery { since: Some(at(2)), until: Some(at(2)), ..any() }),
        ("text", MentionQuery { text: Some("\"open".to_owned()), ..any() }),
    ] {
        assert_eq!(refused(store, &query).await, parameter);
    }
    Ok(())
}

/// The part of a query that listing and counting refuse.
async fn refused(store: &impl Store, query: &MentionQuery) -> &'static str {
    match (store.find_mentions(query).await, store.count_mentions(query).await) {
        (Err(StoreError::Query { parameter: listing, reason }), Err(StoreError::Query { parameter: counting, .. })) => {
            assert_eq!(listing, counting);
            assert!(!reason.is_empty());
            listing
        }
        other => panic!("{query:?} must be refused, not answered with {other:?}"),
    }
}
