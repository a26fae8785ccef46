//! `moodline map diff`: what changed between two runs, two days or two map files, in words.

use std::{collections::HashMap, path::Path};

use anyhow::{Context as _, Result, bail};
use chrono::{Days, NaiveDate, NaiveTime};
use moodline_maps::{differences, parse_map, read_map};
use moodline_statistics::{Difference, Index, index_difference};
use moodline_store::LayerSet;
use moodline_types::{
    Counts, DayWindow, Layer, LayerNode, MapId, MentionId, MentionQuery, Period, RunId, SentimentLabel,
    TouchpointFilter,
};
use serde_json::{Value, json};

use super::signed;
use crate::{
    cli::{MapDiffArgs, ShowFormat},
    commands::Context,
    output::Output,
    wire::App,
};

/// Mentions named with a change; `moodline mentions` lists all.
const NAMED: usize = 5;
/// Opinions looked through for the mentions behind a change.
const LOOKED_AT: u32 = 5000;

pub(super) async fn run(args: MapDiffArgs, context: &Context) -> Result<()> {
    let mut out = Output::new();
    if let (true, true) = (is_file(&args.from), is_file(&args.to)) {
        files(&args, &mut out)?;
        return Ok(out.flush()?);
    }
    let app = context.app().await?;
    let (map, from) = find(&app, args.map.as_ref(), &args.from).await?;
    let (_, to) = find(&app, Some(&map), &args.to).await?;
    let told = compare(&app, &map, &from, &to).await?;
    match args.format {
        ShowFormat::Json => out.line(serde_json::to_string_pretty(&told.json())?)?,
        ShowFormat::Table => told.print(&mut out)?,
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

/// The layers of a run, by its number or by the day it drew, and the map they are of.
async fn find(app: &App, map: Option<&MapId>, wanted: &str) -> Result<(MapId, LayerSet)> {
    let maps = app.map_ids(&map.cloned().into_iter().collect::<Vec<_>>()).await?;
    if let Ok(number) = wanted.parse::<i64>() {
        for id in &maps {
            if let Some(set) = app.store.layers(id, Some(RunId(number))).await? {
                return Ok((id.clone(), set));
            }
        }
        bail!("there is no finished run {number} of {}", listed(&maps));
    }
    let Ok(day) = wanted.parse::<NaiveDate>() else {
        bail!("`{wanted}` is neither the number of a run, nor a day such as 2026-05-31, nor a map file");
    };
    let [id] = maps.as_slice() else { bail!("name the map with --map; there are {}", listed(&maps)) };
    let run = app.store.run_as_of(id, day).await?;
    let set = match run {
        Some(run) => app.store.layers(id, Some(run)).await?,
        None => None,
    };
    let set =
        set.with_context(|| format!("map {id} had not been drawn by {day}; `moodline layers --as-of {day}` does"))?;
    Ok((id.clone(), set))
}

fn listed(maps: &[MapId]) -> String {
    maps.iter().map(MapId::as_str).collect::<Vec<_>>().join(", ")
}

/// What two runs tell apart.
struct Told {
    map: MapId,
    runs: [RunId; 2],
    windows: [DayWindow; 2],
    map_changes: Vec<String>,
    changes: Vec<Changed>,
}

/// One node in both runs, or in one of them.
struct Changed {
    node: LayerNode,
    before: Option<Layer>,
    now: Option<Layer>,
    difference: Option<Difference>,
    /// Mentions that speak for the direction of the change and are new in the later window, and whether there are more
    /// than were looked through.
    driven_by: Option<(Vec<MentionId>, bool)>,
}

async fn compare(app: &App, map: &MapId, from: &LayerSet, to: &LayerSet) -> Result<Told> {
    let headline = |set: &LayerSet| -> Vec<Layer> {
        let own = set.layers.iter().filter(|layer| layer.period == Period::Window && layer.persona.is_none());
        own.cloned().collect()
    };
    let (old, new) = (headline(from), headline(to));
    let window = |layers: &[Layer]| layers.first().map(|layer| layer.window);
    let (Some(before), Some(now)) = (window(&old), window(&new)) else { bail!("one of the runs has no layers") };
    let known: HashMap<&LayerNode, &Layer> = old.iter().map(|layer| (&layer.node, layer)).collect();
    let gone = old.iter().filter(|layer| new.iter().all(|kept| kept.node != layer.node));
    let mut changes: Vec<Changed> = new
        .iter()
        .map(|layer| {
            let before = known.get(&layer.node).map(|before| (*before).clone());
            let difference = before.as_ref().and_then(|before| difference(layer, before));
            Changed { node: layer.node.clone(), before, now: Some(layer.clone()), difference, driven_by: None }
        })
        .collect();
    changes.extend(gone.map(|layer| Changed {
        node: layer.node.clone(),
        before: Some(layer.clone()),
        now: None,
        difference: None,
        driven_by: None,
    }));
    for change in &mut changes {
        if let (LayerNode::Touchpoint(_, touchpoint), Some(difference)) = (&change.node, change.difference)
            && is_clear(&difference)
        {
            let label = if difference.difference < 0.0 { SentimentLabel::Negative } else { SentimentLabel::Positive };
            change.driven_by = Some(drivers(app, map, touchpoint.clone(), label, before, now).await?);
        }
    }
    changes.sort_by(|a, b| weight(b).total_cmp(&weight(a)));
    let map_changes = map_changes(app, map, from, to).await?;
    Ok(Told { map: map.clone(), runs: [from.run.id, to.run.id], windows: [before, now], map_changes, changes })
}

/// The later number less the earlier; `None` where either is missing.
fn difference(now: &Layer, before: &Layer) -> Option<Difference> {
    let index = |layer: &Layer| Some(Index { mean: layer.net?, variance: 0.0, low: layer.low?, high: layer.high? });
    Some(index_difference(&index(now)?, &index(before)?))
}

fn is_clear(difference: &Difference) -> bool {
    difference.low > 0.0 || difference.high < 0.0
}

/// What is certain to have changed most comes first, what got worse before what got better.
fn weight(change: &Changed) -> f64 {
    let Some(difference) = change.difference else { return -3.0 };
    let certain = if difference.high < 0.0 { 2.0 - difference.high } else { difference.low.max(0.0) };
    if certain > 0.0 { certain } else { difference.difference.abs() - 3.0 }
}

/// The mentions of this label at a touchpoint that the later window has and the earlier one had not.
async fn drivers(
    app: &App,
    map: &MapId,
    touchpoint: moodline_types::TouchpointId,
    label: SentimentLabel,
    before: DayWindow,
    now: DayWindow,
) -> Result<(Vec<MentionId>, bool)> {
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
    let page = app.store.find_mentions(&query).await?;
    let more = page.next.is_some();
    let mut mentions: Vec<MentionId> = page.rows.iter().map(|row| row.mention).collect();
    mentions.sort_unstable_by(|a, b| b.cmp(a));
    mentions.dedup();
    Ok((mentions, more))
}

/// How the map's definition changed from one run to the other.
async fn map_changes(app: &App, map: &MapId, from: &LayerSet, to: &LayerSet) -> Result<Vec<String>> {
    let versions = app.store.map_versions(map).await?;
    let then = |set: &LayerSet| {
        let known = versions.iter().rev().find(|version| version.registered_at <= set.run.started_at);
        known.or(versions.first())
    };
    match (then(from), then(to)) {
        (Some(old), Some(new)) if old.id != new.id => {
            let [old, new] = [old, new].map(|version| parse_map(map.as_str(), &version.definition));
            Ok(differences(&old?.map, &new?.map))
        }
        _ => Ok(Vec::new()),
    }
}

impl Told {
    fn print(&self, out: &mut Output) -> Result<()> {
        let [before, now] = self.windows;
        out.heading(&format!(
            "{}: run {} ({} to {}) against run {} ({} to {})",
            self.map, self.runs[1], now.from, now.to, self.runs[0], before.from, before.to
        ))?;
        for line in &self.map_changes {
            out.line(format!("map: {line}"))?;
        }
        let mut open = 0;
        for change in &self.changes {
            match (&change.before, &change.now, &change.difference) {
                (None, Some(now), _) if now.net.is_some() => {
                    out.line(format!("{}: new, {}", name(&change.node), figures(now)))?;
                }
                (Some(before), None, _) => {
                    out.line(format!("{}: no longer on the map; was {}", name(&change.node), figures(before)))?;
                }
                (Some(before), Some(now), Some(difference)) if is_clear(difference) => {
                    out.line(sentence(change, before, now, difference))?;
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

    fn json(&self) -> Value {
        let number = |value: f64| (value * 10_000.0).round() / 10_000.0 + 0.0;
        let side = |layer: &Option<Layer>| {
            layer.as_ref().map(|layer| {
                json!({"n": layer.counts.n(), "negative": layer.counts.negative, "positive": layer.counts.positive,
                       "net": layer.net.map(number), "low": layer.low.map(number), "high": layer.high.map(number)})
            })
        };
        let change = |change: &Changed| {
            let difference = change.difference;
            let (stage, touchpoint) = match &change.node {
                LayerNode::Map => (None, None),
                LayerNode::Stage(stage) => (Some(stage), None),
                LayerNode::Touchpoint(stage, touchpoint) => (Some(stage), Some(touchpoint)),
            };
            json!({"stage": stage, "touchpoint": touchpoint, "before": side(&change.before), "now": side(&change.now),
                   "change": difference.map(|d| json!({"net": number(d.difference), "low": number(d.low),
                                                        "high": number(d.high), "clear": is_clear(&d)})),
                   "driven_by": change.driven_by.as_ref().map(|(mentions, _)| mentions)})
        };
        let window = |window: DayWindow| json!({"from": window.from, "to": window.to});
        json!({"map": self.map, "from": {"run": self.runs[0], "window": window(self.windows[0])},
               "to": {"run": self.runs[1], "window": window(self.windows[1])}, "map_changes": self.map_changes,
               "changes": self.changes.iter().map(change).collect::<Vec<_>>()})
    }
}

/// `support −0.22, 95 % −0.35..−0.09 (+0.10 → −0.12), driven by 14 negative mentions: 1042, 1051, …`
fn sentence(change: &Changed, before: &Layer, now: &Layer, difference: &Difference) -> String {
    let interval = format!("{}..{}", signed(Some(difference.low)), signed(Some(difference.high)));
    let mut line = format!(
        "{} {}, 95 % {interval} ({} → {}; {})",
        name(&change.node),
        signed(Some(difference.difference)),
        signed(before.net),
        signed(now.net),
        counted(&before.counts, &now.counts)
    );
    if let Some((mentions, more)) = &change.driven_by {
        let what = if difference.difference < 0.0 { "negative" } else { "positive" };
        let number = if *more { format!("more than {}", mentions.len()) } else { mentions.len().to_string() };
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

fn counted(before: &Counts, now: &Counts) -> String {
    format!("negative {} of {} → {} of {}", before.negative, before.n(), now.negative, now.n())
}

fn figures(layer: &Layer) -> String {
    format!("{} from {} mentions", signed(layer.net), layer.counts.n())
}

fn name(node: &LayerNode) -> String {
    match node {
        LayerNode::Map => "whole map".to_owned(),
        LayerNode::Stage(stage) => format!("stage {stage}"),
        LayerNode::Touchpoint(_, touchpoint) => touchpoint.to_string(),
    }
}
