//! Statuses of a hashtag timeline.

use chrono::{DateTime, Utc};
use moodline_types::RawMention;
use serde::Deserialize;
use serde_json::Value;

use crate::{
    answer::{Content, Entry, add_all},
    text::{html_own_words, html_to_text},
    walk::Step,
};

#[derive(Debug, Deserialize)]
struct Status {
    id: String,
    uri: Option<String>,
    url: Option<String>,
    created_at: DateTime<Utc>,
    language: Option<String>,
    #[serde(default)]
    spoiler_text: String,
    #[serde(default)]
    content: String,
    account: Account,
    /// A status passed on is its author's, and is listed on its own.
    reblog: Option<Value>,
    in_reply_to_id: Option<String>,
    poll: Option<Poll>,
}

#[derive(Debug, Deserialize)]
struct Account {
    acct: String,
    url: Option<String>,
    #[serde(default)]
    bot: bool,
    noindex: Option<bool>,
    #[serde(default)]
    note: String,
}

#[derive(Debug, Deserialize)]
struct Poll {
    #[serde(default)]
    options: Vec<PollOption>,
}

#[derive(Debug, Deserialize)]
struct PollOption {
    #[serde(default)]
    title: String,
}

/// Whose statuses are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Authors {
    /// Those that say they are programs.
    pub(super) bots: bool,
}

/// Statuses in the order of the answer, each placed by the time its author posted it, in milliseconds.
///
/// # Errors
/// For anything but a list.
pub(super) fn parse(bytes: &[u8], origin: &str, authors: Authors) -> Result<Step, serde_json::Error> {
    let mut step = Step::default();
    add_all(&mut step, serde_json::from_slice(bytes)?, origin, |status: Status| item(status, authors));
    Ok(step)
}

fn item(status: Status, authors: Authors) -> Entry {
    let order = status.created_at.timestamp_millis();
    let unwanted = (status.account.bot && !authors.bots) || status.account.asks_to_be_left_out();
    if unwanted || status.reblog.is_some() {
        return Entry { id: status.id, mark: order, content: Content::Nothing };
    }
    let parts = [html_own_words(&status.content)]
        .into_iter()
        .chain(status.poll.iter().flat_map(|poll| &poll.options).map(|option| html_to_text(&option.title)));
    let text = parts.filter(|part| !part.is_empty()).collect::<Vec<_>>().join("\n");
    let warning = html_to_text(&status.spoiler_text);
    if text.is_empty() && warning.is_empty() {
        return Entry { id: status.id, mark: order, content: Content::Nothing };
    }
    let (title, text) = if text.is_empty() { (None, warning) } else { (Some(warning).filter(|w| !w.is_empty()), text) };
    let mention = RawMention {
        external_id: status.id.clone(),
        text,
        author: Some(status.account.url.unwrap_or(status.account.acct)),
        url: status.url.or_else(|| status.uri.clone()),
        canonical_id: status.uri,
        thread: status.in_reply_to_id,
        title,
        language: status.language,
        posted_at: Some(status.created_at),
        ..RawMention::default()
    };
    Entry { id: status.id, mark: order, content: Content::Mention(Box::new(mention)) }
}

impl Account {
    /// By the setting that asks search engines to stay away, or by the hashtags that people write into their profile.
    /// `indexable` is no such word: it is off for everybody who was never asked.
    fn asks_to_be_left_out(&self) -> bool {
        let note = html_to_text(&self.note).to_lowercase();
        self.noindex == Some(true) || note.contains("#nobot") || note.contains("#noindex")
    }
}
