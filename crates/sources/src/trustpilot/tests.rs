//! Reviews of a business, from bytes to mentions.

use proptest::prelude::*;

use super::*;
use crate::support::{broken, mentions, recording};

const PAGE: &[u8] = include_bytes!("fixtures/page.json");

#[test]
fn a_review_is_its_words_and_stars_without_the_reply() {
    let step = parse(PAGE, "api").unwrap();
    let first = &mentions(&step)[0];
    assert_eq!(first.text, "Delivery took three weeks and nobody answered my mails.");
    assert_eq!((&first.title, first.language.as_deref()), (&None, Some("en")), "the title is cut from the text");
    assert_eq!((first.author.as_deref(), first.rating.unwrap().value), (Some("c1"), 1.0));
    assert_eq!(mentions(&step)[1].title.as_deref(), Some("Prima"));
    assert_eq!((step.items.len(), step.rejected.len()), (2, 1));
}

#[test]
fn a_recorded_review_is_read() {
    let Some(bytes) = recording("trustpilot/lindar-open__trustpilot-review-events.json") else { return };
    let events: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
    let page = serde_json::json!({"reviews": [events["events"][0]["eventData"]]}).to_string();
    let step = parse(page.as_bytes(), "api").unwrap();
    let mention = &mentions(&step)[0];
    assert_eq!((mention.rating.unwrap().value, mention.language.as_deref()), (4.0, Some("en")));
    assert_eq!(mention.title, None);
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(bytes in broken(PAGE)) {
        let _ = (parse(&bytes, "api"), parse_unit(&bytes));
    }
}
