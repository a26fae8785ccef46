//! `moodline painpoints` and `moodline themes`: what to fix first, and what to build on.

use std::collections::HashMap;

use anyhow::{Context as _, Result, bail};
use chrono::NaiveDate;
use comfy_table::Cell;
use moodline_maps::JourneyMap;
use moodline_store::ThemeSet;
use moodline_telemetry::traced;
use moodline_themes::refresh_themes;
use moodline_types::{
    Clock, DayWindow, MapId, Measured, MentionId, StageId, Theme, ThemeId, ThemeKind, ThemedTouchpoint, TouchpointId,
};
use serde_json::{Value, json};

use super::{Context, map::read_measured, steps::turn};
use crate::{
    cli::{MapArg, PainpointsArgs, ShowFormat},
    output::{Output, number, shorten},
    traces,
    wire::App,
};

/// Columns of a quote in the table.
const QUOTE_WIDTH: usize = 60;

/// Highest effort a team can name.
const MOST_EFFORT: f64 = 5.0;

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
    let loaded = read_measured(&app, &args.map, None).await?.loaded;
    let map = &loaded.map;
    if let Some(touchpoint) = &args.touchpoint
        && map.touchpoint(touchpoint).is_none()
    {
        let known: Vec<&str> = map.touchpoints().map(|(_, t)| t.id.as_str()).collect();
        bail!("map {} has no touchpoint `{touchpoint}`; it has {}", args.map, known.join(", "));
    }
    let Some(set) = app.store.themes(&args.map, args.run).await? else {
        match args.run {
            Some(run) => bail!("run {run} found no themes of map {}", args.map),
            None => bail!("nobody has looked for themes of map {} yet: run `moodline themes`", args.map),
        }
    };
    let ranked = Ranked::new(&set, map, &args);
    let ids: Vec<ThemeId> = ranked.themes.iter().map(|(theme, _)| theme.id).collect();
    let mentions = app.store.theme_mentions(&ids).await?;
    let mut out = Output::new();
    match args.format {
        ShowFormat::Json => out.line(serde_json::to_string_pretty(&ranked.json(&set, &args, &mentions))?)?,
        ShowFormat::Table => ranked.table(&set, &args, &mut out)?,
    }
    Ok(out.flush()?)
}

/// What can be done about something, in the order to look at it.
#[derive(Debug, Clone, Copy)]
struct Rank {
    effort: Option<u8>,
    /// What the impact is at least, 0 to 2.
    at_least: f64,
    /// `at_least` × feasibility, where an effort is named.
    priority: Option<f64>,
}

impl Rank {
    fn new(impact: Option<Measured>, effort: Option<u8>) -> Self {
        let at_least = impact.map_or(0.0, |impact| impact.at_least());
        let feasibility = effort.map(|effort| (MOST_EFFORT + 1.0 - f64::from(effort)) / MOST_EFFORT);
        Self { effort, at_least, priority: feasibility.map(|feasibility| feasibility * at_least) }
    }

    /// Higher first; what nobody put a price on counts as if it cost nothing.
    fn order(self) -> f64 {
        self.priority.unwrap_or(self.at_least)
    }
}

struct Ranked<'a> {
    map: &'a JourneyMap,
    touchpoints: Vec<(&'a ThemedTouchpoint, Rank)>,
    themes: Vec<(&'a Theme, Rank)>,
}

impl<'a> Ranked<'a> {
    fn new(set: &'a ThemeSet, map: &'a JourneyMap, args: &PainpointsArgs) -> Self {
        let kinds: &[ThemeKind] = if args.opportunities {
            &[ThemeKind::Praise, ThemeKind::Suggestion]
        } else if args.questions {
            &[ThemeKind::Question]
        } else {
            &[ThemeKind::Complaint]
        };
        let wanted =
            |place: &(StageId, TouchpointId)| args.touchpoint.as_ref().is_none_or(|touchpoint| place.1 == *touchpoint);
        let effort = |touchpoint: &TouchpointId, theme: Option<ThemeId>| {
            let (_, touchpoint) = map.touchpoint(touchpoint)?;
            theme.and_then(|theme| touchpoint.theme_effort(theme)).or(touchpoint.effort)
        };
        // What pulls down where complaints are asked for; what lifts up where opportunities are.
        let right_way = |impact: &Option<Measured>| match impact {
            Some(impact) => (impact.value > 0.0) == args.opportunities,
            None => false,
        };
        let touchpoints = set.touchpoints.iter().filter(|touchpoint| wanted(&touchpoint.place));
        let mut touchpoints: Vec<_> = touchpoints
            .filter(|touchpoint| right_way(&touchpoint.impact) && !args.questions)
            .map(|touchpoint| (touchpoint, Rank::new(touchpoint.impact, effort(&touchpoint.place.1, None))))
            .collect();
        touchpoints.sort_by(|a, b| b.1.order().total_cmp(&a.1.order()).then(b.0.mentions.cmp(&a.0.mentions)));
        let themes = set.themes.iter().filter(|theme| wanted(&theme.place) && kinds.contains(&theme.kind));
        let mut themes: Vec<_> =
            themes.map(|theme| (theme, Rank::new(theme.impact, effort(&theme.place.1, Some(theme.id))))).collect();
        themes.sort_by(|a, b| b.1.order().total_cmp(&a.1.order()).then(b.0.mentions.cmp(&a.0.mentions)));
        themes.truncate(args.top as usize);
        Self { map, touchpoints, themes }
    }

    fn name(&self, touchpoint: &TouchpointId, names: &str) -> &str {
        self.map.touchpoint(touchpoint).map_or("", |(_, touchpoint)| touchpoint.name.in_language(names))
    }

    fn table(&self, set: &ThemeSet, args: &PainpointsArgs, out: &mut Output) -> Result<()> {
        let what = if args.opportunities {
            "Opportunities"
        } else if args.questions {
            "Questions"
        } else {
            "Pain points"
        };
        let DayWindow { from, to } = set.window;
        out.heading(&format!(
            "{what} — {}, {from} to {to}, run {}",
            self.map.name.in_language(&args.names),
            set.run.id
        ))?;
        if self.themes.is_empty() {
            out.line("none: nothing was said often enough alike")?;
        }
        let priced = self.themes.iter().any(|(_, rank)| rank.priority.is_some());
        let mut headings =
            vec!["Id", "Touchpoint", "What people say", "n", "Share", "Trend", "Emotion", "Impact", "95 %"];
        if priced {
            headings.extend(["Effort", "Priority"]);
        }
        let mut table = out.new_table(&headings);
        for (theme, rank) in &self.themes {
            let mut said = theme.terms.join(", ");
            for quote in &theme.quotes {
                said.push_str("\n“");
                said.push_str(shorten(quote.text.trim(), QUOTE_WIDTH).trim_end());
                said.push('”');
            }
            let mut row = vec![
                number(theme.id),
                Cell::new(self.name(&theme.place.1, &args.names)),
                Cell::new(said),
                number(theme.mentions),
                number(format!("{:.0} %", theme.share * 100.0)),
                Cell::new(trend(theme)),
                Cell::new(theme.emotion),
                number(theme.impact.map_or_else(|| "–".to_owned(), |impact| signed(impact.value))),
                Cell::new(interval(theme.impact)),
            ];
            if priced {
                row.push(number(rank.effort.map_or_else(String::new, |effort| effort.to_string())));
                row.push(number(rank.priority.map_or_else(String::new, |priority| format!("{priority:.4}"))));
            }
            table.add_row(row);
        }
        if !self.themes.is_empty() {
            out.table(&table)?;
        }
        self.touchpoint_table(args, out)?;
        for touchpoint in set.touchpoints.iter().filter(|touchpoint| touchpoint.sampled < touchpoint.opinions) {
            if args.touchpoint.as_ref().is_none_or(|wanted| touchpoint.place.1 == *wanted) {
                out.line(format!(
                    "{}: counts of mentions are of a sample of {} from {} opinions; impacts are scaled up",
                    touchpoint.place.1, touchpoint.sampled, touchpoint.opinions
                ))?;
            }
        }
        out.line("impact: the map's net sentiment minus what it would be without these mentions; an association, not a cause")?;
        Ok(())
    }

    fn touchpoint_table(&self, args: &PainpointsArgs, out: &mut Output) -> Result<()> {
        if self.touchpoints.is_empty() || args.touchpoint.is_some() {
            return Ok(());
        }
        out.gap()?;
        out.heading(if args.opportunities {
            "Touchpoints that lift the map most"
        } else {
            "Touchpoints that pull the map down most"
        })?;
        let mut table = out.new_table(&["Touchpoint", "n", "Impact", "95 %", "Effort", "Priority"]);
        for (touchpoint, rank) in self.touchpoints.iter().take(args.top as usize) {
            table.add_row([
                Cell::new(self.name(&touchpoint.place.1, &args.names)),
                number(touchpoint.mentions),
                number(touchpoint.impact.map_or_else(String::new, |impact| signed(impact.value))),
                Cell::new(interval(touchpoint.impact)),
                number(rank.effort.map_or_else(String::new, |effort| effort.to_string())),
                number(rank.priority.map_or_else(String::new, |priority| format!("{priority:.4}"))),
            ]);
        }
        Ok(out.table(&table)?)
    }

    fn json(&self, set: &ThemeSet, args: &PainpointsArgs, mentions: &HashMap<ThemeId, Vec<MentionId>>) -> Value {
        let theme = |(theme, rank): &(&Theme, Rank)| {
            let quotes: Vec<Value> = theme
                .quotes
                .iter()
                .map(|quote| json!({"mention": quote.mention, "opinion": quote.opinion, "text": quote.text}))
                .collect();
            json!({
                "theme": theme.id, "kind": theme.kind, "stage": theme.place.0, "touchpoint": theme.place.1,
                "name": self.name(&theme.place.1, &args.names), "terms": theme.terms, "quotes": quotes,
                "mentions": theme.mentions, "mentions_before": theme.mentions_before, "share": theme.share,
                "share_change": theme.share_change, "emotion": theme.emotion, "impact": theme.impact,
                "effort": rank.effort, "priority": rank.priority, "first_seen": theme.first_seen,
                "mention_ids": mentions.get(&theme.id).cloned().unwrap_or_default(),
            })
        };
        let touchpoint = |(touchpoint, rank): &(&ThemedTouchpoint, Rank)| {
            json!({
                "stage": touchpoint.place.0, "touchpoint": touchpoint.place.1, "mentions": touchpoint.mentions,
                "impact": touchpoint.impact, "effort": rank.effort, "priority": rank.priority,
                "opinions": touchpoint.opinions, "sampled": touchpoint.sampled,
            })
        };
        json!({
            "map": args.map, "run": set.run.id, "window": set.window,
            "themes": self.themes.iter().map(theme).collect::<Vec<_>>(),
            "touchpoints": self.touchpoints.iter().map(touchpoint).collect::<Vec<_>>(),
        })
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn little_effort_comes_before_much_and_certainty_before_size() {
        let impact = |low: f64, high: f64| Some(Measured { value: f64::midpoint(low, high), low, high });
        let easy = Rank::new(impact(-0.05, -0.02), Some(1));
        let hard = Rank::new(impact(-0.05, -0.02), Some(5));
        assert!((easy.order() - 0.02).abs() < 1e-12 && (hard.order() - 0.004).abs() < 1e-12);
        let loud_but_unsure = Rank::new(impact(-0.40, 0.01), Some(1));
        assert!(loud_but_unsure.order() < hard.order());
        assert_eq!(Rank::new(None, None).priority, None);
    }
}
