//! Why an opinion lies where it does, for a person to read.

use std::{collections::HashMap, sync::Arc};

use chrono::{DateTime, Utc};
use moodline_maps::parse_map;
use moodline_statistics::Logistic;
use moodline_store::{
    HeadStore, JudgedMention, MapHead, MapRecord, MapStore, ModelRecord, OpinionStore, Override, OverrideStore,
    StoreError, VectorStore,
};
use moodline_types::{Assignment, Embedding, MapId, TouchpointId};
use tracing::info;

use crate::{
    AssignConfig, AssignError, Placer,
    heads::{self, Head, MOST_CORRECTIONS},
};

/// Opinions placed by people that serve as examples, the latest: each costs every other opinion a comparison.
const MOST_EXAMPLES: u32 = 500;

/// How near an opinion is to a touchpoint.
#[derive(Debug, Clone, PartialEq)]
pub struct Nearness {
    /// The touchpoint.
    pub touchpoint: TouchpointId,
    /// Cosine to its description, −1 to 1.
    pub cosine: f32,
    /// Its share among all touchpoints by likeness, 0 to 1.
    pub share: f32,
}

/// One opinion's place on a map with what else was near.
#[derive(Debug, Clone, PartialEq)]
pub struct Explanation {
    /// Where it lies, by the map and the corrections as they are now.
    pub assignment: Assignment,
    /// The touchpoints nearest by their descriptions, the nearest first, at most three.
    pub nearest: Vec<Nearness>,
    /// The example sentence nearest to it, whose it is and its cosine.
    pub example: Option<(TouchpointId, String, f32)>,
}

impl Explanation {
    /// The nearest touchpoint but the one it lies at.
    pub fn runner_up(&self) -> Option<&Nearness> {
        let own = self.assignment.place.as_ref().map(|(_, touchpoint)| touchpoint);
        self.nearest.iter().find(|near| Some(&near.touchpoint) != own)
    }
}

/// A map ready to explain itself.
#[derive(Debug)]
pub struct Explainer {
    /// The map as registered.
    pub record: MapRecord,
    /// The model whose opinions count.
    pub model: ModelRecord,
    placer: Arc<Placer>,
}

impl Explainer {
    /// Reads a map and the vectors of its texts.
    ///
    /// # Errors
    /// [`AssignError::NoModel`], [`AssignError::UnknownMap`], [`AssignError::NotEmbedded`] where enrich has not made
    /// the vectors of its texts yet; the store's.
    pub async fn new<S>(store: &S, map: &MapId, config: &AssignConfig) -> Result<Self, AssignError>
    where
        S: MapStore + OpinionStore + VectorStore + OverrideStore + HeadStore + ?Sized,
    {
        let failed = |source: StoreError| AssignError::Store { map: map.clone(), source };
        let model = store.adopted_model().await.map_err(failed)?.ok_or(AssignError::NoModel)?;
        let records = store.maps().await.map_err(failed)?;
        let record = records.into_iter().find(|record| record.id == *map);
        let record = record.ok_or_else(|| AssignError::UnknownMap(map.clone()))?;
        let placer = Arc::new(placer(store, &record, &model, config).await?);
        Ok(Self { record, model, placer })
    }

    /// The touchpoints nearest to a vector, the nearest first, at most three.
    pub fn nearest(&self, embedding: &Embedding) -> Vec<Nearness> {
        self.placer.nearness(embedding).0
    }

    /// Why each opinion of a mention lies where it does, in order; empty where the map does not take its source.
    pub fn explain(&self, judged: &JudgedMention, overrides: &[Override]) -> Vec<Explanation> {
        let placed = self.placer.place(judged, overrides);
        let opinions: HashMap<_, _> = judged.opinions.iter().map(|opinion| (opinion.id, opinion)).collect();
        let explain = |assignment: Assignment| {
            let embedding = &opinions.get(&assignment.opinion)?.judged.embedding;
            let (nearest, example) = self.placer.nearness(embedding);
            Some(Explanation { assignment, nearest, example })
        };
        placed.assignments.into_iter().filter_map(explain).collect()
    }
}

/// What places the opinions of `model` on a map as registered, with what people taught it.
pub(crate) async fn placer<S>(
    store: &S,
    record: &MapRecord,
    model: &ModelRecord,
    config: &AssignConfig,
) -> Result<Placer, AssignError>
where
    S: VectorStore + OverrideStore + HeadStore + ?Sized,
{
    let failed = |source: StoreError| AssignError::Store { map: record.id.clone(), source };
    let mut placer = plain(store, record, model, config).await?;
    placer.learn(&store.placed_opinions(&record.id, &model.id, MOST_EXAMPLES).await.map_err(failed)?);
    for head in store.heads(&record.id, &model.id).await.map_err(failed)? {
        let MapHead { touchpoint, version, corrections, fit, .. } = head;
        if let Some((fit, place)) = fit.filter(|fit| fit.in_use).zip(placer.number(&touchpoint)) {
            let name = format!("head {version}, fitted to {corrections} corrections");
            placer.use_head(Head { place, name, logistic: Logistic { weights: fit.weights, bias: fit.bias } });
        }
    }
    Ok(placer)
}

/// Fits the heads of a map anew where the corrections, or the map, are not those they were fitted to. Where others are in
/// use then, everything is queued to be placed again.
pub(crate) async fn refit<S>(
    store: &S,
    record: &MapRecord,
    model: &ModelRecord,
    config: &AssignConfig,
    now: DateTime<Utc>,
) -> Result<(), AssignError>
where
    S: VectorStore + OverrideStore + HeadStore + ?Sized,
{
    let map = &record.id;
    let failed = |source: StoreError| AssignError::Store { map: map.clone(), source };
    let corrections = store.placed_opinions(map, &model.id, MOST_CORRECTIONS).await.map_err(failed)?;
    let known = store.heads(map, &model.id).await.map_err(failed)?;
    let version = heads::version_of(record, model, &corrections);
    if known.iter().all(|head| head.version == version) && known.is_empty() == corrections.is_empty() {
        return Ok(());
    }
    let plain = plain(store, record, model, config).await?;
    let fitted = tokio::task::spawn_blocking(move || heads::fitted(&plain, &corrections, &version, now)).await;
    let fitted = fitted.map_err(|error| AssignError::Thread { map: map.clone(), reason: error.to_string() })?;
    let in_use = |heads: &[MapHead]| -> Vec<TouchpointId> {
        let used = heads.iter().filter(|head| head.fit.as_ref().is_some_and(|fit| fit.in_use));
        used.map(|head| head.touchpoint.clone()).collect()
    };
    let (before, after) = (in_use(&known), in_use(&fitted));
    info!(map.id = %map, "fitted {} heads of map {map} to corrections, {} in use", fitted.len(), after.len());
    store.keep_heads(map, &model.id, &fitted, before != after, now).await.map_err(failed)
}

/// What places opinions by the map alone.
async fn plain<S>(
    store: &S,
    record: &MapRecord,
    model: &ModelRecord,
    config: &AssignConfig,
) -> Result<Placer, AssignError>
where
    S: VectorStore + ?Sized,
{
    let map = &record.id;
    let definition = parse_map(map.as_str(), &record.definition)
        .map_err(|source| AssignError::Definition { map: map.clone(), source: source.into() })?
        .map;
    let texts = definition.distinct_texts();
    let vectors = store.text_vectors(&model.id, &texts).await;
    let vectors = vectors.map_err(|source| AssignError::Store { map: map.clone(), source })?;
    let missing = texts.iter().filter(|text| !vectors.contains_key(*text)).count();
    if missing > 0 {
        return Err(AssignError::NotEmbedded { map: map.clone(), missing, texts: texts.len() });
    }
    Ok(Placer::new(&definition, &vectors, model.into(), config))
}
