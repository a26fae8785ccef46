//! `moodline change effect`: what came of a change.

use anyhow::{Result, bail};
use moodline_alerts::{EffectReport, Side, change_effect, effect_days};

use super::{map::read_measured, watch::last_complete_day};
use crate::{
    cli::{EffectArgs, ShowFormat},
    output::{Output, number},
    wire::App,
};

pub(super) async fn run(args: &EffectArgs, app: &App, out: &mut Output) -> Result<()> {
    let changes = app.store.changes(None).await?;
    let Some(change) = changes.iter().find(|change| change.id == args.change) else {
        bail!("there is no change {}; `moodline change list` shows those there are", args.change);
    };
    let loaded = read_measured(app, &change.map, None).await?.loaded;
    let map = &loaded.map;
    let last = last_complete_day(app);
    let rollups = app.store.rollups(&map.id, effect_days(change, args.days, last)).await?;
    let of_map: Vec<_> = changes.iter().filter(|other| other.map == map.id).cloned().collect();
    let report = change_effect(map, &rollups, &of_map, change, args.days, last);
    if args.format == ShowFormat::Json {
        let mut value = serde_json::to_value(&report)?;
        if let Some(object) = value.as_object_mut() {
            object.insert("verdict".to_owned(), report.verdict().into());
        }
        out.line(serde_json::to_string_pretty(&value)?)?;
        return Ok(());
    }
    table(&report, out)
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
