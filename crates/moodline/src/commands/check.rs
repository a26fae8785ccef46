//! `moodline check`: everything that can be found out without fetching or judging. A database or author key that does
//! not exist yet is made.

use anyhow::Result;
use moodline_maps::LoadedMap;
use moodline_store::RollupDifference;
use moodline_types::{SourceId, counted, error_chain};

use super::Context;
use crate::{
    output::Output,
    settings::BadSettings,
    wire::{App, load_model},
};

pub(super) async fn run(context: &Context) -> Result<()> {
    let loaded = context.settings(false)?;
    let mut out = Output::new();
    let mut bad = Vec::new();
    let (file, model, base) = (loaded.file.clone(), loaded.settings.model.clone(), loaded.base.clone());
    out.line(format!("settings  {} ok", file.display()))?;

    match load_model(&model, &base).await {
        Ok(model) => out.line(format!("model     {} ok, self-test passed", model.profile().id))?,
        Err(error) => bad.push(format!("model: {error:#}")),
    }
    match App::open(loaded, context.drain.clone(), context.progress).await {
        Ok(app) => {
            match app.store.check().await {
                Ok(()) => {
                    let mentions = counted(app.store.mention_count().await?, "mention");
                    out.line(format!("database  ok, {mentions}"))?;
                    match recount(&app).await? {
                        differences if differences.is_empty() => out.line("counts    ok, rollups equal a recount")?,
                        differences => bad.extend(differences),
                    }
                }
                Err(error) => bad.push(format!("database: {}", error_chain(&error))),
            }
            match app.map_files() {
                Ok(maps) => {
                    for loaded in &maps {
                        let map = &loaded.map;
                        let stages = counted(map.stages.len(), "stage");
                        let touchpoints = counted(map.touchpoints().count(), "touchpoint");
                        out.line(format!("map       {} ok, {stages}, {touchpoints}", map.id))?;
                    }
                    bad.extend(unknown_sources(&app, &maps).await?);
                    if maps.is_empty() {
                        bad.push("maps: there are none; `moodline map new my-map` writes one".to_owned());
                    }
                }
                Err(error) => bad.push(format!("maps:\n{error:#}")),
            }
            match app.sources(&[]) {
                Ok(sources) => out.line(format!("sources   {} enabled", sources.len()))?,
                Err(error) => bad.push(format!("sources: {error:#}")),
            }
            if let Err(error) = app.author_key() {
                bad.push(format!("author key: {error:#}"));
            }
        }
        Err(error) => bad.push(format!("database: {error:#}")),
    }
    out.flush()?;
    if bad.is_empty() { Ok(()) } else { Err(BadSettings(bad.join("\n")).into()) }
}

/// Sources that a map takes mentions of and that neither the settings nor the database know.
async fn unknown_sources(app: &App, maps: &[LoadedMap]) -> Result<Vec<String>> {
    let stored = app.store.source_states().await?;
    let configured = &app.loaded.settings.sources;
    let known = |id: &SourceId| stored.iter().any(|s| s.source == *id) || configured.entries().any(|e| e.id() == id);
    let taken = maps.iter().flat_map(|loaded| loaded.map.sources.iter().map(move |source| (&loaded.map.id, source)));
    let unknown = taken.filter(|(_, source)| !known(source));
    Ok(unknown
        .map(|(map, source)| {
            format!(
                "map {map} takes mentions of source `{source}`, which is neither in the settings nor was ever imported"
            )
        })
        .collect())
}

/// Every count that a recount does not confirm.
async fn recount(app: &App) -> Result<Vec<String>> {
    let mut differences = Vec::new();
    for map in app.map_ids(&[]).await? {
        for difference in app.store.recount(&map).await? {
            let RollupDifference { key, rollup, tallies } = difference;
            differences.push(format!("counts: {key} says {rollup}, a recount gives {tallies}"));
        }
    }
    Ok(differences)
}
