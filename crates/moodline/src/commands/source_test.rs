//! `moodline sources test`: one request, explained.

use anyhow::{Result, bail};
use moodline_http::{Exchange, HttpError};
use moodline_ingest::{IngestError, preview_source};
use moodline_sources::SourceError;
use moodline_types::{SourceId, counted, error_chain};

use crate::{
    output::{Output, shorten},
    wire::App,
};

/// Mentions shown.
const SHOWN: usize = 5;

/// Asks a source for one page from the beginning, stores nothing, and says what came back.
pub(super) async fn run(id: &SourceId, app: &App) -> Result<()> {
    let http = app.http()?;
    let protection = app.protection()?;
    let Some(mut source) = app.sources_with(&http, std::slice::from_ref(id))?.pop() else {
        bail!("source `{id}` is switched off: set `enabled = true` to test it");
    };
    let mut out = Output::new();
    let page = preview_source(source.as_mut(), None, &protection, &app.clock).await;
    for exchange in http.exchanges() {
        show(&mut out, &exchange)?;
    }
    let page = match page {
        Ok(page) => page,
        Err(error) => {
            out.line(format!("failed: {}", error_chain(&error)))?;
            if let IngestError::Source { source, .. } = &error {
                out.line(format!("what to do: {}", advice(source)))?;
            }
            out.flush()?;
            bail!("source `{id}` cannot be read as it is");
        }
    };
    let (mentions, unread) = (page.mentions.len(), page.rejected.len());
    out.line(format!("read: {}, {} deleted, {unread} unreadable", counted(mentions, "mention"), page.removed.len()))?;
    let mut newest: Vec<_> = page.mentions.iter().collect();
    newest.sort_by_key(|mention| std::cmp::Reverse(mention.posted_at));
    if let (Some(first), Some(last)) = (newest.first(), newest.last()) {
        let day = |at: chrono::DateTime<chrono::Utc>| at.format("%Y-%m-%d %H:%M").to_string();
        out.line(format!("newest: {}, oldest of this page: {}", day(first.posted_at), day(last.posted_at)))?;
        let undated = newest.iter().filter(|mention| mention.posted_at_is_approximate).count();
        if undated > 0 {
            out.line(format!("{undated} without a date: they take the time of fetching"))?;
        }
    } else {
        out.line("nothing came back: right only if there is nothing yet")?;
    }
    for mention in newest.iter().take(SHOWN) {
        let rating = mention.rating.map(|rating| format!("{}/{} ", rating.value, rating.best)).unwrap_or_default();
        out.line(format!("  {}  {rating}{}", shorten(&mention.external_id, 24), shorten(&mention.text, 80)))?;
    }
    for row in page.rejected.iter().take(SHOWN) {
        out.line(format!("  unreadable: {}: {}", row.reason, shorten(&row.excerpt, 60)))?;
    }
    out.line("nothing was stored")?;
    Ok(out.flush()?)
}

fn show(out: &mut Output, exchange: &Exchange) -> std::io::Result<()> {
    let Exchange { method, url, status, content_type, bytes, took, rate_limit, robots, cache_control } = exchange;
    let kind = content_type.as_deref().unwrap_or("no content type");
    out.line(format!("{method} {url}: status {status}, {kind}, {bytes} bytes, {:.1} s", took.as_secs_f64()))?;
    if let Some(limit) = rate_limit {
        let left = limit.remaining.map_or("unknown".to_owned(), |left| format!("{left}"));
        let reset = limit.reset.map(|reset| format!(", renewed in {} s", reset.as_secs())).unwrap_or_default();
        out.line(format!("  rate limit: {left} left{reset}"))?;
    }
    if let Some(robots) = robots {
        out.line(format!("  the host asks robots: {robots}"))?;
    }
    if let Some(cache_control) = cache_control.as_deref().filter(|value| value.contains("max-age")) {
        out.line(format!("  asking again sooner is in vain: {cache_control}"))?;
    }
    Ok(())
}

/// What a person can do about a failure.
fn advice(error: &SourceError) -> &'static str {
    match error {
        SourceError::Refused { .. } => "the key is missing, wrong, or not allowed to read this; see the source's page",
        SourceError::RateLimited { .. } => "nothing: it is asked again when its pause is over. Fetch it less often",
        SourceError::Gone { .. } => "correct the address; the host does not have anything there",
        SourceError::Malformed { .. } | SourceError::Unexpected { .. } => {
            "look at the address in a browser: it may be a login page, another kind of document, or a changed API"
        }
        SourceError::Http { source, .. } => match &**source {
            HttpError::PrivateAddress { .. } => "set `http.allow_private_addresses = true` if that host is yours",
            HttpError::Tls { .. } => {
                "the host's certificate is not trusted here: check its address and this machine's clock"
            }
            HttpError::TooLarge { .. } => "raise `http.max_body_bytes`, or ask for smaller pages",
            HttpError::Redirects { .. } => "use the address that the host redirects to, or check for a login",
            HttpError::Connect { .. } => "check the host's name, and whether this machine reaches it",
            HttpError::Timeout { .. } => "the host is slow or silent: raise `http.timeout`, or try later",
            HttpError::Status { status, .. } if *status >= 500 => {
                "nothing: the host has trouble; it is asked again by itself"
            }
            HttpError::Status { .. } => "correct the address and its parameters: the host does not take this request",
            _ => "see above",
        },
        SourceError::Path { .. } => "correct `path`, or the rights of the file",
        SourceError::Cursor { .. } | SourceError::Interrupted { .. } | SourceError::Other { .. } => "see above",
    }
}
