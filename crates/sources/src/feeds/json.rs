//! JSON Feed 1.0 and 1.1 (<https://www.jsonfeed.org/version/1.1/>), read leniently: a field of the wrong type is
//! a missing field.

use serde_json::Value;
use url::Url;

use super::{
    document::{FeedDocument, body_text, plain},
    hints::Hints,
    mention::{self, Defaults, Entry},
};
use crate::{ParseError, instant::TimeReading, text::html};

/// Reads a JSON Feed whose text begins with `{`.
pub(super) fn parse(text: &str, url: &Url) -> Result<FeedDocument, ParseError> {
    let root: Value =
        serde_json::from_str(text).map_err(|error| ParseError::BrokenFeed { reason: format!("its JSON: {error}") })?;
    let version = text_of(&root, "version").unwrap_or_default();
    let known = version.contains("jsonfeed.org/version/1") || version == "1" || version.starts_with("1.");
    let items = root.get("items").and_then(Value::as_array);
    // Some publishers leave the version out; items then say enough.
    if !known && (items.is_none() || !version.is_empty()) {
        return Err(ParseError::NotAFeed { reason: "it is JSON, but not a JSON Feed of version 1".to_owned() });
    }
    let defaults = Defaults { language: text_of(&root, "language"), posted_at: None };
    let feed_author = author(&root);
    let entries = items.into_iter().flatten().map(|item| entry(item, url, feed_author.as_deref())).collect();
    let older = text_of(&root, "next_url").and_then(|next| url.join(&next).ok()).filter(|next| next != url);
    let document = mention::document(entries, &defaults, url.as_str());
    Ok(FeedDocument { hints: Hints { older, ..Hints::default() }, ..document })
}

fn entry(item: &Value, url: &Url, feed_author: Option<&str>) -> Entry {
    let link = text_of(item, "url").or_else(|| text_of(item, "external_url"));
    let text = match (text_of(item, "content_html"), text_of(item, "content_text")) {
        (Some(content), _) => html::to_text(&content),
        (None, Some(content)) => body_text(&content, false),
        (None, None) => text_of(item, "summary").map(|summary| body_text(&summary, false)).unwrap_or_default(),
    };
    let time = |field| text_of(item, field).and_then(|text| TimeReading::default().parse(&text));
    Entry {
        id: text_of(item, "id").unwrap_or_default(),
        link: link.map(|link| url.join(&link).map_or(link, String::from)),
        title: text_of(item, "title").map(|title| plain(&title)).unwrap_or_default(),
        text,
        author: author(item).or_else(|| feed_author.map(str::to_owned)),
        language: text_of(item, "language"),
        published: time("date_published"),
        updated: time("date_modified"),
    }
}

/// The first author's name: `authors` of 1.1, or `author` of 1.0.
fn author(value: &Value) -> Option<String> {
    let first = value.get("authors").and_then(|authors| authors.get(0));
    first.or_else(|| value.get("author")).and_then(|author| text_of(author, "name"))
}

/// A field as text; numbers count, for ids and versions written bare.
fn text_of(value: &Value, field: &str) -> Option<String> {
    let text = match value.get(field)? {
        Value::String(text) => text.trim().to_owned(),
        Value::Number(number) => number.to_string(),
        _ => return None,
    };
    (!text.is_empty()).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<FeedDocument, ParseError> {
        parse(text, &Url::parse("https://feeds.example/json").unwrap())
    }

    #[test]
    fn ids_may_be_numbers_and_versions_bare() {
        let feed = read(r#"{"version": 1.1, "items": [{"id": 7, "url": "/7", "content_text": "hi"}]}"#).unwrap();
        assert_eq!(feed.mentions[0].external_id, "7");
        assert_eq!(feed.mentions[0].url.as_deref(), Some("https://feeds.example/7"));
    }

    #[test]
    fn fields_of_the_wrong_type_are_missing_fields() {
        let feed = read(r#"{"version": "1", "items": [{"id": {}, "title": ["x"], "content_html": "<p>a</p>"}, 5]}"#);
        let feed = feed.unwrap();
        assert_eq!((feed.mentions.len(), feed.rejected.len()), (1, 1));
        assert_eq!(feed.mentions[0].text, "a");
    }

    #[test]
    fn other_json_is_not_a_feed() {
        for text in ["{}", r#"{"version": "2", "items": []}"#, r#"{"version": "openapi"}"#] {
            assert!(matches!(read(text), Err(ParseError::NotAFeed { .. })), "{text}");
        }
        assert!(matches!(read("{\"version\": \"1\", "), Err(ParseError::BrokenFeed { .. })));
    }
}
