//! Posts, from bytes to mentions.

use proptest::prelude::*;

use super::*;
use crate::support::{broken, mentions, recording};

const PAGE: &[u8] = include_bytes!("fixtures/page.json");

#[test]
fn a_post_keeps_its_first_id_through_edits() {
    let page = parse(PAGE, "api").unwrap();
    let ids: Vec<_> = mentions(&page.step).into_iter().map(|mention| mention.external_id).collect();
    assert_eq!(
        ids,
        ["1900000000000000001", "1900000000000000003", "1900000000000000002"],
        "the older version is passed over"
    );
    assert_eq!(page.newest, Some(1_900_000_000_000_000_004));
    let edited = &mentions(&page.step)[0];
    assert_eq!(edited.text, "@acme the kettle leaks & smells shop.example/kettle");
    assert_eq!((edited.author.as_deref(), edited.language.as_deref()), (Some("77"), Some("en")));
}

#[test]
fn long_posts_are_whole_and_repeats_name_their_original() {
    let mentions = mentions(&parse(PAGE, "api").unwrap().step);
    assert_eq!(mentions[1].canonical_id.as_deref(), Some("x:1899999999999999999"));
    assert_eq!(mentions[1].language, None, "`qme` is no language");
    assert!(mentions[2].text.starts_with("とても長い投稿"));
}

#[test]
fn no_posts_are_an_answer_and_lost_ones_are_named() {
    let none = parse(br#"{"meta": {"result_count": 0}}"#, "api").unwrap();
    assert_eq!((none.step.items.len(), none.newest), (0, None));
    let lost = br#"{"errors": [
        {"resource_id": "5", "type": "https://api.twitter.com/2/problems/resource-not-found"},
        {"resource_id": "6", "type": "https://api.twitter.com/2/problems/not-authorized-for-resource"}]}"#;
    assert_eq!(parse(lost, "api").unwrap().step.removed, ["5"]);
    assert!(parse(b"{}", "api").is_err());
}

#[test]
fn recorded_pages_are_read() {
    let Some(bytes) = recording("x-twitter/bodies/tweepy__test_client_search_recent_tweets.00.GET.200.json") else {
        return;
    };
    let page = parse(&bytes, "api").unwrap();
    assert_eq!((mentions(&page.step).len(), page.newest), (10, Some(1_578_516_068_309_794_817)));
    assert!(page.step.next.is_some());
    let read = |name: &str| {
        let text = String::from_utf8(recording(&format!("x-twitter/{name}")).unwrap()).unwrap();
        mentions(&parse(text.lines().next().unwrap().as_bytes(), name).unwrap().step)
    };
    let edited = read("DocNow__edited_after.jsonl");
    assert_eq!(edited[0].external_id, "1576994746135764992", "the first id of its history");
    assert!(!read("DocNow__many_urls.jsonl").is_empty());
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(bytes in broken(PAGE)) {
        let _ = (parse(&bytes, "api"), refusal(&bytes));
    }
}
