//! The unofficial route, from bytes to mentions.

use moodline_testkit::{LocalServer, Reply};
use proptest::prelude::*;

use super::{source::GooglePlayWebSource, *};
use crate::{
    SourceConfig,
    support::{broken, client, mentions, recording, run},
};

const ANSWER: &[u8] = include_bytes!("fixtures/answer.txt");
const BLOCKED: &[u8] = include_bytes!("fixtures/blocked.txt");

#[test]
fn reviews_are_found_between_lengths_and_other_frames() {
    let step = parse(ANSWER, "com.example.kettle", "en").unwrap().unwrap();
    assert_eq!((step.items.len(), mentions(&step).len()), (2, 1), "stars without words say nothing");
    let mention = &mentions(&step)[0];
    assert_eq!((&*mention.text, mention.language.as_deref()), ("Works offline as well", Some("en")));
    assert_eq!((mention.author.as_deref(), mention.rating.unwrap().value), (Some("Kim"), 4.0));
    assert_eq!(step.next.as_deref(), Some("CtgBnext"));
}

#[test]
fn an_answer_with_nothing_in_it_is_told_apart_from_no_reviews() {
    assert_eq!(parse(BLOCKED, "app", "en").unwrap(), None);
    assert!(parse(b"<html>unusual traffic</html>", "app", "en").is_err());
}

#[test]
fn recorded_answers_are_read() {
    let Some(bytes) = recording("google-play/MrAdex77__translate-initial.txt") else { return };
    let step = parse(&bytes, "com.google.android.apps.translate", "en").unwrap().unwrap();
    assert!(step.items.len() >= 100 && mentions(&step).len() * 10 > step.items.len() * 9, "{}", mentions(&step).len());
    assert!(mentions(&step).is_sorted_by_key(|mention| std::cmp::Reverse(mention.posted_at)));
    assert!(step.next.is_some());
    let other = recording("google-play/MrAdex77__batch-chunked.txt").unwrap();
    assert!(parse(&other, "app", "en").is_err(), "the answer to another call");
}

fn source(server: &LocalServer) -> GooglePlayWebSource {
    let settings = format!(
        "id = \"app\"\npackage = \"com.example.kettle\"\nunofficial = true\nlanguage = \"de\"\nmin_interval = \"0s\"\napi_url = \"{}\"",
        server.url("/")
    );
    GooglePlayWebSource::new(toml::from_str(&settings).unwrap(), client())
}

fn answer(ids: &[u32], next: Option<&str>) -> String {
    let review =
        |n: &u32| serde_json::json!([n.to_string(), ["Kim"], 4, null, format!("review {n}"), [n * 100_000, 0], 0]);
    let payload = serde_json::json!([ids.iter().map(review).collect::<Vec<_>>(), [null, next]]).to_string();
    format!(")]}}'\n\n99\n{}\n", serde_json::json!([["wrb.fr", CALL, payload, null, null, null, "generic"]]))
}

#[tokio::test]
async fn pages_are_walked_by_token_and_a_circle_ends() {
    let server = LocalServer::start(|request| {
        let body = String::from_utf8_lossy(&request.body);
        let second = body.contains("page-2");
        Reply::ok(if second { answer(&[2, 1], Some("page-2")) } else { answer(&[4, 3], Some("page-2")) })
    })
    .await;
    let first = run(&mut source(&server), None).await.unwrap();
    assert_eq!((first.ids(), first.suspicious), (vec!["4", "3", "2", "1"], true), "the token repeats itself");
    let received = &server.received()[0];
    assert_eq!((&*received.method, received.path.contains("hl=de&gl=us")), ("POST", true));
}

#[tokio::test]
async fn a_blocked_program_is_told_so_and_keeps_its_place() {
    let server = LocalServer::start(|_| Reply::ok(BLOCKED)).await;
    let blocked = run(&mut source(&server), None).await.unwrap();
    assert!(blocked.suspicious && blocked.cursor.is_none() && blocked.notes[0].contains("blocks"));
}

#[test]
fn it_is_off_unless_switched_on() {
    let config: GooglePlayWebConfig = toml::from_str("id = \"a\"\npackage = \"com.example.kettle\"").unwrap();
    assert!(config.findings()[0].contains("unofficial = true"), "{:?}", config.findings());
    let on = GooglePlayWebConfig { unofficial: true, ..config };
    assert!(on.findings().is_empty());
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = parse(&bytes, "app", "en");
    }

    #[test]
    fn no_review_makes_it_panic(review in broken(r#"[[["id", ["Kim"], 4, null, "text", [100, 0]]], [null, "next"]]"#)) {
        let payload = String::from_utf8_lossy(&review);
        let _ = parse(serde_json::json!([["wrb.fr", CALL, payload]]).to_string().as_bytes(), "app", "en");
    }

    #[test]
    fn no_payload_makes_it_panic(payload in r#"(\[|\]|null|1|,|"a"){0,30}"#) {
        let frame = serde_json::json!([["wrb.fr", CALL, payload]]).to_string();
        let _ = parse(frame.as_bytes(), "app", "en");
    }
}
