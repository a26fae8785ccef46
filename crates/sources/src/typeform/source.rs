//! Reads responses forward, in the order they came in.

use std::time::Duration;

use async_trait::async_trait;
use chrono::DateTime;
use moodline_http::{HttpClient, Request};
use moodline_types::{Cursor, SecretText, SourceId};

use super::{
    TypeformConfig,
    parse::{Choice, Form, parse, parse_form},
};
use crate::{
    Page, Source, SourceError,
    answer::{ask, in_language},
    walk::{Marks, OldestFirst, Walk},
};

const API: &str = "Typeform's API";
/// Responses may turn up half an hour after they were submitted.
const OVERLAP: Duration = Duration::from_mins(40);

/// The responses to one form.
#[derive(Debug)]
pub(super) struct TypeformSource {
    config: TypeformConfig,
    token: SecretText,
    http: HttpClient,
    /// The questions; asked for once in a process.
    form: Option<Form>,
}

impl TypeformSource {
    pub(super) fn new(config: TypeformConfig, token: SecretText, http: HttpClient) -> Self {
        Self { config, token, http, form: None }
    }

    fn request(&self, path: &str) -> Request {
        let mut url = self.config.api_url.clone();
        url.set_path(&format!("/forms/{}{path}", self.config.form));
        Request::get(url).bearer(&self.token).min_interval(self.config.min_interval.duration())
    }

    async fn form(&mut self) -> Result<Form, SourceError> {
        if self.form.is_none() {
            self.form = Some(ask(&self.http, &self.config.id, API, &self.request(""), parse_form).await?);
        }
        Ok(self.form.clone().unwrap_or_default())
    }
}

#[async_trait]
impl Source for TypeformSource {
    fn id(&self) -> &SourceId {
        &self.config.id
    }

    async fn fetch(&mut self, cursor: Option<&Cursor>) -> Result<Page, SourceError> {
        let walk = OldestFirst::load(cursor, &self.config.id)?;
        let form = self.form().await?;
        let marks = Marks::times(OVERLAP);
        let mut request = self.request("/responses").query("page_size", &self.config.page_size.to_string());
        request = match (walk.token(), walk.since(&marks)) {
            // What follows a response comes in the order of the API's own work, which is that of submission.
            (Some(last), _) => request.query("after", last),
            (None, Some(since)) => {
                let since = DateTime::from_timestamp_millis(since).unwrap_or_default();
                request.query("sort", "submitted_at,asc").query("since", &since.format("%Y-%m-%dT%H:%M:%S").to_string())
            }
            (None, None) => request.query("sort", "submitted_at,asc"),
        };
        let choice = Choice { text: &self.config.text_questions, rating: self.config.rating_question.as_deref() };
        let read = |bytes: &[u8]| parse(bytes, &form, choice, request.url().as_str());
        let mut step = ask(&self.http, &self.config.id, API, &request, read).await?;
        let full = step.items.len() + step.rejected.len() >= self.config.page_size;
        step.next = step.items.last().filter(|_| full).map(|item| item.id.clone());
        let page = walk.take(step, false, &marks).into_page();
        Ok(in_language(page, self.config.language.as_deref()))
    }
}
