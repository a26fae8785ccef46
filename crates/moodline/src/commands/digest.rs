//! `moodline alerts digest`: for each department what goes on at the touchpoints it owns.

use std::fmt::Write as _;

use anyhow::Result;
use moodline_api::{
    ask::digest::digest,
    body::{Alert, Department, DigestEntry},
};
use moodline_types::{self as types, AlertStatus, Clock};

use crate::{
    cli::{AlertDigestArgs, DigestFormat},
    output::Output,
    wire::App,
};

pub(super) async fn run(args: &AlertDigestArgs, app: &App) -> Result<()> {
    let (map, owner) = (args.map.as_ref(), args.owner.as_deref());
    let departments = digest(app.store.as_ref(), map, owner, &args.since, app.clock.now()).await?;
    let mut out = Output::new();
    match args.format {
        DigestFormat::Json => out.json(&departments)?,
        DigestFormat::Markdown => out.line(markdown(&departments).trim_end())?,
        DigestFormat::Text => text(&departments, &mut out)?,
    }
    Ok(out.flush()?)
}

/// How it stands, e.g. `alert, since 2026-05-02, acknowledged`.
fn standing(alert: &types::Alert) -> String {
    let episode = &alert.episode;
    let ended = episode.ended_day.map(|day| format!(", over since {day}")).unwrap_or_default();
    let status = if alert.status == AlertStatus::Open { String::new() } else { format!(", {}", alert.status) };
    format!("{}, since {}{ended}{status}", episode.tier, episode.from_day)
}

const NOBODY: &str = "Nobody’s touchpoints, and sources";

fn text(departments: &[Department], out: &mut Output) -> std::io::Result<()> {
    for Department { owner, entries } in departments {
        out.heading(owner.as_deref().unwrap_or(NOBODY))?;
        for DigestEntry { alert: Alert(alert), name, themes, quotes } in entries {
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
        for DigestEntry { alert: Alert(alert), name, themes, quotes } in entries {
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
