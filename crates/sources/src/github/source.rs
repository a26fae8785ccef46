//! Walks the parts of a repository.

use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, SecondsFormat};
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
    walk::{Lanes, Marks, NewestFirst, OldestFirst, Step, Taken, Walk},
};

/// `since` counts whole seconds and is included; the database copies that answer lag by moments.
const OVERLAP: Duration = Duration::from_mins(2);
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

/// How far a part has been read: only one of the two is in use.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
struct Reading {
    by_change: OldestFirst,
    from_newest: NewestFirst,
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

    /// One page of issues or comments, by their last change.
    async fn by_change(&self, part: Part, walk: OldestFirst) -> Result<(Taken<OldestFirst>, Response), SourceError> {
        let marks = self.marks();
        let path = if part == Part::Issues { "issues" } else { "issues/comments" };
        let mut request = Request::get(self.address(&format!("repos/{}/{path}", self.config.repository)))
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
        let read = if part == Part::Issues { parse::parse_issues } else { parse::parse_comments };
        let mut step =
            read(&answer.body, &self.config.repository, self.wanted()).map_err(unexpected(&url, "GitHub"))?;
        let next = link(&answer.headers, "next").and_then(|next| url.join(&next).ok());
        step.next = next.as_ref().and_then(page_number);
        Ok((walk.take(step, false, &marks), answer))
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
        let (name, reading) = lists.current(&self.lists);
        let place = self.lists.iter().position(|list| list == name).unwrap_or(0);
        let part = self.config.parts[place];
        let (reading, mut page, answer) = if part == Part::Discussions {
            let (Taken { walk, page }, answer) = self.discussions(reading.from_newest).await?;
            (Reading { from_newest: walk, ..Reading::default() }, page, answer)
        } else {
            let (Taken { walk, page }, answer) = self.by_change(part, reading.by_change).await?;
            (Reading { by_change: walk, ..Reading::default() }, page, answer)
        };
        let left = answer.headers.get("x-ratelimit-remaining").and_then(|left| left.parse::<u64>().ok());
        let spent = left.filter(|left| *left <= self.config.quota_reserve);
        page = lists.take(&self.lists, Taken { walk: reading, page });
        if let Some(left) = spent.filter(|_| page.more) {
            page.more = false;
            page.note =
                Some(format!("paused: {left} requests are left of this hour's quota; goes on at the next fetch"));
        }
        Ok(in_language(page, self.config.language.as_deref()))
    }
}

fn page_number(next: &Url) -> Option<String> {
    next.query_pairs().find(|(name, _)| name == "page").map(|(_, page)| page.into_owned())
}
