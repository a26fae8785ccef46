//! Tickets, comments and ratings, from bytes to mentions.

use proptest::prelude::*;

use super::*;
use crate::support::{broken, mentions, recording};

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
