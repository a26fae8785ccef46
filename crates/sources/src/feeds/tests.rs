//! Feeds from bytes to mentions.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use moodline_types::RawMention;
use proptest::prelude::*;
use url::Url;

use super::*;
use crate::ParseError;

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
