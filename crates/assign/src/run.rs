//! The loop over batches.

use std::{collections::HashMap, fmt, num::NonZero, sync::Arc, time::Instant};

use moodline_store::{
    AssignmentStore, HeadStore, Heartbeat, JudgedMention, MapStore, MentionAssignments, ModelRecord, OpinionStore,
    Override, OverrideStore, RunStore, StoreError, VectorStore, WorkKind, WorkStore,
};
use moodline_types::{Clock, MapId, MentionId, RunKind, counted};
use tracing::{info, warn};

use crate::{
    AssignConfig, AssignError, Moves, Placer,
    explain::{placer, refit},
};

/// What placing changed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AssignOutcome {
    /// Mentions placed and written.
    pub mentions: u64,
    /// Opinions of them.
    pub opinions: u64,
    /// Opinions that fit no touchpoint.
    pub unassigned: u64,
    /// Mentions whose result was dropped because they changed, or were taken over, meanwhile.
    pub lost: u64,
    /// Mentions still waiting when this was last looked at.
    pub waiting: u64,
    /// Whether it was asked to stop before the end.
    pub stopped: bool,
    /// Opinions that had a place on the map before and have another now.
    pub moves: Moves,
}

impl fmt::Display for AssignOutcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (mentions, opinions) = (counted(self.mentions, "mention"), counted(self.opinions, "opinion"));
        write!(f, "{mentions}, {opinions}, {} of them unassigned", self.unassigned)?;
        if self.lost > 0 {
            write!(f, ", {} overtaken by a change", self.lost)?;
        }
        if self.stopped { write!(f, ", {} waiting", self.waiting) } else { Ok(()) }
    }
}

/// Places everything that waits for this map.
///
/// `progress` is called after every written batch and answers whether to go on; what is placed by then is still
/// written. Where nothing waits there is no run.
///
/// # Errors
/// [`AssignError::NotEmbedded`] where the adopted model has not embedded the map's texts; the store's. Batches written
/// before stay written.
pub async fn assign_map<S>(
    store: &S,
    map: &MapId,
    config: &AssignConfig,
    clock: &dyn Clock,
    progress: &mut (dyn FnMut(&AssignOutcome) -> bool + Send),
) -> Result<AssignOutcome, AssignError>
where
    S: MapStore
        + WorkStore
        + OpinionStore
        + VectorStore
        + AssignmentStore
        + OverrideStore
        + HeadStore
        + RunStore
        + ?Sized,
{
    let failed = |source: StoreError| AssignError::Store { map: map.clone(), source };
    let waiting = store.backlog(WorkKind::Assign, map.as_str(), clock.now()).await.map_err(failed)?.ready;
    if waiting == 0 {
        return Ok(AssignOutcome::default());
    }
    let run = store.start_run(RunKind::Assign, map.as_str(), clock.now()).await.map_err(failed)?;
    let began = Instant::now();
    let queue = (WorkKind::Assign, map.as_str());
    let heartbeat = Heartbeat::new(store, queue, config.lease.duration(), clock);
    let worker = Worker { store, map, config, clock, heartbeat };
    match worker.batches(AssignOutcome { waiting, ..AssignOutcome::default() }, progress).await {
        Ok(outcome) => {
            let summary = outcome.to_string();
            let duration_ms = began.elapsed().as_millis() as u64;
            info!(map.id = %map, mention.count = outcome.mentions, duration_ms, "placed on map {map}: {summary}");
            store.finish_run(run, Ok(&summary), clock.now()).await.map_err(failed)?;
            Ok(outcome)
        }
        Err(error) => {
            if let Err(second) = store.finish_run(run, Err(&error.to_string()), clock.now()).await {
                warn!(map.id = %map, run.id = %run, error = %second, "could not close the run that failed");
            }
            Err(error)
        }
    }
}

struct Worker<'a, S: ?Sized> {
    store: &'a S,
    map: &'a MapId,
    config: &'a AssignConfig,
    clock: &'a dyn Clock,
    heartbeat: Heartbeat<'a, S>,
}

/// A placer and what it was made of.
struct Prepared {
    placer: Arc<Placer>,
    version: String,
    model: ModelRecord,
}

/// Claimed mentions; an empty one ends the loop.
#[derive(Default)]
struct Claimed {
    holder: String,
    ids: Vec<MentionId>,
}

/// Claimed mentions with everything needed to place them.
struct Batch {
    claimed: Claimed,
    placer: Arc<Placer>,
    mentions: Vec<(JudgedMention, Vec<Override>)>,
}

/// A batch ready to be written.
struct Placed {
    claimed: Claimed,
    results: Vec<MentionAssignments>,
}

impl<S> Worker<'_, S>
where
    S: MapStore + WorkStore + OpinionStore + VectorStore + AssignmentStore + OverrideStore + HeadStore + ?Sized,
{
    /// While one batch is placed, the one before is written and the one after is read.
    async fn batches(
        &self,
        mut outcome: AssignOutcome,
        progress: &mut (dyn FnMut(&AssignOutcome) -> bool + Send),
    ) -> Result<AssignOutcome, AssignError> {
        let mut prepared = None;
        let mut next = self.read(&mut prepared).await?;
        let mut finished: Option<Placed> = None;
        while let Some(batch) = next.take() {
            let beside = async {
                let mut go_on = true;
                if let Some(placed) = finished.take() {
                    self.write(placed, &mut outcome).await?;
                    go_on = progress(&outcome);
                }
                if go_on { self.read(&mut prepared).await.map(|next| (next, false)) } else { Ok((None, true)) }
            };
            let both = async { tokio::join!(self.place(batch), beside) };
            let (placed, after) = self.heartbeat.beside(both).await;
            match (placed, after) {
                (Ok(placed), Ok((following, stopped))) => {
                    outcome.stopped = stopped;
                    (finished, next) = (Some(placed), following);
                }
                // What was placed is not thrown away because the next batch could not be read.
                (Ok(placed), Err(error)) => {
                    self.write(placed, &mut outcome).await?;
                    return Err(error);
                }
                (Err(error), following) => {
                    if let Ok((Some(following), _)) = following {
                        self.release(&following.claimed).await;
                    }
                    return Err(error);
                }
            }
        }
        if let Some(placed) = finished {
            self.write(placed, &mut outcome).await?;
            progress(&outcome);
        }
        outcome.stopped &= outcome.waiting > 0;
        Ok(outcome)
    }

    /// Claims and reads a batch; `None` when nothing is left.
    async fn read(&self, prepared: &mut Option<Prepared>) -> Result<Option<Batch>, AssignError> {
        let claimed = self.heartbeat.claim(self.config.batch_mentions.max(1)).await;
        let (holder, items) = claimed.map_err(|source| self.failed(source))?;
        if items.is_empty() {
            return Ok(None);
        }
        let claimed = Claimed { holder, ids: items.iter().map(|item| item.mention).collect() };
        match self.load(&claimed, prepared).await {
            Ok((placer, mentions)) => Ok(Some(Batch { claimed, placer, mentions })),
            Err(error) => {
                self.release(&claimed).await;
                Err(error)
            }
        }
    }

    async fn load(
        &self,
        claimed: &Claimed,
        prepared: &mut Option<Prepared>,
    ) -> Result<(Arc<Placer>, Vec<(JudgedMention, Vec<Override>)>), AssignError> {
        let (placer, model) = self.prepare(prepared).await?;
        let judged = self.store.judged_mentions(&model.id, &claimed.ids).await.map_err(|source| self.failed(source))?;
        let overrides = self.store.overrides(&claimed.ids).await.map_err(|source| self.failed(source))?;
        let mut by_mention: HashMap<MentionId, Vec<Override>> = HashMap::new();
        for said in overrides {
            by_mention.entry(said.mention).or_default().push(said);
        }
        let mentions = judged
            .into_iter()
            .map(|judged| {
                let overrides = by_mention.remove(&judged.mention.id).unwrap_or_default();
                (judged, overrides)
            })
            .collect();
        Ok((placer, mentions))
    }

    /// The placer for the map and model as they are now. Looked at after each claim: work queued by an edit of the map
    /// must not be done, and ended, with the map as it was before.
    async fn prepare(&self, prepared: &mut Option<Prepared>) -> Result<(Arc<Placer>, ModelRecord), AssignError> {
        let model = self.store.adopted_model().await.map_err(|source| self.failed(source))?;
        let model = model.ok_or(AssignError::NoModel)?;
        let records = self.store.maps().await.map_err(|source| self.failed(source))?;
        let record = records.into_iter().find(|record| record.id == *self.map);
        let record = record.ok_or_else(|| AssignError::UnknownMap(self.map.clone()))?;
        if let Some(known) = prepared
            && known.version == record.version
            && known.model == model
        {
            return Ok((Arc::clone(&known.placer), model));
        }
        refit(self.store, &record, &model, self.config, self.clock.now()).await?;
        let placer = Arc::new(placer(self.store, &record, &model, self.config).await?);
        *prepared = Some(Prepared { placer: Arc::clone(&placer), version: record.version, model: model.clone() });
        Ok((placer, model))
    }

    /// Places a batch on as many threads as there are processors.
    async fn place(&self, batch: Batch) -> Result<Placed, AssignError> {
        let Batch { claimed, placer, mut mentions } = batch;
        let threads = std::thread::available_parallelism().map_or(1, NonZero::get);
        let share = mentions.len().div_ceil(threads).max(1);
        let mut parts = Vec::with_capacity(threads);
        while !mentions.is_empty() {
            let part = mentions.split_off(mentions.len().saturating_sub(share));
            let placer = Arc::clone(&placer);
            parts.push(tokio::task::spawn_blocking(move || {
                part.iter().map(|(judged, overrides)| placer.place(judged, overrides)).collect::<Vec<_>>()
            }));
        }
        let mut results = Vec::with_capacity(claimed.ids.len());
        let mut lost = None;
        for part in parts {
            match part.await {
                Ok(placed) => results.extend(placed),
                Err(error) => lost = Some(error.to_string()),
            }
        }
        if let Some(reason) = lost {
            self.release(&claimed).await;
            return Err(AssignError::Thread { map: self.map.clone(), reason });
        }
        // A mention that the model has not judged, or that is gone, ends its work with nothing.
        let placed: std::collections::HashSet<MentionId> = results.iter().map(|result| result.mention).collect();
        let nothing =
            |mention| MentionAssignments { mention, assignments: Vec::new(), tallies: Vec::new(), flags: Vec::new() };
        results.extend(claimed.ids.iter().copied().filter(|id| !placed.contains(id)).map(nothing));
        results.sort_by_key(|result| result.mention);
        Ok(Placed { claimed, results })
    }

    async fn write(&self, placed: Placed, outcome: &mut AssignOutcome) -> Result<(), AssignError> {
        let Placed { claimed, results } = placed;
        let written = self.store.write_assignments(self.map, &claimed.holder, &results, self.clock.now()).await;
        let written = match written {
            Ok(written) => written,
            Err(source) => {
                self.release(&claimed).await;
                return Err(self.failed(source));
            }
        };
        let opinions = || results.iter().flat_map(|result| &result.assignments);
        outcome.mentions += written.written;
        outcome.lost += written.lost;
        outcome.moves.add(&written.moved);
        outcome.opinions += opinions().count() as u64;
        outcome.unassigned += opinions().filter(|assignment| assignment.place.is_none()).count() as u64;
        outcome.waiting = outcome.waiting.saturating_sub(results.len() as u64);
        Ok(())
    }

    /// Gives a batch back after an error; if that fails as well, its lease runs out.
    async fn release(&self, claimed: &Claimed) {
        let Claimed { holder, ids } = claimed;
        if let Err(error) = self.store.release(WorkKind::Assign, self.map.as_str(), holder, ids).await {
            warn!(map.id = %self.map, mention.count = ids.len(), error = %error, "could not give a batch back");
        }
    }

    fn failed(&self, source: StoreError) -> AssignError {
        AssignError::Store { map: self.map.clone(), source }
    }
}
