//! From an instance's lists to mentions, and over HTTP.

use std::sync::{Arc, Mutex};

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use moodline_testkit::{LocalServer, Received, Reply};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::parse::{Languages, is_removed, parse, parse_languages};
use crate::support::{Shelf, broken, build, findings, parameters, path, recorded};

const POSTS: &str = include_str!("fixtures/posts.json");
const COMMENTS: &str = include_str!("fixtures/comments.json");
const SITE: &str = r#"{"all_languages": [{"id": 0, "code": "und", "name": "Undetermined"}, {"id": 37, "code": "en", "name": "English"}]}"#;

fn languages() -> Languages {
    parse_languages(SITE.as_bytes()).unwrap()
}

#[test]
fn posts_are_their_authors_words_with_both_identities() {
    let step = parse(POSTS.as_bytes(), "near", &languages()).unwrap();
    let first = step.items[0].mention.as_ref().unwrap();
    assert_eq!((first.title.as_deref(), first.text.as_str()), (Some("Acme 5 is out"), "It is not. See the log.\n\n😡"));
    assert_eq!(
        (first.external_id.as_str(), first.canonical_id.as_deref()),
        ("post/71", Some("https://far.example/post/9"))
    );
    assert_eq!((first.language.as_deref(), first.author.as_deref()), (Some("en"), Some("https://far.example/u/mei")));
    let second = step.items[1].mention.as_ref().unwrap();
    assert_eq!((second.text.as_str(), &second.language), ("Only a headline", &None));
    assert_eq!(second.posted_at.unwrap().to_rfc3339(), "2026-05-01T09:00:00+00:00", "without a zone it is UTC");
    assert_eq!((&step.removed, step.rejected.len()), (&vec!["post/69".to_owned()], 1));
}

#[test]
fn comments_belong_to_their_post_and_deleted_ones_are_removed() {
    let step = parse(COMMENTS.as_bytes(), "near", &languages()).unwrap();
    let first = step.items[0].mention.as_ref().unwrap();
    assert_eq!((first.text.as_str(), first.thread.as_deref()), ("Same here, three crashes", Some("post/71")));
    assert_eq!(step.removed, ["comment/500"]);
    assert!(step.items[2].mention.is_none(), "what programs write");
}

#[test]
fn one_alone_says_whether_it_is_deleted() {
    assert!(is_removed(br#"{"post_view": {"post": {"id": 1, "deleted": true}}}"#));
    assert!(is_removed(br#"{"comment_view": {"comment": {"id": 1, "removed": true}}}"#));
    assert!(!is_removed(br#"{"post_view": {"post": {"id": 1, "deleted": false}}}"#));
    assert!(!is_removed(b"<html>"));
}

#[test]
fn the_recorded_post_is_understood() {
    for (name, body) in recorded("lemmy") {
        let body = json!({"posts": [serde_json::from_slice::<Value>(&body).unwrap()]}).to_string();
        let step = parse(body.as_bytes(), "recorded", &languages()).unwrap();
        assert!(step.rejected.is_empty() && step.items[0].mention.is_some(), "{name}: {step:?}");
    }
}

#[test]
fn blank_settings_are_mistakes() {
    let findings = findings("[[lemmy]]\nid = \"l\"\nurl = \"https://near.example\"\ncommunity = \"\"\nquery = \" \"");
    assert_eq!(findings.len(), 2, "{findings:?}");
}

proptest! {
    #[test]
    fn no_answer_is_too_broken(posts in broken(POSTS), comments in broken(COMMENTS), site in broken(SITE)) {
        for body in [posts, comments, site] {
            let _ = parse(&body, "near", &languages());
            let _ = parse_languages(&body);
            let _ = is_removed(&body);
        }
    }
}

#[derive(Debug, Default)]
struct World {
    /// Number, time and text of posts; comments come from the same numbers.
    posts: Vec<(i64, DateTime<Utc>, String)>,
    flagged: Vec<i64>,
    refuse: Option<u16>,
}

impl World {
    fn answer(&self, request: &Received) -> Reply {
        if let Some(status) = self.refuse {
            return Reply::status(status).body("{\"error\":\"rate_limit_error\"}");
        }
        let (path, parameters) = (path(request), parameters(request));
        let list = |kind: &str| {
            let page: usize = parameters["page"].parse().unwrap();
            let mut posts: Vec<_> = self.posts.iter().filter(|(id, ..)| !self.flagged.contains(id)).collect();
            posts.sort_by_key(|(_, at, _)| std::cmp::Reverse(*at));
            let views: Vec<Value> = posts.iter().skip((page - 1) * 10).take(10).map(|post| view(kind, post)).collect();
            Reply::ok(json!({format!("{kind}s"): views}).to_string())
        };
        match path.as_str() {
            "/api/v3/site" => Reply::ok(SITE),
            "/api/v3/post/list" => list("post"),
            "/api/v3/comment/list" => list("comment"),
            "/api/v3/post" | "/api/v3/comment" => {
                let id: i64 = parameters["id"].parse().unwrap();
                if self.flagged.contains(&id) {
                    return Reply::ok(
                        r#"{"post_view":{"post":{"deleted":true}},"comment_view":{"comment":{"removed":true}}}"#,
                    );
                }
                Reply::status(404).body("{\"error\":\"couldnt_find_post\"}")
            }
            other => panic!("{other} was asked for"),
        }
    }
}

fn view(kind: &str, (id, at, text): &(i64, DateTime<Utc>, String)) -> Value {
    let published = at.to_rfc3339_opts(SecondsFormat::Micros, true);
    let ap_id = format!("https://near.example/{kind}/{id}");
    json!({kind: {"id": id, "name": text, "content": text, "post_id": 1, "published": published, "ap_id": ap_id},
        "creator": {"name": "kim"}})
}

async fn world(count: i64) -> (Arc<Mutex<World>>, LocalServer) {
    let post = |id| (id, Utc::now() - TimeDelta::hours(2 * (count + 1 - id)), format!("Post {id}"));
    let world = Arc::new(Mutex::new(World { posts: (1..=count).map(post).collect(), ..World::default() }));
    let answering = Arc::clone(&world);
    let server = LocalServer::start(move |request| answering.lock().unwrap().answer(request)).await;
    (world, server)
}

fn settings(server: &LocalServer) -> String {
    format!("[[lemmy]]\nid = \"l\"\nurl = \"{}\"\ncommunity = \"acme\"", server.url("/"))
}

#[tokio::test]
async fn posts_and_comments_are_read_once_and_then_the_last_day() {
    let (world, server) = world(35).await;
    let (mut source, mut shelf) = (build(&settings(&server)), Shelf::default());
    shelf.run_pages(&mut *source, 2).await.unwrap();
    // What comes in meanwhile pushes the pages down.
    world.lock().unwrap().posts.push((36, Utc::now(), "Post 36".to_owned()));
    shelf.run(&mut *build(&settings(&server))).await.unwrap();
    shelf.run(&mut *source).await.unwrap();
    assert_eq!(shelf.mentions.len(), 72, "an interrupted run goes on where it was: {:?}", shelf.notes);
    let asked = server.count();
    shelf.run(&mut *source).await.unwrap();
    assert_eq!((shelf.added, server.count() - asked), (0, 4), "a day is twelve of them: two pages of each");
}

#[tokio::test]
async fn late_posts_edits_and_deletions_are_noticed() {
    let (world, server) = world(35).await;
    let (mut source, mut shelf) = (build(&settings(&server)), Shelf::default());
    shelf.run(&mut *source).await.unwrap();
    {
        let mut world = world.lock().unwrap();
        world.posts.push((99, Utc::now() - TimeDelta::hours(7), "From afar".to_owned()));
        world.posts.iter_mut().find(|(id, ..)| *id == 34).unwrap().2 = "Edited".into();
        world.flagged = vec![30];
        world.posts.retain(|(id, ..)| *id != 31);
    }
    shelf.run(&mut *source).await.unwrap();
    assert_eq!((shelf.added, shelf.revised), (2, 2));
    shelf.removed.sort();
    assert_eq!(shelf.removed, ["comment/30", "comment/31", "post/30", "post/31"]);
}

#[tokio::test]
async fn a_sudden_nothing_is_not_believed_and_a_pause_is_passed_on() {
    let (world, server) = world(5).await;
    let (mut source, mut shelf) = (build(&settings(&server)), Shelf::default());
    shelf.run(&mut *source).await.unwrap();
    world.lock().unwrap().posts.clear();
    shelf.run(&mut *source).await.unwrap();
    assert!(shelf.suspicious && shelf.removed.is_empty(), "{:?}", shelf.notes);
    world.lock().unwrap().refuse = Some(429);
    assert!(shelf.run(&mut *source).await.unwrap_err().retry_after().unwrap().as_secs() >= 1);
}
