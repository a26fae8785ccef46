//! How judging scales with the number of worker processes on PostgreSQL.
//!
//! `cargo run --release -p moodline --example scaling -- [--mentions N] [--workers 1,2,4] [--delays-ms 20,5,0]`
//!
//! The real loop of `moodline run --role enrich` (claims, leases, signs of life, writing opinions and their vectors,
//! queueing for a map) with a stand-in for the model that takes a fixed time per mention and says nothing of worth. It
//! lives in this file only: the program itself has no such model. A delay of nothing shows the limit of the database.
//! The server is the one of the tests (`MOODLINE_TEST_POSTGRES`, else `postgres://root@127.0.0.1/test`), in a schema
//! that is gone afterwards.

#![expect(clippy::print_stdout, reason = "the table is what it is for")]

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    path::PathBuf,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail, ensure};
use chrono::Utc;
use moodline_enrich::{EnrichConfig, SharedModel, enrich};
use moodline_model::{Classifier, ModelError, ModelProfile, Text, Verdict};
use moodline_store::{
    IngestPage, MapStore as _, MentionStore as _, ModelRecord, NewMention, OpinionStore as _, Store as _,
};
use moodline_store_postgres::PostgresStore;
use moodline_testkit::given;
use moodline_types::{Embedding, Emotions, JudgedOpinion, Sentiment, SentimentLabel, SystemClock};

/// Dimensions of the vectors of the real model.
const DIMENSIONS: usize = 128;

/// Opinions per mention, as the sample mentions have on average.
const OPINIONS: usize = 2;

/// Takes `delay` for every mention.
struct DelayedModel {
    profile: ModelProfile,
    delay: Duration,
}

impl DelayedModel {
    fn new(delay: Duration) -> Self {
        let profile = ModelProfile {
            id: given::id("delayed"),
            dimensions: DIMENSIONS,
            unassigned_below: 0.5,
            similarity_temperature: 0.1,
            unsure_below: 0.5,
            emotion_thresholds: [0.5; 7],
            engine: "a fixed delay".to_owned(),
            folder: PathBuf::new(),
        };
        Self { profile, delay }
    }
}

impl Classifier for DelayedModel {
    fn profile(&self) -> &ModelProfile {
        &self.profile
    }

    fn classify(&mut self, texts: &[Text<'_>]) -> Result<Vec<Verdict>, ModelError> {
        std::thread::sleep(self.delay * u32::try_from(texts.len()).unwrap_or(u32::MAX));
        let sentiment = Sentiment { negative: 0.1, neutral: 0.1, positive: 0.8 };
        let opinion = |text: &str, part: usize| JudgedOpinion {
            start: u32::try_from(part).unwrap_or(0),
            end: u32::try_from(text.chars().count()).unwrap_or(0),
            evidence: text.chars().skip(part).collect(),
            sentiment,
            label: SentimentLabel::Positive,
            emotions: Emotions::default(),
            embedding: Embedding::from_f32(&[0.5; DIMENSIONS]),
        };
        let verdict = |text: &Text<'_>| Verdict {
            language: Some("en".to_owned()),
            sentiment,
            label: SentimentLabel::Positive,
            emotions: Emotions::default(),
            opinions: (0..OPINIONS).map(|part| opinion(text.text, part)).collect(),
        };
        Ok(texts.iter().map(verdict).collect())
    }

    fn embed(&mut self, texts: &[&str]) -> Result<Vec<Embedding>, ModelError> {
        Ok(texts.iter().map(|_| Embedding::from_f32(&[0.5; DIMENSIONS])).collect())
    }
}

/// What to measure.
struct Wanted {
    mentions: usize,
    workers: Vec<usize>,
    delays_ms: Vec<u64>,
}

impl Wanted {
    fn from_arguments(mut arguments: impl Iterator<Item = String>) -> Result<Self> {
        let mut wanted = Self { mentions: 4000, workers: vec![1, 2, 4], delays_ms: vec![20, 5, 0] };
        while let Some(name) = arguments.next() {
            let value = arguments.next().with_context(|| format!("{name} needs a value"))?;
            let numbers = || value.split(',').map(|number| Ok(number.parse::<u64>()?)).collect::<Result<Vec<_>>>();
            let numbers = numbers().with_context(|| format!("{name}: expected numbers, not `{value}`"))?;
            match name.as_str() {
                "--mentions" => wanted.mentions = usize::try_from(numbers[0])?,
                "--workers" => wanted.workers = numbers.into_iter().map(|number| number as usize).collect(),
                "--delays-ms" => wanted.delays_ms = numbers,
                _ => bail!("unknown option {name}; there are --mentions, --workers and --delays-ms"),
            }
        }
        Ok(wanted)
    }
}

#[tokio::main]
async fn main() -> Result<()> {
    let mut arguments = std::env::args().skip(1).peekable();
    if arguments.peek().is_some_and(|first| first == "worker") {
        let arguments: Vec<String> = arguments.skip(1).collect();
        return work(&arguments[0], Duration::from_millis(arguments[1].parse()?)).await;
    }
    let wanted = Wanted::from_arguments(arguments)?;
    println!("{} mentions of {OPINIONS} opinions each, batches of {}\n", wanted.mentions, batch().batch_mentions);
    println!("| model takes | workers | mentions a second | times one worker |\n|---|---|---|---|");
    for delay_ms in &wanted.delays_ms {
        let mut alone = None;
        for workers in &wanted.workers {
            // Short runs would measure starts and ends.
            let mentions = wanted.mentions * if *delay_ms == 0 { 5 } else { *workers };
            let speed = measured(mentions, *workers, *delay_ms).await?;
            let alone = *alone.get_or_insert(speed / *workers as f64);
            println!("| {delay_ms} ms | {workers} | {speed:.0} | {:.2} |", speed / alone);
        }
    }
    Ok(())
}

fn batch() -> EnrichConfig {
    EnrichConfig { batch_mentions: 64, ..EnrichConfig::default() }
}

/// Mentions judged a second by this many processes, from the word to go until the last has ended.
async fn measured(mentions: usize, workers: usize, delay_ms: u64) -> Result<f64> {
    let database = moodline_testkit::postgres_url().await.context("this needs a PostgreSQL server")?;
    let store = PostgresStore::open(database.url()).await?;
    store.migrate().await?;
    let model = DelayedModel::new(Duration::ZERO).profile;
    let record = ModelRecord {
        id: model.id.clone(),
        dimensions: u32::try_from(model.dimensions)?,
        unassigned_below: model.unassigned_below,
        similarity_temperature: model.similarity_temperature,
    };
    store.register_model(&record, Utc::now()).await?;
    store.register_map(&given::map("m"), Utc::now()).await?;
    for first in (0..mentions).step_by(1000) {
        let page: Vec<NewMention> = (first..mentions.min(first + 1000))
            .map(|n| given::mention(&n.to_string(), &format!("what number {n} says of the delivery and the price")))
            .collect();
        let page = IngestPage { mentions: page, ..IngestPage::default() };
        store.commit_page(&given::shop(), &page, Utc::now()).await?;
    }
    let mut children = Vec::new();
    for _ in 0..workers {
        children.push(started(database.url(), delay_ms)?);
    }
    let began = Instant::now();
    for child in &mut children {
        child.stdin.take().context("a pipe")?.write_all(b"go\n")?;
    }
    let mut judged = 0;
    for mut child in children {
        let mut told = String::new();
        child.stdout.take().context("a pipe")?.read_to_string(&mut told)?;
        ensure!(child.wait()?.success(), "a worker failed");
        judged += told.trim().parse::<usize>()?;
    }
    let took = began.elapsed();
    ensure!(judged == mentions, "{judged} of {mentions} mentions were judged");
    let opinions = store.opinion_count(&model.id).await?;
    ensure!(opinions == (mentions * OPINIONS) as u64, "{opinions} opinions of {mentions} mentions");
    store.close().await;
    Ok(mentions as f64 / took.as_secs_f64())
}

/// A worker that is connected and waits for the word.
fn started(url: &str, delay_ms: u64) -> Result<Child> {
    let mut child = Command::new(std::env::current_exe()?)
        .args(["worker", url, &delay_ms.to_string()])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()?;
    let mut ready = String::new();
    // One byte at a time, so that nothing that comes later is swallowed.
    let mut pipe = BufReader::with_capacity(1, child.stdout.take().context("a pipe")?);
    pipe.read_line(&mut ready)?;
    ensure!(ready == "ready\n", "a worker could not start");
    child.stdout = Some(pipe.into_inner());
    Ok(child)
}

async fn work(url: &str, delay: Duration) -> Result<()> {
    let store = PostgresStore::open(url).await?;
    let model = SharedModel::new(DelayedModel::new(delay));
    println!("ready");
    std::io::stdin().read_line(&mut String::new())?;
    let mut judged = 0;
    // A pass ends when nothing is free; what others hold may still come back.
    loop {
        let outcome = enrich(&store, &model, &batch(), &SystemClock, &mut |_| true).await?;
        ensure!(outcome.lost == 0 && outcome.failed == 0, "{outcome}");
        judged += outcome.mentions;
        if outcome.mentions == 0 {
            break;
        }
    }
    println!("{judged}");
    store.close().await;
    Ok(())
}
