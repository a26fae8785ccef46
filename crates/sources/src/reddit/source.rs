//! Walks posts and comments.

use async_trait::async_trait;
use moodline_http::{HttpClient, Request};
use moodline_types::{Cursor, SecretText, SourceId};

use super::{RedditConfig, parse};
use crate::{
    Page, Source, SourceError,
    answer::{self, in_language},
    oauth::AccessToken,
    walk::{Lanes, Marks, Step, Taken, Walk, Watched},
};

const API: &str = "Reddit's API";
/// Things that one request can ask for by name.
const NAMES: usize = 100;

/// Posts and comments of subreddits, or what a search finds.
#[derive(Debug)]
pub(super) struct RedditSource {
    config: RedditConfig,
    secret: SecretText,
    refresh: Option<SecretText>,
    token: AccessToken,
    http: HttpClient,
    /// `new`, `comments` or `search`, with what is asked: other settings begin anew.
    lanes: Vec<String>,
}

impl RedditSource {
    pub(super) fn new(config: RedditConfig, secret: SecretText, refresh: Option<SecretText>, http: HttpClient) -> Self {
        let asked = config.subreddits.join("+");
        let lanes = match &config.query {
            Some(query) => vec![format!("search {asked} {query}")],
            None if config.comments => vec![format!("new {asked}"), format!("comments {asked}")],
            None => vec![format!("new {asked}")],
        };
        Self { config, secret, refresh, token: AccessToken::default(), http, lanes }
    }

    /// Reddit wants the app, its version and the person behind it, and blocks everything that looks like a library.
    fn user_agent(&self) -> String {
        format!("linux:moodline:{} (by /u/{})", env!("CARGO_PKG_VERSION"), self.config.user)
    }

    async fn request(&mut self, path: &str) -> Result<Request, SourceError> {
        let agent = self.user_agent();
        let Self { config, secret, refresh, token, http, .. } = self;
        let grant = || {
            let mut url = config.login_url.clone();
            url.set_path("/api/v1/access_token");
            let form = match refresh {
                Some(refresh) => vec![("grant_type", "refresh_token"), ("refresh_token", refresh.reveal())],
                None => vec![("grant_type", "client_credentials")],
            };
            Ok(Request::post(url).basic(&config.client_id, secret).form(&form).header("User-Agent", &agent))
        };
        let token = token.get(http, &config.id, API, grant).await?;
        let mut url = config.api_url.clone();
        url.set_path(path);
        Ok(Request::get(url).bearer(&token).header("User-Agent", &agent).query("raw_json", "1"))
    }

    async fn listing(&mut self, request: &Request) -> Result<Step, SourceError> {
        let read = |bytes: &[u8]| parse(bytes, request.url().as_str());
        answer::ask(&self.http, &self.config.id, API, request, read).await.inspect_err(|error| {
            if matches!(error, SourceError::Refused { status: 401, .. }) {
                self.token.forget();
            }
        })
    }

    async fn page(&mut self, lane: &str, after: Option<&str>) -> Result<Step, SourceError> {
        let kind = lane.split(' ').next().unwrap_or_default().to_owned();
        let place = if self.config.subreddits.is_empty() {
            String::new()
        } else {
            format!("/r/{}", self.config.subreddits.join("+"))
        };
        let mut request = self.request(&format!("{place}/{kind}")).await?.query("limit", "100");
        if let Some(query) = &self.config.query {
            request = request.query("q", query).query("sort", "new");
            if !place.is_empty() {
                request = request.query("restrict_sr", "1");
            }
        }
        if let Some(after) = after {
            request = request.query("after", after);
        }
        self.listing(&request).await
    }

    /// Things that should have been listed and were not: those that are gone, and the others as they are now.
    async fn look_up(&mut self, names: &[String]) -> Result<Step, SourceError> {
        let names = &names[..names.len().min(NAMES)];
        let request = self.request("/api/info").await?.query("id", &names.join(","));
        let mut found = self.listing(&request).await?;
        let there = |name: &&String| found.items.iter().any(|item| item.id == **name);
        let absent: Vec<String> = names.iter().filter(|name| !there(name)).cloned().collect();
        found.removed.extend(absent);
        Ok(found)
    }
}

#[async_trait]
impl Source for RedditSource {
    fn id(&self) -> &SourceId {
        &self.config.id
    }

    async fn fetch(&mut self, cursor: Option<&Cursor>) -> Result<Page, SourceError> {
        let mut lanes: Lanes<Watched> = Lanes::load(cursor, &self.config.id)?;
        let names = self.lanes.clone();
        let (name, walk) = lanes.current(&names);
        let step = self.page(name, walk.token()).await?;
        let oldest = step.items.iter().rev().find_map(|item| item.mark);
        let fell_short =
            step.next.is_none() && oldest.zip(walk.watermark()).is_some_and(|(oldest, mark)| oldest > mark);
        let (Taken { mut walk, mut page }, missing) = walk.take(step, &Marks::times(self.config.overlap.duration()));
        if fell_short && page.note.is_none() {
            page.note = Some("the list ended before what was read last time: Reddit lists 1,000 at most, some may be missing; fetch it more often".to_owned());
        }
        if !missing.is_empty() {
            let found = self.look_up(&missing).await?;
            for name in found.removed {
                walk.forget(&name);
                page.removed.push(name);
            }
            page.mentions.extend(found.items.into_iter().filter_map(|item| item.mention));
        }
        Ok(in_language(lanes.take(&names, Taken { walk, page }), self.config.language.as_deref()))
    }
}
