//! `moodline change effect`: what came of a change.

use anyhow::Result;
use moodline_alerts::{EffectReport, Estimate, Side, change_effect, effect_days};
use moodline_api::{
    AskError,
    ask::maps,
    body::{ChangeEffect, Effect, SourceSides, TouchpointSide},
};
use moodline_types::ChangeId;

use super::watch::last_complete_day;
use crate::{
    cli::{EffectArgs, ShowFormat},
    output::{Output, number},
    wire::App,
};

pub(super) async fn run(args: &EffectArgs, app: &App, out: &mut Output) -> Result<()> {
    let report = report(app, args.change, args.days).await?;
    match args.format {
        ShowFormat::Json => Ok(out.json(&body(report))?),
        ShowFormat::Table => table(&report, out),
    }
}

/// Holds `days` days after a change against as many before it.
async fn report(app: &App, id: ChangeId, days: u32) -> Result<EffectReport, AskError> {
    let changes = app.store.changes(None).await?;
    let change = changes.iter().find(|change| change.id == id).ok_or_else(|| AskError::Missing {
        what: "change",
        id: id.to_string(),
        hint: "; `moodline change list` shows those there are".to_owned(),
    })?;
    let loaded = maps::loaded(app.store.as_ref(), &change.map).await?;
    let last = last_complete_day(app);
    let rollups = app.store.rollups(&change.map, effect_days(change, days, last)).await?;
    let of_map: Vec<_> = changes.iter().filter(|other| other.map == change.map).cloned().collect();
    Ok(change_effect(&loaded.map, &rollups, &of_map, change, days, last))
}

/// What a change did, as HTTP answers it.
pub(crate) async fn change_effect_of(app: &App, id: ChangeId, days: u32) -> Result<ChangeEffect, AskError> {
    Ok(body(report(app, id, days).await?))
}

fn body(report: EffectReport) -> ChangeEffect {
    let verdict = report.verdict();
    let side = |Side { n, net }| TouchpointSide { n, net };
    let effect = |Estimate { difference, low, high, probability }| Effect { difference, low, high, probability };
    let sources = report.sources.into_iter().map(|source| SourceSides {
        source: source.source,
        before: side(source.before),
        after: side(source.after),
    });
    ChangeEffect {
        change: report.change.into(),
        window_before: report.window_before.into(),
        window_after: report.window_after.map(Into::into),
        before: side(report.before),
        after: side(report.after),
        controls_before: side(report.controls_before),
        controls_after: side(report.controls_after),
        controls: report.controls,
        effect: report.effect.map(effect),
        detectable: report.detectable,
        placebo: report.placebo.map(|(as_much, of)| [as_much, of]),
        sources: sources.collect(),
        mix_moved: report.mix_moved,
        standardised: report.standardised,
        warnings: report.warnings,
        verdict,
    }
}

fn table(report: &EffectReport, out: &mut Output) -> Result<()> {
    let EffectReport { change, window_before, window_after, .. } = report;
    out.heading(&format!("{} of {}: {}", change.touchpoint, change.map, change.what))?;
    let after = window_after.map_or_else(|| "nothing yet".to_owned(), |w| format!("{} to {}", w.from, w.to));
    out.line(format!("{} to {} against {after}", window_before.from, window_before.to))?;
    out.gap()?;
    let mut sides = out.new_table(&["", "n before", "n after", "Net before", "Net after", "Change"]);
    sides.add_row(row(change.touchpoint.as_str(), &report.before, &report.after));
    let others = format!("{} other touchpoints", report.controls);
    sides.add_row(row(&others, &report.controls_before, &report.controls_after));
    for source in report.sources.iter().filter(|_| report.sources.len() > 1) {
        sides.add_row(row(&format!("  from {}", source.source), &source.before, &source.after));
    }
    out.table(&sides)?;
    out.gap()?;
    out.heading(&report.verdict())?;
    if let Some((as_much, of)) = report.placebo {
        out.line(format!("{as_much} of {of} other touchpoints show as much when taken for the changed one"))?;
    }
    for warning in &report.warnings {
        out.line(format!("note: {warning}"))?;
    }
    Ok(())
}

fn row(name: &str, before: &Side, after: &Side) -> Vec<comfy_table::Cell> {
    let signed = |net: Option<f64>| net.map_or_else(|| "–".to_owned(), |net| format!("{net:+.2}").replace('-', "−"));
    let change = before.net.zip(after.net).map(|(before, after)| after - before);
    vec![
        comfy_table::Cell::new(name),
        number(before.n),
        number(after.n),
        number(signed(before.net)),
        number(signed(after.net)),
        number(signed(change)),
    ]
}
