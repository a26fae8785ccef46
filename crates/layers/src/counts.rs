//! Rollups summed up over the days, touchpoints and personas of one map.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::NaiveDate;
use moodline_maps::JourneyMap;
use moodline_statistics::Outcomes;
use moodline_store::RollupRow;
use moodline_types::{Counts, DayWindow, PersonaId, TouchpointId};

/// Counts per touchpoint of the map (by its place in the journey), persona and day, over all sources and languages.
#[derive(Debug, Default)]
pub(crate) struct DailyCounts {
    days: BTreeMap<NaiveDate, Vec<(usize, Option<PersonaId>, Counts)>>,
}

impl DailyCounts {
    /// Sums rollups; those of touchpoints the map no longer has, and of the unassigned bucket, are left out.
    pub(crate) fn new(map: &JourneyMap, rollups: &[RollupRow]) -> Self {
        let places: HashMap<&TouchpointId, usize> =
            map.touchpoints().enumerate().map(|(place, (_, touchpoint))| (&touchpoint.id, place)).collect();
        let mut sums: BTreeMap<(NaiveDate, usize, Option<&PersonaId>), Counts> = BTreeMap::new();
        for row in rollups {
            if let Some(place) = row.touchpoint.as_ref().and_then(|id| places.get(id)) {
                *sums.entry((row.day, *place, row.persona.as_ref())).or_default() += row.counts;
            }
        }
        let mut days: BTreeMap<NaiveDate, Vec<_>> = BTreeMap::new();
        for ((day, place, persona), counts) in sums {
            days.entry(day).or_default().push((place, persona.cloned(), counts));
        }
        Self { days }
    }

    /// Counts of each of `touchpoints` places within `window`, of one persona or of everyone.
    pub(crate) fn within(&self, window: DayWindow, persona: Option<&PersonaId>, touchpoints: usize) -> Vec<Counts> {
        let mut counts = vec![Counts::default(); touchpoints];
        for (place, _, day) in self.of(window, persona) {
            counts[place] += day;
        }
        counts
    }

    /// The last day within `window` on which anything was said at each of `touchpoints` places.
    pub(crate) fn last_days(
        &self,
        window: DayWindow,
        persona: Option<&PersonaId>,
        touchpoints: usize,
    ) -> Vec<Option<NaiveDate>> {
        let mut last = vec![None; touchpoints];
        for (place, day, counts) in self.of(window, persona) {
            if said(&counts) > 0 {
                last[place] = Some(day);
            }
        }
        last
    }

    /// The personas that anything within `window` points to.
    pub(crate) fn personas(&self, window: DayWindow) -> BTreeSet<&PersonaId> {
        let days = self.days.range(window.from..=window.to).flat_map(|(_, entries)| entries);
        days.filter(|(_, _, counts)| said(counts) > 0).filter_map(|(_, persona, _)| persona.as_ref()).collect()
    }

    fn of<'a>(
        &'a self,
        window: DayWindow,
        persona: Option<&'a PersonaId>,
    ) -> impl Iterator<Item = (usize, NaiveDate, Counts)> + 'a {
        self.days
            .range(window.from..=window.to)
            .flat_map(|(day, entries)| entries.iter().map(move |entry| (day, entry)))
            .filter(move |(_, (_, of, _))| persona.is_none() || of.as_ref() == persona)
            .map(|(day, (place, _, counts))| (*place, *day, *counts))
    }
}

/// Mentions, whether or not the model could judge them.
pub(crate) fn said(counts: &Counts) -> u64 {
    counts.n() + counts.unsure
}

/// What enters the index: mixed counts as neutral, unsure not at all.
pub(crate) fn outcomes(counts: &Counts) -> Outcomes {
    Outcomes {
        negative: counts.negative as f64,
        neutral: (counts.neutral + counts.mixed) as f64,
        positive: counts.positive as f64,
    }
}
