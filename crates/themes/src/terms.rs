//! The words a theme is known by.

use std::collections::{HashMap, HashSet};

use crate::words::{Word, is_unspaced};

/// Terms of one theme.
const TERMS: usize = 5;

/// Opinions that have to use a term, so that one person's name for a thing is none.
const LEAST_USES: usize = 2;

/// A word or two neighbouring ones.
type Term = (String, Option<String>);

/// The ways a term is written that are worth knowing.
const WAYS: usize = 4;

/// A term as a group of texts writes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Wording {
    /// As all texts together write it most often.
    pub(crate) shown: String,
    /// As more than one text of the group does, the most frequent first.
    pub(crate) ways: Vec<String>,
}

/// The terms of each group of texts, the most telling first: frequent in it and rare in the rest (class-based TF-IDF in
/// the form of a Kullback–Leibler divergence: share inside × ln(share inside / share outside)).
///
/// `texts` are the words of every text, `groups` places among them. A word that is part of a better term is not repeated.
pub(crate) fn terms(texts: &[Vec<Word>], groups: &[Vec<usize>]) -> Vec<Vec<String>> {
    let forms = Forms::new(texts);
    let shown = |terms: Vec<Term>| terms.iter().map(|term| forms.shown(term)).collect();
    distinctive(texts, groups, TERMS).into_iter().map(shown).collect()
}

/// The same terms, at most `most` of each group, with the ways they are written there.
pub(crate) fn wordings(texts: &[Vec<Word>], groups: &[Vec<usize>], most: usize) -> Vec<Vec<Wording>> {
    let forms = Forms::new(texts);
    let wording =
        |group: &Vec<usize>, term: Term| Wording { ways: ways(texts, group, &term), shown: forms.shown(&term) };
    let of_group = |(terms, group): (Vec<Term>, &Vec<usize>)| {
        terms.into_iter().map(|term| wording(group, term)).collect::<Vec<_>>()
    };
    distinctive(texts, groups, most).into_iter().zip(groups).map(of_group).collect()
}

fn distinctive(texts: &[Vec<Word>], groups: &[Vec<usize>], most: usize) -> Vec<Vec<Term>> {
    let used: Vec<HashSet<Term>> = texts.iter().map(|words| of_text(words)).collect();
    let mut everywhere: HashMap<&Term, usize> = HashMap::new();
    for term in used.iter().flatten() {
        *everywhere.entry(term).or_default() += 1;
    }
    let label = |group: &Vec<usize>| {
        let mut inside: HashMap<&Term, usize> = HashMap::new();
        for term in group.iter().flat_map(|place| &used[*place]) {
            *inside.entry(term).or_default() += 1;
        }
        let outside = texts.len() - group.len();
        let mut scored: Vec<(f64, &Term)> = inside
            .into_iter()
            .filter(|(_, uses)| *uses >= LEAST_USES)
            .map(|(term, uses)| {
                let share = uses as f64 / group.len() as f64;
                // Half an opinion more on both sides keeps a term that only this theme uses finite.
                let elsewhere = (everywhere[term] - uses) as f64 + 0.5;
                let ratio = (share + 0.5 / texts.len() as f64) / (elsewhere / (outside as f64 + 1.0));
                (share * ratio.ln() * telling(term), term)
            })
            .filter(|(score, _)| *score > 0.0)
            .collect();
        scored.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(b.1)));
        chosen(&scored, most).into_iter().cloned().collect()
    };
    groups.iter().map(label).collect()
}

/// How the texts of a group write a term.
fn ways(texts: &[Vec<Word>], group: &[usize], (first, second): &Term) -> Vec<String> {
    let mut counts: HashMap<String, usize> = HashMap::new();
    for words in group.iter().map(|place| &texts[*place]) {
        let own: HashSet<String> = match second {
            None => words.iter().filter(|word| word.stem == *first).map(|word| word.form.clone()).collect(),
            Some(second) => words
                .windows(2)
                .filter(|pair| pair[1].place == pair[0].place + 1)
                .filter(|pair| pair[0].stem == *first && pair[1].stem == *second)
                .map(|pair| joined(&pair[0].form, &pair[1].form))
                .collect(),
        };
        for way in own {
            *counts.entry(way).or_default() += 1;
        }
    }
    let mut ways: Vec<(usize, String)> =
        counts.into_iter().filter(|(_, uses)| *uses >= LEAST_USES).map(|(way, uses)| (uses, way)).collect();
    ways.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
    ways.truncate(WAYS);
    ways.into_iter().map(|(_, way)| way).collect()
}

/// Two neighbouring words as they are written.
fn joined(first: &str, second: &str) -> String {
    let apart = !(first.ends_with(is_unspaced) && second.starts_with(is_unspaced));
    if apart { format!("{first} {second}") } else { format!("{first}{second}") }
}

/// A single Chinese character is a verb that much is done with more often than a name: 送, 订, 吃.
fn telling((first, second): &Term) -> f64 {
    if second.is_none() && first.chars().count() == 1 { 0.4 } else { 1.0 }
}

/// The best terms. A pair takes the place of its words where it scores nearly as well as the better of them; what is
/// left of them then says nothing new.
fn chosen<'t>(scored: &[(f64, &'t Term)], most: usize) -> Vec<&'t Term> {
    let mut chosen: Vec<&Term> = Vec::new();
    for (score, term) in scored {
        if chosen.len() == most {
            break;
        }
        let covered = |known: &&Term| shares_a_word(known, term);
        if chosen.iter().any(covered) {
            continue;
        }
        // The pair that this word is the better half of.
        let pair = scored
            .iter()
            .find(|(other, pair)| pair.1.is_some() && shares_a_word(pair, term) && *other >= 0.6 * score)
            .filter(|(_, pair)| !chosen.iter().any(|known| shares_a_word(known, pair)));
        chosen.push(pair.map_or(*term, |(_, pair)| *pair));
    }
    chosen
}

fn shares_a_word(a: &Term, b: &Term) -> bool {
    let has = |term: &Term, word: &String| term.0 == *word || term.1.as_ref() == Some(word);
    has(a, &b.0) || b.1.as_ref().is_some_and(|second| has(a, second))
}

fn of_text(words: &[Word]) -> HashSet<Term> {
    let single = words.iter().map(|word| (word.stem.clone(), None));
    let pairs = words
        .windows(2)
        .filter(|pair| pair[1].place == pair[0].place + 1 && pair[0].stem != pair[1].stem)
        .map(|pair| (pair[0].stem.clone(), Some(pair[1].stem.clone())));
    single.chain(pairs).collect()
}

/// How stems are written most often.
struct Forms<'a>(HashMap<&'a str, &'a str>);

impl<'a> Forms<'a> {
    fn new(texts: &'a [Vec<Word>]) -> Self {
        let mut counts: HashMap<&str, HashMap<&str, usize>> = HashMap::new();
        for word in texts.iter().flatten() {
            *counts.entry(&word.stem).or_default().entry(&word.form).or_default() += 1;
        }
        let most = |(stem, forms): (&'a str, HashMap<&'a str, usize>)| {
            let form = forms.into_iter().max_by(|a, b| a.1.cmp(&b.1).then(b.0.cmp(a.0)))?.0;
            Some((stem, form))
        };
        Self(counts.into_iter().filter_map(most).collect())
    }

    fn shown(&self, (first, second): &Term) -> String {
        let form = |stem: &String| self.0.get(stem.as_str()).copied().unwrap_or(stem).to_owned();
        let Some(second) = second else { return form(first) };
        joined(&form(first), &form(second))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::Cutter;

    #[test]
    fn a_theme_is_known_by_what_others_do_not_say() {
        let texts = [
            ["customer service never answers", "worst customer service", "customer service hung up on me"],
            ["my flight was late", "late again, my flight", "late flight and no word"],
        ]
        .concat();
        let mut cutter = Cutter::default();
        let words: Vec<Vec<Word>> = texts.iter().map(|text| cutter.words(text, Some("en"))).collect();
        let found = terms(&words, &[vec![0, 1, 2], vec![3, 4, 5]]);
        assert_eq!(found[0].first().map(String::as_str), Some("customer service"));
        assert!(found[1].contains(&"late".to_owned()) && found[1].contains(&"flight".to_owned()), "{found:?}");
    }

    #[test]
    fn a_term_is_known_in_every_way_it_is_written() {
        let texts = ["it crashes daily", "it crashed", "crashes again", "crashed on start", "so nice", "so cheap"];
        let mut cutter = Cutter::default();
        let words: Vec<Vec<Word>> = texts.iter().map(|text| cutter.words(text, Some("en"))).collect();
        let found = wordings(&words, &[vec![0, 1, 2, 3]], 1);
        assert_eq!(found[0][0].ways, ["crashed", "crashes"]);
    }

    #[test]
    fn chinese_terms_are_whole_words() {
        let texts = ["送餐速度太慢", "送餐速度太差", "送餐速度一般", "餐具没有给", "没给餐具", "筷子餐具都忘了"];
        let mut cutter = Cutter::default();
        let words: Vec<Vec<Word>> = texts.iter().map(|text| cutter.words(text, Some("zh-Hans"))).collect();
        let found = terms(&words, &[vec![0, 1, 2], vec![3, 4, 5]]);
        assert_eq!(found[0].first().map(String::as_str), Some("送餐速度"));
        assert_eq!(found[1].first().map(String::as_str), Some("餐具"));
    }
}
