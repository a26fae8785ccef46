//! What people's corrections teach a map, and when it is used.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use moodline_assign::{AssignConfig, Explainer, LEAST_CORRECTIONS, assign_map};
use moodline_maps::parse_map;
use moodline_store::{
    HeadStore, JudgedMention, MapHead, MapRecord, MapStore, ModelRecord, NewOverride, OpinionStore, OverrideStore,
    QueryStore, Store, VectorStore, WorkKind, WorkStore,
};
use moodline_store_sqlite::SqliteStore;
use moodline_testkit::{
    FakeClock,
    given::{self, Dice},
};
use moodline_types::{
    AssignmentReason, Embedding, JudgedOpinion, MapId, MentionId, MentionQuery, ModelId, SentimentLabel,
};

const MAP: &str = r#"
id = "shop"
type = "current-state"
name = "Shop"

[[stages]]
id = "buy"
name = "Buy"

[[stages.touchpoints]]
id = "card"
name = "Card"
description = "the card"

[[stages.touchpoints]]
id = "support"
name = "Support"
description = "asking for help"
"#;

const DIMENSIONS: usize = 16;

/// A vector along `axis` with some of all the others.
fn around(dice: &mut Dice, axis: usize) -> Embedding {
    let mut values: Vec<f32> = (0..DIMENSIONS).map(|_| dice.roll(100) as f32 / 100.0 - 0.5).collect();
    values[axis] += 1.0;
    Embedding::from_f32(&values)
}

fn shop() -> MapId {
    given::id("shop")
}

fn model() -> ModelId {
    given::id("m")
}

fn clock() -> FakeClock {
    FakeClock::at(given::at(10))
}

/// A map of two touchpoints, described along axes 0 and 1, and so many opinions around each of axes 2 and 3, about which
/// the descriptions say nothing: by turns, each in a mention of its own.
async fn judged(opinions: usize) -> (SqliteStore, Vec<JudgedMention>) {
    let store = SqliteStore::in_memory().await.unwrap();
    store.migrate().await.unwrap();
    let record =
        ModelRecord { id: model(), dimensions: DIMENSIONS as u32, unassigned_below: 0.9, similarity_temperature: 0.05 };
    store.register_model(&record, given::at(0)).await.unwrap();
    let loaded = parse_map("shop.toml", MAP).unwrap();
    let texts = loaded.map.distinct_texts();
    let record = MapRecord { id: shop(), version: loaded.version, definition: loaded.definition, texts };
    store.register_map(&record, given::at(0)).await.unwrap();
    let mut dice = Dice::new(5);
    let vectors = [("the card".to_owned(), around(&mut dice, 0)), ("asking for help".to_owned(), around(&mut dice, 1))];
    store.write_text_vectors(&model(), &vectors).await.unwrap();
    let texts: Vec<String> = (0..opinions * 2).map(|n| format!("word {n}")).collect();
    let mentions: Vec<_> = texts.iter().map(|text| given::mention(text, text)).collect();
    let ids = given::stored(&store, &mentions).await.unwrap();
    let judgements = ids.into_iter().zip(&texts).enumerate().map(|(n, (id, text))| {
        let embedding = around(&mut dice, 2 + n % 2);
        given::judgement(id, vec![JudgedOpinion { embedding, ..given::opinion(text, SentimentLabel::Negative) }])
    });
    let judged = given::judged(&store, &model(), &judgements.collect::<Vec<_>>()).await.unwrap();
    (store, judged)
}

async fn assign(store: &SqliteStore) {
    assign_map(store, &shop(), &AssignConfig::default(), &clock(), &mut |_| true).await.unwrap();
}

/// A person places the opinion of a mention.
async fn place(store: &SqliteStore, mention: &JudgedMention, touchpoint: &str) {
    let said = NewOverride {
        place: Some((shop(), Some(given::place(touchpoint)))),
        actor: "p".to_owned(),
        ..NewOverride::default()
    };
    store.add_override(mention.opinions[0].id, &said, given::at(9)).await.unwrap();
}

async fn heads(store: &SqliteStore) -> Vec<MapHead> {
    store.heads(&shop(), &model()).await.unwrap()
}

/// Where a mention lies and why, by the map and the corrections as they are now.
async fn explained(store: &SqliteStore, mention: MentionId) -> (Option<String>, AssignmentReason, String) {
    let explainer = Explainer::new(store, &shop(), &AssignConfig::default()).await.unwrap();
    let judged = store.judged_mentions(&model(), &[mention]).await.unwrap();
    let found = explainer.explain(&judged[0], &[]).remove(0).assignment;
    (found.place.map(|(_, touchpoint)| touchpoint.to_string()), found.reason, found.detail.unwrap_or_default())
}

#[tokio::test]
async fn corrections_that_teach_something_make_a_head_that_places_others() {
    let (store, mentions) = judged(LEAST_CORRECTIONS + 10).await;
    assign(&store).await;
    assert_eq!(heads(&store).await, [], "nobody has corrected anything");
    let untouched = mentions.last().unwrap().mention.id;
    assert_eq!(explained(&store, untouched).await.0, None);

    let (corrected, _) = mentions.split_at(LEAST_CORRECTIONS * 2);
    for (n, mention) in corrected.iter().enumerate() {
        place(&store, mention, ["card", "support"][n % 2]).await;
    }
    assign(&store).await;
    let fitted = heads(&store).await;
    assert_eq!(fitted.len(), 2);
    for head in &fitted {
        assert_eq!((head.corrections, head.others), (30, 30), "{head:?}");
        let fit = head.fit.as_ref().unwrap();
        assert!(fit.in_use && fit.low > 0.0 && fit.with > fit.without + 0.3, "{fit:?}");
    }
    let (place_of, reason, detail) = explained(&store, untouched).await;
    assert_eq!((place_of.as_deref(), reason), (Some("support"), AssignmentReason::Example), "{detail}");
    let version = &fitted[1].version;
    assert!(detail.starts_with(&format!("head {version}, fitted to 30 corrections, probability ")), "{detail}");
    let waiting = store.backlog(WorkKind::Assign, shop().as_str(), given::at(10)).await.unwrap();
    assert_eq!(waiting.ready, 0, "everything was placed again");
    let all = MentionQuery { map: Some(shop()), limit: 200, ..MentionQuery::default() };
    let rows = store.find_mentions(&all).await.unwrap().rows;
    let by_head = |reason: AssignmentReason| reason == AssignmentReason::Example;
    let placed = rows.iter().filter_map(|row| row.assignment.as_ref()).filter(|(_, reason, _)| by_head(*reason));
    assert_eq!(placed.count(), 20, "those that nobody corrected");
}

#[tokio::test]
async fn corrections_at_random_make_no_head_that_is_used() {
    let (store, mentions) = judged(LEAST_CORRECTIONS * 2).await;
    let mut dice = Dice::new(77);
    for mention in &mentions {
        place(&store, mention, ["card", "support"][dice.roll(2)]).await;
    }
    assign(&store).await;
    let fitted = heads(&store).await;
    assert_eq!(fitted.len(), 2);
    for head in &fitted {
        let fit = head.fit.as_ref().unwrap();
        assert!(!fit.in_use && fit.right_low <= 0.0, "{head:?}");
    }
}

#[tokio::test]
async fn few_corrections_are_counted_and_fit_nothing() {
    let (store, mentions) = judged(LEAST_CORRECTIONS).await;
    for mention in mentions.iter().step_by(2).take(LEAST_CORRECTIONS - 1) {
        place(&store, mention, "card").await;
    }
    place(&store, &mentions[1], "support").await;
    assign(&store).await;
    let few: Vec<_> = heads(&store).await.into_iter().map(|head| (head.corrections, head.others, head.fit)).collect();
    assert_eq!(few, [(29, 1, None), (1, 29, None)]);
}

#[tokio::test]
async fn a_head_is_fitted_again_once_a_correction_is_another() {
    let (store, mentions) = judged(LEAST_CORRECTIONS + 1).await;
    for (n, mention) in mentions.iter().enumerate().skip(2) {
        place(&store, mention, ["card", "support"][n % 2]).await;
    }
    assign(&store).await;
    let first = heads(&store).await;
    store.register_map(&again(), given::at(11)).await.unwrap();
    assign(&store).await;
    let versions = |heads: &[MapHead]| heads.iter().map(|head| head.version.clone()).collect::<Vec<_>>();
    assert_ne!(versions(&heads(&store).await), versions(&first), "the map is another");
    let first = heads(&store).await;
    place(&store, &mentions[0], "card").await;
    assign(&store).await;
    let second = heads(&store).await;
    assert_ne!(versions(&second), versions(&first));
    assert_eq!((second[0].corrections, second[1].corrections), (31, 30));
}

/// The map in another version.
fn again() -> MapRecord {
    let loaded = parse_map("shop.toml", &format!("{MAP}keywords = [\"nobody says this\"]\n")).unwrap();
    let texts = loaded.map.distinct_texts();
    MapRecord { id: shop(), version: loaded.version, definition: loaded.definition, texts }
}
