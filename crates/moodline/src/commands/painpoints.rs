//! `moodline painpoints` and `moodline themes`: what to fix first, and what to build on.

use anyhow::{Context as _, Result, bail};
use chrono::NaiveDate;
use comfy_table::Cell;
use moodline_api::{
    ask::{
        maps,
        themes::{self, ThemeFilter},
    },
    body::{Days, Measured, Sample, Theme, ThemeChoice, ThemeList},
};
use moodline_maps::JourneyMap;
use moodline_telemetry::traced;
use moodline_themes::refresh_themes;
use moodline_types::{Clock, DayWindow, MapId};

use super::{Context, steps::turn};
use crate::{
    cli::{MapArg, PainpointsArgs, ShowFormat},
    output::{Output, number, shorten},
    traces,
    wire::App,
};

/// Columns of a quote in the table.
const QUOTE_WIDTH: usize = 60;

/// Finds the themes of one map in the headline window that ends today, or `as_of`.
pub(crate) async fn find_themes(app: &App, map: &MapId, as_of: Option<NaiveDate>) -> Result<String> {
    let as_of = as_of.unwrap_or_else(|| app.clock.now().date_naive());
    let settings = &app.loaded.settings;
    let window = DayWindow::ending(as_of, settings.layers.window_days);
    let finding = refresh_themes(app.store.as_ref(), map, window, &settings.themes, &app.clock);
    let outcome = traced(traces::of_map("themes", map), finding)
        .await
        .with_context(|| format!("could not find the themes of map {map}"))?;
    Ok(outcome.to_string())
}

pub(super) async fn themes(args: MapArg, context: &Context) -> Result<()> {
    let app = context.app().await?;
    app.register_maps().await?;
    let mut out = Output::new();
    let mut failed = 0;
    for map in app.map_ids(&args.map).await? {
        let Some(_turn) = turn(&app, &format!("layers/{map}")).await? else { break };
        match find_themes(&app, &map, None).await {
            Ok(outcome) => out.line(format!("{map}: {outcome}"))?,
            Err(error) => {
                failed += 1;
                out.line(format!("{map}: failed: {error:#}"))?;
            }
        }
    }
    out.flush()?;
    if failed > 0 {
        bail!("the themes of {failed} maps could not be found");
    }
    Ok(())
}

pub(super) async fn run(args: PainpointsArgs, context: &Context) -> Result<()> {
    let app = context.app().await?;
    let list = themes::list(app.store.as_ref(), &args.map, &filter(&args), &args.names).await?;
    let mut out = Output::new();
    match args.format {
        ShowFormat::Json => out.json(&list)?,
        ShowFormat::Table => {
            let loaded = maps::loaded(app.store.as_ref(), &args.map).await?;
            table(&list, &loaded.map, &args, &mut out)?;
        }
    }
    Ok(out.flush()?)
}

fn filter(args: &PainpointsArgs) -> ThemeFilter {
    let choice = match (args.opportunities, args.questions) {
        (true, _) => ThemeChoice::Opportunities,
        (_, true) => ThemeChoice::Questions,
        _ => ThemeChoice::Complaints,
    };
    ThemeFilter { choice, touchpoint: args.touchpoint.clone(), run: args.run, top: Some(args.top as usize) }
}

fn table(list: &ThemeList, map: &JourneyMap, args: &PainpointsArgs, out: &mut Output) -> Result<()> {
    let what = if args.opportunities {
        "Opportunities"
    } else if args.questions {
        "Questions"
    } else {
        "Pain points"
    };
    let Days { from, to } = list.window;
    out.heading(&format!("{what} — {}, {from} to {to}, run {}", map.name.in_language(&args.names), list.run))?;
    if list.themes.is_empty() {
        out.line("none: nothing was said often enough alike")?;
    } else {
        theme_table(&list.themes, out)?;
    }
    touchpoint_table(list, map, args, out)?;
    for Sample { touchpoint, opinions, sampled } in &list.samples {
        out.line(format!(
            "{touchpoint}: counts of mentions are of a sample of {sampled} from {opinions} opinions; impacts are scaled up"
        ))?;
    }
    out.line(
        "impact: the map's net sentiment minus what it would be without these mentions; an association, not a cause",
    )?;
    Ok(())
}

fn theme_table(themes: &[Theme], out: &mut Output) -> Result<()> {
    let priced = themes.iter().any(|theme| theme.priority.is_some());
    let mut headings = vec!["Id", "Touchpoint", "What people say", "n", "Share", "Trend", "Emotion", "Impact", "95 %"];
    if priced {
        headings.extend(["Effort", "Priority"]);
    }
    let mut table = out.new_table(&headings);
    for theme in themes {
        let mut said = theme.terms.join(", ");
        for quote in &theme.quotes {
            said.push_str("\n“");
            said.push_str(shorten(quote.text.trim(), QUOTE_WIDTH).trim_end());
            said.push('”');
        }
        let mut row = vec![
            number(theme.theme),
            Cell::new(&theme.name),
            Cell::new(said),
            number(theme.mentions),
            number(format!("{:.0} %", theme.share * 100.0)),
            Cell::new(trend(theme)),
            Cell::new(theme.emotion),
            number(theme.impact.map_or_else(|| "–".to_owned(), |impact| signed(impact.value))),
            Cell::new(interval(theme.impact)),
        ];
        if priced {
            row.extend([effort(theme.effort), priority(theme.priority)]);
        }
        table.add_row(row);
    }
    Ok(out.table(&table)?)
}

fn touchpoint_table(list: &ThemeList, map: &JourneyMap, args: &PainpointsArgs, out: &mut Output) -> Result<()> {
    if list.touchpoints.is_empty() || args.touchpoint.is_some() {
        return Ok(());
    }
    out.gap()?;
    out.heading(if args.opportunities {
        "Touchpoints that lift the map most"
    } else {
        "Touchpoints that pull the map down most"
    })?;
    let mut table = out.new_table(&["Touchpoint", "n", "Impact", "95 %", "Effort", "Priority"]);
    for touchpoint in list.touchpoints.iter().take(args.top as usize) {
        let known = map.touchpoint(&touchpoint.touchpoint);
        table.add_row([
            Cell::new(known.map_or("", |(_, known)| known.name.in_language(&args.names))),
            number(touchpoint.mentions),
            number(touchpoint.impact.map_or_else(String::new, |impact| signed(impact.value))),
            Cell::new(interval(touchpoint.impact)),
            effort(touchpoint.effort),
            priority(touchpoint.priority),
        ]);
    }
    Ok(out.table(&table)?)
}

fn effort(effort: Option<u8>) -> Cell {
    number(effort.map_or_else(String::new, |effort| effort.to_string()))
}

fn priority(priority: Option<f64>) -> Cell {
    number(priority.map_or_else(String::new, |priority| format!("{priority:.4}")))
}

/// `+4 %`, marked where its whole interval lies on one side of zero; `new` where nobody said it before.
fn trend(theme: &Theme) -> String {
    let Some(change) = theme.share_change else { return String::new() };
    if theme.mentions_before == 0 {
        return "new".to_owned();
    }
    let mark = if change.low > 0.0 {
        " ▲"
    } else if change.high < 0.0 {
        " ▼"
    } else {
        ""
    };
    format!("{:+.0} %{mark}", change.value * 100.0).replace('-', "−")
}

fn signed(value: f64) -> String {
    format!("{value:+.3}").replace('-', "−")
}

fn interval(impact: Option<Measured>) -> String {
    impact.map_or_else(String::new, |impact| format!("{}..{}", signed(impact.low), signed(impact.high)))
}
