//! Comments, from bytes to mentions.

use moodline_testkit::{LocalServer, Received, Reply};
use moodline_types::{Cursor, SecretText};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::{source::YoutubeSource, *};
use crate::{
    Source, SourceConfig,
    support::{broken, client, mentions, parameters, recording, run},
};

const THREADS: &[u8] = include_bytes!("fixtures/threads.json");

#[test]
fn a_thread_brings_its_top_comment_and_some_replies() {
    let page = parse_threads(THREADS, "api").unwrap();
    let read = mentions(&page.step);
    let texts: Vec<_> = read.iter().map(|mention| (&*mention.external_id, &*mention.text)).collect();
    assert_eq!(
        texts,
        [("Ug_one.a", "Same here"), ("Ug_one", "Mine arrived broken 😡"), ("Ug_two", "颜色很好看")],
        "the channel's own replies are not a customer's"
    );
    let first = &read[1];
    assert_eq!(first.url.as_deref(), Some("https://www.youtube.com/watch?v=vid1&lc=Ug_one"));
    assert_eq!((first.author.as_deref(), first.thread.as_deref()), (Some("UCsam"), Some("Ug_one")));
    assert_eq!(read[2].author, None, "a deleted account has no name");
    assert_eq!((page.threads[0].replies, page.threads[0].complete, page.threads[1].complete), (7, false, true));
    assert_eq!((page.step.rejected.len(), page.step.next.as_deref()), (1, Some("page-2")));
}

#[test]
fn a_refusal_says_why() {
    let body = br#"{"error": {"code": 403, "errors": [{"domain": "youtube.quota", "reason": "quotaExceeded"}]}}"#;
    assert_eq!(refusal(body).as_deref(), Some("quotaExceeded"));
    assert_eq!(refusal(b"Forbidden"), None);
}

#[test]
fn recorded_pages_are_read() {
    let Some(bytes) = recording("youtube/Rounak-28__commentThreads_100.json") else { return };
    let page = parse_threads(&bytes, "api").unwrap();
    assert!(page.threads.len() >= 90 && page.step.rejected.is_empty(), "{}", page.threads.len());
    assert!(mentions(&page.step).iter().all(|mention| mention.posted_at.is_some()));
    let replies = recording("youtube/python-youtube/comments/comments_by_parent_paged_1.json").unwrap();
    let replies = parse_comments(&replies, "thread", "video", "api").unwrap();
    assert_eq!((mentions(&replies).len(), replies.next.is_some()), (2, true));
}

fn source(server: &LocalServer, more: &str) -> YoutubeSource {
    let settings = format!(
        "id = \"talk\"\nvideos = [\"vid1\"]\nkey = {{ env = \"X\" }}\napi_url = \"{}\"\n{more}",
        server.url("/")
    );
    YoutubeSource::new(toml::from_str(&settings).unwrap(), SecretText::new("secret-key"), client())
}

/// A comment written `hours` ago.
fn comment(id: &str, hours: i64) -> Value {
    let published = chrono::Utc::now() - chrono::TimeDelta::hours(hours);
    json!({"id": id, "snippet": {"videoId": "vid1", "textDisplay": format!("comment {id}"), "publishedAt": published.to_rfc3339()}})
}

fn thread(id: &str, hours: i64, replies: u64) -> Value {
    json!({"id": id, "snippet": {"videoId": "vid1", "totalReplyCount": replies, "topLevelComment": comment(id, hours)}})
}

fn page(items: &[Value], next: Option<&str>) -> Reply {
    Reply::ok(json!({"items": items, "nextPageToken": next}).to_string())
}

/// `threads` for the first run, `later` for the next; `b` and `c` are of today, `old` is of last year.
fn answer(request: &Received, threads: &[Value]) -> Reply {
    let asked = parameters(request);
    match (request.path.split('?').next().unwrap(), asked.get("pageToken").map(String::as_str)) {
        ("/youtube/v3/commentThreads", None) => page(threads, Some("p2")),
        ("/youtube/v3/commentThreads", _) => page(&[thread("old", 9000, 0)], None),
        (_, None) if asked.contains_key("parentId") => page(&[comment("b.1", 3), comment("b.2", 2)], Some("r2")),
        (_, _) if asked.contains_key("parentId") => page(&[comment("b.3", 1)], None),
        _ => page(&[], None),
    }
}

#[tokio::test]
async fn threads_are_walked_and_long_ones_read_whole_once() {
    let server = LocalServer::start(|request| answer(request, &[thread("c", 4, 0), thread("b", 5, 3)])).await;
    let first = run(&mut source(&server, ""), None).await.unwrap();
    assert_eq!(first.ids(), ["c", "b", "old", "b.1", "b.2", "b.3"]);
    assert_eq!((server.count(), first.suspicious), (4, false), "{:?}", first.notes);
    let second = run(&mut source(&server, ""), first.cursor).await.unwrap();
    assert_eq!(second.ids(), ["c", "b", "old"], "the number of replies is the same");
}

#[tokio::test]
async fn new_replies_are_found_and_deleted_comments_removed() {
    let server = LocalServer::start(|request| match request.index {
        0..=3 => answer(request, &[thread("d", 3, 0), thread("c", 4, 0), thread("b", 5, 0)]),
        _ => answer(request, &[thread("d", 3, 0), thread("b", 5, 3)]),
    })
    .await;
    let first = run(&mut source(&server, ""), None).await.unwrap();
    assert_eq!(first.ids(), ["d", "c", "b", "old"]);
    let begun = source(&server, "").fetch(first.cursor.as_ref()).await.unwrap();
    assert!(begun.more, "threads older than the overlap are below");
    let rest = run(&mut source(&server, ""), begun.cursor).await.unwrap();
    let second = run(&mut source(&server, ""), rest.cursor.clone()).await.unwrap();
    let removed: Vec<_> = rest.removed.iter().chain(&second.removed).collect();
    assert_eq!(removed, ["c"]);
    assert!(rest.ids().contains(&"b.3") || second.ids().contains(&"b.3"));
}

#[tokio::test]
async fn the_budget_of_a_day_holds_over_runs() {
    let server = LocalServer::start(|request| answer(request, &[thread("c", 4, 0)])).await;
    let first = run(&mut source(&server, "daily_units = 3"), None).await.unwrap();
    let second = run(&mut source(&server, "daily_units = 3"), first.cursor).await.unwrap();
    assert_eq!(server.count(), 3);
    assert!(second.notes[0].contains("3 quota units are spent"), "{:?}", second.notes);
    let third = run(&mut source(&server, "daily_units = 3"), second.cursor).await.unwrap();
    assert_eq!((server.count(), third.ids().len()), (3, 0));
}

#[tokio::test]
async fn refusals_are_told_apart() {
    let said = |reason: &str, status| {
        let body = json!({"error": {"code": status, "errors": [{"reason": reason}]}}).to_string();
        Reply::status(status).body(body)
    };
    for (reason, status) in [("commentsDisabled", 403), ("videoNotFound", 404)] {
        let server = LocalServer::start(move |_| said(reason, status)).await;
        let run = run(&mut source(&server, ""), None).await.unwrap();
        assert!(run.notes[0].contains("video vid1"), "{:?}", run.notes);
    }
    let server = LocalServer::start(move |_| said("quotaExceeded", 403)).await;
    let error = source(&server, "").fetch(None).await.unwrap_err();
    assert!(error.retry_after().unwrap() <= std::time::Duration::from_hours(25), "{error}");
    let server = LocalServer::start(move |_| said("keyInvalid", 403)).await;
    let error = source(&server, "").fetch(None::<&Cursor>).await.unwrap_err().to_string();
    assert!(error.contains("refused the credentials") && !error.contains("secret-key"), "{error}");
}

#[test]
fn settings_without_a_place_to_read_are_refused() {
    let config: YoutubeConfig = toml::from_str("id = \"a\"\nchannels = [\"shop\"]\nkey = { env = \"X\" }").unwrap();
    assert!(config.findings()[0].contains("`shop` is no channel id"), "{:?}", config.findings());
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(bytes in broken(THREADS)) {
        let _ = parse_threads(&bytes, "api");
        let _ = parse_comments(&bytes, "thread", "video", "api");
        let _ = (parse_ids(&bytes), refusal(&bytes));
    }
}
