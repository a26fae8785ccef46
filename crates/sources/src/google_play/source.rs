//! Walks the reviews of the last week.

use std::time::Duration;

use async_trait::async_trait;
use chrono::Utc;
use moodline_http::{HttpClient, Request};
use moodline_types::{Cursor, SourceId};
use serde::{Deserialize, Serialize};

use super::{GooglePlayConfig, account::Account, parse};
use crate::{
    Page, Source, SourceError, answer,
    oauth::AccessToken,
    walk::{Marks, NewestFirst, Taken, Walk},
};

const API: &str = "the Google Play Developer API";
/// Reviews may turn up that much later than they are dated.
const OVERLAP: Duration = Duration::from_hours(6);
/// Reviews are listed for a week after they were written or changed.
const KEPT: chrono::TimeDelta = chrono::TimeDelta::days(7);

/// The reviews of one app.
#[derive(Debug)]
pub(super) struct GooglePlaySource {
    config: GooglePlayConfig,
    account: Account,
    token: AccessToken,
    http: HttpClient,
}

/// A walk, and when one was last completed.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
struct Progress {
    walk: NewestFirst,
    /// Milliseconds since 1970.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    completed: Option<i64>,
}

impl Walk for Progress {}

impl GooglePlaySource {
    pub(super) fn new(config: GooglePlayConfig, account: Account, http: HttpClient) -> Self {
        Self { config, account, token: AccessToken::default(), http }
    }

    async fn request(&mut self, page: Option<&str>) -> Result<Request, SourceError> {
        let Self { config, account, token, http } = self;
        let grant = || {
            account.grant().map_err(|error| SourceError::Other {
                reason: format!("the service account of source {} cannot sign: {error}", config.id),
                transient: false,
            })
        };
        let token = token.get(http, &config.id, API, grant).await?;
        let mut url = config.api_url.clone();
        url.set_path(&format!("/androidpublisher/v3/applications/{}/reviews", config.package));
        let request = Request::get(url).query("maxResults", "100").bearer(&token);
        Ok(match page {
            Some(page) => request.query("token", page),
            None => request,
        })
    }
}

#[async_trait]
impl Source for GooglePlaySource {
    fn id(&self) -> &SourceId {
        &self.config.id
    }

    async fn fetch(&mut self, cursor: Option<&Cursor>) -> Result<Page, SourceError> {
        let Progress { walk, completed } = Progress::load(cursor, &self.config.id)?;
        let request = self.request(walk.token()).await?;
        let read = |bytes: &[u8]| parse(bytes, &self.config.package, request.url().as_str());
        let answer = answer::ask(&self.http, &self.config.id, API, &request, read).await;
        let step = answer.inspect_err(|error| {
            if matches!(error, SourceError::Refused { status: 401, .. }) {
                self.token.forget();
            }
        })?;
        let begins = walk.token().is_none();
        let Taken { walk, mut page } = walk.take(step, &Marks::times(OVERLAP));
        let now = Utc::now().timestamp_millis();
        let late = completed.is_some_and(|completed| now - completed > KEPT.num_milliseconds());
        if begins && late {
            let gap = "not read for more than a week: Google keeps reviews for 7 days, so some are missing; import the monthly CSV of the Play console";
            page.note = Some(page.note.map_or_else(|| gap.to_owned(), |note| format!("{gap}; {note}")));
        }
        let completed = if page.more { completed } else { Some(now) };
        Ok(answer::in_language(
            Taken { walk: Progress { walk, completed }, page }.into_page(),
            self.config.language.as_deref(),
        ))
    }
}
