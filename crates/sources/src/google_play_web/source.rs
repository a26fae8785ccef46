//! Walks the reviews of one app in one language.

use std::time::Duration;

use async_trait::async_trait;
use moodline_http::{HttpClient, Request};
use moodline_types::{Cursor, SourceId};
use serde_json::json;

use super::{CALL, GooglePlayWebConfig, parse};
use crate::{
    Page, Source, SourceError, answer,
    walk::{Marks, NewestFirst, Walk},
};

/// Reviews may turn up that much later than they are dated.
const OVERLAP: Duration = Duration::from_hours(24);
/// Newest first; what the pages themselves ask for at once.
const NEWEST: u8 = 2;
const COUNT: u8 = 150;

/// The reviews of one app in one language.
#[derive(Debug)]
pub(super) struct GooglePlayWebSource {
    config: GooglePlayWebConfig,
    http: HttpClient,
}

impl GooglePlayWebSource {
    pub(super) fn new(config: GooglePlayWebConfig, http: HttpClient) -> Self {
        Self { config, http }
    }

    fn language(&self) -> &str {
        self.config.language.as_deref().unwrap_or("en")
    }

    fn request(&self, page: Option<&str>) -> Request {
        let mut url = self.config.api_url.clone();
        url.set_path("/_/PlayStoreUi/data/batchexecute");
        let call =
            json!([null, null, [2, NEWEST, [COUNT, null, page], null, []], [self.config.package, 7]]).to_string();
        let calls = json!([[[CALL, call, null, "generic"]]]).to_string();
        let request =
            Request::post(url).query("rpcids", CALL).query("hl", self.language()).query("gl", &self.config.country);
        request.form(&[("f.req", &calls)]).accept("*/*").min_interval(self.config.min_interval.duration())
    }
}

#[async_trait]
impl Source for GooglePlayWebSource {
    fn id(&self) -> &SourceId {
        &self.config.id
    }

    async fn fetch(&mut self, cursor: Option<&Cursor>) -> Result<Page, SourceError> {
        let walk = NewestFirst::load(cursor, &self.config.id)?;
        let request = self.request(walk.token());
        let read = |bytes: &[u8]| parse(bytes, &self.config.package, self.language());
        let answer = answer::ask(&self.http, &self.config.id, "Google Play's web pages", &request, read).await?;
        let Some(step) = answer else {
            let note = "suspicious: Google Play answered without content; it does so to programs it blocks".to_owned();
            return Ok(Page { suspicious: true, note: Some(note), ..Page::default() });
        };
        Ok(walk.take(step, &Marks::times(OVERLAP)).into_page())
    }
}
