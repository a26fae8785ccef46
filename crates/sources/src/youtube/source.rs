//! Walks the comments of videos and channels within a daily budget.

use std::time::Duration;

use async_trait::async_trait;
use chrono::Utc;
use moodline_http::{HttpClient, HttpError, Request};
use moodline_types::{Cursor, SecretText, SourceId};
use serde::{Deserialize, Serialize};

use super::{
    YoutubeConfig,
    budget::{Spent, next_day},
    parse::{parse_comments, parse_ids, parse_threads, refusal},
    thread::{Lane, Waiting},
};
use crate::{
    Page, Source, SourceError,
    answer::{in_language, refused, unexpected},
    walk::{Lanes, Marks, Taken, Walk},
};

const API: &str = "the YouTube Data API";
/// Comments may turn up that much later than they are dated.
const OVERLAP: Duration = Duration::from_hours(48);
/// How often the younger threads are walked again.
const RESCAN_EVERY_MS: i64 = 86_400_000;
/// Comments that one request can ask for by id.
const IDS: usize = 50;

/// Comments under videos and on channels.
#[derive(Debug)]
pub(super) struct YoutubeSource {
    config: YoutubeConfig,
    key: SecretText,
    http: HttpClient,
    /// `video ID` and `channel ID`.
    lanes: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
struct Progress {
    #[serde(default)]
    spent: Spent,
    #[serde(default)]
    lanes: Lanes<Lane>,
}

impl Walk for Progress {}

/// What an answer means besides its content.
enum Answer {
    Body(Vec<u8>),
    /// There is nothing to be had in this lane, and why.
    Nothing(String),
    /// The page token is no longer known.
    Stale,
}

impl YoutubeSource {
    pub(super) fn new(config: YoutubeConfig, key: SecretText, http: HttpClient) -> Self {
        let videos = config.videos.iter().map(|id| format!("video {id}"));
        let lanes = videos.chain(config.channels.iter().map(|id| format!("channel {id}"))).collect();
        Self { config, key, http, lanes }
    }

    fn request(&self, method: &str) -> Request {
        let mut url = self.config.api_url.clone();
        url.set_path(&format!("/youtube/v3/{method}"));
        Request::get(url).query("textFormat", "plainText").secret_query("key", self.key.clone())
    }

    fn threads(&self, lane: &str, page: Option<&str>) -> Request {
        let request = self.request("commentThreads").query("part", "snippet,replies");
        let request = request.query("order", "time").query("maxResults", "100");
        let request = match lane.split_once(' ') {
            Some(("channel", id)) => request.query("allThreadsRelatedToChannelId", id),
            Some((_, id)) => request.query("videoId", id),
            None => request,
        };
        with_page(request, page)
    }

    async fn send(&self, lane: &str, request: &Request) -> Result<Answer, SourceError> {
        let error = match self.http.send(request).await {
            Ok(response) => return Ok(Answer::Body(response.body)),
            Err(error) => error,
        };
        let reason = error.said().and_then(|said| refusal(said.as_bytes())).unwrap_or_default();
        match (&error, reason.as_str()) {
            (_, "quotaExceeded" | "dailyLimitExceeded") => {
                let wait = (next_day(Utc::now()) - Utc::now()).to_std().unwrap_or_default();
                let host = self.config.api_url.host_str().unwrap_or_default().to_owned();
                Err(SourceError::RateLimited { host, retry_after: wait })
            }
            (_, "commentsDisabled") => Ok(Answer::Nothing(format!("comments are switched off for {lane}"))),
            (_, "videoNotFound" | "channelNotFound") | (HttpError::Status { status: 404, .. }, _) => {
                Ok(Answer::Nothing(format!("{lane} is not there (any more): take it out of the settings")))
            }
            (_, "invalidPageToken") => Ok(Answer::Stale),
            (_, "processingFailure") => Err(SourceError::Other {
                reason: format!("{API} could not process the request for {lane}"),
                transient: true,
            }),
            _ => Err(refused(&self.config.id, error)),
        }
    }

    /// One page of threads.
    async fn walk(&self, name: &str, mut lane: Lane, spent: &mut Spent) -> Result<Taken<Lane>, SourceError> {
        let now = Utc::now();
        if lane.walk.token().is_none() {
            lane.rescans = now.timestamp_millis() - lane.rescanned >= RESCAN_EVERY_MS;
        }
        let request = self.threads(name, lane.walk.token());
        let body = match self.send(name, &request).await? {
            Answer::Body(body) => body,
            Answer::Nothing(note) => {
                return Ok(Taken { walk: lane, page: Page { note: Some(note), ..Page::default() } });
            }
            Answer::Stale => {
                lane.walk = lane.walk.restarted();
                let note = format!("{name} is read from the top again: its page was no longer known");
                return Ok(Taken { walk: lane, page: Page { note: Some(note), ..Page::default() } });
            }
        };
        let read = parse_threads(&body, request.url().as_str()).map_err(unexpected(request.url(), API))?;
        lane.meet(read.threads);
        let rescan = Duration::from_hours(24 * u64::from(self.config.rescan_days));
        let marks = Marks::times(if lane.rescans { rescan.max(OVERLAP) } else { OVERLAP });
        let (Taken { walk, mut page }, missing) = lane.walk.take(read.step, &marks);
        lane.walk = walk;
        if !page.more && lane.rescans && !page.suspicious {
            lane.rescanned = now.timestamp_millis();
        }
        if !missing.is_empty() && spent.take(self.config.daily_units, now) {
            let missing = &missing[..missing.len().min(IDS)];
            for id in self.gone(name, missing).await? {
                lane.walk.forget(&id);
                page.removed.push(id);
            }
        }
        page.more |= !lane.waiting.is_empty();
        Ok(Taken { walk: lane, page })
    }

    /// One page of the replies of a thread.
    async fn replies(&self, name: &str, mut lane: Lane, waiting: Waiting) -> Result<Taken<Lane>, SourceError> {
        let Waiting { thread, video, replies, page } = waiting;
        lane.waiting.pop_front();
        let request =
            self.request("comments").query("part", "snippet").query("maxResults", "100").query("parentId", &thread);
        let request = with_page(request, page.as_deref());
        let mut read = Page::default();
        // A thread that is gone or whose page is no longer known is met again by the next walk.
        if let Answer::Body(body) = self.send(name, &request).await? {
            let step = parse_comments(&body, &thread, &video, request.url().as_str());
            let step = step.map_err(unexpected(request.url(), API))?;
            read.mentions = step.items.into_iter().filter_map(|item| item.mention).collect();
            read.rejected = step.rejected;
            match step.next.filter(|next| page.as_ref() != Some(next)) {
                Some(next) => lane.waiting.push_front(Waiting { thread, video, replies, page: Some(next) }),
                None => lane.is_read(thread, replies),
            }
        }
        read.more = !lane.waiting.is_empty();
        Ok(Taken { walk: lane, page: read })
    }

    /// Of these comments, those that are not there any more.
    async fn gone(&self, name: &str, ids: &[String]) -> Result<Vec<String>, SourceError> {
        let request = self.request("comments").query("part", "id").query("id", &ids.join(","));
        let Answer::Body(body) = self.send(name, &request).await? else { return Ok(Vec::new()) };
        let found = parse_ids(&body).map_err(unexpected(request.url(), API))?;
        Ok(ids.iter().filter(|id| !found.contains(id)).cloned().collect())
    }
}

fn with_page(request: Request, page: Option<&str>) -> Request {
    match page {
        Some(page) => request.query("pageToken", page),
        None => request,
    }
}

#[async_trait]
impl Source for YoutubeSource {
    fn id(&self) -> &SourceId {
        &self.config.id
    }

    async fn fetch(&mut self, cursor: Option<&Cursor>) -> Result<Page, SourceError> {
        let Progress { mut spent, mut lanes } = Progress::load(cursor, &self.config.id)?;
        if !spent.take(self.config.daily_units, Utc::now()) {
            let note = format!(
                "the day's {} quota units are spent; goes on where it was at midnight in California",
                self.config.daily_units
            );
            return Ok(Page { note: Some(note), ..Page::default() });
        }
        let (name, lane) = lanes.current(&self.lanes);
        let taken = match lane.waiting.front().cloned() {
            Some(waiting) if lane.walk.token().is_none() => self.replies(name, lane, waiting).await?,
            _ => self.walk(name, lane, &mut spent).await?,
        };
        let page = lanes.take(&self.lanes, taken);
        let lanes = Lanes::load(page.cursor.as_ref(), &self.config.id)?;
        let page = Page { cursor: Some(Progress { spent, lanes }.cursor()), ..page };
        Ok(in_language(page, self.config.language.as_deref()))
    }
}
