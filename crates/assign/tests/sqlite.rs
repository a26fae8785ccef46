//! The whole step against a real database.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::collections::HashMap;

use moodline_assign::{AssignConfig, AssignError, AssignOutcome, assign_map};
use moodline_maps::parse_map;
use moodline_store::{
    AssignmentStore, FlagStore, Judgement, LayerStore, MapRecord, MapStore, ModelRecord, NewMention, NewOverride,
    OpinionStore, OverrideStore, QueryStore, RunStore, Store, VectorStore, WorkKind, WorkStore,
};
use moodline_store_sqlite::SqliteStore;
use moodline_testkit::{FakeClock, given};
use moodline_types::{
    Clock, DayWindow, Embedding, FlagQuery, JudgedOpinion, MapId, MentionQuery, ModelId, RunKind, RunStatus,
    SentimentLabel, TouchpointFilter, Triage,
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
keywords = ["card"]

[[stages.touchpoints]]
id = "support"
name = "Support"
description = "asking for help"
keywords = ["support"]
"#;

const MENTIONS: usize = 7;

fn clock() -> FakeClock {
    FakeClock::at(given::at(10))
}

fn model() -> ModelId {
    "m".parse().unwrap()
}

fn shop() -> MapId {
    "shop".parse().unwrap()
}

fn record(definition: &str) -> MapRecord {
    let loaded = parse_map("shop.toml", definition).unwrap();
    MapRecord {
        id: loaded.map.id.clone(),
        version: loaded.version,
        definition: loaded.definition,
        texts: loaded.map.distinct_texts(),
    }
}

fn vector(axis: usize) -> Embedding {
    let mut values = [0.0; 3];
    values[axis] = 1.0;
    Embedding::from_f32(&values)
}

/// Seven mentions on seven days, "card 0 is bad" and so on, judged negative; the last is near the description of
/// support only.
async fn judged() -> SqliteStore {
    let store = SqliteStore::in_memory().await.unwrap();
    store.migrate().await.unwrap();
    let record = ModelRecord { id: model(), dimensions: 3, unassigned_below: 0.3, similarity_temperature: 0.05 };
    store.register_model(&record, given::at(0)).await.unwrap();
    let texts: Vec<String> = (0..MENTIONS)
        .map(|n| if n + 1 == MENTIONS { "they never answer".to_owned() } else { format!("card {n} is bad") })
        .collect();
    let mentions: Vec<NewMention> = texts
        .iter()
        .zip(0..)
        .map(|(text, n)| NewMention { posted_at: given::at(-24 * 60 * n), ..given::mention(&n.to_string(), text) })
        .collect();
    let ids = given::stored(&store, &mentions).await.unwrap();
    let judgements: Vec<Judgement> = ids
        .into_iter()
        .zip(&texts)
        .map(|(id, text)| {
            let embedding = vector(if text.contains("answer") { 1 } else { 2 });
            let opinion = JudgedOpinion { embedding, ..given::opinion(text, SentimentLabel::Negative) };
            given::judgement(id, vec![opinion])
        })
        .collect();
    given::judged(&store, &model(), &judgements).await.unwrap();
    store
}

async fn embed(store: &SqliteStore) {
    let vectors: HashMap<&str, usize> = HashMap::from([("the card", 0), ("asking for help", 1)]);
    let texts = store.pending_texts(&model(), 100).await.unwrap();
    let vectors: Vec<_> = texts
        .into_iter()
        .map(|text| {
            let axis = vectors.get(text.as_str()).copied().unwrap_or(2);
            (text, vector(axis))
        })
        .collect();
    store.write_text_vectors(&model(), &vectors).await.unwrap();
}

async fn assign(store: &SqliteStore) -> Result<AssignOutcome, AssignError> {
    let config = AssignConfig { batch_mentions: 3, ..AssignConfig::default() };
    assign_map(store, &shop(), &config, &clock(), &mut |_| true).await
}

async fn negatives(store: &SqliteStore, touchpoint: &str) -> u64 {
    let window = DayWindow::ending(clock().now().date_naive(), 30);
    let rollups = store.rollups(&shop(), window).await.unwrap();
    let here = rollups.iter().filter(|row| row.touchpoint.as_ref().is_some_and(|id| id.as_str() == touchpoint));
    here.map(|row| row.counts.negative).sum()
}

#[tokio::test]
async fn every_judged_mention_is_placed_counted_and_flagged_once() {
    let store = judged().await;
    store.register_map(&record(MAP), clock().now()).await.unwrap();
    embed(&store).await;
    let outcome = assign(&store).await.unwrap();
    assert_eq!((outcome.mentions, outcome.opinions, outcome.unassigned, outcome.lost), (7, 7, 0, 0));
    assert_eq!((outcome.waiting, outcome.stopped), (0, false));
    assert_eq!((negatives(&store, "card").await, negatives(&store, "support").await), (6, 1));
    assert_eq!(store.recount(&shop()).await.unwrap(), []);
    let query = MentionQuery { map: Some(shop()), flagged: true, ..MentionQuery::default() };
    assert_eq!(store.count_mentions(&query).await.unwrap().rows, 7);
    let runs = store.runs(Some(RunKind::Assign), 10).await.unwrap();
    assert_eq!(runs.len(), 1);
    assert_eq!((runs[0].subject.as_str(), runs[0].status), ("shop", RunStatus::Done));
    assert_eq!(runs[0].summary.as_deref(), Some("7 mentions, 7 opinions, 0 of them unassigned"));

    assert_eq!(assign(&store).await.unwrap(), AssignOutcome::default(), "nothing is left to do");
    assert_eq!(store.runs(Some(RunKind::Assign), 10).await.unwrap().len(), 1);
}

#[tokio::test]
async fn an_edited_map_moves_its_counts_without_the_model() {
    let store = judged().await;
    store.register_map(&record(MAP), clock().now()).await.unwrap();
    embed(&store).await;
    assign(&store).await.unwrap();
    let edited = MAP.replace("[\"card\"]", "[\"plastic\"]").replace("[\"support\"]", "[\"is bad\"]");
    store.register_map(&record(&edited), clock().now()).await.unwrap();
    assign(&store).await.unwrap();
    assert_eq!((negatives(&store, "card").await, negatives(&store, "support").await), (0, 7));
    assert_eq!(store.recount(&shop()).await.unwrap(), []);
}

#[tokio::test]
async fn the_flags_of_a_map_follow_its_rule_and_what_somebody_handled_stays() {
    let store = judged().await;
    store.register_map(&record(MAP), clock().now()).await.unwrap();
    embed(&store).await;
    assign(&store).await.unwrap();
    let at_card = FlagQuery { touchpoint: Some("card".parse().unwrap()), ..FlagQuery::default() };
    let flags = store.flags(&at_card).await.unwrap();
    assert_eq!(flags.len(), 6);
    let noted = Triage { note: Some("asked the carrier".into()), actor: "lin".into(), ..Triage::default() };
    store.triage(&[flags[0].id], &noted, clock().now()).await.unwrap();

    let only_support = MAP.replacen("[[stages]]", "[flag]\ntouchpoints = [\"support\"]\n\n[[stages]]", 1);
    store.register_map(&record(&only_support), clock().now()).await.unwrap();
    assign(&store).await.unwrap();
    let left = store.flags(&at_card).await.unwrap();
    assert_eq!(left.iter().map(|flag| flag.id).collect::<Vec<_>>(), [flags[0].id], "only the one that was handled");
    assert_eq!(store.count_flags(&FlagQuery::default()).await.unwrap(), 2, "and the one at support");

    store.register_map(&record(MAP), clock().now()).await.unwrap();
    assign(&store).await.unwrap();
    assert_eq!(store.count_flags(&FlagQuery::default()).await.unwrap(), 7, "without the rule all are back");
}

#[tokio::test]
async fn a_map_whose_texts_have_no_vectors_waits_for_enrich() {
    let store = judged().await;
    store.register_map(&record(MAP), clock().now()).await.unwrap();
    let error = assign(&store).await.unwrap_err();
    assert_eq!(error.to_string(), "2 of 2 texts of map `shop` are not embedded yet: run `moodline enrich` first");
    let runs = store.runs(Some(RunKind::Assign), 10).await.unwrap();
    assert_eq!(runs[0].status, RunStatus::Failed);
    let backlog = store.backlog(WorkKind::Assign, "shop", clock().now()).await.unwrap();
    assert_eq!((backlog.ready, backlog.leased), (7, 0), "the batch was given back");
    embed(&store).await;
    assert_eq!(assign(&store).await.unwrap().mentions, 7);
}

#[tokio::test]
async fn a_stop_writes_what_is_placed_and_leaves_the_rest() {
    let store = judged().await;
    store.register_map(&record(MAP), clock().now()).await.unwrap();
    embed(&store).await;
    let config = AssignConfig { batch_mentions: 2, ..AssignConfig::default() };
    let outcome = assign_map(&store, &shop(), &config, &clock(), &mut |_| false).await.unwrap();
    assert!(outcome.stopped && outcome.mentions >= 2, "{outcome:?}");
    let backlog = store.backlog(WorkKind::Assign, "shop", clock().now()).await.unwrap();
    assert_eq!((backlog.ready, backlog.leased), (7 - outcome.mentions, 0));
    assign(&store).await.unwrap();
    assert_eq!((negatives(&store, "card").await, negatives(&store, "support").await), (6, 1));
}

#[tokio::test]
async fn a_correction_moves_the_counts_and_survives_a_new_assignment() {
    let store = judged().await;
    store.register_map(&record(MAP), clock().now()).await.unwrap();
    embed(&store).await;
    assign(&store).await.unwrap();
    let at_support = MentionQuery {
        map: Some(shop()),
        touchpoint: Some(TouchpointFilter::Is("support".parse().unwrap())),
        ..MentionQuery::default()
    };
    let row = store.find_mentions(&at_support).await.unwrap().rows.remove(0);
    let correction = NewOverride {
        sentiment: Some(SentimentLabel::Positive),
        place: Some((shop(), Some(("buy".parse().unwrap(), "card".parse().unwrap())))),
        relevant: None,
        actor: "ann".into(),
    };
    store.add_override(row.opinion, &correction, clock().now()).await.unwrap();
    for _ in 0..2 {
        assign(&store).await.unwrap();
        assert_eq!((negatives(&store, "card").await, negatives(&store, "support").await), (6, 0));
        assert_eq!(store.recount(&shop()).await.unwrap(), []);
        let edited = MAP.replace("asking for help", "asking for help today");
        store.register_map(&record(&edited), clock().now()).await.unwrap();
        embed(&store).await;
    }
}

#[tokio::test]
async fn an_unknown_map_has_nothing_waiting() {
    let store = judged().await;
    let nothing = assign_map(&store, &"nope".parse().unwrap(), &AssignConfig::default(), &clock(), &mut |_| true).await;
    assert_eq!(nothing.unwrap(), AssignOutcome::default());
}
