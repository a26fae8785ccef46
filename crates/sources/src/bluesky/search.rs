//! Answers of `app.bsky.feed.searchPosts`.

use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde_json::Value;

use super::post::{COLLECTION, Record};
use crate::{
    answer::{Content, Entry, add_all},
    walk::Step,
};

#[derive(Debug, Deserialize)]
struct Answer {
    posts: Vec<Value>,
    cursor: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct PostView {
    uri: String,
    author: Author,
    record: Record,
    indexed_at: Option<DateTime<Utc>>,
}

#[derive(Debug, Deserialize)]
struct Author {
    did: String,
    #[serde(default)]
    labels: Vec<Label>,
}

#[derive(Debug, Deserialize)]
struct Label {
    #[serde(default)]
    val: String,
}

/// What authors put on themselves who want to be seen by signed-in people only.
const SIGNED_IN_ONLY: &str = "!no-unauthenticated";

/// Posts by when the search counts them as posted, in milliseconds; those whose author wants to be seen by signed-in
/// people only say nothing.
///
/// # Errors
/// For anything but an answer of the search.
pub(super) fn parse(bytes: &[u8], origin: &str) -> Result<Step, serde_json::Error> {
    let answer: Answer = serde_json::from_slice(bytes)?;
    let next = answer.cursor.filter(|cursor| !cursor.is_empty());
    let mut step = Step { next, ..Step::default() };
    add_all(&mut step, answer.posts, origin, |post: PostView| {
        let rkey = post.uri.rsplit('/').next().unwrap_or_default();
        let mention = post.record.mention(&post.author.did, rkey, post.indexed_at);
        let order = mention.as_ref().and_then(|mention| mention.posted_at).or(post.indexed_at);
        let shy = post.author.labels.iter().any(|label| label.val == SIGNED_IN_ONLY);
        let relevant = post.uri.contains(COLLECTION) && !shy;
        let content = match mention {
            Some(mention) if relevant => Content::Mention(Box::new(mention)),
            _ => Content::Nothing,
        };
        Entry { mark: order.map_or(0, |order| order.timestamp_millis()), id: post.uri, content }
    });
    Ok(step)
}
