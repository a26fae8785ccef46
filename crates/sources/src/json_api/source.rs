//! Asks for the pages of one list.

use std::collections::HashSet;

use async_trait::async_trait;
use chrono::DateTime;
use moodline_http::{HttpClient, HttpError, Request, Response};
use moodline_types::{Cursor, SourceId};
use serde_json::Value;
use url::Url;

use super::{
    access::Access,
    config::{HttpApiConfig, Order, Paging, Since},
    parse::{Reading, is_set},
    path::plain,
    progress::{Listed, Progress, Shown},
};
use crate::{
    Page, Source, SourceError,
    answer::{in_language, link, refused},
    identity::derived_id,
    walk::{Marks, NewestFirst, OldestFirst, Step, Walk},
};

/// One list of a JSON API.
#[derive(Debug)]
pub(super) struct HttpApiSource {
    config: HttpApiConfig,
    access: Access,
    reading: Reading,
    http: HttpClient,
}

/// What came of a request.
enum Answer {
    Step(Step, Option<Shown>),
    NotModified,
    /// The host does not know the page any more.
    Lost,
}

impl HttpApiSource {
    pub(super) fn new(config: HttpApiConfig, access: Access, http: HttpClient) -> Self {
        Self { reading: Reading::new(&config), config, access, http }
    }

    /// The step that `progress` has arrived at.
    async fn ask<W: Listed>(&mut self, progress: &Progress<W>, marks: &Marks) -> Result<Answer, SourceError> {
        let token = progress.walk.token();
        let since = progress.walk.since(marks).filter(|_| self.config.since.is_some());
        let request = self.request(token, since)?;
        let asked = derived_id(&[request.url().as_str(), &serde_json::to_string(&self.config).unwrap_or_default()]);
        let posts = self.config.body.is_some() || !self.config.form.is_empty();
        let request = if posts { request } else { request.validators(&progress.validators(&asked)) };
        let response = match self.send(request).await? {
            Ok(response) => response,
            Err(HttpError::Status { status: 400 | 404 | 410 | 422, .. }) if token.is_some() => return Ok(Answer::Lost),
            Err(error) => return Err(refused(&self.config.id, error)),
        };
        if response.not_modified {
            return Ok(Answer::NotModified);
        }
        let answer: Value = serde_json::from_slice(&response.body).map_err(|source| SourceError::Unexpected {
            url: response.url.to_string(),
            api: "a JSON API",
            source,
        })?;
        let step = self.reading.step(&answer, response.url.as_str(), &|_| String::new());
        let mut step = step.map_err(|reason| self.unlike(&response, &reason))?;
        step.next = self.next(token, &step, &answer, &response)?;
        let validators = response.validators;
        let can_tell = !posts && (validators.etag.is_some() || validators.last_modified.is_some());
        Ok(Answer::Step(step, can_tell.then_some(Shown { asked, validators })))
    }

    /// Sends a request with what opens the API, once more with another token where the host refuses the first.
    async fn send(&mut self, request: Request) -> Result<Result<Response, HttpError>, SourceError> {
        let opened = self.access.open(request.clone(), &self.http, &self.config.id).await?;
        match self.http.send(&opened).await {
            Err(HttpError::Status { status: 401, .. }) if self.access.forget() => {
                let opened = self.access.open(request, &self.http, &self.config.id).await?;
                Ok(self.http.send(&opened).await)
            }
            answer => Ok(answer),
        }
    }

    /// One fetch by one of the two walks.
    async fn read<W: Listed>(&mut self, cursor: Option<&Cursor>) -> Result<Page, SourceError> {
        let marks = self.marks();
        let mut progress: Progress<W> = Progress::load(cursor, &self.config.id)?;
        let mut answer = self.ask(&progress, &marks).await?;
        if matches!(answer, Answer::Lost) {
            progress.walk = progress.walk.restarted();
            answer = self.ask(&progress, &marks).await?;
        }
        match answer {
            Answer::Step(step, shown) => Ok(progress.take(step, shown, &marks).into_page()),
            Answer::NotModified => Ok(Page { note: Some("not modified".to_owned()), ..Page::default() }),
            Answer::Lost => Err(SourceError::Other {
                reason: format!("source {}: the host knows neither the next page nor the first", self.config.id),
                transient: true,
            }),
        }
    }

    fn unlike(&self, response: &Response, reason: &str) -> SourceError {
        let reason = format!("source {}: {} answered otherwise than expected: {reason}", self.config.id, response.url);
        SourceError::Other { reason, transient: false }
    }

    fn request(&self, token: Option<&str>, since: Option<i64>) -> Result<Request, SourceError> {
        let config = &self.config;
        let since_text = since.zip(config.since.as_ref()).map(|(since, how)| written(since, how)).unwrap_or_default();
        let follows = matches!(config.paging, Paging::Link | Paging::NextUrl { .. });
        let token = match &config.paging {
            Paging::Page { first, .. } => Some(token.map_or_else(|| first.to_string(), str::to_owned)),
            Paging::Offset { .. } => Some(token.unwrap_or("0").to_owned()),
            _ => token.map(str::to_owned),
        };
        let token_text = token.as_deref().unwrap_or_default();
        let address = match token.as_deref().filter(|_| follows) {
            Some(next) => next.to_owned(),
            None => filled(&config.url, token_text, &since_text),
        };
        let url = Url::parse(&address).map_err(|error| SourceError::Other {
            reason: format!("source {}: {address} is not an address: {error}", config.id),
            transient: false,
        })?;
        let posts = config.body.is_some() || !config.form.is_empty();
        let mut request = if posts { Request::post(url) } else { Request::get(url) };
        for (name, value) in &config.headers {
            request = request.header(name, value);
        }
        if let Some(interval) = config.min_interval {
            request = request.min_interval(interval.duration());
        }
        let on_first_pages = !follows || token.is_none();
        if let (Some(Since { parameter: Some(name), .. }), Some(_), true) = (&config.since, since, on_first_pages) {
            request = request.query(name, &since_text);
        }
        let parameter = match &config.paging {
            Paging::Cursor { parameter, .. } | Paging::Page { parameter, .. } | Paging::Offset { parameter } => {
                parameter.as_deref()
            }
            Paging::None | Paging::Link | Paging::NextUrl { .. } => None,
        };
        if let (Some(parameter), Some(token)) = (parameter, &token) {
            request = request.query(parameter, token);
        }
        if let Some(body) = &config.body {
            let mut body: Value = serde_json::from_str(body).unwrap_or_default();
            fill(&mut body, token.as_deref(), &since_text);
            request = request.json(&body);
        }
        if !config.form.is_empty() {
            let filled = config.form.iter().filter_map(|(name, value)| {
                let left_out = value == "{token}" && token.is_none();
                (!left_out)
                    .then(|| (name.as_str(), value.replace("{token}", token_text).replace("{since}", &since_text)))
            });
            let form: Vec<(&str, String)> = filled.collect();
            let form: Vec<(&str, &str)> = form.iter().map(|(name, value)| (*name, value.as_str())).collect();
            request = request.form(&form);
        }
        Ok(request)
    }

    /// The token of the page after this one.
    fn next(
        &self,
        token: Option<&str>,
        step: &Step,
        answer: &Value,
        response: &Response,
    ) -> Result<Option<String>, SourceError> {
        let count = (step.items.len() + step.rejected.len()) as u64;
        // A host that shows items twice counts them once: too small a step reads some again, too large a one misses some.
        let ids: HashSet<&str> = step.items.iter().map(|item| item.id.as_str()).collect();
        let distinct = (ids.len() + step.rejected.len()) as u64;
        let number = |first: u64| token.and_then(|token| token.parse().ok()).unwrap_or(first);
        Ok(match &self.config.paging {
            Paging::None => None,
            Paging::Page { first, .. } => (count > 0).then(|| (number(*first) + 1).to_string()),
            Paging::Offset { .. } => (count > 0).then(|| (number(0) + distinct).to_string()),
            Paging::Cursor { next, more, .. } => {
                let more = more.as_ref().is_none_or(|more| more.first(answer).is_some_and(is_set));
                next.first(answer).and_then(plain).filter(|token| more && !token.is_empty())
            }
            Paging::Link => self.follow(link(&response.headers, "next"), response)?,
            Paging::NextUrl { next } => self.follow(next.first(answer).and_then(plain), response)?,
        })
    }

    /// The next page's address without the key, which is neither stored nor taken to another host.
    fn follow(&self, next: Option<String>, response: &Response) -> Result<Option<String>, SourceError> {
        let Some(next) = next.filter(|next| !next.trim().is_empty()) else { return Ok(None) };
        let mut url = response.url.join(next.trim()).map_err(|error| {
            self.unlike(response, &format!("the next page is at `{next}`, which is not an address: {error}"))
        })?;
        if url.origin() != response.url.origin() {
            return Err(self.unlike(response, &format!("the next page is on another host: {url}")));
        }
        let (name, key) = self.access.in_addresses();
        let is_key = |(given, value): &(String, String)| Some(given.as_str()) == name || Some(value.as_str()) == key;
        if url.query_pairs().into_owned().any(|pair| is_key(&pair)) {
            let rest: Vec<(String, String)> = url.query_pairs().into_owned().filter(|pair| !is_key(pair)).collect();
            url.set_query(None);
            if !rest.is_empty() {
                url.query_pairs_mut().extend_pairs(rest);
            }
        }
        Ok(Some(url.into()))
    }

    fn marks(&self) -> Marks {
        Marks::times(self.config.overlap.duration())
            .back_to_days(self.config.history_days)
            .pages_per_fetch(self.config.pages_per_run)
    }
}

#[async_trait]
impl Source for HttpApiSource {
    fn id(&self) -> &SourceId {
        &self.config.id
    }

    async fn fetch(&mut self, cursor: Option<&Cursor>) -> Result<Page, SourceError> {
        let page = match self.config.order {
            Order::NewestFirst => self.read::<NewestFirst>(cursor).await?,
            Order::OldestFirst | Order::Unsorted => self.read::<OldestFirst>(cursor).await?,
        };
        Ok(in_language(page, self.config.language.as_deref()))
    }
}

/// A time as the host wants it.
fn written(since: i64, how: &Since) -> String {
    let at = DateTime::from_timestamp_millis(since).unwrap_or_default();
    match how.format.as_str() {
        "rfc3339" => at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true),
        "unix" => at.timestamp().to_string(),
        "unix-ms" => since.to_string(),
        format => at.format(format).to_string(),
    }
}

/// An address with its blanks filled.
fn filled(template: &str, token: &str, since: &str) -> String {
    let escaped = |text: &str| url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
    template.replace("{token}", &escaped(token)).replace("{since}", &escaped(since))
}

/// A body with its blanks filled; a text that is nothing but the token becomes null where there is none.
fn fill(value: &mut Value, token: Option<&str>, since: &str) {
    match value {
        Value::String(text) if text == "{token}" => {
            *value = token.map_or(Value::Null, |token| match token.parse::<i64>() {
                Ok(number) if number.to_string() == token => number.into(),
                _ => token.into(),
            });
        }
        Value::String(text) => *text = text.replace("{token}", token.unwrap_or_default()).replace("{since}", since),
        Value::Array(items) => items.iter_mut().for_each(|item| fill(item, token, since)),
        Value::Object(fields) => fields.values_mut().for_each(|field| fill(field, token, since)),
        _ => {}
    }
}
