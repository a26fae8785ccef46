//! `moodline eval --diff`: what would change on every map if another model's opinions counted.
//!
//! `--format json` prints `{"before", "after", "mentions", "maps": [{"map", "touchpoints": [{"stage", "touchpoint", …}],
//! "unassigned", "all"}]}`: the two models, the mentions both have judged, and the fields of [`RescoredFigures`].

use std::collections::{HashMap, HashSet};

use anyhow::{Context as _, Result, bail};
use moodline_assign::{AssignConfig, Placer};
use moodline_evaluation::{RescoredCase, RescoredFigures};
use moodline_maps::{JourneyMap, parse_map};
use moodline_store::{JudgedMention, MapRecord, ModelState, Override};
use moodline_types::{MapId, MentionId, ModelId, SentimentLabel, StageId, Tally, TouchpointId};
use serde::Serialize;

use super::{
    super::model::known,
    tables::{maybe_signed, print_table, signed_share, title},
};
use crate::{
    cli::ShowFormat,
    output::{Output, number, shorten},
    wire::App,
};

/// Mentions read together.
const BATCH: u32 = 500;
/// Widest name of a touchpoint.
const NAME_WIDTH: usize = 26;

#[derive(Debug, Serialize)]
struct Diff {
    before: ModelId,
    after: ModelId,
    mentions: usize,
    maps: Vec<MapDiff>,
}

#[derive(Debug, Serialize)]
struct MapDiff {
    map: MapId,
    touchpoints: Vec<TouchpointDiff>,
    unassigned: RescoredFigures,
    all: RescoredFigures,
}

#[derive(Debug, Serialize)]
struct TouchpointDiff {
    stage: StageId,
    touchpoint: TouchpointId,
    #[serde(flatten)]
    figures: RescoredFigures,
}

/// A map with what places the opinions of each model on it, and what came of that.
struct Compared {
    map: JourneyMap,
    placers: [Placer; 2],
    cases: HashMap<Option<TouchpointId>, Vec<RescoredCase>>,
}

pub(super) async fn run(other: Option<&ModelId>, format: ShowFormat, app: &App) -> Result<()> {
    let (before, after) = sides(other, app).await?;
    let mut maps = Vec::new();
    for record in app.store.maps().await? {
        maps.push(prepare(&record, [&before, &after], &app.loaded.settings.assign, app).await?);
    }
    let (before, after) = (before.record.id, after.record.id);
    let mentions = compare(&before, &after, &mut maps, app).await?;
    if mentions == 0 {
        bail!("no mention was judged by both {before} and {after}: `moodline enrich --model {after}` judges with it");
    }
    let diff = Diff { before, after, mentions, maps: maps.into_iter().map(Compared::figures).collect() };
    let mut out = Output::new();
    if format == ShowFormat::Json {
        serde_json::to_writer_pretty(&mut out, &diff).map_err(std::io::Error::from)?;
        out.gap()?;
    } else {
        print(&diff, &mut out)?;
    }
    Ok(out.flush()?)
}

/// The model whose opinions count, and the other one: the one named, or the only other there is.
async fn sides(other: Option<&ModelId>, app: &App) -> Result<(ModelState, ModelState)> {
    let mut models = app.store.models().await?;
    let Some(at) = models.iter().position(|state| state.is_adopted) else {
        bail!("no model has judged anything yet: run `moodline enrich` first")
    };
    let before = models.remove(at);
    if let Some(id) = other {
        if *id == before.record.id {
            bail!("the opinions of {id} are the ones that count; name another model");
        }
        return Ok((before, known(app, id).await?));
    }
    let names: Vec<&str> = models.iter().map(|state| state.record.id.as_str()).collect();
    match models.len() {
        0 => bail!(
            "no model but {} has judged mentions; `moodline enrich --model ID|FOLDER` judges with another",
            before.record.id
        ),
        1 => Ok((before, models.remove(0))),
        _ => bail!("several models have judged mentions beside it; name one of {}", names.join(", ")),
    }
}

async fn prepare(record: &MapRecord, models: [&ModelState; 2], config: &AssignConfig, app: &App) -> Result<Compared> {
    let map = parse_map(record.id.as_str(), &record.definition)
        .with_context(|| format!("the definition of map {} in the database cannot be read", record.id))?
        .map;
    let texts = map.distinct_texts();
    let mut placers = Vec::with_capacity(2);
    for state in models {
        let id = &state.record.id;
        let vectors = app.store.text_vectors(id, &texts).await?;
        if texts.iter().any(|text| !vectors.contains_key(text)) {
            bail!("texts of map {} have no vectors of {id} yet: run `moodline enrich --model {id}` first", record.id);
        }
        placers.push(Placer::new(&map, &vectors, (&state.record).into(), config));
    }
    let placers = <[Placer; 2]>::try_from(placers).ok().context("there are two models")?;
    Ok(Compared { map, placers, cases: HashMap::new() })
}

/// Places what both models said of every mention that both have judged; how many these are.
async fn compare(before: &ModelId, after: &ModelId, maps: &mut [Compared], app: &App) -> Result<usize> {
    let bar = app.progress.counter("compare");
    let (mut mentions, mut last) = (0, None);
    loop {
        if app.drain.is_stopping() {
            bail!("stopped before every mention was compared");
        }
        let ids = app.store.judged_by_both(before, after, last, BATCH).await?;
        let Some(newest) = ids.last() else { break };
        last = Some(*newest);
        let first = app.store.judged_mentions(before, &ids).await?;
        let second = app.store.judged_mentions(after, &ids).await?;
        let overrides = app.store.overrides(&ids).await?;
        let seconds: HashMap<MentionId, &JudgedMention> =
            second.iter().map(|judged| (judged.mention.id, judged)).collect();
        for judged in &first {
            // Gone between the two reads.
            let Some(again) = seconds.get(&judged.mention.id) else { continue };
            mentions += 1;
            for map in &mut *maps {
                map.take(judged, again, &overrides);
            }
        }
        bar.set_position(mentions as u64);
    }
    bar.finish_and_clear();
    Ok(mentions)
}

impl Compared {
    fn take(&mut self, before: &JudgedMention, after: &JudgedMention, overrides: &[Override]) {
        let [first, second] = &self.placers;
        let labels = |tallies: Vec<Tally>| -> HashMap<Option<TouchpointId>, SentimentLabel> {
            tallies.into_iter().map(|tally| (tally.touchpoint, tally.label)).collect()
        };
        let before = labels(first.place(before, overrides).tallies);
        let after = labels(second.place(after, overrides).tallies);
        let places: HashSet<&Option<TouchpointId>> = before.keys().chain(after.keys()).collect();
        for place in places {
            let case = RescoredCase { before: before.get(place).copied(), after: after.get(place).copied() };
            self.cases.entry(place.clone()).or_default().push(case);
        }
    }

    fn figures(self) -> MapDiff {
        let of = |place: Option<TouchpointId>| self.cases.get(&place).map_or(&[][..], Vec::as_slice);
        let placed: Vec<RescoredCase> =
            self.map.touchpoints().flat_map(|(_, touchpoint)| of(Some(touchpoint.id.clone()))).copied().collect();
        let touchpoints = self.map.touchpoints().map(|(stage, touchpoint)| TouchpointDiff {
            stage: stage.id.clone(),
            touchpoint: touchpoint.id.clone(),
            figures: RescoredFigures::of(of(Some(touchpoint.id.clone()))),
        });
        MapDiff {
            touchpoints: touchpoints.collect(),
            unassigned: RescoredFigures::of(of(None)),
            all: RescoredFigures::of(&placed),
            map: self.map.id,
        }
    }
}

fn print(diff: &Diff, out: &mut Output) -> std::io::Result<()> {
    out.line(format!("now: {}; then: {}; {} mentions judged by both", diff.before, diff.after, diff.mentions))?;
    for map in &diff.maps {
        title(out, &format!("Map {}", map.map))?;
        let headings =
            ["Touchpoint", "Now", "Then", "Both", "Relabelled", "Leave", "Arrive", "Net now", "Net then", "Change"];
        let mut table = out.new_table(&headings);
        let rows = map.touchpoints.iter().map(|row| (shorten(row.touchpoint.as_str(), NAME_WIDTH), &row.figures));
        let rows = rows.chain([("all of these".to_owned(), &map.all), ("unassigned".to_owned(), &map.unassigned)]);
        for (name, f) in rows {
            let counts = [f.before, f.after, f.both, f.relabelled, f.left, f.arrived].map(number);
            let nets = [signed_share(f.net_before), signed_share(f.net_after), maybe_signed(f.change)].map(number);
            table.add_row(std::iter::once(comfy_table::Cell::new(name)).chain(counts).chain(nets));
        }
        print_table(out, &table)?;
    }
    out.line("Net: (positive − negative) / n over all these mentions, not shrunk; 95 % intervals. Nothing was changed.")
}
