//! Reads the export of tickets forward, and the lists of ratings and surveys with an overlap.

use async_trait::async_trait;
use chrono::{TimeDelta, Utc};
use moodline_http::{HttpClient, Request};
use moodline_types::{Cursor, SecretText, SourceId};
use url::Url;

use super::{
    ZendeskConfig,
    lane::{Lane, Waiting},
    parse::{parse_comments, parse_export, parse_ratings, parse_surveys},
};
use crate::{
    Page, Source, SourceError,
    answer::{ask, in_language},
    walk::{Lanes, Seen, Step, Taken, Walk},
};

const API: &str = "Zendesk's API";
/// Cursors remembered of one run.
const CURSORS: usize = 1000;
/// Said of a host that goes round.
const REPEATED: &str = "suspicious: the host repeated a page token";
/// The export leaves the last minute out, and refuses to begin in it.
const EXPORT_LAG: TimeDelta = TimeDelta::minutes(2);
/// Ratings may be changed for weeks: those of the last month are read again in every run.
const OVERLAP: TimeDelta = TimeDelta::days(30);

/// What opens the help desk.
#[derive(Debug, Clone)]
pub(super) struct Access {
    pub(super) email: Option<String>,
    pub(super) token: SecretText,
}

/// Tickets and ratings of one help desk.
#[derive(Debug)]
pub(super) struct ZendeskSource {
    config: ZendeskConfig,
    access: Access,
    http: HttpClient,
    lanes: Vec<String>,
}

impl ZendeskSource {
    pub(super) fn new(config: ZendeskConfig, access: Access, http: HttpClient) -> Self {
        let lanes = [("tickets", config.tickets), ("ratings", config.ratings), ("surveys", config.surveys)];
        let lanes = lanes.into_iter().filter(|(_, wanted)| *wanted).map(|(name, _)| name.to_owned()).collect();
        Self { config, access, http, lanes }
    }

    fn request(&self, path: &str) -> Request {
        let mut url = self.config.url.clone();
        url.set_path(path);
        self.open(url)
    }

    fn open(&self, url: Url) -> Request {
        match &self.access.email {
            Some(email) => Request::get(url).basic(&format!("{email}/token"), &self.access.token),
            None => Request::get(url).bearer(&self.access.token),
        }
    }

    /// One page of the export of tickets.
    async fn export(&self, mut lane: Lane) -> Result<Taken<Lane>, SourceError> {
        let mut request = self
            .request("/api/v2/incremental/tickets/cursor.json")
            .min_interval(self.config.export_interval.duration());
        request = if let Some(after) = &lane.after {
            request.query("cursor", after)
        } else {
            let start = Utc::now() - TimeDelta::days(i64::from(self.config.history_days)) - EXPORT_LAG;
            request.query("start_time", &start.timestamp().to_string())
        };
        let base = self.config.url.as_str();
        let read = ask(&self.http, &self.config.id, API, &request, |bytes| parse_export(bytes, base)).await?;
        let mut page = page(read.step, |next| lane.after = next.or(lane.after.take()));
        for ticket in read.deleted {
            page.removed.extend(lane.forget(ticket));
        }
        if self.config.replies {
            let fresh = read.tickets.into_iter().map(|ticket| Waiting { ticket, page: None });
            lane.waiting.extend(fresh);
        }
        lane.more = !read.end;
        if read.end {
            lane.cursors = Seen::default();
        } else if !lane.after.as_ref().is_some_and(|after| lane.cursors.add(after, CURSORS)) {
            // The run ends here; the next one asks from this cursor again.
            (lane.more, lane.cursors) = (false, Seen::default());
            (page.suspicious, page.note) = (true, Some(REPEATED.to_owned()));
        }
        page.more = lane.more || !lane.waiting.is_empty();
        Ok(Taken { walk: lane, page })
    }

    /// One page of the comments of a ticket.
    async fn comments(&self, mut lane: Lane, waiting: Waiting) -> Result<Taken<Lane>, SourceError> {
        let Waiting { ticket, page: at } = waiting;
        lane.waiting.pop_front();
        // The token goes to nobody else, whatever the answer before said.
        let next = at.and_then(|next| Url::parse(&next).ok()).filter(|next| next.origin() == self.config.url.origin());
        let request = match next {
            Some(next) => self.open(next),
            None => self.request(&format!("/api/v2/tickets/{}/comments.json", ticket.id)).query("page[size]", "100"),
        };
        let base = self.config.url.as_str();
        let read = |bytes: &[u8]| parse_comments(bytes, &ticket, base);
        let mut read = match ask(&self.http, &self.config.id, API, &request, read).await {
            Ok(step) => {
                let mut next = None;
                let read = page(step, |found| next = found);
                lane.remember(ticket.id, read.mentions.iter().map(|mention| &mention.external_id));
                if let Some(next) = next.filter(|next| next != request.url().as_str()) {
                    lane.waiting.push_front(Waiting { ticket, page: Some(next) });
                }
                read
            }
            // Deleted since: the export will say so.
            Err(SourceError::Gone { .. }) => Page::default(),
            Err(error) => return Err(error),
        };
        read.more = lane.more || !lane.waiting.is_empty();
        Ok(Taken { walk: lane, page: read })
    }

    /// One page of ratings or of surveys.
    async fn list(&self, mut lane: Lane, surveys: bool) -> Result<Taken<Lane>, SourceError> {
        let now = Utc::now().timestamp_millis();
        let began = *lane.began_at.get_or_insert(now);
        let history = TimeDelta::days(i64::from(self.config.history_days));
        let since = lane.read_at.map_or(began - history.num_milliseconds(), |read| read - OVERLAP.num_milliseconds());
        let mut request = if surveys {
            self.request("/api/v2/guide/survey_responses").query("filter[created_at_start]", &since.to_string())
        } else {
            self.request("/api/v2/satisfaction_ratings.json").query("start_time", &(since / 1000).to_string())
        };
        request = request.query("page[size]", "100");
        if let Some(after) = &lane.after {
            request = request.query("page[after]", after);
        }
        let base = self.config.url.as_str();
        let parse = if surveys { parse_surveys } else { parse_ratings };
        let step = ask(&self.http, &self.config.id, API, &request, |bytes| parse(bytes, base)).await?;
        let mut next = None;
        let mut page = page(step, |found| next = found);
        let newest = page.mentions.iter().filter_map(|mention| mention.posted_at).max();
        let expected = lane.newest.is_some_and(|newest| newest > since);
        lane.met |= !page.mentions.is_empty();
        lane.newest = lane.newest.max(newest.filter(|at| *at <= Utc::now()).map(|at| at.timestamp_millis()));
        let repeated = next.as_ref().is_some_and(|next| !lane.cursors.add(next, CURSORS));
        let doubt = match (&next, repeated) {
            (_, true) => Some(REPEATED),
            (None, false) if expected && !lane.met => Some("suspicious: empty, although it had items before"),
            _ => None,
        };
        (page.suspicious, page.note) = (doubt.is_some(), doubt.map(str::to_owned));
        lane.after = next.filter(|_| !repeated);
        page.more = lane.after.is_some();
        if !page.more {
            (lane.began_at, lane.met, lane.cursors) = (None, false, Seen::default());
            if doubt.is_none() {
                lane.read_at = Some(began);
            }
        }
        Ok(Taken { walk: lane, page })
    }
}

/// The page of a step, and where the next one is.
fn page(step: Step, next: impl FnOnce(Option<String>)) -> Page {
    next(step.next);
    let mentions = step.items.into_iter().filter_map(|item| item.mention).collect();
    Page { mentions, rejected: step.rejected, removed: step.removed, ..Page::default() }
}

#[async_trait]
impl Source for ZendeskSource {
    fn id(&self) -> &SourceId {
        &self.config.id
    }

    async fn fetch(&mut self, cursor: Option<&Cursor>) -> Result<Page, SourceError> {
        let mut lanes: Lanes<Lane> = Lanes::load(cursor, &self.config.id)?;
        let (name, lane) = lanes.current(&self.lanes);
        let taken = match (name, lane.waiting.front().cloned()) {
            ("tickets", Some(waiting)) => self.comments(lane, waiting).await?,
            ("tickets", None) => self.export(lane).await?,
            (name, _) => self.list(lane, name == "surveys").await?,
        };
        Ok(in_language(lanes.take(&self.lanes, taken), self.config.language.as_deref()))
    }
}
