//! The public feed, from bytes to mentions.

use std::sync::Mutex;

use moodline_testkit::{LocalServer, Reply};
use moodline_types::RawMention;
use proptest::prelude::*;

use super::{source::AppStoreSource, *};
use crate::support::{Run, broken, client, mentions, recording, run};

const PAGE: &[u8] = include_bytes!("fixtures/page.json");

fn read(bytes: &[u8]) -> Vec<RawMention> {
    mentions(&parse(bytes, "us", "feed").unwrap())
}

#[test]
fn a_review_is_its_title_words_and_stars() {
    let step = parse(PAGE, "us", "feed").unwrap();
    let first = &mentions(&step)[0];
    assert_eq!(first.external_id, "us/9000000002");
    assert_eq!(first.title.as_deref(), Some("Crashes at checkout"));
    assert_eq!(first.text, "Since the last update\nit closes when I pay.");
    assert_eq!(first.author.as_deref(), Some("teapot_42"));
    assert_eq!(first.rating.map(|rating| (rating.value, rating.best)), Some((2.0, 5.0)));
    assert_eq!(first.posted_at.unwrap().to_rfc3339(), "2026-05-04T17:25:34+00:00");
    assert_eq!(mentions(&step)[1].posted_at, None, "older feeds give no date");
    assert_eq!((mentions(&step).len(), step.rejected.len()), (2, 1), "the app itself is no review");
}

#[test]
fn a_feed_may_have_one_entry_or_none() {
    let one =
        br#"{"feed": {"entry": {"im:rating": {"label": "3"}, "id": {"label": "1"}, "content": {"label": "fine"}}}}"#;
    assert_eq!(read(one)[0].text, "fine");
    assert_eq!(read(br#"{"feed": {}}"#), []);
    assert!(parse(b"<html>", "us", "feed").is_err());
}

#[test]
fn recorded_feeds_are_read_whole() {
    for (name, count) in [("fabiouu__itunes_rss_reviews.json", 50), ("gfitzy123__customerreviews_us.json", 50)] {
        let Some(bytes) = recording(&format!("apple-appstore/{name}")) else { return };
        let step = parse(&bytes, "us", name).unwrap();
        assert_eq!((mentions(&step).len(), step.rejected.len()), (count, 0), "{name}");
        assert!(mentions(&step).iter().all(|mention| mention.rating.is_some() && mention.author.is_some()));
    }
}

/// The number of a page of reviews, the newest first; `day` dates review `n` at the n-th day of 2026.
fn feed(reviews: impl Iterator<Item = u32>) -> String {
    let entry = |n: u32| {
        let day = chrono::NaiveDate::from_yo_opt(2026, n).unwrap();
        serde_json::json!({
            "id": {"label": n.to_string()}, "im:rating": {"label": "3"}, "title": {"label": "t"},
            "content": {"label": format!("review {n}")}, "updated": {"label": format!("{day}T08:00:00-07:00")},
        })
    };
    serde_json::json!({"feed": {"entry": reviews.map(entry).collect::<Vec<_>>()}}).to_string()
}

fn page_of(path: &str) -> u32 {
    path.split("page=").nth(1).unwrap().split('/').next().unwrap().parse().unwrap()
}

/// A storefront with reviews `newest` down to 1.
fn store(newest: u32) -> impl Fn(&str) -> String {
    move |path| {
        let before = (page_of(path) - 1) * 50;
        feed((1..=newest.saturating_sub(before)).rev().take(50))
    }
}

async fn read_from(server: &LocalServer, cursor: Option<moodline_types::Cursor>) -> Run {
    let settings = format!(
        "id = \"app\"\napp = 42\nstorefronts = [\"us\"]\nmin_interval = \"0s\"\napi_url = \"{}\"",
        server.url("/")
    );
    let mut source = AppStoreSource::new(toml::from_str(&settings).unwrap(), client());
    run(&mut source, cursor).await.unwrap()
}

#[tokio::test]
async fn the_second_run_reads_only_down_to_what_the_first_has_read() {
    let newest = std::sync::Arc::new(Mutex::new(120));
    let shown = std::sync::Arc::clone(&newest);
    let server = LocalServer::start(move |request| Reply::ok(store(*shown.lock().unwrap())(&request.path))).await;
    let first = read_from(&server, None).await;
    assert_eq!((first.mentions.len(), server.count(), first.suspicious), (120, 3, false));
    assert_eq!(server.received()[0].path, "/us/rss/customerreviews/page=1/id=42/sortby=mostrecent/json");
    *newest.lock().unwrap() = 123;
    let second = read_from(&server, first.cursor).await;
    assert_eq!(second.ids()[..3], ["us/123", "us/122", "us/121"]);
    assert_eq!(server.count(), 4, "one page reaches what is known");
}

#[tokio::test]
async fn a_page_that_is_empty_without_reason_is_asked_for_again() {
    let server = LocalServer::start(|request| match (page_of(&request.path), request.index) {
        (2, 0..=2) => Reply::ok(r#"{"feed": {}}"#),
        _ => Reply::ok(store(120)(&request.path)),
    })
    .await;
    let first = read_from(&server, None).await;
    assert_eq!((first.mentions.len(), first.suspicious), (120, false), "{:?}", first.notes);
    let pages: Vec<u32> = server.received().iter().map(|request| page_of(&request.path)).collect();
    assert_eq!(pages, [1, 2, 3, 2]);
}

#[tokio::test]
async fn a_walk_with_a_hole_is_not_believed() {
    let hole = std::sync::Arc::new(Mutex::new(true));
    let there = std::sync::Arc::clone(&hole);
    let server = LocalServer::start(move |request| match page_of(&request.path) {
        2 if *there.lock().unwrap() => Reply::ok(r#"{"feed": {}}"#),
        _ => Reply::ok(store(120)(&request.path)),
    })
    .await;
    let first = read_from(&server, None).await;
    assert_eq!((first.mentions.len(), first.suspicious), (70, true));
    *hole.lock().unwrap() = false;
    let second = read_from(&server, first.cursor).await;
    assert_eq!((second.mentions.len(), second.suspicious), (120, false), "the whole list is read again");
}

#[tokio::test]
async fn an_empty_feed_is_suspicious_where_there_were_reviews() {
    let server = LocalServer::start(|_| Reply::ok(r#"{"feed": {}}"#)).await;
    let never = read_from(&server, None).await;
    assert_eq!((never.suspicious, &never.notes[..]), (false, &["no reviews yet".to_owned()][..]));
    let full = LocalServer::start(|request| Reply::ok(store(3)(&request.path))).await;
    let before = read_from(&full, None).await;
    assert_eq!(before.ids(), ["us/3", "us/2", "us/1"]);
    let after = read_from(&server, before.cursor).await;
    assert!(after.suspicious && after.notes[0].contains("empty, although"), "{:?}", after.notes);
    let again = read_from(&full, after.cursor).await;
    assert_eq!((again.ids().len(), again.suspicious), (3, false));
}

#[test]
fn bad_storefronts_are_named() {
    use crate::SourceConfig;
    let config: AppStoreConfig = toml::from_str("id = \"a\"\napp = 1\nstorefronts = [\"USA\"]").unwrap();
    assert!(config.findings()[0].contains("`USA` is no country"), "{:?}", config.findings());
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(bytes in broken(PAGE)) {
        let _ = parse(&bytes, "us", "feed");
    }
}
