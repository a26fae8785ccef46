//! CSV: a row per touchpoint and period.

use std::borrow::Cow;

use moodline_types::{Layer, LayerNode, Period};

use crate::{
    MapView, Stage, Touchpoint,
    view::{perceived, state, target},
};

const HEADER: [&str; 28] = [
    "map",
    "run",
    "period",
    "from",
    "to",
    "stage",
    "stage_name",
    "touchpoint",
    "touchpoint_name",
    "channel",
    "owner",
    "n",
    "n_effective",
    "positive",
    "neutral",
    "negative",
    "mixed",
    "unsure",
    "net",
    "low",
    "high",
    "state",
    "change_net",
    "change_low",
    "change_high",
    "perceived",
    "target",
    "language",
];

/// A header, then for each touchpoint the headline window followed by its weeks and months (RFC 4180, UTF-8, line breaks `\n`).
///
/// Text that a spreadsheet would take for a formula gets an apostrophe before it (OWASP, "CSV Injection").
#[expect(clippy::missing_panics_doc, reason = "writing rows of one length to memory cannot fail")]
pub fn to_csv(view: &MapView<'_>) -> String {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let mut write = |row: Vec<String>| writer.write_record(row).expect("every row has the header's columns, in memory");
    write(HEADER.map(str::to_owned).to_vec());
    for (stage, touchpoint) in view.map.touchpoints() {
        write(row(view, stage, touchpoint, view.touchpoint(stage, touchpoint), Period::Window));
        let node = LayerNode::Touchpoint(stage.id.clone(), touchpoint.id.clone());
        for week in view.weeks(&node) {
            write(row(view, stage, touchpoint, Some(week), Period::Week));
        }
        for month in view.months(&node) {
            write(row(view, stage, touchpoint, Some(month), Period::Month));
        }
    }
    let bytes = writer.into_inner().expect("memory accepts every byte");
    String::from_utf8(bytes).expect("only UTF-8 was written")
}

fn row(
    view: &MapView<'_>,
    stage: &Stage,
    touchpoint: &Touchpoint,
    layer: Option<&Layer>,
    period: Period,
) -> Vec<String> {
    let text = |text: &str| cell(text).into_owned();
    let number = |number: Option<f64>| number.map(|number| format!("{number:.4}")).unwrap_or_default();
    let window = layer.map(|layer| layer.window).or(view.window);
    let counts = layer.map(|layer| layer.counts).unwrap_or_default();
    let change = layer.and_then(|layer| layer.change);
    vec![
        text(view.map.id.as_str()),
        view.run.map(|run| run.to_string()).unwrap_or_default(),
        period.to_string(),
        window.map(|window| window.from.to_string()).unwrap_or_default(),
        window.map(|window| window.to.to_string()).unwrap_or_default(),
        text(stage.id.as_str()),
        text(view.say(&stage.name)),
        text(touchpoint.id.as_str()),
        text(view.say(&touchpoint.name)),
        text(touchpoint.channel.as_deref().unwrap_or_default()),
        text(touchpoint.owner.as_deref().unwrap_or_default()),
        counts.n().to_string(),
        number(Some(layer.map_or(0.0, |layer| layer.n_effective))),
        counts.positive.to_string(),
        counts.neutral.to_string(),
        counts.negative.to_string(),
        counts.mixed.to_string(),
        counts.unsure.to_string(),
        number(layer.and_then(|layer| layer.net)),
        number(layer.and_then(|layer| layer.low)),
        number(layer.and_then(|layer| layer.high)),
        state(layer).to_string(),
        number(change.map(|change| change.net)),
        number(change.map(|change| change.low)),
        number(change.map(|change| change.high)),
        number(perceived(layer, Some(touchpoint))),
        number(target(layer, Some(touchpoint))),
        text(view.language),
    ]
}

/// Text that no spreadsheet runs.
fn cell(text: &str) -> Cow<'_, str> {
    let dangerous = ['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'];
    if text.starts_with(dangerous) { Cow::Owned(format!("'{text}")) } else { Cow::Borrowed(text) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_become_text() {
        for formula in ["=cmd|' /C calc'!A0", "+1", "-1", "@SUM(A1)", "\t=1", "＝1"] {
            assert!(cell(formula).starts_with('\''), "{formula}");
        }
        assert_eq!(cell("Payment - 2"), "Payment - 2");
    }
}
