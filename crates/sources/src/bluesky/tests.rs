//! From frames and search results to mentions, over a stream and over HTTP.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicBool, AtomicUsize, Ordering},
};

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use futures_util::{SinkExt, StreamExt};
use moodline_testkit::{LocalServer, Received, Reply};
use proptest::prelude::*;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio_tungstenite::{
    accept_hdr_async,
    tungstenite::{
        Message,
        handshake::server::{ErrorResponse, Request, Response},
    },
};

use super::{
    frame::{self, Event, Version},
    search,
};
use crate::support::{Shelf, broken, build, findings, parameters, path, recorded, secret};

const SEARCH: &str = include_str!("fixtures/search.json");

const POST_V2: &str = r#"{"$type":"message","payload":{"$type":"network.bsky.jetstream.subscribeEvents#commit","seq":12,
    "did":"did:plc:mei","time":"2026-05-01T10:00:02.329308Z","rev":"3r","operation":"create","collection":"app.bsky.feed.post",
    "rkey":"3aaa","cid":"b1","record":{"$type":"app.bsky.feed.post","text":"Acme is great","createdAt":"2026-05-01T10:00:00Z","langs":["en"]}}}"#;
const POST_V1: &str = r#"{"did":"did:plc:mei","time_us":1777629602329308,"kind":"commit","commit":{"rev":"3r","operation":"create",
    "collection":"app.bsky.feed.post","rkey":"3aaa","record":{"$type":"app.bsky.feed.post","text":"Acme is great","createdAt":"2026-05-01T10:00:00Z"},"cid":"b1"}}"#;

fn read(frame: &str, version: Version) -> frame::Frame {
    frame::parse(frame.as_bytes(), version).unwrap()
}

#[test]
fn a_post_is_the_same_in_both_versions() {
    for (text, version, cursor) in [(POST_V2, Version::V2, 12), (POST_V1, Version::V1, 1_777_629_602_329_308)] {
        let frame = read(text, version);
        assert_eq!(frame.cursor, Some(cursor));
        let Event::Post { did, rkey, record, edited: false } = frame.event else { panic!("{:?}", frame.event) };
        let mention = record.mention(&did, &rkey, frame.seen_at).unwrap();
        assert_eq!(mention.external_id, "at://did:plc:mei/app.bsky.feed.post/3aaa");
        assert_eq!(mention.canonical_id, Some(mention.external_id.clone()));
        assert_eq!(mention.url.as_deref(), Some("https://bsky.app/profile/did:plc:mei/post/3aaa"));
        assert_eq!((mention.text.as_str(), mention.posted_at.unwrap().timestamp()), ("Acme is great", 1_777_629_600));
    }
}

#[test]
fn deletions_closed_accounts_notices_and_refusals_are_told_apart() {
    let gone = POST_V2.replace("create", "delete");
    assert_eq!(read(&gone, Version::V2).event, Event::Deleted { did: "did:plc:mei".into(), rkey: "3aaa".into() });
    let account = r#"{"$type":"message","payload":{"$type":"x#account","seq":13,"did":"did:plc:mei","time":"2026-05-01T10:00:03Z","account":{"active":false,"status":"deleted","seq":1,"time":"x"}}}"#;
    assert_eq!(read(account, Version::V2).event, Event::AccountGone { did: "did:plc:mei".into() });
    let v1 = r#"{"did":"did:plc:mei","time_us":5,"kind":"account","account":{"active":false,"did":"did:plc:mei","seq":1,"status":"takendown"}}"#;
    assert_eq!(read(v1, Version::V1).event, Event::AccountGone { did: "did:plc:mei".into() });
    let back = account.replace("\"active\":false", "\"active\":true");
    assert_eq!(read(&back, Version::V2).event, Event::Other);
    let info = r#"{"$type":"message","payload":{"$type":"x#info","name":"OutdatedCursor","message":"resumed at 9"}}"#;
    assert_eq!(read(info, Version::V2).event, Event::Outdated { message: "resumed at 9".into() });
    let refused = r#"{"$type":"error","error":"ConsumerTooSlow","message":"bye"}"#;
    assert!(matches!(read(refused, Version::V2).event, Event::Refused { name, .. } if name == "ConsumerTooSlow"));
    // The frames of version 1 on a version 2 source say how to mend the settings.
    assert!(
        matches!(read(POST_V1, Version::V2).event, Event::Refused { name, .. } if name.contains("jetstream = \"v1\""))
    );
}

#[test]
fn written_out_addresses_go_and_the_rest_stays() {
    let step = search::parse(SEARCH.as_bytes(), "bsky").unwrap();
    let first = step.items[0].mention.as_ref().unwrap();
    assert_eq!(first.text, "Acme 又崩了😡  帮帮忙");
    assert_eq!(
        (first.language.as_deref(), first.thread.as_deref()),
        (Some("zh"), Some("at://did:plc:kim/app.bsky.feed.post/3root"))
    );
    assert!(step.items[1].mention.is_none(), "an author who wants to be seen by signed-in people only");
    assert_eq!(step.items[2].mention.as_ref().unwrap().posted_at.unwrap().to_rfc3339(), "2026-05-01T08:00:00+00:00");
    assert_eq!((step.rejected.len(), step.next.as_deref()), (1, Some("100")));
}

#[test]
fn recorded_frames_and_results_are_understood() {
    for (name, body) in
        recorded("bluesky").into_iter().filter(|(name, _)| name.ends_with("v1.jsonl") || name.contains("part1"))
    {
        let mut posts = 0;
        for line in body.split(|byte| *byte == b'\n').filter(|line| line.ends_with(b"}")) {
            match frame::parse(line, Version::V1).unwrap_or_else(|error| panic!("{name}: {error}")).event {
                Event::Post { did, rkey, record, .. } => {
                    posts += 1;
                    let _ = record.mention(&did, &rkey, None);
                }
                Event::Refused { name, .. } => panic!("{name}"),
                _ => {}
            }
        }
        assert!(posts > 0, "{name}");
    }
    for (name, body) in
        recorded("bluesky/bodies").into_iter().filter(|(name, _)| name.contains("search") && !name.contains("meta"))
    {
        let step = search::parse(&body, "recorded").unwrap();
        assert!(step.rejected.is_empty() && step.items.len() > 5, "{name}: {:?}", step.rejected);
    }
}

#[test]
fn mistakes_in_the_settings_are_named() {
    let findings = findings("[[bluesky]]\nid = \"b\"\nkeywords = [\"!\"]\nurl = \"https://jetstream.example\"");
    assert!(findings[0].contains("at least one word") && findings[1].contains("wss://"), "{findings:?}");
}

proptest! {
    #[test]
    fn no_frame_is_too_broken(v2 in broken(POST_V2), v1 in broken(POST_V1), found in broken(SEARCH), start in 0..60_usize, end in 0..60_usize) {
        for body in [v2, v1, found] {
            for version in [Version::V1, Version::V2] {
                if let Ok(frame::Frame { event: Event::Post { record, .. }, .. }) = frame::parse(&body, version) {
                    let _ = record.mention("did:plc:x", "3a", None);
                }
            }
            let _ = search::parse(&body, "bsky");
        }
        let facets = SEARCH.replace("\"byteStart\": 19, \"byteEnd\": 37", &format!("\"byteStart\": {start}, \"byteEnd\": {end}"));
        let _ = search::parse(facets.as_bytes(), "bsky");
    }
}

/// A stream of posts that replays from a cursor, as Jetstream does, and then ends with a frame of the present.
#[derive(Debug, Default)]
struct Stream {
    /// Frames by `seq`.
    frames: Mutex<Vec<(u64, Value)>>,
    /// Cursors asked for.
    asked: Mutex<Vec<String>>,
    /// The stream breaks after so many frames; 0 is never.
    breaks_after: AtomicUsize,
    /// Lowest `seq` still kept.
    floor: AtomicUsize,
    /// Whatever the cursor, everything is sent.
    replays_all: AtomicBool,
}

impl Stream {
    fn push(&self, seq: u64, operation: &str, rkey: &str, text: &str) {
        let time = (Utc::now() - TimeDelta::minutes(30)).to_rfc3339_opts(SecondsFormat::Micros, true);
        let record = (operation != "delete").then(|| json!({"text": text, "createdAt": time, "langs": ["en"]}));
        self.frames.lock().unwrap().push((
            seq,
            json!({"$type": "message", "payload": {
            "$type": "network.bsky.jetstream.subscribeEvents#commit", "seq": seq, "did": "did:plc:mei", "time": time,
            "operation": operation, "collection": "app.bsky.feed.post", "rkey": rkey, "record": record}}),
        ));
    }
}

async fn stream(stream: Arc<Stream>) -> String {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((socket, _)) = listener.accept().await {
            tokio::spawn(serve(socket, Arc::clone(&stream)));
        }
    });
    format!("ws://{address}/")
}

#[expect(clippy::result_large_err, reason = "the shape of the library's callback")]
async fn serve(socket: tokio::net::TcpStream, stream: Arc<Stream>) {
    let mut from = 0;
    let accepted = accept_hdr_async(socket, |request: &Request, response: Response| {
        let query = request.uri().query().unwrap_or_default();
        assert!(query.starts_with("kinds=commit&kinds=account&collections=app.bsky.feed.post&cursor="), "{query}");
        let cursor = query.rsplit('=').next().unwrap().to_owned();
        from = cursor.parse().unwrap();
        stream.asked.lock().unwrap().push(cursor);
        let floor = stream.floor.load(Ordering::SeqCst) as u64;
        if from < floor {
            let mut refusal =
                ErrorResponse::new(Some(format!("{{\"error\":\"CursorTooOld\",\"message\":\"{floor}\"}}")));
            *refusal.status_mut() = tokio_tungstenite::tungstenite::http::StatusCode::BAD_REQUEST;
            return Err(refusal);
        }
        Ok(response)
    });
    let Ok(mut socket) = accepted.await else { return };
    if from > 1_000_000_000_000_000 || stream.replays_all.load(Ordering::SeqCst) {
        from = 0; // a time, before everything there is
    }
    let frames: Vec<_> = stream.frames.lock().unwrap().iter().filter(|(seq, _)| *seq >= from).cloned().collect();
    let breaks_after = stream.breaks_after.swap(0, Ordering::SeqCst);
    for (count, (_, frame)) in frames.iter().enumerate() {
        if breaks_after > 0 && count == breaks_after {
            return;
        }
        socket.send(Message::text(frame.to_string())).await.unwrap();
    }
    let last = stream.frames.lock().unwrap().iter().map(|(seq, _)| *seq).max().unwrap_or(0);
    let now = (Utc::now() + TimeDelta::seconds(2)).to_rfc3339_opts(SecondsFormat::Micros, true);
    let present = json!({"$type": "message", "payload": {"$type": "x#identity", "seq": last + 1, "did": "did:plc:x", "time": now}});
    let _ = socket.send(Message::text(present.to_string())).await;
    while socket.next().await.is_some_and(|frame| frame.is_ok()) {}
}

fn settings(url: &str) -> String {
    format!("[[bluesky]]\nid = \"b\"\nkeywords = [\"acme\"]\nlanguages = [\"en\"]\nurl = \"{url}\"")
}

#[tokio::test]
async fn the_stream_is_heard_from_where_the_last_run_ended() {
    let frames = Arc::new(Stream::default());
    (1..=5).for_each(|n| frames.push(n, "create", &format!("3a{n}"), &format!("Acme {n}")));
    frames.push(6, "create", "3b", "nothing of interest");
    let url = stream(Arc::clone(&frames)).await;
    let (mut source, mut shelf) = (build(&settings(&url)), Shelf::default());
    shelf.run(&mut *source).await.unwrap();
    assert_eq!((shelf.mentions.len(), shelf.notes.len()), (5, 0), "{:?}", shelf.notes);

    frames.push(8, "update", "3a2", "Acme 2, edited");
    frames.push(9, "update", "3a3", "not about it any more");
    frames.push(10, "delete", "3a4", "");
    frames.push(11, "create", "3c", "new at ACME");
    shelf.run(&mut *source).await.unwrap();
    assert_eq!((shelf.added, shelf.revised), (1, 1));
    assert_eq!(shelf.removed, ["at://did:plc:mei/app.bsky.feed.post/3a3", "at://did:plc:mei/app.bsky.feed.post/3a4"]);
    assert_eq!(frames.asked.lock().unwrap()[1], "7", "the last event heard");
}

#[tokio::test]
async fn a_stream_that_breaks_is_opened_again_where_it_broke() {
    let frames = Arc::new(Stream::default());
    (1..=20).for_each(|n| frames.push(n, "create", &format!("3a{n}"), &format!("Acme {n}")));
    frames.breaks_after.store(8, Ordering::SeqCst);
    let url = stream(Arc::clone(&frames)).await;
    let mut shelf = Shelf::default();
    shelf.run(&mut *build(&settings(&url))).await.unwrap();
    assert_eq!((shelf.mentions.len(), shelf.pages), (20, 2));
    assert_eq!(frames.asked.lock().unwrap()[1], "8");
}

#[tokio::test]
async fn a_gap_that_the_server_has_forgotten_is_said() {
    let frames = Arc::new(Stream::default());
    frames.push(1, "create", "3a1", "Acme 1");
    let url = stream(Arc::clone(&frames)).await;
    let (mut source, mut shelf) = (build(&settings(&url)), Shelf::default());
    shelf.run(&mut *source).await.unwrap();
    frames.frames.lock().unwrap().clear();
    frames.push(500, "create", "3a500", "Acme 500");
    frames.floor.store(400, Ordering::SeqCst);
    shelf.run(&mut *source).await.unwrap();
    assert_eq!(shelf.added, 1);
    assert!(shelf.suspicious && shelf.notes[0].contains("gap"), "{:?}", shelf.notes);
}

#[tokio::test]
async fn a_server_that_counts_anew_is_heard_and_the_gap_is_said() {
    let frames = Arc::new(Stream::default());
    frames.push(500, "create", "3a500", "Acme 500");
    let url = stream(Arc::clone(&frames)).await;
    let (mut source, mut shelf) = (build(&settings(&url)), Shelf::default());
    shelf.run(&mut *source).await.unwrap();
    frames.replays_all.store(true, Ordering::SeqCst);
    frames.frames.lock().unwrap().clear();
    (1..=3).for_each(|n| frames.push(n, "create", &format!("3b{n}"), &format!("Acme again {n}")));
    shelf.run(&mut *source).await.unwrap();
    assert_eq!(shelf.added, 3, "{:?}", shelf.notes);
    assert!(shelf.suspicious && shelf.notes[0].contains("counts its events anew"), "{:?}", shelf.notes);
}

#[tokio::test]
async fn a_closed_account_takes_all_its_posts_along() {
    let frames = Arc::new(Stream::default());
    let time = Utc::now().to_rfc3339();
    let gone = json!({"$type": "message", "payload": {"$type": "x#account", "seq": 2, "did": "did:plc:mei", "time": time, "account": {"active": false}}});
    frames.frames.lock().unwrap().push((2, gone));
    let url = stream(Arc::clone(&frames)).await;
    let mut shelf = Shelf::default();
    shelf.run(&mut *build(&settings(&url))).await.unwrap();
    assert_eq!(shelf.removed_authors, ["did:plc:mei"]);
}

/// The search of an account's host.
#[derive(Debug, Default)]
struct Host {
    posts: Vec<(u64, DateTime<Utc>, String)>,
    sign_ins: usize,
    /// The token that is good now.
    token: String,
    refuse: bool,
}

impl Host {
    fn answer(&mut self, request: &Received) -> Reply {
        if self.refuse {
            return Reply::status(429).header("ratelimit-reset", &(Utc::now().timestamp() + 40).to_string());
        }
        let path = path(request);
        if path.ends_with("createSession") {
            self.sign_ins += 1;
            let body: Value = serde_json::from_slice(&request.body).unwrap();
            assert_eq!((&body["identifier"], &body["password"]), (&json!("me.example"), &json!("app-pass-word")));
            self.token = format!("access-{}", self.sign_ins);
            return Reply::ok(
                json!({"accessJwt": self.token, "refreshJwt": "refresh-1", "did": "did:plc:me"}).to_string(),
            );
        }
        if path.ends_with("refreshSession") {
            assert_eq!(request.header("authorization"), Some("Bearer refresh-1"));
            self.token = "access-refreshed".to_owned();
            return Reply::ok(json!({"accessJwt": self.token, "refreshJwt": "refresh-1"}).to_string());
        }
        if request.header("authorization") != Some(&format!("Bearer {}", self.token)) {
            return Reply::status(400).body(r#"{"error":"ExpiredToken","message":"Token has expired"}"#);
        }
        let post = |(id, at, text): &(u64, DateTime<Utc>, String)| {
            let at = at.to_rfc3339_opts(SecondsFormat::Millis, true);
            json!({"uri": format!("at://did:plc:mei/app.bsky.feed.post/3{id}"), "author": {"did": "did:plc:mei"},
                "indexedAt": at, "record": {"text": text, "createdAt": at}})
        };
        if path.ends_with("getPosts") {
            let there: Vec<Value> = self.posts.iter().filter(|(id, ..)| *id != 3).map(post).collect();
            return Reply::ok(json!({"posts": there}).to_string());
        }
        assert!(path.ends_with("app.bsky.feed.searchPosts") && parameters(request)["q"] == "acme");
        let from: usize = parameters(request).get("cursor").map_or(0, |cursor| cursor.parse().unwrap());
        let mut posts: Vec<_> = self.posts.iter().collect();
        posts.sort_by_key(|(_, at, _)| std::cmp::Reverse(*at));
        let found: Vec<Value> = posts.iter().skip(from).take(10).map(|found| post(found)).collect();
        let mut body = json!({"posts": found});
        if posts.len() > from + 10 {
            body["cursor"] = json!((from + 10).to_string());
        }
        Reply::ok(body.to_string())
    }
}

#[tokio::test]
async fn the_search_signs_in_once_and_reads_what_is_new_changed_and_gone() {
    let posts = (1..=25).map(|n| (n, Utc::now() - TimeDelta::minutes(10 * (26 - n as i64)), format!("acme {n}")));
    let host = Arc::new(Mutex::new(Host { posts: posts.collect(), ..Host::default() }));
    let answering = Arc::clone(&host);
    let server = LocalServer::start(move |request| answering.lock().unwrap().answer(request)).await;
    let password = secret("app-pass-word");
    let settings = format!(
        "[[bluesky_search]]\nid = \"b\"\nquery = \"acme\"\nidentifier = \"me.example\"\napp_password = {{ file = {:?} }}\nurl = \"{}\"\noverlap = \"5h\"",
        password.path(),
        server.url("/")
    );
    let (mut source, mut shelf) = (build(&settings), Shelf::default());
    shelf.run_pages(&mut *source, 2).await.unwrap();
    shelf.run(&mut *source).await.unwrap();
    assert_eq!((shelf.mentions.len(), host.lock().unwrap().sign_ins), (25, 1));
    {
        let mut host = host.lock().unwrap();
        "other".clone_into(&mut host.token);
        host.posts.retain(|(id, ..)| *id != 3);
        host.posts[5].2 = "acme, edited".into();
        host.posts.push((26, Utc::now(), "acme 26".into()));
    }
    shelf.run(&mut *source).await.unwrap();
    assert_eq!((shelf.added, shelf.revised), (1, 1));
    assert_eq!(shelf.removed, ["at://did:plc:mei/app.bsky.feed.post/33"]);
    assert_eq!(host.lock().unwrap().sign_ins, 1, "an expired session is refreshed, not begun anew");
    host.lock().unwrap().refuse = true;
    assert!(shelf.run(&mut *source).await.unwrap_err().retry_after().is_some());
}
