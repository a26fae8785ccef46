//! The report for people.

use std::io;

use comfy_table::{Cell, Table};
use moodline_evaluation::{
    Comparison, Confusion, EmotionFigures, Estimate, Grouped, PolarityFigures, PolarityScore, SentimentFigures,
    TouchpointFigures,
};

use super::report::{ModelReport, Report, listed};
use crate::output::{Output, number, shorten};

/// Widest name of a group; the figures need the rest of 120 columns.
const NAME_WIDTH: usize = 26;
/// Sources named in a line before the rest is counted.
const SOURCES_NAMED: usize = 6;

/// Prints the whole report.
pub(super) fn print(report: &Report, out: &mut Output) -> io::Result<()> {
    for file in &report.files {
        let of = if file.measured < file.rows { format!(" of {}", file.rows) } else { String::new() };
        let without = if file.skipped.is_empty() {
            String::new()
        } else {
            format!("; without a usable label: {}", listed(&file.skipped))
        };
        out.line(format!("{}: {}{of} rows{without}", file.file, file.measured))?;
    }
    if !report.categories_without_touchpoint.is_empty() {
        out.line(format!("categories without a touchpoint: {}", listed(&report.categories_without_touchpoint)))?;
    }
    if !report.two_way_sources.is_empty() {
        let sources: Vec<&str> = report.two_way_sources.iter().take(SOURCES_NAMED).map(String::as_str).collect();
        let rest = report.two_way_sources.len() - sources.len();
        let rest = if rest > 0 { format!(" and {rest} more") } else { String::new() };
        let sources = sources.join(", ");
        out.line(format!("without neutral labels, so P(positive) against P(negative): {sources}{rest}"))?;
    }
    for model in &report.models {
        let name = name(&report.models, model);
        if let Some(groups) = &model.sentiment {
            sentiment(&name, groups, out)?;
        }
        if let Some(groups) = &model.emotion {
            emotion(&name, groups, out)?;
        }
        if let Some(groups) = &model.touchpoints {
            touchpoints(&name, groups, out)?;
        }
        if let Some(groups) = &model.polarity {
            polarity(&name, groups, out)?;
        }
    }
    if let Some(difference) = &report.difference {
        comparison(&report.models, difference, out)?;
    }
    Ok(())
}

fn sentiment(model: &str, groups: &Grouped<SentimentFigures>, out: &mut Output) -> io::Result<()> {
    title(out, &format!("Sentiment by {model}"))?;
    let headings = ["", "Rows", "Accuracy", "Macro-F1", "Macro-recall", "ECE", "Abstained", "Acc. kept"];
    let mut table = out.new_table(&headings);
    for (name, f) in rows(groups) {
        let figures = [
            Some(f.accuracy),
            Some(f.macro_f1),
            Some(f.macro_recall),
            f.calibration_error,
            Some(f.abstained),
            f.kept_accuracy,
        ];
        table.add_row([Cell::new(name), number(f.n)].into_iter().chain(figures.map(|f| number(maybe(f)))));
    }
    print_table(out, &table)?;
    out.line(
        "95 % intervals. ECE: expected calibration error, 15 bins of equal width. Kept: where the model is not unsure.",
    )?;

    title(out, "Verdicts by gold label: negative / neutral / positive / mixed")?;
    let mut table = out.new_table(&["", "Gold negative", "Gold neutral", "Gold positive", "Gold mixed"]);
    for (name, f) in rows(groups) {
        table.add_row(std::iter::once(Cell::new(name)).chain(verdicts(&f.confusion).map(number)));
    }
    print_table(out, &table)
}

fn verdicts(confusion: &Confusion) -> [String; 4] {
    confusion.counts.map(|row| {
        if row.iter().all(|n| *n == 0) {
            return "–".to_owned();
        }
        row.map(|n| n.to_string()).join(" / ")
    })
}

fn emotion(model: &str, groups: &Grouped<EmotionFigures>, out: &mut Output) -> io::Result<()> {
    title(out, &format!("Emotion by {model}"))?;
    let mut headings = vec!["", "Rows", "Macro-F1", "Strongest right"];
    headings.extend(["F1 joy", "anger", "sad", "fear", "surprise", "disgust", "neutral"]);
    let mut table = out.new_table(&headings);
    for (name, f) in rows(groups) {
        let mut cells =
            vec![Cell::new(name), number(f.n), number(estimate(f.macro_f1)), number(maybe(f.single_accuracy))];
        cells.extend(f.emotions.iter().map(|score| number(score.f1.map_or("–".to_owned(), figure))));
        table.add_row(cells);
    }
    print_table(out, &table)?;
    out.line(
        "Macro-F1 over the emotions people saw. Strongest right: of rows with one emotion, by the strongest of these.",
    )
}

fn touchpoints(model: &str, groups: &Grouped<TouchpointFigures>, out: &mut Output) -> io::Result<()> {
    title(out, &format!("Touchpoints by {model}"))?;
    let headings = ["", "Rows", "Top-1", "Majority", "Macro-recall", "Opinions", "Placed right", "Unassigned"];
    let mut table = out.new_table(&headings);
    for (name, f) in rows(groups) {
        let figures = [estimate(f.top1), figure(f.majority), estimate(f.macro_recall), f.opinions.to_string()];
        let opinions = [maybe(f.placed_right), estimate(f.unassigned)];
        let figures = figures.into_iter().chain(opinions).map(number);
        table.add_row([Cell::new(name), number(f.n)].into_iter().chain(figures));
    }
    print_table(out, &table)?;
    out.line(
        "Top-1: the surest opinion lies at one of the row's touchpoints; always naming the commonest gives `Majority`.",
    )?;
    out.gap()?;
    let mut table = out.new_table(&["Touchpoint", "Rows", "Recall", "Opinions placed", "Precision"]);
    for t in &groups.overall.touchpoints {
        table.add_row([
            Cell::new(shorten(t.touchpoint.as_str(), NAME_WIDTH)),
            number(t.n),
            number(estimate(t.recall)),
            number(t.placed),
            number(maybe(t.precision)),
        ]);
    }
    print_table(out, &table)
}

fn polarity(model: &str, groups: &Grouped<PolarityFigures>, out: &mut Output) -> io::Result<()> {
    title(out, &format!("Polarity of aspects by {model}: opinions at the touchpoint against the whole text's label"))?;
    let headings = ["", "Aspects", "By opinions", "By text", "Difference", "p", "F1 opinions", "F1 text"];
    let mut table = out.new_table(&headings);
    let mut add = |name: String, score: Option<PolarityScore>| {
        let Some(s) = score else { return };
        table.add_row([
            Cell::new(name),
            number(s.n),
            number(estimate(s.opinion_accuracy)),
            number(estimate(s.text_accuracy)),
            number(signed(s.difference.accuracy)),
            number(p_value(s.difference.mcnemar_p)),
            number(figure(s.opinion_macro_f1)),
            number(figure(s.text_macro_f1)),
        ]);
    };
    for (name, f) in rows(groups) {
        add(name, f.all);
        add("  texts of two minds".to_owned(), f.contrasting);
    }
    print_table(out, &table)?;
    let f = &groups.overall;
    out.line(format!("{} of {} aspects have an opinion at their touchpoint.", estimate(f.reached), f.aspects))
}

fn comparison(models: &[ModelReport], difference: &Grouped<Comparison>, out: &mut Output) -> io::Result<()> {
    let [first, second] = models else { return Ok(()) };
    title(out, "Sentiment: B against A on the same rows")?;
    out.line(format!("A: {}", name(models, first)))?;
    out.line(format!("B: {}", name(models, second)))?;
    let headings = ["", "Rows", "Acc. A", "Acc. B", "B − A", "p", "F1 A", "F1 B", "B − A", "ECE A", "ECE B"];
    let mut table = out.new_table(&headings);
    let (Some(a), Some(b)) = (&first.sentiment, &second.sentiment) else { return Ok(()) };
    for (((name, d), (_, a)), (_, b)) in rows(difference).into_iter().zip(rows(a)).zip(rows(b)) {
        let error = |f: &SentimentFigures| f.calibration_error.map_or("–".to_owned(), |e| figure(e.value));
        table.add_row([
            Cell::new(name),
            number(d.n),
            number(figure(a.accuracy.value)),
            number(figure(b.accuracy.value)),
            number(signed(d.accuracy)),
            number(p_value(d.mcnemar_p)),
            number(figure(a.macro_f1.value)),
            number(figure(b.macro_f1.value)),
            number(signed(d.macro_f1)),
            number(error(a)),
            number(error(b)),
        ]);
    }
    print_table(out, &table)?;
    out.line("p: McNemar's exact test that A and B are right equally often.")
}

/// A model's id, or where it lies if both have the same.
fn name(models: &[ModelReport], model: &ModelReport) -> String {
    let alike = models.iter().filter(|other| other.model == model.model).count();
    if alike > 1 { model.folder.clone() } else { model.model.clone() }
}

/// All rows, then languages and sources, each where there are several.
fn rows<T>(groups: &Grouped<T>) -> Vec<(String, &T)> {
    let mut rows = vec![("all".to_owned(), &groups.overall)];
    for named in [&groups.languages, &groups.sources] {
        if named.len() > 1 {
            rows.extend(named.iter().map(|(name, figure)| (shorten(name, NAME_WIDTH), figure)));
        }
    }
    rows
}

pub(super) fn title(out: &mut Output, text: &str) -> io::Result<()> {
    out.gap()?;
    out.heading(text)
}

pub(super) fn print_table(out: &mut Output, table: &Table) -> io::Result<()> {
    out.table(table)
}

/// `.939`; three decimals are what samples of some thousand rows can carry.
fn figure(value: f64) -> String {
    let text = format!("{value:.3}");
    match text.strip_prefix("0.") {
        Some(decimals) => format!(".{decimals}"),
        None if text == "1.000" => "1.00".to_owned(),
        None => text,
    }
}

/// `.939 .921–.953`
fn estimate(e: Estimate) -> String {
    format!("{} {}–{}", figure(e.value), figure(e.low), figure(e.high))
}

fn maybe(e: Option<Estimate>) -> String {
    e.map_or("–".to_owned(), estimate)
}

/// The value alone, with its sign; a dash where there is none.
pub(super) fn signed_share(e: Option<Estimate>) -> String {
    e.map_or("–".to_owned(), |e| {
        signed(Estimate { low: e.value, high: e.value, ..e }).split(' ').next().unwrap_or_default().to_owned()
    })
}

/// As [`signed`]; a dash where there is none.
pub(super) fn maybe_signed(e: Option<Estimate>) -> String {
    e.map_or("–".to_owned(), signed)
}

/// `+.012 −.004…+.028`
fn signed(e: Estimate) -> String {
    let sign = |value: f64| format!("{}{}", if value < 0.0 { "−" } else { "+" }, figure(value.abs()));
    format!("{} {}…{}", sign(e.value), sign(e.low), sign(e.high))
}

fn p_value(p: f64) -> String {
    if p < 0.001 { "<.001".to_owned() } else { figure(p) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_short_and_keep_three_decimals() {
        assert_eq!(estimate(Estimate { value: 0.9391, low: 0.9, high: 1.0 }), ".939 .900–1.00");
        assert_eq!(signed(Estimate { value: -0.0124, low: -0.03, high: 0.004 }), "−.012 −.030…+.004");
        assert_eq!(p_value(0.000_04), "<.001");
    }
}
