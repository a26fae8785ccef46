//! Answers of `search_by_date`.

use chrono::DateTime;
use moodline_types::RawMention;
use serde::Deserialize;
use serde_json::Value;

use crate::{
    answer::{Content, Entry, add_all},
    keywords::Keywords,
    text::{html_own_words, html_to_text, without_quoted_lines},
    walk::Step,
};

#[derive(Debug, Deserialize)]
struct Answer {
    hits: Vec<Value>,
    #[serde(rename = "nbHits")]
    total: u64,
}

#[derive(Debug, Deserialize)]
struct Hit {
    #[serde(rename = "objectID")]
    id: String,
    created_at_i: i64,
    author: Option<String>,
    title: Option<String>,
    story_text: Option<String>,
    comment_text: Option<String>,
    story_id: Option<u64>,
}

/// Stories and comments by the time they were posted, in seconds, and how many the index has in all; those that do not hold `query` as whole words say nothing.
///
/// The index also finds words that only begin alike, which is why it is not trusted with the choice.
///
/// # Errors
/// For anything but an answer of the search.
pub(super) fn parse(bytes: &[u8], origin: &str, query: &Keywords) -> Result<(Step, u64), serde_json::Error> {
    let answer: Answer = serde_json::from_slice(bytes)?;
    let mut step = Step::default();
    add_all(&mut step, answer.hits, origin, |hit: Hit| item(hit, query));
    Ok((step, answer.total))
}

fn item(hit: Hit, query: &Keywords) -> Entry {
    let title = hit.title.map(|title| html_to_text(&title)).filter(|title| !title.is_empty());
    let body = hit.comment_text.or(hit.story_text).unwrap_or_default();
    let body = without_quoted_lines(&html_own_words(&body));
    let (title, text) = if body.is_empty() { (None, title.unwrap_or_default()) } else { (title, body) };
    let relevant = query.found_in(&text) || title.as_deref().is_some_and(|title| query.found_in(title));
    let content = if text.is_empty() || !relevant {
        Content::Nothing
    } else {
        let mention = RawMention {
            external_id: hit.id.clone(),
            text,
            url: Some(format!("https://news.ycombinator.com/item?id={}", hit.id)),
            thread: hit.story_id.map(|story| story.to_string()).or_else(|| Some(hit.id.clone())),
            author: hit.author,
            title,
            posted_at: DateTime::from_timestamp(hit.created_at_i, 0),
            ..RawMention::default()
        };
        Content::Mention(Box::new(mention))
    };
    Entry { mark: hit.created_at_i, id: hit.id, content }
}

/// An item of the official API: whether it was deleted, or killed by moderators. `null` is an item that never was.
///
/// # Errors
/// For anything but an item.
pub(super) fn is_gone(bytes: &[u8]) -> Result<bool, serde_json::Error> {
    #[derive(Debug, Deserialize)]
    struct Official {
        #[serde(default)]
        deleted: bool,
        #[serde(default)]
        dead: bool,
    }
    let item: Option<Official> = serde_json::from_slice(bytes)?;
    Ok(item.is_some_and(|item| item.deleted || item.dead))
}
