//! Reads the feeds of all storefronts, page by page.

use std::time::Duration;

use async_trait::async_trait;
use moodline_http::{HttpClient, Request};
use moodline_types::{Cursor, SourceId};

use super::{AppStoreConfig, front::Front, parse};
use crate::{
    Page, Source, SourceError, answer,
    walk::{Lanes, Marks, Walk},
};

/// Reviews may turn up that much later than they are dated.
const OVERLAP: Duration = Duration::from_hours(48);

/// The public reviews of one app.
#[derive(Debug)]
pub(super) struct AppStoreSource {
    config: AppStoreConfig,
    http: HttpClient,
}

impl AppStoreSource {
    /// A source for one entry of the settings.
    pub(super) fn new(config: AppStoreConfig, http: HttpClient) -> Self {
        Self { config, http }
    }

    fn request(&self, storefront: &str, page: u8) -> Request {
        let mut url = self.config.api_url.clone();
        let app = self.config.app;
        url.set_path(&format!("/{storefront}/rss/customerreviews/page={page}/id={app}/sortby=mostrecent/json"));
        Request::get(url).min_interval(self.config.min_interval.duration())
    }
}

#[async_trait]
impl Source for AppStoreSource {
    fn id(&self) -> &SourceId {
        &self.config.id
    }

    async fn fetch(&mut self, cursor: Option<&Cursor>) -> Result<Page, SourceError> {
        let mut fronts: Lanes<Front> = Lanes::load(cursor, &self.config.id)?;
        let (storefront, front) = fronts.current(&self.config.storefronts);
        let request = self.request(storefront, front.page());
        let read = |bytes: &[u8]| parse(bytes, storefront, request.url().as_str());
        let step = answer::ask(&self.http, &self.config.id, "the App Store", &request, read).await?;
        let taken = front.take(step, &Marks::times(OVERLAP));
        let page = fronts.take(&self.config.storefronts, taken);
        Ok(answer::in_language(page, self.config.language.as_deref()))
    }
}
