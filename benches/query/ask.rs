//! The questions, each asked many times of one touchpoint after another.

use std::time::{Duration, Instant};

use moodline_store::Store;
use moodline_types::{FlagStatus, MapId, MentionOrder, MentionQuery, SentimentLabel, TouchpointFilter};

use crate::fill::say;

/// Rows of a page.
const LIMIT: u32 = 50;

/// Rows before a deep page.
const DEEP: u32 = 5_000;

/// Touchpoints of the map.
const TOUCHPOINTS: usize = 40;

/// Asks everything and prints a table.
pub(crate) async fn all(store: &dyn Store, runs: usize) {
    say("| question | p50 ms | p99 ms | worst ms |");
    say("|---|---|---|---|");
    let map: MapId = "bench".parse().expect("an id");
    for (name, query) in questions(&map) {
        page(store, runs, name, &query).await;
        deep_page(store, runs, &query).await;
    }
    for (name, query) in questions(&map) {
        let mut times = Vec::with_capacity(runs);
        for run in 0..runs.div_ceil(4) {
            let query = at(&query, run);
            let began = Instant::now();
            store.count_mentions(&query).await.expect("a count");
            times.push(began.elapsed());
        }
        row(&format!("count: {name}"), times);
    }
    let mut times = Vec::with_capacity(runs);
    for _ in 0..runs {
        let began = Instant::now();
        let set = store.layers(&map, None).await.expect("layers");
        assert!(set.is_some_and(|set| !set.layers.is_empty()));
        times.push(began.elapsed());
    }
    row("layer series of the map", times);
}

fn questions(map: &MapId) -> Vec<(&'static str, MentionQuery)> {
    let there = MentionQuery {
        map: Some(map.clone()),
        touchpoint: Some(TouchpointFilter::Is("t0".parse().expect("an id"))),
        limit: LIMIT,
        ..MentionQuery::default()
    };
    let flagged = MentionQuery { flagged: true, order: MentionOrder::Severity, ..there.clone() };
    let everywhere = MentionQuery { touchpoint: None, ..flagged.clone() };
    let saying = |text: &str, query: &MentionQuery| MentionQuery { text: Some(text.to_owned()), ..query.clone() };
    vec![
        ("flagged at a touchpoint, worst first", flagged.clone()),
        (
            "open flags at a touchpoint, newest first",
            MentionQuery { statuses: vec![FlagStatus::Open], order: MentionOrder::Time, ..flagged.clone() },
        ),
        (
            "flagged at a touchpoint, most representative first",
            MentionQuery { order: MentionOrder::Representative, ..flagged.clone() },
        ),
        (
            "negative at a touchpoint, newest first",
            MentionQuery { sentiment: Some(SentimentLabel::Negative), ..there.clone() },
        ),
        ("everything at a touchpoint, worst first", MentionQuery { order: MentionOrder::Severity, ..there.clone() }),
        ("flagged on the map, worst first", everywhere.clone()),
        (
            "flagged in a stage, newest first",
            MentionQuery { stage: Some("s3".parse().expect("an id")), order: MentionOrder::Time, ..everywhere },
        ),
        ("common words at a touchpoint, newest first", saying("refund \"three weeks\"", &there)),
        ("a Chinese word among the flagged of a touchpoint", saying("退款", &flagged)),
        ("a rare word on the map", MentionQuery { touchpoint: None, ..saying("\"no 4711\"", &there) }),
    ]
}

/// The same question of another touchpoint.
fn at(query: &MentionQuery, run: usize) -> MentionQuery {
    let touchpoint = format!("t{}", run % TOUCHPOINTS).parse().expect("an id");
    let elsewhere = query.touchpoint.as_ref().map(|_| TouchpointFilter::Is(touchpoint));
    MentionQuery { touchpoint: elsewhere, ..query.clone() }
}

async fn page(store: &dyn Store, runs: usize, name: &str, query: &MentionQuery) {
    let mut times = Vec::with_capacity(runs);
    for run in 0..runs {
        let query = at(query, run);
        let began = Instant::now();
        let page = store.find_mentions(&query).await.expect("a page");
        times.push(began.elapsed());
        assert!(!page.rows.is_empty(), "{query:?} finds nothing");
    }
    row(name, times);
}

async fn deep_page(store: &dyn Store, runs: usize, query: &MentionQuery) {
    let mut times = Vec::with_capacity(runs);
    let mut cursors = Vec::with_capacity(TOUCHPOINTS);
    for run in 0..TOUCHPOINTS {
        let before = MentionQuery { limit: DEEP, ..at(query, run) };
        cursors.push(store.find_mentions(&before).await.expect("pages").next);
    }
    for run in 0..runs {
        let Some(after) = cursors[run % TOUCHPOINTS] else { return };
        let query = MentionQuery { after: Some(after), ..at(query, run) };
        let began = Instant::now();
        store.find_mentions(&query).await.expect("a page");
        times.push(began.elapsed());
    }
    row(&format!("… after {DEEP} rows"), times);
}

fn row(name: &str, mut times: Vec<Duration>) {
    times.sort_unstable();
    let ms = |share: f64| times[((times.len() - 1) as f64 * share) as usize].as_secs_f64() * 1000.0;
    say(&format!("| {name} | {:.1} | {:.1} | {:.1} |", ms(0.5), ms(0.99), ms(1.0)));
}
