//! What a map was, and what changed from one run of it to another.

use std::collections::HashMap;

use chrono::{Days, NaiveDate, NaiveTime};
use moodline_maps::{differences, parse_map};
use moodline_statistics::{Index, index_difference};
use moodline_store::{LayerSet, MapVersion as Stored, Store};
use moodline_types::{
    DayWindow, Layer, LayerNode, MapId, MentionQuery, Period, RunId, SentimentLabel, TouchpointFilter, TouchpointId,
};

use super::maps;
use crate::{
    AskError,
    body::{DiffSide, Difference, MapDiff, MapVersion, NodeChange, NodeFigures, four},
};

/// Opinions looked through for the mentions behind a change.
const LOOKED_AT: u32 = 5000;

/// Every definition a map has had, the newest first.
///
/// # Errors
/// `Missing` where there is no such map.
pub async fn history(store: &dyn Store, map: &MapId) -> Result<Vec<MapVersion>, AskError> {
    let versions = definitions(store, map).await?;
    let described = versions.iter().enumerate().map(|(at, version)| MapVersion {
        version: version.id,
        hash: version.version.clone(),
        registered_at: version.registered_at,
        changes: changed(&versions, at),
    });
    let mut described: Vec<MapVersion> = described.collect();
    described.reverse();
    Ok(described)
}

/// Every definition a map has had, the oldest first.
///
/// # Errors
/// `Missing` where there is no such map.
pub async fn definitions(store: &dyn Store, map: &MapId) -> Result<Vec<Stored>, AskError> {
    let versions = store.map_versions(map).await?;
    if versions.is_empty() {
        let records = store.maps().await?;
        return Err(AskError::missing("map", map.as_str(), records.iter().map(|record| record.id.as_str())));
    }
    Ok(versions)
}

/// What a version changed.
fn changed(versions: &[Stored], at: usize) -> Vec<String> {
    let Some(before) = at.checked_sub(1) else { return Vec::new() };
    let read = |version: &Stored| parse_map("map", &version.definition).ok().map(|loaded| loaded.map);
    match (read(&versions[before]), read(&versions[at])) {
        (Some(before), Some(now)) => differences(&before, &now),
        _ => vec!["one of them cannot be read by this version of moodline".to_owned()],
    }
}

/// What changed on a map from one run to another; each is the number of a run, or a day: the run that was the newest then.
///
/// # Errors
/// `Missing` where there is no such map or run; `Field` for what is neither a number nor a day, or a day before the map was
/// first drawn.
pub async fn diff(store: &dyn Store, map: &MapId, from: &str, to: &str) -> Result<MapDiff, AskError> {
    maps::loaded(store, map).await?;
    let from = drawn(store, map, "from", from).await?;
    let to = drawn(store, map, "to", to).await?;
    compare(store, map, &from, &to).await
}

/// The layers of a run, by its number or by the day it drew.
async fn drawn(store: &dyn Store, map: &MapId, field: &'static str, wanted: &str) -> Result<LayerSet, AskError> {
    let run = if let Ok(number) = wanted.parse::<i64>() {
        Some(RunId(number))
    } else if let Ok(day) = wanted.parse::<NaiveDate>() {
        let drawn = store.run_as_of(map, day).await?;
        if drawn.is_none() {
            let told = format!("map {map} had not been drawn by {day}; `moodline layers --as-of {day}` does");
            return Err(AskError::field(field, told));
        }
        drawn
    } else {
        let told = format!("`{wanted}` is neither the number of a run nor a day such as 2026-05-31");
        return Err(AskError::field(field, told));
    };
    store.layers(map, run).await?.ok_or_else(|| AskError::Missing {
        what: "finished run",
        id: wanted.to_owned(),
        hint: format!(" of map {map}; `moodline runs --kind layers` lists those there are"),
    })
}

async fn compare(store: &dyn Store, map: &MapId, from: &LayerSet, to: &LayerSet) -> Result<MapDiff, AskError> {
    let (old, new) = (headline(from), headline(to));
    let window = |layers: &[&Layer]| layers.first().map(|layer| layer.window);
    let (Some(before), Some(now)) = (window(&old), window(&new)) else {
        let run = if old.is_empty() { from.run.id } else { to.run.id };
        return Err(AskError::Missing { what: "layer of run", id: run.to_string(), hint: String::new() });
    };
    let known: HashMap<&LayerNode, &Layer> = old.iter().map(|layer| (&layer.node, *layer)).collect();
    let mut changes = Vec::with_capacity(new.len());
    for layer in &new {
        let mut change = node(&layer.node, known.get(&layer.node).copied(), Some(layer));
        if let (LayerNode::Touchpoint(_, touchpoint), Some(difference)) = (&layer.node, change.change)
            && difference.clear
        {
            let label = if difference.net < 0.0 { SentimentLabel::Negative } else { SentimentLabel::Positive };
            let (mentions, more) = drivers(store, map, touchpoint.clone(), label, before, now).await?;
            (change.driven_by, change.driven_by_more) = (Some(mentions), more);
        }
        changes.push(change);
    }
    let gone = old.iter().filter(|layer| new.iter().all(|kept| kept.node != layer.node));
    changes.extend(gone.map(|layer| node(&layer.node, Some(layer), None)));
    changes.sort_by(|a, b| weight(b).total_cmp(&weight(a)));
    Ok(MapDiff {
        map: map.clone(),
        from: DiffSide { run: from.run.id, window: before.into() },
        to: DiffSide { run: to.run.id, window: now.into() },
        map_changes: map_changes(store, map, from, to).await?,
        changes,
    })
}

fn headline(set: &LayerSet) -> Vec<&Layer> {
    set.layers.iter().filter(|layer| layer.period == Period::Window && layer.persona.is_none()).collect()
}

fn node(node: &LayerNode, before: Option<&Layer>, now: Option<&Layer>) -> NodeChange {
    let (stage, touchpoint) = match node {
        LayerNode::Map => (None, None),
        LayerNode::Stage(stage) => (Some(stage.clone()), None),
        LayerNode::Touchpoint(stage, touchpoint) => (Some(stage.clone()), Some(touchpoint.clone())),
    };
    let change = before.zip(now).and_then(|(before, now)| difference(now, before));
    NodeChange {
        stage,
        touchpoint,
        before: before.map(figures),
        now: now.map(figures),
        change,
        driven_by: None,
        driven_by_more: false,
    }
}

fn figures(layer: &Layer) -> NodeFigures {
    NodeFigures {
        n: layer.counts.n(),
        negative: layer.counts.negative,
        positive: layer.counts.positive,
        net: layer.net.map(four),
        low: layer.low.map(four),
        high: layer.high.map(four),
    }
}

/// The later number less the earlier; `None` where either is missing.
fn difference(now: &Layer, before: &Layer) -> Option<Difference> {
    let index = |layer: &Layer| Some(Index { mean: layer.net?, variance: 0.0, low: layer.low?, high: layer.high? });
    let found = index_difference(&index(now)?, &index(before)?);
    let clear = found.low > 0.0 || found.high < 0.0;
    Some(Difference { net: four(found.difference), low: four(found.low), high: four(found.high), clear })
}

/// What is certain to have changed most comes first, what got worse before what got better.
fn weight(change: &NodeChange) -> f64 {
    let Some(difference) = change.change else { return -3.0 };
    let certain = if difference.high < 0.0 { 2.0 - difference.high } else { difference.low.max(0.0) };
    if certain > 0.0 { certain } else { difference.net.abs() - 3.0 }
}

/// The mentions of this label at a touchpoint that the later window has and the earlier one had not, and whether there
/// are more than were looked through.
async fn drivers(
    store: &dyn Store,
    map: &MapId,
    touchpoint: TouchpointId,
    label: SentimentLabel,
    before: DayWindow,
    now: DayWindow,
) -> Result<(Vec<i64>, bool), AskError> {
    let begins = |day: NaiveDate| day.and_time(NaiveTime::MIN).and_utc();
    let first = if before.to < now.to { now.from.max(before.to + Days::new(1)) } else { now.from };
    let query = MentionQuery {
        map: Some(map.clone()),
        touchpoint: Some(TouchpointFilter::Is(touchpoint)),
        sentiment: Some(label),
        since: Some(begins(first)),
        until: Some(begins(now.to + Days::new(1))),
        limit: LOOKED_AT,
        ..MentionQuery::default()
    };
    let page = store.find_mentions(&query).await?;
    let mut mentions: Vec<i64> = page.rows.iter().map(|row| row.mention.0).collect();
    mentions.sort_unstable_by(|a, b| b.cmp(a));
    mentions.dedup();
    Ok((mentions, page.next.is_some()))
}

/// How the map's definition changed from one run to the other.
async fn map_changes(store: &dyn Store, map: &MapId, from: &LayerSet, to: &LayerSet) -> Result<Vec<String>, AskError> {
    let versions = store.map_versions(map).await?;
    let then = |set: &LayerSet| {
        let known = versions.iter().rev().find(|version| version.registered_at <= set.run.started_at);
        known.or(versions.first())
    };
    let (Some(old), Some(new)) = (then(from), then(to)) else { return Ok(Vec::new()) };
    if old.id == new.id {
        return Ok(Vec::new());
    }
    let read = |version: &Stored| parse_map(map.as_str(), &version.definition);
    let failed = |error| AskError::Failed(Box::new(error));
    Ok(differences(&read(old).map_err(failed)?.map, &read(new).map_err(failed)?.map))
}
