//! Discussions, which only the GraphQL API has.

use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde_json::Value;

use super::parse::{Post, User, Wanted};
use crate::{answer::add_all, walk::Step};

/// Newest change first, with as many comments and answers as one question may ask for. A comment or an answer moves
/// its discussion to the front.
pub(super) const QUERY: &str = "\
query($owner: String!, $name: String!, $after: String) {
  repository(owner: $owner, name: $name) {
    discussions(first: 20, after: $after, orderBy: {field: UPDATED_AT, direction: DESC}) {
      pageInfo { hasNextPage endCursor }
      nodes {
        number title body url createdAt updatedAt author { login __typename }
        comments(last: 50) {
          totalCount
          nodes {
            databaseId body url createdAt updatedAt author { login __typename }
            replies(last: 20) {
              totalCount
              nodes { databaseId body url createdAt updatedAt author { login __typename } }
            }
          }
        }
      }
    }
  }
}";

#[derive(Debug, Deserialize)]
struct Answer {
    data: Option<Data>,
    #[serde(default)]
    errors: Vec<Refusal>,
}

#[derive(Debug, Deserialize)]
struct Refusal {
    #[serde(default)]
    message: String,
    #[serde(default, rename = "type")]
    kind: String,
}

#[derive(Debug, Deserialize)]
struct Data {
    repository: Option<Repository>,
}

#[derive(Debug, Deserialize)]
struct Repository {
    discussions: Discussions,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Discussions {
    page_info: PageInfo,
    nodes: Vec<Value>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct PageInfo {
    has_next_page: bool,
    end_cursor: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Discussion {
    number: u64,
    title: String,
    updated_at: DateTime<Utc>,
    comments: Option<Replies>,
    #[serde(flatten)]
    words: Words,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Reply {
    database_id: u64,
    replies: Option<Replies>,
    #[serde(flatten)]
    words: Words,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Replies {
    nodes: Vec<Value>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Words {
    body: Option<String>,
    url: Option<String>,
    created_at: DateTime<Utc>,
    /// `null` for accounts that are no more.
    author: Option<Author>,
}

#[derive(Debug, Deserialize)]
struct Author {
    login: String,
    #[serde(default, rename = "__typename")]
    kind: String,
}

/// What the GraphQL API answered instead of data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Refused {
    /// `RATE_LIMITED`, `NOT_FOUND`, `FORBIDDEN`, …
    pub(super) kind: String,
    /// For people.
    pub(super) message: String,
}

/// Discussions with their comments and the answers to these, each placed by the last change of its discussion, in
/// milliseconds. Ids are `discussion/NUMBER` and `discussion-comment/ID`. `next` is where the next page begins.
///
/// # Errors
/// For anything but an answer of GraphQL. A refusal is an answer: the inner error.
pub(super) fn parse(bytes: &[u8], origin: &str, wanted: Wanted) -> Result<Result<Step, Refused>, serde_json::Error> {
    let answer: Answer = serde_json::from_slice(bytes)?;
    let Some(Repository { discussions }) = answer.data.and_then(|data| data.repository) else {
        let first = answer.errors.into_iter().next();
        let refused = first.map_or_else(
            || Refused { kind: "NOT_FOUND".to_owned(), message: "no such repository".to_owned() },
            |error| Refused { kind: error.kind, message: error.message },
        );
        return Ok(Err(refused));
    };
    let next = discussions.page_info.end_cursor.filter(|_| discussions.page_info.has_next_page);
    let mut step = Step { next, ..Step::default() };
    let mut replies = Vec::new();
    add_all(&mut step, discussions.nodes, origin, |discussion: Discussion| {
        let thread = format!("discussion/{}", discussion.number);
        replies.extend(discussion.comments.map(|comments| (comments, thread.clone(), discussion.updated_at)));
        let post = discussion.words.post(thread.clone(), &thread, Some(discussion.title), discussion.updated_at);
        post.entry(true, wanted)
    });
    while let Some((Replies { nodes, .. }, thread, updated_at)) = replies.pop() {
        add_all(&mut step, nodes, origin, |reply: Reply| {
            replies.extend(reply.replies.map(|replies| (replies, thread.clone(), updated_at)));
            let id = format!("discussion-comment/{}", reply.database_id);
            reply.words.post(id, &thread, None, updated_at).entry(true, wanted)
        });
    }
    Ok(Ok(step))
}

impl Words {
    fn post(self, id: String, thread: &str, title: Option<String>, updated_at: DateTime<Utc>) -> Post {
        Post {
            id,
            thread: thread.to_owned(),
            url: self.url,
            title,
            body: self.body,
            author: self.author.map(|author| User { login: author.login, kind: author.kind }),
            created_at: self.created_at,
            updated_at,
        }
    }
}
