//! Fetches one feed.

use std::collections::HashSet;

use async_trait::async_trait;
use moodline_http::{HttpClient, Response, Validators};
use moodline_types::{Cursor, SourceId};
use serde::{Deserialize, Serialize};

use super::{FeedConfig, FeedDocument, parse_document};
use crate::{Page, Source, SourceError, identity::derived_id};

const ACCEPT: &str = "application/atom+xml, application/rss+xml, application/feed+json, application/rdf+xml;q=0.9, \
                      application/xml;q=0.8, text/xml;q=0.8, application/json;q=0.7, */*;q=0.1";
/// Entries remembered to notice a gap: more than any feed shows at once, few enough for a small cursor.
const REMEMBERED: usize = 500;

/// A feed to be fetched again and again.
#[derive(Debug)]
pub struct FeedSource {
    config: FeedConfig,
    http: HttpClient,
}

/// How far a feed has been read.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
struct Progress {
    /// The address the rest belongs to: validators of one document mean nothing for another.
    url: String,
    #[serde(flatten)]
    validators: Validators,
    /// Short hashes of the entries last seen.
    #[serde(default)]
    seen: Vec<String>,
}

impl FeedSource {
    /// A source for one entry of the settings.
    pub fn new(config: FeedConfig, http: HttpClient) -> Self {
        Self { config, http }
    }

    fn progress(&self, cursor: Option<&Cursor>) -> Result<Progress, SourceError> {
        let Some(Cursor(text)) = cursor else { return Ok(Progress::default()) };
        let progress: Progress = serde_json::from_str(text)
            .map_err(|source| SourceError::Cursor { id: self.config.id.to_string(), source })?;
        Ok(if progress.url == self.config.url.as_str() { progress } else { Progress::default() })
    }

    async fn read(&self, response: Response) -> Result<FeedDocument, SourceError> {
        // Long feeds take a while to read, and a panic stays on its own thread.
        let reading = tokio::task::spawn_blocking(move || {
            let document = parse_document(&response.body, &response.url, response.charset());
            document.map_err(|source| SourceError::Malformed { url: response.url.into(), expected: "a feed", source })
        });
        reading.await.unwrap_or_else(|_| Err(SourceError::Interrupted { what: self.config.url.to_string() }))
    }
}

#[async_trait]
impl Source for FeedSource {
    fn id(&self) -> &SourceId {
        &self.config.id
    }

    async fn fetch(&mut self, cursor: Option<&Cursor>) -> Result<Page, SourceError> {
        let before = self.progress(cursor)?;
        let response = self.http.get(&self.config.url, ACCEPT, &before.validators).await;
        let response = response.map_err(SourceError::from_http)?;
        if response.not_modified {
            return Ok(Page { note: Some("not modified".to_owned()), ..Page::default() });
        }
        let validators = response.validators.clone();
        let moved = response.moved_permanently.then(|| format!("moved permanently to {}", response.url));
        let document = self.read(response).await?;
        let seen = short_hashes(&document);
        if seen.is_empty() && !before.seen.is_empty() {
            // An empty answer is more often a fault than the truth: keep what was known, ask in full next time.
            let note = "empty, although it had entries before".to_owned();
            return Ok(Page { rejected: document.rejected, note: Some(note), suspicious: true, ..Page::default() });
        }
        let overrun = overrun(&before.seen, &seen);
        let progress = Progress { url: self.config.url.to_string(), validators, seen };
        let cursor = serde_json::to_string(&progress).expect("text and lists of text are always JSON");
        Ok(self.page(document, Cursor(cursor), [overrun, moved]))
    }
}

impl FeedSource {
    fn page(&self, mut document: FeedDocument, cursor: Cursor, notes: [Option<String>; 2]) -> Page {
        let default_language = self.config.language.as_ref().or(document.feed_language.as_ref());
        for mention in document.mentions.iter_mut().filter(|mention| mention.language.is_none()) {
            mention.language = default_language.cloned();
        }
        let notes: Vec<String> = notes.into_iter().flatten().collect();
        Page {
            mentions: document.mentions,
            rejected: document.rejected,
            cursor: Some(cursor),
            note: (!notes.is_empty()).then(|| notes.join("; ")),
            ..Page::default()
        }
    }
}

fn short_hashes(document: &FeedDocument) -> Vec<String> {
    let ids = document.mentions.iter().take(REMEMBERED);
    ids.map(|mention| derived_id(&[&mention.external_id])[..12].to_owned()).collect()
}

/// A note where nothing of the last document is left: entries in between may have been missed.
fn overrun(before: &[String], now: &[String]) -> Option<String> {
    let known: HashSet<&String> = before.iter().collect();
    let gap = !before.is_empty() && !now.iter().any(|hash| known.contains(hash));
    gap.then(|| {
        "window overrun: no entry of the last fetch is left, some may have been missed; fetch it more often".to_owned()
    })
}
