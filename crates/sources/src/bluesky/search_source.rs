//! Walks the search.

use async_trait::async_trait;
use moodline_http::{HttpClient, Request};
use moodline_types::{Cursor, SecretText, SourceId};
use serde::Deserialize;

use super::{BlueskySearchConfig, search, session::Session};
use crate::{
    Page, Source, SourceError,
    answer::{in_language, unexpected},
    walk::{Lanes, Marks, Taken, Walk, Watched},
};

/// Posts the host gives at once by their URIs.
const LOOKUPS: usize = 25;

#[derive(Debug)]
pub(super) struct SearchSource {
    config: BlueskySearchConfig,
    session: Session,
    /// The one list; its name says what is searched for, so that another question begins anew.
    lists: [String; 1],
}

impl SearchSource {
    pub(super) fn new(config: BlueskySearchConfig, password: SecretText, http: HttpClient) -> Self {
        let session = Session::new(config.id.clone(), config.url.clone(), config.identifier.clone(), password, http);
        Self { lists: [config.query.clone()], session, config }
    }

    /// Of the posts that are no longer found, those that the network does not have any more. What was not answered is
    /// asked again in the next run.
    async fn gone(&mut self, missing: &[String]) -> Vec<String> {
        #[derive(Deserialize)]
        struct Answer {
            posts: Vec<Post>,
        }
        #[derive(Deserialize)]
        struct Post {
            uri: String,
        }
        let asked = &missing[..missing.len().min(LOOKUPS)];
        if asked.is_empty() {
            return Vec::new();
        }
        let request = Request::get(self.session.address("app.bsky.feed.getPosts"));
        let request = asked.iter().fold(request, |request, uri| request.query("uris", uri));
        let Ok(answer) = self.session.send(request).await else { return Vec::new() };
        let Ok(Answer { posts }) = serde_json::from_slice(&answer.body) else { return Vec::new() };
        asked.iter().filter(|uri| !posts.iter().any(|post| post.uri == **uri)).cloned().collect()
    }
}

#[async_trait]
impl Source for SearchSource {
    fn id(&self) -> &SourceId {
        &self.config.id
    }

    async fn fetch(&mut self, cursor: Option<&Cursor>) -> Result<Page, SourceError> {
        let mut lists: Lanes<Watched> = Lanes::load(cursor, &self.config.id)?;
        let (_, walk) = lists.current(&self.lists);
        let mut request = Request::get(self.session.address("app.bsky.feed.searchPosts"))
            .query("q", &self.config.query)
            .query("sort", "latest")
            .query("limit", "100");
        if let Some(token) = walk.token() {
            request = request.query("cursor", token);
        }
        let url = request.url().clone();
        let answer = self.session.send(request).await?;
        let step = search::parse(&answer.body, self.config.url.as_str()).map_err(unexpected(&url, "Bluesky"))?;
        let marks = Marks::times(self.config.overlap.duration()).back_to_days(self.config.history_days);
        let (Taken { mut walk, mut page }, missing) =
            walk.take(step, &marks.pages_per_fetch(self.config.pages_per_run));
        for id in self.gone(&missing).await {
            walk.forget(&id);
            page.removed.push(id);
        }
        Ok(in_language(lists.take(&self.lists, Taken { walk, page }), self.config.language.as_deref()))
    }
}
