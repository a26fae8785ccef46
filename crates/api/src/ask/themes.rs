//! What to fix first, and what to build on: themes in the order to look at them.

use moodline_maps::JourneyMap;
use moodline_store::{Store, ThemeSet};
use moodline_types::{self as types, MapId, Measured, RunId, ThemeId, ThemeKind, ThemedTouchpoint, TouchpointId};

use super::maps;
use crate::{
    AskError,
    body::{Quote, Sample, Theme, ThemeChoice, ThemeList, ThemedTouchpoint as Touchpoint},
};

/// Highest effort a team can name.
const MOST_EFFORT: f64 = 5.0;

/// Which themes of a map.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ThemeFilter {
    /// Complaints, opportunities or questions.
    pub choice: ThemeChoice,
    /// Only at this touchpoint.
    pub touchpoint: Option<TouchpointId>,
    /// As measured by this run; the newest where it is not said.
    pub run: Option<RunId>,
    /// Most themes; `None` for all.
    pub top: Option<usize>,
}

/// The themes of a map by what they are worth, names in the language `names`.
///
/// # Errors
/// `Missing` for a map that does not exist or has no themes yet, or a run that found none; `Field` for a touchpoint that
/// does not exist.
pub async fn list(store: &dyn Store, map: &MapId, filter: &ThemeFilter, names: &str) -> Result<ThemeList, AskError> {
    let loaded = maps::loaded(store, map).await?;
    maps::of_place(&loaded, None, filter.touchpoint.as_ref())?;
    let set = store.themes(map, filter.run).await?.ok_or_else(|| match filter.run {
        Some(run) => AskError::Missing {
            what: "finished run",
            id: run.to_string(),
            hint: format!(" that found themes of map {map}; `moodline runs --kind themes` lists those there are"),
        },
        None => AskError::Missing {
            what: "theme of map",
            id: map.to_string(),
            hint: " yet: nobody has looked for them; `moodline themes` does".to_owned(),
        },
    })?;
    let (touchpoints, themes) = ranked(&set, &loaded.map, filter);
    let ids: Vec<ThemeId> = themes.iter().map(|(theme, _)| theme.id).collect();
    let mut mentions = store.theme_mentions(&ids).await?;
    let name = |touchpoint: &TouchpointId| {
        let known = loaded.map.touchpoint(touchpoint);
        known.map_or_else(String::new, |(_, touchpoint)| touchpoint.name.in_language(names).to_owned())
    };
    let theme = |(theme, rank): (types::Theme, Rank)| Theme {
        name: name(&theme.place.1),
        mention_ids: mentions.remove(&theme.id).unwrap_or_default().into_iter().map(|id| id.0).collect(),
        theme: theme.id.0,
        kind: theme.kind,
        stage: theme.place.0,
        touchpoint: theme.place.1,
        terms: theme.terms,
        quotes: theme.quotes.into_iter().map(Quote::from).collect(),
        mentions: theme.mentions,
        mentions_before: theme.mentions_before,
        share: theme.share,
        share_change: theme.share_change.map(Into::into),
        emotion: theme.emotion,
        impact: theme.impact.map(Into::into),
        effort: rank.effort,
        priority: rank.priority,
        first_seen: theme.first_seen,
    };
    let touchpoint = |(touchpoint, rank): (ThemedTouchpoint, Rank)| Touchpoint {
        stage: touchpoint.place.0,
        touchpoint: touchpoint.place.1,
        mentions: touchpoint.mentions,
        impact: touchpoint.impact.map(Into::into),
        effort: rank.effort,
        priority: rank.priority,
        opinions: touchpoint.opinions,
        sampled: touchpoint.sampled,
    };
    let wanted = |touchpoint: &TouchpointId| filter.touchpoint.as_ref().is_none_or(|wanted| wanted == touchpoint);
    let sampled = set.touchpoints.iter().filter(|found| found.sampled < found.opinions && wanted(&found.place.1));
    let sample = |found: &ThemedTouchpoint| Sample {
        touchpoint: found.place.1.clone(),
        opinions: found.opinions,
        sampled: found.sampled,
    };
    Ok(ThemeList {
        samples: sampled.map(sample).collect(),
        map: map.clone(),
        run: set.run.id,
        window: set.window.into(),
        themes: themes.into_iter().map(theme).collect(),
        touchpoints: touchpoints.into_iter().map(touchpoint).collect(),
    })
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

type Ranked = (Vec<(ThemedTouchpoint, Rank)>, Vec<(types::Theme, Rank)>);

fn ranked(set: &ThemeSet, map: &JourneyMap, filter: &ThemeFilter) -> Ranked {
    let kinds: &[ThemeKind] = match filter.choice {
        ThemeChoice::Complaints => &[ThemeKind::Complaint],
        ThemeChoice::Opportunities => &[ThemeKind::Praise, ThemeKind::Suggestion],
        ThemeChoice::Questions => &[ThemeKind::Question],
    };
    let wanted = |touchpoint: &TouchpointId| filter.touchpoint.as_ref().is_none_or(|wanted| wanted == touchpoint);
    let effort = |touchpoint: &TouchpointId, theme: Option<ThemeId>| {
        let (_, touchpoint) = map.touchpoint(touchpoint)?;
        theme.and_then(|theme| touchpoint.theme_effort(theme)).or(touchpoint.effort)
    };
    // What pulls down where complaints are asked for; what lifts up where opportunities are.
    let right_way = |impact: &Option<Measured>| match (impact, filter.choice) {
        (_, ThemeChoice::Questions) | (None, _) => false,
        (Some(impact), choice) => (impact.value > 0.0) == (choice == ThemeChoice::Opportunities),
    };
    let touchpoints = set.touchpoints.iter().filter(|found| wanted(&found.place.1) && right_way(&found.impact));
    let mut touchpoints: Vec<_> =
        touchpoints.map(|found| (found.clone(), Rank::new(found.impact, effort(&found.place.1, None)))).collect();
    touchpoints.sort_by(|a, b| b.1.order().total_cmp(&a.1.order()).then(b.0.mentions.cmp(&a.0.mentions)));
    let themes = set.themes.iter().filter(|theme| wanted(&theme.place.1) && kinds.contains(&theme.kind));
    let mut themes: Vec<_> =
        themes.map(|theme| (theme.clone(), Rank::new(theme.impact, effort(&theme.place.1, Some(theme.id))))).collect();
    themes.sort_by(|a, b| b.1.order().total_cmp(&a.1.order()).then(b.0.mentions.cmp(&a.0.mentions)));
    themes.truncate(filter.top.unwrap_or(usize::MAX));
    (touchpoints, themes)
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
