//! Fetches one feed.

use std::sync::Arc;

use async_trait::async_trait;
use moodline_http::{HttpClient, Response, Validators};
use moodline_types::{Clock, Cursor, SourceId, SystemClock};
use url::Url;

use super::{
    FeedConfig, FeedDocument, parse_document,
    progress::{History, Progress, is_gap, short_hash, short_hashes},
};
use crate::{Page, Source, SourceError};

const ACCEPT: &str = "application/atom+xml, application/rss+xml, application/feed+json, application/rdf+xml;q=0.9, \
                      application/xml;q=0.8, text/xml;q=0.8, application/json;q=0.7, */*;q=0.1";
/// Times that an older page may fail, once at each fetch, before the walk ends without it.
const HISTORY_TRIES: u32 = 5;

/// A feed to be fetched again and again.
pub struct FeedSource {
    config: FeedConfig,
    http: HttpClient,
    clock: Arc<dyn Clock>,
    /// The newest page was read in this fetch; the older ones follow.
    walking: bool,
}

impl FeedSource {
    /// A source for one entry of the settings.
    pub fn new(config: FeedConfig, http: HttpClient) -> Self {
        Self { config, http, clock: Arc::new(SystemClock), walking: false }
    }

    /// The same with another clock.
    #[must_use]
    pub fn with_clock(self, clock: Arc<dyn Clock>) -> Self {
        Self { clock, ..self }
    }

    fn progress(&self, cursor: Option<&Cursor>) -> Result<Progress, SourceError> {
        let fresh = Progress { url: self.config.url.to_string(), ..Progress::default() };
        let Some(Cursor(text)) = cursor else { return Ok(fresh) };
        let progress: Progress = serde_json::from_str(text)
            .map_err(|source| SourceError::Cursor { id: self.config.id.to_string(), source })?;
        Ok(if progress.url == fresh.url { progress } else { fresh })
    }

    async fn read(&self, response: Response) -> Result<FeedDocument, SourceError> {
        // Long feeds take a while to read, and a panic stays on its own thread.
        let reading = tokio::task::spawn_blocking(move || {
            let document = parse_document(&response.body, &response.url, response.charset());
            document.map_err(|source| SourceError::Malformed { url: response.url.into(), expected: "a feed", source })
        });
        reading.await.unwrap_or_else(|_| Err(SourceError::Interrupted { what: self.config.url.to_string() }))
    }

    /// Asks for the newest page; where the feed has left the address it once moved to, at the configured one again.
    async fn ask(&self, before: &Progress) -> Result<(Url, Response), SourceError> {
        let address = before.address(&self.config.url);
        match self.http.get(address, ACCEPT, &before.validators).await.map_err(SourceError::from_http) {
            Err(SourceError::Gone { .. }) if *address != self.config.url => {
                let again = self.http.get(&self.config.url, ACCEPT, &Validators::default()).await;
                Ok((self.config.url.clone(), again.map_err(SourceError::from_http)?))
            }
            answer => Ok((address.clone(), answer?)),
        }
    }

    async fn newest(&mut self, before: Progress) -> Result<Page, SourceError> {
        let now = self.clock.now();
        if let Some(note) = before.rests(now) {
            return Ok(Page { note: Some(note), ..Page::default() });
        }
        let (asked, response) = self.ask(&before).await?;
        let mut progress = before.clone();
        progress.came_from(&self.config.url, &asked, &response.url, response.moved_permanently);
        if response.not_modified {
            progress.answered(response.fresh_for, now);
            let cursor = (progress != before).then(|| written(&progress));
            let page = Page { cursor, note: Some("not modified".to_owned()), ..Page::default() };
            return self.then_older(page, progress, &before).await;
        }
        let moved = response.moved_permanently.then(|| format!("moved permanently to {}", response.url));
        progress.validators = response.validators.clone();
        let fresh_for = response.fresh_for;
        let document = self.read(response).await?;
        progress.seen = short_hashes(&document);
        if progress.seen.is_empty() && !before.seen.is_empty() {
            // An empty answer is more often a fault than the truth: keep what was known, ask in full next time.
            let note = "empty, although it had entries before".to_owned();
            return Ok(Page { rejected: document.rejected, note: Some(note), suspicious: true, ..Page::default() });
        }
        progress.rest_seconds = document.hints.rest.map(|rest| rest.as_secs());
        progress.answered(fresh_for, now);
        progress.skip = (document.hints.skip_hours, document.hints.skip_days);
        let gap = is_gap(&before.seen, &progress.seen);
        let walks = self.config.history_pages > 0 && (gap || !progress.history_done);
        if let Some(older) = document.hints.older.clone().filter(|_| walks && progress.history.is_none()) {
            let until = if progress.history_done { before.seen.clone() } else { Vec::new() };
            progress.history = Some(History { next: older, pages: Vec::new(), until, failures: 0 });
        }
        progress.history_done |= progress.history.is_none();
        let overrun = (gap && progress.history.is_none()).then(|| {
            "window overrun: no entry of the last fetch is left, some may have been missed; fetch it more often"
                .to_owned()
        });
        let notes: Vec<String> = [overrun, moved].into_iter().flatten().collect();
        let page = self.page(document, &progress, (!notes.is_empty()).then(|| notes.join("; ")));
        self.then_older(page, progress, &before).await
    }

    /// Goes on with the older pages, if there are any to read: in the next step, or at once where the newest page has
    /// changed nothing and the cursor would stay where it is.
    async fn then_older(&mut self, page: Page, mut progress: Progress, before: &Progress) -> Result<Page, SourceError> {
        self.walking = progress.history.is_some();
        if self.walking && progress != *before {
            return Ok(Page { more: true, cursor: Some(written(&progress)), ..page });
        }
        let Some(history) = progress.history.take() else { return Ok(page) };
        let older = self.older(progress, history).await?;
        let mentions = page.mentions.into_iter().chain(older.mentions).collect();
        let rejected = page.rejected.into_iter().chain(older.rejected).collect();
        let removed = page.removed.into_iter().chain(older.removed).collect();
        Ok(Page { mentions, rejected, removed, ..older })
    }

    /// One older page. Failing does not stand in the way of the newest page: it is tried again at the next fetch.
    async fn older(&mut self, mut progress: Progress, mut history: History) -> Result<Page, SourceError> {
        let answer = self.http.get(&history.next, ACCEPT, &Validators::default()).await;
        let document = match answer {
            Ok(response) => self.read(response).await,
            Err(error) => Err(SourceError::from_http(error)),
        };
        let document = match document {
            Ok(document) => document,
            Err(error) => {
                self.walking = false;
                history.failures += 1;
                let ends = history.failures >= HISTORY_TRIES || matches!(error, SourceError::Gone { .. });
                let then = if ends { "older entries are not read" } else { "tried again at the next fetch" };
                let note = format!("an older page could not be read ({}); {then}", moodline_types::error_chain(&error));
                progress.history_done |= ends;
                progress.history = (!ends).then_some(history);
                return Ok(Page { cursor: Some(written(&progress)), note: Some(note), ..Page::default() });
            }
        };
        history.failures = 0;
        history.pages.push(short_hash(history.next.as_str()));
        let reached = short_hashes(&document).iter().any(|hash| history.until.contains(hash));
        let older = document.hints.older.clone().filter(|older| {
            let circles = history.pages.contains(&short_hash(older.as_str()));
            !reached && !circles && !document.is_empty() && history.pages.len() < self.config.history_pages as usize
        });
        self.walking = older.is_some();
        progress.history_done |= older.is_none();
        progress.history = older.map(|next| History { next, ..history });
        let more = self.walking;
        Ok(Page { more, ..self.page(document, &progress, None) })
    }

    fn page(&self, mut document: FeedDocument, progress: &Progress, note: Option<String>) -> Page {
        let default_language = self.config.language.as_ref().or(document.feed_language.as_ref());
        for mention in document.mentions.iter_mut().filter(|mention| mention.language.is_none()) {
            mention.language = default_language.cloned();
        }
        Page {
            mentions: document.mentions,
            rejected: document.rejected,
            removed: document.hints.deleted,
            afresh: vec![document.address],
            cursor: Some(written(progress)),
            note,
            ..Page::default()
        }
    }
}

fn written(progress: &Progress) -> Cursor {
    Cursor(serde_json::to_string(progress).expect("text and lists of text are always JSON"))
}

#[async_trait]
impl Source for FeedSource {
    fn id(&self) -> &SourceId {
        &self.config.id
    }

    async fn fetch(&mut self, cursor: Option<&Cursor>) -> Result<Page, SourceError> {
        let mut before = self.progress(cursor)?;
        match before.history.take() {
            Some(history) if self.walking => self.older(before, history).await,
            history => self.newest(Progress { history, ..before }).await,
        }
    }
}
