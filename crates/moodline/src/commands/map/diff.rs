//! `moodline map diff`: what changed between two runs, two days or two map files, in words.

use std::path::Path;

use anyhow::{Result, bail};
use moodline_api::{
    ask::versions,
    body::{Difference, MapDiff, NodeChange, NodeFigures},
};
use moodline_maps::{differences, read_map};
use moodline_types::{MapId, RunId, counted};
use serde_json::json;

use super::signed;
use crate::{
    cli::{MapDiffArgs, ShowFormat},
    commands::Context,
    output::Output,
    wire::App,
};

/// Mentions named with a change; `moodline mentions` lists all.
const NAMED: usize = 5;

pub(super) async fn run(args: MapDiffArgs, context: &Context) -> Result<()> {
    let mut out = Output::new();
    if let (true, true) = (is_file(&args.from), is_file(&args.to)) {
        files(&args, &mut out)?;
        return Ok(out.flush()?);
    }
    let app = context.app().await?;
    let map = map_of(&app, &args).await?;
    let diff = versions::diff(app.store.as_ref(), &map, &args.from, &args.to).await?;
    match args.format {
        ShowFormat::Json => out.json(&diff)?,
        ShowFormat::Table => print(&diff, &mut out)?,
    }
    Ok(out.flush()?)
}

fn is_file(name: &str) -> bool {
    Path::new(name).is_file()
}

/// What differs between two map files.
fn files(args: &MapDiffArgs, out: &mut Output) -> Result<()> {
    let [old, new] = [&args.from, &args.to].map(|name| read_map(Path::new(name)));
    let lines = differences(&old?.map, &new?.map);
    if args.format == ShowFormat::Json {
        return Ok(out.line(serde_json::to_string_pretty(&json!({ "map_changes": lines }))?)?);
    }
    if lines.is_empty() {
        out.line("the maps are alike; at most comments and order differ")?;
    }
    for line in lines {
        out.line(line)?;
    }
    Ok(())
}

/// The map that two runs or days are of: the one named, the only one there is, or the one that was drawn by the run.
async fn map_of(app: &App, args: &MapDiffArgs) -> Result<MapId> {
    if let Some(map) = &args.map {
        return Ok(map.clone());
    }
    let maps = app.map_ids(&[]).await?;
    if let [only] = maps.as_slice() {
        return Ok(only.clone());
    }
    let listed = maps.iter().map(MapId::as_str).collect::<Vec<_>>().join(", ");
    let Ok(number) = args.from.parse::<i64>() else { bail!("name the map with --map; there are {listed}") };
    for map in maps {
        if app.store.layers(&map, Some(RunId(number))).await?.is_some() {
            return Ok(map);
        }
    }
    bail!("there is no finished run {number} of {listed}");
}

fn print(diff: &MapDiff, out: &mut Output) -> Result<()> {
    let (before, now) = (diff.from.window, diff.to.window);
    out.heading(&format!(
        "{}: run {} ({} to {}) against run {} ({} to {})",
        diff.map, diff.to.run, now.from, now.to, diff.from.run, before.from, before.to
    ))?;
    for line in &diff.map_changes {
        out.line(format!("map: {line}"))?;
    }
    let mut open = 0;
    for change in &diff.changes {
        match (&change.before, &change.now, &change.change) {
            (None, Some(now), _) if now.net.is_some() => {
                out.line(format!("{}: new, {}", name(change), figures(now)))?;
            }
            (Some(before), None, _) => {
                out.line(format!("{}: no longer on the map; was {}", name(change), figures(before)))?;
            }
            (Some(before), Some(now), Some(difference)) if difference.clear => {
                out.line(sentence(change, before, now, *difference))?;
            }
            _ => open += 1,
        }
    }
    if open > 0 {
        out.line(format!("no clear change at the other {open} touchpoints, stages and the map"))?;
    }
    if before.to >= now.from && now.to >= before.from && before != now {
        out.line("the windows share days, so a change has to be larger than it looks to be certain")?;
    }
    Ok(())
}

/// `support −0.22, 95 % −0.35..−0.09 (+0.10 → −0.12), driven by 14 negative mentions: 1042, 1051, …`
fn sentence(change: &NodeChange, before: &NodeFigures, now: &NodeFigures, difference: Difference) -> String {
    let interval = format!("{}..{}", signed(Some(difference.low)), signed(Some(difference.high)));
    let mut line = format!(
        "{} {}, 95 % {interval} ({} → {}; negative {} of {} → {} of {})",
        name(change),
        signed(Some(difference.net)),
        signed(before.net),
        signed(now.net),
        before.negative,
        before.n,
        now.negative,
        now.n
    );
    if let Some(mentions) = &change.driven_by {
        let what = if difference.net < 0.0 { "negative" } else { "positive" };
        let number =
            if change.driven_by_more { format!("more than {}", mentions.len()) } else { mentions.len().to_string() };
        let ids: Vec<String> = mentions.iter().take(NAMED).map(ToString::to_string).collect();
        let rest = if mentions.len() > NAMED { ", …" } else { "" };
        let driven = match mentions.len() {
            0 => format!(", though no {what} mention is new: older ones went"),
            1 => format!(", driven by one new {what} mention: {}", ids.join(", ")),
            _ => format!(", driven by {number} new {what} mentions: {}{rest}", ids.join(", ")),
        };
        line.push_str(&driven);
    }
    line
}

fn figures(figures: &NodeFigures) -> String {
    format!("{} from {}", signed(figures.net), counted(figures.n, "mention"))
}

fn name(change: &NodeChange) -> String {
    match (&change.stage, &change.touchpoint) {
        (_, Some(touchpoint)) => touchpoint.to_string(),
        (Some(stage), None) => format!("stage {stage}"),
        (None, None) => "whole map".to_owned(),
    }
}
