//! Walks posts and comments.

use std::time::Duration;

use async_trait::async_trait;
use moodline_http::{HttpClient, HttpError, Request, Response};
use moodline_types::{Cursor, SourceId};
use url::Url;

use super::{
    LemmyConfig,
    parse::{self, Languages},
};
use crate::{
    Page, Source, SourceError,
    answer::{in_language, unexpected},
    walk::{Lanes, Marks, Step, Taken, Walk, Watched},
};

/// Most entries that an instance gives at once.
const PER_PAGE: &str = "50";
/// Instances allow few searches and say so nowhere.
const SEARCH_INTERVAL: Duration = Duration::from_secs(10);
/// Entries that are no longer listed, looked up at the end of a walk.
const LOOKUPS: usize = 20;

#[derive(Debug)]
pub(super) struct LemmySource {
    config: LemmyConfig,
    http: HttpClient,
    /// Posts and comments. Their names say what is asked, so that other settings begin anew.
    lists: [String; 2],
    /// What language numbers stand for; asked once.
    languages: Option<Languages>,
}

impl LemmySource {
    pub(super) fn new(config: LemmyConfig, http: HttpClient) -> Self {
        let origin = crate::SourceConfig::origin(&config);
        Self { lists: ["posts", "comments"].map(|kind| format!("{kind}, {origin}")), config, http, languages: None }
    }

    fn request(&self, path: &str) -> Request {
        let mut url: Url = self.config.url.clone();
        url.set_path(&format!("/api/v3/{path}"));
        Request::get(url)
    }

    async fn send(&self, request: &Request) -> Result<Response, SourceError> {
        self.http.send(request).await.map_err(SourceError::from_http)
    }

    async fn languages(&mut self) -> Result<Languages, SourceError> {
        if self.languages.is_none() {
            let request = self.request("site");
            let answer = self.send(&request).await?;
            self.languages =
                Some(parse::parse_languages(&answer.body).map_err(unexpected(request.url(), "Lemmy (version 3)"))?);
        }
        Ok(self.languages.clone().unwrap_or_default())
    }

    async fn page(&mut self, comments: bool, page: &str) -> Result<Step, SourceError> {
        let languages = self.languages().await?;
        let mut request = match (&self.config.query, comments) {
            (Some(query), _) => self
                .request("search")
                .query("q", query)
                .query("type_", if comments { "Comments" } else { "Posts" })
                .query("listing_type", "All")
                .min_interval(SEARCH_INTERVAL),
            (None, false) => self.request("post/list").query("type_", "All"),
            (None, true) => self.request("comment/list").query("type_", "All"),
        };
        request = request.query("sort", "New").query("limit", PER_PAGE).query("page", page);
        if let Some(community) = &self.config.community {
            request = request.query("community_name", community);
        }
        let answer = self.send(&request).await?;
        let step = parse::parse(&answer.body, self.config.url.as_str(), &languages)
            .map_err(unexpected(request.url(), "Lemmy (version 3)"))?;
        Ok(step)
    }

    /// Of the entries that are no longer listed, those that the instance calls deleted or does not have any more.
    async fn gone(&self, missing: &[String]) -> Vec<String> {
        let mut gone = Vec::new();
        for id in missing.iter().take(LOOKUPS) {
            let Some((kind, number)) = id.split_once('/') else { continue };
            match self.http.send(&self.request(kind).query("id", number)).await {
                Ok(answer) if parse::is_removed(&answer.body) => gone.push(id.clone()),
                Ok(_) => {}
                // Older instances answer 400 with the reason.
                Err(HttpError::Status { status: 400 | 404, said, .. }) if said.0.contains("couldnt_find") => {
                    gone.push(id.clone());
                }
                Err(_) => break,
            }
        }
        gone
    }
}

#[async_trait]
impl Source for LemmySource {
    fn id(&self) -> &SourceId {
        &self.config.id
    }

    async fn fetch(&mut self, cursor: Option<&Cursor>) -> Result<Page, SourceError> {
        let mut lists: Lanes<Watched> = Lanes::load(cursor, &self.config.id)?;
        let names = self.lists.clone();
        let (name, walk) = lists.current(&names);
        let number: u32 = walk.token().and_then(|token| token.parse().ok()).unwrap_or(1);
        let mut step = self.page(name == names[1], &number.to_string()).await?;
        // Pages are counted, and what is new pushes the rest down: some entries come twice, none is missed.
        let listed = !step.items.is_empty() || !step.rejected.is_empty();
        step.next = listed.then(|| number.saturating_add(1).to_string());
        let marks = Marks::times(self.config.overlap.duration()).back_to_days(self.config.history_days);
        let (Taken { mut walk, mut page }, missing) =
            walk.take(step, &marks.pages_per_fetch(self.config.pages_per_run));
        for id in self.gone(&missing).await {
            walk.forget(&id);
            page.removed.push(id);
        }
        Ok(in_language(lists.take(&names, Taken { walk, page }), self.config.language.as_deref()))
    }
}
