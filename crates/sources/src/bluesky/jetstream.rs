//! Listens to the stream of all posts until it has caught up.

use std::time::Instant;

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use moodline_http::{HttpClient, HttpError, WebSocket};
use moodline_types::{Cursor, RejectedRow, SourceId};
use serde::{Deserialize, Serialize};
use url::Url;

use super::{
    BlueskyConfig, JetstreamVersion,
    frame::{self, Event, Frame},
    post::{COLLECTION, Record, post_uri},
};
use crate::{Page, Source, SourceError, answer::in_language, identity::excerpt, keywords::Keywords, walk::Walk};

/// What makes a page full: mentions, deletions, or frames read in vain.
const MENTIONS_PER_PAGE: usize = 500;
const REMOVED_PER_PAGE: usize = 5000;
const FRAMES_PER_PAGE: usize = 100_000;
/// How long the public servers keep events.
const KEPT: TimeDelta = TimeDelta::hours(36);
/// Version 1 is asked from a little before, as its documentation advises; what comes twice does no harm.
const V1_OVERLAP_MICROS: u64 = 5_000_000;
/// A first event so much later than asked for means that those between are gone.
const GAP: TimeDelta = TimeDelta::minutes(15);
/// How the note of a gap begins.
const GAP_NOTE: &str = "gap: ";

#[derive(Debug)]
pub(super) struct JetstreamSource {
    config: BlueskyConfig,
    keywords: Keywords,
    http: HttpClient,
    /// Open while a run goes on.
    listening: Option<Listening>,
}

#[derive(Debug)]
struct Listening {
    stream: WebSocket,
    /// Where the last page ended: only a run that goes on there may use the stream.
    position: Option<u64>,
    /// Where it was opened: what comes after that is new to us, in whichever order.
    opened_at: Option<u64>,
    /// When the run began: it has caught up with events as late as this.
    began_at: DateTime<Utc>,
    began: Instant,
}

/// How far the stream has been heard.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
struct Progress {
    /// Which server: the numbers of one mean nothing to another.
    server: String,
    /// The last event heard: `seq` in version 2, microseconds in version 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    position: Option<u64>,
    /// Its time in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    heard_to_ms: Option<i64>,
}

impl Walk for Progress {}

/// What one page gathers.
#[derive(Debug, Default)]
struct Gathered {
    page: Page,
    frames: usize,
    /// Whether the stream was opened for this page and no event has come yet.
    just_opened: bool,
    /// Where the stream was opened.
    opened_at: Option<u64>,
    notes: Vec<String>,
    caught_up: bool,
}

impl JetstreamSource {
    pub(super) fn new(config: BlueskyConfig, http: HttpClient) -> Self {
        Self { keywords: Keywords::new(&config.keywords), config, http, listening: None }
    }

    fn version(&self) -> frame::Version {
        match self.config.jetstream {
            JetstreamVersion::V1 => frame::Version::V1,
            JetstreamVersion::V2 => frame::Version::V2,
        }
    }

    fn progress(&self, cursor: Option<&Cursor>) -> Result<Progress, SourceError> {
        let server = format!("{} {:?}", self.config.url, self.config.jetstream);
        let stored = Progress::load(cursor, &self.config.id)?;
        Ok(if stored.server == server { stored } else { Progress { server, ..Progress::default() } })
    }

    fn address(&self, from: u64) -> Url {
        let (path, parameters) = match self.config.jetstream {
            JetstreamVersion::V1 => ("subscribe", vec![("wantedCollections", COLLECTION)]),
            JetstreamVersion::V2 => (
                "xrpc/network.bsky.jetstream.subscribeEvents",
                vec![("kinds", "commit"), ("kinds", "account"), ("collections", COLLECTION)],
            ),
        };
        let mut url = self.config.url.join(path).unwrap_or_else(|_| self.config.url.clone());
        url.query_pairs_mut().extend_pairs(parameters).append_pair("cursor", &from.to_string());
        url
    }

    /// Opens the stream where `progress` has arrived, or as far back as the settings and the server allow.
    async fn open(&self, progress: &Progress, notes: &mut Vec<String>) -> Result<Listening, SourceError> {
        let began_at = Utc::now();
        let from = match (progress.position, self.config.jetstream) {
            (Some(position), JetstreamVersion::V1) => position.saturating_sub(V1_OVERLAP_MICROS),
            (Some(position), JetstreamVersion::V2) => position,
            // In both versions a large number is a time.
            (None, _) => micros(began_at - TimeDelta::from_std(self.config.history.duration()).unwrap_or(KEPT)),
        };
        let stream = match self.http.websocket(&self.address(from)).await {
            Err(HttpError::Status { status: 400, said, .. }) if said.0.contains("CursorTooOld") => {
                notes.push(format!("{GAP_NOTE}the server no longer keeps what came after the last fetch"));
                self.http.websocket(&self.address(micros(began_at - KEPT))).await
            }
            opened => opened,
        };
        let stream = stream.map_err(SourceError::from_http)?;
        let opened_at = progress.position;
        Ok(Listening { stream, position: opened_at, opened_at, began_at, began: Instant::now() })
    }

    fn take(&self, frame: Frame, progress: &mut Progress, gathered: &mut Gathered) -> Result<(), SourceError> {
        let mut late = false;
        if let (Some(position), Some(known), JetstreamVersion::V2) =
            (frame.cursor, progress.position, self.config.jetstream)
            && position <= known
        {
            late = !gathered.just_opened && gathered.opened_at.is_none_or(|opened_at| position > opened_at);
            if position == known || !(late || gathered.just_opened) {
                return Ok(()); // the one asked from comes again, and others may
            }
            if !late {
                gathered.notes.push(format!("{GAP_NOTE}the server counts its events anew"));
            }
        }
        // Where positions are times, one to come is no place to go on from.
        let false_time = self.config.jetstream == JetstreamVersion::V1
            && frame.seen_at.is_some_and(|seen_at| seen_at > Utc::now() + GAP);
        gathered.just_opened &= frame.cursor.is_none();
        if let (JetstreamVersion::V1, Some(seen_at), Some(heard_to)) =
            (self.config.jetstream, frame.seen_at, progress.heard_to_ms)
            && gathered.frames == 1
            && seen_at.timestamp_millis() > heard_to + GAP.num_milliseconds()
        {
            gathered.notes.push(format!("{GAP_NOTE}the server begins later than the last fetch ended"));
        }
        match frame.event {
            Event::Post { did, rkey, record, edited } => {
                let mention = record.mention(&did, &rkey, frame.seen_at).filter(|_| self.wants(&record));
                match mention {
                    Some(mention) => {
                        if edited {
                            gathered.page.removed.retain(|id| *id != mention.external_id);
                        }
                        gathered.page.mentions.push(mention);
                    }
                    // What it said before does not hold any more.
                    None if edited => gathered.page.removed.push(post_uri(&did, &rkey)),
                    None => {}
                }
            }
            Event::Deleted { did, rkey } => gathered.page.removed.push(post_uri(&did, &rkey)),
            Event::AccountGone { did } => gathered.page.removed_authors.push(did),
            Event::Outdated { message } if progress.position.is_some() => {
                gathered.notes.push(format!("{GAP_NOTE}{message}"));
            }
            Event::Refused { name, message } => {
                let reason = format!("{} ended the stream: {name} {message}", self.config.url);
                return Err(SourceError::Other { reason, transient: name == "ConsumerTooSlow" });
            }
            Event::Outdated { .. } | Event::Other => {}
        }
        if late || false_time {
            return Ok(());
        }
        progress.position = frame.cursor.or(progress.position);
        progress.heard_to_ms = frame.seen_at.map(|at| at.timestamp_millis()).or(progress.heard_to_ms);
        Ok(())
    }

    fn wants(&self, record: &Record) -> bool {
        let languages = record.languages();
        let understood = self.config.languages.is_empty()
            || languages.is_empty()
            || languages.iter().any(|given| self.config.languages.iter().any(|wanted| is_in(given, wanted)));
        understood && self.keywords.found_in(&record.words())
    }

    /// Reads until the page is full, the run has caught up or listened for long enough, or the stream ends.
    async fn listen(
        &self,
        listening: &mut Listening,
        progress: &mut Progress,
        gathered: &mut Gathered,
    ) -> Result<(), SourceError> {
        loop {
            let page = &gathered.page;
            let full = page.mentions.len() >= MENTIONS_PER_PAGE
                || page.removed.len() >= REMOVED_PER_PAGE
                || gathered.frames >= FRAMES_PER_PAGE;
            if full || gathered.caught_up || listening.began.elapsed() >= self.config.listen.duration() {
                return Ok(());
            }
            let bytes = match listening.stream.next().await {
                Ok(Some(bytes)) => bytes,
                // Nothing for so long: there is nothing more to catch up with.
                Err(HttpError::Timeout { .. }) => {
                    gathered.caught_up = true;
                    return Ok(());
                }
                Ok(None) => {
                    let reason = format!("{} ended the stream", self.config.url);
                    return Err(SourceError::Other { reason, transient: true });
                }
                Err(error) => return Err(SourceError::from_http(error)),
            };
            gathered.frames += 1;
            match frame::parse(&bytes, self.version()) {
                Ok(frame) => {
                    gathered.caught_up = frame.seen_at.is_some_and(|seen_at| seen_at >= listening.began_at);
                    self.take(frame, progress, gathered)?;
                }
                Err(error) => gathered.page.rejected.push(RejectedRow {
                    origin: self.config.url.to_string(),
                    line: None,
                    reason: format!("not in the documented shape: {error}"),
                    excerpt: excerpt(&String::from_utf8_lossy(&bytes)),
                }),
            }
        }
    }
}

#[async_trait]
impl Source for JetstreamSource {
    fn id(&self) -> &SourceId {
        &self.config.id
    }

    async fn fetch(&mut self, cursor: Option<&Cursor>) -> Result<Page, SourceError> {
        let mut progress = self.progress(cursor)?;
        let mut gathered = Gathered::default();
        let open = self.listening.take().filter(|listening| listening.position == progress.position);
        let mut listening = if let Some(listening) = open {
            listening
        } else {
            gathered.just_opened = true;
            self.open(&progress, &mut gathered.notes).await?
        };
        gathered.opened_at = listening.opened_at;
        let before = progress.position;
        let ended = self.listen(&mut listening, &mut progress, &mut gathered).await;
        let advanced = progress.position != before;
        // What was heard before the stream broke is kept; the next fetch opens it again there.
        let broke = match ended {
            Err(error) if !advanced => return Err(error),
            ended => ended.is_err(),
        };
        let out_of_time = listening.began.elapsed() >= self.config.listen.duration();
        let more = advanced && !gathered.caught_up && !out_of_time;
        if out_of_time && !gathered.caught_up {
            let behind = progress.heard_to_ms.map_or(0, |heard| (Utc::now().timestamp_millis() - heard) / 60_000);
            gathered.notes.push(format!("{behind} minutes behind the stream; goes on at the next fetch"));
        }
        if more && !broke {
            listening.position = progress.position;
            self.listening = Some(listening);
        } else if !broke {
            listening.stream.close().await;
        }
        let Gathered { page, notes, .. } = gathered;
        let suspicious = notes.iter().any(|note| note.starts_with(GAP_NOTE));
        let note = (!notes.is_empty()).then(|| notes.join("; "));
        let page = Page { suspicious, cursor: Some(progress.cursor()), more, note, ..page };
        Ok(in_language(page, self.config.language.as_deref()))
    }
}

fn micros(time: DateTime<Utc>) -> u64 {
    u64::try_from(time.timestamp_micros()).unwrap_or(0)
}

/// Whether `zh-Hans` is in `zh`.
fn is_in(given: &str, wanted: &str) -> bool {
    let (given, wanted) = (given.to_lowercase(), wanted.to_lowercase());
    given.strip_prefix(&wanted).is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
}
