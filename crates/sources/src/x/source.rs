//! Walks the search, and looks posts up once more after a day.

use std::{collections::VecDeque, time::Duration};

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use moodline_http::{HttpClient, HttpError, Request};
use moodline_types::{Cursor, SecretText, SourceId};
use serde::{Deserialize, Serialize};

use super::{
    XConfig,
    parse::{Posts, parse, refusal},
    spending::Spending,
};
use crate::{
    Page, Source, SourceError,
    answer::{in_language, refused, unexpected},
    walk::{Marks, NewestFirst, Taken, Walk},
};

const API: &str = "X's API";
const FIELDS: &str =
    "author_id,conversation_id,created_at,edit_history_tweet_ids,entities,lang,note_tweet,referenced_tweets";
/// Fewest and most posts that one request may ask for.
pub(super) const FEWEST: u64 = 10;
const MOST: u64 = 100;
/// The search goes back seven days; asking for more is an error.
const REACH: TimeDelta = TimeDelta::minutes(7 * 24 * 60 - 10);
/// Deletions are to be followed within a day.
const RECHECK_AFTER: TimeDelta = TimeDelta::hours(23);
/// Posts waiting to be looked up again.
const WAITING: usize = 5_000;
/// Ids count milliseconds since this instant above their 22 lowest bits.
const EPOCH_MS: i64 = 1_288_834_974_657;

/// What a search finds.
#[derive(Debug)]
pub(super) struct XSource {
    config: XConfig,
    token: SecretText,
    http: HttpClient,
}

#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
struct Progress {
    #[serde(default)]
    spending: Spending,
    #[serde(default)]
    walk: NewestFirst,
    /// Posts to be looked up again, and when they were read, the earliest first.
    #[serde(default)]
    recheck: VecDeque<(String, i64)>,
}

impl Walk for Progress {}

impl XSource {
    pub(super) fn new(config: XConfig, token: SecretText, http: HttpClient) -> Self {
        Self { config, token, http }
    }

    fn request(&self, path: &str) -> Request {
        let mut url = self.config.api_url.clone();
        url.set_path(path);
        Request::get(url).bearer(&self.token).query("tweet.fields", FIELDS)
    }

    async fn ask(&self, request: &Request) -> Result<Posts, SourceError> {
        let response = self.http.send(request).await.map_err(|error| self.refusal(error))?;
        parse(&response.body, request.url().as_str()).map_err(unexpected(request.url(), API))
    }

    /// The cap of the account is no matter of minutes, although the status is the same.
    fn refusal(&self, error: HttpError) -> SourceError {
        match error {
            HttpError::RateLimited { host, said, .. }
                if refusal(said.0.as_bytes()).as_deref() == Some("UsageCapExceeded") =>
            {
                SourceError::RateLimited { host, retry_after: Duration::from_hours(24) }
            }
            error => refused(&self.config.id, error),
        }
    }

    /// One page of the search.
    async fn search(&self, mut progress: Progress, left: u64) -> Result<Page, SourceError> {
        let now = Utc::now();
        let count = left.clamp(FEWEST, MOST).to_string();
        let mut request = self.request("/2/tweets/search/recent").query("query", &self.config.full_query());
        request = request.query("max_results", &count);
        let mut gap = false;
        if let Some(since) = progress.walk.watermark() {
            let floor = now - REACH;
            gap = posted(since) < floor;
            request = if gap {
                request.query("start_time", &floor.format("%Y-%m-%dT%H:%M:%SZ").to_string())
            } else {
                request.query("since_id", &since.to_string())
            };
        }
        if let Some(token) = progress.walk.token() {
            request = request.query("next_token", token);
        }
        let posts = match self.ask(&request).await {
            Err(SourceError::Http { source, .. })
                if source.status() == Some(400) && progress.walk.token().is_some() =>
            {
                progress.walk = progress.walk.restarted();
                let note = Some("the search is read from the top again: its page was no longer known".to_owned());
                return Ok(Page { cursor: Some(progress.cursor()), note, ..Page::default() });
            }
            answer => answer?,
        };
        progress.spending.add(posts.step.items.len() + posts.step.rejected.len());
        let quiet = posts.step.items.is_empty() && posts.step.next.is_none();
        let Taken { walk, mut page } = progress.walk.take(posts.step, &Marks::ids(0));
        progress.walk = walk;
        if quiet {
            // The search was asked for news alone: that there are none is nothing to doubt.
            (page.suspicious, page.note) = (false, None);
        }
        if self.config.recheck {
            let read = page.mentions.iter().map(|mention| (mention.external_id.clone(), now.timestamp_millis()));
            progress.recheck.extend(read);
            let excess = progress.recheck.len().saturating_sub(WAITING);
            progress.recheck.drain(..excess);
        }
        if gap && page.note.is_none() {
            page.note =
                Some("not read for a week: the search goes back seven days only, so posts may be missing".to_owned());
        }
        Ok(Page { cursor: Some(progress.cursor()), ..page })
    }

    /// Posts of the day before, once more: those that were deleted, and the words of those that were edited.
    async fn look_up(&self, mut progress: Progress, count: usize) -> Result<Page, SourceError> {
        let ids: Vec<String> = progress.recheck.drain(..count).map(|(id, _)| id).collect();
        let posts = self.ask(&self.request("/2/tweets").query("ids", &ids.join(","))).await?;
        progress.spending.add(posts.step.items.len() + posts.step.rejected.len());
        let removed = posts.step.removed.into_iter().filter(|id| ids.contains(id)).collect();
        let mentions = posts.step.items.into_iter().filter_map(|item| item.mention).collect();
        let rejected = posts.step.rejected;
        Ok(Page { mentions, removed, rejected, cursor: Some(progress.cursor()), more: true, ..Page::default() })
    }
}

/// When a post was written.
fn posted(id: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_millis((id >> 22) + EPOCH_MS).unwrap_or_default()
}

#[async_trait]
impl Source for XSource {
    fn id(&self) -> &SourceId {
        &self.config.id
    }

    async fn fetch(&mut self, cursor: Option<&Cursor>) -> Result<Page, SourceError> {
        let mut progress = Progress::load(cursor, &self.config.id)?;
        let now = Utc::now();
        let left = progress.spending.left(self.config.monthly_posts(), now);
        if left < FEWEST {
            let note = format!(
                "spending guard: this month's {} dollars are spent; goes on where it was next month",
                self.config.monthly_budget
            );
            return Ok(Page { note: Some(note), ..Page::default() });
        }
        let old = (now - RECHECK_AFTER).timestamp_millis();
        let due = progress.recheck.iter().take_while(|(_, read)| *read <= old).count();
        let count = due.min(usize::try_from(left.min(MOST)).unwrap_or(0));
        let page = if count > 0 && progress.walk.token().is_none() {
            self.look_up(progress, count).await?
        } else {
            self.search(progress, left).await?
        };
        Ok(in_language(page, self.config.language.as_deref()))
    }
}
