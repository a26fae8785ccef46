//! Mermaid: a `journey` diagram of faces and an `xychart-beta` of the curve itself.

use std::fmt::Write;

use moodline_types::{Layer, LayerState};

use super::points;
use crate::{MapView, Touchpoint, view::state};

/// Markdown with both diagrams, each in its own fence: what GitHub, GitLab and the Mermaid command line read.
pub fn to_mermaid(view: &MapView<'_>) -> String {
    let journey = journey_diagram(view);
    match chart_diagram(view) {
        Some(chart) => format!("```mermaid\n{journey}```\n\n```mermaid\n{chart}```\n"),
        None => format!("```mermaid\n{journey}```\n"),
    }
}

/// The `journey` diagram. Its scores are the integers 1 to 5 (net −1 to +1, 3 is even); the number itself and n stand
/// in the name, as does a state other than `ok`. Touchpoints without data would need an invented score, so they are
/// left out with a comment line in their place, and a stage without any data has no section.
pub fn journey_diagram(view: &MapView<'_>) -> String {
    let name = text(view.say(&view.map.name));
    let mut out = format!("journey\n    accTitle: {name}\n    title {}\n", title(view, &name));
    for stage in &view.map.stages {
        let mut tasks = String::new();
        let mut any = false;
        for touchpoint in &stage.touchpoints {
            let name = task(view, touchpoint);
            match view.touchpoint(stage, touchpoint).and_then(|layer| layer.net.map(|net| (layer, net))) {
                Some((layer, net)) => {
                    any = true;
                    let facts = facts(layer, net);
                    let _ = writeln!(tasks, "      {name} ({facts}): {}: Customer", score(net));
                }
                None => {
                    let _ = writeln!(tasks, "    %% {name} has no data");
                }
            }
        }
        if any {
            let _ = writeln!(out, "    section {}", text(view.say(&stage.name)));
        }
        out.push_str(&tasks);
    }
    out
}

/// The `xychart-beta` diagram of net sentiment from −100 to 100; touchpoints without data are left out. `None` where
/// there is nothing to draw.
pub fn chart_diagram(view: &MapView<'_>) -> Option<String> {
    let measured: Vec<(String, f64)> = view
        .map
        .touchpoints()
        .filter_map(|(stage, touchpoint)| {
            let net = view.touchpoint(stage, touchpoint)?.net?;
            Some((quoted(view.say(&touchpoint.name)), net))
        })
        .collect();
    if measured.is_empty() {
        return None;
    }
    let names: Vec<&str> = measured.iter().map(|(name, _)| name.as_str()).collect();
    let values: Vec<String> = measured.iter().map(|(_, net)| format!("{}", (net * 100.0).round() + 0.0)).collect();
    let title = quoted(&title(view, &text(view.say(&view.map.name))));
    Some(format!(
        "xychart-beta\n    title {title}\n    x-axis [{}]\n    y-axis \"Net sentiment\" -100 --> 100\n    line [{}]\n",
        names.join(", "),
        values.join(", ")
    ))
}

fn title(view: &MapView<'_>, name: &str) -> String {
    match view.window {
        Some(window) => format!("{name} \u{2013} measured {} to {}", window.from, window.to),
        None => format!("{name} \u{2013} not measured yet"),
    }
}

fn facts(layer: &Layer, net: f64) -> String {
    let n = layer.counts.n();
    let state = match state(Some(layer)) {
        LayerState::Ok | LayerState::NoData => "",
        LayerState::TooFew => ", too few",
        LayerState::Stale => ", stale",
    };
    format!("{}, n={n}{state}", points(net))
}

/// 1 to 5.
fn score(net: f64) -> u8 {
    (3.0 + 2.0 * net).round().clamp(1.0, 5.0) as u8
}

/// A task's name; one that begins like a keyword of the grammar (journey.jison) would be read as one.
fn task(view: &MapView<'_>, touchpoint: &Touchpoint) -> String {
    let mut name = text(view.say(&touchpoint.name));
    if name.is_empty() {
        touchpoint.id.as_str().clone_into(&mut name);
    }
    let lower = name.to_lowercase();
    if ["journey", "title", "section", "acctitle", "accdescr"].iter().any(|word| lower.starts_with(word)) {
        name = format!("\u{201c}{name}\u{201d}");
    }
    name
}

/// Text without the characters that end a name (`#`, `:`, `;`, line breaks), begin a comment (`%%`) or, in the
/// browser, a tag; each is replaced by its look-alike.
fn text(text: &str) -> String {
    let replaced: String = text
        .chars()
        .map(|c| match c {
            '#' => '＃',
            ':' => '\u{2236}',
            ';' => ',',
            '%' => '％',
            '<' => '\u{2039}',
            '>' => '\u{203a}',
            '{' => '(',
            '}' => ')',
            '`' => '\'',
            c if c.is_control() => ' ',
            c => c,
        })
        .collect();
    replaced.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A string of `xychart-beta`, quotes included; it cannot hold a double quote itself.
fn quoted(name: &str) -> String {
    format!("\"{}\"", text(name).replace('"', "'"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scores_are_whole_numbers_from_one_to_five() {
        for (net, expected) in [(-1.0, 1), (-0.61, 2), (-0.2, 3), (0.0, 3), (0.24, 3), (0.26, 4), (1.0, 5), (9.0, 5)] {
            assert_eq!(score(net), expected, "{net}");
        }
    }

    #[test]
    fn names_hold_nothing_the_grammar_would_read() {
        let hostile = text("\"; <script>alert(1)</script>\n#x: %%{init}%% `a`");
        assert!(!hostile.contains([';', '<', '>', '\n', '#', ':', '%', '{', '`']), "{hostile}");
        assert!(!quoted("a\"b\"").trim_matches('"').contains('"'));
    }
}
