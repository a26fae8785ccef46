//! What an edit of a map, or a person's word, moved.

use std::{collections::BTreeMap, fmt};

use moodline_store::Moved;
use moodline_types::TouchpointId;

/// Opinions that left one place for another, summed up over batches.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Moves(BTreeMap<(Option<TouchpointId>, Option<TouchpointId>), u64>);

impl Moves {
    pub(crate) fn add(&mut self, moved: &[Moved]) {
        for moved in moved {
            *self.0.entry((moved.from.clone(), moved.to.clone())).or_default() += moved.opinions;
        }
    }

    /// Whether everything stayed where it was.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// A line per place that lost or won opinions, those with the most first: `payment: 120 left for refunds, 14 new`.
    pub fn lines(&self) -> Vec<String> {
        let mut places: Vec<Option<&TouchpointId>> =
            self.0.keys().flat_map(|(from, to)| [from.as_ref(), to.as_ref()]).collect();
        places.sort();
        places.dedup();
        let mut lines: Vec<(u64, String)> = places.into_iter().map(|place| self.line(place)).collect();
        lines.sort_by_key(|(opinions, _)| std::cmp::Reverse(*opinions));
        lines.into_iter().map(|(_, line)| line).collect()
    }

    fn line(&self, place: Option<&TouchpointId>) -> (u64, String) {
        let from_here = self.0.iter().filter(|((from, _), _)| from.as_ref() == place);
        let mut left: Vec<(u64, Option<&TouchpointId>)> =
            from_here.map(|((_, to), opinions)| (*opinions, to.as_ref())).collect();
        left.sort_by_key(|(opinions, _)| std::cmp::Reverse(*opinions));
        let new: u64 = self.0.iter().filter(|((_, to), _)| to.as_ref() == place).map(|(_, opinions)| opinions).sum();
        let total = new + left.iter().map(|(opinions, _)| opinions).sum::<u64>();
        let mut parts: Vec<String> = Vec::new();
        for (opinions, to) in &left {
            let left = if parts.is_empty() { " left" } else { "" };
            parts.push(format!("{opinions}{left} for {}", named(*to)));
        }
        if new > 0 {
            parts.push(format!("{new} new"));
        }
        (total, format!("{}: {}", named(place), parts.join(", ")))
    }
}

impl fmt::Display for Moves {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.lines().join("; "))
    }
}

fn named(place: Option<&TouchpointId>) -> &str {
    place.map_or("nowhere", TouchpointId::as_str)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_place_says_what_it_lost_and_won() {
        let id = |name: &str| Some(name.parse::<TouchpointId>().unwrap());
        let move_of = |from, to, opinions| Moved { from, to, opinions };
        let mut moves = Moves::default();
        moves.add(&[move_of(id("payment"), id("refunds"), 100), move_of(id("payment"), None, 3)]);
        moves.add(&[move_of(id("payment"), id("refunds"), 20), move_of(None, id("payment"), 14)]);
        assert_eq!(
            moves.lines(),
            [
                "payment: 120 left for refunds, 3 for nowhere, 14 new",
                "refunds: 120 new",
                "nowhere: 14 left for payment, 3 new"
            ]
        );
    }
}
