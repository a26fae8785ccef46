//! Answers of the `YouTube` Data API: `commentThreads.list` and `comments.list`
//! (<https://developers.google.com/youtube/v3/docs/commentThreads>).

use moodline_types::RawMention;
use serde::Deserialize;
use serde_json::Value;

use crate::{
    answer, fields,
    walk::{Item, Step},
};

/// One page of threads.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Threads {
    /// Top comments and those of their replies that came along.
    pub step: Step,
    /// The threads themselves, in the order of the answer.
    pub threads: Vec<Thread>,
}

/// What is known of a thread besides its words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Thread {
    /// Id of the top comment.
    pub id: String,
    /// The video it stands under; empty for comments on a channel.
    pub video: String,
    /// When the top comment was written, in milliseconds since 1970.
    pub published_ms: Option<i64>,
    /// How many replies there are.
    pub replies: u64,
    /// Whether all of them came along.
    pub complete: bool,
}

/// Reads one page of threads; `next` is a page token.
///
/// # Errors
/// When the bytes are not such a page.
pub fn parse_threads(bytes: &[u8], origin: &str) -> serde_json::Result<Threads> {
    let page: Answer = serde_json::from_slice(bytes)?;
    let mut step = Step { next: page.next(), ..Step::default() };
    let mut threads = Vec::new();
    answer::each(page.items, origin, &mut step.rejected, |item: ThreadItem| {
        let ThreadItem { id, snippet, replies: given } = item;
        let at = fields::instant(snippet.top_level_comment.snippet.published_at.as_deref());
        let given = given.map(|given| given.comments).unwrap_or_default();
        threads.push(Thread {
            id: id.clone(),
            video: snippet.video_id.clone().unwrap_or_default(),
            published_ms: at.map(|at| at.timestamp_millis()),
            replies: snippet.total_reply_count,
            complete: given.len() as u64 >= snippet.total_reply_count,
        });
        let (video, channel) = (snippet.video_id, snippet.channel_id);
        // Replies are no entries of the list of threads: they have no mark.
        let replies = given.into_iter().filter_map(|value| Comment::deserialize(value).ok());
        let replies = replies.filter_map(|reply| mention(reply, &id, video.as_deref(), channel.as_deref()));
        step.items.extend(replies.map(|reply| Item { mark: None, ..Item::posted(reply) }));
        let top = mention(snippet.top_level_comment, &id, video.as_deref(), channel.as_deref());
        step.items.push(fields::item(id, at, top));
    });
    Ok(Threads { step, threads })
}

/// Reads one page of the comments of a thread; `next` is a page token.
///
/// # Errors
/// When the bytes are not such a page.
pub fn parse_comments(bytes: &[u8], thread: &str, video: &str, origin: &str) -> serde_json::Result<Step> {
    let page: Answer = serde_json::from_slice(bytes)?;
    let mut step = Step { next: page.next(), ..Step::default() };
    answer::each(page.items, origin, &mut step.rejected, |comment| {
        step.items.extend(mention(comment, thread, Some(video), None).map(Item::posted));
    });
    Ok(step)
}

/// The ids among an answer's items.
///
/// # Errors
/// When the bytes are not a page of items.
pub fn parse_ids(bytes: &[u8]) -> serde_json::Result<Vec<String>> {
    let page: Answer = serde_json::from_slice(bytes)?;
    Ok(page.items.iter().filter_map(|item| item["id"].as_str().map(str::to_owned)).collect())
}

/// Why the API refused, e.g. `quotaExceeded`; `None` where it does not say.
pub fn refusal(bytes: &[u8]) -> Option<String> {
    let answer: Value = serde_json::from_slice(bytes).ok()?;
    answer["error"]["errors"][0]["reason"].as_str().map(str::to_owned)
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Answer {
    items: Vec<Value>,
    next_page_token: Option<String>,
}

impl Answer {
    fn next(&self) -> Option<String> {
        self.next_page_token.clone().filter(|token| !token.is_empty())
    }
}

#[derive(Deserialize)]
struct ThreadItem {
    #[serde(deserialize_with = "fields::id")]
    id: String,
    snippet: ThreadSnippet,
    replies: Option<Replies>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ThreadSnippet {
    channel_id: Option<String>,
    video_id: Option<String>,
    top_level_comment: Comment,
    #[serde(default)]
    total_reply_count: u64,
}

#[derive(Deserialize)]
struct Replies {
    #[serde(default)]
    comments: Vec<Value>,
}

#[derive(Deserialize)]
struct Comment {
    #[serde(deserialize_with = "fields::id")]
    id: String,
    snippet: CommentSnippet,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct CommentSnippet {
    channel_id: Option<String>,
    video_id: Option<String>,
    text_display: Option<String>,
    author_display_name: Option<String>,
    author_channel_id: Option<ChannelId>,
    published_at: Option<String>,
}

#[derive(Deserialize)]
struct ChannelId {
    value: Option<String>,
}

/// The comment, unless it is the channel's own.
fn mention(comment: Comment, thread: &str, video: Option<&str>, channel: Option<&str>) -> Option<RawMention> {
    let Comment { id, snippet } = comment;
    let author = snippet.author_channel_id.and_then(|author| author.value);
    let owner = snippet.channel_id.as_deref().or(channel);
    if author.is_some() && author.as_deref() == owner {
        return None;
    }
    let (_, text) = fields::words(None, snippet.text_display)?;
    let video = snippet.video_id.as_deref().or(video).filter(|video| !video.is_empty());
    let url = video.map(|video| {
        let mut url = url::Url::parse("https://www.youtube.com/watch").expect("a constant address");
        url.query_pairs_mut().append_pair("v", video).append_pair("lc", &id);
        url.into()
    });
    Some(RawMention {
        external_id: id,
        url,
        author: author.or(snippet.author_display_name).filter(|author| !author.is_empty()),
        text,
        posted_at: fields::instant(snippet.published_at.as_deref()),
        thread: Some(thread.to_owned()),
        ..RawMention::default()
    })
}
