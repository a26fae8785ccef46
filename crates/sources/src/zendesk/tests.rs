//! Tickets, comments and ratings, from bytes to mentions.

use std::time::Duration;

use moodline_testkit::{LocalServer, Reply};
use moodline_types::SecretText;
use proptest::prelude::*;
use serde_json::json;

use super::{
    source::{Access, ZendeskSource},
    *,
};
use crate::{
    Source,
    support::{broken, client, mentions, parameters, recording, run},
};

const EXPORT: &[u8] = include_bytes!("fixtures/export.json");
const COMMENTS: &[u8] = include_bytes!("fixtures/comments.json");
const RATINGS: &[u8] = include_bytes!("fixtures/ratings.json");
const SURVEYS: &[u8] = include_bytes!("fixtures/surveys.json");
const BASE: &str = "https://shop.zendesk.com/";

#[test]
fn a_ticket_is_what_its_requester_wrote() {
    let export = parse_export(EXPORT, BASE).unwrap();
    let [ticket] = &mentions(&export.step)[..] else { panic!("one customer's ticket") };
    assert_eq!((&*ticket.external_id, ticket.title.as_deref()), ("ticket/28", Some("Where is my order")));
    assert_eq!(ticket.text, "It is a week late.", "without the signature");
    assert_eq!(ticket.url.as_deref(), Some("https://shop.zendesk.com/agent/tickets/28"));
    assert_eq!(export.step.removed, ["ticket/27"]);
    assert_eq!((export.step.next.as_deref(), export.end), (Some("MTc3Nw=="), true));
    assert_eq!(export.tickets[0], Ticket { id: 28, requester: 501, created: 1_777_910_262 });
}

#[test]
fn agents_and_private_notes_are_not_the_customer() {
    let ticket = Ticket { id: 28, requester: 501, created: 1_777_910_262 };
    let step = parse_comments(COMMENTS, &ticket, BASE).unwrap();
    let read = mentions(&step);
    let texts: Vec<_> = read.iter().map(|mention| (&*mention.external_id, &*mention.text)).collect();
    assert_eq!(texts, [("ticket/28/comment/1004", "Still nothing!")]);
    assert_eq!(mentions(&step)[0].thread.as_deref(), Some("ticket/28"));
    assert_eq!(step.next, None, "the link stands there even on the last page");
}

#[test]
fn ratings_and_surveys_count_where_somebody_wrote_something() {
    let ratings = parse_ratings(RATINGS, BASE).unwrap();
    let [bad] = &mentions(&ratings)[..] else { panic!("one comment") };
    assert_eq!((&*bad.text, bad.rating.unwrap().normalised()), ("Nobody ever called back.", 0.0));
    assert_eq!((bad.thread.as_deref(), ratings.next.as_deref()), (Some("ticket/28"), Some("ratings-2")));
    let surveys = parse_surveys(SURVEYS, BASE).unwrap();
    let [survey] = &mentions(&surveys)[..] else { panic!("one comment") };
    assert_eq!((&*survey.text, survey.rating.unwrap().value), ("It took four mails.", 2.0));
    assert_eq!((&*survey.external_id, surveys.next), ("survey/01AAAA", None));
}

#[test]
fn recorded_pages_are_read() {
    let page =
        |n| recording(&format!("zendesk/bodies/facetoe__TicketsIncrementalTest.test_get_values.0{n}.GET.200.json"));
    let Some(bytes) = page(1) else { return };
    let export = parse_export(&bytes, BASE).unwrap();
    assert_eq!((export.step.rejected.len(), export.end), (0, true));
    assert!(!export.step.removed.is_empty());
    assert_eq!(export.tickets.len() + export.step.removed.len(), 87);
    assert!(!parse_export(&page(3).unwrap(), BASE).unwrap().end);
    let recorded: serde_json::Value =
        serde_json::from_slice(&recording("zendesk/NangoHQ__ticket-comments.test.json").unwrap()).unwrap();
    let comments = recorded["api"]["get"]["/api/v2/tickets/1/comments"]["response"].to_string();
    let agent = Ticket { id: 1, requester: 46_406_145_565_073, created: 0 };
    let step = parse_comments(comments.as_bytes(), &agent, BASE).unwrap();
    assert_eq!((mentions(&step).len(), step.next), (3, None), "another person wrote the first");
}

fn source(server: &LocalServer, more: &str) -> ZendeskSource {
    let settings = format!(
        "id = \"desk\"\nurl = \"{}\"\nemail = \"a@shop.example\"\ntoken = {{ env = \"X\" }}\nexport_interval = \"0s\"\n{more}",
        server.url("/")
    );
    let access = Access { email: Some("a@shop.example".into()), token: SecretText::new("token-1") };
    ZendeskSource::new(toml::from_str(&settings).unwrap(), access, client())
}

fn export(tickets: &[serde_json::Value], after: &str, end: bool) -> Reply {
    Reply::ok(json!({"tickets": tickets, "after_cursor": after, "end_of_stream": end}).to_string())
}

fn ticket(id: u64, status: &str) -> serde_json::Value {
    json!({"id": id, "status": status, "subject": "Late", "description": format!("It is late {id}."), "requester_id": 501, "submitter_id": 501,
        "created_at": "2026-05-04T15:57:42Z", "updated_at": "2026-05-04T16:00:00Z"})
}

#[tokio::test]
async fn tickets_come_with_their_customers_later_messages_and_go_with_them() {
    let server = LocalServer::start(|request| {
        let asked = parameters(request);
        match (request.path.split('?').next().unwrap(), asked.get("cursor").map(String::as_str)) {
            ("/api/v2/incremental/tickets/cursor.json", None) => export(&[ticket(28, "open")], "c1", false),
            ("/api/v2/incremental/tickets/cursor.json", Some("c1")) => export(&[ticket(30, "new")], "c2", true),
            ("/api/v2/incremental/tickets/cursor.json", _) => export(&[ticket(28, "deleted")], "c3", true),
            ("/api/v2/tickets/28/comments.json", _) => Reply::ok(COMMENTS),
            _ => Reply::status(404),
        }
    })
    .await;
    let first = run(&mut source(&server, "ratings = false"), None).await.unwrap();
    assert_eq!(first.ids(), ["ticket/28", "ticket/28/comment/1004", "ticket/30"]);
    let received = server.received();
    assert!(parameters(&received[0])["start_time"].parse::<i64>().unwrap() > 1_700_000_000);
    assert!(received[0].header("authorization").unwrap().starts_with("Basic "));
    let second = run(&mut source(&server, "ratings = false"), first.cursor).await.unwrap();
    assert_eq!(second.removed, ["ticket/28", "ticket/28/comment/1004"]);
}

#[tokio::test]
async fn an_interrupted_export_goes_on_where_it_was() {
    let server =
        LocalServer::start(|request| match (parameters(request).get("cursor").map(String::as_str), request.index) {
            (_, 1) => Reply::status(429).header("Retry-After", "20"),
            (None, _) => export(&[ticket(28, "open")], "c1", false),
            _ => export(&[ticket(30, "open")], "c2", true),
        })
        .await;
    let settings = "ratings = false\nreplies = false";
    let first = source(&server, settings).fetch(None).await.unwrap();
    assert!(first.more);
    let error = source(&server, settings).fetch(first.cursor.as_ref()).await.unwrap_err();
    assert_eq!(error.retry_after(), Some(Duration::from_secs(20)));
    let rest = run(&mut source(&server, settings), first.cursor).await.unwrap();
    assert_eq!(rest.ids(), ["ticket/30"]);
}

#[tokio::test]
async fn ratings_and_surveys_of_the_last_month_are_read_again() {
    let server = LocalServer::start(|request| {
        match (request.path.split('?').next().unwrap(), parameters(request).get("page[after]")) {
            ("/api/v2/satisfaction_ratings.json", None) => Reply::ok(RATINGS),
            ("/api/v2/satisfaction_ratings.json", Some(_)) => {
                Reply::ok(r#"{"satisfaction_ratings": [], "meta": {"has_more": false}}"#)
            }
            _ => Reply::ok(SURVEYS),
        }
    })
    .await;
    let settings = "tickets = false\nsurveys = true";
    let first = run(&mut source(&server, settings), None).await.unwrap();
    assert_eq!(first.ids(), ["rating/7001", "survey/01AAAA"]);
    let second = run(&mut source(&server, settings), first.cursor).await.unwrap();
    assert_eq!(second.ids(), ["rating/7001", "survey/01AAAA"], "a rating may have been changed");
    let since = |index: usize, name: &str| parameters(&server.received()[index])[name].parse::<i64>().unwrap();
    let days = (since(3, "start_time") - since(0, "start_time")) / 86_400;
    assert_eq!(days, 60, "30 instead of 90 days back");
    assert_eq!(since(5, "filter[created_at_start]") / 1_000_000_000_000, 1, "in milliseconds");
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(
        bytes in prop_oneof![broken(EXPORT), broken(COMMENTS), broken(RATINGS), broken(SURVEYS)]
    ) {
        let ticket = Ticket { id: 28, requester: 501, created: 0 };
        let _ = (parse_export(&bytes, BASE), parse_comments(&bytes, &ticket, BASE));
        let _ = (parse_ratings(&bytes, BASE), parse_surveys(&bytes, BASE));
    }
}
