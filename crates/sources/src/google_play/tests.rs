//! The publisher's API, from bytes to mentions.

use moodline_testkit::{LocalServer, Reply};
use moodline_types::{Cursor, SecretText};
use proptest::prelude::*;

use super::{account::Account, source::GooglePlaySource, *};
use crate::{
    Source,
    support::{broken, client, mentions, recording, run},
};

const PAGE: &[u8] = include_bytes!("fixtures/page.json");

#[test]
fn a_review_is_what_the_customer_wrote() {
    let step = parse(PAGE, "com.example.kettle", "api").unwrap();
    let first = &mentions(&step)[0];
    assert_eq!((first.title.as_deref(), &*first.text), (Some("Too slow"), "It takes a minute to open."));
    assert_eq!((first.language.as_deref(), &first.author), (Some("en-GB"), &None));
    assert_eq!(first.posted_at.unwrap().timestamp(), 1_777_888_800);
    assert!(
        first.url.as_deref().unwrap().ends_with("?id=com.example.kettle&reviewId=4f9c0001-0000-4000-8000-000000000001")
    );
    let second = &mentions(&step)[1];
    assert_eq!((&second.title, &*second.text), (&None, "Muy fácil de usar"), "the words before translation");
    assert_eq!(mentions(&step).len(), 2, "a developer's reply is no review");
    assert_eq!(step.next.as_deref(), Some("page-2"));
}

#[test]
fn the_page_after_the_last_may_be_missing_in_every_way() {
    for last in
        [r"{}", r#"{"reviews": []}"#, r#"{"tokenPagination": null}"#, r#"{"tokenPagination": {"nextPageToken": null}}"#]
    {
        let step = parse(last.as_bytes(), "app", "api").unwrap();
        assert_eq!((step.items.len(), step.next), (0, None), "{last}");
    }
}

#[test]
fn a_recorded_review_is_read() {
    let Some(review) = recording("google-play-official/urbandroid__review_2017.json") else { return };
    let review: serde_json::Value = serde_json::from_slice(&review).unwrap();
    let page = serde_json::json!({"reviews": [review]}).to_string();
    let step = parse(page.as_bytes(), "app", "api").unwrap();
    let mention = &mentions(&step)[0];
    assert_eq!((mention.language.as_deref(), mention.rating.unwrap().value), (Some("en-US"), 3.0));
    assert!(mention.external_id.starts_with("gp:") && mention.text.ends_with("default setting"));
}

fn key_file(token_uri: &str) -> SecretText {
    let key = include_str!("fixtures/test-key.pem");
    let file = serde_json::json!({
        "type": "service_account", "client_email": "reader@project.example", "private_key": key,
        "private_key_id": "k1", "token_uri": token_uri,
    });
    SecretText::new(file.to_string())
}

fn source(server: &LocalServer) -> GooglePlaySource {
    let settings = format!(
        "id = \"app\"\npackage = \"com.example.kettle\"\nservice_account = {{ env = \"X\" }}\napi_url = \"{}\"",
        server.url("/")
    );
    let account = Account::read(&key_file(&server.url("/token"))).unwrap();
    GooglePlaySource::new(toml::from_str(&settings).unwrap(), account, client())
}

fn reviews(ids: &[(&str, i64)], next: Option<&str>) -> String {
    let review = |(id, seconds): &(&str, i64)| {
        serde_json::json!({"reviewId": id, "comments": [{"userComment": {
            "text": format!("\treview {id} at {seconds}"), "starRating": 4, "lastModified": {"seconds": seconds.to_string()}}}]})
    };
    let reviews: Vec<_> = ids.iter().map(review).collect();
    serde_json::json!({"reviews": reviews, "tokenPagination": {"nextPageToken": next}}).to_string()
}

#[tokio::test]
async fn a_token_is_granted_once_and_the_walk_ends_at_what_was_read() {
    let server = LocalServer::start(|request| match (&*request.path, request.index) {
        ("/token", _) => Reply::ok(r#"{"access_token": "granted-1", "expires_in": 3600, "token_type": "Bearer"}"#),
        (path, 0..=2) if path.contains("&token=p2") => Reply::ok(reviews(&[("b", 200_000), ("a", 100_000)], None)),
        (_, 0..=2) => Reply::ok(reviews(&[("d", 400_000), ("c", 300_000)], Some("p2"))),
        _ => Reply::ok(reviews(&[("b", 500_000), ("d", 400_000), ("c", 300_000)], Some("p2"))),
    })
    .await;
    let first = run(&mut source(&server), None).await.unwrap();
    assert_eq!(first.ids(), ["d", "c", "b", "a"]);
    let received = server.received();
    let form = String::from_utf8(received[0].body.clone()).unwrap();
    assert!(
        form.starts_with("grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&assertion=ey"),
        "{form}"
    );
    assert_eq!(received[1].path, "/androidpublisher/v3/applications/com.example.kettle/reviews?maxResults=100");
    assert_eq!(received[2].header("authorization"), Some("Bearer granted-1"));
    let second = run(&mut source(&server), first.cursor).await.unwrap();
    assert_eq!(second.ids(), ["b", "d", "c"], "an edited review comes first again");
    assert_eq!(second.mentions[0].text, "review b at 500000");
    assert_eq!(server.count(), 5);
}

#[tokio::test]
async fn a_week_without_reading_is_a_gap() {
    let server = LocalServer::start(|request| match &*request.path {
        "/token" => Reply::ok(r#"{"access_token": "granted-1", "expires_in": 3600}"#),
        _ => Reply::ok(reviews(&[("a", 100_000)], None)),
    })
    .await;
    let first = run(&mut source(&server), None).await.unwrap();
    assert!(first.notes.is_empty());
    let Cursor(text) = first.cursor.unwrap();
    let mut cursor: serde_json::Value = serde_json::from_str(&text).unwrap();
    cursor["completed"] = (cursor["completed"].as_i64().unwrap() - 8 * 86_400_000).into();
    let late = run(&mut source(&server), Some(Cursor(cursor.to_string()))).await.unwrap();
    assert!(late.notes[0].contains("more than a week"), "{:?}", late.notes);
}

#[tokio::test]
async fn a_refused_token_is_not_used_again() {
    let server = LocalServer::start(|request| match (&*request.path, request.index) {
        ("/token", index) => Reply::ok(format!(r#"{{"access_token": "granted-{index}", "expires_in": 3600}}"#)),
        (_, 1) => Reply::status(401),
        _ => Reply::ok(reviews(&[], None)),
    })
    .await;
    let mut source = source(&server);
    assert!(source.fetch(None).await.unwrap_err().to_string().contains("refused the credentials"));
    source.fetch(None).await.unwrap();
    assert_eq!(server.received()[3].header("authorization"), Some("Bearer granted-2"));
}

#[test]
fn a_file_that_is_no_service_account_is_refused_without_being_shown() {
    for file in ["hunter2", r#"{"client_email": "a", "private_key": "hunter2", "token_uri": "https://t.example"}"#] {
        let error = Account::read(&SecretText::new(file)).unwrap_err();
        assert!(!error.contains("hunter2"), "{error}");
    }
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(bytes in broken(PAGE)) {
        let _ = parse(&bytes, "app", "api");
    }
}
