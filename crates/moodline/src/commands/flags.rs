//! `moodline flags`: triage of what asks for attention.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result, bail};
use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use moodline_maps::parse_map;
use moodline_types::{Clock, FlagId, FlagQuery, FlagRow, FlagStatus, MapId, Triage};
use serde::Serialize;

use super::{Context, map::read_measured, mentions::cell};
use crate::{
    cli::{
        FlagDigestArgs, FlagFilter, FlagHistoryArgs, FlagListArgs, FlagSetArgs, FlagsCommand, ListFormat, ShowFormat,
    },
    output::{Output, number, shorten, terminal_width},
    wire::App,
};

/// Most flags that one command changes or a digest reads.
const MOST: u32 = 100_000;
/// Quotes shown for each owner.
const QUOTES: usize = 3;

pub(super) async fn run(command: FlagsCommand, context: &Context) -> Result<()> {
    let app = context.app().await?;
    match command {
        FlagsCommand::List(args) => list(&args, &app).await,
        FlagsCommand::Set(args) => set(args, &app).await,
        FlagsCommand::History(args) => history(&args, &app).await,
        FlagsCommand::Digest(args) => digest(&args, &app).await,
    }
}

/// Refuses names that do not exist: an empty list would say that nobody complained.
async fn query(filter: &FlagFilter, limit: u32, app: &App) -> Result<FlagQuery> {
    if let Some(id) = &filter.map {
        let map = read_measured(app, id, None).await?.loaded.map;
        if let Some(touchpoint) = filter.touchpoint.as_ref().filter(|id| map.touchpoint(id).is_none()) {
            let known: Vec<&str> = map.touchpoints().map(|(_, t)| t.id.as_str()).collect();
            bail!("map {id} has no touchpoint `{touchpoint}`; it has {}", known.join(", "));
        }
    }
    Ok(FlagQuery {
        ids: Vec::new(),
        map: filter.map.clone(),
        touchpoint: filter.touchpoint.clone(),
        statuses: filter.status.clone(),
        assignee: filter.assignee.clone(),
        due_before: filter.overdue.then(|| app.clock.now()),
        limit,
    })
}

async fn list(args: &FlagListArgs, app: &App) -> Result<()> {
    let query = query(&args.filter, args.limit, app).await?;
    let rows = app.store.flags(&query).await?;
    let mut out = Output::new();
    match args.format {
        ListFormat::Table => {
            table(&mut out, &rows)?;
            let total = app.store.count_flags(&query).await?;
            out.line(if rows.is_empty() { "no flags match".to_owned() } else { format!("{} of {total}", rows.len()) })?;
        }
        ListFormat::Json => {
            serde_json::to_writer_pretty(&mut out, &rows)?;
            out.gap()?;
        }
        ListFormat::Jsonl => {
            for row in &rows {
                serde_json::to_writer(&mut out, row)?;
                out.gap()?;
            }
        }
        ListFormat::Csv => csv(&mut out, &rows)?,
    }
    Ok(out.flush()?)
}

fn table(out: &mut Output, rows: &[FlagRow]) -> std::io::Result<()> {
    let mut table = out.new_table(&["Flag", "Status", "P", "Touchpoint", "Posted", "Assignee", "Due", "Text"]);
    let width = usize::from(terminal_width()).saturating_sub(90).max(30);
    for row in rows {
        table.add_row([
            number(row.id),
            comfy_table::Cell::new(row.status),
            number(format!("{:.2}", row.severity)),
            comfy_table::Cell::new(&row.touchpoint),
            comfy_table::Cell::new(row.posted_at.format("%Y-%m-%d")),
            comfy_table::Cell::new(row.assignee.as_deref().unwrap_or("–")),
            comfy_table::Cell::new(day(row.due_at)),
            comfy_table::Cell::new(shorten(&row.evidence, width * 2)),
        ]);
    }
    out.table(&table)
}

fn day(at: Option<DateTime<Utc>>) -> String {
    at.map_or_else(|| "–".to_owned(), |at| at.format("%Y-%m-%d").to_string())
}

fn csv(out: &mut Output, rows: &[FlagRow]) -> Result<()> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record([
        "id",
        "map",
        "stage",
        "touchpoint",
        "status",
        "severity",
        "assignee",
        "due_at",
        "raised_at",
        "updated_at",
        "mention",
        "source",
        "url",
        "posted_at",
        "evidence",
    ])?;
    for row in rows {
        writer.write_record([
            row.id.to_string(),
            row.map.to_string(),
            row.stage.to_string(),
            row.touchpoint.to_string(),
            row.status.to_string(),
            format!("{:.4}", row.severity),
            cell(row.assignee.as_deref().unwrap_or_default()),
            row.due_at.map(|at| at.to_rfc3339()).unwrap_or_default(),
            row.raised_at.to_rfc3339(),
            row.updated_at.to_rfc3339(),
            row.mention.to_string(),
            row.source.to_string(),
            cell(row.url.as_deref().unwrap_or_default()),
            row.posted_at.to_rfc3339(),
            cell(&row.evidence),
        ])?;
    }
    std::io::Write::write_all(out, &writer.into_inner()?)?;
    Ok(())
}

async fn set(args: FlagSetArgs, app: &App) -> Result<()> {
    if args.to == Some(FlagStatus::Resolved) && args.note.is_none() {
        bail!("say with --note what resolved it");
    }
    let change = Triage {
        status: args.to,
        assignee: if args.unassign { Some(None) } else { args.assign.map(Some) },
        due_at: if args.no_due { Some(None) } else { args.due.as_deref().map(moment).transpose()?.map(Some) },
        note: args.note,
        actor: args.actor,
    };
    if change == (Triage { actor: change.actor.clone(), ..Triage::default() }) {
        bail!("say what shall change: --to, --assign, --unassign, --due, --no-due or --note");
    }
    let ids: Vec<FlagId> = if args.all {
        let query = query(&args.filter, MOST, app).await?;
        app.store.flags(&query).await?.iter().map(|row| row.id).collect()
    } else {
        args.flags
    };
    app.store.triage(&ids, &change, app.clock.now()).await?;
    let mut out = Output::new();
    out.line(match ids.len() {
        0 => "no flags match".to_owned(),
        1 => format!("flag {} changed", ids[0]),
        n => format!("{n} flags changed"),
    })?;
    Ok(out.flush()?)
}

/// A day means its end.
fn moment(text: &str) -> Result<DateTime<Utc>> {
    if let Ok(date) = text.parse::<NaiveDate>() {
        let next = date.succ_opt().context("--due lies too far ahead")?;
        return Ok(next.and_time(NaiveTime::MIN).and_utc());
    }
    DateTime::parse_from_rfc3339(text).map(|at| at.to_utc()).with_context(|| {
        format!("--due: `{text}` is neither a date (2026-06-05) nor an instant (2026-06-05T12:00:00Z)")
    })
}

async fn history(args: &FlagHistoryArgs, app: &App) -> Result<()> {
    let query = FlagQuery { ids: vec![args.flag], ..FlagQuery::default() };
    let Some(row) = app.store.flags(&query).await?.pop() else {
        bail!("there is no flag {}; `moodline flags list` shows those there are", args.flag);
    };
    let events = app.store.flag_history(args.flag).await?;
    let mut out = Output::new();
    if args.format == ShowFormat::Json {
        serde_json::to_writer_pretty(&mut out, &serde_json::json!({"flag": row, "events": events}))?;
        out.gap()?;
        return Ok(out.flush()?);
    }
    let minute = |at: DateTime<Utc>| at.format("%Y-%m-%d %H:%M").to_string();
    out.line(format!("{} at {} of {}: {}", row.status, row.touchpoint, row.map, row.evidence))?;
    let mut table = out.new_table(&["When", "Who", "Status", "Assignee", "Due", "Note"]);
    table.add_row([minute(row.raised_at), "moodline".to_owned(), "open".to_owned()]);
    for event in &events {
        table.add_row([
            minute(event.at),
            event.actor.clone(),
            event.status.to_string(),
            event.assignee.clone().unwrap_or_else(|| "–".to_owned()),
            day(event.due_at),
            event.note.clone().unwrap_or_default(),
        ]);
    }
    out.table(&table)?;
    Ok(out.flush()?)
}

/// What waits for one department.
#[derive(Debug, Serialize)]
struct Waiting<'a> {
    owner: Option<&'a str>,
    open: usize,
    acknowledged: usize,
    overdue: usize,
    oldest: DateTime<Utc>,
    worst: Vec<&'a FlagRow>,
}

async fn digest(args: &FlagDigestArgs, app: &App) -> Result<()> {
    let maps = app.map_ids(args.map.as_slice()).await?;
    let mut owners = BTreeMap::new();
    for record in app.store.maps().await?.into_iter().filter(|record| maps.contains(&record.id)) {
        let map = parse_map(record.id.as_str(), &record.definition)?.map;
        for (_, touchpoint) in map.touchpoints() {
            owners.insert((record.id.clone(), touchpoint.id.clone()), touchpoint.owner.clone());
        }
    }
    let query = FlagQuery {
        map: args.map.clone(),
        statuses: vec![FlagStatus::Open, FlagStatus::Acknowledged],
        limit: MOST,
        ..FlagQuery::default()
    };
    let rows = app.store.flags(&query).await?;
    let waiting = by_owner(&rows, &owners, app.clock.now());
    let mut out = Output::new();
    if args.format == ShowFormat::Json {
        serde_json::to_writer_pretty(&mut out, &waiting)?;
        out.gap()?;
        return Ok(out.flush()?);
    }
    for one in &waiting {
        out.heading(one.owner.unwrap_or("nobody owns these touchpoints"))?;
        out.line(format!(
            "{} open, {} acknowledged, {} overdue; the oldest since {}",
            one.open,
            one.acknowledged,
            one.overdue,
            one.oldest.format("%Y-%m-%d")
        ))?;
        for row in &one.worst {
            out.line(format!("  {:>6}  {}  {}", row.id, row.touchpoint, shorten(&row.evidence, 80)))?;
        }
        out.gap()?;
    }
    if waiting.is_empty() {
        out.line("no flag waits for anybody")?;
    }
    Ok(out.flush()?)
}

type Owners = BTreeMap<(MapId, moodline_types::TouchpointId), Option<String>>;

/// The owners with the most waiting first; `rows` come the most severe first.
fn by_owner<'a>(rows: &'a [FlagRow], owners: &'a Owners, now: DateTime<Utc>) -> Vec<Waiting<'a>> {
    let mut grouped: BTreeMap<Option<&str>, Vec<&FlagRow>> = BTreeMap::new();
    for row in rows {
        let owner = owners.get(&(row.map.clone(), row.touchpoint.clone())).and_then(Option::as_deref);
        grouped.entry(owner).or_default().push(row);
    }
    let count = |rows: &[&FlagRow], wanted: &dyn Fn(&FlagRow) -> bool| rows.iter().filter(|row| wanted(row)).count();
    let mut waiting: Vec<Waiting<'_>> = grouped
        .into_iter()
        .map(|(owner, rows)| Waiting {
            owner,
            open: count(&rows, &|row| row.status == FlagStatus::Open),
            acknowledged: count(&rows, &|row| row.status == FlagStatus::Acknowledged),
            overdue: count(&rows, &|row| row.due_at.is_some_and(|due| due < now)),
            oldest: rows.iter().map(|row| row.raised_at).min().unwrap_or(now),
            worst: rows.iter().take(QUOTES).copied().collect(),
        })
        .collect();
    waiting.sort_by_key(|one| std::cmp::Reverse(one.open + one.acknowledged));
    waiting
}
