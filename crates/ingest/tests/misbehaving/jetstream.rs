//! The stream of Bluesky, in both versions: frames in place of pages.

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use futures_util::{SinkExt, StreamExt};
use moodline_ingest::IngestError;
use moodline_types::Interval;
use serde_json::json;
use tokio::{
    io::AsyncWriteExt,
    net::{TcpListener, TcpStream},
    sync::Mutex,
};
use tokio_tungstenite::{
    WebSocketStream, accept_hdr_async,
    tungstenite::{
        Message,
        handshake::server::{ErrorResponse, Request, Response},
    },
};

use crate::{assert_whole, client, run, store};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    None,
    /// Refused with this status, and a header.
    Refuses(u16, &'static str, &'static str),
    /// Takes the connection and says nothing.
    SaysNothing,
    /// Breaks off after so many frames, in the middle of the next one.
    BreaksOff(usize),
    /// Says nothing more after so many frames.
    FallsSilent(usize),
    /// One frame of 30 MB.
    Huge,
    /// A web page as a frame now and then.
    Nonsense,
    Duplicates,
    /// Every second frame comes before the first.
    Reorders,
    /// The same frames again and again.
    GoesRound,
    ClockAhead,
    ClockBehind,
}

const FAULTS: [Fault; 16] = [
    Fault::Refuses(429, "Retry-After", "120"),
    Fault::Refuses(503, "Retry-After", "Fri, 31 Dec 2100 23:59:59 GMT"),
    Fault::Refuses(500, "X", "x"),
    Fault::Refuses(302, "Location", "/subscribe"),
    Fault::Refuses(200, "Content-Type", "text/html"),
    Fault::SaysNothing,
    Fault::BreaksOff(0),
    Fault::BreaksOff(17),
    Fault::FallsSilent(17),
    Fault::Huge,
    Fault::Nonsense,
    Fault::Duplicates,
    Fault::Reorders,
    Fault::GoesRound,
    Fault::ClockAhead,
    Fault::ClockBehind,
];

struct Server {
    newest: AtomicI64,
    fault: Mutex<Fault>,
    v1: bool,
    began: DateTime<Utc>,
}

impl Server {
    /// Events are a minute apart.
    fn at(&self, number: i64) -> DateTime<Utc> {
        self.began + TimeDelta::minutes(number)
    }

    fn frame(&self, number: i64, text: &str, at: DateTime<Utc>) -> Message {
        let time = at.to_rfc3339_opts(SecondsFormat::Micros, true);
        let record = json!({"text": text, "createdAt": time, "langs": ["en"]});
        let (rkey, collection) = (number.to_string(), "app.bsky.feed.post");
        let frame = if self.v1 {
            json!({"did": "did:plc:mei", "time_us": at.timestamp_micros(), "kind": "commit", "commit": {
                "operation": "create", "collection": collection, "rkey": rkey, "record": record}})
        } else {
            json!({"$type": "message", "payload": {"$type": "network.bsky.jetstream.subscribeEvents#commit", "seq": 10 * number,
                "did": "did:plc:mei", "time": time, "operation": "create", "collection": collection, "rkey": rkey,
                "record": record}})
        };
        Message::text(frame.to_string())
    }

    /// The frames from a cursor on.
    fn frames(&self, cursor: i64, fault: Fault) -> Vec<Message> {
        let from = |number: &i64| if self.v1 { self.at(*number).timestamp_micros() } else { 10 * *number } >= cursor;
        // A large cursor is a time in either version, and the first run begins before everything.
        let all = !self.v1 && cursor > 1_000_000_000_000_000;
        let newest = self.newest.load(Ordering::SeqCst);
        let mut numbers: Vec<i64> = (1..=newest).filter(|number| all || from(number)).collect();
        match fault {
            Fault::Duplicates => numbers = numbers.iter().flat_map(|number| [*number, *number]).collect(),
            Fault::Reorders => numbers.chunks_exact_mut(2).for_each(<[i64]>::reverse),
            Fault::GoesRound => numbers = [numbers.as_slice(); 30].concat(),
            _ => {}
        }
        let skew = match fault {
            Fault::ClockAhead => TimeDelta::days(400),
            Fault::ClockBehind => TimeDelta::days(-400),
            _ => TimeDelta::zero(),
        };
        let frame = |number: &i64| self.frame(*number, &format!("acme post {number}"), self.at(*number) + skew);
        let mut frames: Vec<Message> = numbers.iter().map(frame).collect();
        match fault {
            Fault::Nonsense => (0..frames.len()).step_by(5).for_each(|place| {
                frames.insert(place, Message::text("<!doctype html><html><body>Sign in</body></html>"));
            }),
            Fault::Huge => frames.insert(frames.len() / 2, Message::text("x".repeat(30_000_000))),
            _ => {}
        }
        frames
    }

    async fn serve(self: Arc<Self>, stream: TcpStream) {
        let fault = *self.fault.lock().await;
        if fault == Fault::SaysNothing {
            return std::future::pending().await;
        }
        let Some((mut socket, cursor)) = accept(stream, fault).await else { return };
        let frames = self.frames(cursor, fault);
        for (count, frame) in frames.into_iter().enumerate() {
            match fault {
                Fault::BreaksOff(after) if count == after => {
                    // A text of 4096 bytes is announced.
                    let _ = socket.get_mut().write_all(b"\x81\x7e\x10\x00{\"did\": \"di").await;
                    return;
                }
                Fault::FallsSilent(after) if count == after => return std::future::pending().await,
                _ => {}
            }
            if socket.send(frame).await.is_err() {
                return;
            }
        }
        // Version 2 goes on with the present; in version 1, where times are positions, all of it is long ago.
        if !self.v1 && !matches!(fault, Fault::ClockAhead | Fault::ClockBehind) {
            let (seq, time) =
                (10 * self.newest.load(Ordering::SeqCst) + 1, (Utc::now() + TimeDelta::seconds(2)).to_rfc3339());
            let present = json!({"$type": "message", "payload": {"$type": "x#identity", "seq": seq, "did": "did:plc:x", "time": time}});
            let _ = socket.send(Message::text(present.to_string())).await;
        }
        while socket.next().await.is_some_and(|frame| frame.is_ok()) {}
    }
}

/// The handshake; what was asked for, unless it was refused.
#[expect(clippy::result_large_err, reason = "the shape of the library's callback")]
async fn accept(stream: TcpStream, fault: Fault) -> Option<(WebSocketStream<TcpStream>, i64)> {
    let mut cursor = 0;
    let socket = accept_hdr_async(stream, |request: &Request, response: Response| {
        let query = request.uri().query().unwrap_or_default();
        cursor = query.rsplit("cursor=").next().unwrap().parse().unwrap();
        let Fault::Refuses(status, name, value) = fault else { return Ok(response) };
        let mut refusal = ErrorResponse::new(Some("<h1>no</h1>".to_owned()));
        *refusal.status_mut() = status.try_into().unwrap();
        refusal.headers_mut().insert(name, value.parse().unwrap());
        Err(refusal)
    });
    Some((socket.await.ok()?, cursor))
}

async fn every_post_is_stored_once(v1: bool, fault: Fault) {
    let version = if v1 { "v1" } else { "v2" };
    let what = format!("Jetstream {version}, {fault:?}");
    let began = Utc::now() - TimeDelta::hours(3);
    let server = Server { newest: AtomicI64::new(30), fault: Mutex::new(Fault::None), v1, began };
    let server = Arc::new(server);
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    let serving = Arc::clone(&server);
    let task = tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(Arc::clone(&serving).serve(stream));
        }
    });
    let settings = format!(
        "[[bluesky]]\nid = \"posts\"\nkeywords = [\"acme\"]\nurl = \"ws://{address}/\"\njetstream = \"{version}\"\nhistory = \"4h\"\n"
    );
    let (store, folder) = (store().await, tempfile::tempdir().unwrap());
    let hasty = || client(Interval::from_millis(300));
    run(&settings, folder.path(), &store, &hasty()).await.unwrap();
    assert_whole(&store, 30, &what).await;

    server.newest.store(65, Ordering::SeqCst);
    *server.fault.lock().await = fault;
    match run(&settings, folder.path(), &store, &hasty()).await {
        Err(IngestError::Source { source, .. }) => {
            let asked = matches!(fault, Fault::Refuses(429 | 503, ..));
            assert_eq!(source.retry_after().is_some(), asked, "{what}: {source}");
        }
        Err(error) => panic!("{what}: {error}"),
        Ok(_) => assert!(!matches!(fault, Fault::Refuses(..) | Fault::SaysNothing), "{what}: nothing went wrong"),
    }

    server.newest.store(72, Ordering::SeqCst);
    *server.fault.lock().await = Fault::None;
    run(&settings, folder.path(), &store, &hasty()).await.unwrap();
    assert_whole(&store, 72, &what).await;
    task.abort();
}

#[tokio::test]
async fn bluesky_stream() {
    for fault in FAULTS {
        for v1 in [false, true] {
            every_post_is_stored_once(v1, fault).await;
        }
    }
}
