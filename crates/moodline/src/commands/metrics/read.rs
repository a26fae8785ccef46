//! Survey figures of a window: from imported answers, and from the ratings of sources that the settings name.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result};
use moodline_maps::JourneyMap;
use moodline_statistics::{ShareInterval, Surveyed, csat, effort, nps, wilson};
use moodline_store::RatingCount;
use moodline_types::{DayWindow, Metric, SourceId, StageId, SurveyPlace, counted};

use crate::{settings::MetricSource, wire::App};

/// Everything that was asked and counted on a map within a window.
pub(in crate::commands) struct Figures {
    pub(in crate::commands) window: DayWindow,
    /// By metric, then by place.
    pub(in crate::commands) surveys: Vec<(Metric, SurveyPlace, Surveyed)>,
    /// Stages in the order of the journey, where it is known how many entered.
    pub(in crate::commands) stages: Vec<Entered>,
    /// What could not be taken, for a person to read.
    pub(in crate::commands) left_out: Vec<String>,
}

/// How many customers entered a stage, and how many of them went on.
pub(in crate::commands) struct Entered {
    pub(in crate::commands) stage: StageId,
    pub(in crate::commands) customers: u64,
    /// The next stage that was counted, how many entered it, and which share of this one's that is; the share has no
    /// interval where more entered the next stage than this one.
    pub(in crate::commands) next: Option<(StageId, u64, f64, Option<ShareInterval>)>,
}

impl Figures {
    pub(in crate::commands) fn is_empty(&self) -> bool {
        self.surveys.is_empty() && self.stages.is_empty() && self.left_out.is_empty()
    }
}

/// Reads what was asked and counted on `map` on days in `window`.
pub(in crate::commands) async fn figures(app: &App, map: &JourneyMap, window: DayWindow) -> Result<Figures> {
    let mut answers: BTreeMap<(Metric, SurveyPlace), Vec<(f64, u64)>> = BTreeMap::new();
    for count in app.store.answers(&map.id, window).await? {
        answers.entry((count.metric, count.place)).or_default().push((count.value, count.answers));
    }
    let mut left_out = Vec::new();
    for (source, rule) in &app.loaded.settings.metrics.sources {
        if rule.map.as_ref().is_some_and(|of| *of != map.id) || !map.takes(source) {
            continue;
        }
        let place = place(rule, map).with_context(|| format!("metrics.sources.{source} in the settings"))?;
        let by_place = place.is_none().then_some(&map.id);
        let ratings = app.store.ratings(source, by_place, window).await?;
        take(source, rule.metric, place.as_ref(), ratings, &mut answers, &mut left_out);
    }
    let surveys = answers.into_iter().filter_map(|((metric, place), answers)| {
        let figure = match metric {
            Metric::Nps => nps(&answers),
            Metric::Csat => csat(&answers),
            Metric::Ces => effort(&answers),
        };
        Some((metric, place, figure?))
    });
    let surveys = surveys.collect();
    let entries: BTreeMap<StageId, u64> = app.store.entries(&map.id, window).await?.into_iter().collect();
    Ok(Figures { window, surveys, stages: stages(map, &entries), left_out })
}

/// Where a source's question was asked; `None` where each rating belongs to what its mention speaks of.
fn place(rule: &MetricSource, map: &JourneyMap) -> Result<Option<SurveyPlace>> {
    match (&rule.stage, &rule.touchpoint) {
        (_, Some(touchpoint)) => {
            map.touchpoint(touchpoint).with_context(|| format!("map {} has no touchpoint `{touchpoint}`", map.id))?;
            Ok(Some(SurveyPlace::Touchpoint(touchpoint.clone())))
        }
        (Some(stage), None) => {
            map.stage(stage).with_context(|| format!("map {} has no stage `{stage}`", map.id))?;
            Ok(Some(SurveyPlace::Stage(stage.clone())))
        }
        (None, None) => Ok(None),
    }
}

fn take(
    source: &SourceId,
    metric: Metric,
    place: Option<&SurveyPlace>,
    ratings: Vec<RatingCount>,
    answers: &mut BTreeMap<(Metric, SurveyPlace), Vec<(f64, u64)>>,
    left_out: &mut Vec<String>,
) {
    let mut strange: BTreeMap<String, u64> = BTreeMap::new();
    for rating in ratings {
        let (worst, best) = rating.scale;
        if rating.scale != metric.scale() || !metric.takes(rating.value) {
            *strange.entry(format!("{} of {worst} to {best}", rating.value)).or_default() += rating.mentions;
            continue;
        }
        let own = rating.touchpoint.map(SurveyPlace::Touchpoint);
        if let Some(place) = place.cloned().or(own) {
            answers.entry((metric, place)).or_default().push((rating.value, rating.mentions));
        }
    }
    let (worst, best) = metric.scale();
    for (rating, mentions) in strange {
        left_out.push(format!(
            "{} `{rating}` of source {source} left out: answers of {metric} go from {worst} to {best}",
            counted(mentions, "rating")
        ));
    }
}

fn stages(map: &JourneyMap, entries: &BTreeMap<StageId, u64>) -> Vec<Entered> {
    let counted: Vec<(&StageId, u64)> =
        map.stages.iter().filter_map(|stage| Some((&stage.id, *entries.get(&stage.id)?))).collect();
    let next = |at: usize| {
        let (_, here) = counted[at];
        let (stage, there) = *counted.get(at + 1)?;
        let share = if here > 0 { there as f64 / here as f64 } else { return None };
        Some((stage.clone(), there, share, (there <= here).then(|| wilson(there as f64, here as f64))))
    };
    counted
        .iter()
        .enumerate()
        .map(|(at, (stage, entered))| Entered { stage: (*stage).clone(), customers: *entered, next: next(at) })
        .collect()
}
