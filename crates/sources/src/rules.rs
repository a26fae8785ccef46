//! Which items of a source are kept: by words, language, author and length.

use async_trait::async_trait;
use moodline_types::{Cursor, DroppedItem, RawMention, SourceId};
use serde::{Deserialize, Serialize};

use crate::{Page, Source, SourceError, identity::excerpt};

/// Conditions that an item has to meet to become a mention. Empty ones ask nothing. They hold for what is read from
/// then on; mentions stored before stay.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Rules {
    /// Only items with one of these words in title or text, whatever their case.
    pub keep_words: Vec<String>,
    /// No items with one of these words.
    pub drop_words: Vec<String>,
    /// Only items in these languages (`zh` also means `zh-Hans`), and those that do not say.
    pub keep_languages: Vec<String>,
    /// No items in these languages.
    pub drop_languages: Vec<String>,
    /// Only items by these authors, as the source names them.
    pub keep_authors: Vec<String>,
    /// No items by these authors.
    pub drop_authors: Vec<String>,
    /// Fewest characters of the text.
    pub min_chars: Option<usize>,
    /// Most characters of the text.
    pub max_chars: Option<usize>,
}

impl Rules {
    /// Whether they ask nothing.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Why an item is dropped, for a person; `None` where it is kept.
    pub fn reason(&self, mention: &RawMention) -> Option<String> {
        let words = format!("{} {}", mention.title.as_deref().unwrap_or_default(), mention.text).to_lowercase();
        let has = |word: &&String| contains(&words, &word.to_lowercase());
        if let Some(word) = self.drop_words.iter().find(has) {
            return Some(format!("drop_words: `{word}`"));
        }
        if !self.keep_words.is_empty() && !self.keep_words.iter().any(|word| has(&word)) {
            return Some("keep_words: none of them in it".to_owned());
        }
        if let Some(language) = &mention.language {
            let is = |wanted: &&String| is_language(language, wanted);
            if let Some(dropped) = self.drop_languages.iter().find(is) {
                return Some(format!("drop_languages: `{dropped}`"));
            }
            if !self.keep_languages.is_empty() && !self.keep_languages.iter().any(|wanted| is(&wanted)) {
                return Some(format!("keep_languages: `{language}` is not one of them"));
            }
        }
        // The name itself is not kept anywhere.
        let author = mention.author.as_deref().unwrap_or_default().trim().to_lowercase();
        let is = |wanted: &String| wanted.trim().to_lowercase() == author;
        if !author.is_empty() && self.drop_authors.iter().any(is) {
            return Some("drop_authors: its author is one of them".to_owned());
        }
        if !self.keep_authors.is_empty() && !self.keep_authors.iter().any(is) {
            return Some("keep_authors: its author is none of them".to_owned());
        }
        let length = mention.text.chars().count();
        match (self.min_chars, self.max_chars) {
            (Some(least), _) if length < least => Some(format!("min_chars: it has {length}, fewer than {least}")),
            (_, Some(most)) if length > most => Some(format!("max_chars: it has {length}, more than {most}")),
            _ => None,
        }
    }

    /// Takes what is not to be kept out of a page and notes why.
    pub fn apply(&self, page: &mut Page) {
        if self.is_empty() {
            return;
        }
        let (mut kept, dropped) = (Vec::with_capacity(page.mentions.len()), &mut page.dropped);
        for mention in std::mem::take(&mut page.mentions) {
            match self.reason(&mention) {
                None => kept.push(mention),
                Some(reason) => {
                    let excerpt = excerpt(&mention.text);
                    dropped.push(DroppedItem { external_id: mention.external_id, reason, excerpt });
                }
            }
        }
        page.mentions = kept;
    }

    /// Mistakes in them, for the source `id`.
    pub(crate) fn findings(&self, id: &SourceId) -> Vec<String> {
        let mut findings = Vec::new();
        if let (Some(least), Some(most)) = (self.min_chars, self.max_chars)
            && least > most
        {
            findings.push(format!("source `{id}`: rules.min_chars {least} is more than rules.max_chars {most}"));
        }
        let lists = [&self.keep_words, &self.drop_words, &self.keep_languages, &self.drop_languages];
        if lists.into_iter().flatten().any(|word| word.trim().is_empty()) {
            findings.push(format!("source `{id}`: rules have an empty word or language, which every item would match"));
        }
        findings
    }
}

/// Whether `word` stands in `text`: where it begins or ends with a Latin letter or digit, not as a part of a longer
/// word. Both in lower case.
fn contains(text: &str, word: &str) -> bool {
    let inside = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
    text.match_indices(word).any(|(at, found)| {
        let starts = !inside(word.chars().next()) || !inside(text[..at].chars().next_back());
        let ends = !inside(word.chars().next_back()) || !inside(text[at + found.len()..].chars().next());
        starts && ends
    })
}

/// Whether a language is the one wanted, or a form of it.
fn is_language(language: &str, wanted: &str) -> bool {
    let (language, wanted) = (language.to_lowercase().replace('_', "-"), wanted.to_lowercase().replace('_', "-"));
    language == wanted || language.strip_prefix(&wanted).is_some_and(|rest| rest.starts_with('-'))
}

/// A source whose items have to meet rules.
pub(crate) struct Ruled {
    pub(crate) source: Box<dyn Source>,
    pub(crate) rules: Rules,
}

#[async_trait]
impl Source for Ruled {
    fn id(&self) -> &SourceId {
        self.source.id()
    }

    async fn fetch(&mut self, cursor: Option<&Cursor>) -> Result<Page, SourceError> {
        let mut page = self.source.fetch(cursor).await?;
        self.rules.apply(&mut page);
        Ok(page)
    }

    fn is_fetched(&self) -> bool {
        self.source.is_fetched()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mention(text: &str) -> RawMention {
        RawMention {
            external_id: text.to_owned(),
            text: text.to_owned(),
            author: Some("Promo_Bot".to_owned()),
            language: Some("zh-Hans".to_owned()),
            ..RawMention::default()
        }
    }

    fn reason(rules: &str, text: &str) -> Option<String> {
        toml::from_str::<Rules>(rules).unwrap().reason(&mention(text))
    }

    #[test]
    fn words_are_found_as_words() {
        assert_eq!(reason("keep_words = ['Acme', '顶峰']", "I love ACME!"), None);
        assert_eq!(reason("keep_words = ['Acme', '顶峰']", "我喜欢顶峰银行"), None);
        assert!(reason("keep_words = ['acme']", "acmeology is a science").unwrap().starts_with("keep_words"));
        assert_eq!(reason("drop_words = ['giveaway']", "Giveaway: win"), Some("drop_words: `giveaway`".to_owned()));
        assert_eq!(reason("drop_words = ['c++']", "I like C++ a lot"), Some("drop_words: `c++`".to_owned()));
    }

    #[test]
    fn languages_authors_and_lengths_decide() {
        assert_eq!(reason("keep_languages = ['zh']", "a"), None);
        assert!(reason("keep_languages = ['z']", "a").is_some());
        assert_eq!(reason("drop_languages = ['ZH']", "a"), Some("drop_languages: `ZH`".to_owned()));
        let said = reason("drop_authors = ['promo_bot']", "a").unwrap();
        assert!(!said.to_lowercase().contains("promo_bot"), "{said}");
        assert!(reason("keep_authors = ['mei']", "a").is_some());
        assert!(reason("min_chars = 2", "评").is_some() && reason("min_chars = 2", "很好").is_none());
        assert!(reason("max_chars = 2", "很好的").is_some());
    }

    #[test]
    fn what_is_dropped_is_named_with_its_reason() {
        let mut page =
            Page { mentions: vec![mention("很好"), mention("广告"), mention("不错")], ..Page::default() };
        toml::from_str::<Rules>("drop_words = ['广告']").unwrap().apply(&mut page);
        assert_eq!(page.mentions.len(), 2);
        assert_eq!(
            (page.dropped[0].external_id.as_str(), page.dropped[0].reason.as_str()),
            ("广告", "drop_words: `广告`")
        );
    }

    #[test]
    fn impossible_rules_are_findings() {
        let rules: Rules = toml::from_str("min_chars = 9\nmax_chars = 3\nkeep_words = ['']").unwrap();
        assert_eq!(rules.findings(&"shop".parse().unwrap()).len(), 2);
    }
}
