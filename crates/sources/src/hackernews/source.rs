//! Reads windows of time, and asks after what has vanished.

use async_trait::async_trait;
use chrono::Utc;
use moodline_http::{HttpClient, Request};
use moodline_types::{Cursor, SourceId};
use serde::{Deserialize, Serialize};
use url::Url;

use super::{HackerNewsConfig, parse};
use crate::{
    Page, Source, SourceError,
    answer::{in_language, unexpected},
    keywords::Keywords,
    walk::{Step, Walk, Watch},
};

/// Most hits that Algolia gives for one question (`paginationLimitedTo`).
const HITS: u64 = 1000;
/// Every run begins so long before the end of the last: the index lags, and comments may be edited for two hours.
const OVERLAP_SECONDS: i64 = 3 * 3600;
/// Once in `REREAD_EVERY_SECONDS` a run begins `REREAD_SECONDS` back.
const REREAD_EVERY_SECONDS: i64 = 86_400;
const REREAD_SECONDS: i64 = 7 * 86_400;
/// Vanished items looked up in one run.
const LOOKUPS: usize = 20;
/// An empty answer for a time of which so many mentions are known is not believed.
const SUSPICIOUS_FROM: usize = 3;

#[derive(Debug)]
pub(super) struct HackerNewsSource {
    config: HackerNewsConfig,
    query: Keywords,
    http: HttpClient,
}

/// How far the index has been read. All times are seconds since 1970.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
struct Progress {
    /// What was asked; another question begins anew.
    query: String,
    tags: Vec<String>,
    /// Everything before was read.
    #[serde(skip_serializing_if = "Option::is_none")]
    read_to: Option<i64>,
    /// Where the run under way goes on.
    #[serde(skip_serializing_if = "Option::is_none")]
    low: Option<i64>,
    /// How long a window of it may be.
    #[serde(skip_serializing_if = "Option::is_none")]
    span: Option<i64>,
    /// When the last seven days were last read again.
    #[serde(skip_serializing_if = "Option::is_none")]
    reread_at: Option<i64>,
    watch: Watch,
}

impl Walk for Progress {}

impl HackerNewsSource {
    pub(super) fn new(config: HackerNewsConfig, http: HttpClient) -> Self {
        Self { query: Keywords::new([&config.query]), config, http }
    }

    fn progress(&self, cursor: Option<&Cursor>, now: i64) -> Result<Progress, SourceError> {
        let stored = Progress::load(cursor, &self.config.id)?;
        if stored.query == self.config.query && stored.tags == self.config.tags {
            return Ok(stored);
        }
        let (query, tags) = (self.config.query.clone(), self.config.tags.clone());
        Ok(Progress { query, tags, reread_at: Some(now), ..Progress::default() })
    }

    /// The beginning of a run.
    fn start(&self, progress: &mut Progress, now: i64) -> i64 {
        let Some(read_to) = progress.read_to else {
            return now - i64::from(self.config.history_days) * 86_400;
        };
        if now - progress.reread_at.unwrap_or(0) < REREAD_EVERY_SECONDS {
            return read_to.min(now) - OVERLAP_SECONDS;
        }
        progress.reread_at = Some(now);
        read_to.min(now) - REREAD_SECONDS
    }

    async fn window(&self, low: i64, high: i64) -> Result<(Step, u64), SourceError> {
        let request = Request::get(join(&self.config.url, "search_by_date"))
            .query("tags", &format!("({})", self.config.tags.join(",")))
            .query("query", &format!("\"{}\"", self.config.query))
            .query("numericFilters", &format!("created_at_i>={low},created_at_i<{high}"))
            .query("restrictSearchableAttributes", "title,story_text,comment_text")
            .query("typoTolerance", "false")
            .query("advancedSyntax", "true")
            .query("hitsPerPage", &HITS.to_string());
        let answer = self.http.send(&request).await.map_err(SourceError::from_http)?;
        parse::parse(&answer.body, self.config.url.as_str(), &self.query)
            .map_err(unexpected(request.url(), "Hacker News search"))
    }

    /// Of the items that have vanished from the index, those that the official API calls deleted. Without its answer
    /// they stay as they are, and are asked about in the next run.
    async fn gone(&self, missing: &[String]) -> Vec<String> {
        let mut gone = Vec::new();
        for id in missing.iter().take(LOOKUPS) {
            let request = Request::get(join(&self.config.official_url, &format!("item/{id}.json")));
            match self.http.send(&request).await.map(|answer| parse::is_gone(&answer.body)) {
                Ok(Ok(true)) => gone.push(id.clone()),
                Ok(Ok(false)) => {}
                Ok(Err(_)) | Err(_) => break,
            }
        }
        gone
    }
}

fn join(base: &Url, path: &str) -> Url {
    base.join(path).unwrap_or_else(|_| base.clone())
}

#[async_trait]
impl Source for HackerNewsSource {
    fn id(&self) -> &SourceId {
        &self.config.id
    }

    async fn fetch(&mut self, cursor: Option<&Cursor>) -> Result<Page, SourceError> {
        let now = Utc::now().timestamp();
        let mut progress = self.progress(cursor, now)?;
        let low = match progress.low {
            Some(low) => low,
            None => self.start(&mut progress, now),
        };
        let high = progress.span.map_or(now, |span| (low + span).min(now)).max(low + 1);
        let (step, total) = self.window(low, high).await?;
        let span = high - low;
        if total > HITS && span > 1 {
            (progress.low, progress.span) = (Some(low), Some(span / 2));
            return Ok(Page { cursor: Some(progress.cursor()), more: true, ..Page::default() });
        }
        if step.items.is_empty() && progress.watch.expected(low, high - 1) >= SUSPICIOUS_FROM {
            let note = "suspicious: empty, although it had items of that time before".to_owned();
            return Ok(Page { note: Some(note), suspicious: true, ..Page::default() });
        }
        let note = (total > HITS).then(|| format!("{total} items in one second, of which {HITS} can be read"));
        progress.watch.meet(&step.items);
        let missing = progress.watch.missing_in(low, high - 1);
        let removed = self.gone(&missing).await;
        for id in &removed {
            progress.watch.forget(id);
        }
        let more = high < now;
        if more {
            (progress.low, progress.span) = (Some(high), Some(span.saturating_mul(2)));
        } else {
            (progress.low, progress.span, progress.read_to) = (None, None, Some(high));
        }
        let mentions = step.items.into_iter().filter_map(|item| item.mention).collect();
        let cursor = Some(progress.cursor());
        let page = Page { mentions, rejected: step.rejected, removed, cursor, more, note, ..Page::default() };
        Ok(in_language(page, self.config.language.as_deref()))
    }
}
