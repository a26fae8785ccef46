//! Reading rollups and writing layers, as one run.

use std::{
    collections::{BTreeMap, HashSet},
    fmt,
};

use chrono::NaiveDate;
use moodline_maps::{JourneyMap, parse_map};
use moodline_statistics::SaidOf;
use moodline_store::{JoinedPeriod, LabelStore, LayerStore, MapStore, OpinionStore, RunStore, SaidCount, StoreError};
use moodline_types::{
    Clock, DayWindow, Layer, LayerNode, LayerState, MapId, Period, RunId, RunKind, SentimentLabel, TouchpointId,
    counted,
};
use tracing::{debug, info, warn};

use crate::{
    Computed, Evidence, LayersConfig, LayersError,
    calendar::{closed, days_heard},
    compute, days_needed,
    journey::Journey,
    voices::joined_period,
};

/// What a refresh wrote.
#[derive(Debug, Clone, PartialEq)]
pub struct LayersOutcome {
    /// The run that the layers belong to: the version of the curve.
    pub run: RunId,
    /// Layers written.
    pub layers: usize,
    /// The headline window.
    pub window: DayWindow,
    /// Mentions that entered the map's index in the headline window, each counted once.
    pub mentions: u64,
    /// Net sentiment of the whole map, −1 to 1; `None` without data.
    pub net: Option<f64>,
    /// Touchpoints whose number may be read.
    pub readable: usize,
    /// Touchpoints of the map.
    pub touchpoints: usize,
    /// Weeks and months that are over whose voices were read again; of the others it was known what they change.
    pub read_again: usize,
}

impl LayersOutcome {
    fn new(run: RunId, window: DayWindow, computed: &Computed, read_again: usize) -> Self {
        let layers = &computed.layers;
        let headline = |layer: &&Layer| layer.period == Period::Window && layer.persona.is_none();
        let map = layers.iter().filter(headline).find(|layer| layer.node == LayerNode::Map);
        let touchpoints: Vec<&Layer> =
            layers.iter().filter(headline).filter(|l| matches!(l.node, LayerNode::Touchpoint(..))).collect();
        Self {
            run,
            layers: layers.len() + computed.segments.len(),
            window,
            mentions: computed.mentions,
            net: map.and_then(|layer| layer.net),
            readable: touchpoints.iter().filter(|layer| layer.state == LayerState::Ok).count(),
            touchpoints: touchpoints.len(),
            read_again,
        }
    }
}

impl fmt::Display for LayersOutcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { layers, window, mentions, readable, touchpoints, .. } = self;
        let (layers, mentions) = (counted(*layers, "layer"), counted(*mentions, "mention"));
        write!(f, "{layers} from {mentions} of {} to {}, ", window.from, window.to)?;
        if let Some(net) = self.net {
            write!(f, "net sentiment {net:+.2}, ")?;
        }
        write!(f, "{readable} of {touchpoints} touchpoints readable")
    }
}

/// Computes and writes the layers of `map` as of the end of the UTC day `as_of`.
///
/// Refreshing again changes nothing but adds a version: the layers of earlier runs stay readable.
pub async fn refresh_layers<S>(
    store: &S,
    map: &MapId,
    config: &LayersConfig,
    as_of: NaiveDate,
    clock: &dyn Clock,
) -> Result<LayersOutcome, LayersError>
where
    S: MapStore + LayerStore + RunStore + OpinionStore + LabelStore + ?Sized,
{
    let failed = |source: StoreError| LayersError::Store { map: map.clone(), source };
    let run = store.start_run(RunKind::Layers, map.as_str(), clock.now()).await.map_err(failed)?;
    match write(store, map, config, as_of, clock, run).await {
        Ok(outcome) => {
            info!(map.id = %map, run.id = %run, layer.count = outcome.layers, "refreshed map {map}: {outcome}");
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

/// Labelled texts from which shares are corrected, and of each label: with fewer the correction is wider than the error.
const LEAST_TEXTS: f64 = 200.0;
const LEAST_OF_LABEL: f64 = 20.0;

/// What the model said of labelled texts; `None` of too few. Mixed counts as neutral, as it does in the index.
fn said_of(counts: &[SaidCount]) -> Option<SaidOf> {
    let mut known = SaidOf::default();
    for SaidCount { gold, said, texts } in counts {
        let class = |label: &SentimentLabel| match label {
            SentimentLabel::Negative => 0,
            SentimentLabel::Neutral | SentimentLabel::Mixed => 1,
            SentimentLabel::Positive => 2,
            SentimentLabel::Unsure => 3,
        };
        if let Some(row) = known.counts.get_mut(class(gold)) {
            row[class(said)] += *texts as f64;
        }
    }
    let enough = known.total() >= LEAST_TEXTS && known.known().iter().all(|texts| *texts >= LEAST_OF_LABEL);
    enough.then_some(known)
}

/// The weeks and months of the curve that are over, joined: as they were kept where nothing is counted otherwise on their
/// days since, else from what voices said there, one after the other, and kept for the nights to come; and how many those
/// were.
async fn joined<S>(
    store: &S,
    definition: &JourneyMap,
    config: &LayersConfig,
    as_of: NaiveDate,
) -> Result<(Vec<JoinedPeriod>, usize), StoreError>
where
    S: LayerStore + ?Sized,
{
    let map = &definition.id;
    let days = days_needed(config, as_of);
    let shape = Journey::new(definition).shape();
    // Asked before anything else is read: what changes meanwhile is read again the next night.
    let changes: BTreeMap<NaiveDate, u64> = store.tally_changes(map, days).await?.into_iter().collect();
    let kept = store.joined_periods(map, &shape).await?;
    let (mut joined, mut fresh) = (Vec::new(), Vec::new());
    for (period, window) in closed(config, as_of) {
        let times = changes.range(window.from..=window.to).map(|(_, times)| times).sum();
        let known = kept.iter().find(|known| (known.period, known.from) == (period, window.from));
        if let Some(known) = known.filter(|known| known.changes == times) {
            joined.push(known.clone());
        } else {
            let voices = store.voices(map, window).await?;
            fresh.push(joined_period(definition, (period, window), &voices, times));
        }
    }
    let read_again = fresh.len();
    debug!(map.id = %map, "joined {read_again} weeks and months of map {map} anew, {} hold", joined.len());
    if read_again > 0 {
        store.keep_joined_periods(map, &shape, days.from, &fresh).await?;
    }
    joined.append(&mut fresh);
    Ok((joined, read_again))
}

async fn write<S>(
    store: &S,
    map: &MapId,
    config: &LayersConfig,
    as_of: NaiveDate,
    clock: &dyn Clock,
    run: RunId,
) -> Result<LayersOutcome, LayersError>
where
    S: MapStore + LayerStore + OpinionStore + LabelStore + ?Sized,
{
    let failed = |source: StoreError| LayersError::Store { map: map.clone(), source };
    let records = store.maps().await.map_err(failed)?;
    let record =
        records.into_iter().find(|record| record.id == *map).ok_or_else(|| LayersError::UnknownMap(map.clone()))?;
    let definition = parse_map(map.as_str(), &record.definition)
        .map_err(|source| LayersError::Definition { map: map.clone(), source: source.into() })?
        .map;
    let days = days_needed(config, as_of);
    let rollups = store.rollups(map, days).await.map_err(failed)?;
    let (joined, read_again) = joined(store, &definition, config, as_of).await.map_err(failed)?;
    let voices = store.voices(map, days_heard(config, as_of)).await.map_err(failed)?;
    // Of a touchpoint that was heard on these days the last day is known; the others need a look at all time.
    let heard: HashSet<&TouchpointId> = rollups.iter().filter_map(|row| row.touchpoint.as_ref()).collect();
    let last_days = if definition.touchpoints().all(|(_, touchpoint)| heard.contains(&touchpoint.id)) {
        Vec::new()
    } else {
        store.last_days(map).await.map_err(failed)?
    };
    let hours = if definition.tells_hours() {
        store.hours(map, DayWindow::ending(as_of, config.window_days)).await.map_err(failed)?
    } else {
        Vec::new()
    };
    let known = match store.adopted_model().await.map_err(failed)? {
        Some(model) => said_of(&store.labels(&model.id).await.map_err(failed)?),
        None => None,
    };
    let evidence = Evidence {
        rollups: &rollups,
        voices: &voices,
        joined: &joined,
        last_days: &last_days,
        hours: &hours,
        known: known.as_ref(),
    };
    let computed = compute(&definition, &evidence, config, as_of);
    let outcome = LayersOutcome::new(run, DayWindow::ending(as_of, config.window_days), &computed, read_again);
    let Computed { layers, segments, .. } = computed;
    let summary = outcome.to_string();
    store.write_layers(run, map, &layers, &segments, &summary, clock.now()).await.map_err(failed)?;
    Ok(outcome)
}
