//! Lists of posts and comments, as version 3 of the API gives them.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use moodline_types::RawMention;
use serde::{Deserialize, Deserializer, de::Error};
use serde_json::Value;

use crate::{
    answer::{Content, Entry, add_all},
    instant::TimeReading,
    text::markdown_to_text,
    walk::Step,
};

/// What the numbers in `language_id` stand for at an instance.
pub(super) type Languages = HashMap<u32, String>;

#[derive(Debug, Deserialize)]
struct Answer {
    posts: Option<Vec<Value>>,
    comments: Option<Vec<Value>>,
}

#[derive(Debug, Deserialize)]
struct PostView {
    post: Post,
    creator: Person,
}

#[derive(Debug, Deserialize)]
struct CommentView {
    comment: Comment,
    creator: Person,
}

#[derive(Debug, Deserialize)]
struct Post {
    name: String,
    body: Option<String>,
    #[serde(flatten)]
    common: Common,
}

#[derive(Debug, Deserialize)]
struct Comment {
    content: String,
    post_id: i64,
    #[serde(flatten)]
    common: Common,
}

/// What posts and comments have in common.
#[derive(Debug, Deserialize)]
struct Common {
    id: i64,
    ap_id: Option<String>,
    #[serde(deserialize_with = "instant")]
    published: DateTime<Utc>,
    #[serde(default)]
    deleted: bool,
    #[serde(default)]
    removed: bool,
    /// 0 where the author did not say.
    #[serde(default)]
    language_id: u32,
}

#[derive(Debug, Deserialize)]
struct Person {
    name: String,
    actor_id: Option<String>,
    #[serde(default)]
    bot_account: bool,
}

/// Posts and comments, ordered by when they were published at home, in milliseconds. Their ids are `post/1` and
/// `comment/1`: an instance counts the two apart.
///
/// # Errors
/// For anything but a list of posts or comments.
pub(super) fn parse(bytes: &[u8], origin: &str, languages: &Languages) -> Result<Step, serde_json::Error> {
    let answer: Answer = serde_json::from_slice(bytes)?;
    if answer.posts.is_none() && answer.comments.is_none() {
        return Err(serde_json::Error::custom("neither `posts` nor `comments` in the answer"));
    }
    let mut step = Step::default();
    add_all(&mut step, answer.posts.unwrap_or_default(), origin, |PostView { post, creator }| {
        let thread = post.common.id;
        item("post", post.common, creator, thread, Some(post.name), &post.body.unwrap_or_default(), languages)
    });
    add_all(&mut step, answer.comments.unwrap_or_default(), origin, |CommentView { comment, creator }| {
        let (thread, content) = (comment.post_id, comment.content);
        item("comment", comment.common, creator, thread, None, &content, languages)
    });
    Ok(step)
}

fn item(
    kind: &str,
    common: Common,
    creator: Person,
    thread: i64,
    title: Option<String>,
    markdown: &str,
    languages: &Languages,
) -> Entry {
    let id = format!("{kind}/{}", common.id);
    let order = common.published.timestamp_millis();
    if common.deleted || common.removed {
        return Entry { id, mark: order, content: Content::Removed };
    }
    let body = markdown_to_text(markdown);
    let (title, text) = if body.is_empty() { (None, title.unwrap_or_default()) } else { (title, body) };
    if text.is_empty() || creator.bot_account {
        return Entry { id, mark: order, content: Content::Nothing };
    }
    let mention = RawMention {
        external_id: id.clone(),
        text,
        title,
        url: common.ap_id.clone(),
        canonical_id: common.ap_id,
        thread: Some(format!("post/{thread}")),
        author: Some(creator.actor_id.unwrap_or(creator.name)),
        language: languages.get(&common.language_id).cloned(),
        posted_at: Some(common.published),
        ..RawMention::default()
    };
    Entry { id, mark: order, content: Content::Mention(Box::new(mention)) }
}

/// Instances before 0.19 leave the zone away and mean UTC.
fn instant<'de, D: Deserializer<'de>>(deserializer: D) -> Result<DateTime<Utc>, D::Error> {
    let text = String::deserialize(deserializer)?;
    TimeReading::default().parse(&text).ok_or_else(|| D::Error::custom(format_args!("`{text}` is not a time")))
}

/// The languages of `/api/v3/site`, without the one that stands for "not said".
///
/// # Errors
/// For anything but the description of an instance.
pub(super) fn parse_languages(bytes: &[u8]) -> Result<Languages, serde_json::Error> {
    #[derive(Debug, Deserialize)]
    struct Site {
        #[serde(default)]
        all_languages: Vec<Language>,
    }
    #[derive(Debug, Deserialize)]
    struct Language {
        id: u32,
        code: String,
    }
    let site: Site = serde_json::from_slice(bytes)?;
    Ok(site.all_languages.into_iter().filter(|l| l.code != "und").map(|l| (l.id, l.code)).collect())
}

/// Whether a post or comment as it is given alone is deleted by its author or removed by a moderator.
pub(super) fn is_removed(bytes: &[u8]) -> bool {
    #[derive(Debug, Deserialize)]
    struct Alone {
        post_view: Option<Value>,
        comment_view: Option<Value>,
    }
    let alone: Option<Alone> = serde_json::from_slice(bytes).ok();
    let flag = |view: &Option<Value>, kind: &str, flag: &str| {
        view.as_ref().and_then(|view| view.get(kind)?.get(flag)?.as_bool()).unwrap_or(false)
    };
    alone.is_some_and(|alone| {
        ["deleted", "removed"]
            .iter()
            .any(|name| flag(&alone.post_view, "post", name) || flag(&alone.comment_view, "comment", name))
    })
}
