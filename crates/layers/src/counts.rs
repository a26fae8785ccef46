//! Rollups summed up over days, touchpoints and parts of the mentions, each voice weighing what it should.

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
};

use chrono::NaiveDate;
use moodline_statistics::{Outcomes, Weighted};
use moodline_store::{HourRow, RollupRow, VoiceRow};
use moodline_types::{Counts, DayWindow, EmotionCounts, PersonaId, Segment, SourceId};

use crate::{journey::Journey, voices::joins};

/// Everything said at the touchpoints of a journey, by day; what the map no longer has, and the unassigned bucket, are
/// left out.
#[derive(Default)]
pub(crate) struct History<'a> {
    days: BTreeMap<NaiveDate, Day<'a>>,
}

/// One day: counts, and mentions of voices that may be heard more than once, by place.
#[derive(Default)]
struct Day<'a> {
    counts: Vec<(usize, &'a RollupRow)>,
    voices: Vec<(usize, &'a VoiceRow)>,
}

/// What was said at one node within a window.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Tallied {
    pub(crate) counts: Counts,
    pub(crate) emotions: EmotionCounts,
    pub(crate) weighted: Weighted,
}

/// The days of a window and what a mention of each weighs.
pub(crate) struct Weighing<'w> {
    pub(crate) window: DayWindow,
    pub(crate) weight: &'w dyn Fn(NaiveDate) -> f64,
}

impl<'a> History<'a> {
    pub(crate) fn new(journey: &Journey<'_>, rollups: &'a [RollupRow], voices: &'a [VoiceRow]) -> Self {
        let mut days: BTreeMap<NaiveDate, Day<'a>> = BTreeMap::new();
        for row in rollups {
            if let Some(place) = row.touchpoint.as_ref().and_then(|id| journey.place(id)) {
                days.entry(row.day).or_default().counts.push((place, row));
            }
        }
        for row in voices {
            if let Some(place) = journey.place(&row.touchpoint) {
                days.entry(row.day).or_default().voices.push((place, row));
            }
        }
        Self { days }
    }

    /// What was said at every node, by all or by part of the mentions; `joined` is what voices heard more than once change
    /// of it where that is known already.
    pub(crate) fn tallied(
        &self,
        journey: &Journey<'_>,
        weighing: &Weighing<'_>,
        part: Option<&Segment>,
        joined: Option<&[Weighted]>,
    ) -> Vec<Tallied> {
        let mut tallied = vec![Tallied::default(); journey.nodes.len()];
        for (day, said) in self.days.range(weighing.window.from..=weighing.window.to) {
            let weight = (weighing.weight)(*day);
            for (place, row) in
                said.counts.iter().filter(|(_, row)| is_in(part, row.persona.as_ref(), &row.source, &row.language))
            {
                let outcomes = outcomes(&row.counts);
                for node in journey.nodes_of(*place) {
                    let node = &mut tallied[node];
                    node.counts += row.counts;
                    node.emotions += row.emotions;
                    node.weighted.add(outcomes, weight);
                }
            }
        }
        let joined = joined
            .map_or_else(|| Cow::Owned(joins(journey, weighing, self.voices(weighing.window, part))), Cow::Borrowed);
        for (node, difference) in tallied.iter_mut().zip(joined.iter()) {
            node.weighted += *difference;
        }
        tallied
    }

    /// The same of the mentions of one hour of their authors' day, every mention weighing the same.
    pub(crate) fn of_hour(journey: &Journey<'_>, hours: &[(usize, u8, &HourRow)], hour: u8) -> Vec<Tallied> {
        let mut tallied = vec![Tallied::default(); journey.nodes.len()];
        for (place, _, row) in hours.iter().filter(|(_, local, _)| *local == hour) {
            for node in journey.nodes_of(*place) {
                let node = &mut tallied[node];
                node.counts += row.counts;
                node.emotions += row.emotions;
                node.weighted.add(outcomes(&row.counts), 1.0);
            }
        }
        tallied
    }

    /// How many mentions entered the map's index within a window, each counted once wherever it speaks.
    pub(crate) fn mentions(&self, window: DayWindow) -> u64 {
        let days = || self.days.range(window.from..=window.to).map(|(_, day)| day);
        let counted: u64 = days().flat_map(|day| &day.counts).map(|(_, row)| row.counts.n()).sum();
        let mut told: Vec<_> = days().flat_map(|day| &day.voices).map(|(_, row)| row.mention).collect();
        told.sort_unstable();
        let again: usize = told.chunk_by(|a, b| a == b).map(|tallies| tallies.len() - 1).sum();
        counted.saturating_sub(again as u64)
    }

    /// The last day up to `until` on which part of the mentions said anything at each place.
    pub(crate) fn last_days(&self, until: NaiveDate, part: Option<&Segment>, places: usize) -> Vec<Option<NaiveDate>> {
        let mut last = vec![None; places];
        let mut open = places;
        for (day, said_then) in self.days.range(..=until).rev() {
            for (place, row) in &said_then.counts {
                let here = &mut last[*place];
                if here.is_none()
                    && said(&row.counts) > 0
                    && is_in(part, row.persona.as_ref(), &row.source, &row.language)
                {
                    *here = Some(*day);
                    open -= 1;
                }
            }
            if open == 0 {
                break;
            }
        }
        last
    }

    /// The personas that anything within `window` points to.
    pub(crate) fn personas(&self, window: DayWindow) -> BTreeSet<&'a PersonaId> {
        self.rows(window).filter_map(|row| row.persona.as_ref()).collect()
    }

    /// The sources and the languages of anything said within `window`.
    pub(crate) fn segments(&self, window: DayWindow) -> BTreeSet<Segment> {
        let parts = |row: &RollupRow| [Segment::Source(row.source.clone()), Segment::Language(row.language.clone())];
        self.rows(window).flat_map(parts).collect()
    }

    fn rows(&self, window: DayWindow) -> impl Iterator<Item = &'a RollupRow> + '_ {
        let days = self.days.range(window.from..=window.to);
        days.flat_map(|(_, day)| day.counts.iter().map(|(_, row)| *row)).filter(|row| said(&row.counts) > 0)
    }

    fn voices(&self, window: DayWindow, part: Option<&Segment>) -> Vec<(usize, &'a VoiceRow)> {
        let days = self.days.range(window.from..=window.to);
        let rows = days.flat_map(|(_, day)| day.voices.iter().copied());
        rows.filter(|(_, row)| is_in(part, row.persona.as_ref(), &row.source, &row.language)).collect()
    }
}

fn is_in(part: Option<&Segment>, persona: Option<&PersonaId>, source: &SourceId, language: &str) -> bool {
    match part {
        None => true,
        Some(Segment::Persona(wanted)) => persona == Some(wanted),
        Some(Segment::Source(wanted)) => source == wanted,
        Some(Segment::Language(wanted)) => language == wanted,
        Some(Segment::Hour(_)) => false,
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
