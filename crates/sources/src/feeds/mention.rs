//! From the entry of a feed to a mention.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use moodline_types::{RawMention, RejectedRow};

use super::document::FeedDocument;
use crate::identity::derived_id;

/// An entry as its format gave it, already plain text.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Entry {
    /// `guid`, `id`; empty where missing.
    pub(super) id: String,
    pub(super) link: Option<String>,
    pub(super) title: String,
    pub(super) text: String,
    pub(super) author: Option<String>,
    pub(super) language: Option<String>,
    pub(super) published: Option<DateTime<Utc>>,
    pub(super) updated: Option<DateTime<Utc>>,
}

/// What a feed says once for all its entries.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Defaults {
    pub(super) language: Option<String>,
    pub(super) posted_at: Option<DateTime<Utc>>,
}

/// Mentions in the order of the document, each identity once.
///
/// Identity is the entry's own id, else its link, else a hash of title, date and text. An id that a bad feed gives
/// to entries with different links is none, and their links count. Of several versions of one entry the latest
/// stays.
pub(super) fn document(entries: Vec<Entry>, defaults: &Defaults, origin: &str) -> FeedDocument {
    let shared = ids_of_several_links(&entries);
    let mut document = FeedDocument {
        feed_language: defaults.language.clone(),
        address: origin.to_owned(),
        ..FeedDocument::default()
    };
    let mut places: HashMap<String, (usize, Option<DateTime<Utc>>)> = HashMap::new();
    for (index, mut entry) in entries.into_iter().enumerate() {
        if shared.contains(&entry.id) {
            entry.id.clear();
        }
        let version = entry.updated.or(entry.published);
        let Some(mention) = mention(entry, defaults) else {
            document.rejected.push(RejectedRow {
                origin: origin.to_owned(),
                line: Some(index as u64 + 1),
                reason: "the entry has neither text nor title".to_owned(),
                excerpt: String::new(),
            });
            continue;
        };
        match places.get_mut(&mention.external_id) {
            Some((_, known)) if version <= *known => {}
            Some((place, known)) => {
                *known = version;
                document.mentions[*place] = mention;
            }
            None => {
                places.insert(mention.external_id.clone(), (document.mentions.len(), version));
                document.mentions.push(mention);
            }
        }
    }
    document
}

/// Ids that stand on entries with different links.
fn ids_of_several_links(entries: &[Entry]) -> HashSet<String> {
    let mut links: HashMap<&str, &str> = HashMap::new();
    let mut shared = HashSet::new();
    for entry in entries.iter().filter(|entry| !entry.id.is_empty()) {
        let Some(link) = entry.link.as_deref() else { continue };
        if *links.entry(&entry.id).or_insert(link) != link {
            shared.insert(entry.id.clone());
        }
    }
    shared
}

fn mention(entry: Entry, defaults: &Defaults) -> Option<RawMention> {
    let Entry { id, link, title, text, author, language, published, updated } = entry;
    let (title, text) = match (title.is_empty(), text.is_empty()) {
        (true, true) => return None,
        (false, true) => (None, title),
        (true, false) => (None, text),
        (false, false) => (Some(title), text),
    };
    let own_date = published.or(updated);
    let external_id = if !id.is_empty() {
        id
    } else if let Some(link) = &link {
        link.clone()
    } else {
        let date = own_date.map(|date| date.to_rfc3339()).unwrap_or_default();
        derived_id(&[title.as_deref().unwrap_or_default(), &date, &text])
    };
    Some(RawMention {
        external_id,
        url: link,
        author,
        title,
        text,
        language,
        posted_at: own_date.or(defaults.posted_at),
        ..RawMention::default()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(id: &str, link: &str, text: &str) -> Entry {
        let link = (!link.is_empty()).then(|| link.to_owned());
        Entry { id: id.to_owned(), link, text: text.to_owned(), ..Entry::default() }
    }

    fn ids(entries: Vec<Entry>) -> Vec<String> {
        let document = document(entries, &Defaults::default(), "feed");
        document.mentions.into_iter().map(|mention| mention.external_id).collect()
    }

    #[test]
    fn identity_is_id_then_link_then_content() {
        let ids = ids(vec![entry("1", "l1", "a"), entry("", "l2", "b"), entry("", "", "c"), entry("", "", "d")]);
        assert_eq!(&ids[..2], ["1", "l2"]);
        assert_eq!(ids[2].len(), 32);
        assert_ne!(ids[2], ids[3]);
    }

    #[test]
    fn an_id_shared_by_different_links_is_none() {
        assert_eq!(ids(vec![entry("same", "l1", "a"), entry("same", "l2", "b")]), ["l1", "l2"]);
    }

    #[test]
    fn the_latest_version_of_an_entry_stays() {
        let at = |seconds| DateTime::from_timestamp(seconds, 0);
        let versions = [("old", 1), ("new", 3), ("middle", 2)]
            .map(|(text, seconds)| Entry { updated: at(seconds), ..entry("1", "l", text) });
        let document = document(versions.to_vec(), &Defaults::default(), "feed");
        assert_eq!(document.mentions.len(), 1);
        assert_eq!(document.mentions[0].text, "new");
    }

    #[test]
    fn a_title_alone_is_the_text_and_nothing_at_all_is_rejected() {
        let titled = Entry { title: "only a title".to_owned(), ..entry("1", "", "") };
        let document = document(vec![titled, entry("2", "", "")], &Defaults::default(), "feed");
        assert_eq!((document.mentions[0].text.as_str(), &document.mentions[0].title), ("only a title", &None));
        assert_eq!(document.rejected[0].line, Some(2));
    }
}
