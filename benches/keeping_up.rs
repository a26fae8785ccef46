//! Whether the pipeline keeps up with the model: `moodline enrich` end to end against the model alone, on the same texts, in
//! one run, on both databases.
//!
//! `cargo run --release -p moodline --example keeping-up -- [--mentions N] [--rounds N]`
//!
//! Alone, the model reads the texts in batches of the settings' size from memory: it tokenises, encodes and says what it
//! finds. End to end the same texts are claimed from the queue, read from the table, judged, and written with their opinions
//! and vectors and with work for a map. The texts are the demo's, and once these are used up, the same with numbers strewn in,
//! so that none is a copy of another and no verdict is recalled. Rounds alternate, and the medians are compared: what else the machine does hits all alike. PostgreSQL
//! is that of the tests (`MOODLINE_TEST_POSTGRES`, else `postgres://root@127.0.0.1/test`), and left out where there is none.

#![expect(clippy::print_stdout, reason = "the table is what it is for")]

use std::{fs, path::Path, sync::Arc, time::Instant};

use anyhow::{Context as _, Result, bail, ensure};
use chrono::Utc;
use moodline_enrich::{EnrichConfig, SharedModel, enrich};
use moodline_model::{LocalModel, ModelOptions, find_model};
use moodline_store::{IngestPage, NewMention, Store};
use moodline_store_postgres::PostgresStore;
use moodline_store_sqlite::SqliteStore;
use moodline_testkit::given;
use moodline_types::SystemClock;

/// Mentions stored at once.
const PAGE: usize = 1000;

#[tokio::main]
async fn main() -> Result<()> {
    let (mut mentions, mut rounds) = (4000, 5);
    let mut arguments = std::env::args().skip(1);
    while let Some(name) = arguments.next() {
        let value = arguments.next().with_context(|| format!("{name} needs a number"))?.parse()?;
        match name.as_str() {
            "--mentions" => mentions = value,
            "--rounds" => rounds = value,
            _ => bail!("unknown option {name}; there are --mentions and --rounds"),
        }
    }
    let samples = samples()?;
    let model = SharedModel::new(LocalModel::load(&find_model(None)?, &ModelOptions::default())?);
    let mut speeds: Vec<(&str, Vec<f64>)> =
        ["the model alone", "SQLite", "PostgreSQL"].into_iter().map(|what| (what, Vec::new())).collect();
    for round in 0..rounds {
        // Different each time: the pipeline recalls what it judged lately.
        let texts = |run: usize| -> Vec<String> {
            let tag = 10 + 3 * round + run;
            (0..mentions).map(|n| format!("{} {tag}", varied(&samples[n % samples.len()], n / samples.len()))).collect()
        };
        speeds[0].1.push(alone(&model, &texts(0)).await?);
        let folder = tempfile::tempdir()?;
        let store = SqliteStore::open(&format!("sqlite:{}", folder.path().join("bench.db").display())).await?;
        speeds[1].1.push(end_to_end(Arc::new(store), &model, &texts(1)).await?);
        if let Some(database) = moodline_testkit::postgres_url().await {
            let store = PostgresStore::open(database.url()).await?;
            speeds[2].1.push(end_to_end(Arc::new(store), &model, &texts(2)).await?);
        }
    }
    println!("{mentions} mentions, medians of {rounds} rounds\n");
    println!("| | mentions a second | of the model alone |\n|---|---:|---:|");
    let reference = median(&mut speeds[0].1);
    for (what, speeds) in speeds.iter_mut().filter(|(_, speeds)| !speeds.is_empty()) {
        let speed = median(speeds);
        println!("| {what} | {speed:.0} | {:.0} % |", 100.0 * speed / reference);
    }
    Ok(())
}

fn median(speeds: &mut [f64]) -> f64 {
    speeds.sort_by(f64::total_cmp);
    speeds[speeds.len() / 2]
}

/// The demo's texts.
fn samples() -> Result<Vec<String>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../config/demo");
    let mut samples = Vec::new();
    for entry in fs::read_dir(folder)? {
        for line in fs::read_to_string(entry?.path())?.lines() {
            let text = serde_json::from_str::<serde_json::Value>(line)?["text"].as_str().map(str::to_owned);
            samples.push(text.context("a sample without a text")?);
        }
    }
    Ok(samples)
}

/// A text that is no copy of the sample, nor of another variant: copies are not judged.
fn varied(sample: &str, variant: usize) -> String {
    if variant == 0 {
        return sample.to_owned();
    }
    let chars: Vec<char> = sample.chars().collect();
    let pieces: Vec<String> = chars.chunks(6).map(|piece| piece.iter().collect()).collect();
    pieces.join(&format!(" {variant} "))
}

/// Texts read a second, in batches as the pipeline makes them.
async fn alone(model: &SharedModel, texts: &[String]) -> Result<f64> {
    let began = Instant::now();
    for batch in texts.chunks(EnrichConfig::default().batch_mentions as usize) {
        model.classify(batch.iter().map(|text| (text.clone(), None)).collect()).await?;
    }
    Ok(texts.len() as f64 / began.elapsed().as_secs_f64())
}

/// Mentions judged a second, from the queue to the opinions.
async fn end_to_end(store: Arc<dyn Store>, model: &SharedModel, texts: &[String]) -> Result<f64> {
    store.migrate().await?;
    store.register_model(&model.record(), Utc::now()).await?;
    let mentions: Vec<NewMention> =
        texts.iter().enumerate().map(|(n, text)| given::mention(&n.to_string(), text)).collect();
    for page in mentions.chunks(PAGE) {
        let page = IngestPage { mentions: page.to_vec(), ..IngestPage::default() };
        store.commit_page(&given::shop(), &page, Utc::now()).await?;
    }
    store.register_map(&given::map("m"), Utc::now()).await?;
    let began = Instant::now();
    let outcome = enrich(store.as_ref(), model, &EnrichConfig::default(), &SystemClock, &mut |_| true).await?;
    let took = began.elapsed();
    ensure!(outcome.mentions == texts.len() as u64 && outcome.failed == 0, "{outcome}");
    store.close().await;
    Ok(texts.len() as f64 / took.as_secs_f64())
}
