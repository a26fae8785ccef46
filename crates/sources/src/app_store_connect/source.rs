//! Walks the reviews of one app.

use std::time::Duration;

use async_trait::async_trait;
use chrono::Utc;
use moodline_http::{HttpClient, HttpError, Request};
use moodline_types::{Cursor, SecretText, SourceId};
use serde_json::json;
use url::Url;

use super::{AppStoreConnectConfig, parse};
use crate::{
    Page, Source, SourceError, answer,
    jwt::{self, Algorithm, KeyError},
    walk::{Marks, Taken, Walk, Watched},
};

const API: &str = "the App Store Connect API";
/// Edited reviews keep their date: those of the last 30 days are read again in every run.
const OVERLAP: Duration = Duration::from_hours(30 * 24);
/// A token may last 20 minutes at most.
const TOKEN_SECONDS: i64 = 15 * 60;
/// Reviews that are no longer listed, looked up at the end of a walk.
const LOOKUPS: usize = 20;

/// What signs the requests.
#[derive(Debug, Clone)]
pub(super) struct Key {
    pub(super) issuer: String,
    pub(super) name: String,
    pub(super) pem: SecretText,
}

impl Key {
    /// A token for the next minutes
    /// (<https://developer.apple.com/documentation/appstoreconnectapi/generating-tokens-for-api-requests>).
    pub(super) fn token(&self) -> Result<SecretText, KeyError> {
        let now = Utc::now().timestamp();
        let claims = json!({"iss": self.issuer, "iat": now, "exp": now + TOKEN_SECONDS, "aud": "appstoreconnect-v1"});
        jwt::sign(Algorithm::Es256, Some(&self.name), &claims, self.pem.reveal()).map(SecretText::new)
    }
}

/// The reviews of one app.
#[derive(Debug)]
pub(super) struct AppStoreConnectSource {
    config: AppStoreConnectConfig,
    key: Key,
    http: HttpClient,
}

impl AppStoreConnectSource {
    pub(super) fn new(config: AppStoreConnectConfig, key: Key, http: HttpClient) -> Self {
        Self { config, key, http }
    }

    fn request(&self, url: Url) -> Result<Request, SourceError> {
        let token = self.key.token().map_err(|error| SourceError::Other {
            reason: format!("the private key of source {} cannot sign: {error}", self.config.id),
            transient: false,
        })?;
        Ok(Request::get(url).bearer(&token))
    }

    /// The first page, or the one the API named; the key goes to nobody else.
    fn page_url(&self, token: Option<&str>) -> Result<Url, SourceError> {
        let mut url = self.config.api_url.clone();
        match token {
            None => {
                url.set_path(&format!("/v1/apps/{}/customerReviews", self.config.app));
                url.query_pairs_mut().append_pair("sort", "-createdDate").append_pair("limit", "200");
            }
            Some(next) => {
                let next = Url::parse(next).ok().filter(|next| next.origin() == url.origin());
                url = next.ok_or_else(|| SourceError::Other {
                    reason: format!(
                        "{API} named a next page that is not its own; the source is read from the top next time"
                    ),
                    transient: true,
                })?;
            }
        }
        Ok(url)
    }

    /// Of the reviews that are no longer listed, those that are not there any more.
    async fn gone(&self, missing: &[String]) -> Result<Vec<String>, SourceError> {
        let mut gone = Vec::new();
        for id in missing.iter().take(LOOKUPS) {
            let mut url = self.config.api_url.clone();
            url.set_path(&format!("/v1/customerReviews/{id}"));
            match self.http.send(&self.request(url)?).await {
                Ok(_) => {}
                Err(HttpError::Status { status: 404, .. }) => gone.push(id.clone()),
                // The rest is looked up at the end of the next walk.
                Err(_) => break,
            }
        }
        Ok(gone)
    }
}

#[async_trait]
impl Source for AppStoreConnectSource {
    fn id(&self) -> &SourceId {
        &self.config.id
    }

    async fn fetch(&mut self, cursor: Option<&Cursor>) -> Result<Page, SourceError> {
        let walk = Watched::load(cursor, &self.config.id)?;
        let request = self.request(self.page_url(walk.token())?)?;
        let read = |bytes: &[u8]| parse(bytes, request.url().as_str());
        let step = answer::ask(&self.http, &self.config.id, API, &request, read).await?;
        let (Taken { mut walk, mut page }, missing) = walk.take(step, &Marks::times(OVERLAP));
        for id in self.gone(&missing).await? {
            walk.forget(&id);
            page.removed.push(id);
        }
        Ok(answer::in_language(Taken { walk, page }.into_page(), self.config.language.as_deref()))
    }
}
