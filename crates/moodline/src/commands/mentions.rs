//! `moodline mentions`: the query.

use std::io::Write;

use anyhow::Result;
use moodline_api::{
    ask::mentions::{self, posted},
    body::{MentionList, MentionRow as Row, RowCount as Count, rounded},
};
use moodline_types::{Clock, MentionQuery, MentionRow, PageCursor, RowCount, TouchpointFilter};

use super::Context;
use crate::{
    cli::{ListFormat, MentionFilter, MentionsArgs},
    output::{Output, note, number, shorten, terminal_width},
    wire::App,
};

pub(super) async fn run(args: MentionsArgs, context: &Context) -> Result<()> {
    let app = context.app().await?;
    let store = app.store.as_ref();
    let query = query(&args, &app)?;
    if args.count {
        return counted(mentions::count(store, &query).await?, args.format);
    }
    mentions::exists(store, &query).await?;
    let page = store.find_mentions(&query).await?;
    let next = page.next;
    let mut out = Output::new();
    match args.format {
        ListFormat::Table => {
            let total = store.count_mentions(&query).await?;
            table(&mut out, &page.rows)?;
            out.line(shown(page.rows.len(), total, &query))?;
        }
        ListFormat::Json => out.json(&MentionList::from(page))?,
        ListFormat::Jsonl => out.json_lines(&page.rows.into_iter().map(Row::from).collect::<Vec<_>>())?,
        ListFormat::Csv => csv(&mut out, &page.rows)?,
    }
    out.flush()?;
    if let Some(next) = next.filter(|_| args.format != ListFormat::Json) {
        note(format!("next page: --cursor {next}"));
    }
    Ok(())
}

fn counted(count: Count, format: ListFormat) -> Result<()> {
    let mut out = Output::new();
    match format {
        ListFormat::Table => out.line(match count {
            Count { rows: 1, .. } => "1 opinion".to_owned(),
            Count { rows, exact } => format!("{} opinions", RowCount { rows, exact }),
        })?,
        ListFormat::Json | ListFormat::Jsonl => out.json_lines(&[count])?,
        ListFormat::Csv => out.line(format!("rows,exact\n{},{}", count.rows, count.exact))?,
    }
    Ok(out.flush()?)
}

fn query(args: &MentionsArgs, app: &App) -> Result<MentionQuery> {
    let found = found_by(&args.filter, args.cursor, app)?;
    let touchpoint = args.touchpoint.clone().map(TouchpointFilter::Is);
    Ok(MentionQuery {
        map: args.map.clone(),
        touchpoint: touchpoint.or(found.touchpoint),
        sentiment: args.sentiment,
        order: args.sort,
        limit: args.limit,
        offset: args.offset,
        after: args.cursor,
        ..found
    })
}

/// The query of these conditions.
pub(super) fn found_by(filter: &MentionFilter, cursor: Option<PageCursor>, app: &App) -> Result<MentionQuery> {
    let posted = posted(filter.since.as_deref(), filter.until.as_deref(), cursor, app.clock.now())?;
    Ok(MentionQuery {
        stage: filter.stage.clone(),
        touchpoint: filter.unassigned.then_some(TouchpointFilter::Unassigned),
        persona: filter.persona.clone(),
        flagged: filter.flagged,
        statuses: filter.status.clone(),
        assignee: filter.assignee.clone(),
        since: posted.since,
        until: posted.until,
        sources: filter.source.clone(),
        language: filter.lang.clone(),
        emotion: filter.emotion,
        min_confidence: filter.min_confidence,
        stars: filter.rating,
        text: filter.text.clone(),
        mismatch: filter.mismatch,
        author: filter.author.clone(),
        mentions: (!filter.mention.is_empty()).then(|| filter.mention.clone()),
        opinions: (!filter.opinion.is_empty()).then(|| filter.opinion.clone()),
        asked_at: posted.asked_at,
        ..MentionQuery::default()
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
    fn a_formula_is_disarmed() {
        assert_eq!(cell("=1+1"), "'=1+1");
        assert_eq!(cell("很好"), "很好");
    }
}
