//! Reviews of a business, from bytes to mentions.

use moodline_testkit::{LocalServer, Reply};
use moodline_types::SecretText;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::{source::TrustpilotSource, *};
use crate::{
    Source,
    support::{broken, client, mentions, parameters, recording, run},
};

const PAGE: &[u8] = include_bytes!("fixtures/page.json");

#[test]
fn a_review_is_its_words_and_stars_without_the_reply() {
    let step = parse(PAGE, "api").unwrap();
    let first = &mentions(&step)[0];
    assert_eq!(first.text, "Delivery took three weeks and nobody answered my mails.");
    assert_eq!((&first.title, first.language.as_deref()), (&None, Some("en")), "the title is cut from the text");
    assert_eq!((first.author.as_deref(), first.rating.unwrap().value), (Some("c1"), 1.0));
    assert_eq!(mentions(&step)[1].title.as_deref(), Some("Prima"));
    assert_eq!((step.items.len(), step.rejected.len()), (2, 1));
}

#[test]
fn a_recorded_review_is_read() {
    let Some(bytes) = recording("trustpilot/lindar-open__trustpilot-review-events.json") else { return };
    let events: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
    let page = serde_json::json!({"reviews": [events["events"][0]["eventData"]]}).to_string();
    let step = parse(page.as_bytes(), "api").unwrap();
    let mention = &mentions(&step)[0];
    assert_eq!((mention.rating.unwrap().value, mention.language.as_deref()), (4.0, Some("en")));
    assert_eq!(mention.title, None);
}

fn source(server: &LocalServer) -> TrustpilotSource {
    let settings = format!(
        "id = \"tp\"\ndomain = \"shop.example\"\napi_key = {{ env = \"X\" }}\napi_url = \"{}\"",
        server.url("/")
    );
    TrustpilotSource::new(toml::from_str(&settings).unwrap(), SecretText::new("key-1"), client())
}

/// Reviews `numbers`, one a day; the highest is of today.
fn reviews(numbers: impl Iterator<Item = u32>, text: &str) -> Reply {
    let review = |n: u32| {
        let created = chrono::Utc::now() - chrono::TimeDelta::days(i64::from(250_u32.saturating_sub(n)));
        json!({"id": format!("r{n}"), "stars": 2, "text": format!("{text} {n}"), "createdAt": created.to_rfc3339(), "consumer": {"id": "c"}})
    };
    Reply::ok(json!({"reviews": numbers.map(review).collect::<Vec<Value>>()}).to_string())
}

#[tokio::test]
async fn pages_are_counted_and_a_later_run_ends_early() {
    let server = LocalServer::start(|request| match (&*request.path, parameters(request).get("page")) {
        ("/v1/business-units/find?name=shop.example", _) => Reply::ok(r#"{"id": "unit1", "displayName": "Shop"}"#),
        (path, Some(page)) if path.starts_with("/v1/business-units/unit1/reviews") => {
            let before = (page.parse::<u32>().unwrap() - 1) * 100;
            reviews((1..=250 - before).rev().take(100), "review")
        }
        _ => Reply::status(404),
    })
    .await;
    let first = run(&mut source(&server), None).await.unwrap();
    assert_eq!((first.ids().len(), server.count()), (250, 4));
    assert_eq!(server.received()[1].header("apikey"), Some("key-1"));
    let second = run(&mut source(&server), first.cursor).await.unwrap();
    assert_eq!((second.ids().len(), server.count()), (100, 6), "one page reaches what was read");
    assert!(second.removed.is_empty());
}

#[tokio::test]
async fn a_deleted_review_is_removed_and_an_edited_one_read_again() {
    let server = LocalServer::start(|request| match &*request.path {
        path if path.starts_with("/v1/business-units/find") => Reply::ok(r#"{"id": "unit1"}"#),
        "/v1/reviews/r248" => Reply::status(404),
        _ if request.index < 3 => reviews([250, 249, 248, 100].into_iter(), "review"),
        _ => reviews([250, 249, 247, 100].into_iter(), "edited"),
    })
    .await;
    let first = run(&mut source(&server), None).await.unwrap();
    assert_eq!(first.ids(), ["r250", "r249", "r248", "r100"]);
    let mut source = source(&server);
    let second = run(&mut source, first.cursor).await.unwrap();
    let third = run(&mut source, second.cursor).await.unwrap();
    assert_eq!(third.mentions[0].text, "edited 250");
    assert_eq!([second.removed, third.removed].concat(), ["r248"]);
}

#[tokio::test]
async fn a_refused_key_is_said_without_being_shown() {
    let server = LocalServer::start(|_| Reply::status(403).body("no access with key-1")).await;
    let error = source(&server).fetch(None).await.unwrap_err().to_string();
    assert!(error.contains("refused the credentials of source tp") && !error.contains("key-1"), "{error}");
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(bytes in broken(PAGE)) {
        let _ = (parse(&bytes, "api"), parse_unit(&bytes));
    }
}
