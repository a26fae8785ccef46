//! From Steam's answers to mentions, and over HTTP.

use std::sync::{Arc, Mutex};

use chrono::Utc;
use moodline_testkit::{LocalServer, Received, Reply};
use moodline_types::Rating;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::parse::{Order, parse};
use crate::support::{Shelf, broken, build, findings, parameters, recorded};

const REVIEWS: &str = include_str!("fixtures/reviews.json");

#[test]
fn a_review_is_its_words_its_thumb_and_its_language() {
    let (step, total) = parse(REVIEWS.as_bytes(), "steam", 440, Order::Updated).unwrap();
    assert_eq!((total, step.next.as_deref(), step.items.len()), (Some(3), Some("AoJ4+/ab=="), 3));
    let first = step.items[0].mention.as_ref().unwrap();
    assert_eq!(first.text, "值得\n\n剧情很好😀\n\n但是闪退");
    assert_eq!((first.language.as_deref(), first.rating), (Some("zh-Hans"), Rating::new(1.0, 0.0, 1.0)));
    assert_eq!(first.posted_at.unwrap().timestamp(), 1_777_629_600);
    assert_eq!(step.items[0].mark, Some(1_777_633_200_000), "listed by its last change");
    let second = step.items[1].mention.as_ref().unwrap();
    assert_eq!((second.external_id.as_str(), second.language.as_deref()), ("900002", None));
    assert_eq!(second.rating, Rating::new(0.0, 0.0, 1.0));
    assert!(step.items[2].mention.is_none(), "a thumb without words is nothing to judge");
}

#[test]
fn a_player_has_one_review_of_a_game() {
    let again = REVIEWS.replace("900001", "900009");
    let read = |body: &str, app| {
        let (step, _) = parse(body.as_bytes(), "steam", app, Order::Created).unwrap();
        step.items[0].mention.clone().unwrap().canonical_id
    };
    assert_eq!(read(REVIEWS, 440), read(&again, 440));
    assert_ne!(read(REVIEWS, 440), read(REVIEWS, 570));
    assert!(!read(REVIEWS, 440).unwrap().contains("70000000000000001"), "a canonical id names nobody");
}

#[test]
fn answers_without_reviews_are_answers() {
    let (step, total) = parse(br#"{"response":{}}"#, "steam", 1, Order::Created).unwrap();
    assert_eq!((step.items.len(), step.next, total), (0, None, None));
    assert!(parse(b"<html>Store</html>", "steam", 1, Order::Created).is_err());
}

#[test]
fn recorded_reviews_are_understood_in_the_new_envelope() {
    for (name, body) in recorded("steam") {
        let body: Value = serde_json::from_slice(&body).unwrap();
        let reviews: Vec<&Value> = body["reviews"].as_object().map(|all| all.values().collect()).unwrap_or_default();
        let envelope = json!({"response": {"reviews": reviews, "cursor": "x"}}).to_string();
        let (step, _) = parse(envelope.as_bytes(), "steam", 1, Order::Created).unwrap();
        assert_eq!((step.items.len(), step.rejected.len()), (reviews.len(), 0), "{name}");
        for mention in step.items.iter().filter_map(|item| item.mention.as_ref()) {
            assert!(mention.rating.is_some() && mention.language.is_some() && !mention.text.contains("[/b]"), "{name}");
        }
    }
}

#[test]
fn an_unknown_language_is_named() {
    let findings = findings("[[steam]]\nid = \"game\"\napp_id = 1\nlanguages = [\"chinese\"]");
    assert!(findings[0].contains("`chinese`"), "{findings:?}");
}

proptest! {
    #[test]
    fn no_answer_is_too_broken(body in broken(REVIEWS)) {
        let _ = parse(&body, "steam", 1, Order::Created);
    }
}

#[derive(Debug, Clone)]
struct Review {
    id: u64,
    created: i64,
    updated: i64,
    text: String,
    voted_up: bool,
}

#[derive(Debug, Default)]
struct World {
    reviews: Vec<Review>,
    /// Answers in a row that wrongly claim the end.
    false_ends: usize,
    refuse: Option<u16>,
}

impl World {
    fn answer(&mut self, request: &Received) -> Reply {
        if let Some(status) = self.refuse {
            return Reply::status(status).header("Retry-After", "9");
        }
        let input: Value = serde_json::from_str(&parameters(request)["input_json"]).unwrap();
        assert_eq!((&input["languages"], &input["filter_offtopic_activity"]), (&json!(["all"]), &json!(false)));
        let cursor = input["cursor"].as_str().unwrap();
        let from: usize = if cursor == "*" { 0 } else { cursor[5..].trim_end_matches('=').parse().unwrap() };
        let mut sorted = self.reviews.clone();
        let by_update = input["filter"] == 2;
        sorted.sort_by_key(|review| {
            std::cmp::Reverse((if by_update { review.updated } else { review.created }, review.id))
        });
        let mut page: Vec<_> = sorted.iter().skip(from).take(10).collect();
        if from > 0 && self.false_ends > 0 {
            self.false_ends -= 1;
            page.clear();
        }
        let reviews: Vec<Value> = page
            .iter()
            .map(|review| {
                json!({"recommendationid": review.id.to_string(), "author": {"steamid": format!("7{}", review.id)},
                    "language": "english", "review": review.text, "timestamp_created": review.created,
                    "timestamp_updated": review.updated, "voted_up": review.voted_up})
            })
            .collect();
        // The last page leads back to itself, as Steam does it.
        let next = format!("AoJ+/{}==", from + reviews.len());
        let mut response = json!({"cursor": next});
        if !reviews.is_empty() {
            response["reviews"] = json!(reviews);
        }
        if cursor == "*" {
            response["total_matching"] = json!(self.reviews.len());
        }
        Reply::ok(json!({"response": response}).to_string())
    }
}

async fn world(count: u64) -> (Arc<Mutex<World>>, LocalServer) {
    let reviews = (1..=count).map(|id| {
        let created = Utc::now().timestamp() - 8 * 3600 * (count as i64 + 1 - id as i64);
        Review { id, created, updated: created, text: format!("Review {id}"), voted_up: true }
    });
    let world = Arc::new(Mutex::new(World { reviews: reviews.collect(), ..World::default() }));
    let answering = Arc::clone(&world);
    let server = LocalServer::start(move |request| answering.lock().unwrap().answer(request)).await;
    (world, server)
}

fn settings(server: &LocalServer) -> String {
    format!("[[steam]]\nid = \"game\"\napp_id = 440\nurl = \"{}\"", server.url("/v1/"))
}

#[tokio::test]
async fn all_reviews_are_read_and_then_what_is_new_or_changed() {
    let (world, server) = world(35).await;
    let (mut source, mut shelf) = (build(&settings(&server)), Shelf::default());
    shelf.run_pages(&mut *source, 2).await.unwrap();
    shelf.run(&mut *build(&settings(&server))).await.unwrap();
    assert_eq!(shelf.mentions.len(), 35, "an interrupted run goes on where it was: {:?}", shelf.notes);
    shelf.run(&mut *source).await.unwrap();
    {
        let mut world = world.lock().unwrap();
        let now = Utc::now().timestamp();
        world.reviews.push(Review { id: 36, created: now - 60, updated: now - 60, text: "New".into(), voted_up: true });
        (world.reviews[2].voted_up, world.reviews[2].updated) = (false, now - 30);
    }
    let asked = server.count();
    shelf.run(&mut *source).await.unwrap();
    assert_eq!((shelf.added, shelf.revised), (1, 1), "an old review with a turned thumb");
    assert_eq!(server.count() - asked, 2, "one page of each list");
}

#[tokio::test]
async fn an_end_that_comes_too_early_is_asked_again_and_then_reported() {
    let (world, server) = world(35).await;
    world.lock().unwrap().false_ends = 3;
    let (mut source, mut shelf) = (build(&settings(&server)), Shelf::default());
    shelf.run(&mut *source).await.unwrap();
    assert_eq!((shelf.mentions.len(), shelf.notes.len()), (35, 0), "{:?}", shelf.notes);

    world.lock().unwrap().false_ends = 100;
    let mut shelf = Shelf::default();
    shelf.run(&mut *source).await.unwrap();
    assert_eq!(shelf.mentions.len(), 10);
    assert!(shelf.notes[0].contains("incomplete: Steam ended the list 25 reviews too early"), "{:?}", shelf.notes);
    world.lock().unwrap().false_ends = 0;
    shelf.run(&mut *source).await.unwrap();
    assert_eq!(shelf.mentions.len(), 35, "the next run reads the rest");
}

#[tokio::test]
async fn a_sudden_nothing_an_unknown_number_and_a_pause_are_told_apart() {
    let (world, server) = world(5).await;
    let (mut source, mut shelf) = (build(&settings(&server)), Shelf::default());
    shelf.run(&mut *source).await.unwrap();
    world.lock().unwrap().reviews.clear();
    shelf.run(&mut *source).await.unwrap();
    assert!(shelf.suspicious && shelf.removed.is_empty(), "{:?}", shelf.notes);
    world.lock().unwrap().refuse = Some(429);
    assert_eq!(shelf.run(&mut *source).await.unwrap_err().retry_after().unwrap().as_secs(), 9);

    let nothing = LocalServer::start(|_| Reply::ok(r#"{"response":{}}"#)).await;
    let error = Shelf::default().run(&mut *build(&settings(&nothing))).await.unwrap_err();
    assert!(error.to_string().contains("is the number right?"), "{error}");
}
