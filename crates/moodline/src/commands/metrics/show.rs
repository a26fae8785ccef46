//! `moodline metrics show`, and the same beside the curve.

use anyhow::Result;
use chrono::NaiveDate;
use comfy_table::Cell;
use moodline_maps::{JourneyMap, MapView};
use moodline_statistics::Surveyed;
use moodline_types::{Clock, DayWindow, Layer, LayerNode, Metric, SurveyPlace};
use serde_json::{Value, json};

use super::{Figures, figures};
use crate::{
    cli::{MetricsShowArgs, ShowFormat},
    commands::{
        Context,
        map::{read_measured, signed},
    },
    output::{Output, number},
};

pub(super) async fn run(args: MetricsShowArgs, context: &Context) -> Result<()> {
    let app = context.app().await?;
    app.register_maps().await?;
    let measured = read_measured(&app, &args.map, None).await?;
    let drawn = measured.headline().next().map(|layer| layer.window);
    let days = args.days.unwrap_or(app.loaded.settings.layers.window_days);
    let until: NaiveDate = args.until.or(drawn.map(|window| window.to)).unwrap_or_else(|| app.clock.now().date_naive());
    let figures = figures(&app, &measured.loaded.map, DayWindow::ending(until, days)).await?;
    let view = measured.view("en", None);
    let mut out = Output::new();
    match args.format {
        ShowFormat::Json => out.line(serde_json::to_string_pretty(&json_of(&figures, &measured.loaded.map))?)?,
        ShowFormat::Table if figures.is_empty() => {
            let DayWindow { from, to } = figures.window;
            out.line(format!(
                "nothing was asked or counted from {from} to {to}; `moodline metrics import` reads a CSV"
            ))?;
        }
        ShowFormat::Table => table_of(&figures, &view, &mut out)?,
    }
    Ok(out.flush()?)
}

/// Stable names; everything of the window.
pub(in crate::commands) fn json_of(figures: &Figures, map: &JourneyMap) -> Value {
    let rounded = |value: f64| (value * 10_000.0).round() / 10_000.0 + 0.0;
    let survey = |(metric, place, figure): &(Metric, SurveyPlace, Surveyed)| {
        let (stage, touchpoint) = match place {
            SurveyPlace::Map => (None, None),
            SurveyPlace::Stage(stage) => (Some(stage), None),
            SurveyPlace::Touchpoint(touchpoint) => {
                (map.touchpoint(touchpoint).map(|(stage, _)| &stage.id), Some(touchpoint))
            }
        };
        json!({"metric": metric, "stage": stage, "touchpoint": touchpoint, "n": figure.n,
               "value": rounded(figure.value), "low": rounded(figure.low), "high": rounded(figure.high)})
    };
    let stages = figures.stages.iter().map(|stage| {
        let next = stage.next.as_ref().map(|(next, entered, share, interval)| {
            json!({"stage": next, "entered": entered, "share": rounded(*share),
                   "low": interval.map(|i| rounded(i.low)), "high": interval.map(|i| rounded(i.high))})
        });
        json!({"stage": stage.stage, "entered": stage.customers, "next": next})
    });
    json!({
        "map": map.id,
        "window": figures.window,
        "surveys": figures.surveys.iter().map(survey).collect::<Vec<_>>(),
        "conversion": stages.collect::<Vec<_>>(),
        "left_out": figures.left_out,
    })
}

/// Two tables: what was asked, beside the text index, and how many went on.
pub(in crate::commands) fn table_of(figures: &Figures, view: &MapView<'_>, out: &mut Output) -> Result<()> {
    let DayWindow { from, to } = figures.window;
    if !figures.surveys.is_empty() {
        out.heading(&format!("Surveys, {from} to {to}"))?;
        let mut table = out.new_table(&["Place", "Metric", "Answers", "Value", "95 %", "Text index", "n"]);
        for (metric, place, figure) in &figures.surveys {
            let (name, layer) = node(view, place);
            let digits = usize::from(*metric == Metric::Ces) + 1;
            let show = |value: f64| format!("{value:.digits$}").replace('-', "−");
            table.add_row(vec![
                Cell::new(name),
                Cell::new(metric.as_str().to_uppercase()),
                number(figure.n),
                number(show(figure.value)),
                Cell::new(format!("{}..{}", show(figure.low), show(figure.high))),
                out.mood(signed(layer.and_then(|layer| layer.net)), layer.and_then(|layer| layer.net)),
                number(layer.map_or(0, |layer| layer.counts.n())),
            ]);
        }
        out.table(&table)?;
    }
    if !figures.stages.is_empty() {
        out.heading(&format!("Conversion, {from} to {to}"))?;
        let mut table = out.new_table(&["Stage", "Entered", "Went on to", "Share", "95 %"]);
        for stage in &figures.stages {
            let percent = |share: f64| format!("{:.1} %", share * 100.0);
            let next = stage.next.as_ref();
            table.add_row(vec![
                Cell::new(&stage.stage),
                number(stage.customers),
                Cell::new(next.map(|(next, ..)| next.to_string()).unwrap_or_default()),
                number(next.map(|(_, _, share, _)| percent(*share)).unwrap_or_default()),
                Cell::new(match next.and_then(|(.., interval)| *interval) {
                    Some(interval) => format!("{}..{}", percent(interval.low), percent(interval.high)),
                    None => String::new(),
                }),
            ]);
        }
        out.table(&table)?;
    }
    for line in &figures.left_out {
        out.line(line)?;
    }
    Ok(())
}

/// The name of a place in the reader's language, and its text layer.
fn node<'v>(view: &'v MapView<'_>, place: &SurveyPlace) -> (String, Option<&'v Layer>) {
    match place {
        SurveyPlace::Map => ("whole map".to_owned(), view.whole()),
        SurveyPlace::Stage(id) => match view.map.stage(id) {
            Some(stage) => (view.say(&stage.name).to_owned(), view.layers.get(&LayerNode::Stage(id.clone()))),
            None => (format!("{id} (gone)"), None),
        },
        SurveyPlace::Touchpoint(id) => match view.map.touchpoint(id) {
            Some((stage, touchpoint)) => (view.say(&touchpoint.name).to_owned(), view.touchpoint(stage, touchpoint)),
            None => (format!("{id} (gone)"), None),
        },
    }
}
