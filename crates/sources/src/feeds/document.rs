//! Reads the bytes of a feed.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::LazyLock,
};

use feed_rs::{
    model::{self, FeedType},
    parser::{self, ParseErrorKind, ParseFeedError},
};
use moodline_types::{RawMention, RejectedRow};
use regex::bytes::Regex;
use url::Url;

use super::{
    discover,
    hints::Hints,
    json,
    mention::{self, Defaults, Entry},
    repair::{Repaired, repair},
};
use crate::{ParseError, encoding, instant::TimeReading, text::html};

/// The `encoding` of an XML declaration.
static DECLARED: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r#"^\s*<\?xml[^>]*?\sencoding\s*=\s*["']([A-Za-z0-9._:-]+)["']"#).expect("the pattern is a constant")
});

/// All that a feed holds.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct FeedDocument {
    /// Its entries, in the order of the document.
    pub mentions: Vec<RawMention>,
    /// Entries without any text; their line is their number, from 1.
    pub rejected: Vec<RejectedRow>,
    /// The language of the feed as a whole. Mentions name only a language of their own.
    pub feed_language: Option<String>,
    /// Its own address, as rejected entries name it.
    pub address: String,
    /// What it says about how to read it.
    pub hints: Hints,
}

impl FeedDocument {
    /// Entries in it, those without text included.
    pub fn len(&self) -> usize {
        self.mentions.len() + self.rejected.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// Reads the entries of a feed found at `url`, which relative links start from.
///
/// # Errors
/// [`ParseError::NotAFeed`] or [`ParseError::BrokenFeed`]. No bytes make it panic.
pub fn parse(bytes: &[u8], url: &Url) -> Result<Vec<RawMention>, ParseError> {
    parse_document(bytes, url, None).map(|document| document.mentions)
}

/// Like [`parse`], with the rejected entries and the language of the feed; `charset` is the one the host named.
///
/// # Errors
/// Those of [`parse`].
pub fn parse_document(bytes: &[u8], url: &Url, charset: Option<&str>) -> Result<FeedDocument, ParseError> {
    let declared = DECLARED.captures(bytes).and_then(|captures| captures.get(1));
    let declared = declared.and_then(|label| std::str::from_utf8(label.as_bytes()).ok());
    let hints: Vec<&str> = charset.into_iter().chain(declared).collect();
    let text = encoding::decode(bytes, &hints);
    let text = text.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{feff}' || c == '\0');
    if text.starts_with('{') {
        return json::parse(text, url);
    }
    let (xml, items) = match repair(text).map_err(|error| with_feeds_named(error, text, url))? {
        Repaired::EmptyRss => return Ok(FeedDocument { address: url.to_string(), ..FeedDocument::default() }),
        Repaired::Xml { text, items } => (text, items),
    };
    // The reader has panicked on odd feeds in other versions; one bad feed must not stop the rest.
    let feed = catch_unwind(AssertUnwindSafe(|| read(&xml, url)))
        .map_err(|_| ParseError::BrokenFeed { reason: "the feed reader failed on it".to_owned() })??;
    let document = FeedDocument { hints: Hints::of_xml(&xml, url), ..document(feed, url) };
    if items > 0 && document.is_empty() {
        let reason = format!("it holds {items} items, none of which could be read");
        return Err(ParseError::BrokenFeed { reason });
    }
    Ok(document)
}

/// Where a web page is found instead of a feed, the feeds it names say where to look.
fn with_feeds_named(error: ParseError, text: &str, url: &Url) -> ParseError {
    let named: Vec<String> = discover::named_in(text, url).into_iter().map(|(url, _)| url.into()).collect();
    match error {
        ParseError::NotAFeed { .. } if !named.is_empty() => {
            ParseError::NotAFeed { reason: format!("it is a web page; it names these feeds: {}", named.join(", ")) }
        }
        error => error,
    }
}

fn read(xml: &str, url: &Url) -> Result<model::Feed, ParseError> {
    let parser = parser::Builder::new()
        .base_uri(Some(url))
        .sanitize_content(false)
        .id_generator(|_, _, _| String::new()) // identities are ours to make, the same in every version
        .timestamp_parser(|text| TimeReading::default().parse(text))
        .build();
    parser.parse(xml.as_bytes()).map_err(|error| match error {
        ParseFeedError::ParseError(ParseErrorKind::NoFeedRoot) => {
            ParseError::NotAFeed { reason: "its root element is not that of RSS, Atom or RDF".to_owned() }
        }
        error => ParseError::BrokenFeed { reason: error.to_string() },
    })
}

fn document(feed: model::Feed, url: &Url) -> FeedDocument {
    let defaults = Defaults { language: feed.language, posted_at: feed.updated.or(feed.published) };
    // RSS never says whether its texts are HTML, and they mostly are.
    let html = feed.feed_type != FeedType::Atom;
    let entries = feed.entries.into_iter().map(|item| entry(item, html)).collect();
    mention::document(entries, &defaults, url.as_str())
}

fn entry(item: model::Entry, html: bool) -> Entry {
    let is_html = |content_type: &str| html || content_type != "text/plain";
    let content = item.content.as_ref().and_then(|content| {
        let body = content.body.as_deref()?;
        let content_type = content.content_type.essence().to_string();
        content_type.starts_with("text/").then(|| body_text(body, is_html(&content_type)))
    });
    let described = |text: &model::Text| body_text(&text.content, is_html(&text.content_type.essence().to_string()));
    let text = content
        .filter(|text| !text.is_empty())
        .or_else(|| item.summary.as_ref().map(described))
        .filter(|text| !text.is_empty())
        .or_else(|| item.media.iter().find_map(|media| media.description.as_ref()).map(described))
        .unwrap_or_default();
    let title = item.title.map(|title| {
        let is_html = is_html(&title.content_type.essence().to_string());
        body_text(&title.content, is_html).replace('\n', " ")
    });
    Entry {
        id: item.id.trim().to_owned(),
        link: link(&item.links),
        title: title.unwrap_or_default(),
        text,
        author: item.authors.first().and_then(author),
        language: item.language.filter(|language| !language.is_empty()),
        published: item.published,
        updated: item.updated,
    }
}

/// Plain text of an element that is, or may turn out to be, HTML.
pub(super) fn body_text(text: &str, is_html: bool) -> String {
    if is_html || html::looks_like_html(text) { html::to_text(text) } else { html::tidy(text) }
}

/// Plain text on one line.
pub(super) fn plain(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The page of the entry itself rather than one beside it.
fn link(links: &[model::Link]) -> Option<String> {
    let own = |link: &&model::Link| link.rel.as_deref().is_none_or(|rel| rel == "alternate");
    let link = links.iter().find(own).or_else(|| links.iter().find(|link| link.rel.as_deref() != Some("enclosure")))?;
    let href = link.href.trim();
    (!href.is_empty()).then(|| href.to_owned())
}

/// A person's name. RSS writes `mail@example.org (Name)`; the reader puts that in the mail address of a person
/// named after the element.
fn author(person: &model::Person) -> Option<String> {
    let written = match person.name.trim() {
        "" | "unknown" | "author" => person.email.as_deref()?.trim(),
        name => name,
    };
    let inside = written.split_once(['(', '（']).map(|(_, name)| name.trim_end_matches([')', '）']).trim());
    let name = match inside {
        Some(name) if !name.is_empty() && written.contains('@') => name,
        _ => written,
    };
    (!name.is_empty()).then(|| plain(name))
}
