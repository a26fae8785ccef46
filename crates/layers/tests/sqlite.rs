//! A refresh against a real database: rollups in, a version of the curve out.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use moodline_layers::{LayersConfig, LayersError, refresh_layers};
use moodline_maps::parse_map;
use moodline_store::{
    Judgement, LabelStore, LayerStore, MapRecord, MapStore, MentionAssignments, NewMention, OpinionStore, RunStore,
    SaidCount, Store,
};
use moodline_store_sqlite::SqliteStore;
use moodline_testkit::{FakeClock, given};
use moodline_types::{Clock, LayerNode, MapId, Period, RunKind, RunStatus, Segment, SentimentLabel, Tally};

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
keywords = ["card"]
target = 0.5
"#;

fn clock() -> FakeClock {
    FakeClock::at(given::at(10))
}

fn shop() -> MapId {
    given::id("shop")
}

/// Twenty mentions at one touchpoint, one a day, one in four negative.
async fn assigned() -> SqliteStore {
    let store = SqliteStore::in_memory().await.unwrap();
    store.migrate().await.unwrap();
    store.register_model(&given::model(), given::at(0)).await.unwrap();
    let loaded = parse_map("shop.toml", MAP).unwrap();
    let record = MapRecord { id: shop(), version: loaded.version, definition: loaded.definition, texts: Vec::new() };
    store.register_map(&record, given::at(0)).await.unwrap();
    let mentions: Vec<NewMention> = (0..20).map(|n| given::mention(&n.to_string(), "the card")).collect();
    let ids = given::stored(&store, &mentions).await.unwrap();
    let opinion = || vec![given::opinion("the card", SentimentLabel::Negative)];
    let judgements: Vec<Judgement> = ids.iter().map(|id| given::judgement(*id, opinion())).collect();
    given::judged(&store, &given::model().id, &judgements).await.unwrap();
    let placed = ids.iter().zip(0..).map(|(id, n)| {
        let label = if n % 4 == 0 { SentimentLabel::Negative } else { SentimentLabel::Positive };
        MentionAssignments {
            mention: *id,
            assignments: Vec::new(),
            tallies: vec![Tally { day: given::day(-n), ..given::tally(Some("card"), label) }],
            flags: Vec::new(),
        }
    });
    given::assigned(&store, &shop(), &placed.collect::<Vec<_>>()).await.unwrap();
    store
}

#[tokio::test]
async fn a_refresh_is_a_version_of_the_curve() {
    let store = assigned().await;
    let today = clock().now().date_naive();
    let first = refresh_layers(&store, &shop(), &LayersConfig::default(), today, &clock()).await.unwrap();
    assert_eq!((first.mentions, first.touchpoints), (20, 1));
    let stored = store.layers(&shop(), None).await.unwrap().unwrap();
    let parts = store.segments(&shop(), first.run).await.unwrap();
    assert_eq!((stored.run.id, stored.run.status), (first.run, RunStatus::Done));
    assert_eq!(stored.layers.len() + parts.len(), first.layers);
    let kinds: Vec<&Segment> = parts.iter().map(|part| &part.segment).collect();
    assert!(kinds.contains(&&Segment::Source(given::shop())) && kinds.contains(&&Segment::Language("en".into())));
    assert_eq!(stored.run.summary, Some(first.to_string()));
    let card = stored.layers.iter().find(|layer| matches!(layer.node, LayerNode::Touchpoint(..))).unwrap();
    assert_eq!((card.counts.positive, card.counts.negative, card.target), (15, 5, Some(0.5)));
    assert!(card.low.unwrap() < 0.5 && card.high.unwrap() > 0.4);
    assert!(stored.layers.iter().any(|layer| layer.period == Period::Week));

    let second = refresh_layers(&store, &shop(), &LayersConfig::default(), today, &clock()).await.unwrap();
    assert!(second.run > first.run);
    assert_eq!(store.layers(&shop(), Some(first.run)).await.unwrap().unwrap().layers, stored.layers);
}

/// What a model that takes one complaint in three for something neutral says of so many texts of each label.
fn said_of(texts: u64) -> Vec<SaidCount> {
    use SentimentLabel::{Negative, Neutral, Positive};
    let said = |gold, said, texts| SaidCount { gold, said, texts };
    vec![
        said(Negative, Negative, texts * 2 / 3),
        said(Negative, Neutral, texts / 3),
        said(Neutral, Neutral, texts),
        said(Positive, Positive, texts),
    ]
}

#[tokio::test]
async fn stages_and_the_map_are_corrected_once_a_labelled_sample_is_saved() {
    let store = assigned().await;
    let today = clock().now().date_naive();
    let drawn = async || {
        refresh_layers(&store, &shop(), &LayersConfig::default(), today, &clock()).await.unwrap();
        store.layers(&shop(), None).await.unwrap().unwrap().layers
    };
    assert!(drawn().await.iter().all(|layer| layer.corrected.is_none()), "nothing is known of the model");
    store.save_labels(&given::model().id, &said_of(60), given::at(9)).await.unwrap();
    assert!(drawn().await.iter().all(|layer| layer.corrected.is_none()), "180 texts are too few");
    store.save_labels(&given::model().id, &said_of(90), given::at(9)).await.unwrap();
    let layers = drawn().await;
    assert!(layers.iter().any(|layer| layer.period == Period::Week));
    for layer in &layers {
        let headline = layer.period == Period::Window && !matches!(layer.node, LayerNode::Touchpoint(..));
        assert_eq!(layer.corrected.is_some(), headline, "{:?} of the {}", layer.node, layer.period);
        let Some(corrected) = layer.corrected else { continue };
        assert_eq!(corrected.labels, 270);
        assert!(corrected.low < corrected.net() && corrected.net() < corrected.high, "{corrected:?}");
        assert_eq!(layer.counts.negative, 5, "the raw counts stay beside it");
    }
}

#[tokio::test]
async fn a_map_that_is_not_there_leaves_a_failed_run() {
    let store = assigned().await;
    let nope = "nope".parse().unwrap();
    let today = clock().now().date_naive();
    let error = refresh_layers(&store, &nope, &LayersConfig::default(), today, &clock()).await.unwrap_err();
    assert!(matches!(error, LayersError::UnknownMap(_)));
    assert_eq!(error.to_string(), "there is no map `nope` in the database");
    assert_eq!(store.runs(Some(RunKind::Layers), 1).await.unwrap()[0].status, RunStatus::Failed);
}
