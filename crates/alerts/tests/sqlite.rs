//! Nights of a real database: rollups in, alerts out, whatever happens to the night.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use moodline_alerts::{AlertsConfig, SourceTrouble, watch_map, watch_sources};
use moodline_maps::parse_map;
use moodline_store::{
    AlertStore, AlertTriage, Judgement, MapRecord, MapStore, MentionAssignments, MentionStore, OpinionStore, Store,
};
use moodline_store_sqlite::SqliteStore;
use moodline_testkit::{FakeClock, given};
use moodline_types::{Alert, AlertKind, AlertQuery, AlertStatus, AlertTier, MapId, MentionId, SentimentLabel, Tally};

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

[[stages.touchpoints]]
id = "web"
name = "Web"
keywords = ["web"]
"#;

fn clock() -> FakeClock {
    FakeClock::at(given::at(10))
}

fn shop() -> MapId {
    given::id("shop")
}

async fn database() -> SqliteStore {
    let store = SqliteStore::in_memory().await.unwrap();
    store.migrate().await.unwrap();
    store.register_model(&given::model(), given::at(0)).await.unwrap();
    let loaded = parse_map("shop.toml", MAP).unwrap();
    let record = MapRecord { id: shop(), version: loaded.version, definition: loaded.definition, texts: Vec::new() };
    store.register_map(&record, given::at(0)).await.unwrap();
    store
}

/// Mentions of the card posted on `day`, so many negative and so many not; their ids, the negative ones first.
async fn said(store: &SqliteStore, day: i64, negative: usize, other: usize) -> Vec<MentionId> {
    let labels = [vec![SentimentLabel::Negative; negative], vec![SentimentLabel::Positive; other]].concat();
    let known = known(store, day).await;
    let mentions: Vec<_> = (0..labels.len())
        .map(|n| {
            let mut mention = given::mention(&format!("{day}/{}", known + n), "the card");
            mention.posted_at = given::at(day * 24 * 60);
            mention
        })
        .collect();
    let ids = given::stored(store, &mentions).await.unwrap();
    let judgements: Vec<Judgement> = ids
        .iter()
        .zip(&labels)
        .map(|(id, label)| given::judgement(*id, vec![given::opinion("the card", *label)]))
        .collect();
    let judged = given::judged(store, &given::model().id, &judgements).await.unwrap();
    let placed: Vec<MentionAssignments> = judged
        .iter()
        .zip(&labels)
        .map(|(judged, label)| MentionAssignments {
            tallies: vec![Tally { day: given::day(day), ..given::tally(Some("card"), *label) }],
            ..given::placed(judged, &[Some("card")])
        })
        .collect();
    given::assigned(store, &shop(), &placed).await.unwrap();
    ids
}

/// How many mentions of a day there are already.
async fn known(store: &SqliteStore, day: i64) -> usize {
    let all: Vec<MentionId> = (1..=10_000).map(MentionId).collect();
    let mentions = store.mentions(&all).await.unwrap();
    mentions.iter().filter(|mention| mention.external_id.starts_with(&format!("{day}/"))).count()
}

/// Five weeks of eight mentions a day, two of them negative, up to and with day −1.
async fn quiet() -> SqliteStore {
    let store = database().await;
    for day in -35..0 {
        said(&store, day, 2, 6).await;
    }
    store
}

async fn judge(store: &SqliteStore, day: i64) {
    watch_map(store, &shop(), &AlertsConfig::default(), given::day(day), &clock()).await.unwrap();
}

async fn all(store: &SqliteStore) -> Vec<Alert> {
    store.alerts(&AlertQuery::default()).await.unwrap()
}

#[tokio::test]
async fn a_bad_night_is_one_alert_with_its_mentions_however_often_it_is_judged() {
    let store = quiet().await;
    judge(&store, -1).await;
    assert_eq!(all(&store).await, [], "nothing has happened yet");
    let bad = said(&store, 0, 8, 1).await;
    judge(&store, 0).await;
    let first = all(&store).await;
    assert_eq!(first.len(), 1, "{first:?}");
    let episode = &first[0].episode;
    assert_eq!((episode.kind, episode.tier), (AlertKind::Negative, AlertTier::Alert));
    assert_eq!((episode.from_day, episode.last_day, episode.ended_day), (given::day(0), given::day(0), None));
    let figures = episode.figures.unwrap();
    assert_eq!((figures.observed, figures.n), (8, 9));
    assert!((figures.expected - 0.25).abs() < 0.02 && figures.change_low > 0.2, "{figures:?}");
    assert!(figures.probability < 0.001 && figures.power > 0.5, "{figures:?}");
    let mut moved = episode.mentions.clone();
    moved.sort_unstable();
    assert_eq!(moved, bad[..8], "the negative ones, not the others");
    assert!(episode.detail.starts_with("8 of 9 mentions on 2026-06-01 are negative (89 %)"), "{}", episode.detail);

    judge(&store, 0).await;
    assert_eq!(all(&store).await, first, "the same night again changes nothing");
    said(&store, 1, 7, 1).await;
    judge(&store, 1).await;
    let second = all(&store).await;
    assert_eq!(second.len(), 1);
    assert_eq!((second[0].id, second[0].episode.last_day), (first[0].id, given::day(1)));
}

#[tokio::test]
async fn nights_that_were_missed_and_mentions_that_come_late_count() {
    let store = quiet().await;
    said(&store, 0, 2, 6).await;
    judge(&store, 0).await;
    said(&store, 1, 2, 6).await;
    // Day 0 turns out bad after all; nobody judged the night of day 1.
    said(&store, 0, 7, 0).await;
    said(&store, 2, 2, 6).await;
    judge(&store, 2).await;
    let found = all(&store).await;
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!((found[0].episode.from_day, found[0].episode.ended_day), (given::day(0), Some(given::day(2))));
}

#[tokio::test]
async fn what_is_over_for_long_is_no_news() {
    let store = quiet().await;
    said(&store, 0, 8, 0).await;
    for day in 1..8 {
        said(&store, day, 2, 6).await;
    }
    judge(&store, 7).await;
    assert_eq!(all(&store).await, [], "history that was imported makes no alerts");
}

#[tokio::test]
async fn a_closed_alert_stays_closed_while_it_goes_on() {
    let store = quiet().await;
    said(&store, 0, 8, 1).await;
    judge(&store, 0).await;
    let id = all(&store).await[0].id;
    let close = AlertTriage { status: AlertStatus::Closed, note: None, actor: "mei".to_owned() };
    store.triage_alerts(&[id], &close, given::at(20)).await.unwrap();
    said(&store, 1, 8, 1).await;
    judge(&store, 1).await;
    let found = all(&store).await;
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].id, found[0].status, found[0].episode.last_day), (id, AlertStatus::Closed, given::day(1)));
}

#[tokio::test]
async fn an_alert_that_late_mentions_take_back_is_ended() {
    let store = quiet().await;
    said(&store, 0, 5, 0).await;
    judge(&store, 0).await;
    assert_eq!(all(&store).await.len(), 1);
    said(&store, 0, 0, 9).await;
    judge(&store, 0).await;
    let found = all(&store).await;
    assert_eq!((found.len(), found[0].episode.ended_day), (1, Some(given::day(0))));
    assert!(found[0].episode.detail.contains("not found any more"), "{}", found[0].episode.detail);
}

#[tokio::test]
async fn a_source_in_trouble_has_one_alert_until_it_is_well_or_out_of_use() {
    let store = database().await;
    let config = AlertsConfig::default();
    let failing =
        |failures| Some(SourceTrouble::Failing { failures, error: "forum.example does not answer".to_owned() });
    let watch = async |trouble: Option<Option<SourceTrouble>>, day: i64| {
        let signs = trouble.map(|trouble| (given::shop(), trouble)).into_iter().collect();
        watch_sources(&store, &signs, &config, given::day(day), &clock()).await.unwrap()
    };
    assert_eq!(watch(Some(failing(2)), 0).await.alerts, 0, "twice is nothing yet");
    assert_eq!(watch(Some(failing(3)), 0).await.alerts, 1);
    assert_eq!(watch(Some(failing(4)), 1).await.alerts, 0, "it goes on");
    let found = all(&store).await;
    assert_eq!((found.len(), found[0].episode.from_day), (1, given::day(0)));
    assert_eq!(found[0].episode.detail, "failed 4 times in a row, last with: forum.example does not answer");
    assert_eq!(watch(Some(None), 2).await.ended, 1);
    let thin = SourceTrouble::Thin { since: given::day(3) };
    assert_eq!(watch(Some(Some(thin.clone())), 4).await.alerts, 0, "within the cooldown it is the same");
    assert_eq!(watch(None, 5).await.ended, 1, "out of use");
    assert_eq!(watch(Some(Some(thin)), 20).await.alerts, 1, "long after it is another");
    assert_eq!(all(&store).await.len(), 2);
}
