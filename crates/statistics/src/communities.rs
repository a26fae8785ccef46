//! Groups in a graph: nodes that hold together more than chance would have it.

use std::collections::{BTreeMap, HashMap};

/// Gain of modularity under which a move is rounding, not an improvement.
const LEAST_GAIN: f64 = 1e-9;

/// Rounds of moving nodes in one level; far more than graphs of some thousand nodes ever take.
const MOST_ROUNDS: usize = 50;

/// The community of each of `nodes` nodes, numbered from 0 by their first node, from edges `(node, other, weight)` with
/// weights above 0; an edge given twice weighs twice. Nodes without edges stay alone.
///
/// Maximises modularity with the method of Louvain (V. Blondel, J.-L. Guillaume, R. Lambiotte, E. Lefebvre, *Journal of
/// Statistical Mechanics* P10008, 2008); a community that it leaves in several pieces (V. Traag, L. Waltman, N. van Eck,
/// *Scientific Reports* 9, 2019) is taken apart. The nodes are visited in their order, so the same graph always gives
/// the same communities.
///
/// # Panics
/// Where an edge names a node that does not exist.
pub fn communities(nodes: usize, edges: &[(usize, usize, f64)]) -> Vec<usize> {
    let mut level = Level::new(nodes, edges);
    let mut found: Vec<usize> = (0..nodes).collect();
    loop {
        let (moved, groups) = level.move_nodes();
        for group in &mut found {
            *group = groups[*group];
        }
        if !moved {
            break;
        }
        level = level.folded(&groups);
    }
    numbered(&in_pieces(&found, edges))
}

/// A graph whose nodes may be communities of the level below.
struct Level {
    neighbours: Vec<Vec<(usize, f64)>>,
    /// Twice the weight inside each node.
    inside: Vec<f64>,
    /// Weight of all edge ends at each node.
    degrees: Vec<f64>,
    /// Weight of all edge ends.
    total: f64,
}

impl Level {
    fn new(nodes: usize, edges: &[(usize, usize, f64)]) -> Self {
        let mut sums: Vec<BTreeMap<usize, f64>> = vec![BTreeMap::new(); nodes];
        let mut inside = vec![0.0; nodes];
        for &(a, b, weight) in edges {
            if a == b {
                inside[a] += 2.0 * weight;
            } else {
                *sums[a].entry(b).or_default() += weight;
                *sums[b].entry(a).or_default() += weight;
            }
        }
        let neighbours: Vec<Vec<(usize, f64)>> = sums.into_iter().map(|sums| sums.into_iter().collect()).collect();
        let degree = |(own, inside): (&Vec<(usize, f64)>, &f64)| own.iter().map(|(_, w)| w).sum::<f64>() + inside;
        let degrees: Vec<f64> = neighbours.iter().zip(&inside).map(degree).collect();
        let total = degrees.iter().sum();
        Self { neighbours, inside, degrees, total }
    }

    /// Moves each node to the neighbouring group that gains most until none gains; whether any moved, and the groups.
    fn move_nodes(&self) -> (bool, Vec<usize>) {
        let nodes = self.degrees.len();
        let mut groups: Vec<usize> = (0..nodes).collect();
        let mut weights = self.degrees.clone();
        let mut moved = false;
        for _ in 0..MOST_ROUNDS {
            let mut changed = 0;
            for node in 0..nodes {
                let own = groups[node];
                let mut links: HashMap<usize, f64> = HashMap::new();
                let mut order = vec![own];
                for (other, weight) in &self.neighbours[node] {
                    let group = groups[*other];
                    *links.entry(group).or_insert_with(|| {
                        if group != own {
                            order.push(group);
                        }
                        0.0
                    }) += weight;
                }
                weights[own] -= self.degrees[node];
                let gain = |group: usize| {
                    links.get(&group).copied().unwrap_or(0.0) - weights[group] * self.degrees[node] / self.total
                };
                let mut best = (own, gain(own));
                for group in order.into_iter().skip(1) {
                    let gain = gain(group);
                    if gain > best.1 + LEAST_GAIN {
                        best = (group, gain);
                    }
                }
                weights[best.0] += self.degrees[node];
                groups[node] = best.0;
                changed += usize::from(best.0 != own);
            }
            moved |= changed > 0;
            if changed == 0 {
                break;
            }
        }
        (moved, numbered(&groups))
    }

    /// The graph whose nodes are the groups of this one.
    fn folded(&self, groups: &[usize]) -> Self {
        let count = groups.iter().max().map_or(0, |last| last + 1);
        let mut edges = Vec::new();
        for (node, neighbours) in self.neighbours.iter().enumerate() {
            edges.push((groups[node], groups[node], self.inside[node] / 2.0));
            let later = neighbours.iter().filter(|(other, _)| *other > node);
            edges.extend(later.map(|(other, weight)| (groups[node], groups[*other], *weight)));
        }
        Self::new(count, &edges)
    }
}

/// Communities numbered from 0 by their first node.
fn numbered(groups: &[usize]) -> Vec<usize> {
    let mut numbers = HashMap::new();
    let number = |group: &usize| {
        let next = numbers.len();
        *numbers.entry(*group).or_insert(next)
    };
    groups.iter().map(number).collect()
}

/// The connected pieces of each group, named by their first node.
fn in_pieces(groups: &[usize], edges: &[(usize, usize, f64)]) -> Vec<usize> {
    let mut roots: Vec<usize> = (0..groups.len()).collect();
    for &(a, b, _) in edges {
        if groups[a] == groups[b] {
            let (a, b) = (root(&mut roots, a), root(&mut roots, b));
            roots[a.max(b)] = a.min(b);
        }
    }
    (0..groups.len()).map(|node| root(&mut roots, node)).collect()
}

/// The first node of the piece that a node is known to belong to.
fn root(roots: &mut [usize], mut node: usize) -> usize {
    while roots[node] != node {
        roots[node] = roots[roots[node]];
        node = roots[node];
    }
    node
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn clique(nodes: std::ops::Range<usize>, weight: f64) -> Vec<(usize, usize, f64)> {
        let first = nodes.start;
        nodes.flat_map(|b| (first..b).map(move |a| (a, b, weight))).collect()
    }

    #[test]
    fn cliques_that_hang_together_by_a_thread_are_communities() {
        let mut edges = [clique(0..5, 1.0), clique(5..9, 1.0), clique(9..16, 1.0)].concat();
        edges.extend([(4, 5, 1.0), (8, 9, 1.0)]);
        let found = communities(17, &edges);
        assert_eq!(found, [0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 3]);
    }

    /// W. Zachary's karate club (*Journal of Anthropological Research* 33, 1977): the best division known has four
    /// communities and modularity 0.4198.
    #[test]
    fn the_karate_club_falls_into_four() {
        let members: [&[usize]; 34] = [
            &[1, 2, 3, 4, 5, 6, 7, 8, 10, 11, 12, 13, 17, 19, 21, 31],
            &[2, 3, 7, 13, 17, 19, 21, 30],
            &[3, 7, 8, 9, 13, 27, 28, 32],
            &[7, 12, 13],
            &[6, 10],
            &[6, 10, 16],
            &[16],
            &[],
            &[30, 32, 33],
            &[33],
            &[],
            &[],
            &[],
            &[33],
            &[32, 33],
            &[32, 33],
            &[],
            &[],
            &[32, 33],
            &[33],
            &[32, 33],
            &[],
            &[32, 33],
            &[25, 27, 29, 32, 33],
            &[25, 27, 31],
            &[31],
            &[29, 33],
            &[33],
            &[31, 33],
            &[32, 33],
            &[32, 33],
            &[32, 33],
            &[33],
            &[],
        ];
        let edges: Vec<(usize, usize, f64)> =
            members.iter().enumerate().flat_map(|(a, with)| with.iter().map(move |b| (a, *b, 1.0))).collect();
        assert_eq!(edges.len(), 78);
        let found = communities(34, &edges);
        let modularity = modularity(&found, &edges);
        assert!(modularity > 0.40, "{modularity} with {found:?}");
        assert_ne!(found[0], found[33], "the two who fell out");
    }

    fn modularity(groups: &[usize], edges: &[(usize, usize, f64)]) -> f64 {
        let total: f64 = edges.iter().map(|(_, _, w)| w).sum();
        let count = groups.iter().max().map_or(0, |last| last + 1);
        let (mut inside, mut ends) = (vec![0.0; count], vec![0.0; count]);
        for (a, b, w) in edges {
            ends[groups[*a]] += w;
            ends[groups[*b]] += w;
            if groups[*a] == groups[*b] {
                inside[groups[*a]] += w;
            }
        }
        inside.iter().zip(ends).map(|(inside, ends)| inside / total - (ends / (2.0 * total)).powi(2)).sum()
    }

    proptest! {
        #[test]
        fn no_division_is_worse_than_none_and_pieces_hang_together(
            edges in prop::collection::vec((0_usize..30, 0_usize..30, 0.1_f64..1.0), 1..120),
        ) {
            let edges: Vec<_> = edges.into_iter().filter(|(a, b, _)| a != b).collect();
            prop_assume!(!edges.is_empty());
            let found = communities(30, &edges);
            prop_assert!(modularity(&found, &edges) >= -1e-9);
            prop_assert_eq!(&numbered(&in_pieces(&found, &edges)), &found);
        }
    }
}
