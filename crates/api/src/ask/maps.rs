//! Maps with their curves.

use std::{
    collections::HashMap,
    sync::{Arc, LazyLock, Mutex, PoisonError},
};

use moodline_maps::{ExportFormat, LoadedMap, MapView, Marks, Today, export, parse_map};
use moodline_store::{LayerSet, Store};
use moodline_types::{AlertQuery, Layer, LayerNode, MapId, Period, PersonaId, RunId, StageId, TouchpointId};

use crate::{
    AskError,
    body::{
        AgainstTarget, Head, LayerPoint, LayerSeries, Level, MapShown, MapSummary, PeriodKind, Persona, StageSummary,
        TouchpointSummary,
    },
};

/// Most alerts and watches that go on at one map.
const MOST: u32 = 10_000;

/// A registered map and the layers of one of its runs.
#[derive(Debug, Clone)]
pub struct Measured {
    /// The map.
    pub loaded: Arc<LoadedMap>,
    /// Its layers; `None` before it was drawn.
    pub set: Option<LayerSet>,
    /// Alerts that go on, and changes.
    pub marks: Marks,
    /// How the map stands that this one is the future of.
    pub today: Option<Today>,
}

impl Measured {
    /// The map with its layers, for everyone or for one persona.
    pub fn view<'a>(&'a self, names: &'a str, persona: Option<&PersonaId>) -> MapView<'a> {
        let marks = self.marks.clone();
        // What one persona says is not held against what is wanted for everyone.
        let today = self.today.clone().filter(|_| persona.is_none());
        let Some(set) = &self.set else {
            return MapView::new(&self.loaded.map, names).with_marks(marks).with_today(today);
        };
        let layers = set.layers.iter().filter(|layer| layer.persona.as_ref() == persona).cloned();
        // The view shows layers without a persona: here these are the ones asked for.
        let layers = layers.map(|layer| Layer { persona: None, ..layer });
        MapView::with_layers(&self.loaded.map, names, set.run.id, layers).with_marks(marks).with_today(today)
    }

    /// The headline layers for everyone.
    pub fn headline(&self) -> impl Iterator<Item = &Layer> {
        let layers = self.set.iter().flat_map(|set| &set.layers);
        layers.filter(|layer| layer.period == Period::Window && layer.persona.is_none())
    }

    fn summary(self) -> MapSummary {
        let whole = self.headline().find(|layer| layer.node == LayerNode::Map);
        let map = &self.loaded.map;
        MapSummary {
            map: map.id.clone(),
            name: map.name.in_language("en").to_owned(),
            stages: map.stages.len(),
            touchpoints: map.touchpoints().count(),
            n: whole.map_or(0, |layer| layer.counts.n()),
            net: whole.and_then(|layer| layer.net),
            low: whole.and_then(|layer| layer.low),
            high: whole.and_then(|layer| layer.high),
            refreshed_at: self.set.as_ref().and_then(|set| set.run.finished_at),
        }
    }
}

/// Maps as they were read last: reading one takes longer than most answers.
static READ: LazyLock<Mutex<HashMap<MapId, Arc<LoadedMap>>>> = LazyLock::new(Mutex::default);

fn parsed(id: &MapId, definition: &str) -> Result<Arc<LoadedMap>, AskError> {
    let read = || READ.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(known) = read().get(id).filter(|known| known.definition == definition) {
        return Ok(Arc::clone(known));
    }
    let loaded = parse_map(id.as_str(), definition).map_err(|error| AskError::Failed(Box::new(error)))?;
    let loaded = Arc::new(loaded);
    read().insert(id.clone(), Arc::clone(&loaded));
    Ok(loaded)
}

/// A registered map, without its layers.
///
/// # Errors
/// `Missing` names the maps there are.
pub async fn loaded(store: &dyn Store, map: &MapId) -> Result<Arc<LoadedMap>, AskError> {
    let records = store.maps().await?;
    let record = records.iter().find(|record| record.id == *map);
    let record = record
        .ok_or_else(|| AskError::missing("map", map.as_str(), records.iter().map(|record| record.id.as_str())))?;
    parsed(map, &record.definition)
}

/// A map and its newest layers, or those of a run.
///
/// # Errors
/// `Missing` where there is no such map or no such run of it.
pub async fn measured(store: &dyn Store, map: &MapId, run: Option<RunId>) -> Result<Measured, AskError> {
    let loaded = loaded(store, map).await?;
    let set = store.layers(map, run).await?;
    if let (Some(run), None) = (run, &set) {
        return Err(AskError::Missing {
            what: "finished run",
            id: run.to_string(),
            hint: format!(" of map {map}; `moodline runs --kind layers` lists those there are"),
        });
    }
    let query = AlertQuery { map: Some(map.clone()), going_on: Some(true), limit: MOST, ..AlertQuery::default() };
    let marks = Marks::new(store.alerts(&query).await?, store.changes(Some(map)).await?);
    let today = match &loaded.map.future_of {
        Some(today) => Some(standing(store, today).await?),
        None => None,
    };
    Ok(Measured { loaded, set, marks, today })
}

/// How a map stands in its newest run; nowhere yet where there is none.
async fn standing(store: &dyn Store, map: &MapId) -> Result<Today, AskError> {
    let set = store.layers(map, None).await?;
    let run = set.as_ref().map(|set| set.run.id);
    Ok(Today::new(map.clone(), run, set.into_iter().flat_map(|set| set.layers)))
}

/// Every map in use, by id.
///
/// # Errors
/// Where the database does not answer.
pub async fn list(store: &dyn Store) -> Result<Vec<MapSummary>, AskError> {
    let mut maps = Vec::new();
    for record in store.maps().await? {
        let loaded = parsed(&record.id, &record.definition)?;
        let set = store.layers(&record.id, None).await?;
        maps.push(Measured { loaded, set, marks: Marks::default(), today: None }.summary());
    }
    Ok(maps)
}

/// One map with its curve, names in the language `names`.
///
/// # Errors
/// `Missing` for a map, run or persona that does not exist.
pub async fn show(
    store: &dyn Store,
    map: &MapId,
    run: Option<RunId>,
    persona: Option<&PersonaId>,
    names: &str,
) -> Result<MapShown, AskError> {
    let measured = measured(store, map, run).await?;
    of_persona(&measured.loaded, persona)?;
    Ok(MapShown::new(&measured.view(names, persona)))
}

/// Refuses a persona that the map does not have.
///
/// # Errors
/// `Field` names those it has.
pub fn of_persona(loaded: &LoadedMap, persona: Option<&PersonaId>) -> Result<(), AskError> {
    match persona {
        Some(id) if loaded.map.persona(id).is_none() => {
            Err(of_map(loaded, "persona", id.as_str(), loaded.map.personas.iter().map(|known| known.id.as_str())))
        }
        _ => Ok(()),
    }
}

/// Refuses stages and touchpoints that the map does not have: an empty answer would say that nobody complained.
///
/// # Errors
/// `Field` names those it has.
pub fn of_place(
    loaded: &LoadedMap,
    stage: Option<&StageId>,
    touchpoint: Option<&TouchpointId>,
) -> Result<(), AskError> {
    let map = &loaded.map;
    if let Some(id) = touchpoint.filter(|id| map.touchpoint(id).is_none()) {
        return Err(of_map(loaded, "touchpoint", id.as_str(), map.touchpoints().map(|(_, known)| known.id.as_str())));
    }
    if let Some(id) = stage.filter(|id| map.stage(id).is_none()) {
        return Err(of_map(loaded, "stage", id.as_str(), map.stages.iter().map(|known| known.id.as_str())));
    }
    Ok(())
}

fn of_map<'a>(loaded: &LoadedMap, what: &'static str, id: &str, known: impl Iterator<Item = &'a str>) -> AskError {
    let known: Vec<&str> = known.collect();
    AskError::field(what, format!("map {} has no {what} `{id}`; it has {}", loaded.map.id, known.join(", ")))
}

/// The stages of a map, in order.
///
/// # Errors
/// `Missing` where there is no such map.
pub async fn stages(store: &dyn Store, map: &MapId, names: &str) -> Result<Vec<StageSummary>, AskError> {
    let loaded = loaded(store, map).await?;
    let summary = |stage: &moodline_maps::Stage| StageSummary {
        id: stage.id.clone(),
        name: stage.name.in_language(names).to_owned(),
        description: stage.description.as_ref().map(|text| text.in_language(names).to_owned()),
        touchpoints: stage.touchpoints.iter().map(|touchpoint| touchpoint.id.clone()).collect(),
    };
    Ok(loaded.map.stages.iter().map(summary).collect())
}

/// The touchpoints of a map, in the order of the journey.
///
/// # Errors
/// `Missing` where there is no such map.
pub async fn touchpoints(store: &dyn Store, map: &MapId, names: &str) -> Result<Vec<TouchpointSummary>, AskError> {
    let loaded = loaded(store, map).await?;
    let summary = |(stage, touchpoint): (&moodline_maps::Stage, &moodline_maps::Touchpoint)| TouchpointSummary {
        id: touchpoint.id.clone(),
        stage: stage.id.clone(),
        name: touchpoint.name.in_language(names).to_owned(),
        channel: touchpoint.channel.clone(),
        owner: touchpoint.owner.clone(),
        description: touchpoint.description.as_ref().map(|text| text.in_language(names).to_owned()),
        keywords: touchpoint.keywords.clone(),
        examples: touchpoint.examples.clone(),
        target: touchpoint.target,
        perceived: touchpoint.perceived,
    };
    Ok(loaded.map.touchpoints().map(summary).collect())
}

/// What people's corrections taught a map for the model whose opinions count, by touchpoint; nothing before anything was
/// judged.
///
/// # Errors
/// `Missing` for a map that does not exist.
pub async fn heads(store: &dyn Store, map: &MapId) -> Result<Vec<Head>, AskError> {
    loaded(store, map).await?;
    let Some(model) = store.adopted_model().await? else { return Ok(Vec::new()) };
    let heads = store.heads(map, &model.id).await?;
    Ok(heads.into_iter().map(|head| Head::new(&model.id, head)).collect())
}

/// The personas of a map.
///
/// # Errors
/// `Missing` where there is no such map.
pub async fn personas(store: &dyn Store, map: &MapId, names: &str) -> Result<Vec<Persona>, AskError> {
    let loaded = loaded(store, map).await?;
    let summary = |persona: &moodline_maps::Persona| Persona {
        id: persona.id.clone(),
        name: persona.name.in_language(names).to_owned(),
        description: persona.description.as_ref().map(|text| text.in_language(names).to_owned()),
    };
    Ok(loaded.map.personas.iter().map(summary).collect())
}

/// Which numbers of the curve.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LayerFilter {
    /// Of this run instead of the newest.
    pub run: Option<RunId>,
    /// Only these nodes.
    pub level: Option<Level>,
    /// Only this stage and its touchpoints.
    pub stage: Option<StageId>,
    /// Only this touchpoint.
    pub touchpoint: Option<TouchpointId>,
    /// Only what this persona's mentions say; `None` for everyone's.
    pub persona: Option<PersonaId>,
    /// Only the window, or only the weeks.
    pub period: Option<PeriodKind>,
}

/// The numbers of a map's curve.
///
/// # Errors
/// `Missing` for a map or run, `Field` for a place or persona that does not exist.
pub async fn layers(store: &dyn Store, map: &MapId, filter: &LayerFilter) -> Result<LayerSeries, AskError> {
    let measured = measured(store, map, filter.run).await?;
    of_place(&measured.loaded, filter.stage.as_ref(), filter.touchpoint.as_ref())?;
    of_persona(&measured.loaded, filter.persona.as_ref())?;
    let against = against_targets(&measured, filter);
    let Some(set) = measured.set else {
        return Ok(LayerSeries { map: map.clone(), run: None, drawn_at: None, layers: Vec::new(), today: against });
    };
    let wanted = |point: &LayerPoint| {
        filter.level.is_none_or(|level| point.level == level)
            && filter.period.is_none_or(|period| point.period == period)
            && filter.stage.as_ref().is_none_or(|stage| point.stage.as_ref() == Some(stage))
            && filter.touchpoint.as_ref().is_none_or(|touchpoint| point.touchpoint.as_ref() == Some(touchpoint))
            && point.persona == filter.persona
    };
    let layers = set.layers.iter().map(LayerPoint::from).filter(wanted).collect();
    Ok(LayerSeries { map: map.clone(), run: Some(set.run.id), drawn_at: set.run.finished_at, layers, today: against })
}

/// On a map that is the future of another, how its touchpoints stand today; everyone's numbers of the window alone.
fn against_targets(measured: &Measured, filter: &LayerFilter) -> Vec<AgainstTarget> {
    let fits = filter.level.is_none_or(|level| level == Level::Touchpoint)
        && filter.period.is_none_or(|period| period == PeriodKind::Window)
        && filter.persona.is_none();
    let view = measured.view("en", None);
    let Some(today) = view.today.as_ref().filter(|_| fits) else { return Vec::new() };
    let rows = view.against_targets().filter(|row| {
        filter.stage.as_ref().is_none_or(|stage| row.stage.id == *stage)
            && filter.touchpoint.as_ref().is_none_or(|touchpoint| row.touchpoint.id == *touchpoint)
    });
    rows.map(|row| AgainstTarget::new(&row, today)).collect()
}

/// A map with its curve in a format of other tools.
///
/// # Errors
/// `Missing` for a map or run that does not exist.
pub async fn exported(
    store: &dyn Store,
    map: &MapId,
    run: Option<RunId>,
    names: &str,
    format: ExportFormat,
) -> Result<String, AskError> {
    let measured = measured(store, map, run).await?;
    Ok(export(&measured.view(names, None), format))
}
