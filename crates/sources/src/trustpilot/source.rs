//! Walks the reviews of one business.

use std::time::Duration;

use async_trait::async_trait;
use chrono::Utc;
use moodline_http::{HttpClient, HttpError, Request};
use moodline_types::{Cursor, SecretText, SourceId};
use serde::{Deserialize, Serialize};

use super::{TrustpilotConfig, parse, parse_unit};
use crate::{
    Page, Source, SourceError,
    answer::{self, in_language},
    walk::{Marks, Taken, Walk, Watched},
};

const API: &str = "Trustpilot's API";
const PER_PAGE: usize = 100;
/// Reviews may turn up that much later than they are dated.
const OVERLAP: Duration = Duration::from_hours(48);
/// How often the younger reviews are read again.
const RESCAN_EVERY_MS: i64 = 7 * 86_400_000;
/// Reviews that are no longer listed, looked up at the end of a walk.
const LOOKUPS: usize = 20;

/// The reviews of one business.
#[derive(Debug)]
pub(super) struct TrustpilotSource {
    config: TrustpilotConfig,
    key: SecretText,
    http: HttpClient,
    /// The business's id; asked for once.
    unit: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
struct Progress {
    walk: Watched,
    /// When the younger reviews were last read again, in milliseconds since 1970.
    #[serde(default)]
    rescanned: i64,
    /// Whether the walk under way does that.
    #[serde(default)]
    rescans: bool,
}

impl Walk for Progress {}

impl TrustpilotSource {
    pub(super) fn new(config: TrustpilotConfig, key: SecretText, http: HttpClient) -> Self {
        Self { config, key, http, unit: None }
    }

    fn request(&self, path: &str) -> Request {
        let mut url = self.config.api_url.clone();
        url.set_path(path);
        Request::get(url).secret_header("apikey", self.key.clone())
    }

    async fn unit(&mut self) -> Result<String, SourceError> {
        if let Some(unit) = &self.unit {
            return Ok(unit.clone());
        }
        let request = self.request("/v1/business-units/find").query("name", &self.config.domain);
        let unit = answer::ask(&self.http, &self.config.id, API, &request, parse_unit).await?;
        self.unit = Some(unit.clone());
        Ok(unit)
    }

    /// Of the reviews that are no longer listed, those that are not there any more.
    async fn gone(&self, missing: &[String]) -> Vec<String> {
        let mut gone = Vec::new();
        for id in missing.iter().take(LOOKUPS) {
            match self.http.send(&self.request(&format!("/v1/reviews/{id}"))).await {
                Ok(_) => {}
                Err(HttpError::Status { status: 404 | 410, .. }) => gone.push(id.clone()),
                // The rest is looked up at the end of the next walk.
                Err(_) => break,
            }
        }
        gone
    }
}

#[async_trait]
impl Source for TrustpilotSource {
    fn id(&self) -> &SourceId {
        &self.config.id
    }

    async fn fetch(&mut self, cursor: Option<&Cursor>) -> Result<Page, SourceError> {
        let mut progress = Progress::load(cursor, &self.config.id)?;
        let now = Utc::now().timestamp_millis();
        if progress.walk.token().is_none() {
            progress.rescans = now - progress.rescanned >= RESCAN_EVERY_MS;
        }
        let number: u32 = progress.walk.token().and_then(|token| token.parse().ok()).unwrap_or(1);
        let unit = self.unit().await?;
        let request = self.request(&format!("/v1/business-units/{unit}/reviews")).query("orderBy", "createdat.desc");
        let request = request.query("perPage", &PER_PAGE.to_string()).query("page", &number.to_string());
        let read = |bytes: &[u8]| parse(bytes, request.url().as_str());
        let mut step = answer::ask(&self.http, &self.config.id, API, &request, read).await?;
        // Pages are counted, and what is new pushes the rest down: some reviews come twice, none is missed.
        let full = step.items.len() + step.rejected.len() >= PER_PAGE;
        step.next = full.then(|| number.saturating_add(1).to_string());
        let rescan = Duration::from_hours(24 * u64::from(self.config.rescan_days));
        let marks = Marks::times(if progress.rescans { rescan.max(OVERLAP) } else { OVERLAP });
        let (Taken { walk, mut page }, missing) = progress.walk.take(step, &marks);
        progress.walk = walk;
        if !page.more && progress.rescans && !page.suspicious {
            progress.rescanned = now;
        }
        for id in self.gone(&missing).await {
            progress.walk.forget(&id);
            page.removed.push(id);
        }
        page.cursor = Some(progress.cursor());
        Ok(in_language(page, self.config.language.as_deref()))
    }
}
