//! Walks the list of all posts.

use std::collections::HashSet;

use async_trait::async_trait;
use chrono::{TimeDelta, Utc};
use moodline_http::{HttpClient, HttpError, Request, Response};
use moodline_types::{Cursor, SecretText, SourceId};
use url::Url;

use super::{DiscourseConfig, parse};
use crate::{
    Page, Source, SourceError,
    answer::{in_language, unexpected},
    walk::{Lanes, Marks, Step, Taken, Walk, Watched},
};

/// Posts that are no longer listed, looked up at the end of a run.
const LOOKUPS: usize = 20;
/// How many post numbers one page spans at most; older versions of Discourse always span so many.
const PAGE_SPAN: i64 = 50;

#[derive(Debug)]
pub(super) struct DiscourseSource {
    config: DiscourseConfig,
    /// The address with a slash at its end, so that paths can be joined to it.
    forum: Url,
    categories: HashSet<i64>,
    key: Option<SecretText>,
    http: HttpClient,
    /// The one list; its name says which forum, so that another begins anew.
    lists: [String; 1],
}

impl DiscourseSource {
    pub(super) fn new(config: DiscourseConfig, key: Option<SecretText>, http: HttpClient) -> Self {
        let mut forum = config.url.clone();
        if !forum.path().ends_with('/') {
            forum.set_path(&format!("{}/", forum.path()));
        }
        let categories = config.categories.iter().copied().collect();
        Self { lists: [forum.to_string()], forum, categories, key, http, config }
    }

    async fn send(&self, path: &str, before: Option<&str>) -> Result<Response, HttpError> {
        let url = self.forum.join(path).unwrap_or_else(|_| self.forum.clone());
        let mut request = Request::get(url);
        if let Some(before) = before {
            request = request.query("before", before);
        }
        if let Some(key) = &self.key {
            request = request.secret_header("Api-Key", key.clone());
            request = request.header("Api-Username", self.config.api_username.as_deref().unwrap_or("system"));
        }
        self.http.send(&request).await
    }

    async fn posts(&self, before: Option<&str>) -> Result<Step, SourceError> {
        let answer = self.send("posts.json", before).await.map_err(|error| match error {
            HttpError::Status { url, status: status @ (401 | 403 | 404), said } if self.key.is_none() => {
                SourceError::Other {
                    reason: format!(
                        "{url} does not show its posts to strangers (status {status}){said}: give an api_key, or read \
                         {}latest.rss as [[sources.feeds]]",
                        self.forum
                    ),
                    transient: false,
                }
            }
            HttpError::Status { url, status: status @ (401 | 403), said } => {
                SourceError::Refused { id: self.config.id.to_string(), url: url.into(), status, said }
            }
            // Some say it in the body alone.
            HttpError::RateLimited { host, retry_after, said, .. } => {
                let retry_after = parse::wait(said.0.as_bytes()).unwrap_or(retry_after);
                SourceError::RateLimited { host, retry_after }
            }
            error => SourceError::from_http(error),
        })?;
        parse::parse(&answer.body, &self.forum, &self.categories).map_err(unexpected(&answer.url, "Discourse"))
    }

    /// Of the posts that are no longer listed, those that the forum does not have any more, or has hidden.
    async fn gone(&self, missing: &[String]) -> Vec<String> {
        let mut gone = Vec::new();
        for id in missing.iter().take(LOOKUPS) {
            let removed = match self.send(&format!("posts/{id}.json"), None).await {
                Ok(answer) => parse::is_removed(&answer.body),
                Err(HttpError::Status { status: 403 | 404 | 410, .. }) => Ok(true),
                Err(_) => break,
            };
            match removed {
                Ok(true) => gone.push(id.clone()),
                Ok(false) => {}
                Err(_) => break,
            }
        }
        gone
    }
}

#[async_trait]
impl Source for DiscourseSource {
    fn id(&self) -> &SourceId {
        &self.config.id
    }

    async fn fetch(&mut self, cursor: Option<&Cursor>) -> Result<Page, SourceError> {
        let mut lists: Lanes<Watched> = Lanes::load(cursor, &self.config.id)?;
        let (_, walk) = lists.current(&self.lists);
        let before = walk.token().map(str::to_owned);
        let mut step = self.posts(before.as_deref()).await?;
        step.next = next(&step, before.as_deref());
        if walk.watermark().is_none() && reaches(&step, self.config.history_days) {
            step.next = None;
        }
        let marks = Marks::ids(self.config.overlap_posts.into()).pages_per_fetch(self.config.pages_per_run);
        let (Taken { mut walk, mut page }, missing) = walk.take(step, &marks);
        for id in self.gone(&missing).await {
            walk.forget(&id);
            page.removed.push(id);
        }
        Ok(in_language(lists.take(&self.lists, Taken { walk, page }), self.config.language.as_deref()))
    }
}

/// Where the next page begins: below the lowest post of this one. A page without posts may be a span of deleted or
/// private ones.
fn next(step: &Step, before: Option<&str>) -> Option<String> {
    let lowest = step.items.iter().filter_map(|item| item.mark).min();
    let next = match (lowest, before.and_then(|before| before.parse::<i64>().ok())) {
        (Some(lowest), _) => lowest - 1,
        (None, Some(before)) => before - PAGE_SPAN,
        (None, None) => return None,
    };
    (next > 0).then(|| next.to_string())
}

/// Whether a page reaches back as far as the first run is to go.
fn reaches(step: &Step, days: u32) -> bool {
    let floor = Utc::now() - TimeDelta::days(days.into());
    step.items
        .iter()
        .filter_map(|item| item.mention.as_ref()?.posted_at)
        .next_back()
        .is_some_and(|oldest| oldest < floor)
}
