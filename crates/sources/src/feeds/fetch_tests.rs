//! Feeds over HTTP, fetch after fetch.

use std::{
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};

use moodline_http::{HttpClient, HttpConfig};
use moodline_testkit::{LocalServer, Reply};
use moodline_types::{Cursor, Interval};
use url::Url;

use super::*;
use crate::{Page, Source, SourceError};

const RSS: &[u8] = include_bytes!("fixtures/rss.xml");

fn source(url: &str) -> FeedSource {
    let http = HttpConfig {
        allow_private_addresses: true,
        min_interval: Interval::from_secs(0),
        max_body_bytes: 100_000,
        timeout: Interval::from_secs(5),
        ..HttpConfig::default()
    };
    let config = FeedConfig {
        id: "shop".parse().unwrap(),
        url: url.parse().unwrap(),
        schedule: None,
        language: None,
        enabled: true,
        history_pages: 100,
        rules: crate::Rules::default(),
    };
    FeedSource::new(config, HttpClient::new(&http).unwrap())
}

async fn fetch(server: &LocalServer, cursor: Option<&Cursor>) -> Result<Page, SourceError> {
    source(&server.url("/feed")).fetch(cursor).await
}

#[tokio::test]
async fn an_unchanged_feed_costs_one_small_answer() {
    let server = LocalServer::start(|request| match request.header("If-None-Match") {
        Some("\"v1\"") => Reply::status(304),
        _ => Reply::ok(RSS).header("ETag", "\"v1\"").header("Content-Type", "application/rss+xml"),
    })
    .await;
    let first = fetch(&server, None).await.unwrap();
    assert_eq!((first.mentions.len(), first.rejected.len(), first.more), (2, 1, false));
    assert_eq!(first.mentions[0].language.as_deref(), Some("zh-cn"));
    let second = fetch(&server, first.cursor.as_ref()).await.unwrap();
    assert_eq!(second, Page { note: Some("not modified".to_owned()), ..Page::default() });
}

#[tokio::test]
async fn a_feed_that_cannot_be_read_leaves_the_cursor_alone() {
    let server = LocalServer::start(|request| match request.index {
        0 => Reply::ok("<rss><channel><item>").header("ETag", "\"broken\""),
        _ => Reply::ok(RSS),
    })
    .await;
    let error = fetch(&server, None).await.unwrap_err();
    assert!(matches!(error, SourceError::Malformed { expected: "a feed", .. }) && !error.is_transient(), "{error}");
    assert!(fetch(&server, None).await.is_ok());
    assert_eq!(server.received()[1].header("If-None-Match"), None);
}

#[tokio::test]
async fn validators_of_another_address_are_not_sent() {
    let server = LocalServer::start(|_| Reply::ok(RSS).header("ETag", "\"v1\"")).await;
    let cursor = fetch(&server, None).await.unwrap().cursor;
    source(&server.url("/other")).fetch(cursor.as_ref()).await.unwrap();
    assert_eq!(server.received()[1].header("If-None-Match"), None);
}

#[tokio::test]
async fn a_gap_between_two_fetches_is_noticed() {
    fn feed(ids: std::ops::Range<u32>) -> String {
        let items: Vec<String> =
            ids.map(|id| format!("<item><guid>{id}</guid><description>text {id}</description></item>")).collect();
        format!("<rss><channel>{}</channel></rss>", items.concat())
    }
    let server = LocalServer::start(|request| match request.index {
        0 => Reply::ok(feed(0..5)),
        1 => Reply::ok(feed(3..8)),
        2 => Reply::ok(feed(20..25)),
        _ => Reply::ok(feed(0..0)),
    })
    .await;
    let mut cursor = None;
    let mut notes = Vec::new();
    for _ in 0..4 {
        let page = fetch(&server, cursor.as_ref()).await.unwrap();
        notes.push(page.note.unwrap_or_default());
        cursor = page.cursor;
    }
    assert_eq!(notes[..2], ["", ""]);
    assert!(notes[2].starts_with("window overrun"), "{}", notes[2]);
    assert_eq!(notes[3], "empty, although it had entries before");
    assert_eq!(cursor, None, "an empty answer does not move the cursor");
}

#[tokio::test]
async fn what_the_host_says_becomes_an_error_that_says_what_to_do() {
    static ASKED: AtomicUsize = AtomicUsize::new(0);
    let server = LocalServer::start(|request| {
        ASKED.fetch_add(1, Ordering::Relaxed);
        match request.path.as_str() {
            "/gone" => Reply::status(410),
            "/busy" => Reply::status(429).header("Retry-After", "7"),
            "/large" => Reply::ok(vec![b' '; 200_000]),
            _ => Reply::status(500),
        }
    })
    .await;
    let error = |path: &'static str| {
        let url = server.url(path);
        async move { source(&url).fetch(None).await.unwrap_err() }
    };
    let gone = error("/gone").await;
    assert!(matches!(gone, SourceError::Gone { status: 410, .. }) && !gone.is_transient(), "{gone}");
    let busy = error("/busy").await;
    assert_eq!((busy.retry_after(), busy.is_transient()), (Some(Duration::from_secs(7)), true));
    assert!(!error("/large").await.is_transient());
    assert!(error("/broken").await.is_transient());
    assert_eq!(ASKED.load(Ordering::Relaxed), 4, "a source asks once and leaves repeating to its caller");
}

#[tokio::test]
async fn a_cursor_of_another_kind_is_an_error_and_not_a_fresh_start() {
    let error = source("http://127.0.0.1:9/").fetch(Some(&Cursor("[]".to_owned()))).await.unwrap_err();
    assert!(matches!(error, SourceError::Cursor { .. }), "{error}");
}

fn entries(ids: std::ops::Range<u32>) -> String {
    ids.map(|id| format!("<entry><id>{id}</id><title>t</title><content>text {id}</content></entry>")).collect()
}

#[tokio::test]
async fn older_pages_are_read_once_and_go_on_after_an_interruption() {
    let server = LocalServer::start(|request| {
        let page: u32 = request.path.rsplit('=').next().and_then(|page| page.parse().ok()).unwrap_or(1);
        // The last page leads back to the first, as some do.
        let next = if page == 4 { 2 } else { page + 1 };
        let feed = format!("<link rel=\"next\" href=\"/feed?page={next}\"/>{}", entries(page * 10..page * 10 + 3));
        Reply::ok(format!("<feed xmlns=\"http://www.w3.org/2005/Atom\">{feed}</feed>"))
    })
    .await;
    let mut cursor = None;
    let mut ids = Vec::new();
    let mut steps = 0;
    loop {
        // A new source each time: nothing but the cursor is left after a crash.
        let page = fetch(&server, cursor.as_ref()).await.unwrap();
        ids.extend(page.mentions.into_iter().map(|mention| mention.external_id));
        assert_ne!(page.cursor, cursor, "every step gets on");
        cursor = page.cursor;
        steps += 1;
        if !page.more {
            break;
        }
    }
    let old: Vec<&String> = ids.iter().filter(|id| id.as_str() >= "20").collect();
    assert_eq!(old.len(), 9, "{ids:?}");
    assert!(steps <= 4, "{steps}");
    let asked = server.received().len();
    let again = fetch(&server, cursor.as_ref()).await.unwrap();
    assert_eq!((again.more, server.received().len()), (false, asked + 1), "the older pages are read once");
}

#[tokio::test]
async fn an_older_page_that_fails_does_not_stand_in_the_way_of_news() {
    let server = LocalServer::start(|request| match request.path.as_str() {
        "/feed" => Reply::ok(format!(
            "<feed xmlns=\"http://www.w3.org/2005/Atom\"><link rel=\"prev-archive\" href=\"/old\"/>{}</feed>",
            entries(1..4)
        )),
        _ => Reply::status(500),
    })
    .await;
    let mut source = source(&server.url("/feed"));
    let first = source.fetch(None).await.unwrap();
    assert_eq!((first.mentions.len(), first.more), (3, true));
    let second = source.fetch(first.cursor.as_ref()).await.unwrap();
    assert!(!second.more && second.note.as_deref().unwrap().contains("tried again at the next fetch"), "{second:?}");
    let third = source.fetch(second.cursor.as_ref()).await.unwrap();
    assert_eq!(third.mentions.len(), 3, "the newest page comes first again");
}

#[tokio::test]
async fn an_address_left_for_good_is_not_asked_for_ever() {
    let server = LocalServer::start(|request| match request.path.as_str() {
        "/feed" => Reply::status(301).header("Location", "/new"),
        _ => Reply::ok(RSS),
    })
    .await;
    let mut cursor = None;
    for _ in 0..4 {
        cursor = fetch(&server, cursor.as_ref()).await.unwrap().cursor;
    }
    let asked: Vec<String> = server.received().iter().map(|request| request.path.clone()).collect();
    assert_eq!(asked, ["/feed", "/new", "/feed", "/new", "/feed", "/new", "/new"]);
}

#[tokio::test]
async fn a_web_page_in_place_of_a_feed_says_where_its_feeds_are() {
    let page =
        "<html><head><link rel='alternate' type='application/rss+xml' title='All' href='/all.rss'></head></html>";
    let server = LocalServer::start(move |request| match request.path.as_str() {
        "/feed" => Reply::ok(page).header("Content-Type", "text/html"),
        "/all.rss" => Reply::ok(RSS),
        _ => Reply::status(404),
    })
    .await;
    let error = fetch(&server, None).await.unwrap_err();
    let chain = moodline_types::error_chain(&error);
    assert!(chain.contains(&server.url("/all.rss")), "{chain}");
    let http =
        HttpConfig { allow_private_addresses: true, min_interval: Interval::from_secs(0), ..HttpConfig::default() };
    let http = HttpClient::new(&http).unwrap();
    let found = discover(&http, &Url::parse(&server.url("/feed")).unwrap()).await.unwrap();
    assert_eq!((found.len(), found[0].title.as_deref(), &found[0].entries), (1, Some("All"), &Ok(3)));
    let nothing_named = discover(&http, &Url::parse(&server.url("/all.rss")).unwrap()).await.unwrap();
    assert_eq!(nothing_named[0].entries, Ok(3), "a feed is its own feed");
}
