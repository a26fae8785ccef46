//! Letting every voice count once.

use std::collections::{BTreeMap, HashMap};

use chrono::NaiveDate;
use moodline_maps::JourneyMap;
use moodline_statistics::{Outcomes, Weighted};
use moodline_store::{JoinedNode, JoinedPeriod, VoiceRow};
use moodline_types::{Counts, DayWindow, LayerNode, Period, SentimentLabel};

use crate::{
    counts::{Weighing, outcomes},
    journey::Journey,
};

/// What the voices of `heard`, each mention with its place, change at every node: those heard there more than once weigh
/// as much as one mention.
pub(crate) fn joins(
    journey: &Journey<'_>,
    weighing: &Weighing<'_>,
    mut heard: Vec<(usize, &VoiceRow)>,
) -> Vec<Weighted> {
    let mut differences = vec![Weighted::default(); journey.nodes.len()];
    heard.sort_unstable_by_key(|(place, row)| (row.voice, *place, row.mention));
    for voice in heard.chunk_by(|(_, a), (_, b)| a.voice == b.voice).filter(|voice| voice.len() > 1) {
        join(journey, weighing, voice, &mut differences);
    }
    differences
}

/// Makes the mentions of one voice, by place, count once at every node they lie in.
fn join(journey: &Journey<'_>, weighing: &Weighing<'_>, voice: &[(usize, &VoiceRow)], differences: &mut [Weighted]) {
    let mentions: Vec<(usize, (Outcomes, f64))> =
        voice.iter().map(|(place, row)| (*place, (outcome(row.label), (weighing.weight)(row.day)))).collect();
    let mut nodes: Vec<usize> = mentions.iter().flat_map(|(place, _)| journey.nodes_of(*place)).collect();
    nodes.sort_unstable();
    nodes.dedup();
    for node in nodes {
        let covers = &journey.nodes[node].covers;
        let here = mentions.iter().filter(|(place, _)| covers.contains(place)).map(|(_, mention)| *mention);
        differences[node] += Weighted::joining(&here.collect::<Vec<_>>());
    }
}

fn outcome(label: SentimentLabel) -> Outcomes {
    let mut one = Counts::default();
    one.add(label, 1);
    outcomes(&one)
}

/// A week or month of `map` that is over, joined from all that voices heard more than once said on its days, which had
/// changed `changes` times before they were read.
pub(crate) fn joined_period(
    map: &JourneyMap,
    (period, window): (Period, DayWindow),
    voices: &[VoiceRow],
    changes: u64,
) -> JoinedPeriod {
    let journey = Journey::new(map);
    let heard = voices.iter().filter(|row| window.contains(row.day));
    let heard = heard.filter_map(|row| Some((journey.place(&row.touchpoint)?, row))).collect();
    let differences = joins(&journey, &Weighing { window, weight: &|_| 1.0 }, heard);
    let nodes = journey.nodes.iter().zip(differences);
    let nodes = nodes.filter(|(node, joined)| node.layer == LayerNode::Map || *joined != Weighted::default());
    let nodes = nodes.map(|(node, joined)| {
        let (Outcomes { negative, neutral, positive }, squares) = joined.parts();
        JoinedNode { node: node.layer.clone(), negative, neutral, positive, squares }
    });
    JoinedPeriod { period, from: window.from, changes, nodes: nodes.collect() }
}

/// Joined periods by their first day, with a difference for every node of the journey.
pub(crate) fn by_node(journey: &Journey<'_>, periods: &[JoinedPeriod]) -> BTreeMap<(Period, NaiveDate), Vec<Weighted>> {
    let numbers: HashMap<&LayerNode, usize> =
        journey.nodes.iter().enumerate().map(|(number, node)| (&node.layer, number)).collect();
    let differences = |period: &JoinedPeriod| {
        let mut differences = vec![Weighted::default(); journey.nodes.len()];
        for joined in &period.nodes {
            if let Some(number) = numbers.get(&joined.node) {
                let JoinedNode { negative, neutral, positive, squares, .. } = *joined;
                differences[*number] = Weighted::from_parts(Outcomes { negative, neutral, positive }, squares);
            }
        }
        differences
    };
    periods.iter().map(|period| ((period.period, period.from), differences(period))).collect()
}
