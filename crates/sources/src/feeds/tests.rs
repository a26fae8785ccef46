//! Feeds from bytes to mentions, and over HTTP.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};

use moodline_http::{HttpClient, HttpConfig};
use moodline_testkit::{LocalServer, Reply};
use moodline_types::{Cursor, Interval, RawMention};
use proptest::prelude::*;
use url::Url;

use super::*;
use crate::{Page, ParseError, Source, SourceError};

const RSS: &[u8] = include_bytes!("fixtures/rss.xml");
const ATOM: &[u8] = include_bytes!("fixtures/atom.xml");
const RDF: &[u8] = include_bytes!("fixtures/rdf.xml");
const JSON: &[u8] = include_bytes!("fixtures/feed.json");

fn url() -> Url {
    Url::parse("https://shop.example/feeds/all").unwrap()
}

fn read(bytes: &[u8]) -> Vec<RawMention> {
    parse(bytes, &url()).unwrap()
}

fn posted(mention: &RawMention) -> String {
    mention.posted_at.map(|time| time.format("%F %R").to_string()).unwrap_or_default()
}

#[test]
fn rss_entries_prefer_their_full_content() {
    let mentions = read(RSS);
    let first = &mentions[0];
    assert_eq!(first.external_id, "voice-1");
    assert_eq!(first.title.as_deref(), Some("Delivery & care"));
    assert_eq!(first.text, "配送很快👍🏽\n\nSee the photos.\nThanks!");
    assert_eq!(first.url.as_deref(), Some("https://shop.example/voices?id=1&page=2"));
    assert_eq!(first.author.as_deref(), Some("李雷"));
    assert_eq!(posted(first), "2024-04-30 12:15");
}

#[test]
fn an_entry_without_guid_and_date_takes_its_link_and_the_date_of_its_feed() {
    let second = &read(RSS)[1];
    assert_eq!(second.external_id, "https://shop.example/voices/2");
    assert_eq!(second.text, "café & crème");
    assert_eq!(second.author.as_deref(), Some("Hanmeimei"));
    assert_eq!(posted(second), "2024-05-01 08:00");
}

#[test]
fn an_entry_without_words_is_rejected_by_its_number() {
    let document = parse_document(RSS, &url(), None).unwrap();
    assert_eq!((document.mentions.len(), document.rejected.len()), (2, 1));
    assert_eq!(document.rejected[0].line, Some(3));
    assert_eq!(document.feed_language.as_deref(), Some("zh-cn"));
}

#[test]
fn atom_entries_keep_their_latest_version_and_lose_quotations() {
    let mentions = read(ATOM);
    assert_eq!(mentions.len(), 2);
    assert_eq!(mentions[0].title.as_deref(), Some("Refund took ages"));
    assert_eq!(mentions[0].text, "No, three weeks.");
    assert_eq!(mentions[0].url.as_deref(), Some("https://forum.example/t/1"));
    assert_eq!(posted(&mentions[0]), "2024-05-01 10:00");
    assert_eq!(mentions[1].text, "Fits & lasts\n\nBuy again");
    assert_eq!(posted(&mentions[1]), "2024-04-30 08:00");
}

#[test]
fn rdf_and_json_are_feeds_too() {
    let rdf = &read(RDF)[0];
    assert_eq!((rdf.text.as_str(), rdf.author.as_deref()), ("更新してから毎回落ちます。", Some("たろう")));
    assert_eq!(posted(rdf), "2024-05-01 00:00");
    let json = read(JSON);
    assert_eq!((json[0].external_id.as_str(), json[0].text.as_str()), ("41", "Checkout hangs."));
    assert_eq!(json[0].url.as_deref(), Some("https://shop.example/41"));
    assert_eq!((json[1].text.as_str(), json[1].language.as_deref()), ("All good, 5 < 6", Some("en-GB")));
}

#[test]
fn other_encodings_are_read_by_declaration_and_by_the_host_s_word() {
    let feed = "<?xml version='1.0' encoding='gb2312'?><rss><channel><item><guid>1</guid>\
                <description>配送很快</description></item></channel></rss>";
    let (bytes, ..) = encoding_rs::GBK.encode(feed);
    assert_eq!(read(&bytes)[0].text, "配送很快");
    let undeclared = feed.replace(" encoding='gb2312'", "");
    let (bytes, ..) =
        encoding_rs::BIG5.encode("<rss><channel><item><description>外送很快</description></item></channel></rss>");
    assert_eq!(parse_document(&bytes, &url(), Some("big5")).unwrap().mentions[0].text, "外送很快");
    let utf16: Vec<u8> = undeclared.encode_utf16().flat_map(u16::to_be_bytes).collect();
    assert_eq!(read(&utf16)[0].text, "配送很快");
}

#[test]
fn web_pages_and_other_documents_are_told_apart() {
    for bytes in [&b"<!DOCTYPE html><html><body>Hi</body></html>"[..], b"", b"plain words", b"<svg/>", b"{\"a\": 1}"] {
        let error = parse(bytes, &url()).unwrap_err();
        assert!(matches!(error, ParseError::NotAFeed { .. }), "{error}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn any_bytes_can_be_given(bytes: Vec<u8>) {
        let _ = parse(&bytes, &url());
    }

    #[test]
    fn a_damaged_feed_never_panics(which in 0..4_usize, at in 0..2000_usize, length in 0..40_usize, noise: Vec<u8>) {
        let mut bytes = [RSS, ATOM, RDF, JSON][which].to_vec();
        let start = at.min(bytes.len());
        let end = (start + length).min(bytes.len());
        bytes.splice(start..end, noise);
        let _ = parse(&bytes, &url());
    }
}

fn feeds_below(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { feeds_below(&path, files) } else { files.push(path) }
    }
}

#[test]
fn feeds_in_outdated_vocabularies_are_read_and_never_taken_for_empty() {
    let rss_090 = r#"<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://my.netscape.com/rdf/simple/0.9/">
        <channel><title>t</title></channel>
        <item><title>Slow again</title><link>http://example.org/1</link><description>It took an hour.</description></item></rdf:RDF>"#;
    let atom_03 = r#"<feed version="0.3" xmlns="http://purl.org/atom/ns#"><entry><id>tag:example.org,2004:1</id>
        <title>Slow again</title><issued>2004-05-01T08:00:00Z</issued>
        <content type="application/xhtml+xml"><div xmlns="http://www.w3.org/1999/xhtml">It took an hour.</div></content></entry></feed>"#;
    let namespaced = r#"<rss version="2.0" xmlns="http://backend.userland.com/rss2"><channel><title>t</title>
        <item><guid>1</guid><title>Slow again</title><description>It took an hour.</description></item></channel></rss>"#;
    for feed in [rss_090, atom_03, namespaced] {
        let mentions = parse(feed.as_bytes(), &url()).unwrap();
        assert_eq!(mentions.len(), 1, "{feed}");
        assert_eq!((mentions[0].title.as_deref(), mentions[0].text.as_str()), (Some("Slow again"), "It took an hour."));
    }
    assert_eq!(
        parse(atom_03.as_bytes(), &url()).unwrap()[0].posted_at.unwrap().to_rfc3339(),
        "2004-05-01T08:00:00+00:00"
    );
    let unknown = r#"<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://example.org/own">
        <item><title>Slow again</title></item></rdf:RDF>"#;
    assert!(parse(unknown.as_bytes(), &url()).unwrap_err().to_string().contains("1 items"));
}

/// Recorded feeds, broken ones among them, that lie beside the repository where there are any.
#[test]
fn recorded_feeds_are_read() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/fixtures/feeds");
    if !folder.is_dir() {
        eprintln!("no recorded feeds here: skipped");
        return;
    }
    let mut files = Vec::new();
    feeds_below(&folder, &mut files);
    files.sort();
    // Per suite: files, files with entries, entries, files rightly empty, failures.
    let mut table: BTreeMap<String, [usize; 5]> = BTreeMap::new();
    for file in &files {
        let name = file.strip_prefix(&folder).unwrap().display().to_string();
        let suite = name.split(['/', '_']).next().unwrap_or_default().to_owned();
        let row = table.entry(suite).or_default();
        row[0] += 1;
        // No panic may pass: `parse` would turn it into an error that says so.
        match parse_document(&fs::read(file).unwrap(), &url(), None) {
            Ok(document) if document.is_empty() => row[3] += 1,
            Ok(document) => {
                row[1] += 1;
                row[2] += document.len();
            }
            Err(error) => {
                row[4] += 1;
                eprintln!("{name}: {error}");
                assert!(!error.to_string().contains("failed on it"), "{name} made the reader panic");
            }
        }
    }
    for (suite, [files, with, entries, empty, failed]) in &table {
        eprintln!("| {suite} | {files} | {with} | {entries} | {empty} | {failed} |");
    }
    let failures: usize = table.values().map(|row| row[4]).sum();
    let share = 100.0 * (files.len() - failures) as f64 / files.len() as f64;
    eprintln!("{} of {} recorded feeds read ({share:.1} %)", files.len() - failures, files.len());
    assert!(share >= 94.0, "only {share:.1} % of the recorded feeds could be read");
}

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
