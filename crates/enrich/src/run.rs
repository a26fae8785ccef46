//! The loop over batches.

use std::{
    fmt,
    sync::{Arc, Mutex, PoisonError},
    time::Instant,
};

use moodline_model::{Classifier, ModelError, ModelProfile, Text, Verdict};
use moodline_store::{
    Heartbeat, MentionStore, ModelRecord, OpinionStore, PhraseStore, RunStore, VectorStore, WorkKind, WorkStore,
};
use moodline_types::{Clock, Embedding, ModelId, RunKind, SPANS, counted};
use tracing::{Instrument as _, Span, info, info_span, warn};

use crate::{
    EnrichConfig, EnrichError,
    batch::{Batch, Judged, judge},
    phrases::{Phrases, follow},
    recent::{Asked, RecentVerdicts},
    texts::embed_pending,
};

/// One loaded model, used by one thread at a time.
#[derive(Clone)]
pub struct SharedModel {
    profile: ModelProfile,
    classifier: Arc<Mutex<dyn Classifier>>,
    recent: Arc<Mutex<RecentVerdicts>>,
    phrases: Arc<Phrases>,
}

impl SharedModel {
    /// Shares a loaded model.
    pub fn new<C: Classifier + 'static>(classifier: C) -> Self {
        Self {
            profile: classifier.profile().clone(),
            classifier: Arc::new(Mutex::new(classifier)),
            recent: Arc::new(Mutex::new(RecentVerdicts::new())),
            phrases: Arc::default(),
        }
    }

    /// The same model with phrases that it reads otherwise; what it said lately is forgotten.
    #[must_use]
    pub fn with_phrases(self, phrases: Phrases) -> Self {
        Self { recent: Arc::new(Mutex::new(RecentVerdicts::new())), phrases: Arc::new(phrases), ..self }
    }

    /// What the model says of itself.
    pub fn profile(&self) -> &ModelProfile {
        &self.profile
    }

    /// What a database keeps of it.
    pub fn record(&self) -> ModelRecord {
        ModelRecord {
            id: self.profile.id.clone(),
            dimensions: u32::try_from(self.profile.dimensions).unwrap_or(u32::MAX),
            unassigned_below: self.profile.unassigned_below,
            similarity_temperature: self.profile.similarity_temperature,
        }
    }

    /// Judges texts, each with its language hint, on a thread that may block.
    pub async fn classify(&self, texts: Vec<(String, Option<String>)>) -> Result<Vec<Verdict>, EnrichError> {
        let phrases = Arc::clone(&self.phrases);
        self.on_its_thread(move |classifier| {
            phrases.judged(&texts, |read| {
                let hints = texts.iter().map(|(_, hint)| hint.as_deref());
                let read = read.iter().zip(hints).map(|(text, language_hint)| Text { text, language_hint });
                classifier.classify(&read.collect::<Vec<_>>())
            })
        })
        .await
    }

    /// As [`SharedModel::classify`], but texts that were judged lately are not judged again.
    pub(crate) async fn classify_or_recall(&self, texts: Vec<Asked>) -> Result<Vec<Verdict>, EnrichError> {
        let mut found: Vec<Option<Verdict>> = {
            let mut recent = self.recent.lock().unwrap_or_else(PoisonError::into_inner);
            texts.iter().map(|asked| recent.find(asked)).collect()
        };
        let unknown = texts.into_iter().zip(&found).filter(|(_, found)| found.is_none()).map(|(asked, _)| asked);
        let unknown: Vec<Asked> = unknown.collect();
        if !unknown.is_empty() {
            let verdicts = self.classify(unknown.clone()).await?;
            let mut recent = self.recent.lock().unwrap_or_else(PoisonError::into_inner);
            let places = found.iter_mut().filter(|found| found.is_none());
            for ((place, asked), verdict) in places.zip(unknown).zip(verdicts) {
                recent.keep(asked, &verdict);
                *place = Some(verdict);
            }
        }
        Ok(found.into_iter().flatten().collect())
    }

    /// Keeps no text that was judged: some may be erased before they are said again.
    fn forget_recent(&self) {
        self.recent.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// Embeds texts; each comes back with its vector.
    pub async fn embed(&self, texts: Vec<String>) -> Result<Vec<(String, Embedding)>, EnrichError> {
        self.on_its_thread(move |classifier| {
            let borrowed: Vec<&str> = texts.iter().map(String::as_str).collect();
            let vectors = classifier.embed(&borrowed)?;
            Ok(texts.into_iter().zip(vectors).collect())
        })
        .await
    }

    async fn on_its_thread<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut dyn Classifier) -> Result<T, ModelError> + Send + 'static,
    ) -> Result<T, EnrichError> {
        let classifier = Arc::clone(&self.classifier);
        tokio::task::spawn_blocking(move || {
            // A panic inside an earlier call left no half-written state behind: every call builds its own.
            let mut classifier = classifier.lock().unwrap_or_else(PoisonError::into_inner);
            work(&mut *classifier)
        })
        .await
        .map_err(|lost| EnrichError::Thread(lost.to_string()))?
        .map_err(EnrichError::Model)
    }
}

impl fmt::Debug for SharedModel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SharedModel").field("profile", &self.profile).finish_non_exhaustive()
    }
}

/// What judging changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct EnrichOutcome {
    /// Mentions judged and written.
    pub mentions: u64,
    /// Opinions written for them.
    pub opinions: u64,
    /// Texts of maps embedded.
    pub texts: u64,
    /// Results dropped because the mention changed, or was taken over, meanwhile.
    pub lost: u64,
    /// Failed tries.
    pub failed: u64,
    /// Mentions given up after too many of them.
    pub set_aside: u64,
    /// Mentions still waiting when this was last looked at.
    pub waiting: u64,
    /// Whether it was asked to stop before the end.
    pub stopped: bool,
}

/// Judges everything that waits for this model, whose opinions count or will be the first to.
///
/// `progress` is called after every written batch and answers whether to go on.
///
/// # Errors
/// [`EnrichError::OtherModel`] where another model's opinions count; the store's, or the model's where it fails on
/// everything. Batches written before stay written.
pub async fn enrich<S>(
    store: &S,
    model: &SharedModel,
    config: &EnrichConfig,
    clock: &dyn Clock,
    progress: &mut (dyn FnMut(&EnrichOutcome) -> bool + Send),
) -> Result<EnrichOutcome, EnrichError>
where
    S: MentionStore + WorkStore + OpinionStore + PhraseStore + VectorStore + RunStore + ?Sized,
{
    let loaded = &model.profile().id;
    if let Some(adopted) = store.adopted_model().await?.filter(|adopted| adopted.id != *loaded) {
        return Err(EnrichError::OtherModel { adopted: adopted.id, loaded: loaded.clone() });
    }
    rescore(store, model, config, clock, progress).await
}

/// Judges everything that waits for this model, beside whichever model's opinions count: what counts does not change.
///
/// # Errors
/// As for [`enrich`], but for its first.
pub async fn rescore<S>(
    store: &S,
    model: &SharedModel,
    config: &EnrichConfig,
    clock: &dyn Clock,
    progress: &mut (dyn FnMut(&EnrichOutcome) -> bool + Send),
) -> Result<EnrichOutcome, EnrichError>
where
    S: MentionStore + WorkStore + OpinionStore + PhraseStore + VectorStore + RunStore + ?Sized,
{
    let profile = model.profile();
    store.register_model(&model.record(), clock.now()).await?;
    follow(store, &model.phrases, clock).await?;
    let id = &profile.id;
    let texts = embed_pending(store, model, id).await?;
    let waiting = store.backlog(WorkKind::Enrich, id.as_str(), clock.now()).await?.ready;
    let start = EnrichOutcome { texts, waiting, ..EnrichOutcome::default() };
    if waiting == 0 {
        return Ok(start);
    }
    let run = store.start_run(RunKind::Enrich, id.as_str(), clock.now()).await?;
    let began = Instant::now();
    let queue = (WorkKind::Enrich, id.as_str());
    let heartbeat = Heartbeat::new(store, queue, config.lease.duration(), clock);
    let worker = Worker { store, model, config, clock, id, heartbeat };
    let outcome = worker.batches(start, progress).await;
    model.forget_recent();
    match outcome {
        Ok(outcome) => {
            let summary = outcome.to_string();
            let seconds = began.elapsed().as_secs_f64();
            info!(model.id = %id, mention.count = outcome.mentions, seconds, "judged {summary}");
            store.finish_run(run, Ok(&summary), clock.now()).await?;
            Ok(outcome)
        }
        Err(error) => {
            if let Err(second) = store.finish_run(run, Err(&error.to_string()), clock.now()).await {
                warn!(error = %second, "could not close the run that failed");
            }
            Err(error)
        }
    }
}

struct Worker<'a, S: ?Sized> {
    store: &'a S,
    model: &'a SharedModel,
    config: &'a EnrichConfig,
    clock: &'a dyn Clock,
    id: &'a ModelId,
    heartbeat: Heartbeat<'a, S>,
}

impl<S> Worker<'_, S>
where
    S: MentionStore + WorkStore + OpinionStore + ?Sized,
{
    /// While the model reads one batch, the one before is written and the one after is claimed.
    async fn batches(
        &self,
        mut outcome: EnrichOutcome,
        progress: &mut (dyn FnMut(&EnrichOutcome) -> bool + Send),
    ) -> Result<EnrichOutcome, EnrichError> {
        let mut current = self.claim().await?;
        let mut finished: Option<Judged> = None;
        while !current.items.is_empty() {
            let holder = current.holder.clone();
            let claimed: Vec<_> = current.items.iter().map(|item| item.mention).collect();
            let beside = async {
                if let Some(judged) = finished.take() {
                    self.write(judged, &mut outcome).await?;
                }
                let go_on = progress(&outcome);
                if go_on { self.claim().await.map(Some) } else { Ok(None) }
            };
            let judging =
                judge(current, self.model, self.config.max_tries).instrument(self.span("judge", claimed.len()));
            let both = async { tokio::join!(judging, beside) };
            let (judged, next) = self.heartbeat.beside(both).await;
            let judged = match judged {
                Ok(judged) => judged,
                Err(error) => {
                    self.store.release(WorkKind::Enrich, self.id.as_str(), &holder, &claimed).await?;
                    if let Ok(Some(next)) = next {
                        self.give_back(next).await?;
                    }
                    return Err(error);
                }
            };
            match next {
                Ok(Some(next)) => {
                    finished = Some(judged);
                    current = next;
                }
                Ok(None) => {
                    self.write(judged, &mut outcome).await?;
                    outcome.stopped = outcome.waiting > 0;
                    return Ok(outcome);
                }
                Err(error) => {
                    // What was judged is not thrown away because the next claim failed.
                    self.write(judged, &mut outcome).await?;
                    return Err(error);
                }
            }
        }
        if let Some(judged) = finished {
            self.write(judged, &mut outcome).await?;
            progress(&outcome);
        }
        Ok(outcome)
    }

    /// The span of a step of `mentions`.
    fn span(&self, step: &'static str, mentions: usize) -> Span {
        info_span!(target: SPANS, "batch", otel.name = step, model.id = %self.id, mention.count = mentions as i64)
    }

    async fn claim(&self) -> Result<Batch, EnrichError> {
        let (holder, items) = self.heartbeat.claim(self.config.batch_mentions).await?;
        let ids: Vec<_> = items.iter().map(|item| item.mention).collect();
        let mentions = if ids.is_empty() { Vec::new() } else { self.store.mentions(&ids).await? };
        Ok(Batch { holder, items, mentions })
    }

    async fn give_back(&self, batch: Batch) -> Result<(), EnrichError> {
        let ids: Vec<_> = batch.items.iter().map(|item| item.mention).collect();
        Ok(self.store.release(WorkKind::Enrich, self.id.as_str(), &batch.holder, &ids).await?)
    }

    async fn write(&self, judged: Judged, outcome: &mut EnrichOutcome) -> Result<(), EnrichError> {
        let opinions: u64 = judged.judgements.iter().map(|j| j.opinions.len() as u64).sum();
        let writing = self.store.write_judgements(self.id, &judged.holder, &judged.judgements, self.clock.now());
        let written = writing.instrument(self.span("write", judged.judgements.len())).await?;
        outcome.mentions += written.written;
        outcome.opinions += opinions;
        outcome.lost += written.lost;
        outcome.waiting = outcome.waiting.saturating_sub(judged.judgements.len() as u64);
        for (mention, error) in judged.failures {
            warn!(mention.id = %mention, error, "mention {mention} could not be judged");
            outcome.failed += 1;
            let target = self.id.as_str();
            let tries = self.config.max_tries;
            let given_up = self.store.fail(WorkKind::Enrich, target, &judged.holder, mention, &error, tries).await?;
            outcome.set_aside += u64::from(given_up);
        }
        Ok(())
    }
}

impl fmt::Display for EnrichOutcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, {}", counted(self.mentions, "mention"), counted(self.opinions, "opinion"))?;
        for (count, what) in [
            (self.texts, "map texts"),
            (self.lost, "overtaken by a change"),
            (self.failed, "failed tries"),
            (self.set_aside, "set aside"),
        ] {
            if count > 0 {
                write!(f, ", {count} {what}")?;
            }
        }
        if self.stopped { write!(f, ", {} waiting", self.waiting) } else { Ok(()) }
    }
}
