//! Reddit's listings (<https://www.reddit.com/dev/api>): posts are things of kind `t3`, comments of kind `t1`.

use chrono::{DateTime, Utc};
use moodline_types::RawMention;
use serde::Deserialize;
use serde_json::Value;

use crate::{answer, fields, text, walk::Step};

/// Reads one page of a listing; `next` is the full name after which the next page begins.
///
/// What its author deleted or a moderator removed comes back as `[deleted]` and `[removed]`: its id goes to
/// [`Step::removed`].
///
/// # Errors
/// When the bytes are not a listing.
pub fn parse(bytes: &[u8], origin: &str) -> serde_json::Result<Step> {
    let Answer { data } = serde_json::from_slice(bytes)?;
    let mut step = Step { next: data.after, ..Step::default() };
    answer::each(data.children, origin, &mut step.rejected, |Child { data }| {
        let (id, at) = (data.name.clone(), data.created_utc.and_then(instant));
        if data.is_gone() {
            step.removed.push(id.clone());
            step.items.push(fields::item(id, at, None));
        } else {
            step.items.push(fields::item(id, at, mention(data, at)));
        }
    });
    Ok(step)
}

#[derive(Deserialize)]
struct Answer {
    data: Data,
}

#[derive(Deserialize)]
struct Data {
    children: Vec<Value>,
    after: Option<String>,
}

#[derive(Deserialize)]
struct Child {
    data: Thing,
}

#[derive(Deserialize)]
struct Thing {
    /// Kind and id, e.g. `t3_48fbm9`.
    #[serde(deserialize_with = "fields::id")]
    name: String,
    author: Option<String>,
    created_utc: Option<f64>,
    permalink: Option<String>,
    /// A post's.
    title: Option<String>,
    selftext: Option<String>,
    /// A comment's.
    body: Option<String>,
    /// The post a comment stands under.
    link_id: Option<String>,
    /// Who took it down, e.g. `moderator` or `deleted`.
    removed_by_category: Option<String>,
    crosspost_parent: Option<String>,
}

impl Thing {
    fn is_gone(&self) -> bool {
        let words = self.body.as_deref().or(self.selftext.as_deref()).unwrap_or_default();
        matches!(words.trim(), "[deleted]" | "[removed]" | "[ Removed by Reddit ]")
            || self.removed_by_category.is_some()
    }
}

fn instant(seconds: f64) -> Option<DateTime<Utc>> {
    DateTime::from_timestamp(seconds as i64, 0)
}

fn mention(thing: Thing, posted_at: Option<DateTime<Utc>>) -> Option<RawMention> {
    let markdown = thing.body.or(thing.selftext);
    let (title, text) = fields::words(thing.title, markdown.map(|markdown| text::markdown_to_text(&markdown)))?;
    let url = thing.permalink.map(|path| format!("https://www.reddit.com{path}"));
    Some(RawMention {
        url: url.or_else(|| thing.link_id.as_ref().map(|post| comment_url(post, &thing.name))),
        thread: Some(thing.link_id.unwrap_or_else(|| thing.name.clone())),
        // A crosspost shows the words of another post.
        canonical_id: thing.crosspost_parent.map(|parent| format!("reddit:{parent}")),
        external_id: thing.name,
        author: thing.author.filter(|author| author != "[deleted]"),
        title,
        text,
        posted_at,
        ..RawMention::default()
    })
}

/// Older answers give comments no address of their own.
fn comment_url(post: &str, comment: &str) -> String {
    let id = |name: &str| name.split_once('_').map_or(name, |(_, id)| id).to_owned();
    format!("https://www.reddit.com/comments/{}/_/{}", id(post), id(comment))
}
