//! From hashtag timelines to mentions, and over HTTP.

use std::sync::{Arc, Mutex};

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use moodline_testkit::{LocalServer, Received, Reply};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::parse::{Authors, parse};
use crate::{
    SourceError,
    support::{Shelf, broken, build, findings, parameters, path, recorded},
};

const TIMELINE: &str = include_str!("fixtures/timeline.json");
const PEOPLE: Authors = Authors { bots: false };

#[test]
fn a_post_is_its_words_and_has_two_identities() {
    let step = parse(TIMELINE.as_bytes(), "near", PEOPLE).unwrap();
    let first = step.items[0].mention.as_ref().unwrap();
    assert_eq!(first.text, "@kim 客服太慢了 :sad_blob:\n第三天 😡 #acme acme.example/help");
    assert_eq!(first.external_id, "114000000000000003");
    assert_eq!(first.canonical_id.as_deref(), Some("https://far.example/users/mei/statuses/77"));
    assert_eq!((first.author.as_deref(), first.language.as_deref()), (Some("https://far.example/@mei"), Some("zh-CN")));
    let second = step.items[1].mention.as_ref().unwrap();
    assert_eq!(
        (second.title.as_deref(), second.text.as_str()),
        (Some("billing rant"), "Charged twice. #acme\nleave\nstay")
    );
    assert_eq!(second.url.as_deref(), Some("https://near.example/users/kim/statuses/2"));
}

#[test]
fn programs_and_those_who_ask_to_be_left_out_are_passed_over() {
    let step = parse(TIMELINE.as_bytes(), "near", PEOPLE).unwrap();
    assert_eq!(step.items.iter().filter(|item| item.mention.is_some()).count(), 2);
    assert_eq!((step.items.len(), step.rejected.len()), (4, 1));
    let with_bots = parse(TIMELINE.as_bytes(), "near", Authors { bots: true }).unwrap();
    assert!(with_bots.items[2].mention.is_some() && with_bots.items[3].mention.is_none());
}

#[test]
fn recorded_timelines_are_understood() {
    for (name, body) in recorded("mastodon/bodies") {
        let is_timeline = ["timeline", "hashtag_tl", "next_previous"].iter().any(|part| name.contains(part));
        if !is_timeline || name.contains("meta") || !body.starts_with(b"[") {
            continue;
        }
        let listed: Vec<Value> = serde_json::from_slice(&body).unwrap();
        let step = parse(&body, "recorded", Authors { bots: true }).unwrap();
        assert_eq!((step.items.len(), step.rejected.len()), (listed.len(), 0), "{name}: {:?}", step.rejected);
        for mention in step.items.iter().filter_map(|item| item.mention.as_ref()) {
            assert!(mention.canonical_id.is_some() && !mention.text.contains("</"), "{name}: {}", mention.text);
        }
    }
}

#[test]
fn a_hashtag_is_written_without_its_mark() {
    let findings = findings("[[mastodon]]\nid = \"m\"\nurl = \"https://near.example\"\ntags = [\"#acme\"]");
    assert!(findings[0].contains("without #"), "{findings:?}");
}

proptest! {
    #[test]
    fn no_answer_is_too_broken(body in broken(TIMELINE)) {
        let _ = parse(&body, "near", PEOPLE);
    }
}

#[derive(Debug, Clone)]
struct Post {
    id: u64,
    at: DateTime<Utc>,
    text: String,
}

#[derive(Debug, Default)]
struct World {
    posts: Vec<Post>,
    /// Posts that have lost the hashtag, but are still there.
    untagged: Vec<u64>,
    refuse: Option<u16>,
}

impl World {
    fn answer(&self, request: &Received) -> Reply {
        if let Some(status) = self.refuse {
            return Reply::status(status).header("Retry-After", "3").body("{\"error\":\"not for you\"}");
        }
        let path = path(request);
        if let Some(id) = path.strip_prefix("/api/v1/statuses/") {
            let id: u64 = id.parse().unwrap();
            let there = self.untagged.contains(&id) || self.posts.iter().any(|post| post.id == id);
            return if there { Reply::ok("{}") } else { Reply::status(404).body("{\"error\":\"Record not found\"}") };
        }
        assert!(path.starts_with("/api/v1/timelines/tag/"), "{path}");
        let below: u64 = parameters(request).get("max_id").map_or(u64::MAX, |id| id.parse().unwrap());
        let mut posts: Vec<_> = self.posts.iter().filter(|post| post.id < below).collect();
        posts.sort_by_key(|post| std::cmp::Reverse(post.id));
        posts.truncate(10);
        let Some(last) = posts.last() else { return Reply::ok("[]") };
        let next = format!("<http://elsewhere.invalid{path}?max_id={}&limit=40>; rel=\"next\"", last.id);
        let statuses: Vec<Value> = posts
            .iter()
            .map(|post| {
                json!({"id": post.id.to_string(), "created_at": post.at.to_rfc3339_opts(SecondsFormat::Millis, true),
                    "uri": format!("https://near.example/statuses/{}", post.id), "content": format!("<p>{}</p>", post.text),
                    "account": {"acct": "kim"}})
            })
            .collect();
        Reply::ok(json!(statuses).to_string()).header("Link", &next)
    }
}

/// Posts half an hour apart, their ids by their time as snowflakes are.
async fn world(count: u64) -> (Arc<Mutex<World>>, LocalServer) {
    let post = |n: u64| Post {
        id: 1000 * n,
        at: Utc::now() - TimeDelta::minutes(30 * (count as i64 + 1 - n as i64)),
        text: format!("Post {n} #acme"),
    };
    let world = Arc::new(Mutex::new(World { posts: (1..=count).map(post).collect(), ..World::default() }));
    let answering = Arc::clone(&world);
    let server = LocalServer::start(move |request| answering.lock().unwrap().answer(request)).await;
    (world, server)
}

fn settings(server: &LocalServer) -> String {
    format!("[[mastodon]]\nid = \"m\"\nurl = \"{}\"\ntags = [\"acme\"]", server.url("/"))
}

#[tokio::test]
async fn a_hashtag_is_read_to_its_end_once_and_then_only_its_last_hours() {
    let (_, server) = world(45).await;
    let (mut source, mut shelf) = (build(&settings(&server)), Shelf::default());
    shelf.run_pages(&mut *source, 2).await.unwrap();
    assert_eq!(shelf.mentions.len(), 20);
    shelf.run(&mut *build(&settings(&server))).await.unwrap();
    assert_eq!(shelf.mentions.len(), 45, "an interrupted run goes on where it was");
    let asked = server.count();
    shelf.run(&mut *source).await.unwrap();
    assert_eq!((shelf.added, server.count() - asked), (0, 2), "six hours are twelve posts");
}

#[tokio::test]
async fn late_posts_edits_and_deletions_are_noticed() {
    let (world, server) = world(45).await;
    let (mut source, mut shelf) = (build(&settings(&server)), Shelf::default());
    shelf.run(&mut *source).await.unwrap();
    {
        let mut world = world.lock().unwrap();
        let late = Post { id: 41_500, at: Utc::now() - TimeDelta::minutes(135), text: "From afar #acme".into() };
        world.posts.insert(0, late);
        world.posts.iter_mut().find(|post| post.id == 44_000).unwrap().text = "Edited #acme".into();
        world.posts.retain(|post| post.id != 42_000 && post.id != 43_000);
        world.untagged = vec![43_000];
    }
    shelf.run(&mut *source).await.unwrap();
    assert_eq!((shelf.added, shelf.revised), (1, 1));
    assert_eq!(shelf.removed, ["42000"], "a post that only lost its hashtag stays");
}

#[tokio::test]
async fn a_server_that_shows_nothing_is_not_a_hashtag_without_posts() {
    let (world, server) = world(5).await;
    let (mut source, mut shelf) = (build(&settings(&server)), Shelf::default());
    shelf.run(&mut *source).await.unwrap();
    world.lock().unwrap().posts.clear();
    shelf.run(&mut *source).await.unwrap();
    assert!(shelf.suspicious && shelf.removed.is_empty(), "{:?}", shelf.notes);
    world.lock().unwrap().refuse = Some(422);
    let error = shelf.run(&mut *source).await.unwrap_err();
    assert!(matches!(error, SourceError::Refused { status: 422, .. }), "{error}");
    world.lock().unwrap().refuse = Some(429);
    assert_eq!(shelf.run(&mut *source).await.unwrap_err().retry_after().unwrap().as_secs(), 3);
}
