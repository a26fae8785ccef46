//! How the host is asked: only for what changed, with forms, and with tokens that end.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

use moodline_testkit::{LocalServer, Received, Reply};
use serde_json::{Value, json};

use crate::support::{Shelf, build, findings, parameters, path, secret};

fn item(n: i64) -> Value {
    json!({"id": n, "text": format!("words of {n}"), "at": 1_767_225_600 + 3600 * n})
}

fn settings(server: &LocalServer, more: &str) -> String {
    format!(
        "[[http]]\nid = \"shop\"\nurl = \"{}\"\nitems = \"$.items[*]\"\noverlap = \"0s\"\nhistory_days = 9000\n\
         fields = {{ id = \"$.id\", text = \"$.text\", time = \"$.at\" }}\n{more}\n",
        server.url("/reviews")
    )
}

const BY_CURSOR: &str = r#"paging = { by = "cursor", parameter = "after", next = "$.next" }"#;

/// Pages of two, newest first, each with an `ETag` of its content.
fn page_of_two(newest: i64, request: &Received) -> Reply {
    let from: i64 = parameters(request).get("after").map_or(newest, |after| after.parse().unwrap());
    let items: Vec<Value> = (1..=from).rev().take(2).map(item).collect();
    let tag = format!("\"{from}\"");
    if request.header("if-none-match") == Some(&tag) {
        return Reply::status(304).header("ETag", &tag);
    }
    let next = (from > 2).then(|| (from - 2).to_string());
    Reply::ok(json!({"items": items, "next": next}).to_string()).header("ETag", &tag)
}

#[tokio::test]
async fn a_list_that_was_read_whole_is_asked_whether_it_has_changed() {
    let newest = Arc::new(Mutex::new(5));
    let shown = Arc::clone(&newest);
    let server = LocalServer::start(move |request| page_of_two(*shown.lock().unwrap(), request)).await;
    let (mut source, mut shelf) = (build(&settings(&server, BY_CURSOR)), Shelf::default());
    shelf.run(&mut *source).await.unwrap();
    shelf.run(&mut *source).await.unwrap();
    assert_eq!((shelf.notes.as_slice(), server.count()), (["not modified".to_owned()].as_slice(), 4));
    *newest.lock().unwrap() = 6;
    shelf.run(&mut *source).await.unwrap();
    assert_eq!((shelf.added, shelf.mentions.len()), (1, 6));
    // Other settings read the same answer anew.
    let mut other = build(&settings(&server, BY_CURSOR).replace("\"$.text\"", "\"$['text']\""));
    shelf.run(&mut *other).await.unwrap();
    assert!(shelf.notes.is_empty() && shelf.mentions.len() == 6, "{:?}", shelf.notes);
}

#[tokio::test]
async fn an_unchanged_first_page_hides_nothing_of_a_walk_that_was_cut_off() {
    let broken = Arc::new(AtomicUsize::new(0));
    let breaks = Arc::clone(&broken);
    let server = LocalServer::start(move |request| {
        // The second page of the second walk fails, then leads back to itself.
        match (parameters(request).get("after").map(String::as_str), breaks.load(Ordering::SeqCst)) {
            (Some("7"), 1) => Reply::status(500),
            (Some("7"), 2) => Reply::ok(json!({"items": [item(7)], "next": "7"}).to_string()),
            (_, 0) => page_of_two(3, request),
            _ => page_of_two(9, request),
        }
    })
    .await;
    let (mut source, mut shelf) = (build(&settings(&server, BY_CURSOR)), Shelf::default());
    shelf.run(&mut *source).await.unwrap();
    broken.store(1, Ordering::SeqCst);
    shelf.run(&mut *source).await.unwrap_err();
    broken.store(2, Ordering::SeqCst);
    shelf.run(&mut *source).await.unwrap();
    assert!(shelf.suspicious, "{:?}", shelf.notes);
    broken.store(3, Ordering::SeqCst);
    shelf.run(&mut *source).await.unwrap();
    assert_eq!(shelf.mentions.len(), 9, "{:?}", shelf.mentions.keys());
}

#[tokio::test]
async fn a_form_is_sent_page_by_page() {
    let server = LocalServer::start(|request| {
        assert_eq!(
            (request.method.as_str(), request.header("content-type")),
            ("POST", Some("application/x-www-form-urlencoded"))
        );
        let form: BTreeMap<String, String> = url::form_urlencoded::parse(&request.body).into_owned().collect();
        assert_eq!((form["product"].as_str(), form["from"].as_str()), ("kettle & tea", "2000-01-01"));
        let (items, next) = match form.get("page").map(String::as_str) {
            None => ([item(1), item(2)], Some("b c")),
            Some("b c") => ([item(3), item(4)], None),
            other => panic!("{other:?}"),
        };
        Reply::ok(json!({"items": items, "next": next}).to_string())
    })
    .await;
    let more = r#"
        form = { product = "kettle & tea", page = "{token}", from = "{since}" }
        order = "oldest-first"
        since = { format = "2000-01-01" }
        paging = { by = "cursor", next = "$.next" }
    "#;
    let mut shelf = Shelf::default();
    shelf.run(&mut *build(&settings(&server, more))).await.unwrap();
    assert_eq!(shelf.mentions.len(), 4);
}

/// A host that grants tokens to those who know the secret, and takes each for two requests.
struct Host {
    granted: AtomicUsize,
    asked: AtomicUsize,
    by_form: bool,
}

impl Host {
    fn answer(&self, request: &Received) -> Reply {
        let form: BTreeMap<String, String> = url::form_urlencoded::parse(&request.body).into_owned().collect();
        let field = |name: &str| form.get(name).cloned().unwrap_or_default();
        if path(request) == "/token" {
            let known = if self.by_form {
                field("client_id") == "moodline" && field("client_secret") == "s3cret+/="
            } else {
                request.header("authorization") == Some("Basic bW9vZGxpbmU6czNjcmV0Ky89")
            };
            if !known || field("grant_type") != "client_credentials" || field("scope") != "reviews.read" {
                return Reply::status(401).body(r#"{"error": "invalid_client s3cret+/="}"#);
            }
            let number = self.granted.fetch_add(1, Ordering::SeqCst) + 1;
            return Reply::ok(
                json!({"access_token": format!("token-{number}"), "expires_in": "3600", "token_type": "bearer"})
                    .to_string(),
            );
        }
        let good = format!("Bearer token-{}", self.asked.fetch_add(1, Ordering::SeqCst) / 2 + 1);
        if request.header("authorization") != Some(&good) {
            self.asked.fetch_sub(1, Ordering::SeqCst);
            return Reply::status(401);
        }
        page_of_two(7, request)
    }
}

#[tokio::test]
async fn short_lived_tokens_are_granted_and_granted_again() {
    for by_form in [false, true] {
        let host = Arc::new(Host { granted: AtomicUsize::new(0), asked: AtomicUsize::new(0), by_form });
        let answering = Arc::clone(&host);
        let server = LocalServer::start(move |request| answering.answer(request)).await;
        let file = secret("s3cret+/=");
        let send = if by_form { "form" } else { "header" };
        let more = format!(
            "{BY_CURSOR}\noauth = {{ token_url = \"{}\", client_id = \"moodline\", client_secret = {{ file = {:?} }}, \
             scope = \"reviews.read\", send = \"{send}\" }}",
            server.url("/token"),
            file.path()
        );
        let (mut source, mut shelf) = (build(&settings(&server, &more)), Shelf::default());
        shelf.run(&mut *source).await.unwrap();
        assert_eq!((shelf.mentions.len(), host.granted.load(Ordering::SeqCst)), (7, 2), "{send}");
        let kept = shelf.cursor.unwrap().0;
        assert!(!kept.contains("token-") && !kept.contains("s3cret"), "{kept}");

        let other = if by_form { "header" } else { "form" };
        let mut refused = build(&settings(&server, &more.replace(send, other)));
        let error = moodline_types::error_chain(&refused.fetch(None).await.unwrap_err());
        assert!(error.contains("refused the credentials of source shop") && !error.contains("s3cret"), "{error}");
    }
}

#[test]
fn two_bodies_two_keys_and_an_open_way_for_the_secret_are_mistakes() {
    let bad = r#"
        [[http]]
        id = "bad"
        url = "https://a.example"
        items = "$[*]"
        body = "{}"
        form = { a = "b" }
        auth = { secret = { env = "A" } }
        oauth = { token_url = "http://login.example/token", client_id = "c", client_secret = { env = "B" } }
        fields = { id = "$.id", text = "$.text" }
    "#;
    let findings = findings(bad);
    assert_eq!(findings.len(), 3, "{findings:#?}");
    for (finding, part) in findings.iter().zip(["one body", "auth or oauth", "https address"]) {
        assert!(finding.contains(part), "{finding}");
    }
}
