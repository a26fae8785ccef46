//! Walks the hashtags.

use async_trait::async_trait;
use moodline_http::{HttpClient, HttpError, Request, Response};
use moodline_types::{Cursor, SecretText, SourceId};
use url::Url;

use super::{
    MastodonConfig,
    parse::{self, Authors},
};
use crate::{
    Page, Source, SourceError,
    answer::{in_language, link, unexpected},
    walk::{Lanes, Marks, Taken, Walk, Watched},
};

/// Posts that are no longer listed, looked up at the end of a run.
const LOOKUPS: usize = 20;

#[derive(Debug)]
pub(super) struct MastodonSource {
    config: MastodonConfig,
    token: Option<SecretText>,
    http: HttpClient,
    /// Hashtags with their server, so that another server begins anew.
    lists: Vec<String>,
}

impl MastodonSource {
    pub(super) fn new(config: MastodonConfig, token: Option<SecretText>, http: HttpClient) -> Self {
        let host = config.url.host_str().unwrap_or_default();
        let local = if config.local { " (local)" } else { "" };
        let lists = config.tags.iter().map(|tag| format!("#{tag}@{host}{local}")).collect();
        Self { config, token, http, lists }
    }

    fn address(&self, path: &[&str]) -> Url {
        let mut url = self.config.url.clone();
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().extend(path);
        }
        url
    }

    async fn send(&self, request: Request) -> Result<Response, HttpError> {
        let request = match &self.token {
            Some(token) => request.bearer(token),
            None => request,
        };
        self.http.send(&request).await
    }

    /// Of the posts that are no longer listed, those that the server does not have any more. A post that has only lost
    /// its hashtag stays; what was not answered is asked again in the next run.
    async fn gone(&self, missing: &[String]) -> Vec<String> {
        let mut gone = Vec::new();
        for id in missing.iter().take(LOOKUPS) {
            match self.send(Request::get(self.address(&["api", "v1", "statuses", id]))).await {
                Ok(_) => {}
                Err(HttpError::Status { status: 404 | 410, .. }) => gone.push(id.clone()),
                Err(_) => break,
            }
        }
        gone
    }
}

#[async_trait]
impl Source for MastodonSource {
    fn id(&self) -> &SourceId {
        &self.config.id
    }

    async fn fetch(&mut self, cursor: Option<&Cursor>) -> Result<Page, SourceError> {
        let mut tags: Lanes<Watched> = Lanes::load(cursor, &self.config.id)?;
        let (name, walk) = tags.current(&self.lists);
        let tag = self.lists.iter().position(|list| list == name).map_or("", |place| self.config.tags[place].as_str());
        let mut request = Request::get(self.address(&["api", "v1", "timelines", "tag", tag])).query("limit", "40");
        if self.config.local {
            request = request.query("local", "true");
        }
        if let Some(max_id) = walk.token() {
            request = request.query("max_id", max_id);
        }
        let asked = request.url().clone();
        let answer = self.send(request).await.map_err(|error| match error {
            // What a server answers that shows its timelines to its own users only.
            HttpError::Status { url, status: status @ (401 | 403 | 422), said } => {
                SourceError::Refused { id: self.config.id.to_string(), url: url.into(), status, said }
            }
            error => SourceError::from_http(error),
        })?;
        let authors = Authors { bots: self.config.bots };
        let mut step =
            parse::parse(&answer.body, self.config.url.as_str(), authors).map_err(unexpected(&asked, "Mastodon"))?;
        // What the next page begins at is for the server to say: its ids are not always those of posts.
        let next = link(&answer.headers, "next").and_then(|url| asked.join(&url).ok());
        step.next = next
            .as_ref()
            .and_then(|url| url.query_pairs().find(|(name, _)| name == "max_id"))
            .map(|(_, id)| id.into_owned());
        let marks = Marks::times(self.config.overlap.duration()).back_to_days(self.config.history_days);
        let (Taken { mut walk, mut page }, missing) =
            walk.take(step, &marks.pages_per_fetch(self.config.pages_per_run));
        for id in self.gone(&missing).await {
            walk.forget(&id);
            page.removed.push(id);
        }
        Ok(in_language(tags.take(&self.lists, Taken { walk, page }), self.config.language.as_deref()))
    }
}
