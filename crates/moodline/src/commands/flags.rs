//! `moodline flags`: triage of what asks for attention.

use anyhow::{Context as _, Result, anyhow, bail};
use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use moodline_api::{
    Words,
    ask::flags,
    body::{Flag, FlagHistory, FlagSelection, FlagTriage},
};
use moodline_types::{Clock, FlagQuery, FlagStatus};

use super::{Context, mentions::cell};
use crate::{
    cli::{
        FlagDigestArgs, FlagFilter, FlagHistoryArgs, FlagListArgs, FlagSetArgs, FlagsCommand, ListFormat, ShowFormat,
    },
    output::{Output, number, shorten, terminal_width},
    wire::App,
};

pub(super) async fn run(command: FlagsCommand, context: &Context) -> Result<()> {
    let app = context.app().await?;
    match command {
        FlagsCommand::List(args) => list(&args, &app).await,
        FlagsCommand::Set(args) => set(args, &app).await,
        FlagsCommand::History(args) => history(&args, &app).await,
        FlagsCommand::Digest(args) => digest(&args, &app).await,
    }
}

fn query(filter: &FlagFilter, after: Option<&str>, limit: u32, app: &App) -> Result<FlagQuery> {
    Ok(FlagQuery {
        ids: Vec::new(),
        map: filter.map.clone(),
        touchpoint: filter.touchpoint.clone(),
        statuses: filter.status.clone(),
        assignee: filter.assignee.clone(),
        due_before: filter.overdue.then(|| app.clock.now()),
        after: after.map(flags::after).transpose()?,
        limit,
    })
}

async fn list(args: &FlagListArgs, app: &App) -> Result<()> {
    let query = query(&args.filter, args.after.as_deref(), args.limit, app)?;
    let list = flags::list(app.store.as_ref(), &query).await?;
    let mut out = Output::new();
    match args.format {
        ListFormat::Table => {
            table(&mut out, &list.flags)?;
            let rows = list.flags.len();
            out.line(if rows == 0 { "no flags match".to_owned() } else { format!("{rows} of {}", list.total) })?;
            if let Some(next) = list.next {
                out.line(format!("--after {next} lists the next"))?;
            }
        }
        ListFormat::Json => out.json(&list)?,
        ListFormat::Jsonl => out.json_lines(&list.flags)?,
        ListFormat::Csv => csv(&mut out, &list.flags)?,
    }
    Ok(out.flush()?)
}

fn table(out: &mut Output, rows: &[Flag]) -> std::io::Result<()> {
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

fn csv(out: &mut Output, rows: &[Flag]) -> Result<()> {
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
    let words = |text: String, flag: &str| text.parse::<Words>().map_err(|wrong| anyhow!("{flag} {wrong}"));
    let change = FlagTriage {
        status: args.to,
        assignee: match args.assign {
            Some(name) => Some(Some(words(name, "--assign")?)),
            None => args.unassign.then_some(None),
        },
        due_at: if args.no_due { Some(None) } else { args.due.as_deref().map(moment).transpose()?.map(Some) },
        note: args.note.map(|note| words(note, "--note")).transpose()?,
    };
    if change == FlagTriage::default() {
        bail!("say what shall change: --to, --assign, --unassign, --due, --no-due or --note");
    }
    let mut selection = FlagSelection {
        ids: args.flags.iter().map(|flag| flag.0).collect(),
        change,
        all: args.all,
        ..FlagSelection::default()
    };
    if args.all {
        let FlagFilter { map, touchpoint, status, assignee, overdue } = args.filter;
        let assignee = assignee.map(|name| words(name, "--assignee")).transpose()?;
        selection = FlagSelection { map, touchpoint, status, assignee, overdue, ..selection };
    }
    let outcome = flags::triage(app.store.as_ref(), selection, &args.actor, app.clock.now()).await?;
    let mut out = Output::new();
    if args.format == ShowFormat::Json {
        out.json(&outcome)?;
        return Ok(out.flush()?);
    }
    out.line(match outcome.changed.as_slice() {
        [] => "no flags match".to_owned(),
        [one] => format!("flag {one} changed"),
        many => format!("{} flags changed", many.len()),
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
    let history = flags::history(app.store.as_ref(), args.flag).await?;
    let mut out = Output::new();
    if args.format == ShowFormat::Json {
        out.json(&history)?;
        return Ok(out.flush()?);
    }
    let FlagHistory { flag: row, events } = history;
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

async fn digest(args: &FlagDigestArgs, app: &App) -> Result<()> {
    let waiting = flags::digest(app.store.as_ref(), args.map.as_ref(), app.clock.now()).await?;
    let mut out = Output::new();
    if args.format == ShowFormat::Json {
        out.json(&waiting)?;
        return Ok(out.flush()?);
    }
    for one in &waiting {
        out.heading(one.owner.as_deref().unwrap_or("nobody owns these touchpoints"))?;
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
