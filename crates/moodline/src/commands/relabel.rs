//! `moodline relabel`: a person's word against the machine's, for one opinion or for many.

use std::{
    collections::BTreeSet,
    fs,
    io::{self, Read as _},
};

use anyhow::{Context as _, Result, bail};
use moodline_api::{
    ask::corrections,
    body::{CorrectedMany, NewCorrection},
};
use moodline_store::NewOverride;
use moodline_types::{Clock, MapId, MentionQuery, MentionRow, OpinionId, TouchpointFilter, counted};
use serde::Serialize;
use serde_json::{Value, json};

use super::{Context, mentions};
use crate::{
    cli::{RelabelArgs, ShowFormat},
    output::Output,
    wire::App,
};

/// Opinions asked for at once.
const BATCH: usize = 500;

/// Rows shown before many are corrected.
const PREVIEW: usize = 10;

pub(super) async fn run(args: RelabelArgs, context: &Context) -> Result<()> {
    let app = context.app().await?;
    let correction = correction(&app, &args).await?;
    let mut out = Output::new();
    let opinions = match (args.one, &args.from) {
        (Some(one), _) if !args.dry_run => vec![one],
        (Some(one), _) => {
            return preview(&rows(&app, &BTreeSet::from([one])).await?, &correction, &args, &mut out);
        }
        (None, from) => {
            let rows = match from {
                Some(from) => rows(&app, &listed(from)?).await?,
                None => corrections::matching(app.store.as_ref(), &query(&args, &app)?).await?,
            };
            let few = from.is_none() && rows.len() <= PREVIEW && !args.dry_run;
            if !args.yes && !few {
                return preview(&rows, &correction, &args, &mut out);
            }
            rows.into_iter().map(|row| row.opinion).collect()
        }
    };
    app.store.add_overrides(&opinions, &correction, app.clock.now()).await?;
    let mut placed = Vec::new();
    for map in app.map_ids(&[]).await? {
        // The correction holds; a map that cannot be placed now is placed with it later.
        placed.push(match super::steps::place(&app, &map).await {
            Ok(outcome) => Placed { map, moves: outcome.moves.lines(), not_yet: None },
            Err(error) => Placed { map, moves: Vec::new(), not_yet: Some(format!("{error:#}")) },
        });
    }
    match args.format {
        ShowFormat::Json => out.json(&json!({ "count": opinions.len(), "corrected": opinions, "maps": placed }))?,
        ShowFormat::Table => tell(&opinions, &placed, &mut out)?,
    }
    Ok(out.flush()?)
}

/// What came of a correction on one map.
#[derive(Debug, Serialize)]
struct Placed {
    map: MapId,
    /// Opinions that moved, in words.
    moves: Vec<String>,
    /// Why the map could not be placed now.
    not_yet: Option<String>,
}

fn tell(opinions: &[OpinionId], placed: &[Placed], out: &mut Output) -> Result<()> {
    for Placed { map, moves, not_yet } in placed {
        for line in moves {
            out.line(format!("{map}: {line}"))?;
        }
        if let Some(error) = not_yet {
            out.line(format!("{map}: not placed yet: {error}"))?;
        }
    }
    out.line(match opinions {
        [opinion] => format!("opinion {opinion} corrected; `moodline layers` draws the curve with it"),
        [] => "no opinions fit: nothing was changed".to_owned(),
        _ => format!("{} opinions corrected; `moodline layers` draws the curve with them", opinions.len()),
    })?;
    Ok(())
}

/// What is said of the opinions, checked as it is over HTTP.
async fn correction(app: &App, args: &RelabelArgs) -> Result<NewOverride> {
    let relevant = match (args.irrelevant, args.relevant) {
        (true, _) => Some(false),
        (_, true) => Some(true),
        _ => None,
    };
    // Beside a list of opinions, a touchpoint is where they belong; else it is one of the conditions.
    let named = args.one.is_some() || args.from.is_some();
    if let (true, Some(to), Some(touchpoint)) = (named, &args.to, &args.touchpoint) {
        bail!("--touchpoint {touchpoint} and --to {to} both say where the opinions belong: leave one out");
    }
    let placed = named || args.to.is_some() || args.nowhere;
    let said = NewCorrection {
        sentiment: args.sentiment,
        map: args.map.clone().filter(|_| placed),
        touchpoint: args.to.clone().or_else(|| args.touchpoint.clone().filter(|_| named)),
        nowhere: args.nowhere,
        relevant,
        ..NewCorrection::default()
    };
    Ok(corrections::meant(app.store.as_ref(), &said, &args.actor).await?)
}

/// The opinions that the conditions find.
fn query(args: &RelabelArgs, app: &App) -> Result<MentionQuery> {
    let found = mentions::found_by(&args.filter, None, app)?;
    let touchpoint = args.touchpoint.clone().map(TouchpointFilter::Is);
    Ok(MentionQuery {
        map: args.map.clone(),
        touchpoint: touchpoint.or(found.touchpoint),
        sentiment: args.sentiment_is,
        ..found
    })
}

/// The opinions that a list names, each once: the JSON Lines of `moodline mentions`, or an id a line.
fn listed(from: &str) -> Result<BTreeSet<OpinionId>> {
    let text = if from == "-" {
        let mut text = String::new();
        io::stdin().read_to_string(&mut text).context("could not read standard input")?;
        text
    } else {
        fs::read_to_string(from).with_context(|| format!("could not read {from}"))?
    };
    let mut opinions = BTreeSet::new();
    for (number, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let Some(id) = opinion_of(line) else {
            bail!(
                "{from}, line {}: neither an opinion's id nor a line of `moodline mentions --format jsonl`",
                number + 1
            )
        };
        opinions.insert(id);
    }
    if opinions.is_empty() {
        bail!("{from} names no opinions");
    }
    Ok(opinions)
}

fn opinion_of(line: &str) -> Option<OpinionId> {
    match serde_json::from_str::<Value>(line.trim()).ok()? {
        Value::Number(id) => id.as_i64(),
        Value::Object(row) => row.get("opinion")?.as_i64(),
        _ => None,
    }
    .map(OpinionId)
}

/// The opinions as they are now.
async fn rows(app: &App, opinions: &BTreeSet<OpinionId>) -> Result<Vec<MentionRow>> {
    let all: Vec<OpinionId> = opinions.iter().copied().collect();
    let mut rows = Vec::new();
    for batch in all.chunks(BATCH) {
        let query = MentionQuery { opinions: Some(batch.to_vec()), limit: BATCH as u32, ..MentionQuery::default() };
        rows.extend(app.store.find_mentions(&query).await?.rows);
    }
    let found: BTreeSet<OpinionId> = rows.iter().map(|row| row.opinion).collect();
    let gone: Vec<String> = opinions.difference(&found).take(10).map(ToString::to_string).collect();
    if !gone.is_empty() {
        bail!(
            "{} of the opinions are not there any more (judged anew, hidden or erased), e.g. {}; list them again",
            opinions.len() - found.len(),
            gone.join(", ")
        );
    }
    Ok(rows)
}

fn preview(rows: &[MentionRow], correction: &NewOverride, args: &RelabelArgs, out: &mut Output) -> Result<()> {
    if args.format == ShowFormat::Json {
        out.json(&CorrectedMany { count: rows.len() as u64, corrected: Vec::new() })?;
        return Ok(out.flush()?);
    }
    let next = if args.dry_run { "leave --dry-run out to do it" } else { "add --yes to do it" };
    mentions::table(out, &rows[..rows.len().min(PREVIEW)])?;
    let first = rows.first().map_or(OpinionId(0), |row| row.opinion);
    let more = if rows.len() > PREVIEW { format!(", of which {PREVIEW} are shown") } else { String::new() };
    let count = counted(rows.len(), "opinion");
    out.line(format!("{count}{more} would be corrected: {}", correction.act(first).detail))?;
    out.line(format!("nothing was changed: {next}"))?;
    Ok(out.flush()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_ids_or_what_the_query_prints() {
        assert_eq!(opinion_of("1042"), Some(OpinionId(1042)));
        assert_eq!(opinion_of(r#"{"mention": 7, "opinion": 12, "text": "slow"}"#), Some(OpinionId(12)));
        for line in ["slow", "{\"mention\": 7}", "[1]", "1.5"] {
            assert_eq!(opinion_of(line), None, "{line}");
        }
    }
}
