//! What was said at each touchpoint day by day.

use chrono::{Datelike, Days, NaiveDate};
use moodline_store::RollupRow;
use moodline_types::{DayWindow, TouchpointId};

/// One day at one touchpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct DayCounts {
    /// Negative mentions.
    pub negative: u64,
    /// Mentions with a verdict.
    pub n: u64,
    /// Mentions, the unsure ones too.
    pub said: u64,
}

impl std::ops::AddAssign for DayCounts {
    fn add_assign(&mut self, other: Self) {
        self.negative += other.negative;
        self.n += other.n;
        self.said += other.said;
    }
}

/// Days without a gap at several touchpoints.
#[derive(Debug, Clone, PartialEq)]
pub struct Series {
    first: NaiveDate,
    places: Vec<Vec<DayCounts>>,
}

impl Series {
    /// Series that begin on `first`: for each touchpoint its days, as many for each.
    pub fn new(first: NaiveDate, places: Vec<Vec<DayCounts>>) -> Self {
        Self { first, places }
    }

    /// Sums rollups of `window` over personas, sources and languages; those of other touchpoints are left out.
    pub fn of_rollups(touchpoints: &[&TouchpointId], window: DayWindow, rollups: &[RollupRow]) -> Self {
        let mut places = vec![vec![DayCounts::default(); window.days() as usize]; touchpoints.len()];
        for row in rollups.iter().filter(|row| window.contains(row.day)) {
            let place = row.touchpoint.as_ref().and_then(|id| touchpoints.iter().position(|known| *known == id));
            if let Some(place) = place {
                let day = (row.day - window.from).num_days() as usize;
                let n = row.counts.n();
                places[place][day] += DayCounts { negative: row.counts.negative, n, said: n + row.counts.unsure };
            }
        }
        Self { first: window.from, places }
    }

    /// Number of touchpoints.
    pub fn places(&self) -> usize {
        self.places.len()
    }

    /// Number of days.
    pub fn days(&self) -> usize {
        self.places.first().map_or(0, Vec::len)
    }

    /// The date of a day.
    pub fn date(&self, day: usize) -> NaiveDate {
        self.first.checked_add_days(Days::new(day as u64)).unwrap_or(self.first)
    }

    /// 0 for Monday to 6.
    pub(crate) fn weekday(&self, day: usize) -> usize {
        (self.first.weekday().num_days_from_monday() as usize + day) % 7
    }

    /// What was said at a touchpoint on a day.
    pub fn at(&self, place: usize, day: usize) -> DayCounts {
        self.places[place][day]
    }
}
