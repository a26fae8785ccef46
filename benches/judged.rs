//! A database full of judged mentions, without a model: random opinions on the online bank's map.

use std::collections::BTreeMap;

use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};
use moodline_maps::{JourneyMap, parse_map};
use moodline_store::{
    IngestPage, Judgement, Lease, MapRecord, MapStore, MentionStore, ModelRecord, NewMention, OpinionStore,
    VectorStore, WorkKind, WorkStore,
};
use moodline_store_sqlite::SqliteStore;
use moodline_types::{Embedding, Emotions, JudgedOpinion, ModelId, Sentiment};
use rand::{RngExt, SeedableRng, rngs::SmallRng};

const DIMENSIONS: usize = 128;

/// Mentions written at once.
const PAGE: usize = 1000;

/// The map all opinions lie on.
pub(crate) fn map() -> JourneyMap {
    let text = include_str!("../config/maps/online-bank.toml");
    parse_map("online-bank.toml", text).expect("a sound map").map
}

/// The map as registered, under a version of our choosing.
pub(crate) fn record(map: &JourneyMap, version: &str) -> MapRecord {
    MapRecord {
        id: map.id.clone(),
        version: version.to_owned(),
        definition: include_str!("../config/maps/online-bank.toml").to_owned(),
        texts: map.distinct_texts(),
    }
}

/// The day of the newest mention.
pub(crate) fn last_day() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 5, 31).expect("a date")
}

/// Stores `count` mentions of the last 180 days, one opinion each, near one of the map's descriptions.
pub(crate) async fn fill(store: &SqliteStore, map: &JourneyMap, count: usize) {
    let now = last_day().and_hms_opt(12, 0, 0).expect("noon").and_utc();
    let mut random = SmallRng::seed_from_u64(7);
    let model: ModelId = "random-1".parse().expect("an id");
    let texts = map.distinct_texts();
    let vectors: Vec<(String, Embedding)> =
        texts.iter().map(|text| (text.clone(), Embedding::from_f32(&direction(&mut random, None)))).collect();
    let calibration = ModelRecord {
        id: model.clone(),
        dimensions: DIMENSIONS as u32,
        unassigned_below: 0.3,
        similarity_temperature: 0.1,
    };
    store.register_model(&calibration, now).await.expect("a model");
    store.register_map(&record(map, "version-0"), now).await.expect("a map");
    store.write_text_vectors(&model, &vectors).await.expect("vectors");
    let raw: Vec<Vec<f32>> = vectors
        .iter()
        .map(|(_, vector)| vector.to_bytes().iter().map(|b| f32::from(b.cast_signed())).collect())
        .collect();
    for first in (0..count).step_by(PAGE) {
        let size = PAGE.min(count - first);
        let mentions = (first..first + size).map(|number| mention(number, now, &mut random)).collect();
        let page = IngestPage { mentions, ..IngestPage::default() };
        store.commit_page(&"random".parse().expect("an id"), &page, now).await.expect("stored");
        let lease = Lease { holder: format!("bench-{first}"), until: now + TimeDelta::hours(1) };
        let claimed = store.claim(WorkKind::Enrich, model.as_str(), size as u32, &lease, now).await.expect("claimed");
        let judgements: Vec<Judgement> = claimed
            .iter()
            .map(|item| Judgement {
                mention: item.mention,
                revision: 1,
                language: Some("en".to_owned()),
                opinions: vec![opinion(&raw, &mut random)],
            })
            .collect();
        store.write_judgements(&model, &lease.holder, &judgements, now).await.expect("judged");
    }
}

fn mention(number: usize, now: DateTime<Utc>, random: &mut SmallRng) -> NewMention {
    NewMention {
        external_id: number.to_string(),
        canonical_id: None,
        thread: None,
        url: None,
        author_hash: None,
        title: None,
        text: format!("an opinion, number {number}"),
        language: None,
        posted_at: now - Days::new(random.random_range(0..180)) - TimeDelta::seconds(random.random_range(0..40_000)),
        posted_at_is_approximate: false,
        rating: None,
        content_hash: number.to_string(),
        marks: Vec::new(),
        redacted: BTreeMap::new(),
    }
}

fn opinion(places: &[Vec<f32>], random: &mut SmallRng) -> JudgedOpinion {
    let near = &places[random.random_range(0..places.len())];
    let negative: f32 = random.random_range(0.0..0.98);
    let sentiment = Sentiment { negative, neutral: 0.02, positive: 0.98 - negative };
    JudgedOpinion {
        start: 0,
        end: 10,
        evidence: "an opinion".to_owned(),
        sentiment,
        label: sentiment.label(0.5),
        emotions: Emotions::default(),
        embedding: Embedding::from_f32(&direction(random, Some(near))),
    }
}

/// A random vector, leaning towards `near`.
fn direction(random: &mut SmallRng, near: Option<&[f32]>) -> Vec<f32> {
    (0..DIMENSIONS).map(|i| random.random_range(-40.0_f32..40.0) + near.map_or(0.0, |near| near[i])).collect()
}
