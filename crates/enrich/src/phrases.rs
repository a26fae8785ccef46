//! Phrases that the model misreads: names and terms of a trade, such as a game mode called "War Zone".
//!
//! The model is given other words in their place, so that the rest of the sentence decides: "War Zone is great fun" is
//! praise, "War Zone won't load" is not. Spans and evidence stay those of the text as it was written.

use moodline_keywords::{KeywordIndex, fold_keyword};
use moodline_model::Verdict;
use moodline_store::PhraseStore;
use moodline_types::{Clock, JudgedOpinion, MentionId, PhraseRule};
use tracing::info;

use crate::{EnrichConfig, EnrichError};

/// What the model reads for a name in writing with spaces. Of nine stand-ins tried, the one that leaves most plain sentences
/// neutral and takes least from praise and blame (docs/opinions.md).
const NAME: &str = "Alpha";
/// The same in writing without spaces.
const UNSPACED_NAME: &str = "X";

/// Characters of the longest phrase, and of the longest words in its place.
const LONGEST: usize = 100;

/// Texts looked at together after a change.
const PAGE: u32 = 5000;

/// Phrases with what the model reads in their place.
#[derive(Debug)]
pub struct Phrases {
    /// By phrase.
    rules: Vec<PhraseRule>,
    index: KeywordIndex<usize>,
}

/// A text as the model reads it.
#[derive(Debug, PartialEq, Eq)]
struct Reading {
    text: String,
    /// What was replaced, in order: its characters in the text as written, and in the text as read.
    replaced: Vec<[(usize, usize); 2]>,
}

impl Default for Phrases {
    fn default() -> Self {
        Self::new(Vec::new())
    }
}

impl Phrases {
    /// Those of the settings.
    pub fn of(config: &EnrichConfig) -> Self {
        let neutral = config.neutral_phrases.iter().map(|phrase| (phrase, stand_in(phrase)));
        let rules = neutral.chain(config.read_as.iter().map(|(phrase, words)| (phrase, words.as_str())));
        Self::new(
            rules
                .map(|(phrase, words)| PhraseRule {
                    phrase: phrase.trim().to_owned(),
                    read_as: words.trim().to_owned(),
                })
                .collect(),
        )
    }

    /// Those that opinions were judged with.
    pub fn new(mut rules: Vec<PhraseRule>) -> Self {
        rules.sort();
        let index = KeywordIndex::new(rules.iter().enumerate().map(|(number, rule)| (number, rule.phrase.as_str())));
        Self { rules, index }
    }

    /// The rules, by phrase.
    pub fn rules(&self) -> &[PhraseRule] {
        &self.rules
    }

    /// The rules whose phrases are replaced in `text`, in order, each with the characters of the phrase.
    pub fn found(&self, text: &str) -> Vec<(&PhraseRule, usize, usize)> {
        let mut found: Vec<(&PhraseRule, usize, usize)> = Vec::new();
        // The longest first: a phrase inside or across a longer one is none.
        for place in self.index.find(text) {
            if found.iter().all(|(_, start, end)| place.end <= *start || *end <= place.start) {
                found.push((&self.rules[*place.owner], place.start, place.end));
            }
        }
        found.sort_by_key(|(_, start, _)| *start);
        found
    }

    /// What the model reads instead of `text`; `None` where that is the text itself.
    fn reading(&self, text: &str) -> Option<Reading> {
        let found = self.found(text);
        if found.is_empty() {
            return None;
        }
        let chars: Vec<char> = text.chars().collect();
        let mut read: Vec<char> = Vec::with_capacity(chars.len());
        let mut replaced = Vec::with_capacity(found.len());
        let mut at = 0;
        for (rule, start, end) in found {
            read.extend(&chars[at..start]);
            let begin = read.len();
            read.extend(rule.read_as.chars());
            replaced.push([(start, end), (begin, read.len())]);
            at = end;
        }
        read.extend(&chars[at..]);
        Some(Reading { text: read.into_iter().collect(), replaced })
    }

    /// Judges texts by `classify`, which gets each with its phrases replaced.
    pub(crate) fn judged<E>(
        &self,
        texts: &[(String, Option<String>)],
        classify: impl FnOnce(&[&str]) -> Result<Vec<Verdict>, E>,
    ) -> Result<Vec<Verdict>, E> {
        let readings: Vec<Option<Reading>> = texts.iter().map(|(text, _)| self.reading(text)).collect();
        let read: Vec<&str> = texts
            .iter()
            .zip(&readings)
            .map(|((text, _), reading)| reading.as_ref().map_or(text.as_str(), |reading| reading.text.as_str()))
            .collect();
        let mut verdicts = classify(&read)?;
        for ((verdict, (text, hint)), reading) in verdicts.iter_mut().zip(texts).zip(&readings) {
            if let Some(reading) = reading {
                verdict.language = moodline_model::identify_language(text, hint.as_deref());
                reading.lead_back(&mut verdict.opinions, text);
            }
        }
        Ok(verdicts)
    }
}

impl Reading {
    /// Makes opinions on the text as read opinions on the text as written. Of two that share a phrase, the first has it.
    fn lead_back(&self, opinions: &mut Vec<JudgedOpinion>, text: &str) {
        let chars: Vec<char> = text.chars().collect();
        let mut free = 0;
        opinions.retain_mut(|opinion| {
            let start = self.written(opinion.start as usize, false).max(free);
            let end = self.written(opinion.end as usize, true).min(chars.len()).max(start);
            free = end;
            (opinion.start, opinion.end) = (start as u32, end as u32);
            opinion.evidence = chars[start..end].iter().collect();
            start < end
        });
    }

    /// The character of the text as written that stands at `at` in the text as read; inside a phrase its end or its start.
    fn written(&self, at: usize, end: bool) -> usize {
        let mut shift = 0;
        for [(from, to), (begin, close)] in &self.replaced {
            if at <= *begin {
                break;
            }
            if at < *close {
                return if end { *to } else { *from };
            }
            shift = *to as isize - *close as isize;
        }
        at.saturating_add_signed(shift)
    }
}

/// Words that name something without saying what, in the writing of `phrase`.
fn stand_in(phrase: &str) -> &'static str {
    if phrase.chars().any(|c| c.is_ascii_alphanumeric()) { NAME } else { UNSPACED_NAME }
}

/// Everything wrong with the phrases of the settings, by key.
pub fn phrase_faults(config: &EnrichConfig) -> Vec<(&'static str, String)> {
    let mut faults = Vec::new();
    let mut seen = std::collections::HashSet::new();
    let keys = config.neutral_phrases.iter().map(|phrase| ("neutral_phrases", phrase, None));
    for (key, phrase, words) in
        keys.chain(config.read_as.iter().map(|(phrase, words)| ("read_as", phrase, Some(words))))
    {
        let folded = fold_keyword(phrase);
        if folded.is_empty() {
            faults.push((key, "a phrase is empty".to_owned()));
        } else if phrase.chars().count() > LONGEST {
            faults.push((key, format!("a phrase has at most {LONGEST} characters: `{phrase}`")));
        } else if !seen.insert(folded) {
            faults.push((key, format!("`{phrase}` is listed twice (case and width do not matter)")));
        }
        if let Some(words) = words {
            let plain = |c: char| c.is_alphanumeric() || matches!(c, ' ' | '-' | '\'' | '’');
            if words.trim().is_empty() || words.chars().count() > LONGEST || !words.chars().all(plain) {
                let rule = format!("up to {LONGEST} letters, digits, spaces, hyphens and apostrophes, not nothing");
                faults.push((key, format!("`{phrase}` is read as {rule}: `{words}`")));
            }
        }
    }
    faults
}

/// Sees to it that what was judged with other phrases is judged anew: every mention that says a phrase that is new, gone or
/// read otherwise now. Number of mentions queued.
pub(crate) async fn follow<S>(store: &S, phrases: &Phrases, clock: &dyn Clock) -> Result<u64, EnrichError>
where
    S: PhraseStore + ?Sized,
{
    loop {
        let mut known = store.phrase_rules().await?;
        known.sort();
        if known == phrases.rules {
            return Ok(0);
        }
        let changed = |rules: &[PhraseRule], others: &[PhraseRule]| {
            rules.iter().filter(|rule| !others.contains(rule)).cloned().collect::<Vec<_>>()
        };
        let changed = [changed(&known, &phrases.rules), changed(&phrases.rules, &known)].concat();
        let index = KeywordIndex::new(changed.iter().map(|rule| ((), rule.phrase.as_str())));
        let mut touched: Vec<MentionId> = Vec::new();
        let mut after = None;
        loop {
            let texts = store.judged_texts(after, PAGE).await?;
            after = texts.last().map(|(mention, _)| *mention);
            touched.extend(texts.iter().filter(|(_, text)| index.best(text).is_some()).map(|(mention, _)| *mention));
            if texts.len() < PAGE as usize {
                break;
            }
        }
        if store.change_phrase_rules(&known, &phrases.rules, &touched, clock.now()).await? {
            info!(
                mention.count = touched.len(),
                "the phrases that the model reads otherwise changed: {} mentions are judged anew",
                touched.len()
            );
            return Ok(touched.len() as u64);
        }
    }
}

#[cfg(test)]
mod tests {
    use moodline_types::{Embedding, Emotions, Sentiment, SentimentLabel};
    use proptest::prelude::*;

    use super::*;

    fn phrases(rules: &[(&str, &str)]) -> Phrases {
        let rule =
            |(phrase, read_as): &(&str, &str)| PhraseRule { phrase: (*phrase).into(), read_as: (*read_as).into() };
        Phrases::new(rules.iter().map(rule).collect())
    }

    fn read(rules: &[(&str, &str)], text: &str) -> String {
        phrases(rules).reading(text).map_or_else(|| text.to_owned(), |reading| reading.text)
    }

    fn opinion(start: usize, end: usize) -> JudgedOpinion {
        JudgedOpinion {
            start: start as u32,
            end: end as u32,
            evidence: String::new(),
            sentiment: Sentiment { negative: 0.0, neutral: 1.0, positive: 0.0 },
            label: SentimentLabel::Neutral,
            emotions: Emotions::default(),
            embedding: Embedding::from_f32(&[1.0]),
        }
    }

    /// What opinions on a text as read, cut there, say of the text as written.
    fn led_back(rules: &[(&str, &str)], text: &str, cuts: &[(usize, usize)]) -> Vec<String> {
        let reading = phrases(rules).reading(text).unwrap();
        let mut opinions: Vec<JudgedOpinion> = cuts.iter().map(|(start, end)| opinion(*start, *end)).collect();
        reading.lead_back(&mut opinions, text);
        opinions.into_iter().map(|opinion| opinion.evidence).collect()
    }

    #[test]
    fn a_phrase_is_whole_words_of_alphabets_and_anything_of_chinese() {
        let rules = [("War Zone", "it"), ("战争", "这个")];
        assert_eq!(read(&rules, "I love WAR\nZONE!"), "I love it!");
        assert_eq!(read(&rules, "war zones are bad"), "war zones are bad");
        assert_eq!(read(&rules, "《战争机器》很好玩"), "《这个机器》很好玩");
    }

    #[test]
    fn the_longest_phrase_wins() {
        assert_eq!(read(&[("war", "a"), ("war zone", "b"), ("zone two", "c")], "war zone two, war"), "b two, a");
    }

    #[test]
    fn evidence_is_what_was_written() {
        let rules = [("War Zone", "it")];
        let text = "War Zone is fun, War Zone lags";
        assert_eq!(read(&rules, text), "it is fun, it lags");
        assert_eq!(led_back(&rules, text, &[(0, 9), (11, 18)]), ["War Zone is fun", "War Zone lags"]);
    }

    #[test]
    fn a_cut_inside_the_words_read_gives_the_phrase_to_the_first() {
        let rules = [("War Zone", "this and that")];
        assert_eq!(led_back(&rules, "War Zone lags", &[(0, 4), (5, 18)]), ["War Zone", " lags"]);
    }

    #[test]
    fn settings_without_sense_are_named() {
        let config = EnrichConfig {
            neutral_phrases: vec!["War Zone".into(), "ＷＡＲ zone".into(), " ".into()],
            read_as: [("sick".to_owned(), "great. Really".to_owned())].into(),
            ..EnrichConfig::default()
        };
        let faults: Vec<String> = phrase_faults(&config).into_iter().map(|(_, fault)| fault).collect();
        assert_eq!(faults.len(), 3, "{faults:?}");
        assert!(
            faults[0].contains("listed twice") && faults[1].contains("empty") && faults[2].contains("great. Really")
        );
    }

    proptest! {
        #[test]
        fn whatever_is_cut_leads_back_to_the_text_without_overlap(
            text in "(war zone|战争|[a-z ,é战]){0,12}", cuts in prop::collection::vec(0..60_usize, 0..6),
        ) {
            let phrases = phrases(&[("war zone", "it"), ("战争", "什么东西"), ("a", "ein x")]);
            if let Some(reading) = phrases.reading(&text) {
                let length = reading.text.chars().count();
                let mut cuts: Vec<usize> = cuts.into_iter().map(|cut| cut.min(length)).collect();
                cuts.extend([0, length]);
                cuts.sort_unstable();
                let mut opinions: Vec<_> = cuts.windows(2).map(|pair| opinion(pair[0], pair[1])).collect();
                reading.lead_back(&mut opinions, &text);
                let whole: String = opinions.iter().map(|opinion| opinion.evidence.as_str()).collect();
                prop_assert_eq!(whole, text);
            }
        }
    }
}
