//! `moodline metrics import`: a CSV of answers or counts, row by row.

use std::{collections::BTreeMap, fs::File};

use anyhow::{Context as _, Result, bail};
use chrono::NaiveDate;
use csv::StringRecord;
use moodline_ingest::AuthorKey;
use moodline_maps::{JourneyMap, parse_map};
use moodline_store::SurveyChange;
use moodline_types::{Metric, StageId, SurveyAnswer, SurveyPlace, TouchpointId, counted, error_chain};

use crate::{cli::MetricsImportArgs, commands::Context, output::Output};

/// Bad rows named before the rest is counted.
const NAMED: usize = 20;
/// The metric of rows that count who entered a stage.
const ENTERED: &str = "entered";

pub(super) async fn run(args: &MetricsImportArgs, context: &Context) -> Result<()> {
    let app = context.app().await?;
    app.register_maps().await?;
    app.map_ids(std::slice::from_ref(&args.map)).await?;
    let records = app.store.maps().await?;
    let Some(record) = records.iter().find(|record| record.id == args.map) else {
        bail!("there is no map `{}`", args.map)
    };
    let map = parse_map(args.map.as_str(), &record.definition)?.map;
    let file = File::open(&args.file).with_context(|| format!("could not open {}", args.file.display()))?;
    let read = read(file, args, &map, &app.author_key()?)?;

    let mut out = Output::new();
    for (line, reason) in read.bad.iter().take(NAMED) {
        out.line(format!("{}:{line}: {reason}", args.file.display()))?;
    }
    if read.bad.len() > NAMED {
        out.line(format!("… and {} more rows", read.bad.len() - NAMED))?;
    }
    let entries: Vec<(StageId, NaiveDate, u64)> =
        read.entries.into_iter().map(|((stage, day), entered)| (stage, day, entered)).collect();
    let answers: Vec<SurveyAnswer> = read.answers.into_values().collect();
    let of_answers = app.store.write_answers(&args.map, &answers).await?;
    let of_entries = app.store.write_entries(&args.map, &entries).await?;
    let mut did = Vec::new();
    for (what, change, rows) in [("answers", of_answers, answers.len()), ("stage counts", of_entries, entries.len())] {
        let SurveyChange { added, changed, unchanged, erased } = change;
        if rows > 0 {
            let erased =
                if erased > 0 { format!(", {erased} left out because they were erased") } else { String::new() };
            did.push(format!("{what}: {added} new, {changed} changed, {unchanged} known already{erased}"));
        }
    }
    for line in &did {
        out.line(line)?;
    }
    if !did.is_empty() {
        app.record(args.actor.clone(), "import-metrics", &format!("map {}", args.map), did.join("; ")).await?;
    }
    out.flush()?;
    if !read.bad.is_empty() {
        bail!("{} could not be read and left out; the others are in", counted(read.bad.len(), "row"));
    }
    if answers.is_empty() && entries.is_empty() {
        bail!("{} has no rows", args.file.display());
    }
    Ok(())
}

/// What a file holds: the last word on each answer, numbers of like answers added up.
#[derive(Default)]
struct Read {
    answers: BTreeMap<(String, SurveyPlace, NaiveDate, String), SurveyAnswer>,
    entries: BTreeMap<(StageId, NaiveDate), u64>,
    bad: Vec<(u64, String)>,
}

fn read(file: impl std::io::Read, args: &MetricsImportArgs, map: &JourneyMap, key: &AuthorKey) -> Result<Read> {
    let name = args.file.display();
    let mut reader = csv::ReaderBuilder::new().flexible(true).trim(csv::Trim::All).from_reader(file);
    let header = reader.headers().with_context(|| format!("{name} cannot be read as CSV"))?.clone();
    let columns = Columns::of(&header).with_context(|| format!("{name}:1"))?;
    if columns.metric.is_none() && args.metric.is_none() {
        bail!("{name}:1: there is no column `metric`; name the metric with --metric nps, csat, ces or {ENTERED}");
    }
    let mut read = Read::default();
    let mut record = StringRecord::new();
    loop {
        let line = reader.position().line();
        match reader.read_record(&mut record) {
            Ok(false) => return Ok(read),
            Ok(true) => {
                let line = record.position().map_or(line, csv::Position::line);
                if let Err(reason) = take(&record, &columns, args, map, key, &mut read) {
                    read.bad.push((line, reason));
                }
            }
            Err(error) => read.bad.push((line, error_chain(&error))),
        }
    }
}

/// Where the columns are.
struct Columns {
    date: usize,
    metric: Option<usize>,
    stage: Option<usize>,
    touchpoint: Option<usize>,
    value: Option<usize>,
    count: Option<usize>,
    respondent: Option<usize>,
}

impl Columns {
    fn of(header: &StringRecord) -> Result<Self> {
        let at = |wanted: &str| {
            header.iter().position(|name| name.trim_start_matches('\u{feff}').trim().eq_ignore_ascii_case(wanted))
        };
        let Some(date) = at("date") else {
            let known: Vec<&str> = header.iter().collect();
            bail!(
                "there is no column `date`; expected date, metric, touchpoint or stage, value, and respondent or count; \
                 found {}",
                known.join(", ")
            );
        };
        let (value, count) = (at("value"), at("count"));
        if value.is_none() && count.is_none() {
            bail!("there is neither a column `value` nor a column `count`");
        }
        Ok(Self {
            date,
            metric: at("metric"),
            stage: at("stage"),
            touchpoint: at("touchpoint"),
            value,
            count,
            respondent: at("respondent"),
        })
    }
}

fn take(
    record: &StringRecord,
    columns: &Columns,
    args: &MetricsImportArgs,
    map: &JourneyMap,
    key: &AuthorKey,
    read: &mut Read,
) -> Result<(), String> {
    let cell = |at: Option<usize>| at.and_then(|at| record.get(at)).map(str::trim).filter(|text| !text.is_empty());
    let date = cell(Some(columns.date)).ok_or("the date is missing")?;
    // A time after the day does not matter here.
    let day: NaiveDate =
        date.get(..10).unwrap_or(date).parse().map_err(|_| format!("`{date}` is no date; write it as 2026-05-31"))?;
    let metric = cell(columns.metric).or(args.metric.as_deref()).ok_or("the metric is missing")?;
    let count = match cell(columns.count) {
        Some(text) => Some(text.parse::<u64>().map_err(|_| format!("count `{text}` is no whole number"))?),
        None => None,
    };
    let place = place(cell(columns.stage), cell(columns.touchpoint).or(args.touchpoint.as_deref()), map)?;
    if metric.eq_ignore_ascii_case(ENTERED) {
        let SurveyPlace::Stage(stage) = place else {
            return Err("who entered is counted by stage: fill in `stage` and leave `touchpoint` empty".to_owned());
        };
        let entered = match (count, cell(columns.value)) {
            (Some(count), _) => count,
            (None, Some(text)) => {
                text.parse().map_err(|_| format!("value `{text}` is no whole number of customers"))?
            }
            (None, None) => return Err("the count is missing".to_owned()),
        };
        *read.entries.entry((stage, day)).or_default() += entered;
        return Ok(());
    }
    let metric: Metric = metric
        .to_ascii_lowercase()
        .parse()
        .map_err(|_| format!("`{metric}` is no metric; there are nps, csat, ces and {ENTERED}"))?;
    let text = cell(columns.value).ok_or("the value is missing")?;
    let value: f64 = text.parse().map_err(|_| format!("value `{text}` is no number"))?;
    if !metric.takes(value) {
        let (worst, best) = metric.scale();
        return Err(format!("{text} is no answer of {metric}: whole numbers from {worst} to {best}"));
    }
    let respondent = cell(columns.respondent).map(|who| key.respondent(who));
    if respondent.is_none() && count.is_none() {
        return Err("neither respondent nor count: an answer of nobody would count again with every import".to_owned());
    }
    let who = respondent.clone().unwrap_or_else(|| format!("={value}"));
    let answers = if respondent.is_some() { 1 } else { count.unwrap_or(1) };
    let answer = SurveyAnswer { metric, place: place.clone(), day, respondent, value, answers };
    let slot = (metric.as_str().to_owned(), place, day, who);
    match read.answers.get_mut(&slot) {
        Some(known) if known.respondent.is_none() => known.answers += answers,
        Some(known) => *known = answer,
        None => {
            read.answers.insert(slot, answer);
        }
    }
    Ok(())
}

fn place(stage: Option<&str>, touchpoint: Option<&str>, map: &JourneyMap) -> Result<SurveyPlace, String> {
    match (stage, touchpoint) {
        (_, Some(name)) => {
            let id = name.parse::<TouchpointId>().ok().filter(|id| map.touchpoint(id).is_some());
            id.map(SurveyPlace::Touchpoint).ok_or_else(|| format!("map {} has no touchpoint `{name}`", map.id))
        }
        (Some(name), None) => {
            let id = name.parse::<StageId>().ok().filter(|id| map.stage(id).is_some());
            id.map(SurveyPlace::Stage).ok_or_else(|| format!("map {} has no stage `{name}`", map.id))
        }
        (None, None) => Ok(SurveyPlace::Map),
    }
}
