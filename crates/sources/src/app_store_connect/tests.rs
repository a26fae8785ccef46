//! The API for an app's own publisher, from bytes to mentions.

use moodline_testkit::{LocalServer, Reply};
use moodline_types::SecretText;
use proptest::prelude::*;

use super::{
    source::{AppStoreConnectSource, Key},
    *,
};
use crate::{
    Source, SourceError,
    support::{broken, client, mentions, p256_key, recording, run},
};

const PAGE: &[u8] = include_bytes!("fixtures/page.json");

#[test]
fn a_review_is_its_title_words_and_stars() {
    let step = parse(PAGE, "api").unwrap();
    let first = &mentions(&step)[0];
    assert_eq!(first.external_id, "00000001-aaaa-0001-0001-000000000001");
    assert_eq!(
        (first.title.as_deref(), &*first.text),
        (Some("Lost my basket"), "The basket was empty after signing in.")
    );
    assert_eq!(first.posted_at.unwrap().to_rfc3339(), "2026-05-04T18:19:36+00:00");
    assert_eq!((&*mentions(&step)[1].text, &mentions(&step)[1].author), ("棒", &None), "a lone title is the text");
    assert!(step.next.unwrap().ends_with("customerReviews?cursor=AQ.x&limit=2"));
}

#[test]
fn the_documented_page_is_read() {
    let Some(bytes) = recording("apple-appstore-connect/apple_doc__customerReviews_page.json") else { return };
    let step = parse(&bytes, "api").unwrap();
    assert_eq!((mentions(&step).len(), step.rejected.len()), (1, 0));
    assert!(mentions(&step)[0].rating.is_some() && step.next.is_some());
}

/// Reviews dated today and the days before, two to a page.
fn list(server: &str, path: &str, ids: &[&str]) -> String {
    let from: usize = path.split("cursor=").nth(1).and_then(|cursor| cursor.parse().ok()).unwrap_or(0);
    let now = chrono::Utc::now();
    let review = |id: &&str| {
        let date = now - chrono::TimeDelta::days(20 - i64::from(id.as_bytes()[0] - b'a'));
        serde_json::json!({"type": "customerReviews", "id": id,
            "attributes": {"rating": 4, "body": format!("review {id}"), "createdDate": date.to_rfc3339()}})
    };
    let data: Vec<_> = ids.iter().skip(from).take(2).map(review).collect();
    let next = (from + 2 < ids.len()).then(|| format!("{server}/v1/apps/42/customerReviews?cursor={}", from + 2));
    serde_json::json!({"data": data, "links": {"next": next}}).to_string()
}

fn source(server: &LocalServer) -> AppStoreConnectSource {
    let settings = format!(
        "id = \"app\"\napp = 42\nissuer_id = \"team\"\nkey_id = \"K1\"\nprivate_key = {{ env = \"X\" }}\napi_url = \"{}\"",
        server.url("/")
    );
    let key = Key { issuer: "team".into(), name: "K1".into(), pem: SecretText::new(p256_key()) };
    AppStoreConnectSource::new(toml::from_str(&settings).unwrap(), key, client())
}

#[tokio::test]
async fn all_pages_are_walked_with_a_token_and_what_vanished_is_removed() {
    let server = LocalServer::start(|request| {
        let host = format!("http://{}", request.header("host").unwrap());
        match &*request.path {
            "/v1/customerReviews/c" => Reply::status(404),
            path if request.index < 3 => Reply::ok(list(&host, path, &["e", "d", "c", "b", "a"])),
            path => Reply::ok(list(&host, path, &["f", "e", "d", "b", "a"])),
        }
    })
    .await;
    let first = run(&mut source(&server), None).await.unwrap();
    assert_eq!(first.ids(), ["e", "d", "c", "b", "a"]);
    let received = server.received();
    assert_eq!(received[0].path, "/v1/apps/42/customerReviews?sort=-createdDate&limit=200");
    assert!(received[0].header("authorization").unwrap().starts_with("Bearer ey"));
    let second = run(&mut source(&server), first.cursor).await.unwrap();
    assert_eq!(second.ids(), ["f", "e", "d", "b", "a"], "the last 30 days again, for edits");
    assert_eq!(second.removed, ["c"]);
}

#[tokio::test]
async fn a_walk_that_was_interrupted_goes_on_at_its_page() {
    let server = LocalServer::start(|request| {
        let host = format!("http://{}", request.header("host").unwrap());
        match request.index {
            1 => Reply::status(429).header("Retry-After", "30"),
            _ => Reply::ok(list(&host, &request.path, &["c", "b", "a"])),
        }
    })
    .await;
    let first = source(&server).fetch(None).await.unwrap();
    assert!(first.more);
    let error = source(&server).fetch(first.cursor.as_ref()).await.unwrap_err();
    assert_eq!(error.retry_after(), Some(std::time::Duration::from_secs(30)), "{error}");
    let rest = run(&mut source(&server), first.cursor).await.unwrap();
    assert_eq!(rest.ids(), ["a"]);
}

#[tokio::test]
async fn the_key_goes_to_no_other_host() {
    let server = LocalServer::start(|_| Reply::ok(r#"{"data": [{"id": "a", "attributes": {"body": "x"}}], "links": {"next": "https://elsewhere.example/v1"}}"#)).await;
    let error = run(&mut source(&server), None).await.unwrap_err();
    assert!(matches!(error, SourceError::Other { transient: true, .. }), "{error}");
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(bytes in broken(PAGE)) {
        let _ = parse(&bytes, "api");
    }
}
