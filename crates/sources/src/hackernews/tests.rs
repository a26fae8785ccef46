//! From the index of Hacker News to mentions, and over HTTP.

use std::sync::{Arc, Mutex};

use chrono::Utc;
use moodline_testkit::{LocalServer, Received, Reply};
use moodline_types::Cursor;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::parse::{is_gone, parse};
use crate::{
    keywords::Keywords,
    support::{Shelf, broken, build, findings, parameters, path, recorded},
};

const SEARCH: &str = include_str!("fixtures/search.json");

fn acme() -> Keywords {
    Keywords::new(["acme"])
}

#[test]
fn stories_and_comments_are_read_and_look_alikes_are_not() {
    let (step, total) = parse(SEARCH.as_bytes(), "hn", &acme()).unwrap();
    assert_eq!((total, step.items.len(), step.rejected.len()), (4, 3, 1));
    let comment = step.items[0].mention.as_ref().unwrap();
    assert_eq!(comment.text, "I don't find Acme slow. It's great / fast 🎉\n\nSee https://acme.example/map");
    assert_eq!((comment.author.as_deref(), comment.thread.as_deref()), (Some("lin"), Some("101")));
    assert_eq!(comment.url.as_deref(), Some("https://news.ycombinator.com/item?id=104"));
    assert_eq!(comment.posted_at.unwrap().to_rfc3339(), "2026-05-01T10:00:00+00:00");
    assert!(step.items[1].mention.is_none(), "only begins like the word");
    assert_eq!(step.items[2].mention.as_ref().unwrap().text, "Acme opens its map");
    assert!(step.rejected[0].reason.contains("invalid type: string"), "{:?}", step.rejected);
}

#[test]
fn the_official_api_says_what_is_gone() {
    assert!(is_gone(br#"{"deleted": true, "id": 1, "type": "comment"}"#).unwrap());
    assert!(is_gone(br#"{"dead": true, "id": 1}"#).unwrap());
    assert!(!is_gone(br#"{"id": 1, "text": "still here"}"#).unwrap());
    assert!(!is_gone(b"null").unwrap());
}

#[test]
fn recorded_answers_are_understood() {
    for (name, body) in recorded("hackernews-algolia").into_iter().filter(|(name, _)| name.contains("search_by_date")) {
        let body: Value = serde_json::from_slice(&body).unwrap();
        let body = body.get("reply").unwrap_or(&body).to_string();
        let (step, total) = parse(body.as_bytes(), "hn", &Keywords::new(["a", "the", "i"])).unwrap();
        assert!(total > 0 && step.rejected.is_empty() && step.items.len() == 1, "{name}: {step:?}");
        assert!(step.items[0].mark.is_some_and(|mark| mark > 1_000_000_000), "{name}");
    }
}

#[test]
fn mistakes_in_the_settings_are_named() {
    let findings = findings("[[hackernews]]\nid = \"hn\"\nquery = \"\\\"acme\\\"\"\ntags = []");
    assert!(findings[0].contains("without quotation marks") && findings[1].contains("tags"), "{findings:?}");
}

proptest! {
    #[test]
    fn no_answer_is_too_broken(body in broken(SEARCH)) {
        let _ = parse(&body, "hn", &acme());
        let _ = is_gone(&body);
    }
}

/// Items by id with the time they were posted; the index as Algolia serves it, and the official API.
#[derive(Debug, Default)]
struct World {
    items: Vec<(u64, i64, String)>,
    deleted: Vec<u64>,
    limit: usize,
    refuse: Option<u16>,
}

impl World {
    fn answer(&self, request: &Received) -> Reply {
        if let Some(status) = self.refuse {
            return Reply::status(status).header("Retry-After", "7");
        }
        if let Some(id) = path(request).strip_prefix("/v0/item/") {
            let id: u64 = id.trim_end_matches(".json").parse().unwrap();
            return Reply::ok(json!({"id": id, "deleted": self.deleted.contains(&id)}).to_string());
        }
        let parameters = parameters(request);
        assert_eq!(parameters["query"], "\"acme\"");
        let times: Vec<i64> = parameters["numericFilters"]
            .split(|c: char| !c.is_ascii_digit())
            .filter(|word| word.len() > 5)
            .map(|word| word.parse().unwrap())
            .collect();
        let all: Vec<_> = self.items.iter().filter(|(_, at, _)| (times[0]..times[1]).contains(at)).collect();
        let hit = |(id, at, text): &&(u64, i64, String)| json!({"objectID": id.to_string(), "created_at_i": at, "author": "lin", "comment_text": text, "story_id": 1});
        let hits: Vec<Value> = all.iter().rev().take(self.limit).map(hit).collect();
        // Windows are cut by what the index calls the total.
        let total = if all.len() > self.limit { 1001 } else { all.len() };
        Reply::ok(json!({"hits": hits, "nbHits": total}).to_string())
    }
}

async fn world() -> (Arc<Mutex<World>>, LocalServer) {
    let world = Arc::new(Mutex::new(World { limit: 10, ..World::default() }));
    let answering = Arc::clone(&world);
    let server = LocalServer::start(move |request| answering.lock().unwrap().answer(request)).await;
    (world, server)
}

fn settings(server: &LocalServer) -> String {
    format!(
        "[[hackernews]]\nid = \"hn\"\nquery = \"acme\"\nurl = \"{}\"\nofficial_url = \"{}\"",
        server.url("/api/v1/"),
        server.url("/v0/")
    )
}

fn hours_ago(hours: i64) -> i64 {
    Utc::now().timestamp() - hours * 3600
}

#[tokio::test]
async fn everything_is_read_in_windows_and_then_only_what_is_new() {
    let (world, server) = world().await;
    world.lock().unwrap().items = (1..=45).map(|n| (n, hours_ago(200 - 3 * n as i64), format!("acme {n}"))).collect();
    let (mut source, mut shelf) = (build(&settings(&server)), Shelf::default());
    shelf.run_pages(&mut *source, 5).await.unwrap();
    shelf.run(&mut *build(&settings(&server))).await.unwrap();
    assert_eq!(shelf.mentions.len(), 45, "an interrupted run goes on where it was");

    let asked = server.count();
    world.lock().unwrap().items.push((46, hours_ago(0) - 60, "acme 46".to_owned()));
    shelf.run(&mut *source).await.unwrap();
    assert_eq!((shelf.added, server.count() - asked), (1, 1));
}

#[tokio::test]
async fn late_arrivals_edits_and_deletions_of_the_last_hours_are_noticed() {
    let (world, server) = world().await;
    world.lock().unwrap().items = (1..=5).map(|n| (n, hours_ago(1) + n as i64 * 60, format!("acme {n}"))).collect();
    let (mut source, mut shelf) = (build(&settings(&server)), Shelf::default());
    shelf.run(&mut *source).await.unwrap();
    {
        let mut world = world.lock().unwrap();
        world.items.insert(0, (6, hours_ago(2), "late acme".to_owned()));
        world.items.retain(|(id, ..)| *id != 3 && *id != 4);
        world.items[1].2 = "acme, edited".to_owned();
        world.deleted = vec![3];
    }
    shelf.run(&mut *source).await.unwrap();
    assert_eq!((shelf.added, shelf.revised), (1, 1));
    assert_eq!(shelf.removed, ["3"], "4 has only dropped out of the index");
}

/// The cursor as it is read `hours` later.
fn later(shelf: &mut Shelf, hours: i64) {
    let mut progress: Value = serde_json::from_str(&shelf.cursor.as_ref().unwrap().0).unwrap();
    for time in ["read_to", "reread_at"] {
        progress[time] = (progress[time].as_i64().unwrap() - hours * 3600).into();
    }
    shelf.cursor = Some(Cursor(progress.to_string()));
}

#[tokio::test]
async fn what_the_index_had_not_shown_for_days_is_found_within_a_day() {
    let (world, server) = world().await;
    world.lock().unwrap().items = (1..=5).map(|n| (n, hours_ago(120 - n as i64), format!("acme {n}"))).collect();
    let (mut source, mut shelf) = (build(&settings(&server)), Shelf::default());
    shelf.run(&mut *source).await.unwrap();
    world.lock().unwrap().items.insert(2, (6, hours_ago(100), "acme, shown late".to_owned()));
    shelf.run(&mut *source).await.unwrap();
    assert_eq!(shelf.added, 0, "the ordinary run looks three hours back");
    later(&mut shelf, 25);
    shelf.run(&mut *source).await.unwrap();
    assert_eq!(shelf.added, 1);
}

#[tokio::test]
async fn time_in_which_nobody_fetched_is_read_from_where_the_last_whole_walk_ended() {
    let (world, server) = world().await;
    world.lock().unwrap().items = (1..=45).map(|n| (n, hours_ago(200 - 4 * n as i64), format!("acme {n}"))).collect();
    let (mut source, mut shelf) = (build(&settings(&server)), Shelf::default());
    shelf.run(&mut *source).await.unwrap();
    later(&mut shelf, 15);
    let missed = (46..=75).map(|n| (n, hours_ago(14) + (n as i64 - 46) * 1200, format!("acme {n}")));
    world.lock().unwrap().items.extend(missed);
    shelf.run_pages(&mut *source, 2).await.unwrap();
    let half_way = shelf.mentions.len();
    shelf.run(&mut *build(&settings(&server))).await.unwrap();
    assert!(half_way < 75, "the walk was interrupted");
    assert_eq!(shelf.mentions.len(), 75, "and went on behind the time it had read");
}

#[tokio::test]
async fn a_sudden_nothing_is_not_believed_and_a_pause_is_passed_on() {
    let (world, server) = world().await;
    world.lock().unwrap().items = (1..=5).map(|n| (n, hours_ago(1), format!("acme {n}"))).collect();
    let (mut source, mut shelf) = (build(&settings(&server)), Shelf::default());
    shelf.run(&mut *source).await.unwrap();
    let items = std::mem::take(&mut world.lock().unwrap().items);
    let before = shelf.cursor.clone();
    shelf.run(&mut *source).await.unwrap();
    assert!(shelf.suspicious && shelf.cursor == before && shelf.removed.is_empty(), "{:?}", shelf.notes);

    world.lock().unwrap().refuse = Some(429);
    let error = shelf.run(&mut *source).await.unwrap_err();
    assert_eq!(error.retry_after().unwrap().as_secs(), 7);
    *world.lock().unwrap() = World { items, limit: 10, ..World::default() };
    shelf.run(&mut *build(&settings(&server))).await.unwrap();
    assert_eq!((shelf.mentions.len(), shelf.suspicious), (5, false));
}
