//! Lists from which deleted items simply vanish.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{
    newest_first::NewestFirst,
    step::{Item, Marks, Step, Taken, Walk},
};

/// Mentions remembered: those that an ordinary walk passes again because of its overlap.
const REMEMBERED: usize = 500;

/// A walk that notices which of the mentions it has met before are no longer listed.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Watched {
    walk: NewestFirst,
    #[serde(default)]
    watch: Watch,
}

impl Walk for Watched {}

impl Watched {
    /// The page to ask for; `None` for the top of the list.
    pub fn token(&self) -> Option<&str> {
        self.walk.token()
    }

    /// The newest mark of the last completed walk.
    pub fn watermark(&self) -> Option<i64> {
        self.walk.watermark()
    }

    /// The same walk from the top again, for a host that does not know its own token any more.
    #[must_use]
    pub fn restarted(self) -> Self {
        Self { walk: self.walk.restarted(), ..self }
    }

    /// Takes an answer in. When the walk has arrived with this step, the second value names the mentions that should
    /// have been listed and were not: ask the host about each, and [`Watched::forget`] those that are gone.
    pub fn take(self, step: Step, marks: &Marks) -> (Taken<Self>, Vec<String>) {
        let Self { walk, mut watch } = self;
        watch.meet(&step.items);
        let Taken { walk, page } = walk.take(step, marks);
        let missing = match (page.more, &page.note) {
            (true, _) => Vec::new(),
            (false, None) => watch.missing(),
            // Broken off or paused: what was not met may stand further down.
            (false, Some(_)) => {
                watch.next_sweep();
                Vec::new()
            }
        };
        (Taken { walk: Self { walk, watch }, page }, missing)
    }

    /// No longer expects a mention that is gone.
    pub fn forget(&mut self, id: &str) {
        self.watch.forget(id);
    }
}

/// The latest mentions of a list, and which of them the sweep under way has met.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) struct Watch {
    known: BTreeMap<String, Known>,
    sweep: u32,
    /// The lowest and highest mark of this sweep.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    swept: Option<(i64, i64)>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Known {
    mark: i64,
    /// The latest sweep that met it.
    sweep: u32,
}

impl Watch {
    /// Notes the mentions of one answer.
    pub(crate) fn meet(&mut self, items: &[Item]) {
        for item in items {
            let Some(mark) = item.mark else { continue };
            let (low, high) = self.swept.unwrap_or((mark, mark));
            self.swept = Some((low.min(mark), high.max(mark)));
        }
        self.expect(items);
    }

    /// Notes mentions that came by in another order than that of a sweep.
    pub(crate) fn expect(&mut self, items: &[Item]) {
        for item in items {
            match (item.mark, &item.mention) {
                (Some(mark), Some(_)) => {
                    self.known.insert(item.id.clone(), Known { mark, sweep: self.sweep });
                }
                _ => {
                    self.known.remove(&item.id);
                }
            }
        }
        self.trim();
    }

    /// Ends a sweep: the known mentions between its lowest and highest mark that it has not met. These two marks are
    /// excluded: the answer may have been cut there.
    pub(crate) fn missing(&mut self) -> Vec<String> {
        let (low, high) = self.swept.map_or((0, 0), |(low, high)| (low.saturating_add(1), high.saturating_sub(1)));
        self.missing_in(low, high)
    }

    /// Ends a sweep that has read everything from `low` to `high`.
    pub(crate) fn missing_in(&mut self, low: i64, high: i64) -> Vec<String> {
        let unmet = |known: &Known| (low..=high).contains(&known.mark) && known.sweep != self.sweep;
        let missing = self.known.iter().filter(|(_, known)| unmet(known)).map(|(id, _)| id.clone()).collect();
        self.next_sweep();
        missing
    }

    /// How many known mentions have a mark from `low` to `high`.
    pub(crate) fn expected(&self, low: i64, high: i64) -> usize {
        self.known.values().filter(|known| (low..=high).contains(&known.mark)).count()
    }

    /// Ends a sweep without asking what is missing.
    pub(crate) fn next_sweep(&mut self) {
        self.sweep = self.sweep.wrapping_add(1);
        self.swept = None;
    }

    /// No longer expects a mention.
    pub(crate) fn forget(&mut self, id: &str) {
        self.known.remove(id);
    }

    fn trim(&mut self) {
        if self.known.len() > REMEMBERED {
            let mut marks: Vec<i64> = self.known.values().map(|known| known.mark).collect();
            marks.sort_unstable_by(|a, b| b.cmp(a));
            let oldest = marks[REMEMBERED - 1];
            self.known.retain(|_, known| known.mark >= oldest);
        }
    }
}

#[cfg(test)]
mod tests {
    use moodline_types::RawMention;

    use super::*;

    fn step(numbers: &[i64], next: Option<&str>) -> Step {
        let item = |n: &i64| Item::numbered(*n, RawMention { external_id: n.to_string(), ..RawMention::default() });
        Step { items: numbers.iter().map(item).collect(), next: next.map(str::to_owned), ..Step::default() }
    }

    fn walk(mut watched: Watched, pages: &[Step]) -> (Watched, Vec<String>) {
        let mut all = Vec::new();
        for page in pages {
            let (taken, missing) = watched.take(page.clone(), &Marks::ids(5));
            watched = taken.walk;
            all.extend(missing);
        }
        (watched, all)
    }

    #[test]
    fn a_mention_that_is_no_longer_between_its_neighbours_is_missing_until_forgotten() {
        let (watched, missing) = walk(Watched::default(), &[step(&[9, 8, 7], Some("a")), step(&[6, 5, 4], None)]);
        assert!(missing.is_empty());
        let (mut watched, missing) = walk(watched, &[step(&[10, 9, 7], Some("a")), step(&[6, 4, 3], None)]);
        assert_eq!(missing, ["5", "8"]);
        watched.forget("5");
        let (_, missing) = walk(watched, &[step(&[10, 9, 7, 6, 4, 3], None)]);
        assert_eq!(missing, ["8"], "what could not be asked about is asked about again");
    }

    #[test]
    fn below_the_walk_and_in_a_walk_that_broke_off_nothing_is_missing() {
        let (watched, _) = walk(Watched::default(), &[step(&[9, 8, 7], Some("a")), step(&[2, 1], None)]);
        let (watched, missing) = walk(watched, &[step(&[10, 9, 8, 7, 4], None)]);
        assert!(missing.is_empty(), "{missing:?}");
        let (_, missing) = walk(watched, &[step(&[], None)]);
        assert!(missing.is_empty(), "{missing:?}");
    }

    #[test]
    fn only_the_latest_are_remembered() {
        let numbers: Vec<i64> = (1..=900).rev().collect();
        let (watched, _) = walk(Watched::default(), &[step(&numbers, None)]);
        assert_eq!(watched.watch.known.len(), REMEMBERED);
        assert_eq!(watched.watch.expected(i64::MIN, 400), 0);
    }
}
