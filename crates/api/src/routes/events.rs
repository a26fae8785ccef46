//! Server-sent events: what is new, as it comes.

use std::{collections::VecDeque, convert::Infallible, time::Duration};

use axum::{
    extract::State,
    http::{HeaderMap, StatusCode},
    response::{
        IntoResponse, Response,
        sse::{Event, KeepAlive, Sse},
    },
};
use futures_util::{Stream, stream};
use serde::Deserialize;
use tokio::sync::OwnedSemaphorePermit;
use tracing::warn;
use utoipa::IntoParams;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    api::Api,
    ask::events::{News, Reader, Seen},
    extract::{Params, Words},
    problem::Refusal,
};

/// How often the database is asked for news.
const EVERY: Duration = Duration::from_secs(2);
/// How often a silent stream says that it is alive.
const HEARTBEAT: Duration = Duration::from_secs(15);
/// How soon a reader whose stream broke off tries again.
const RETRY: Duration = Duration::from_secs(5);

pub(super) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(stream_events))
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct EventParams {
    /// The id of the last event seen, for readers that cannot send `Last-Event-ID`; without either only what is new from
    /// now on is sent.
    #[param(value_type = Option<crate::body::words::Words>, nullable = false)]
    after: Option<Words>,
}

/// New flags and alerts as they come
///
/// Server-sent events: `event: flag` or `event: alert` with the JSON of one as `data`. A reader that comes back with `Last-Event-ID` (or
/// `after`) is sent what it missed. Like `moodline events --follow`.
#[utoipa::path(get, path = "/v1/events", tag = "events", params(EventParams,
        ("Last-Event-ID" = Option<String>, Header, description = "The id of the last event seen")),
    responses((status = 200, description = "The stream; it has no end", body = String, content_type = "text/event-stream")))]
async fn stream_events(
    State(api): State<Api>,
    headers: HeaderMap,
    Params(asked): Params<EventParams>,
) -> Result<Response, Refusal> {
    let last = headers.get("last-event-id").map(|id| id.to_str().unwrap_or("?").to_owned());
    let seen = match last.or(asked.after.map(|words| words.0)) {
        Some(id) => Seen::read(&id)?,
        None => Seen::now(api.store()).await?,
    };
    let place = api.streams().try_acquire_owned().map_err(|_| {
        let most = api.config().max_streams;
        Refusal::later(format!("{most} readers follow the events already (`api.max_streams`)"), 30)
    })?;
    let stream = Sse::new(follow(api, seen, place)).keep_alive(KeepAlive::new().interval(HEARTBEAT).text("alive"));
    let mut response = (StatusCode::OK, stream).into_response();
    // nginx would hold events back until its buffer is full.
    response.headers_mut().insert("x-accel-buffering", axum::http::HeaderValue::from_static("no"));
    Ok(response)
}

/// Where a stream stands.
struct Line {
    api: Api,
    reader: Reader,
    waiting: VecDeque<News>,
    is_first: bool,
    _place: OwnedSemaphorePermit,
}

fn follow(api: Api, seen: Seen, place: OwnedSemaphorePermit) -> impl Stream<Item = Result<Event, Infallible>> {
    let line = Line { api, reader: Reader::new(seen), waiting: VecDeque::new(), is_first: true, _place: place };
    stream::unfold(line, |mut line| async move {
        if line.is_first {
            line.is_first = false;
            return Some((Ok(Event::default().retry(RETRY).comment("moodline")), line));
        }
        while line.waiting.is_empty() {
            match line.reader.next(line.api.store()).await {
                Ok(news) if news.is_empty() => tokio::time::sleep(EVERY).await,
                Ok(news) => line.waiting = news.into(),
                Err(error) => {
                    // The reader keeps its stream; whoever looks after the database reads the log.
                    warn!("could not look for news: {error}");
                    tokio::time::sleep(EVERY * 5).await;
                }
            }
        }
        let news = line.waiting.pop_front()?;
        let event = Event::default().event(news.kind).id(news.seen.to_string()).data(news.body.get());
        Some((Ok(event), line))
    })
}
