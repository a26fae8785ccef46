//! From the API's answers to mentions, and over HTTP.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use chrono::Utc;
use moodline_testkit::{LocalServer, Received, Reply};
use moodline_types::Cursor;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::parse::{parse, parse_filter};
use crate::{
    SourceError,
    support::{Shelf, broken, build, findings, parameters, path, recorded},
};

const QUESTIONS: &str = include_str!("fixtures/questions.json");

#[test]
fn a_question_brings_its_answers_and_all_comments() {
    let (wrapper, step) = parse(QUESTIONS.as_bytes(), "unix").unwrap();
    let ids: Vec<&str> = step.items.iter().map(|item| item.id.as_str()).collect();
    assert_eq!(ids, ["question/11", "question/13", "answer/12", "comment/90", "comment/91"]);
    assert!(step.items.iter().all(|item| item.mark.unwrap() >= 1_777_629_600_000), "all by the question's activity");
    let said = |place: usize| step.items[place].mention.as_ref().unwrap();
    assert_eq!(
        (said(0).title.as_deref(), said(0).text.as_str()),
        (Some("Why does Acme's client hang?"), "It hangs and I am fed up.")
    );
    assert_eq!(said(0).posted_at.unwrap().timestamp(), 1_777_620_000);
    assert_eq!((said(2).text.as_str(), said(2).author.as_deref()), ("Works for me, love it.", Some("user99")));
    assert_eq!(said(2).url.as_deref(), Some("https://unix.stackexchange.com/a/12"));
    assert_eq!(
        (said(4).text.as_str(), said(4).thread.as_deref()),
        ("Thanks, that \"helped\" not", Some("question/11"))
    );
    assert_eq!(
        (wrapper.has_more, wrapper.pause(), wrapper.quota_remaining),
        (true, Some(Duration::from_secs(3)), Some(250))
    );
    assert_eq!(step.rejected.len(), 1);
}

#[test]
fn sites_have_their_own_hosts() {
    let link = |site: &str| parse(QUESTIONS.as_bytes(), site).unwrap().1.items[2].mention.clone().unwrap().url.unwrap();
    for (site, host) in [
        ("stackoverflow", "stackoverflow.com"),
        ("ru.stackoverflow", "ru.stackoverflow.com"),
        ("meta.unix", "meta.unix.stackexchange.com"),
        ("mathoverflow.net", "mathoverflow.net"),
    ] {
        assert_eq!(link(site), format!("https://{host}/a/12"));
    }
}

#[test]
fn recorded_answers_are_understood() {
    for (name, body) in recorded("stackexchange") {
        let (wrapper, step) = parse(&body, "stackoverflow").unwrap();
        assert!(step.rejected.is_empty() && step.items.len() > 3, "{name}: {:?}", step.rejected);
        assert_eq!(wrapper.quota_remaining, Some(9989), "{name}");
        if name.contains("backoff") {
            assert_eq!(wrapper.pause(), Some(Duration::from_secs(1)), "0.2 seconds are a whole one");
        }
    }
}

#[test]
fn a_whole_site_is_too_much() {
    let findings = findings("[[stackexchange]]\nid = \"se\"\nsite = \"https://unix\"");
    assert!(findings[0].contains("API name") && findings[1].contains("tags or query"), "{findings:?}");
}

proptest! {
    #[test]
    fn no_answer_is_too_broken(body in broken(QUESTIONS)) {
        if let Ok((wrapper, _)) = parse(&body, "unix") {
            let _ = wrapper.pause();
        }
        let _ = parse_filter(&body);
    }
}

#[derive(Debug, Default)]
struct World {
    /// Number, last activity, words; each with one answer.
    questions: Vec<(u64, i64, String)>,
    backoff: Option<u32>,
    quota: u64,
    throttle: bool,
}

impl World {
    fn answer(&self, request: &Received) -> Reply {
        let (path, parameters) = (path(request), parameters(request));
        if self.throttle {
            let message = "too many requests from this IP, more requests available in 77 seconds";
            let body = json!({"error_id": 502, "error_message": message, "error_name": "throttle_violation"});
            return Reply::status(400).body(body.to_string());
        }
        if path == "/2.3/filters/create" {
            assert!(parameters["include"].contains("question.answers"));
            return Reply::ok(
                r#"{"items":[{"filter":"!made","included_fields":[],"filter_type":"safe"}],"has_more":false}"#,
            );
        }
        if let Some(numbers) = path.strip_prefix("/2.3/questions/") {
            let numbers: Vec<u64> =
                numbers.split("%3B").flat_map(|n| n.split(';')).map(|n| n.parse().unwrap()).collect();
            let asked = self.questions.iter().filter(|(id, ..)| numbers.contains(id)).map(question);
            return Reply::ok(json!({"items": asked.collect::<Vec<_>>(), "quota_remaining": self.quota}).to_string());
        }
        assert_eq!((path.as_str(), &*parameters["filter"], &*parameters["order"]), ("/2.3/questions", "!made", "asc"));
        assert_eq!(&*parameters["tagged"], "acme;client");
        let since: i64 = parameters["min"].parse().unwrap();
        let page: usize = parameters["page"].parse().unwrap();
        let mut questions: Vec<_> = self.questions.iter().filter(|(_, at, _)| *at >= since).collect();
        questions.sort_by_key(|(_, at, _)| *at);
        let items: Vec<Value> = questions.iter().skip((page - 1) * 10).take(10).map(|asked| question(asked)).collect();
        let mut body = json!({"items": items, "has_more": questions.len() > page * 10, "quota_remaining": self.quota});
        if let Some(backoff) = self.backoff {
            body["backoff"] = json!(backoff);
        }
        Reply::ok(body.to_string())
    }
}

fn question((id, at, text): &(u64, i64, String)) -> Value {
    json!({"question_id": id, "title": text, "creation_date": at - 60, "last_activity_date": at,
        "answers": [{"answer_id": id + 1000, "creation_date": at - 30, "body": format!("<p>Answer to {text}</p>")}]})
}

async fn world(count: u64) -> (Arc<Mutex<World>>, LocalServer) {
    let now = Utc::now().timestamp();
    let asked = |id| (id, now - 3600 * (count + 1 - id) as i64, format!("Question {id}"));
    let world = World { questions: (1..=count).map(asked).collect(), quota: 9000, ..World::default() };
    let world = Arc::new(Mutex::new(world));
    let answering = Arc::clone(&world);
    let server = LocalServer::start(move |request| answering.lock().unwrap().answer(request)).await;
    (world, server)
}

fn settings(server: &LocalServer) -> String {
    let url = server.url("/2.3/");
    format!("[[stackexchange]]\nid = \"se\"\nsite = \"unix\"\ntags = [\"acme\", \"client\"]\nurl = \"{url}\"")
}

#[tokio::test]
async fn questions_are_read_by_activity_and_an_edit_comes_again() {
    let (world, server) = world(35).await;
    let (mut source, mut shelf) = (build(&settings(&server)), Shelf::default());
    shelf.run_pages(&mut *source, 2).await.unwrap();
    assert_eq!(shelf.mentions.len(), 40);
    shelf.run(&mut *build(&settings(&server))).await.unwrap();
    assert_eq!(shelf.mentions.len(), 70, "an interrupted run goes on where it was");
    {
        let mut world = world.lock().unwrap();
        let now = Utc::now().timestamp();
        (world.questions[3].1, world.questions[3].2) = (now - 5, "Question 4, edited".to_owned());
        world.questions.push((36, now - 4, "Question 36".to_owned()));
    }
    let asked = server.count();
    shelf.run(&mut *source).await.unwrap();
    assert_eq!((shelf.added, shelf.revised, server.count() - asked), (2, 2, 1));
}

#[tokio::test]
async fn the_quota_and_the_pause_asked_for_are_kept() {
    let (world, server) = world(35).await;
    world.lock().unwrap().quota = 40;
    let (mut source, mut shelf) = (build(&settings(&server)), Shelf::default());
    shelf.run(&mut *source).await.unwrap();
    assert_eq!(shelf.pages, 1);
    assert!(shelf.notes[0].contains("40 requests are left"), "{:?}", shelf.notes);

    (world.lock().unwrap().quota, world.lock().unwrap().backoff) = (9000, Some(600));
    shelf.run(&mut *source).await.unwrap();
    assert_eq!(shelf.pages, 1);
    let asked = server.count();
    let error = shelf.run(&mut *source).await.unwrap_err();
    assert!(error.retry_after().unwrap().as_secs() > 590 && server.count() == asked, "{error}");
    // Another process knows nothing of the pause; nothing is lost either way.
    world.lock().unwrap().backoff = None;
    shelf.run(&mut *build(&settings(&server))).await.unwrap();
    assert_eq!(shelf.mentions.len(), 70);
}

#[tokio::test]
async fn a_throttle_names_its_seconds_and_a_bad_question_its_reason() {
    let (world, server) = world(5).await;
    world.lock().unwrap().throttle = true;
    let error = Shelf::default().run(&mut *build(&settings(&server))).await.unwrap_err();
    assert_eq!(error.retry_after().unwrap().as_secs(), 77);

    let bad = r#"{"error_id":400,"error_message":"site","error_name":"bad_parameter"}"#;
    let refusing = LocalServer::start(move |_| Reply::status(400).body(bad)).await;
    let error = Shelf::default().run(&mut *build(&settings(&refusing))).await.unwrap_err();
    assert!(matches!(error, SourceError::Other { transient: false, .. }));
    assert!(error.to_string().contains("bad_parameter: site"), "{error}");
}

#[tokio::test]
async fn what_was_deleted_is_looked_for_once_a_day() {
    let (world, server) = world(15).await;
    let (mut source, mut shelf) = (build(&settings(&server)), Shelf::default());
    shelf.run(&mut *source).await.unwrap();
    world.lock().unwrap().questions.retain(|(id, ..)| *id != 4);
    shelf.run(&mut *source).await.unwrap();
    assert_eq!(shelf.removed.len(), 0, "not yet");
    // A day later.
    let cursor = shelf.cursor.take().unwrap().0;
    let (before, after) = cursor.split_once("\"looked_at\":").unwrap();
    let rest = after.trim_start_matches(|c: char| c.is_ascii_digit());
    shelf.cursor = Some(Cursor(format!("{before}\"looked_at\":0{rest}")));
    shelf.run(&mut *source).await.unwrap();
    shelf.removed.sort();
    assert_eq!(shelf.removed, ["answer/1004", "question/4"], "a question takes its answers along");
}
