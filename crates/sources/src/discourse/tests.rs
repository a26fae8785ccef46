//! From a forum's posts to mentions, and over HTTP.

use std::{
    collections::HashSet,
    sync::{Arc, Mutex},
};

use chrono::{SecondsFormat, TimeDelta, Utc};
use moodline_testkit::{LocalServer, Received, Reply};
use proptest::prelude::*;
use serde_json::{Value, json};
use url::Url;

use super::parse::{is_removed, parse, wait};
use crate::support::{Shelf, broken, build, findings, parameters, path, recorded};

const POSTS: &str = include_str!("fixtures/posts.json");

fn forum() -> Url {
    Url::parse("https://forum.example/community/").unwrap()
}

#[test]
fn a_post_is_its_own_words_without_quotations_code_and_boxes() {
    let step = parse(POSTS.as_bytes(), &forum(), &HashSet::new()).unwrap();
    let answer = step.items[0].mention.as_ref().unwrap();
    assert_eq!(answer.text, "No, it crashes :sob:");
    assert_eq!((answer.external_id.as_str(), answer.thread.as_deref(), &answer.title), ("41", Some("7"), &None));
    assert_eq!(answer.url.as_deref(), Some("https://forum.example/community/t/new-release/7/3"));
    let opening = step.items[1].mention.as_ref().unwrap();
    assert_eq!((opening.title.as_deref(), opening.author.as_deref()), (Some("New release"), Some("lin")));
}

#[test]
fn notes_of_the_software_are_passed_over_and_deleted_posts_are_removed() {
    let step = parse(POSTS.as_bytes(), &forum(), &HashSet::new()).unwrap();
    assert_eq!((step.items.len(), step.rejected.len()), (4, 1));
    assert!(step.items[2].mention.is_none() && step.items[3].mention.is_none());
    assert_eq!(step.removed, ["38"]);
    let elsewhere = parse(POSTS.as_bytes(), &forum(), &HashSet::from([6])).unwrap();
    assert!(elsewhere.items.iter().all(|item| item.mention.is_none()), "posts of other categories");
}

#[test]
fn recorded_answers_are_understood() {
    for (name, body) in recorded("discourse") {
        if name.contains("posts_latest") {
            let step = parse(&body, &forum(), &HashSet::new()).unwrap();
            assert!(step.rejected.is_empty() && step.items.len() > 1, "{name}: {:?}", step.rejected);
            assert!(step.items.iter().any(|item| item.mention.is_some()), "{name}");
        } else if name == "discourse__post.json" {
            assert!(!is_removed(&body).unwrap());
        }
    }
}

#[test]
fn a_user_without_a_key_is_a_mistake() {
    let findings = findings("[[discourse]]\nid = \"d\"\nurl = \"https://forum.example\"\napi_username = \"me\"");
    assert!(findings[0].contains("api_username"), "{findings:?}");
}

proptest! {
    #[test]
    fn no_answer_is_too_broken(body in broken(POSTS)) {
        let _ = parse(&body, &forum(), &HashSet::new());
        let _ = (is_removed(&body), wait(&body));
    }
}

#[derive(Debug, Default)]
struct World {
    /// Number and text; every third number was never public.
    posts: Vec<(i64, String)>,
    refuse: Option<u16>,
}

impl World {
    fn answer(&self, request: &Received) -> Reply {
        if let Some(status) = self.refuse {
            let body = r#"{"errors":["Slow down"],"error_type":"rate_limit","extras":{"wait_seconds":4}}"#;
            let reply = Reply::status(status).body(body);
            // Some of their proxies drop the header.
            return if status == 429 { reply } else { reply.header("Retry-After", "4") };
        }
        let path = path(request);
        if let Some(id) = path.strip_prefix("/forum/posts/") {
            let id: i64 = id.trim_end_matches(".json").parse().unwrap();
            let post = self.posts.iter().find(|(number, _)| *number == id);
            return post.map_or(Reply::status(404), |(id, text)| Reply::ok(post_json(*id, text).to_string()));
        }
        assert_eq!(path, "/forum/posts.json");
        let before: i64 = parameters(request).get("before").map_or(i64::MAX, |before| before.parse().unwrap());
        let mut posts: Vec<_> = self.posts.iter().filter(|(id, _)| *id <= before && *id > before - 50).collect();
        if before == i64::MAX {
            posts = self.posts.iter().collect();
        }
        posts.sort_by_key(|(id, _)| -id);
        let listed: Vec<Value> = posts.iter().take(50).map(|(id, text)| post_json(*id, text)).collect();
        Reply::ok(json!({"latest_posts": listed}).to_string())
    }
}

fn post_json(id: i64, text: &str) -> Value {
    let created_at =
        (Utc::now() - TimeDelta::days(60) + TimeDelta::hours(id)).to_rfc3339_opts(SecondsFormat::Millis, true);
    json!({"id": id, "username": "kim", "created_at": created_at, "cooked": format!("<p>{text}</p>"), "topic_id": 1})
}

async fn world(count: i64) -> (Arc<Mutex<World>>, LocalServer) {
    let posts = (1..=count).filter(|id| id % 3 != 0).map(|id| (id, format!("Post {id}"))).collect();
    let world = Arc::new(Mutex::new(World { posts, ..World::default() }));
    let answering = Arc::clone(&world);
    let server = LocalServer::start(move |request| answering.lock().unwrap().answer(request)).await;
    (world, server)
}

fn settings(server: &LocalServer) -> String {
    format!("[[discourse]]\nid = \"d\"\nurl = \"{}\"\noverlap_posts = 60", server.url("/forum"))
}

#[tokio::test]
async fn a_forum_is_read_to_its_first_post_and_then_only_its_latest() {
    let (world, server) = world(400).await;
    let (mut source, mut shelf) = (build(&settings(&server)), Shelf::default());
    shelf.run_pages(&mut *source, 3).await.unwrap();
    shelf.run(&mut *build(&settings(&server))).await.unwrap();
    assert_eq!(shelf.mentions.len(), 267, "an interrupted run goes on where it was: {:?}", shelf.notes);
    let asked = server.count();
    world.lock().unwrap().posts.push((401, "Post 401".to_owned()));
    shelf.run(&mut *source).await.unwrap();
    assert_eq!(shelf.added, 1);
    assert!(server.count() - asked <= 2, "the overlap is 60 numbers, a page 50 posts");
}

#[tokio::test]
async fn a_long_row_of_private_posts_does_not_end_the_walk() {
    let (world, server) = world(400).await;
    world.lock().unwrap().posts.retain(|(id, _)| !(120..=290).contains(id));
    let mut shelf = Shelf::default();
    shelf.run(&mut *build(&settings(&server))).await.unwrap();
    assert_eq!(shelf.mentions.len(), world.lock().unwrap().posts.len());
}

#[tokio::test]
async fn edits_and_deletions_among_the_latest_posts_are_noticed() {
    let (world, server) = world(100).await;
    let (mut source, mut shelf) = (build(&settings(&server)), Shelf::default());
    shelf.run(&mut *source).await.unwrap();
    {
        let mut world = world.lock().unwrap();
        world.posts.retain(|(id, _)| *id != 80);
        world.posts.iter_mut().find(|(id, _)| *id == 82).unwrap().1 = "Better now".into();
    }
    shelf.run(&mut *source).await.unwrap();
    assert_eq!((shelf.revised, &shelf.removed), (1, &vec!["80".to_owned()]));
}

#[tokio::test]
async fn a_forum_that_hides_its_posts_says_what_to_do_and_a_pause_is_passed_on() {
    let (world, server) = world(10).await;
    let mut shelf = Shelf::default();
    world.lock().unwrap().refuse = Some(403);
    // With a waiting time 403 is a pause, without one it is a refusal.
    let error = shelf.run(&mut *build(&settings(&server))).await.unwrap_err();
    assert_eq!(error.retry_after().unwrap().as_secs(), 4);
    world.lock().unwrap().refuse = Some(429);
    let error = shelf.run(&mut *build(&settings(&server))).await.unwrap_err();
    assert_eq!(error.retry_after().unwrap().as_secs(), 4, "the body says it as well");
    let mut source = build(&settings(&server));
    world.lock().unwrap().refuse = Some(404);
    let error = shelf.run(&mut *source).await.unwrap_err().to_string();
    assert!(error.contains("give an api_key, or read") && error.contains("latest.rss"), "{error}");
    world.lock().unwrap().refuse = None;
    shelf.run(&mut *source).await.unwrap();
    assert_eq!(shelf.mentions.len(), 7);
}
