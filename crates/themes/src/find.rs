//! From the opinions at one touchpoint to its themes: pure, no I/O.

use std::collections::{HashMap, HashSet};

use moodline_store::{KnownTheme, ThemeOpinion, ThemeVoice};
use moodline_types::{Embedding, MentionId, OpinionId, ThemeId, ThemeKind};

use crate::{
    ThemesConfig,
    grouping::{Group, Item, group},
    identity::{Before, Found, identify},
    kind::kind,
    quotes::quotes,
    terms::terms,
    words::{Cutter, Word},
};

/// A theme found at a touchpoint.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct FoundTheme {
    pub(crate) id: Option<ThemeId>,
    pub(crate) kind: ThemeKind,
    pub(crate) terms: Vec<String>,
    pub(crate) centre: Embedding,
    pub(crate) quotes: Vec<OpinionId>,
}

/// An opinion that is of some kind, by its place, and the theme it is in, by its place, with its likeness to it.
pub(crate) type Belonging = (usize, ThemeKind, Option<(usize, f32)>);

/// What was known of a touchpoint.
#[derive(Debug, Default)]
pub(crate) struct Past {
    pub(crate) themes: Vec<KnownTheme>,
    pub(crate) voices: Vec<ThemeVoice>,
}

/// The themes of a touchpoint, kind by kind, and where every opinion of a kind belongs.
pub(crate) fn find(
    opinions: &[ThemeOpinion],
    past: &Past,
    cutter: &mut Cutter,
    config: &ThemesConfig,
) -> (Vec<FoundTheme>, Vec<Belonging>) {
    let mut themes = Vec::new();
    let mut belongings = Vec::new();
    let mut by_kind: HashMap<ThemeKind, Vec<usize>> = HashMap::new();
    for (place, opinion) in opinions.iter().enumerate() {
        if let Some(kind) = kind(opinion) {
            by_kind.entry(kind).or_default().push(place);
        }
    }
    for kind in ThemeKind::ALL {
        let Some(places) = by_kind.get(kind) else { continue };
        let own: Vec<&ThemeOpinion> = places.iter().map(|place| &opinions[*place]).collect();
        let words: Vec<Vec<Word>> =
            own.iter().map(|opinion| cutter.words(&opinion.evidence, opinion.language.as_deref())).collect();
        let mut groups = group(&items(&own, &words), config.min_opinions as usize);
        groups.truncate(config.max_themes as usize);
        let found = named(*kind, &own, &words, &groups, past, config);
        let mut theme_of: HashMap<usize, (usize, f32)> = HashMap::new();
        for (number, group) in groups.iter().enumerate() {
            theme_of.extend(group.members.iter().map(|(member, like)| (*member, (themes.len() + number, *like))));
        }
        let belonging = |(member, place): (usize, &usize)| (*place, *kind, theme_of.get(&member).copied());
        belongings.extend(places.iter().enumerate().map(belonging));
        themes.extend(found);
    }
    belongings.sort_by_key(|(place, ..)| *place);
    (themes, belongings)
}

/// What grouping looks at. Words are numbered in the order they are met.
pub(crate) fn items<'a>(opinions: &[&'a ThemeOpinion], words: &[Vec<Word>]) -> Vec<Item<'a>> {
    let mut numbers: HashMap<&str, u32> = HashMap::new();
    let mut items = Vec::with_capacity(opinions.len());
    for (opinion, words) in opinions.iter().zip(words) {
        let mut own = Vec::new();
        for word in words {
            let next = numbers.len() as u32;
            let number = *numbers.entry(&word.stem).or_insert(next);
            if !own.contains(&number) {
                own.push(number);
            }
        }
        items.push(Item { embedding: &opinion.embedding, words: own });
    }
    items
}

/// The groups of one kind as themes: with terms, quotes and, where they are known, their ids.
fn named(
    kind: ThemeKind,
    opinions: &[&ThemeOpinion],
    words: &[Vec<Word>],
    groups: &[Group],
    past: &Past,
    config: &ThemesConfig,
) -> Vec<FoundTheme> {
    let members: Vec<Vec<usize>> =
        groups.iter().map(|group| group.members.iter().map(|(member, _)| *member).collect()).collect();
    let found: Vec<Found> = members
        .iter()
        .zip(terms(words, &members))
        .map(|(members, terms)| Found {
            centre: centre(members.iter().map(|member| &opinions[*member].embedding)),
            terms,
            mentions: members.iter().map(|member| opinions[*member].mention).collect(),
        })
        .collect();
    let known = past.themes.iter().filter(|theme| theme.kind == kind);
    let before: Vec<Before<'_>> = known.map(|theme| Before { theme, mentions: mentions_of(past, theme.id) }).collect();
    let ids = identify(&before, &found);
    let theme = |((found, group), id): ((Found, &Group), Option<ThemeId>)| {
        let quotes = quotes(opinions, words, group, &found.terms, config.quotes as usize);
        FoundTheme { id, kind, terms: found.terms, centre: found.centre, quotes }
    };
    found.into_iter().zip(groups).zip(ids).map(theme).collect()
}

fn mentions_of(past: &Past, theme: ThemeId) -> HashSet<MentionId> {
    past.voices.iter().filter(|voice| voice.theme == Some(theme)).map(|voice| voice.mention).collect()
}

/// The mean of unit vectors.
pub(crate) fn centre<'e>(embeddings: impl Iterator<Item = &'e Embedding>) -> Embedding {
    let mut sum: Vec<f32> = Vec::new();
    for embedding in embeddings {
        let values: Vec<f32> = embedding.values().iter().map(|value| f32::from(*value)).collect();
        let length = values.iter().map(|value| value * value).sum::<f32>().sqrt().max(f32::MIN_POSITIVE);
        sum.resize(values.len().max(sum.len()), 0.0);
        for (sum, value) in sum.iter_mut().zip(values) {
            *sum += value / length;
        }
    }
    Embedding::from_f32(&sum)
}
