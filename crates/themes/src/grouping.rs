//! Opinions that say the same thing, found by their vectors and their words together.
//!
//! An opinion's vector was made to tell touchpoints apart, so at one touchpoint all vectors lie close together and
//! differ in little more than tone. What they have in common is taken out, and the words they share count as much as what
//! is left. On the graph of nearest neighbours, communities are the themes: unlike clusters by a distance, they need no
//! threshold that fits both a touchpoint where everybody says the same and one where nobody does.

use std::collections::HashMap;

use moodline_statistics::communities;
use moodline_types::Embedding;

/// How much shared words count beside the vectors, 0 to 1.
const WORDS: f32 = 0.5;

/// How much of what all vectors have in common is taken out, 0 to 1. All of it would make an opinion that is like
/// everything into one that is like nothing.
const CENTRED: f32 = 0.8;

/// Nearest neighbours that an opinion is tied to.
const NEIGHBOURS: usize = 12;

/// Likeness from which two opinions are tied at all.
const TIED_FROM: f32 = 0.2;

/// Weight of a tie that only one of the two would choose.
const ONE_SIDED: f64 = 0.5;

/// Likeness between two themes, as a share of that inside the looser one, from which they are one.
const ONE_FROM: f32 = 0.7;

/// Share of all opinions that themes made one may hold: a loose theme is like everything.
const MOST_OF_ALL: f32 = 0.35;

/// Likeness to its theme, as a share of the theme's median, below which an opinion is only loosely of it and left out.
const LOOSE_BELOW: f32 = 0.5;

/// An opinion to be grouped.
#[derive(Debug, Clone)]
pub(crate) struct Item<'a> {
    /// Where it lies.
    pub(crate) embedding: &'a Embedding,
    /// Its words by number, each once.
    pub(crate) words: Vec<u32>,
}

/// Opinions that say the same.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Group {
    /// Places among the items with the likeness to the rest of the group, the most central first.
    pub(crate) members: Vec<(usize, f32)>,
}

/// Groups of at least `least` items, the largest first. Items without words belong to none.
pub(crate) fn group(items: &[Item<'_>], least: usize) -> Vec<Group> {
    let spoken: Vec<usize> = (0..items.len()).filter(|place| !items[*place].words.is_empty()).collect();
    if spoken.len() < least.max(2) {
        return Vec::new();
    }
    let space = Space::new(&spoken.iter().map(|place| &items[*place]).collect::<Vec<_>>());
    let found = communities(spoken.len(), &space.ties());
    let mut parts: Vec<Vec<usize>> = vec![Vec::new(); found.iter().max().map_or(0, |last| last + 1)];
    for (place, community) in found.into_iter().enumerate() {
        parts[community].push(place);
    }
    parts.retain(|part| part.len() >= least);
    let mut groups: Vec<Group> = space
        .joined(parts)
        .into_iter()
        .map(|part| Group {
            members: space.core(&part).into_iter().map(|(place, like)| (spoken[place], like)).collect(),
        })
        .filter(|group| group.members.len() >= least)
        .collect();
    groups.sort_by_key(|group| (std::cmp::Reverse(group.members.len()), group.members.first().map(|member| member.0)));
    groups
}

/// Items as points: what is left of their vectors, and their words weighed by rarity.
struct Space {
    dimensions: usize,
    /// Centred vectors as integers, row after row: products of two bytes add up without rounding.
    vectors: Vec<i16>,
    /// 1 / length of each.
    scales: Vec<f32>,
    /// Words with weights, of length 1 together.
    words: Vec<Vec<(u32, f32)>>,
    /// Items that hold a word.
    holders: HashMap<u32, Vec<(usize, f32)>>,
}

impl Space {
    fn new(items: &[&Item<'_>]) -> Self {
        let (dimensions, vectors, scales) = centred(items);
        let mut frequency: HashMap<u32, usize> = HashMap::new();
        for word in items.iter().flat_map(|item| &item.words) {
            *frequency.entry(*word).or_default() += 1;
        }
        let count = items.len() as f32;
        let weigh = |item: &&Item<'_>| {
            // A word that nobody else uses ties to nobody; it would only make the others weigh less.
            let shared = item.words.iter().filter(|word| frequency[word] > 1);
            let mut words: Vec<(u32, f32)> =
                shared.map(|word| (*word, (count / frequency[word] as f32).ln().max(0.1))).collect();
            let length = words.iter().map(|(_, weight)| weight * weight).sum::<f32>().sqrt();
            for (_, weight) in &mut words {
                *weight /= length;
            }
            words
        };
        let words: Vec<Vec<(u32, f32)>> = items.iter().map(weigh).collect();
        let mut holders: HashMap<u32, Vec<(usize, f32)>> = HashMap::new();
        for (place, words) in words.iter().enumerate() {
            for (word, weight) in words {
                holders.entry(*word).or_default().push((place, *weight));
            }
        }
        Self { dimensions, vectors, scales, words, holders }
    }

    fn vector(&self, place: usize) -> &[i16] {
        &self.vectors[place * self.dimensions..(place + 1) * self.dimensions]
    }

    /// Likeness of one item to every other, −1 to 1.
    fn likeness(&self, place: usize) -> Vec<f32> {
        let own = self.vector(place);
        let factor = (1.0 - WORDS) * self.scales[place];
        let mut like: Vec<f32> = (0..self.scales.len())
            .map(|other| dot(own, self.vector(other)) as f32 * self.scales[other] * factor)
            .collect();
        for (word, weight) in &self.words[place] {
            for (other, theirs) in &self.holders[word] {
                like[*other] += WORDS * weight * theirs;
            }
        }
        like
    }

    /// Ties to the nearest neighbours: the nearer the heavier, heavier still where both choose each other.
    fn ties(&self) -> Vec<(usize, usize, f64)> {
        let count = self.scales.len();
        let mut chosen: HashMap<(usize, usize), (f32, u8)> = HashMap::new();
        for place in 0..count {
            let like = self.likeness(place);
            let mut near: Vec<usize> =
                (0..count).filter(|other| *other != place && like[*other] >= TIED_FROM).collect();
            let nearer = |a: &usize, b: &usize| like[*b].total_cmp(&like[*a]).then(a.cmp(b));
            if near.len() > NEIGHBOURS {
                near.select_nth_unstable_by(NEIGHBOURS, nearer);
                near.truncate(NEIGHBOURS);
            }
            for other in near {
                chosen.entry((place.min(other), place.max(other))).or_insert((like[other], 0)).1 += 1;
            }
        }
        let mut ties: Vec<(usize, usize, f64)> = chosen
            .into_iter()
            .map(|((a, b), (like, times))| (a, b, f64::from(like) * if times > 1 { 1.0 } else { ONE_SIDED }))
            .collect();
        ties.sort_by_key(|tie| (tie.0, tie.1));
        ties
    }

    /// Joins groups that are hardly less like each other than each is in itself, the most alike first.
    fn joined(&self, parts: Vec<Vec<usize>>) -> Vec<Vec<usize>> {
        let mut sums: Vec<(Sum, Vec<usize>)> = parts.into_iter().map(|part| (self.sum(&part), part)).collect();
        loop {
            let mut best: Option<(f32, usize, usize)> = None;
            for b in 1..sums.len() {
                for a in 0..b {
                    let inside = sums[a].0.inside().min(sums[b].0.inside());
                    let alike = sums[a].0.between(&sums[b].0) / inside.max(f32::MIN_POSITIVE);
                    let held = (sums[a].0.count + sums[b].0.count) / self.scales.len() as f32;
                    if alike >= ONE_FROM && held <= MOST_OF_ALL && best.is_none_or(|(most, _, _)| alike > most) {
                        best = Some((alike, a, b));
                    }
                }
            }
            let Some((_, a, b)) = best else { break };
            let (_, part) = sums.remove(b);
            sums[a].1.extend(part);
            sums[a].1.sort_unstable();
            sums[a].0 = self.sum(&sums[a].1);
        }
        sums.into_iter().map(|(_, part)| part).collect()
    }

    /// The members that are firmly of their group, the most central first.
    fn core(&self, part: &[usize]) -> Vec<(usize, f32)> {
        let sum = self.sum(part);
        let mut members: Vec<(usize, f32)> = part.iter().map(|place| (*place, self.to_rest(*place, &sum))).collect();
        members.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        let median = members.get(members.len() / 2).map_or(0.0, |member| member.1);
        members.retain(|(_, like)| *like >= LOOSE_BELOW * median);
        for (_, like) in &mut members {
            *like = like.clamp(0.0, 1.0);
        }
        members
    }

    fn sum(&self, part: &[usize]) -> Sum {
        let mut vector = vec![0.0; self.dimensions];
        let mut words: HashMap<u32, f32> = HashMap::new();
        for place in part {
            for (sum, value) in vector.iter_mut().zip(self.vector(*place)) {
                *sum += f32::from(*value) * self.scales[*place];
            }
            for (word, weight) in &self.words[*place] {
                *words.entry(*word).or_default() += weight;
            }
        }
        let bare = part.iter().filter(|place| self.words[**place].is_empty()).count();
        Sum { count: part.len() as f32, bare: bare as f32, vector, words }
    }

    /// Mean likeness of a member to the others of its group.
    fn to_rest(&self, place: usize, sum: &Sum) -> f32 {
        let vector: f32 = self.vector(place).iter().zip(&sum.vector).map(|(v, s)| f32::from(*v) * s).sum();
        let words: f32 = self.words[place].iter().map(|(word, weight)| weight * sum.words[word]).sum();
        let own = WORDS * f32::from(u8::from(!self.words[place].is_empty())) + (1.0 - WORDS);
        let all = (1.0 - WORDS) * vector * self.scales[place] + WORDS * words;
        if sum.count > 1.0 { (all - own) / (sum.count - 1.0) } else { 0.0 }
    }
}

/// A group as the sum of its members: mean likeness between all pairs follows from it alone.
struct Sum {
    count: f32,
    /// Members without words that others share.
    bare: f32,
    vector: Vec<f32>,
    words: HashMap<u32, f32>,
}

impl Sum {
    fn product(&self, other: &Self) -> f32 {
        let vector: f32 = self.vector.iter().zip(&other.vector).map(|(a, b)| a * b).sum();
        let mut shared: Vec<(u32, f32)> =
            self.words.iter().filter_map(|(word, a)| Some((*word, a * other.words.get(word)?))).collect();
        // In a fixed order, so that the last bit of the sum is the same in every run.
        shared.sort_unstable_by_key(|(word, _)| *word);
        (1.0 - WORDS) * vector + WORDS * shared.iter().map(|(_, product)| product).sum::<f32>()
    }

    /// Mean likeness of two different members.
    fn inside(&self) -> f32 {
        let own = self.count - WORDS * self.bare;
        if self.count > 1.0 { (self.product(self) - own) / (self.count * (self.count - 1.0)) } else { 1.0 }
    }

    /// Mean likeness of a member of one to a member of the other.
    fn between(&self, other: &Self) -> f32 {
        self.product(other) / (self.count * other.count)
    }
}

/// Vectors without most of their common part, as integers, with 1 / length each. Vectors of other dimensions than the
/// first are zero: they were made by another model.
fn centred(items: &[&Item<'_>]) -> (usize, Vec<i16>, Vec<f32>) {
    let dimensions = items.first().map_or(0, |item| item.embedding.dimensions());
    let unit = |item: &&Item<'_>| -> Vec<f32> {
        if item.embedding.dimensions() != dimensions {
            return vec![0.0; dimensions];
        }
        let values: Vec<f32> = item.embedding.values().iter().map(|value| f32::from(*value)).collect();
        let length = values.iter().map(|value| value * value).sum::<f32>().sqrt().max(f32::MIN_POSITIVE);
        values.into_iter().map(|value| value / length).collect()
    };
    let units: Vec<Vec<f32>> = items.iter().map(unit).collect();
    let mut mean = vec![0.0; dimensions];
    for unit in &units {
        for (sum, value) in mean.iter_mut().zip(unit) {
            *sum += value / units.len() as f32;
        }
    }
    let mut vectors = Vec::with_capacity(units.len() * dimensions);
    let mut scales = Vec::with_capacity(units.len());
    for unit in &units {
        let rest: Vec<f32> = unit.iter().zip(&mean).map(|(value, mean)| value - CENTRED * mean).collect();
        let rounded = Embedding::from_f32(&rest);
        let square: i32 = rounded.values().iter().map(|value| i32::from(*value) * i32::from(*value)).sum();
        scales.push(if square > 0 { 1.0 / (square as f32).sqrt() } else { 0.0 });
        vectors.extend(rounded.values().iter().map(|value| i16::from(*value)));
    }
    (dimensions, vectors, scales)
}

fn dot(a: &[i16], b: &[i16]) -> i32 {
    a.iter().zip(b).map(|(x, y)| i32::from(*x) * i32::from(*y)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Three directions and some noise that depends on the place.
    fn vector(direction: usize, place: usize) -> Embedding {
        let mut values = [0.1_f32; 8];
        values[direction] = 1.0;
        values[3 + place % 5] += 0.3;
        Embedding::from_f32(&values)
    }

    #[test]
    fn what_is_said_alike_comes_together_and_what_says_nothing_stays_out() {
        let vectors: Vec<Embedding> = (0..60).map(|place| vector(place % 3, place)).collect();
        let items: Vec<Item<'_>> = vectors
            .iter()
            .enumerate()
            .map(|(place, embedding)| {
                let words = if place == 59 { vec![] } else { vec![(place % 3) as u32, 10 + (place % 7) as u32] };
                Item { embedding, words }
            })
            .collect();
        let groups = group(&items, 4);
        assert_eq!(groups.len(), 3, "{groups:?}");
        for group in &groups {
            let first = group.members[0].0 % 3;
            assert!(group.members.iter().all(|(place, _)| place % 3 == first), "{group:?}");
            assert!(group.members.windows(2).all(|pair| pair[0].1 >= pair[1].1));
        }
        assert!(groups.iter().all(|group| group.members.iter().all(|(place, _)| *place != 59)));
        assert_eq!(group(&items, 4), groups, "the same in every run");
    }

    #[test]
    fn words_tell_apart_what_vectors_do_not() {
        let same = vector(0, 0);
        let items: Vec<Item<'_>> = (0..20).map(|place| Item { embedding: &same, words: vec![place % 2, 7] }).collect();
        let groups = group(&items, 4);
        assert_eq!(groups.len(), 2, "{groups:?}");
        assert!(groups.iter().all(|group| group.members.len() == 10));
    }

    #[test]
    fn too_few_are_no_theme() {
        let one = vector(0, 0);
        let items: Vec<Item<'_>> = (0..3).map(|_| Item { embedding: &one, words: vec![1] }).collect();
        assert_eq!(group(&items, 4), []);
        assert_eq!(group(&[], 4), []);
    }
}
