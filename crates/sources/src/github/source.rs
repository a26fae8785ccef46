//! Walks the parts of a repository.

use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use moodline_http::{HttpClient, HttpError, Request, Response};
use moodline_types::{Cursor, SecretText, SourceId};
use serde::{Deserialize, Serialize};
use serde_json::json;
use url::Url;

use super::{
    GithubConfig, Part,
    discussions::{self, Refused},
    parse::{self, Wanted},
};
use crate::{
    Page, Source, SourceError,
    answer::{in_language, link, refused, unexpected},
    walk::{Item, Lanes, Marks, NewestFirst, OldestFirst, Step, Taken, Walk, Watch},
};

/// `since` counts whole seconds and is included; the database copies that answer lag by moments.
const OVERLAP: Duration = Duration::from_mins(2);
/// Deleted issues and comments are looked for once a day, among the newest, and so many are asked about.
const LOOK_EVERY: TimeDelta = TimeDelta::days(1);
const LOOKUPS: usize = 10;
/// The wait after a secondary limit that names none (docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api).
const UNSAID_PAUSE: Duration = Duration::from_mins(1);

#[derive(Debug)]
pub(super) struct GithubSource {
    config: GithubConfig,
    token: Option<SecretText>,
    http: HttpClient,
    /// The parts, with their repository: another one begins anew.
    lists: Vec<String>,
}

/// How far a part has been read: only one of the two walks is in use.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
struct Reading {
    by_change: OldestFirst,
    from_newest: NewestFirst,
    /// Issues and comments by their creation.
    watch: Watch,
    /// When it was last looked for deleted ones, in milliseconds since 1970.
    looked_at: Option<i64>,
}

impl Walk for Reading {}

impl GithubSource {
    pub(super) fn new(config: GithubConfig, token: Option<SecretText>, http: HttpClient) -> Self {
        let lists = config.parts.iter().map(|part| format!("{part:?} of {}", config.repository).to_lowercase());
        Self { lists: lists.collect(), config, token, http }
    }

    fn wanted(&self) -> Wanted {
        Wanted { pull_requests: self.config.pull_requests, bots: self.config.bots }
    }

    fn marks(&self) -> Marks {
        Marks::times(OVERLAP).back_to_days(self.config.history_days).pages_per_fetch(self.config.pages_per_run)
    }

    fn address(&self, path: &str) -> Url {
        self.config.url.join(path).unwrap_or_else(|_| self.config.url.clone())
    }

    async fn send(&self, request: Request) -> Result<Response, SourceError> {
        let mut request = request.accept("application/vnd.github+json").header("X-GitHub-Api-Version", "2022-11-28");
        if let Some(token) = &self.token {
            request = request.bearer(token);
        }
        self.http.send(&request).await.map_err(|error| match error {
            HttpError::Status { url, status: 403, said } if said.0.contains("rate limit") => {
                let host = url.host_str().unwrap_or_default().to_owned();
                SourceError::RateLimited { host, retry_after: UNSAID_PAUSE }
            }
            error => refused(&self.config.id, error),
        })
    }

    fn below(&self, path: &str) -> Request {
        Request::get(self.address(&format!("repos/{}/{path}", self.config.repository)))
    }

    fn read(&self, part: Part, url: &Url, answer: &Response) -> Result<Step, SourceError> {
        let read = if part == Part::Issues { parse::parse_issues } else { parse::parse_comments };
        read(&answer.body, &self.config.repository, self.wanted()).map_err(unexpected(url, "GitHub"))
    }

    /// One page of issues or comments, by their last change.
    async fn by_change(&self, part: Part, reading: &mut Reading) -> Result<(Page, Response), SourceError> {
        let (marks, walk) = (self.marks(), std::mem::take(&mut reading.by_change));
        let mut request = self
            .below(path(part))
            .query("state", "all")
            .query("sort", "updated")
            .query("direction", "asc")
            .query("per_page", "100");
        let since = walk.since(&marks).and_then(DateTime::from_timestamp_millis);
        if let Some(since) = since {
            request = request.query("since", &since.to_rfc3339_opts(SecondsFormat::Secs, true));
        }
        if let Some(page) = walk.token() {
            request = request.query("page", page);
        }
        let url = request.url().clone();
        let answer = self.send(request).await?;
        let mut step = self.read(part, &url, &answer)?;
        let next = link(&answer.headers, "next").and_then(|next| url.join(&next).ok());
        step.next = next.as_ref().and_then(page_number);
        reading.watch.expect(&by_creation(&step));
        let Taken { walk, page } = walk.take(step, false, &marks);
        reading.by_change = walk;
        Ok((page, answer))
    }

    /// Of the mentions that the list of the newest does not hold any more, those that GitHub does not have. The lists
    /// themselves say nothing about what was deleted.
    async fn deleted(&self, part: Part, reading: &mut Reading) -> Result<Vec<String>, SourceError> {
        let request = self
            .below(path(part))
            .query("state", "all")
            .query("sort", "created")
            .query("direction", "desc")
            .query("per_page", "100");
        let url = request.url().clone();
        let answer = self.send(request).await?;
        let step = self.read(part, &url, &answer)?;
        reading.watch.next_sweep();
        reading.watch.meet(&by_creation(&step));
        let mut gone = Vec::new();
        for id in reading.watch.missing().into_iter().take(LOOKUPS) {
            let number = id.rsplit('/').next().unwrap_or_default();
            match self.send(self.below(&format!("{}/{number}", path(part)))).await {
                Ok(_) => {}
                Err(SourceError::Gone { .. }) => {
                    reading.watch.forget(&id);
                    gone.push(id);
                }
                // What was not answered is asked again the next day.
                Err(_) => break,
            }
        }
        Ok(gone)
    }

    /// One page of discussions, newest change first.
    async fn discussions(&self, walk: NewestFirst) -> Result<(Taken<NewestFirst>, Response), SourceError> {
        let (owner, name) = self.config.owner_and_name().unwrap_or_default();
        let variables = json!({ "owner": owner, "name": name, "after": walk.token() });
        // GitHub Enterprise Server has its GraphQL beside the REST API, not below it.
        let path = if self.config.url.path().ends_with("/v3/") { "../graphql" } else { "graphql" };
        let url = self.address(path);
        let request = Request::post(url.clone()).json(&json!({ "query": discussions::QUERY, "variables": variables }));
        let answer = self.send(request).await?;
        let read = discussions::parse(&answer.body, &self.config.repository, self.wanted());
        let step: Step = match read.map_err(unexpected(&url, "GitHub"))? {
            Ok(step) => step,
            Err(Refused { kind, .. }) if kind == "RATE_LIMITED" => {
                let host = url.host_str().unwrap_or_default().to_owned();
                return Err(SourceError::RateLimited { host, retry_after: UNSAID_PAUSE });
            }
            Err(Refused { kind, message }) => {
                let reason = format!("GitHub refused the discussions of {}: {kind}: {message}", self.config.repository);
                return Err(SourceError::Other { reason, transient: false });
            }
        };
        Ok((walk.take(step, &self.marks()), answer))
    }
}

#[async_trait]
impl Source for GithubSource {
    fn id(&self) -> &SourceId {
        &self.config.id
    }

    async fn fetch(&mut self, cursor: Option<&Cursor>) -> Result<Page, SourceError> {
        let mut lists: Lanes<Reading> = Lanes::load(cursor, &self.config.id)?;
        let (name, mut reading) = lists.current(&self.lists);
        let place = self.lists.iter().position(|list| list == name).unwrap_or(0);
        let part = self.config.parts[place];
        let (mut page, answer) = if part == Part::Discussions {
            let (Taken { walk, page }, answer) = self.discussions(std::mem::take(&mut reading.from_newest)).await?;
            reading.from_newest = walk;
            (page, answer)
        } else {
            self.by_change(part, &mut reading).await?
        };
        let left = answer.headers.get("x-ratelimit-remaining").and_then(|left| left.parse::<u64>().ok());
        let spent = left.filter(|left| *left <= self.config.quota_reserve);
        let now = Utc::now().timestamp_millis();
        let since = now - reading.looked_at.unwrap_or(now);
        if reading.looked_at.is_none() {
            reading.looked_at = Some(now);
        } else if !page.more && spent.is_none() && part != Part::Discussions && since >= LOOK_EVERY.num_milliseconds() {
            reading.looked_at = Some(now);
            page.removed.extend(self.deleted(part, &mut reading).await?);
        }
        page = lists.take(&self.lists, Taken { walk: reading, page });
        if let Some(left) = spent.filter(|_| page.more) {
            page.more = false;
            page.note =
                Some(format!("paused: {left} requests are left of this hour's quota; goes on at the next fetch"));
        }
        Ok(in_language(page, self.config.language.as_deref()))
    }
}

fn path(part: Part) -> &'static str {
    if part == Part::Issues { "issues" } else { "issues/comments" }
}

/// The entries of a step, placed by when they were written.
fn by_creation(step: &Step) -> Vec<Item> {
    let placed = |item: &Item| match &item.mention {
        Some(mention) => Item { mark: mention.posted_at.map(|at| at.timestamp_millis()), ..item.clone() },
        None => Item { mark: None, ..item.clone() },
    };
    step.items.iter().map(placed).collect()
}

fn page_number(next: &Url) -> Option<String> {
    next.query_pairs().find(|(name, _)| name == "page").map(|(_, page)| page.into_owned())
}
