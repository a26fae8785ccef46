//! Lists of issues and of comments on them (REST), and of discussions (GraphQL).

use chrono::{DateTime, Utc};
use moodline_types::RawMention;
use serde::Deserialize;
use serde_json::Value;

use crate::{
    answer::{Content, Entry, add_all},
    text::markdown_to_text,
    walk::Step,
};

/// What of a repository is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Wanted {
    /// Pull requests, and comments on them.
    pub(super) pull_requests: bool,
    /// What programs write.
    pub(super) bots: bool,
}

#[derive(Debug, Deserialize)]
struct Issue {
    number: u64,
    html_url: Option<String>,
    title: Option<String>,
    body: Option<String>,
    user: Option<User>,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
    pull_request: Option<Value>,
}

#[derive(Debug, Deserialize)]
struct Comment {
    id: u64,
    html_url: Option<String>,
    issue_url: Option<String>,
    body: Option<String>,
    user: Option<User>,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

#[derive(Debug, Deserialize)]
pub(super) struct User {
    pub(super) login: String,
    /// `User`, `Bot`, `Organization`.
    #[serde(default, rename = "type")]
    pub(super) kind: String,
}

impl User {
    fn is_bot(&self) -> bool {
        self.kind == "Bot" || self.login.ends_with("[bot]")
    }
}

/// Issues, ordered by when they were last changed, in milliseconds. Ids are `issue/NUMBER`.
///
/// # Errors
/// For anything but a list.
pub(super) fn parse_issues(bytes: &[u8], origin: &str, wanted: Wanted) -> Result<Step, serde_json::Error> {
    let mut step = Step::default();
    add_all(&mut step, serde_json::from_slice(bytes)?, origin, |issue: Issue| {
        let id = format!("issue/{}", issue.number);
        let relevant = wanted.pull_requests || issue.pull_request.is_none();
        let post = Post {
            thread: id.clone(),
            id,
            url: issue.html_url,
            title: issue.title,
            body: issue.body,
            author: issue.user,
            created_at: issue.created_at,
            updated_at: issue.updated_at,
        };
        post.entry(relevant, wanted)
    });
    Ok(step)
}

/// Comments on issues, ordered by when they were last changed, in milliseconds. Ids are `comment/ID`.
///
/// # Errors
/// For anything but a list.
pub(super) fn parse_comments(bytes: &[u8], origin: &str, wanted: Wanted) -> Result<Step, serde_json::Error> {
    let mut step = Step::default();
    add_all(&mut step, serde_json::from_slice(bytes)?, origin, |comment: Comment| {
        let on_pull_request = comment.html_url.as_deref().is_some_and(|url| url.contains("/pull/"));
        let number = comment.issue_url.as_deref().and_then(|url| url.rsplit('/').next()).unwrap_or_default();
        let post = Post {
            id: format!("comment/{}", comment.id),
            thread: format!("issue/{number}"),
            url: comment.html_url,
            title: None,
            body: comment.body,
            author: comment.user,
            created_at: comment.created_at,
            updated_at: comment.updated_at,
        };
        post.entry(wanted.pull_requests || !on_pull_request, wanted)
    });
    Ok(step)
}

/// An issue, comment, discussion or answer in it.
#[derive(Debug)]
pub(super) struct Post {
    pub(super) id: String,
    pub(super) thread: String,
    pub(super) url: Option<String>,
    pub(super) title: Option<String>,
    pub(super) body: Option<String>,
    pub(super) author: Option<User>,
    pub(super) created_at: DateTime<Utc>,
    pub(super) updated_at: DateTime<Utc>,
}

impl Post {
    pub(super) fn entry(self, relevant: bool, wanted: Wanted) -> Entry {
        let (id, order) = (self.id, self.updated_at.timestamp_millis());
        let by_bot = self.author.as_ref().is_some_and(User::is_bot);
        let body = markdown_to_text(&self.body.unwrap_or_default());
        let title = self.title.unwrap_or_default().trim().to_owned();
        let (title, text) = if body.is_empty() { (None, title) } else { (Some(title).filter(|t| !t.is_empty()), body) };
        if !relevant || text.is_empty() || (by_bot && !wanted.bots) {
            return Entry { id, mark: order, content: Content::Nothing };
        }
        let mention = RawMention {
            external_id: id.clone(),
            thread: Some(self.thread),
            url: self.url,
            author: self.author.map(|user| user.login),
            title,
            text,
            posted_at: Some(self.created_at),
            ..RawMention::default()
        };
        Entry { id, mark: order, content: Content::Mention(Box::new(mention)) }
    }
}
