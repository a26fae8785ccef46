//! `moodline map history` and `map restore`: the definitions a map has had.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result, bail};
use chrono::NaiveDate;
use comfy_table::Cell;
use moodline_api::{ask::versions, body::MapVersion};
use moodline_maps::parse_map;
use moodline_store::MapVersion as Definition;
use moodline_types::MapId;
use tracing::warn;

use crate::{
    cli::{MapRestoreArgs, ShowFormat},
    commands::Context,
    output::{Output, number},
    wire::App,
};

/// Lists every definition a map has had, newest first.
pub(super) async fn history(map: &MapId, format: ShowFormat, context: &Context) -> Result<()> {
    let app = context.app().await?;
    let versions = versions::history(app.store.as_ref(), map).await?;
    let mut out = Output::new();
    if format == ShowFormat::Json {
        out.json(&versions)?;
        return Ok(out.flush()?);
    }
    let mut table = out.new_table(&["Version", "Since (UTC)", "What changed"]);
    for (at, MapVersion { version, registered_at, changes, .. }) in versions.iter().enumerate() {
        let changes = match (at + 1 == versions.len(), changes.as_slice()) {
            (true, _) => "first known".to_owned(),
            (_, []) => "comments or order only".to_owned(),
            (_, [one]) => one.clone(),
            (_, [one, rest @ ..]) => format!("{one}, and {} more", rest.len()),
        };
        let since = registered_at.format("%Y-%m-%d %H:%M").to_string();
        table.add_row([number(version), Cell::new(since), Cell::new(changes)]);
    }
    out.table(&table)?;
    out.line(format!("`moodline map restore {map} VERSION` brings one back"))?;
    Ok(out.flush()?)
}

/// Brings an earlier definition back: into the map's file, and into use.
pub(super) async fn restore(args: MapRestoreArgs, context: &Context) -> Result<()> {
    let app = context.app().await?;
    // What the file says now becomes a version first, so that this can be undone as well.
    if let Err(error) = app.register_maps().await {
        warn!("the map files as they are cannot be registered before one is restored: {error:#}");
    }
    let versions = versions::definitions(app.store.as_ref(), &args.map).await?;
    let wanted = chosen(&versions, &args.version)?;
    let loaded = parse_map(args.map.as_str(), &wanted.definition)
        .with_context(|| format!("version {} cannot be read by this version of moodline", wanted.id))?;
    let file = file_of(&app, &args.map)?;
    let mut out = Output::new();
    match fs::read_to_string(&file) {
        Ok(text) if text == wanted.definition => {
            out.line(format!("{} says this already", file.display()))?;
            return Ok(out.flush()?);
        }
        Ok(text) if versions.iter().all(|version| version.definition != text) => {
            let aside = file.with_extension("toml.bak");
            fs::write(&aside, text).with_context(|| format!("could not write {}", aside.display()))?;
            out.line(format!("kept what {} said in {}", file.display(), aside.display()))?;
        }
        Ok(_) => {}
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
        Err(error) => return Err(error).with_context(|| format!("could not read {}", file.display())),
    }
    fs::write(&file, &wanted.definition).with_context(|| format!("could not write {}", file.display()))?;
    app.register_maps().await?;
    let detail = format!("version {} of {}", wanted.id, wanted.registered_at.format("%Y-%m-%d %H:%M UTC"));
    app.record(args.actor, "restore-map", &format!("map {}", args.map), detail.clone()).await?;
    out.line(format!("{} is {detail} again", file.display()))?;
    if versions.last().is_some_and(|last| last.version != loaded.version) {
        out.line("opinions are placed anew by the next `moodline refresh` or `moodline assign`")?;
    }
    Ok(out.flush()?)
}

/// The version of a number, or the one in use at the end of a day.
fn chosen<'v>(versions: &'v [Definition], wanted: &str) -> Result<&'v Definition> {
    if let Ok(number) = wanted.parse::<i64>() {
        let known = || versions.iter().map(|version| version.id.to_string()).collect::<Vec<_>>().join(", ");
        return versions
            .iter()
            .find(|version| version.id == number)
            .with_context(|| format!("there is no version {number} of this map; there are {}", known()));
    }
    let day: NaiveDate = wanted
        .parse()
        .with_context(|| format!("`{wanted}` is neither the number of a version nor a day such as 2026-05-31"))?;
    let then = versions.iter().rev().find(|version| version.registered_at.date_naive() <= day);
    then.with_context(|| {
        let first = versions.first().map(|version| version.registered_at.date_naive()).unwrap_or_default();
        format!("nothing is known of this map on {day}; its first version is of {first}")
    })
}

/// The file that defines a map; where there is none, the one that `map new` would make.
fn file_of(app: &App, map: &MapId) -> Result<PathBuf> {
    let paths: Vec<PathBuf> = app.loaded.settings.maps.paths.iter().map(|path| app.loaded.base.join(path)).collect();
    if let Ok(maps) = app.map_files()
        && let Some(loaded) = maps.iter().find(|loaded| loaded.map.id == *map)
    {
        return Ok(PathBuf::from(&loaded.origin));
    }
    let is_file = |path: &&PathBuf| path.extension().is_some();
    let named = |path: &&PathBuf| path.file_stem().is_some_and(|stem| stem == Path::new(map.as_str()));
    if let Some(file) = paths.iter().filter(is_file).find(named) {
        return Ok(file.clone());
    }
    let Some(folder) = paths.iter().find(|path| path.extension().is_none()) else {
        bail!("`maps.paths` in the settings names no folder to write {map}.toml to");
    };
    fs::create_dir_all(folder).with_context(|| format!("could not make {}", folder.display()))?;
    Ok(folder.join(format!("{map}.toml")))
}
