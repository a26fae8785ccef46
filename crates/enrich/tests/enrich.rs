//! Judging against a real database, with a model that does as it is told.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
        mpsc,
    },
    time::Duration,
};

use chrono::{DateTime, TimeDelta, Utc};
use moodline_enrich::{EnrichConfig, EnrichError, EnrichOutcome, Phrases, SharedModel, enrich};
use moodline_model::{Classifier, ModelError, ModelProfile, Text, Verdict};
use moodline_store::{IngestPage, Lease, MentionStore, NewMention, OpinionStore, Store, WorkKind, WorkStore};
use moodline_store_sqlite::SqliteStore;
use moodline_testkit::FakeClock;
use moodline_types::{
    Clock, Embedding, Emotions, Interval, JudgedOpinion, MentionId, ModelId, Sentiment, SentimentLabel, SystemClock,
};

/// Fails on texts with `poison` in them, on all texts when `broken`; counts what it reads.
struct ScriptedModel {
    profile: ModelProfile,
    broken: bool,
    read: Arc<AtomicUsize>,
}

impl ScriptedModel {
    fn shared(broken: bool) -> (SharedModel, Arc<AtomicUsize>) {
        Self::named(model(), broken)
    }

    fn named(id: ModelId, broken: bool) -> (SharedModel, Arc<AtomicUsize>) {
        let read = Arc::new(AtomicUsize::new(0));
        let profile = ModelProfile {
            id,
            dimensions: 2,
            unassigned_below: 0.5,
            similarity_temperature: 0.1,
            unsure_below: 0.5,
            emotion_thresholds: [0.5; 7],
            engine: "scripted".to_owned(),
            folder: std::path::PathBuf::new(),
        };
        (SharedModel::new(Self { profile, broken, read: Arc::clone(&read) }), read)
    }
}

impl Classifier for ScriptedModel {
    fn profile(&self) -> &ModelProfile {
        &self.profile
    }

    fn classify(&mut self, texts: &[Text<'_>]) -> Result<Vec<Verdict>, ModelError> {
        self.read.fetch_add(texts.len(), Ordering::Relaxed);
        if self.broken || texts.iter().any(|text| text.text.contains("poison")) {
            return Err(ModelError::NotFound { looked_at: Vec::new() });
        }
        Ok(texts.iter().map(|text| verdict(text.text)).collect())
    }

    fn embed(&mut self, texts: &[&str]) -> Result<Vec<Embedding>, ModelError> {
        Ok(texts.iter().map(|_| Embedding::from_f32(&[1.0, 0.0])).collect())
    }
}

fn model() -> ModelId {
    "scripted-1".parse().unwrap()
}

fn verdict(text: &str) -> Verdict {
    let sentiment = Sentiment { negative: 0.1, neutral: 0.1, positive: 0.8 };
    let opinion = JudgedOpinion {
        start: 0,
        end: text.chars().count() as u32,
        evidence: text.to_owned(),
        sentiment,
        label: SentimentLabel::Positive,
        emotions: Emotions::default(),
        embedding: Embedding::from_f32(&[1.0, 0.0]),
    };
    Verdict {
        language: Some("en".to_owned()),
        sentiment,
        label: SentimentLabel::Positive,
        emotions: Emotions::default(),
        opinions: vec![opinion],
    }
}

async fn store_with(texts: &[&str]) -> SqliteStore {
    let store = SqliteStore::in_memory().await.unwrap();
    store.migrate().await.unwrap();
    let mentions = texts.iter().enumerate().map(|(index, text)| NewMention {
        external_id: index.to_string(),
        canonical_id: None,
        thread: None,
        url: None,
        author_hash: None,
        title: None,
        text: (*text).to_owned(),
        language: None,
        posted_at: DateTime::UNIX_EPOCH,
        posted_at_is_approximate: false,
        rating: None,
        content_hash: (*text).to_owned(),
        marks: Vec::new(),
        redacted: std::collections::BTreeMap::new(),
    });
    let page = IngestPage { mentions: mentions.collect(), ..IngestPage::default() };
    store.commit_page(&"test".parse().unwrap(), &page, Utc::now()).await.unwrap();
    store
}

fn config(batch_mentions: u32) -> EnrichConfig {
    EnrichConfig { batch_mentions, ..EnrichConfig::default() }
}

async fn run(store: &SqliteStore, model: &SharedModel, batch: u32) -> Result<EnrichOutcome, EnrichError> {
    enrich(store, model, &config(batch), &SystemClock, &mut |_| true).await
}

#[tokio::test]
async fn everything_that_waits_is_judged_once() {
    let store = store_with(&["a", "b", "c", "d", "e", "f", "g"]).await;
    let (shared, read) = ScriptedModel::shared(false);
    let outcome = run(&store, &shared, 3).await.unwrap();
    assert_eq!((outcome.mentions, outcome.opinions, outcome.failed), (7, 7, 0));
    assert_eq!(store.opinion_count(&model()).await.unwrap(), 7);
    let again = run(&store, &shared, 3).await.unwrap();
    assert_eq!((again.mentions, read.load(Ordering::Relaxed)), (0, 7));
}

#[tokio::test]
async fn the_same_words_are_read_once_and_counted_for_everyone_who_said_them() {
    let store = store_with(&["same", "same", "other", "same"]).await;
    let (shared, read) = ScriptedModel::shared(false);
    let outcome = run(&store, &shared, 10).await.unwrap();
    assert_eq!((outcome.mentions, read.load(Ordering::Relaxed)), (4, 2));
}

#[tokio::test]
async fn words_of_a_batch_before_are_not_read_again() {
    let store = store_with(&["same", "a", "same", "b", "same"]).await;
    let (shared, read) = ScriptedModel::shared(false);
    let outcome = run(&store, &shared, 1).await.unwrap();
    assert_eq!((outcome.mentions, outcome.opinions, read.load(Ordering::Relaxed)), (5, 5, 3));
    let later = store_with(&["same", "new"]).await;
    assert_eq!(run(&later, &shared, 10).await.unwrap().mentions, 2);
    assert_eq!(read.load(Ordering::Relaxed), 5, "nothing is remembered once all is done: it may be erased meanwhile");
}

/// The scripted model with phrases of the settings.
fn reading(neutral: &[&str]) -> (SharedModel, Arc<AtomicUsize>) {
    let (shared, read) = ScriptedModel::shared(false);
    let phrases = neutral.iter().map(|phrase| (*phrase).to_owned()).collect();
    let config = EnrichConfig { neutral_phrases: phrases, ..EnrichConfig::default() };
    (shared.with_phrases(Phrases::of(&config)), read)
}

#[tokio::test]
async fn a_changed_list_of_phrases_judges_anew_what_it_touches_and_nothing_else() {
    let store = store_with(&["I play War Zone", "nothing of the kind", "WAR ZONE!", "warzone"]).await;
    let (plain, _) = ScriptedModel::shared(false);
    run(&store, &plain, 10).await.unwrap();

    let (neutral, read) = reading(&["War Zone"]);
    assert_eq!(run(&store, &neutral, 10).await.unwrap().mentions, 2);
    assert_eq!(run(&store, &neutral, 10).await.unwrap().mentions, 0, "once");
    let ids: Vec<MentionId> = (1..=4).map(MentionId).collect();
    let said = store.judged_mentions(&model(), &ids).await.unwrap();
    let evidence: Vec<&str> = said.iter().map(|judged| judged.opinions[0].judged.evidence.as_str()).collect();
    assert_eq!(evidence, ["I play War Zone", "nothing of the kind", "WAR ZONE!", "warzone"], "as it was written");

    let (both, _) = reading(&["War Zone", "nothing"]);
    assert_eq!(run(&store, &both, 10).await.unwrap().mentions, 1, "only what the new phrase is in");
    assert_eq!(run(&store, &plain, 10).await.unwrap().mentions, 3, "without phrases, all that had one");
    assert_eq!(read.load(Ordering::Relaxed), 2);
}

#[tokio::test]
async fn what_the_model_said_before_is_not_recalled_once_it_reads_otherwise() {
    let (shared, read) = ScriptedModel::shared(false);
    run(&store_with(&["War Zone"]).await, &shared, 10).await.unwrap();
    let config = EnrichConfig { neutral_phrases: vec!["War Zone".to_owned()], ..EnrichConfig::default() };
    let other = shared.clone().with_phrases(Phrases::of(&config));
    run(&store_with(&["War Zone"]).await, &other, 10).await.unwrap();
    assert_eq!(read.load(Ordering::Relaxed), 2);
}

#[tokio::test]
async fn a_mention_that_cannot_be_judged_is_set_aside_with_its_error_and_the_rest_goes_on() {
    let store = store_with(&["a", "poison", "c"]).await;
    let (shared, _) = ScriptedModel::shared(false);
    for _ in 0..3 {
        run(&store, &shared, 10).await.unwrap();
    }
    assert_eq!(store.opinion_count(&model()).await.unwrap(), 2);
    let backlog = store.backlog(WorkKind::Enrich, "scripted-1", Utc::now()).await.unwrap();
    assert_eq!((backlog.ready, backlog.leased, backlog.set_aside), (0, 0, 1));
    let set_aside = store.set_aside(WorkKind::Enrich, "scripted-1", 10).await.unwrap();
    assert!(set_aside[0].1.contains("no model found"), "the cause is kept: {set_aside:?}");
}

#[tokio::test]
async fn a_model_that_fails_on_everything_spoils_no_mention() {
    let store = store_with(&["a", "b", "c", "d"]).await;
    let (broken, _) = ScriptedModel::shared(true);
    assert!(matches!(run(&store, &broken, 10).await, Err(EnrichError::Model(_))));
    let backlog = store.backlog(WorkKind::Enrich, "scripted-1", Utc::now()).await.unwrap();
    assert_eq!((backlog.ready, backlog.leased, backlog.set_aside), (4, 0, 0));
    let (mended, _) = ScriptedModel::shared(false);
    assert_eq!(run(&store, &mended, 10).await.unwrap().mentions, 4);
}

#[tokio::test]
async fn another_model_than_the_one_that_counts_is_refused_by_name() {
    let store = store_with(&["a"]).await;
    run(&store, &ScriptedModel::shared(false).0, 10).await.unwrap();
    let (other, read) = ScriptedModel::named("scripted-2".parse().unwrap(), false);
    let error = run(&store, &other, 10).await.unwrap_err().to_string();
    assert!(error.contains("scripted-1") && error.contains("scripted-2"), "{error}");
    assert_eq!(read.load(Ordering::Relaxed), 0);
}

#[tokio::test]
async fn a_stop_leaves_whole_batches_and_the_next_run_does_the_rest() {
    let texts: Vec<String> = (0..50).map(|i| format!("text {i}")).collect();
    let store = store_with(&texts.iter().map(String::as_str).collect::<Vec<_>>()).await;
    let (shared, _) = ScriptedModel::shared(false);
    let stopped = enrich(&store, &shared, &config(10), &SystemClock, &mut |so_far| so_far.mentions < 20).await.unwrap();
    assert!(stopped.stopped && stopped.mentions < 50, "{stopped:?}");
    let backlog = store.backlog(WorkKind::Enrich, "scripted-1", Utc::now()).await.unwrap();
    assert_eq!((backlog.ready, backlog.leased), (50 - stopped.mentions, 0), "nothing is left claimed");
    let rest = run(&store, &shared, 10).await.unwrap();
    assert_eq!(rest.mentions + stopped.mentions, 50);
}

#[tokio::test]
async fn mentions_on_which_workers_died_again_and_again_are_given_up() {
    let store = store_with(&["kills the process"]).await;
    let (shared, read) = ScriptedModel::shared(false);
    // Register the model without judging, then let three workers claim and die.
    enrich(&store, &shared, &config(1), &SystemClock, &mut |_| false).await.unwrap();
    let store = store_with(&["kills the process"]).await;
    let record =
        moodline_store::ModelRecord { id: model(), dimensions: 2, unassigned_below: 0.5, similarity_temperature: 0.1 };
    let now = SystemClock.now();
    store.register_model(&record, now).await.unwrap();
    for death in 0..3 {
        let lease = Lease { holder: format!("dead-{death}"), until: now - TimeDelta::seconds(1) };
        let claimed = store.claim(WorkKind::Enrich, "scripted-1", 1, &lease, now).await.unwrap();
        assert_eq!(claimed[0].mention, MentionId(1));
    }
    let before = read.load(Ordering::Relaxed);
    let outcome = run(&store, &shared, 10).await.unwrap();
    assert_eq!((outcome.mentions, outcome.set_aside), (0, 1));
    assert_eq!(read.load(Ordering::Relaxed), before, "it is not tried a fourth time");
}

/// Reads nothing before it is told to, or for ever where nobody can tell it any more.
struct WaitingModel {
    profile: ModelProfile,
    told: mpsc::Receiver<()>,
}

impl WaitingModel {
    fn shared() -> (SharedModel, mpsc::Sender<()>) {
        let (tell, told) = mpsc::channel();
        let profile = ScriptedModel::named(model(), false).0.profile().clone();
        (SharedModel::new(Self { profile, told }), tell)
    }
}

impl Classifier for WaitingModel {
    fn profile(&self) -> &ModelProfile {
        &self.profile
    }

    fn classify(&mut self, texts: &[Text<'_>]) -> Result<Vec<Verdict>, ModelError> {
        self.told.recv().unwrap();
        Ok(texts.iter().map(|text| verdict(text.text)).collect())
    }

    fn embed(&mut self, _: &[&str]) -> Result<Vec<Embedding>, ModelError> {
        Ok(Vec::new())
    }
}

async fn leased(store: &SqliteStore, now: DateTime<Utc>) -> u64 {
    store.backlog(WorkKind::Enrich, "scripted-1", now).await.unwrap().leased
}

/// Waits for as long as a test may hang.
async fn eventually(what: &str, wait: impl Future<Output = ()>) {
    assert!(tokio::time::timeout(Duration::from_mins(1), wait).await.is_ok(), "{what} did not happen");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_that_takes_longer_than_its_lease_stays_with_a_worker_that_lives() {
    let store = store_with(&["long"]).await;
    let (clock, (shared, tell)) = (FakeClock::default(), WaitingModel::shared());
    let config = EnrichConfig { lease: Interval::from_millis(60), ..EnrichConfig::default() };
    let mut go_on = |_: &_| true;
    let work = enrich(&store, &shared, &config, &clock, &mut go_on);
    let watch = async {
        let until_leased = async |at: TimeDelta| {
            while leased(&store, clock.now() + at).await == 0 {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        eventually("a claim", until_leased(TimeDelta::zero())).await;
        for _ in 0..5 {
            clock.advance(TimeDelta::milliseconds(50));
            eventually("a sign of life", until_leased(TimeDelta::milliseconds(50))).await;
        }
        tell.send(()).unwrap();
    };
    let (outcome, ()) = tokio::join!(work, watch);
    let outcome = outcome.unwrap();
    assert_eq!((outcome.mentions, outcome.lost), (1, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_that_is_stuck_is_let_go_and_its_late_result_dropped() {
    let store = store_with(&["stuck"]).await;
    let (clock, (shared, tell)) = (FakeClock::default(), WaitingModel::shared());
    let config = EnrichConfig { lease: Interval::from_millis(6), ..EnrichConfig::default() };
    let mut go_on = |_: &_| true;
    let work = enrich(&store, &shared, &config, &clock, &mut go_on);
    let watch = async {
        let let_go = async {
            let mut quiet = 0;
            while quiet < 10 {
                clock.advance(TimeDelta::milliseconds(10));
                tokio::time::sleep(Duration::from_millis(20)).await;
                quiet = if leased(&store, clock.now()).await == 0 { quiet + 1 } else { 0 };
            }
        };
        eventually("the end of the signs of life", let_go).await;
        let lease = Lease { holder: "another".to_owned(), until: clock.now() + TimeDelta::hours(1) };
        let taken = store.claim(WorkKind::Enrich, "scripted-1", 9, &lease, clock.now()).await.unwrap();
        assert_eq!(taken.len(), 1);
        tell.send(()).unwrap();
    };
    let (outcome, ()) = tokio::join!(work, watch);
    assert_eq!((outcome.as_ref().unwrap().mentions, outcome.unwrap().lost), (0, 1));
}
