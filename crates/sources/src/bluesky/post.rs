//! One post, however it came here.

use chrono::{DateTime, Utc};
use moodline_types::RawMention;
use serde::Deserialize;

/// The collection that posts live in.
pub(super) const COLLECTION: &str = "app.bsky.feed.post";

/// A record of `app.bsky.feed.post`: what its author wrote, unchecked.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Record {
    #[serde(default)]
    text: String,
    #[serde(default)]
    facets: Vec<Facet>,
    #[serde(default)]
    langs: Vec<String>,
    created_at: Option<String>,
    reply: Option<Reply>,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
struct Facet {
    index: Span,
    #[serde(default)]
    features: Vec<Feature>,
}

/// Offsets in bytes of UTF-8.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Span {
    byte_start: usize,
    byte_end: usize,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
struct Feature {
    #[serde(rename = "$type")]
    kind: String,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
struct Reply {
    root: Reference,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
struct Reference {
    uri: String,
}

impl Record {
    /// The words, without written-out addresses: these say nothing, and are cut off for display.
    pub(super) fn words(&self) -> String {
        let mut words = self.text.clone();
        let mut links: Vec<_> = self
            .facets
            .iter()
            .filter(|facet| facet.features.iter().any(|feature| feature.kind == "app.bsky.richtext.facet#link"))
            .map(|facet| facet.index.byte_start..facet.index.byte_end)
            .filter(|span| self.text.get(span.clone()).is_some_and(is_address))
            .collect();
        links.sort_by_key(|span| span.start);
        let mut end = words.len();
        for span in links.into_iter().rev().filter(|span| span.start < span.end) {
            // Overlapping facets are forbidden, and written all the same.
            if span.end <= end {
                words.replace_range(span.clone(), "");
                end = span.start;
            }
        }
        words.trim().to_owned()
    }

    /// A mention, if there are words. `seen_at` is when the network saw it: no post is newer than that, whatever its
    /// author claims.
    pub(super) fn mention(&self, did: &str, rkey: &str, seen_at: Option<DateTime<Utc>>) -> Option<RawMention> {
        let text = self.words();
        if text.is_empty() {
            return None;
        }
        let uri = post_uri(did, rkey);
        let claimed = self.created_at.as_deref().and_then(|time| DateTime::parse_from_rfc3339(time).ok());
        let claimed = claimed.map(|time| time.to_utc());
        Some(RawMention {
            url: Some(format!("https://bsky.app/profile/{did}/post/{rkey}")),
            thread: Some(self.reply.as_ref().map_or_else(|| uri.clone(), |reply| reply.root.uri.clone())),
            canonical_id: Some(uri.clone()),
            external_id: uri,
            author: Some(did.to_owned()),
            text,
            language: self.langs.first().cloned(),
            posted_at: match (claimed, seen_at) {
                (Some(claimed), Some(seen_at)) => Some(claimed.min(seen_at)),
                (claimed, seen_at) => claimed.or(seen_at),
            },
            ..RawMention::default()
        })
    }

    /// Languages the author says it is in.
    pub(super) fn languages(&self) -> &[String] {
        &self.langs
    }
}

/// The name of a post everywhere in the network.
pub(super) fn post_uri(did: &str, rkey: &str) -> String {
    format!("at://{did}/{COLLECTION}/{rkey}")
}

fn is_address(text: &str) -> bool {
    let text = text.trim();
    !text.contains(char::is_whitespace) && text.contains('.') && (text.contains('/') || text.is_ascii())
}
