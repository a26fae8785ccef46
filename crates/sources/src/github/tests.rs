//! From GitHub's answers to mentions, and over HTTP.

use std::{
    path::Path,
    sync::{Arc, Mutex},
};

use chrono::{DateTime, SecondsFormat, SubsecRound, TimeDelta, Utc};
use moodline_testkit::{LocalServer, Received, Reply};
use moodline_types::Cursor;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::{
    discussions,
    parse::{Wanted, parse_comments, parse_issues},
};
use crate::support::{Shelf, broken, build, findings, parameters, path, recorded, secret};

const ISSUES: &str = include_str!("fixtures/issues.json");
const COMMENTS: &str = include_str!("fixtures/comments.json");
const DISCUSSIONS: &str = include_str!("fixtures/discussions.json");
const PEOPLE: Wanted = Wanted { pull_requests: false, bots: false };

#[test]
fn an_issue_is_its_authors_words_without_quotations_and_code() {
    let step = parse_issues(ISSUES.as_bytes(), "acme/map", PEOPLE).unwrap();
    let issue = step.items[0].mention.as_ref().unwrap();
    assert_eq!(
        (issue.title.as_deref(), issue.text.as_str()),
        (Some("Map crashes 😡"), "It crashes on start. See log.")
    );
    assert_eq!((issue.external_id.as_str(), issue.author.as_deref()), ("issue/7", Some("mei")));
    assert_eq!(issue.posted_at.unwrap().to_rfc3339(), "2026-05-01T10:00:00+00:00");
    assert_eq!(step.items[0].mark, Some("2026-05-02T10:00:00Z".parse::<DateTime<Utc>>().unwrap().timestamp_millis()));
    assert_eq!(step.items[3].mention.as_ref().unwrap().text, "Only a title");
}

#[test]
fn pull_requests_and_programs_are_read_on_request() {
    let kept = |wanted| {
        let step = parse_issues(ISSUES.as_bytes(), "acme/map", wanted).unwrap();
        assert_eq!((step.items.len(), step.rejected.len()), (4, 1));
        step.items.into_iter().filter_map(|item| item.mention).map(|mention| mention.external_id).collect::<Vec<_>>()
    };
    assert_eq!(kept(PEOPLE), ["issue/7", "issue/10"]);
    assert_eq!(kept(Wanted { pull_requests: true, bots: true }).len(), 4);
    let comments = parse_comments(COMMENTS.as_bytes(), "acme/map", PEOPLE).unwrap();
    assert_eq!(comments.items[0].mention.as_ref().unwrap().thread.as_deref(), Some("issue/7"));
    assert!(comments.items[1].mention.is_none(), "a comment on a pull request");
}

#[test]
fn a_discussion_brings_its_comments_and_their_answers() {
    let step = discussions::parse(DISCUSSIONS.as_bytes(), "acme/map", PEOPLE).unwrap().unwrap();
    let said: Vec<_> = step.items.iter().filter_map(|item| item.mention.as_ref()).collect();
    let ids: Vec<&str> = said.iter().map(|mention| mention.external_id.as_str()).collect();
    assert_eq!(ids, ["discussion/3", "discussion-comment/31", "discussion-comment/32"]);
    assert_eq!((said[2].text.as_str(), said[2].thread.as_deref()), ("I do not", Some("discussion/3")));
    assert_eq!((step.next.as_deref(), step.rejected.len()), (Some("Y3Vyc29y"), 1));
    assert!(step.items.windows(2).all(|pair| pair[0].mark == pair[1].mark), "all by the discussion's last change");
    let refusal =
        br#"{"data": {"repository": null}, "errors": [{"type": "NOT_FOUND", "message": "Could not resolve"}]}"#;
    assert_eq!(discussions::parse(refusal, "acme/map", PEOPLE).unwrap().unwrap_err().kind, "NOT_FOUND");
}

#[test]
fn recorded_answers_are_understood() {
    for (name, body) in recorded("github-issues/bodies").into_iter().filter(|(name, _)| !name.contains("meta")) {
        let all = Wanted { pull_requests: true, bots: true };
        let step = if name.contains("comments") {
            parse_comments(&body, "recorded", all)
        } else if name.contains("repository") {
            parse_issues(&body, "recorded", all)
        } else {
            continue;
        };
        let step = step.unwrap();
        assert!(step.rejected.is_empty() && step.items.len() > 1, "{name}: {:?}", step.rejected);
        assert!(step.items.iter().all(|item| item.mention.is_some()), "{name}");
    }
    for (name, body) in recorded("github-issues").into_iter().filter(|(name, _)| name.contains("issue_comments_")) {
        assert_eq!(parse_comments(&body, "recorded", PEOPLE).unwrap().rejected.len(), 0, "{name}");
    }
}

#[test]
fn mistakes_in_the_settings_are_named() {
    let findings = findings("[[github]]\nid = \"g\"\nrepository = \"acme\"\nparts = [\"discussions\"]");
    assert!(findings[0].contains("OWNER/NAME") && findings[1].contains("need a token"), "{findings:?}");
}

proptest! {
    #[test]
    fn no_answer_is_too_broken(issues in broken(ISSUES), comments in broken(COMMENTS), talk in broken(DISCUSSIONS)) {
        for body in [issues, comments, talk] {
            let _ = parse_issues(&body, "acme/map", PEOPLE);
            let _ = parse_comments(&body, "acme/map", PEOPLE);
            let _ = discussions::parse(&body, "acme/map", PEOPLE);
        }
    }
}

#[derive(Debug, Default)]
struct World {
    /// Number, last change, words.
    issues: Vec<(u64, DateTime<Utc>, String)>,
    left: u64,
    secondary: bool,
}

impl World {
    fn answer(&self, request: &Received) -> Reply {
        assert_eq!(request.header("authorization"), Some("Bearer token-1"), "{}", request.path);
        if self.secondary {
            let body = r#"{"message":"You have exceeded a secondary rate limit. Please wait."}"#;
            return Reply::status(403).body(body);
        }
        let path = path(request);
        if path == "/graphql" {
            return self.discussions(request);
        }
        if let Some(number) = path.strip_prefix("/repos/acme/map/issues/").and_then(|rest| rest.parse::<u64>().ok()) {
            return if self.issues.iter().any(|(there, ..)| *there == number) {
                Reply::ok("{}")
            } else {
                Reply::status(410)
            };
        }
        let parameters = parameters(request);
        if parameters["sort"] == "created" {
            let newest = self.issues.iter().rev().map(|(number, at, text)| issue(*number, *at, text));
            return Reply::ok(json!(newest.collect::<Vec<_>>()).to_string());
        }
        assert_eq!((&*parameters["sort"], &*parameters["direction"]), ("updated", "asc"));
        let since: DateTime<Utc> = parameters["since"].parse().unwrap();
        let page: usize = parameters.get("page").map_or(1, |page| page.parse().unwrap());
        let mut issues: Vec<_> = self.issues.iter().filter(|(_, at, _)| *at >= since).collect();
        issues.sort_by_key(|(_, at, _)| *at);
        let listed: Vec<Value> =
            issues.iter().skip((page - 1) * 10).take(10).map(|(number, at, text)| issue(*number, *at, text)).collect();
        let reply = Reply::ok(json!(listed).to_string()).header("X-RateLimit-Remaining", &self.left.to_string());
        if issues.len() <= page * 10 {
            return reply;
        }
        reply.header("Link", &format!("<https://api.github.com/repositories/1/issues?page={}>; rel=\"next\"", page + 1))
    }

    fn discussions(&self, request: &Received) -> Reply {
        let asked: Value = serde_json::from_slice(&request.body).unwrap();
        assert_eq!(asked["variables"]["owner"], "acme");
        let from: usize = asked["variables"]["after"].as_str().map_or(0, |after| after.parse().unwrap());
        let mut talks: Vec<_> = self.issues.iter().collect();
        talks.sort_by_key(|(_, at, _)| std::cmp::Reverse(*at));
        let nodes: Vec<Value> = talks
            .iter()
            .skip(from)
            .take(10)
            .map(|(number, at, text)| {
                let at = at.to_rfc3339_opts(SecondsFormat::Secs, true);
                json!({"number": number, "title": "Title", "body": text, "createdAt": "2026-05-01T10:00:00Z", "updatedAt": at})
            })
            .collect();
        let page = json!({"hasNextPage": talks.len() > from + 10, "endCursor": (from + 10).to_string()});
        Reply::ok(json!({"data": {"repository": {"discussions": {"pageInfo": page, "nodes": nodes}}}}).to_string())
    }
}

/// As an issue and as a comment at once.
fn issue(number: u64, at: DateTime<Utc>, text: &str) -> Value {
    let created = format!("2026-05-01T10:00:{number:02}Z");
    let at = at.to_rfc3339_opts(SecondsFormat::Secs, true);
    json!({"id": number, "number": number, "title": "Title", "body": text, "user": {"login": "mei", "type": "User"},
        "html_url": "https://github.com/acme/map/issues/1", "issue_url": "https://api.github.com/x/issues/1",
        "created_at": created, "updated_at": at})
}

async fn world(count: u64) -> (Arc<Mutex<World>>, LocalServer) {
    let now = Utc::now().trunc_subsecs(0);
    let issue = |n| (n, now - TimeDelta::hours((count + 1 - n) as i64), format!("Words {n}"));
    let world = World { issues: (1..=count).map(issue).collect(), left: 4000, ..World::default() };
    let world = Arc::new(Mutex::new(world));
    let answering = Arc::clone(&world);
    let server = LocalServer::start(move |request| answering.lock().unwrap().answer(request)).await;
    (world, server)
}

fn settings(server: &LocalServer, parts: &str, token: &Path) -> String {
    format!(
        "[[github]]\nid = \"g\"\nrepository = \"acme/map\"\nparts = [{parts}]\ntoken = {{ file = {token:?} }}\nurl = \"{}\"",
        server.url("/")
    )
}

#[tokio::test]
async fn every_part_is_read_once_and_then_what_has_changed() {
    let (world, server) = world(25).await;
    let token = secret("token-1");
    let settings = settings(&server, "\"issues\", \"comments\", \"discussions\"", token.path());
    let (mut source, mut shelf) = (build(&settings), Shelf::default());
    shelf.run_pages(&mut *source, 2).await.unwrap();
    shelf.run(&mut *build(&settings)).await.unwrap();
    assert_eq!(shelf.mentions.len(), 75, "an interrupted run goes on where it was: {:?}", shelf.notes);
    {
        let mut world = world.lock().unwrap();
        world.issues.push((26, Utc::now() - TimeDelta::seconds(5), "Words 26".to_owned()));
        (world.issues[3].1, world.issues[3].2) = (Utc::now() - TimeDelta::seconds(4), "Edited".to_owned());
    }
    let asked = server.count();
    shelf.run(&mut *source).await.unwrap();
    assert_eq!((shelf.added, shelf.revised, server.count() - asked), (3, 3, 3));
}

#[tokio::test]
async fn the_quota_is_left_to_others_and_a_secondary_limit_is_a_pause() {
    let (world, server) = world(25).await;
    world.lock().unwrap().left = 10;
    let token = secret("token-1");
    let settings = settings(&server, "\"issues\"", token.path());
    let (mut source, mut shelf) = (build(&settings), Shelf::default());
    shelf.run(&mut *source).await.unwrap();
    assert_eq!(shelf.pages, 1);
    assert!(shelf.notes[0].contains("10 requests are left"), "{:?}", shelf.notes);
    world.lock().unwrap().secondary = true;
    assert_eq!(shelf.run(&mut *source).await.unwrap_err().retry_after().unwrap().as_secs(), 60);
    (world.lock().unwrap().secondary, world.lock().unwrap().left) = (false, 4000);
    shelf.run(&mut *source).await.unwrap();
    assert_eq!(shelf.mentions.len(), 25, "nothing was lost on the way");
}

#[tokio::test]
async fn what_was_deleted_is_looked_for_once_a_day() {
    let (world, server) = world(25).await;
    let token = secret("token-1");
    let settings = settings(&server, "\"issues\"", token.path());
    let (mut source, mut shelf) = (build(&settings), Shelf::default());
    shelf.run(&mut *source).await.unwrap();
    world.lock().unwrap().issues.retain(|(number, ..)| *number != 20);
    let asked = server.count();
    shelf.run(&mut *source).await.unwrap();
    assert_eq!((shelf.removed.len(), server.count() - asked), (0, 1), "not yet");
    // A day later.
    let cursor = shelf.cursor.take().unwrap().0;
    let (before, after) = cursor.split_once("\"looked_at\":").unwrap();
    let rest = after.trim_start_matches(|c: char| c.is_ascii_digit());
    shelf.cursor = Some(Cursor(format!("{before}\"looked_at\":0{rest}")));
    shelf.run(&mut *source).await.unwrap();
    assert_eq!(shelf.removed, ["issue/20"]);
}
