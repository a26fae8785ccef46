//! The opinions that stand for a theme.

use std::collections::HashSet;

use moodline_store::ThemeOpinion;
use moodline_types::{MentionId, OpinionId};

use crate::{
    grouping::Group,
    words::{Word, is_unspaced},
};

/// Weight of a quote, in words or half as many characters of scripts without spaces, from which it says enough.
const SAYS_ENOUGH: usize = 4;

/// Weight up to which it is read at a glance.
const AT_A_GLANCE: usize = 30;

/// What a quote outside these bounds is worth beside one inside.
const OUT_OF_BOUNDS: f32 = 0.7;

/// What each of the theme's terms in a quote adds to its worth.
const PER_TERM: f32 = 0.15;

/// The ids of up to `most` opinions: central, readable, with the theme's terms, no two of one mention or of the same
/// words.
pub(crate) fn quotes(
    opinions: &[&ThemeOpinion],
    words: &[Vec<Word>],
    group: &Group,
    terms: &[String],
    most: usize,
) -> Vec<OpinionId> {
    let mut worth: Vec<(f32, usize)> = group
        .members
        .iter()
        .map(|(member, like)| {
            (like.max(0.01) * readable(&opinions[*member].evidence) * named(&words[*member], terms), *member)
        })
        .collect();
    worth.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    let mut mentions: HashSet<MentionId> = HashSet::new();
    let mut said: HashSet<Vec<&str>> = HashSet::new();
    let mut chosen = Vec::new();
    for (_, member) in worth {
        let stems: Vec<&str> = words[member].iter().map(|word| word.stem.as_str()).collect();
        if chosen.len() < most && !mentions.contains(&opinions[member].mention) && said.insert(stems) {
            mentions.insert(opinions[member].mention);
            chosen.push(opinions[member].opinion);
        }
    }
    chosen
}

fn readable(text: &str) -> f32 {
    let unspaced = text.chars().filter(|c| is_unspaced(*c)).count();
    let weight = unspaced / 2 + text.split_whitespace().filter(|word| !word.starts_with(is_unspaced)).count();
    if (SAYS_ENOUGH..=AT_A_GLANCE).contains(&weight) { 1.0 } else { OUT_OF_BOUNDS }
}

/// More for every term that the opinion uses.
fn named(words: &[Word], terms: &[String]) -> f32 {
    let uses = |term: &&String| words.iter().any(|word| term.contains(&word.form));
    1.0 + PER_TERM * terms.iter().filter(uses).count() as f32
}
