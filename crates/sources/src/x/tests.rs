//! Posts, from bytes to mentions.

use moodline_testkit::{LocalServer, Reply};
use moodline_types::{Cursor, SecretText};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::{source::XSource, *};
use crate::{
    Source, SourceConfig,
    support::{broken, client, mentions, parameters, recording, run},
};

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

fn source(server: &LocalServer, budget: f64) -> XSource {
    let settings = format!(
        "id = \"x\"\nquery = \"kettle OR teapot\"\nmonthly_budget = {budget:?}\nbearer_token = {{ env = \"X\" }}\napi_url = \"{}\"",
        server.url("/")
    );
    XSource::new(toml::from_str(&settings).unwrap(), SecretText::new("bearer-1"), client())
}

/// An id of `minutes` ago.
fn id(minutes: i64) -> i64 {
    (chrono::Utc::now().timestamp_millis() - minutes * 60_000 - 1_288_834_974_657) << 22
}

fn page(ids: &[i64], next: Option<&str>) -> Reply {
    let post = |id: &i64| json!({"id": id.to_string(), "edit_history_tweet_ids": [id.to_string()], "text": format!("post {id}"), "author_id": "7"});
    let data: Vec<Value> = ids.iter().map(post).collect();
    let newest = ids.first().map(i64::to_string);
    let data = if ids.is_empty() { Value::Null } else { data.into() };
    Reply::ok(
        json!({"data": data, "meta": {"result_count": ids.len(), "newest_id": newest, "next_token": next}}).to_string(),
    )
}

#[tokio::test]
async fn the_second_run_asks_for_what_is_newer_alone() {
    let ids = [id(1), id(2), id(3)];
    let server =
        LocalServer::start(move |request| match (parameters(request).contains_key("next_token"), request.index) {
            (false, 0) => page(&ids[..2], Some("p2")),
            (true, _) => page(&ids[2..], None),
            _ => page(&[], None),
        })
        .await;
    let first = run(&mut source(&server, 1.0), None).await.unwrap();
    assert_eq!(first.ids(), ids.map(|id| id.to_string()));
    let asked = parameters(&server.received()[0]);
    assert_eq!((&*asked["query"], &*asked["max_results"]), ("(kettle OR teapot) -is:retweet", "100"));
    let second = run(&mut source(&server, 1.0), first.cursor).await.unwrap();
    assert_eq!((second.ids().len(), second.suspicious), (0, false), "no news is no fault");
    assert_eq!(parameters(&server.received()[2])["since_id"], ids[0].to_string());
}

#[tokio::test]
async fn spending_stops_at_the_budget_and_stays_stopped() {
    let ids: Vec<i64> = (1..=20).map(id).collect();
    let server = LocalServer::start(move |request| match parameters(request).get("next_token") {
        None => page(&ids[..10], Some("p2")),
        Some(_) => page(&ids[10..], Some("p3")),
    })
    .await;
    // 20 posts at half a cent.
    let first = run(&mut source(&server, 0.1), None).await.unwrap();
    assert_eq!((first.ids().len(), server.count()), (20, 2));
    assert!(first.notes[0].contains("spending guard"), "{:?}", first.notes);
    assert_eq!(parameters(&server.received()[1])["max_results"], "10");
    let second = run(&mut source(&server, 0.1), first.cursor).await.unwrap();
    assert_eq!((second.ids().len(), server.count()), (0, 2));
}

#[tokio::test]
async fn a_day_later_deleted_posts_are_found() {
    let ids = [id(1), id(2)];
    let server = LocalServer::start(move |request| match (request.path.starts_with("/2/tweets?"), request.index) {
        (true, _) => Reply::ok(
            json!({"data": [{"id": ids[0].to_string(), "text": "still there"}], "errors": [
                {"resource_id": ids[1].to_string(), "type": "https://api.twitter.com/2/problems/resource-not-found"}]})
            .to_string(),
        ),
        (_, 0) => page(&ids, None),
        _ => page(&[], None),
    })
    .await;
    let first = run(&mut source(&server, 1.0), None).await.unwrap();
    let Cursor(text) = first.cursor.unwrap();
    let mut cursor: Value = serde_json::from_str(&text).unwrap();
    for waiting in cursor["recheck"].as_array_mut().unwrap() {
        waiting[1] = (waiting[1].as_i64().unwrap() - 86_400_000).into();
    }
    let next_day = run(&mut source(&server, 1.0), Some(Cursor(cursor.to_string()))).await.unwrap();
    assert_eq!(next_day.removed, [ids[1].to_string()]);
    let after = run(&mut source(&server, 1.0), next_day.cursor).await.unwrap();
    assert_eq!((after.removed.len(), server.count()), (0, 4), "each post is looked up once");
}

#[tokio::test]
async fn the_cap_of_the_account_is_not_asked_about_every_minute() {
    let server = LocalServer::start(|_| {
        Reply::status(429).body(r#"{"title": "UsageCapExceeded", "detail": "Usage cap exceeded: Monthly product cap"}"#)
    })
    .await;
    let error = source(&server, 1.0).fetch(None).await.unwrap_err();
    assert_eq!(error.retry_after(), Some(std::time::Duration::from_hours(24)));
}

#[tokio::test]
async fn after_a_week_the_search_begins_where_it_can() {
    let old = id(9 * 24 * 60);
    let server =
        LocalServer::start(move |request| if request.index == 0 { page(&[old], None) } else { page(&[id(5)], None) })
            .await;
    let first = run(&mut source(&server, 1.0), None).await.unwrap();
    let late = run(&mut source(&server, 1.0), first.cursor).await.unwrap();
    let asked = parameters(&server.received()[1]);
    assert!(asked.contains_key("start_time") && !asked.contains_key("since_id"));
    assert!(late.notes[0].contains("seven days only"), "{:?}", late.notes);
}

#[test]
fn a_budget_too_small_for_one_request_is_refused() {
    let settings = "id = \"a\"\nquery = \"kettle\"\nmonthly_budget = 0.04\nbearer_token = { env = \"X\" }";
    let config: XConfig = toml::from_str(settings).unwrap();
    assert!(config.findings()[0].contains("8 posts"), "{:?}", config.findings());
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(bytes in broken(PAGE)) {
        let _ = (parse(&bytes, "api"), refusal(&bytes));
    }
}
