//! How well opinions find their touchpoint.

use std::collections::{BTreeMap, BTreeSet};

use moodline_types::TouchpointId;
use serde::Serialize;

use crate::{
    Estimate,
    bootstrap::resample,
    sentiment::{or_anything, share},
};

/// Where one opinion was placed.
#[derive(Debug, Clone, PartialEq)]
pub struct Place {
    /// `None` when unassigned.
    pub touchpoint: Option<TouchpointId>,
    /// Confidence, 0 to 1.
    pub score: f32,
}

/// The touchpoints of one row: those its aspects belong to, and where its opinions were placed.
#[derive(Debug, Clone, PartialEq)]
pub struct TouchpointCase {
    /// Touchpoints of the row's categories; at least one.
    pub gold: BTreeSet<TouchpointId>,
    /// Places of the row's opinions, in order.
    pub places: Vec<Place>,
}

impl TouchpointCase {
    /// Touchpoint of the opinion placed with the highest score, the first of equals.
    fn top(&self) -> Option<&TouchpointId> {
        let placed = self.places.iter().filter_map(|place| Some((place.touchpoint.as_ref()?, place.score)));
        placed.reduce(|best, next| if next.1 > best.1 { next } else { best }).map(|(touchpoint, _)| touchpoint)
    }

    fn found(&self, touchpoint: &TouchpointId) -> bool {
        self.places.iter().any(|place| place.touchpoint.as_ref() == Some(touchpoint))
    }
}

/// One touchpoint's recall.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TouchpointScore {
    /// The touchpoint.
    pub touchpoint: TouchpointId,
    /// Rows whose aspects name it.
    pub n: usize,
    /// Share of them with an opinion placed there.
    pub recall: Estimate,
    /// Opinions placed there.
    pub placed: usize,
    /// Share of these whose row's aspects name it; `None` where none was placed.
    pub precision: Option<Estimate>,
}

/// Figures over some rows with aspects, at least one. Opinions of one row are not quite independent, so the intervals of
/// shares of opinions are a little too narrow.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TouchpointFigures {
    /// Rows.
    pub n: usize,
    /// Share of rows whose surest opinion lies at one of the row's touchpoints; a row with nothing placed is wrong.
    pub top1: Estimate,
    /// What always naming the most frequent touchpoint would reach in `top1`.
    pub majority: f64,
    /// Opinions.
    pub opinions: usize,
    /// Share of placed opinions that lie at one of their row's touchpoints; `None` where none was placed.
    pub placed_right: Option<Estimate>,
    /// Share of opinions that were placed nowhere.
    pub unassigned: Estimate,
    /// Mean recall over the touchpoints that aspects name. Interval by 1,000 bootstrap draws, fixed seed.
    pub macro_recall: Estimate,
    /// By touchpoint, the most frequent first.
    pub touchpoints: Vec<TouchpointScore>,
}

impl TouchpointFigures {
    /// The figures of `cases`.
    pub fn of(cases: &[TouchpointCase]) -> Self {
        let all_opinions = || cases.iter().flat_map(|case| case.places.iter().map(move |place| (case, place)));
        let placed = || all_opinions().filter_map(|(case, place)| Some((case, place.touchpoint.as_ref()?)));
        let right = placed().filter(|(case, touchpoint)| case.gold.contains(*touchpoint)).count();
        let (opinions, placed_n) = (all_opinions().count(), placed().count());
        let top_right = cases.iter().filter(|case| case.top().is_some_and(|top| case.gold.contains(top))).count();

        let known: BTreeSet<&TouchpointId> = cases.iter().flat_map(|case| &case.gold).collect();
        // Per row, the numbers of its touchpoints and whether each was found: resampling looks at nothing else.
        let numbers: BTreeMap<&TouchpointId, usize> =
            known.iter().enumerate().map(|(number, id)| (*id, number)).collect();
        let hits: Vec<Vec<(usize, bool)>> = cases
            .iter()
            .map(|case| case.gold.iter().map(|touchpoint| (numbers[touchpoint], case.found(touchpoint))).collect())
            .collect();
        let counts = |times: &[u32]| {
            let mut counts = vec![(0_u32, 0_u32); known.len()];
            for (hits, times) in hits.iter().zip(times) {
                for (number, found) in hits {
                    counts[*number].0 += times;
                    counts[*number].1 += if *found { *times } else { 0 };
                }
            }
            counts
        };
        let once = counts(&vec![1; cases.len()]);
        let [draws] = resample(cases.len(), |times| [macro_recall(&counts(times))]);

        let mut touchpoints: Vec<TouchpointScore> = known
            .iter()
            .zip(&once)
            .map(|(touchpoint, (n, found))| {
                let here = placed().filter(|(_, place)| place == touchpoint);
                let right = here.clone().filter(|(case, _)| case.gold.contains(*touchpoint)).count();
                let here = here.count();
                TouchpointScore {
                    touchpoint: (*touchpoint).clone(),
                    n: *n as usize,
                    recall: share(*found as usize, *n as usize),
                    placed: here,
                    precision: Estimate::share(right, here),
                }
            })
            .collect();
        touchpoints.sort_by(|a, b| b.n.cmp(&a.n).then_with(|| a.touchpoint.cmp(&b.touchpoint)));
        Self {
            n: cases.len(),
            top1: share(top_right, cases.len()),
            majority: touchpoints.first().map_or(0.0, |first| first.n as f64 / cases.len() as f64),
            opinions,
            placed_right: Estimate::share(right, placed_n),
            unassigned: share(opinions - placed_n, opinions),
            macro_recall: or_anything(macro_recall(&once), &draws),
            touchpoints,
        }
    }
}

fn macro_recall(counts: &[(u32, u32)]) -> f64 {
    let known = counts.iter().filter(|(n, _)| *n > 0);
    let recalls: Vec<f64> = known.map(|(n, found)| f64::from(*found) / f64::from(*n)).collect();
    recalls.iter().sum::<f64>() / recalls.len() as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn case(gold: &[&str], places: &[(&str, f32)]) -> TouchpointCase {
        TouchpointCase {
            gold: gold.iter().map(|id| id.parse().unwrap()).collect(),
            places: places
                .iter()
                .map(|(id, score)| Place { touchpoint: (*id != "-").then(|| id.parse().unwrap()), score: *score })
                .collect(),
        }
    }

    #[test]
    fn figures_match_three_rows_worked_out_by_hand() {
        let f = TouchpointFigures::of(&[
            case(&["price", "delivery"], &[("price", 0.6), ("app", 0.9)]), // top wrong; price found, delivery not
            case(&["price"], &[("-", 0.1), ("price", 0.4)]),
            case(&["app"], &[("-", 0.2)]),
        ]);
        assert!((f.top1.value - 1.0 / 3.0).abs() < 1e-12);
        assert!((f.majority - 2.0 / 3.0).abs() < 1e-12);
        assert!((f.placed_right.unwrap().value - 2.0 / 3.0).abs() < 1e-12);
        assert!((f.unassigned.value - 0.4).abs() < 1e-12);
        // price 2/2, delivery 0/1, app 0/1.
        assert!((f.macro_recall.value - 1.0 / 3.0).abs() < 1e-12);
        let price = &f.touchpoints[0];
        assert_eq!((price.touchpoint.as_str(), price.n, price.placed), ("price", 2, 2));
        assert!((price.precision.unwrap().value - 1.0).abs() < 1e-12);
        assert_eq!(f.touchpoints.iter().find(|t| t.touchpoint.as_str() == "delivery").unwrap().precision, None);
    }
}
