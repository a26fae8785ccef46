//! What the nightly run costs: judging, importing, placing, drawing and asking.
//!
//! `cargo bench -p moodline` (add `-- import` and the like for one of them). Machines differ and are shared: compare
//! two figures of one run, never two runs.

mod judged;

use std::{fmt::Write as _, fs, hint::black_box, path::Path, time::Duration};

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use moodline_assign::{AssignConfig, assign_map};
use moodline_ingest::{AuthorKey, Protection, read_source};
use moodline_layers::{LayersConfig, refresh_layers};
use moodline_model::{Classifier, LocalModel, ModelOptions, Text, find_model};
use moodline_sources::FileSource;
use moodline_store::{LayerStore, MapStore, QueryStore, Store};
use moodline_store_sqlite::SqliteStore;
use moodline_types::{MentionOrder, MentionQuery, SentimentLabel, SystemClock, TouchpointFilter};
use tokio::runtime::Runtime;

/// Rows of the imported file.
const ROWS: usize = 10_000;

/// Mentions in the database that is asked.
const MENTIONS: usize = 50_000;

fn enrich(criterion: &mut Criterion) {
    let folder = find_model(None).expect("the model stands in models/");
    let mut model = LocalModel::load(&folder, &ModelOptions::default()).expect("a sound model");
    let samples = include_str!("../config/demo/online-bank.jsonl");
    let texts: Vec<String> = samples
        .lines()
        .map(|line| serde_json::from_str::<serde_json::Value>(line).expect("JSON"))
        .map(|line| line["text"].as_str().expect("a text").to_owned())
        .collect();
    let borrowed: Vec<Text<'_>> = texts.iter().map(|text| Text::from(text.as_str())).collect();
    let mut group = criterion.benchmark_group("enrich");
    group
        .sample_size(10)
        .measurement_time(Duration::from_secs(15))
        .throughput(Throughput::Elements(texts.len() as u64));
    group.bench_function("sample mentions", |bencher| {
        bencher.iter(|| black_box(model.classify(&borrowed).expect("a verdict")));
    });
}

fn import(criterion: &mut Criterion) {
    let runtime = Runtime::new().expect("a runtime");
    let dir = tempfile::tempdir().expect("a folder");
    let file = dir.path().join("rows.csv");
    let mut rows = String::from("id,time,rating,text\n");
    for row in 0..ROWS {
        writeln!(rows, "{row},2026-05-01 10:00:00,{},\"第{row}条评论，还不错, quick delivery\"", row % 5 + 1)
            .expect("memory");
    }
    fs::write(&file, rows).expect("a file");
    let mut group = criterion.benchmark_group("import");
    group.sample_size(10).throughput(Throughput::Elements(ROWS as u64));
    group.bench_function("csv into sqlite", |bencher| {
        bencher.iter_batched(
            || runtime.block_on(empty(dir.path())),
            |store| {
                let id = "rows".parse().expect("an id");
                let mut source = FileSource::single(id, &file, moodline_sources::files::Columns::default());
                let protection = Protection::full(AuthorKey::from_bytes([1; 32])).expect("the default patterns");
                let mut go_on = |_: &_| true;
                let read = read_source(&mut source, &store, &protection, &SystemClock, &mut go_on);
                assert_eq!(runtime.block_on(read).expect("read").changes.added, ROWS as u64);
            },
            BatchSize::PerIteration,
        );
    });
}

async fn empty(dir: &Path) -> SqliteStore {
    for old in ["", "-wal", "-shm"] {
        let _ = fs::remove_file(dir.join(format!("bench.db{old}")));
    }
    let store = SqliteStore::open(&format!("sqlite:{}", dir.join("bench.db").display())).await.expect("a database");
    store.migrate().await.expect("a schema");
    store
}

fn place_and_ask(criterion: &mut Criterion) {
    let runtime = Runtime::new().expect("a runtime");
    let dir = tempfile::tempdir().expect("a folder");
    let store = runtime.block_on(empty(dir.path()));
    let map = judged::map();
    runtime.block_on(judged::fill(&store, &map, MENTIONS));
    let id = map.id.clone();

    let mut group = criterion.benchmark_group("assign");
    group.sample_size(10).throughput(Throughput::Elements(MENTIONS as u64));
    let mut version = 0;
    group.bench_function("an edited map", |bencher| {
        bencher.iter_batched(
            || {
                version += 1;
                let edited = judged::record(&map, &format!("version-{version}"));
                runtime.block_on(store.register_map(&edited, chrono::Utc::now())).expect("registered");
            },
            |()| {
                let config = AssignConfig::default();
                let mut go_on = |_: &_| true;
                let placed = assign_map(&store, &id, &config, &SystemClock, &mut go_on);
                assert_eq!(runtime.block_on(placed).expect("placed").mentions, MENTIONS as u64);
            },
            BatchSize::PerIteration,
        );
    });
    group.finish();

    let mut group = criterion.benchmark_group("layers");
    group.sample_size(10);
    group.bench_function("one refresh", |bencher| {
        let config = LayersConfig::default();
        let refresh = || refresh_layers(&store, &id, &config, judged::last_day(), &SystemClock);
        bencher.iter(|| runtime.block_on(refresh()).expect("layers"));
    });
    group.finish();

    let mut group = criterion.benchmark_group("query");
    let touchpoint = map.touchpoints().next().map(|(_, touchpoint)| touchpoint.id.clone()).expect("a touchpoint");
    let negative = MentionQuery {
        map: Some(id.clone()),
        touchpoint: Some(TouchpointFilter::Is(touchpoint)),
        sentiment: Some(SentimentLabel::Negative),
        ..MentionQuery::default()
    };
    let flagged = MentionQuery { flagged: true, order: MentionOrder::Severity, ..negative.clone() };
    for (name, query) in [("negative, newest first", negative), ("flagged, worst first", flagged)] {
        group.bench_function(name, |bencher| {
            bencher.iter(|| {
                let rows = runtime.block_on(store.find_mentions(&query)).expect("rows").rows;
                assert!(!rows.is_empty());
                black_box(rows)
            });
        });
    }
    group.bench_function("newest layers", |bencher| {
        bencher.iter(|| black_box(runtime.block_on(store.layers(&id, None)).expect("layers")));
    });
}

criterion_group!(benches, enrich, import, place_and_ask);
criterion_main!(benches);
