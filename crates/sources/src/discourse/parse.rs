//! Answers of `/posts.json`.

use std::{collections::HashSet, time::Duration};

use chrono::{DateTime, Utc};
use moodline_types::RawMention;
use serde::Deserialize;
use serde_json::Value;
use url::Url;

use crate::{
    answer::{Content, Entry, add_all},
    text::own_prose,
    walk::Step,
};

/// Written by a person; the others are notes of moderators and of the software, and whispers among staff.
const REGULAR: u8 = 1;

#[derive(Debug, Deserialize)]
struct Answer {
    latest_posts: Vec<Value>,
}

#[derive(Debug, Deserialize)]
struct Post {
    id: i64,
    username: Option<String>,
    #[serde(default)]
    cooked: String,
    created_at: DateTime<Utc>,
    #[serde(rename = "post_number", default = "first")]
    number: u64,
    #[serde(rename = "post_type", default = "regular")]
    kind: u8,
    topic_id: i64,
    topic_slug: Option<String>,
    topic_title: Option<String>,
    category_id: Option<i64>,
    #[serde(default)]
    hidden: bool,
    deleted_at: Option<DateTime<Utc>>,
    #[serde(default)]
    user_deleted: bool,
}

const fn first() -> u64 {
    1
}

const fn regular() -> u8 {
    REGULAR
}

/// Posts of all topics, ordered by id, with `categories` empty or one of them theirs.
///
/// # Errors
/// For anything but an answer with `latest_posts`.
pub(super) fn parse(bytes: &[u8], forum: &Url, categories: &HashSet<i64>) -> Result<Step, serde_json::Error> {
    let answer: Answer = serde_json::from_slice(bytes)?;
    let mut step = Step::default();
    add_all(&mut step, answer.latest_posts, forum.as_str(), |post: Post| item(post, forum, categories));
    Ok(step)
}

/// Whether a post as `/posts/ID.json` gives it is deleted or hidden.
///
/// # Errors
/// For anything but a post.
pub(super) fn is_removed(bytes: &[u8]) -> Result<bool, serde_json::Error> {
    Ok(serde_json::from_slice::<Post>(bytes)?.is_removed())
}

/// How long a refused request is to wait, as `extras.wait_seconds` says; `None` where it does not.
pub(super) fn wait(bytes: &[u8]) -> Option<Duration> {
    let refusal: Value = serde_json::from_slice(bytes).ok()?;
    let seconds = refusal["extras"]["wait_seconds"].as_f64().filter(|seconds| seconds.is_finite())?;
    Some(Duration::from_secs(seconds.clamp(1.0, 86_400.0).ceil() as u64))
}

impl Post {
    fn is_removed(&self) -> bool {
        self.deleted_at.is_some() || self.user_deleted || self.hidden
    }
}

fn item(post: Post, forum: &Url, categories: &HashSet<i64>) -> Entry {
    let id = post.id.to_string();
    let order = post.id;
    if post.is_removed() {
        return Entry { id, mark: order, content: Content::Removed };
    }
    let elsewhere = !categories.is_empty() && post.category_id.is_none_or(|category| !categories.contains(&category));
    let text = own_prose(&post.cooked);
    if elsewhere || post.kind != REGULAR || text.is_empty() {
        return Entry { id, mark: order, content: Content::Nothing };
    }
    let slug = post.topic_slug.as_deref().filter(|slug| !slug.is_empty()).unwrap_or("-");
    let mention = RawMention {
        external_id: id.clone(),
        text,
        url: forum.join(&format!("t/{slug}/{}/{}", post.topic_id, post.number)).ok().map(Into::into),
        thread: Some(post.topic_id.to_string()),
        // An answer does not say what its topic is called.
        title: post.topic_title.filter(|title| post.number == 1 && !title.is_empty()),
        author: post.username,
        posted_at: Some(post.created_at),
        ..RawMention::default()
    };
    Entry { id, mark: order, content: Content::Mention(Box::new(mention)) }
}
