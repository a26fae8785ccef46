//! Answers of X's recent search and post lookup
//! (<https://docs.x.com/x-api/posts/search-recent-posts>).

use moodline_types::RawMention;
use serde::Deserialize;
use serde_json::Value;

use crate::{
    answer, fields,
    walk::{Item, Step},
};

/// One page of posts.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Posts {
    /// The posts; `next` is a page token; `removed` holds those a lookup did not find.
    pub step: Step,
    /// The newest id of the page, edits included.
    pub newest: Option<u64>,
}

/// Reads one page. An edited post has a new id: the first of its history stays its identity, and only its latest
/// version is taken.
///
/// # Errors
/// When the bytes are not such a page. A page without posts has no `data` and is one.
pub fn parse(bytes: &[u8], origin: &str) -> serde_json::Result<Posts> {
    let page: Answer = serde_json::from_slice(bytes)?;
    if page.data.is_none() && page.meta.is_none() && page.errors.is_empty() {
        return Err(serde::de::Error::custom("it has neither posts nor a count of them"));
    }
    let meta = page.meta.unwrap_or_default();
    let mut step = Step { next: meta.next_token.filter(|token| !token.is_empty()), ..Step::default() };
    answer::each(page.data.unwrap_or_default(), origin, &mut step.rejected, |post: Post| {
        step.items.push(Item { mark: post.id.parse().ok(), id: post.id.clone(), mention: mention(post) });
    });
    let missing = page.errors.into_iter().filter(Problem::is_missing);
    step.removed = missing.filter_map(|problem| problem.resource_id).collect();
    Ok(Posts { step, newest: meta.newest_id.and_then(|id| id.parse().ok()) })
}

/// The title of an error, e.g. `UsageCapExceeded`; `None` where the bytes are none.
pub fn refusal(bytes: &[u8]) -> Option<String> {
    let answer: Value = serde_json::from_slice(bytes).ok()?;
    answer["title"].as_str().map(str::to_owned)
}

#[derive(Deserialize)]
struct Answer {
    data: Option<Vec<Value>>,
    meta: Option<Meta>,
    #[serde(default)]
    errors: Vec<Problem>,
}

#[derive(Deserialize, Default)]
struct Meta {
    newest_id: Option<String>,
    next_token: Option<String>,
}

#[derive(Deserialize)]
struct Problem {
    resource_id: Option<String>,
    #[serde(rename = "type")]
    kind: Option<String>,
}

impl Problem {
    /// Deleted, or hidden from everybody; an account that merely protects its posts says so otherwise.
    fn is_missing(&self) -> bool {
        self.kind.as_deref().is_some_and(|kind| kind.ends_with("/resource-not-found"))
    }
}

#[derive(Deserialize)]
struct Post {
    #[serde(deserialize_with = "fields::id")]
    id: String,
    text: String,
    /// The whole of a post longer than 280 characters.
    note_tweet: Option<Note>,
    #[serde(default)]
    edit_history_tweet_ids: Vec<String>,
    author_id: Option<String>,
    created_at: Option<String>,
    lang: Option<String>,
    conversation_id: Option<String>,
    entities: Option<Entities>,
    #[serde(default)]
    referenced_tweets: Vec<Reference>,
}

#[derive(Deserialize)]
struct Note {
    text: String,
    entities: Option<Entities>,
}

#[derive(Deserialize, Default)]
struct Entities {
    #[serde(default)]
    urls: Vec<Link>,
}

#[derive(Deserialize)]
struct Link {
    /// As it stands in the text.
    url: String,
    display_url: Option<String>,
}

#[derive(Deserialize)]
struct Reference {
    #[serde(rename = "type")]
    kind: String,
    id: String,
}

fn mention(post: Post) -> Option<RawMention> {
    let history = &post.edit_history_tweet_ids;
    if history.last().is_some_and(|latest| *latest != post.id) {
        return None;
    }
    let (text, entities) = match post.note_tweet {
        Some(note) => (note.text, note.entities),
        None => (post.text, post.entities),
    };
    let (_, text) = fields::words(None, Some(plain(&text, &entities.unwrap_or_default().urls)))?;
    let repeated = post.referenced_tweets.into_iter().find(|reference| reference.kind == "retweeted");
    Some(RawMention {
        url: Some(format!("https://x.com/i/web/status/{}", post.id)),
        external_id: history.first().unwrap_or(&post.id).clone(),
        canonical_id: repeated.map(|reference| format!("x:{}", reference.id)),
        author: post.author_id,
        text,
        language: fields::language(post.lang.as_deref()),
        posted_at: fields::instant(post.created_at.as_deref()),
        thread: post.conversation_id,
        ..RawMention::default()
    })
}

/// Links as they are shown, pictures and quoted posts not at all; the three escaped characters as themselves.
fn plain(text: &str, links: &[Link]) -> String {
    let mut text = text.to_owned();
    for Link { url, display_url } in links.iter().filter(|link| !link.url.is_empty()) {
        let shown = display_url.as_deref().unwrap_or_default();
        let own = ["pic.twitter.com/", "pic.x.com/", "twitter.com/", "x.com/"].iter().any(|own| shown.starts_with(own));
        text = text.replace(url, if own { "" } else { shown });
    }
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
}
