use std::sync::{Arc, Mutex};

use moodline_testkit::{LocalServer, Received, Reply};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::{config::HttpApiConfig, parse::Reading};
use crate::support::{Shelf, broken, build, findings, parameters};

/// A shop's reviews, newest first, in pages of three by cursor.
const REVIEWS: &str = r#"
    [[http]]
    id = "shop"
    url = "URL/reviews?sort=newest"
    items = "$.data.reviews[*]"
    fields = { id = "$.id", text = "$.body", title = "$.title", time = "$.posted", rating = "$.stars", author = "$.by.name", deleted = "$.withdrawn" }
    paging = { by = "cursor", parameter = "after", next = "$.data.next" }
    rating_scale = [1, 5]
    text_format = "html"
    overlap = "0s"
"#;

fn review(n: i64) -> Value {
    let posted = (chrono::Utc::now() - chrono::TimeDelta::hours(1000 - n)).to_rfc3339();
    json!({"id": n, "title": "Fine", "body": format!("<p>review <b>{n}</b> 👍</p>"), "posted": posted, "stars": 4,
           "by": {"name": "lin"}, "withdrawn": false})
}

fn reviews(list: &[Value], request: &Received) -> Reply {
    let from: usize = parameters(request).get("after").map_or(0, |after| after.parse().unwrap());
    let page: Vec<&Value> = list.iter().skip(from).take(3).collect();
    let next = (from + 3 < list.len()).then(|| (from + 3).to_string());
    Reply::ok(json!({"data": {"reviews": page, "next": next}}).to_string())
}

type World = Arc<Mutex<Vec<Value>>>;

async fn world(answer: impl Fn(&[Value], &Received) -> Reply + Send + Sync + 'static) -> (World, LocalServer) {
    let world: World = World::default();
    let kept = Arc::clone(&world);
    let server = LocalServer::start(move |request| answer(&kept.lock().unwrap(), request)).await;
    (world, server)
}

fn settings(text: &str, server: &LocalServer) -> String {
    text.replace("URL", &server.url(""))
}

#[tokio::test]
async fn a_list_by_cursor_is_read_to_its_end_and_then_only_its_news() {
    let (world, server) = world(reviews).await;
    *world.lock().unwrap() = (1..=8).rev().map(review).collect();
    let (mut source, mut shelf) = (build(&settings(REVIEWS, &server)), Shelf::default());
    shelf.run(&mut *source).await.unwrap();
    assert_eq!((shelf.added, shelf.pages), (8, 3));
    let first = &shelf.mentions["1"];
    assert_eq!(
        (first.text.as_str(), first.title.as_deref(), first.author.as_deref()),
        ("review 1 👍", Some("Fine"), Some("lin"))
    );
    assert!((first.rating.unwrap().normalised() - 0.75).abs() < 1e-6);

    world.lock().unwrap().insert(0, review(9));
    shelf.run(&mut *source).await.unwrap();
    assert_eq!((shelf.added, shelf.pages), (1, 1));

    world.lock().unwrap()[0]["withdrawn"] = true.into();
    world.lock().unwrap()[1]["body"] = "changed".into();
    shelf.run(&mut *source).await.unwrap();
    assert_eq!((shelf.removed.as_slice(), shelf.revised), (["9".to_owned()].as_slice(), 1));
}

#[tokio::test]
async fn an_interrupted_walk_goes_on_and_a_forgotten_token_begins_again() {
    let (world, server) = world(|list, request| match parameters(request).get("after").map(String::as_str) {
        Some("6") if list.len() == 14 => Reply::status(410),
        _ => reviews(list, request),
    })
    .await;
    *world.lock().unwrap() = (1..=13).rev().map(review).collect();
    let (mut source, mut shelf) = (build(&settings(REVIEWS, &server)), Shelf::default());
    shelf.run_pages(&mut *source, 2).await.unwrap();
    world.lock().unwrap().insert(0, review(14));
    shelf.run_pages(&mut *source, 1).await.unwrap();
    world.lock().unwrap().insert(0, review(15));
    // The walk under way ends below; what came meanwhile is at the top.
    shelf.run(&mut *source).await.unwrap();
    shelf.run(&mut *source).await.unwrap();
    assert_eq!(shelf.mentions.len(), 15, "{:?}", shelf.mentions.keys());
}

/// Pages by number, offset, `Link` header and address, and a body with the token in it.
#[tokio::test]
async fn every_way_of_paging_reads_everything() {
    let ways = [
        r#"paging = { by = "page", parameter = "p" }"#,
        r#"paging = { by = "offset", parameter = "o" }"#,
        r#"paging = { by = "link" }"#,
        r#"paging = { by = "next-url", next = "$.next" }"#,
        r#"body = '{"query": {"cursor": "{token}"}}'
           paging = { by = "cursor", next = "$.cursor" }"#,
    ];
    for way in ways {
        let (world, server) = world(|list, request| {
            let parameters = parameters(request);
            let number = |name: &str| parameters.get(name).and_then(|value| value.parse::<usize>().ok());
            let body: Value = serde_json::from_slice(&request.body).unwrap_or_default();
            let posted = body["query"]["cursor"].as_u64().map(|cursor| cursor as usize);
            let from = number("p").map(|p| (p - 1) * 2).or(number("o")).or(number("from")).or(posted).unwrap_or(0);
            let page: Vec<&Value> = list.iter().skip(from).take(2).collect();
            let more = from + 2 < list.len();
            let next = more.then(|| format!("/reviews?from={}", from + 2));
            let reply = Reply::ok(json!({"items": page, "next": next, "cursor": more.then_some(from + 2)}).to_string());
            match next {
                Some(next) => reply.header("Link", &format!("<{next}>; rel=\"next\"")),
                None => reply,
            }
        })
        .await;
        *world.lock().unwrap() = (1..=7).rev().map(review).collect();
        let settings = format!(
            "[[http]]\nid = \"shop\"\nurl = \"{}\"\nitems = \"$.items[*]\"\n{way}\n\
             [http.fields]\nid = \"$.id\"\ntext = \"$.body\"\ntime = \"$.posted\"\n",
            server.url("/reviews")
        );
        let (mut source, mut shelf) = (build(&settings), Shelf::default());
        shelf.run(&mut *source).await.unwrap();
        assert_eq!(shelf.mentions.len(), 7, "{way}");
        shelf.run(&mut *source).await.unwrap();
        assert_eq!((shelf.added, shelf.suspicious), (0, false), "{way}: {:?}", shelf.notes);
    }
}

#[tokio::test]
async fn a_list_sorted_oldest_first_is_asked_for_what_came_since() {
    let (world, server) = world(|list, request| {
        let since: i64 = parameters(request)["since"].parse().unwrap();
        let at = |item: &Value| item["posted"].as_str().unwrap().parse::<chrono::DateTime<chrono::Utc>>().unwrap();
        let page: Vec<&Value> = list.iter().filter(|item| at(item).timestamp() >= since).collect();
        Reply::ok(json!(page).to_string())
    })
    .await;
    *world.lock().unwrap() = (1..=4).map(review).collect();
    let text = r#"
        [[http]]
        id = "shop"
        url = "URL/updates"
        items = "$[*]"
        order = "oldest-first"
        since = { parameter = "since", format = "unix" }
        fields = { id = "$.id", text = "$.body", time = "$.posted" }
    "#;
    let (mut source, mut shelf) = (build(&settings(text, &server)), Shelf::default());
    shelf.run(&mut *source).await.unwrap();
    assert_eq!(shelf.added, 4);
    world.lock().unwrap().push(review(5));
    shelf.run(&mut *source).await.unwrap();
    assert_eq!(shelf.added, 1);
    let asked: Vec<i64> =
        server.received().iter().map(|request| parameters(request)["since"].parse().unwrap()).collect();
    assert!(asked[1] > asked[0], "{asked:?}");
}

#[tokio::test]
async fn an_error_in_the_guise_of_success_is_an_error() {
    let server = LocalServer::start(|request| match request.path.split('?').next() {
        Some("/reviews") => Reply::ok(r#"{"error": "quota exceeded"}"#),
        _ => Reply::ok("<html>"),
    })
    .await;
    let error = build(&settings(REVIEWS, &server)).fetch(None).await.unwrap_err().to_string();
    assert!(error.contains("no list at `$.data.reviews`") && error.contains("quota exceeded"), "{error}");
    let page = settings(REVIEWS, &server).replace("/reviews", "/page");
    assert!(build(&page).fetch(None).await.unwrap_err().to_string().contains("JSON"));
}

#[tokio::test]
async fn the_key_goes_where_the_host_wants_it_and_is_never_kept() {
    let server = LocalServer::start(|_| {
        Reply::ok(
            r#"{"data": {"reviews": [{"id": 1, "body": "ok"}], "next": null}, "n": "/reviews?key=a-test-key&page=2"}"#,
        )
    })
    .await;
    for (auth, header) in [
        ("", Some("authorization")),
        ("header = \"X-Key\", prefix = \"Token \", ", Some("x-key")),
        ("user = \"me\", ", Some("authorization")),
        ("query = \"key\", ", None),
    ] {
        // Any file serves as a secret here; its first line is looked for.
        let text = settings(REVIEWS, &server).replace(
            "paging = { by = \"cursor\", parameter = \"after\", next = \"$.data.next\" }",
            "paging = { by = \"next-url\", next = \"$.n\" }",
        ) + &format!("auth = {{ {auth}secret = {{ file = \"src/json_api/testkey\" }} }}\n");
        let mut source = build(&text);
        let page = source.fetch(None).await.unwrap();
        let asked = server.received().pop().unwrap();
        match header {
            Some(name) => assert!(asked.header(name).is_some(), "{auth}"),
            None => assert_eq!(parameters(&asked)["key"], "a-test-key"),
        }
        let kept = page.cursor.unwrap().0;
        assert!(!kept.contains("a-test-key"), "{kept}");
    }
}

#[test]
fn what_cannot_work_is_said_before_anything_is_asked() {
    let bad = r#"
        [[http]]
        id = "bad"
        url = "ftp://example.org"
        items = "$[*]"
        body = "{"
        time_zone = "Peking"
        rating_scale = [1, 1]
        since = { format = "%!" }
        auth = { secret = { env = "A" }, header = "X", query = "y" }
        paging = { by = "page" }
        fields = { id = "$.id", text = "$.text" }
    "#;
    let findings = findings(bad);
    assert_eq!(findings.len(), 10, "{findings:#?}");
    let error = toml::from_str::<HttpApiConfig>("id = \"a\"\nurl = \"https://a.example\"\nitems = \"data[*]\"\n");
    assert!(error.unwrap_err().to_string().contains("begins with $"));
}

#[test]
fn items_are_read_or_set_aside_by_name() {
    let config: HttpApiConfig = toml::from_str(
        r#"
        id = "survey"
        url = "https://a.example"
        items = "$[*]"
        fields = { id = "$.id", text = "$.answers[*]", time = "$.at", rating = "$.csat" }
        rating_scale = [0, 1]
        rating_words = { Good = 1, Bad = 0 }
        time_zone = "Asia/Shanghai"
        "#,
    )
    .unwrap();
    let answer = json!([
        {"id": "a", "answers": ["fast", null, "> quoted\nkind"], "at": 1_767_225_600, "csat": "good"},
        {"id": "b", "answers": ["ok"], "at": "2026-01-01 08:00", "csat": "offered"},
        {"id": "c", "answers": [""], "at": null},
        {"id": "d", "answers": ["ok"], "at": "05/06/2026"},
        {"id": "e", "answers": ["ok"], "csat": 7},
        {"answers": ["ok"]},
        {"id": "f", "answer": "misspelt"},
    ]);
    let step = Reading::new(&config).step(&answer, "here", &|_| String::new()).unwrap();
    let said: Vec<(&str, Option<&str>)> = step
        .items
        .iter()
        .map(|item| (item.id.as_str(), item.mention.as_ref().map(|mention| mention.text.as_str())))
        .collect();
    assert_eq!(said, [("a", Some("fast\n\nkind")), ("b", Some("ok")), ("c", None)]);
    let [a, b] = [0, 1].map(|index| step.items[index].mention.clone().unwrap());
    assert_eq!(a.posted_at, b.posted_at, "08:00 in Shanghai is midnight in UTC");
    assert!(a.rating.is_some() && b.rating.is_none());
    let reasons: Vec<&str> = step.rejected.iter().map(|row| row.reason.as_str()).collect();
    assert_eq!(reasons.len(), 4, "{reasons:?}");
    assert!(reasons[0].contains("time_format") && reasons[1].contains("rating_scale"));
    assert!(reasons[2].contains("no id at `$.id`") && reasons[3].contains("no text at `$.answers[*]`"));
}

proptest! {
    #[test]
    fn no_answer_is_too_broken(body in broken(r#"{"data": {"reviews": [{"id": 1, "title": "t", "body": "b", "posted": "2026-01-01T00:00:00Z", "stars": 4, "by": {"name": "n"}, "withdrawn": false}], "next": "x"}}"#)) {
        let config: toml::Table = toml::from_str(&REVIEWS.replace("URL", "https://a.example")).unwrap();
        let config: HttpApiConfig = config["http"].as_array().unwrap()[0].clone().try_into().unwrap();
        if let Ok(answer) = serde_json::from_slice::<Value>(&body) {
            let _ = Reading::new(&config).step(&answer, "here", &|_| String::new());
        }
    }
}
