//! Which of tonight's themes is which of last night's.

use std::collections::{BTreeSet, HashSet};

use moodline_store::KnownTheme;
use moodline_types::{Embedding, MentionId, ThemeId};

/// Share of the smaller theme's mentions that have to be in both for them to be the same theme.
const SHARED_FROM: f64 = 0.25;

/// Mentions that have to be in both.
const LEAST_SHARED: usize = 2;

/// Cosine of the centres from which a theme that nobody spoke of for a while is back.
const BACK_FROM: f32 = 0.9;

/// A theme as it was, with the mentions of it that are still there.
#[derive(Debug)]
pub(crate) struct Before<'a> {
    pub(crate) theme: &'a KnownTheme,
    pub(crate) mentions: HashSet<MentionId>,
}

/// A theme as it was found tonight.
#[derive(Debug)]
pub(crate) struct Found {
    pub(crate) centre: Embedding,
    pub(crate) terms: Vec<String>,
    pub(crate) mentions: HashSet<MentionId>,
}

/// The id of each theme found, where it is one that is known; all of one kind at one touchpoint.
///
/// The pair that shares most mentions comes first, so of a theme that split the larger part keeps the id, and of themes
/// that became one the largest. A theme without mentions that are still there is known by its centre and a term.
pub(crate) fn identify(before: &[Before<'_>], found: &[Found]) -> Vec<Option<ThemeId>> {
    let mut pairs: Vec<(usize, usize, usize)> = Vec::new();
    for (old, was) in before.iter().enumerate() {
        for (new, is) in found.iter().enumerate() {
            let shared = was.mentions.intersection(&is.mentions).count();
            let smaller = was.mentions.len().min(is.mentions.len()).max(1);
            if shared >= LEAST_SHARED && shared as f64 >= SHARED_FROM * smaller as f64 {
                pairs.push((shared, old, new));
            }
        }
    }
    pairs.sort_by_key(|(shared, old, new)| (std::cmp::Reverse(*shared), *old, *new));
    let mut ids = vec![None; found.len()];
    let mut taken = BTreeSet::new();
    for (_, old, new) in pairs {
        if ids[new].is_none() && taken.insert(old) {
            ids[new] = Some(before[old].theme.id);
        }
    }
    let mut back: Vec<(f32, usize, usize)> = Vec::new();
    for (old, was) in before.iter().enumerate().filter(|(old, was)| !taken.contains(old) && was.mentions.is_empty()) {
        for (new, is) in found.iter().enumerate().filter(|(new, _)| ids[*new].is_none()) {
            let cosine = was.theme.centre.cosine(&is.centre);
            if cosine >= BACK_FROM && is.terms.iter().any(|term| was.theme.terms.contains(term)) {
                back.push((cosine, old, new));
            }
        }
    }
    back.sort_by(|a, b| b.0.total_cmp(&a.0).then((a.1, a.2).cmp(&(b.1, b.2))));
    for (_, old, new) in back {
        if ids[new].is_none() && taken.insert(old) {
            ids[new] = Some(before[old].theme.id);
        }
    }
    ids
}

#[cfg(test)]
mod tests {
    use moodline_types::ThemeKind;

    use super::*;

    fn known(id: i64, direction: usize, term: &str) -> KnownTheme {
        KnownTheme {
            id: ThemeId(id),
            kind: ThemeKind::Complaint,
            terms: vec![term.to_owned()],
            centre: axis(direction),
        }
    }

    fn axis(direction: usize) -> Embedding {
        let mut values = [0.0; 4];
        values[direction] = 1.0;
        Embedding::from_f32(&values)
    }

    fn mentions(ids: std::ops::Range<i64>) -> HashSet<MentionId> {
        ids.map(MentionId).collect()
    }

    fn found(direction: usize, term: &str, ids: std::ops::Range<i64>) -> Found {
        Found { centre: axis(direction), terms: vec![term.to_owned()], mentions: mentions(ids) }
    }

    #[test]
    fn new_mentions_do_not_change_who_a_theme_is() {
        let (slow, rude) = (known(1, 0, "slow"), known(2, 1, "rude"));
        let before =
            [Before { theme: &slow, mentions: mentions(0..40) }, Before { theme: &rude, mentions: mentions(40..60) }];
        let now = [found(1, "rude", 40..66), found(0, "slow", 2..44)];
        assert_eq!(identify(&before, &now), [Some(ThemeId(2)), Some(ThemeId(1))]);
    }

    #[test]
    fn of_a_theme_that_splits_the_larger_part_keeps_the_id() {
        let slow = known(1, 0, "slow");
        let before = [Before { theme: &slow, mentions: mentions(0..30) }];
        assert_eq!(identify(&before, &[found(0, "slow", 0..10), found(0, "late", 10..30)]), [None, Some(ThemeId(1))]);
    }

    #[test]
    fn of_themes_that_become_one_the_largest_stays() {
        let (slow, late) = (known(1, 0, "slow"), known(2, 0, "late"));
        let before =
            [Before { theme: &slow, mentions: mentions(0..8) }, Before { theme: &late, mentions: mentions(8..30) }];
        assert_eq!(identify(&before, &[found(0, "late", 0..30)]), [Some(ThemeId(2))]);
    }

    #[test]
    fn a_theme_comes_back_under_its_own_id() {
        let slow = known(1, 0, "slow");
        let before = [Before { theme: &slow, mentions: HashSet::new() }];
        assert_eq!(identify(&before, &[found(0, "slow", 90..99)]), [Some(ThemeId(1))]);
        assert_eq!(identify(&before, &[found(1, "slow", 90..99)]), [None], "elsewhere");
        assert_eq!(identify(&before, &[found(0, "rude", 90..99)]), [None], "about something else");
    }

    #[test]
    fn a_chance_mention_makes_no_identity() {
        let slow = known(1, 0, "slow");
        let before = [Before { theme: &slow, mentions: mentions(0..30) }];
        assert_eq!(identify(&before, &[found(1, "rude", 29..60)]), [None]);
    }
}
