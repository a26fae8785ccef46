//! `moodline metrics show`, and the same beside the curve.

use anyhow::Result;
use chrono::NaiveDate;
use comfy_table::Cell;
use moodline_api::{
    AskError,
    ask::maps::{self, Measured},
    body::{Conversion, Metrics, Survey, WentOn, four},
};
use moodline_maps::{JourneyMap, MapView};
use moodline_statistics::{ShareInterval, Surveyed};
use moodline_types::{Clock, DayWindow, Layer, LayerNode, MapId, Metric, StageId, SurveyPlace};

use super::{Entered, Figures, figures};
use crate::{
    cli::{MetricsShowArgs, ShowFormat},
    commands::{Context, map::signed},
    output::{Output, number},
    wire::App,
};

pub(super) async fn run(args: MetricsShowArgs, context: &Context) -> Result<()> {
    let app = context.app().await?;
    app.register_maps().await?;
    let (measured, figures) = asked(&app, &args.map, args.until, args.days).await?;
    let mut out = Output::new();
    match args.format {
        ShowFormat::Json => out.json(&body(figures, &measured.loaded.map))?,
        ShowFormat::Table if figures.is_empty() => {
            let DayWindow { from, to } = figures.window;
            out.line(format!(
                "nothing was asked or counted from {from} to {to}; `moodline metrics import` reads a CSV"
            ))?;
        }
        ShowFormat::Table => table_of(&figures, &measured.view("en", None), &mut out)?,
    }
    Ok(out.flush()?)
}

/// What was asked and counted on a map in `days` days up to `until`: those of the newest curve where it is not said.
async fn asked(
    app: &App,
    map: &MapId,
    until: Option<NaiveDate>,
    days: Option<u32>,
) -> Result<(Measured, Figures), AskError> {
    let measured = maps::measured(app.store.as_ref(), map, None).await?;
    let drawn = measured.headline().next().map(|layer| layer.window);
    let days = days.unwrap_or(app.loaded.settings.layers.window_days);
    let until = until.or(drawn.map(|window| window.to)).unwrap_or_else(|| app.clock.now().date_naive());
    let window = DayWindow::ending(until, days);
    let figures = figures(app, &measured.loaded.map, window).await;
    Ok((measured, figures.map_err(|error| AskError::Failed(error.into()))?))
}

/// The same as HTTP answers it.
pub(crate) async fn metrics(
    app: &App,
    map: &MapId,
    until: Option<NaiveDate>,
    days: Option<u32>,
) -> Result<Metrics, AskError> {
    let (measured, figures) = asked(app, map, until, days).await?;
    Ok(body(figures, &measured.loaded.map))
}

fn body(figures: Figures, map: &JourneyMap) -> Metrics {
    let survey = |(metric, place, figure): (Metric, SurveyPlace, Surveyed)| {
        let (stage, touchpoint) = match place {
            SurveyPlace::Map => (None, None),
            SurveyPlace::Stage(stage) => (Some(stage), None),
            SurveyPlace::Touchpoint(touchpoint) => {
                (map.touchpoint(&touchpoint).map(|(stage, _)| stage.id.clone()), Some(touchpoint))
            }
        };
        let Surveyed { n, value, low, high, .. } = figure;
        Survey { metric, stage, touchpoint, n, value: four(value), low: four(low), high: four(high) }
    };
    let went_on = |(stage, entered, share, interval): (StageId, u64, f64, Option<ShareInterval>)| WentOn {
        stage,
        entered,
        share: four(share),
        low: interval.map(|interval| four(interval.low)),
        high: interval.map(|interval| four(interval.high)),
    };
    let conversion =
        |Entered { stage, customers, next }| Conversion { stage, entered: customers, next: next.map(went_on) };
    Metrics {
        map: map.id.clone(),
        window: figures.window.into(),
        surveys: figures.surveys.into_iter().map(survey).collect(),
        conversion: figures.stages.into_iter().map(conversion).collect(),
        left_out: figures.left_out,
    }
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
