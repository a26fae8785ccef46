//! Reads questions by activity, within the quota.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use moodline_http::{HttpClient, HttpError, Request, Response};
use moodline_types::{Cursor, SecretText, SourceId};
use serde::{Deserialize, Serialize};

use super::{
    StackExchangeConfig,
    parse::{self, Wrapper},
};
use crate::{
    Page, Source, SourceError,
    answer::{in_language, unexpected},
    walk::{Lanes, Marks, OldestFirst, Step, Taken, Walk},
};

/// Answers are kept by the API for a minute, and for more under load.
const OVERLAP: Duration = Duration::from_mins(10);
/// Pages above this one need more than a key; the next question then begins where this one has arrived.
const LAST_PAGE: u32 = 25;
/// What is given of a question beyond the usual (api.stackexchange.com/docs/filters).
const FIELDS: &str = "question.body;question.answers;question.comments;answer.body;answer.comments;answer.link;\
                      comment.body;comment.link";

/// Deleted posts are looked for once a day, among the questions that were active last: as many as one request takes.
const LOOK_EVERY: TimeDelta = TimeDelta::days(1);
const REMEMBERED: usize = 100;
/// If none of so many questions is given, the answer is doubted rather than believed.
const SUSPICIOUS_FROM: usize = 3;

#[derive(Debug)]
pub(super) struct StackExchangeSource {
    config: StackExchangeConfig,
    key: Option<SecretText>,
    http: HttpClient,
    /// The one list; its name says what is asked, so that other settings begin anew.
    lists: [String; 1],
    /// The id of the filter that asks for [`FIELDS`]; made once.
    filter: Option<String>,
    /// Not to be asked before.
    pause_until: Option<DateTime<Utc>>,
}

/// How far the questions have been read.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
struct Reading {
    walk: OldestFirst,
    /// The questions that were active last, by number.
    latest: BTreeMap<String, Thread>,
    /// When it was last looked for deleted posts, in milliseconds since 1970.
    looked_at: Option<i64>,
}

/// A question with its answers and comments.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
struct Thread {
    active_at: i64,
    ids: BTreeSet<String>,
}

impl Walk for Reading {}

impl Reading {
    fn remember(&mut self, step: &Step) {
        for item in &step.items {
            let Some(mention) = &item.mention else { continue };
            let Some(question) = mention.thread.as_deref().and_then(|thread| thread.strip_prefix("question/")) else {
                continue;
            };
            let thread = self.latest.entry(question.to_owned()).or_default();
            thread.active_at = thread.active_at.max(item.mark.unwrap_or(0));
            thread.ids.insert(item.id.clone());
        }
        while self.latest.len() > REMEMBERED {
            let oldest = self.latest.iter().min_by_key(|(_, thread)| thread.active_at).map(|(id, _)| id.clone());
            oldest.and_then(|oldest| self.latest.remove(&oldest));
        }
    }
}

impl StackExchangeSource {
    pub(super) fn new(config: StackExchangeConfig, key: Option<SecretText>, http: HttpClient) -> Self {
        let lists = [crate::SourceConfig::origin(&config)];
        Self { config, key, http, lists, filter: None, pause_until: None }
    }

    fn request(&self, path: &str) -> Request {
        let request = Request::get(self.config.url.join(path).unwrap_or_else(|_| self.config.url.clone()));
        match &self.key {
            Some(key) => request.secret_query("key", key.clone()),
            None => request,
        }
    }

    async fn send(&self, request: &Request) -> Result<Response, SourceError> {
        self.http.send(request).await.map_err(|error| self.explained(error))
    }

    /// A refusal explains itself in the body; one that is about the pace names the seconds.
    fn explained(&self, error: HttpError) -> SourceError {
        let refusal: Option<Wrapper> = error.said().and_then(|said| serde_json::from_str(said).ok());
        let HttpError::Status { url, status: 400..=403, .. } = &error else { return SourceError::from_http(error) };
        let Some(Wrapper { error_id: Some(number), error_name, error_message, .. }) = refusal else {
            return SourceError::from_http(error);
        };
        let message = error_message.unwrap_or_default();
        // https://api.stackexchange.com/docs/throttle, /docs/error-handling
        if number == 502 {
            let seconds = message.split(|c: char| !c.is_ascii_digit()).find_map(|word| word.parse().ok());
            let retry_after = Duration::from_secs(seconds.unwrap_or(600_u64).clamp(1, 86_400));
            return SourceError::RateLimited { host: url.host_str().unwrap_or_default().to_owned(), retry_after };
        }
        let name = error_name.unwrap_or_else(|| format!("error {number}"));
        let reason = format!("Stack Exchange refused the question of source `{}`: {name}: {message}", self.config.id);
        SourceError::Other { reason, transient: number >= 500 }
    }

    /// The filter, made by the API on first use: its id depends on nothing but the fields.
    async fn filter(&mut self) -> Result<String, SourceError> {
        if let Some(filter) = &self.filter {
            return Ok(filter.clone());
        }
        let request =
            self.request("filters/create").query("base", "default").query("include", FIELDS).query("unsafe", "false");
        let answer = self.send(&request).await?;
        let filter = parse::parse_filter(&answer.body).map_err(unexpected(request.url(), "Stack Exchange"))?;
        self.filter = Some(filter.clone());
        Ok(filter)
    }

    fn questions(&self, filter: &str, since: Option<i64>, page: u32) -> Request {
        let path = if self.config.query.is_some() { "search/advanced" } else { "questions" };
        let mut request = self
            .request(path)
            .query("site", &self.config.site)
            .query("sort", "activity")
            .query("order", "asc")
            .query("pagesize", "100")
            .query("page", &page.to_string())
            .query("filter", filter);
        if let Some(query) = &self.config.query {
            request = request.query("q", query);
        }
        if !self.config.tags.is_empty() {
            request = request.query("tagged", &self.config.tags.join(";"));
        }
        if let Some(since) = since {
            request = request.query("min", &(since / 1000).to_string());
        }
        request
    }

    /// Of the questions that were active last and what belongs to them, what the site does not show any more.
    async fn deleted(&self, filter: &str, reading: &mut Reading) -> Result<Vec<String>, SourceError> {
        let numbers: Vec<&str> = reading.latest.keys().map(String::as_str).collect();
        let request = self
            .request(&format!("questions/{}", numbers.join(";")))
            .query("site", &self.config.site)
            .query("pagesize", "100")
            .query("filter", filter);
        let answer = self.send(&request).await?;
        let (_, step) =
            parse::parse(&answer.body, &self.config.site).map_err(unexpected(request.url(), "Stack Exchange"))?;
        if step.items.is_empty() && reading.latest.len() >= SUSPICIOUS_FROM {
            return Ok(Vec::new());
        }
        let shown: BTreeSet<&str> = step.items.iter().map(|item| item.id.as_str()).collect();
        let mut gone = Vec::new();
        for thread in reading.latest.values_mut() {
            gone.extend(thread.ids.extract_if(.., |id| !shown.contains(id.as_str())));
        }
        reading.latest.retain(|_, thread| !thread.ids.is_empty());
        Ok(gone)
    }

    fn host(&self) -> String {
        self.config.url.host_str().unwrap_or_default().to_owned()
    }
}

#[async_trait]
impl Source for StackExchangeSource {
    fn id(&self) -> &SourceId {
        &self.config.id
    }

    async fn fetch(&mut self, cursor: Option<&Cursor>) -> Result<Page, SourceError> {
        let left = self.pause_until.and_then(|until| (until - Utc::now()).to_std().ok());
        if let Some(retry_after) = left {
            return Err(SourceError::RateLimited { host: self.host(), retry_after });
        }
        let mut lists: Lanes<Reading> = Lanes::load(cursor, &self.config.id)?;
        let (_, mut reading) = lists.current(&self.lists);
        let walk = std::mem::take(&mut reading.walk);
        let marks = Marks::times(OVERLAP).back_to_days(self.config.history_days);
        let marks = marks.pages_per_fetch(self.config.pages_per_run);
        let page: u32 = walk.token().and_then(|token| token.parse().ok()).unwrap_or(1);
        let filter = self.filter().await?;
        let request = self.questions(&filter, walk.since(&marks), page);
        let answer = self.send(&request).await?;
        let (wrapper, mut step) =
            parse::parse(&answer.body, &self.config.site).map_err(unexpected(request.url(), "Stack Exchange"))?;
        step.next = (wrapper.has_more && page < LAST_PAGE).then(|| (page + 1).to_string());
        reading.remember(&step);
        let Taken { walk, mut page } = walk.take(step, wrapper.has_more, &marks);
        reading.walk = walk;
        if let Some(pause) = wrapper.pause() {
            self.pause_until = TimeDelta::from_std(pause).ok().map(|pause| Utc::now() + pause);
            if page.more {
                page.more = false;
                page.note = Some(format!("paused: the API asked for {pause:?}; goes on at the next fetch"));
            }
        }
        if let Some(left) = wrapper.quota_remaining.filter(|left| *left <= self.config.quota_reserve && page.more) {
            page.more = false;
            page.note = Some(format!("paused: {left} requests are left of today's quota; goes on at the next fetch"));
        }
        let now = Utc::now().timestamp_millis();
        let looked_at = *reading.looked_at.get_or_insert(now);
        let idle = !page.more && page.note.is_none() && wrapper.pause().is_none() && !reading.latest.is_empty();
        if idle && now - looked_at >= LOOK_EVERY.num_milliseconds() {
            reading.looked_at = Some(now);
            page.removed.extend(self.deleted(&filter, &mut reading).await?);
        }
        Ok(in_language(lists.take(&self.lists, Taken { walk: reading, page }), self.config.language.as_deref()))
    }
}
