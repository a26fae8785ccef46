//! Answers of the Stack Exchange API, version 2.3.

use std::time::Duration;

use chrono::DateTime;
use moodline_types::RawMention;
use serde::Deserialize;
use serde_json::Value;

use crate::{
    answer::{Content, Entry, add_all},
    text::{html_to_text, own_prose},
    walk::Step,
};

/// What the API says about itself in every answer.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
pub(super) struct Wrapper {
    /// Whether there is another page.
    #[serde(default)]
    pub(super) has_more: bool,
    /// Seconds to leave this method alone.
    pub(super) backoff: Option<f64>,
    /// Requests left today.
    pub(super) quota_remaining: Option<u64>,
    /// Set where the request was refused.
    pub(super) error_id: Option<u32>,
    /// `throttle_violation`, `bad_parameter`, …
    pub(super) error_name: Option<String>,
    /// What was wrong, for people.
    pub(super) error_message: Option<String>,
    #[serde(default)]
    items: Vec<Value>,
}

impl Wrapper {
    /// The pause asked for, rounded up to whole seconds.
    pub(super) fn pause(&self) -> Option<Duration> {
        let seconds = self.backoff.filter(|seconds| seconds.is_finite() && *seconds > 0.0)?;
        Some(Duration::from_secs(seconds.min(86_400.0).ceil() as u64))
    }
}

#[derive(Debug, Deserialize)]
struct Question {
    #[serde(rename = "question_id")]
    id: u64,
    last_activity_date: i64,
    #[serde(default)]
    answers: Vec<Value>,
    #[serde(default)]
    comments: Vec<Value>,
    #[serde(flatten)]
    post: Post,
}

#[derive(Debug, Deserialize)]
struct Answer {
    #[serde(rename = "answer_id")]
    id: u64,
    #[serde(default)]
    comments: Vec<Value>,
    #[serde(flatten)]
    post: Post,
}

#[derive(Debug, Deserialize)]
struct Comment {
    #[serde(rename = "comment_id")]
    id: u64,
    #[serde(flatten)]
    post: Post,
}

/// What questions, answers and comments have in common.
#[derive(Debug, Deserialize)]
struct Post {
    title: Option<String>,
    body: Option<String>,
    link: Option<String>,
    creation_date: i64,
    owner: Option<Owner>,
}

#[derive(Debug, Deserialize)]
struct Owner {
    user_id: Option<u64>,
    display_name: Option<String>,
}

/// Questions with their answers and all comments, each placed by the last activity of its question, in milliseconds.
/// Ids are `question/1`, `answer/1` and `comment/1`.
///
/// # Errors
/// For anything but an answer of the API.
pub(super) fn parse(bytes: &[u8], site: &str) -> Result<(Wrapper, Step), serde_json::Error> {
    let mut wrapper: Wrapper = serde_json::from_slice(bytes)?;
    let mut step = Step::default();
    let mut nested = Vec::new();
    add_all(&mut step, std::mem::take(&mut wrapper.items), site, |question: Question| {
        let order = question.last_activity_date.saturating_mul(1000);
        let thread = format!("question/{}", question.id);
        nested.push((question.answers, question.comments, order, thread.clone()));
        let link = format!("https://{}/q/{}", host(site), question.id);
        question.post.entry(thread.clone(), order, &thread, link)
    });
    for (answers, mut comments, order, thread) in nested {
        add_all(&mut step, answers, site, |answer: Answer| {
            comments.extend(answer.comments);
            let link = format!("https://{}/a/{}", host(site), answer.id);
            answer.post.entry(format!("answer/{}", answer.id), order, &thread, link)
        });
        add_all(&mut step, comments, site, |comment: Comment| {
            let link = format!("https://{}/posts/comments/{}", host(site), comment.id);
            comment.post.entry(format!("comment/{}", comment.id), order, &thread, link)
        });
    }
    Ok((wrapper, step))
}

impl Post {
    fn entry(self, id: String, order: i64, thread: &str, link: String) -> Entry {
        let title = self.title.map(|title| html_to_text(&title)).filter(|title| !title.is_empty());
        let text = own_prose(&self.body.unwrap_or_default());
        // Only a question's own title says something of its own.
        let title = title.filter(|_| id.starts_with("question/"));
        let (title, text) = if text.is_empty() { (None, title.unwrap_or_default()) } else { (title, text) };
        if text.is_empty() {
            return Entry { id, mark: order, content: Content::Nothing };
        }
        let mention = RawMention {
            external_id: id.clone(),
            text,
            title,
            url: self.link.filter(|link| !link.is_empty()).or(Some(link)),
            thread: Some(thread.to_owned()),
            author: self.owner.and_then(|owner| owner.user_id.map(|id| id.to_string()).or(owner.display_name)),
            posted_at: DateTime::from_timestamp(self.creation_date, 0),
            ..RawMention::default()
        };
        Entry { id, mark: order, content: Content::Mention(Box::new(mention)) }
    }
}

/// The host of a site by its API name: `stackoverflow`, `unix`, `ru.stackoverflow`, `meta.unix`.
fn host(site: &str) -> String {
    const OWN_DOMAINS: [&str; 5] = ["stackoverflow", "serverfault", "superuser", "askubuntu", "mathoverflow.net"];
    if site.contains(".com") || site.contains(".net") {
        return site.to_owned();
    }
    let last = site.rsplit('.').next().unwrap_or(site);
    if OWN_DOMAINS.contains(&last) { format!("{site}.com") } else { format!("{site}.stackexchange.com") }
}

/// The id of a filter that was made.
///
/// # Errors
/// For anything but a filter.
pub(super) fn parse_filter(bytes: &[u8]) -> Result<String, serde_json::Error> {
    #[derive(Debug, Deserialize)]
    struct Filters {
        items: [Filter; 1],
    }
    #[derive(Debug, Deserialize)]
    struct Filter {
        filter: String,
    }
    let Filters { items: [Filter { filter }] } = serde_json::from_slice(bytes)?;
    Ok(filter)
}
