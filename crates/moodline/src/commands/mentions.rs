//! `moodline mentions`: the query.

use std::io::Write;

use anyhow::{Context as _, Result, bail};
use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use moodline_maps::JourneyMap;
use moodline_types::{Clock, MentionPage, MentionQuery, MentionRow, RowCount, TouchpointFilter};
use serde_json::{Value, json};

use super::{
    Context,
    classify::{emotions_json, rounded, sentiment_json},
    map::read_measured,
};
use crate::{
    cli::{ListFormat, MentionsArgs},
    output::{Output, note, number, shorten, terminal_width},
};

pub(super) async fn run(args: MentionsArgs, context: &Context) -> Result<()> {
    let app = context.app().await?;
    if let Some(map) = &args.map {
        exists(&read_measured(&app, map, None).await?.loaded.map, &args)?;
    }
    // Ages are counted from when the first page was asked for, so that all pages answer one question.
    let now = args.cursor.map_or_else(|| app.clock.now(), |cursor| cursor.asked_at());
    let query = query(&args, now)?;
    if args.count {
        return counted(&app.store.count_mentions(&query).await?, args.format);
    }
    let page = app.store.find_mentions(&query).await?;
    let MentionPage { rows, next } = &page;
    let mut out = Output::new();
    match args.format {
        ListFormat::Table => {
            let total = app.store.count_mentions(&query).await?;
            table(&mut out, rows)?;
            out.line(shown(rows.len(), total, &query))?;
        }
        ListFormat::Json => {
            serde_json::to_writer_pretty(&mut out, &page_json(&page)).map_err(std::io::Error::from)?;
            out.gap()?;
        }
        ListFormat::Jsonl => {
            for row in rows {
                serde_json::to_writer(&mut out, &row_json(row)).map_err(std::io::Error::from)?;
                out.gap()?;
            }
        }
        ListFormat::Csv => csv(&mut out, rows)?,
    }
    out.flush()?;
    if let Some(next) = next.filter(|_| args.format != ListFormat::Json) {
        note(format!("next page: --cursor {next}"));
    }
    Ok(())
}

fn counted(count: &RowCount, format: ListFormat) -> Result<()> {
    let mut out = Output::new();
    match format {
        ListFormat::Table => out.line(match count.rows {
            1 => "1 opinion".to_owned(),
            _ => format!("{count} opinions"),
        })?,
        ListFormat::Json | ListFormat::Jsonl => {
            serde_json::to_writer(&mut out, count).map_err(std::io::Error::from)?;
            out.gap()?;
        }
        ListFormat::Csv => out.line(format!("rows,exact\n{},{}", count.rows, count.exact))?,
    }
    Ok(out.flush()?)
}

/// A page in the stable JSON: its rows, and the cursor of the next page or null.
pub(crate) fn page_json(page: &MentionPage) -> Value {
    let rows: Vec<Value> = page.rows.iter().map(row_json).collect();
    json!({"mentions": rows, "next": page.next})
}

/// Refuses names that the map does not have: an empty list would say that nobody complained.
fn exists(map: &JourneyMap, args: &MentionsArgs) -> Result<()> {
    let refuse = |what: &str, id: &str, known: Vec<&str>| -> Result<()> {
        bail!("map {} has no {what} `{id}`; it has {}", map.id, known.join(", "))
    };
    if let Some(id) = args.touchpoint.as_ref().filter(|id| map.touchpoint(id).is_none()) {
        return refuse("touchpoint", id.as_str(), map.touchpoints().map(|(_, t)| t.id.as_str()).collect());
    }
    if let Some(id) = args.stage.as_ref().filter(|id| map.stage(id).is_none()) {
        return refuse("stage", id.as_str(), map.stages.iter().map(|stage| stage.id.as_str()).collect());
    }
    if let Some(id) = args.persona.as_ref().filter(|id| map.persona(id).is_none()) {
        return refuse("persona", id.as_str(), map.personas.iter().map(|persona| persona.id.as_str()).collect());
    }
    Ok(())
}

fn query(args: &MentionsArgs, now: DateTime<Utc>) -> Result<MentionQuery> {
    let when = |text: &Option<String>, flag: &str| -> Result<Option<DateTime<Utc>>> {
        text.as_deref().map(|text| instant(text, now).with_context(|| format!("--{flag}"))).transpose()
    };
    if let Some(p) = args.min_confidence
        && !(0.0..=1.0).contains(&p)
    {
        bail!("--min-confidence is a probability from 0 to 1, not {p}");
    }
    Ok(MentionQuery {
        map: args.map.clone(),
        stage: args.stage.clone(),
        touchpoint: match (&args.touchpoint, args.unassigned) {
            (Some(id), _) => Some(TouchpointFilter::Is(id.clone())),
            (None, true) => Some(TouchpointFilter::Unassigned),
            (None, false) => None,
        },
        persona: args.persona.clone(),
        sentiment: args.sentiment,
        flagged: args.flagged,
        statuses: args.status.clone(),
        assignee: args.assignee.clone(),
        since: when(&args.since, "since")?,
        until: when(&args.until, "until")?,
        sources: args.source.clone(),
        language: args.lang.clone(),
        emotion: args.emotion,
        min_confidence: args.min_confidence,
        stars: args.rating,
        text: args.text.clone(),
        mismatch: args.mismatch,
        author: args.author.clone(),
        mentions: (!args.mention.is_empty()).then(|| args.mention.clone()),
        opinions: None,
        order: args.sort,
        limit: args.limit,
        offset: args.offset,
        after: args.cursor,
        asked_at: now,
    })
}

/// Reads `2026-05-01`, an RFC 3339 instant, or an age: `36h`, `14d`, `8w`.
pub(super) fn instant(text: &str, now: DateTime<Utc>) -> Result<DateTime<Utc>> {
    let text = text.trim();
    if let Ok(day) = text.parse::<NaiveDate>() {
        return Ok(day.and_time(NaiveTime::MIN).and_utc());
    }
    if let Ok(instant) = DateTime::parse_from_rfc3339(text) {
        return Ok(instant.to_utc());
    }
    let split = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let hours = match &text[split..] {
        "h" => Some(1),
        "d" => Some(24),
        "w" => Some(24 * 7),
        _ => None,
    };
    let age = text[..split].parse::<i64>().ok().zip(hours).and_then(|(count, hours)| count.checked_mul(hours));
    age.and_then(chrono::TimeDelta::try_hours).and_then(|age| now.checked_sub_signed(age)).with_context(|| {
        format!("`{text}` is neither a date (2026-05-01), an instant (2026-05-01T12:00:00Z) nor an age (36h, 14d, 8w)")
    })
}

/// Rows for people: evidence first, the whole mention where it says more.
pub(super) fn table(out: &mut Output, rows: &[MentionRow]) -> std::io::Result<()> {
    let mut table = out.new_table(&["Opinion", "Posted", "Verdict", "P", "Touchpoint", "Source", "Text"]);
    let text_width = usize::from(terminal_width()).saturating_sub(78).max(30);
    for row in rows {
        let place = row.place.as_ref().map_or("–", |(_, touchpoint)| touchpoint.as_str());
        let flag = row.flag.as_ref().map_or(String::new(), |flag| format!(" ⚑ {}", flag.status));
        let (_, confidence) = row.sentiment.top();
        table.add_row([
            number(row.opinion),
            comfy_table::Cell::new(row.posted_at.format("%Y-%m-%d")),
            out.verdict(row.label),
            number(format!("{confidence:.2}")),
            comfy_table::Cell::new(format!("{place}{flag}")),
            comfy_table::Cell::new(origins(row)),
            comfy_table::Cell::new(shorten(&row.evidence, text_width * 2)),
        ]);
    }
    out.table(&table)
}

/// The source, and how many copies there are besides.
fn origins(row: &MentionRow) -> String {
    let source = &row.source;
    if row.copies.is_empty() { source.to_string() } else { format!("{source} +{}", row.copies.len()) }
}

fn shown(rows: usize, total: RowCount, query: &MentionQuery) -> String {
    let first = u64::from(query.offset) + 1;
    match (rows, query.after) {
        (0, None) => "no opinions match".to_owned(),
        (0, Some(_)) => "no more opinions match".to_owned(),
        (_, None) => format!("{first}–{} of {total}", first - 1 + rows as u64),
        (_, Some(_)) => format!("{rows} more of {total}"),
    }
}

/// One row in the stable JSON of DESIGN: `moodline mentions --format jsonl`.
pub(crate) fn row_json(row: &MentionRow) -> Value {
    let (stage, touchpoint) = match &row.place {
        Some((stage, touchpoint)) => (Some(stage), Some(touchpoint)),
        None => (None, None),
    };
    json!({
        "mention": row.mention,
        "opinion": row.opinion,
        "source": row.source,
        "external_id": row.external_id,
        "url": row.url,
        "posted_at": row.posted_at,
        "lang": row.language,
        "title": row.title,
        "text": row.text,
        "evidence": row.evidence,
        "start": row.start,
        "end": row.end,
        "map": row.map,
        "stage": stage,
        "touchpoint": touchpoint,
        "sentiment": sentiment_json(row.label, row.sentiment),
        "emotion": emotions_json(row.emotions),
        "rating": row.rating,
        "author": row.author,
        "representative": row.representative.map(rounded),
        "duplicates": row.copies.len(),
        "origins": row.copies,
        "flag": row.flag.as_ref().map(|flag| json!({
            "id": flag.id, "status": flag.status, "raised_at": flag.raised_at, "assignee": flag.assignee,
            "due_at": flag.due_at,
        })),
        "assignment": row.assignment.as_ref().map(|(score, reason, detail)| json!({
            "stage": stage, "touchpoint": touchpoint, "score": rounded(*score), "reason": reason, "detail": detail,
        })),
    })
}

fn csv(out: &mut Output, rows: &[MentionRow]) -> Result<()> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record([
        "mention",
        "opinion",
        "source",
        "external_id",
        "url",
        "posted_at",
        "lang",
        "text",
        "evidence",
        "map",
        "stage",
        "touchpoint",
        "sentiment",
        "negative",
        "neutral",
        "positive",
        "emotion",
        "rating",
        "flag",
        "score",
        "reason",
        "duplicates",
    ])?;
    for row in rows {
        let place = row.place.as_ref();
        let assignment = row.assignment.as_ref();
        let rating = row.rating.map(|r| r.value.to_string()).unwrap_or_default();
        writer.write_record([
            row.mention.to_string(),
            row.opinion.to_string(),
            row.source.to_string(),
            cell(&row.external_id),
            cell(row.url.as_deref().unwrap_or_default()),
            row.posted_at.to_rfc3339(),
            row.language.clone().unwrap_or_default(),
            cell(&row.text),
            cell(&row.evidence),
            row.map.as_ref().map(ToString::to_string).unwrap_or_default(),
            place.map(|(stage, _)| stage.to_string()).unwrap_or_default(),
            place.map(|(_, touchpoint)| touchpoint.to_string()).unwrap_or_default(),
            row.label.to_string(),
            rounded(row.sentiment.negative).to_string(),
            rounded(row.sentiment.neutral).to_string(),
            rounded(row.sentiment.positive).to_string(),
            row.emotions.top().to_string(),
            rating,
            row.flag.as_ref().map(|flag| flag.status.to_string()).unwrap_or_default(),
            assignment.map(|(score, ..)| rounded(*score).to_string()).unwrap_or_default(),
            assignment.map(|(_, reason, _)| reason.to_string()).unwrap_or_default(),
            row.copies.len().to_string(),
        ])?;
    }
    out.write_all(&writer.into_inner()?)?;
    Ok(())
}

/// Text from strangers must not become a formula in somebody's spreadsheet.
pub(super) fn cell(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{text}") } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_dates_instants_or_ages() {
        let now: DateTime<Utc> = "2026-05-10T12:00:00Z".parse().unwrap();
        assert_eq!(instant("2026-05-01", now).unwrap().to_rfc3339(), "2026-05-01T00:00:00+00:00");
        assert_eq!(instant("2026-05-01T08:00:00+08:00", now).unwrap().to_rfc3339(), "2026-05-01T00:00:00+00:00");
        assert_eq!(instant("36h", now).unwrap().to_rfc3339(), "2026-05-09T00:00:00+00:00");
        assert_eq!(instant("1w", now).unwrap().to_rfc3339(), "2026-05-03T12:00:00+00:00");
        for bad in ["", "d", "soon", "14", "99999999999999w", "14 d"] {
            assert!(instant(bad, now).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn a_formula_is_disarmed() {
        assert_eq!(cell("=1+1"), "'=1+1");
        assert_eq!(cell("很好"), "很好");
    }
}
