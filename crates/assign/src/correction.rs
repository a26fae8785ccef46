//! What people said of single opinions.

use moodline_types::{AssignmentReason, SentimentLabel};

use crate::placer::Spot;

/// What people said of an opinion's place on this map.
#[derive(Debug, Default, Clone, Copy)]
pub(crate) enum Said {
    #[default]
    Nothing,
    Nowhere,
    At(usize),
}

/// What people said of one opinion, the latest word on each matter.
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct Correction<'a> {
    pub(crate) sentiment: Option<SentimentLabel>,
    pub(crate) place: Said,
    pub(crate) relevant: Option<bool>,
    pub(crate) placed_by: &'a str,
    pub(crate) judged_by: &'a str,
}

impl Correction<'_> {
    /// Where people put the opinion; `None` where they left that to the machine.
    pub(crate) fn spot(&self) -> Option<Spot> {
        let spot = |place, detail| Spot { place, score: 1.0, reason: AssignmentReason::Override, detail: Some(detail) };
        if self.relevant == Some(false) {
            return Some(spot(None, format!("not an opinion to count, says {}", self.judged_by)));
        }
        let by = || format!("placed by {}", self.placed_by);
        match self.place {
            Said::Nothing => None,
            Said::Nowhere => Some(spot(None, by())),
            Said::At(number) => Some(spot(Some(number), by())),
        }
    }
}
