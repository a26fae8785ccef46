//! `moodline alerts digest`: for each department what goes on at the touchpoints it owns.

use std::{collections::BTreeMap, fmt::Write as _};

use anyhow::{Context as _, Result, bail};
use moodline_api::ask::mentions::moment;
use moodline_maps::{JourneyMap, parse_map};
use moodline_types::{Alert, AlertEpisode, AlertQuery, AlertStatus, AlertSubject, AlertTier, Clock, MapId};
use serde::Serialize;

use super::alerts::{concerns, moved_by, themes_of, themes_told};
use crate::{
    cli::{AlertDigestArgs, DigestFormat},
    output::{Output, shorten},
    wire::App,
};

/// Alerts that one digest reads.
const MOST: u32 = 100_000;
/// Quotes told with each alert.
const QUOTES: usize = 3;
/// Columns of a quote.
const QUOTE_WIDTH: usize = 120;

/// What there is for one department.
#[derive(Debug, Serialize)]
struct Department {
    /// `None`: nobody owns these touchpoints; sources are the operator's.
    owner: Option<String>,
    entries: Vec<Entry>,
}

#[derive(Debug, Serialize)]
struct Entry {
    #[serde(flatten)]
    alert: Alert,
    name: String,
    /// What its mentions speak of.
    themes: String,
    quotes: Vec<String>,
}

pub(super) async fn run(args: &AlertDigestArgs, app: &App) -> Result<()> {
    let ids = app.map_ids(args.map.as_slice()).await?;
    let mut maps = BTreeMap::new();
    for record in app.store.maps().await?.into_iter().filter(|record| ids.contains(&record.id)) {
        maps.insert(record.id.clone(), parse_map(record.id.as_str(), &record.definition)?.map);
    }
    let since = moment(&args.since, app.clock.now()).map_err(anyhow::Error::msg).context("--since cannot be read")?;
    let query = AlertQuery { map: args.map.clone(), limit: MOST, ..AlertQuery::default() };
    let mut departments: BTreeMap<Option<String>, Vec<Entry>> = BTreeMap::new();
    for alert in app.store.alerts(&query).await? {
        let told = alert.episode.is_going_on() || alert.updated_at >= since;
        let known = concerns(&alert.episode, &ids) && alert.status != AlertStatus::Closed;
        // A watch that is over was chance, most likely.
        let is_news = alert.episode.tier == AlertTier::Alert || alert.episode.is_going_on();
        if !(told && known && is_news) {
            continue;
        }
        let (owner, name) = place(&alert.episode, &maps);
        if args.owner.is_some() && args.owner != owner {
            continue;
        }
        let mentions = moved_by(&alert, app).await?;
        let quotes = mentions.iter().take(QUOTES).map(|mention| shorten(&mention.text, QUOTE_WIDTH)).collect();
        let themes = themes_told(&themes_of(&alert, app).await?, &alert);
        departments.entry(owner).or_default().push(Entry { alert, name, themes, quotes });
    }
    if let (Some(owner), true) = (&args.owner, departments.is_empty()) {
        let mut owners: Vec<&str> =
            maps.values().flat_map(JourneyMap::touchpoints).filter_map(|(_, t)| t.owner.as_deref()).collect();
        owners.sort_unstable();
        owners.dedup();
        if !owners.contains(&owner.as_str()) {
            bail!("no touchpoint is owned by `{owner}`; owners are {}", owners.join(", "));
        }
    }
    let departments: Vec<Department> =
        departments.into_iter().map(|(owner, entries)| Department { owner, entries }).collect();
    let mut out = Output::new();
    match args.format {
        DigestFormat::Json => out.line(serde_json::to_string_pretty(&departments)?)?,
        DigestFormat::Markdown => out.line(markdown(&departments).trim_end())?,
        DigestFormat::Text => text(&departments, &mut out)?,
    }
    Ok(out.flush()?)
}

/// Who owns it, and what it is called.
fn place(episode: &AlertEpisode, maps: &BTreeMap<MapId, JourneyMap>) -> (Option<String>, String) {
    match &episode.subject {
        AlertSubject::Source { source } => (None, format!("source {source}")),
        AlertSubject::Touchpoint { map, touchpoint, .. } => {
            let known = maps.get(map).and_then(|map| map.touchpoint(touchpoint).map(|(_, t)| (map, t)));
            match known {
                Some((map, known)) => {
                    let name = format!("{} ({})", known.name.in_language("en"), map.name.in_language("en"));
                    (known.owner.clone(), name)
                }
                None => (None, format!("{touchpoint} ({map})")),
            }
        }
    }
}

/// How it stands, e.g. `alert, since 2026-05-02, acknowledged`.
fn standing(alert: &Alert) -> String {
    let episode = &alert.episode;
    let ended = episode.ended_day.map(|day| format!(", over since {day}")).unwrap_or_default();
    let status = if alert.status == AlertStatus::Open { String::new() } else { format!(", {}", alert.status) };
    format!("{}, since {}{ended}{status}", episode.tier, episode.from_day)
}

const NOBODY: &str = "Nobody’s touchpoints, and sources";

fn text(departments: &[Department], out: &mut Output) -> std::io::Result<()> {
    for Department { owner, entries } in departments {
        out.heading(owner.as_deref().unwrap_or(NOBODY))?;
        for Entry { alert, name, themes, quotes } in entries {
            out.line(format!("  {:>4}  {name}: {}", alert.id, standing(alert)))?;
            out.line(format!("        {}", alert.episode.detail))?;
            if !themes.is_empty() {
                out.line(format!("        themes: {themes}"))?;
            }
            for quote in quotes {
                out.line(format!("        “{quote}”"))?;
            }
        }
        out.gap()?;
    }
    if departments.is_empty() {
        out.line("nothing is out of the ordinary")?;
    }
    Ok(())
}

fn markdown(departments: &[Department]) -> String {
    let mut page = String::from("# What is out of the ordinary\n\n");
    for Department { owner, entries } in departments {
        let _ = writeln!(page, "## {}\n", escaped(owner.as_deref().unwrap_or(NOBODY)));
        for Entry { alert, name, themes, quotes } in entries {
            let _ = writeln!(page, "- **{}**: {} (no. {})  ", escaped(name), standing(alert), alert.id);
            let _ = writeln!(page, "  {}  ", escaped(&alert.episode.detail));
            if !themes.is_empty() {
                let _ = writeln!(page, "  Themes: {}  ", escaped(themes));
            }
            for quote in quotes {
                let _ = writeln!(page, "  > {}", escaped(quote));
            }
        }
        page.push('\n');
    }
    if departments.is_empty() {
        page.push_str("Nothing.\n");
    }
    page
}

/// Text that Markdown takes for nothing else: what people wrote must not become a link or a heading.
fn escaped(text: &str) -> String {
    let special = |c: char| "\\`*_{}[]<>#|!&".contains(c);
    text.chars().flat_map(|c| special(c).then_some('\\').into_iter().chain([c])).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_wrote_stays_text() {
        assert_eq!(escaped("[x](http://y) <b>"), "\\[x\\](http://y) \\<b\\>");
        assert!(markdown(&[]).contains("Nothing."));
    }
}
