//! Responses, from bytes to mentions.

use proptest::prelude::*;

use super::*;
use crate::support::{broken, mentions, recording};

const FORM: &[u8] = include_bytes!("fixtures/form.json");
const RESPONSES: &[u8] = include_bytes!("fixtures/responses.json");

#[test]
fn a_response_is_its_long_answers_and_the_first_rating() {
    let form = parse_form(FORM).unwrap();
    let page = parse(RESPONSES, &form, Choice::default(), "api").unwrap();
    let [mention] = &mentions(&page)[..] else { panic!("one response with words") };
    assert_eq!(mention.text, "Die Lieferung kam zu spät.\n\nVerpackung kaputt.", "names are not asked for sentences");
    assert_eq!(mention.rating.map(|rating| (rating.value, rating.worst, rating.best)), Some((3.0, 0.0, 10.0)));
    assert_eq!(mention.language.as_deref(), Some("de"));
    assert_eq!((page.items.len(), page.items[2].mark), (3, Some(1_777_885_620_000)));
}

#[test]
fn the_settings_may_name_the_questions() {
    let form = parse_form(FORM).unwrap();
    let text = ["Ihr Name".to_owned()];
    let page = parse(RESPONSES, &form, Choice { text: &text, rating: Some("stars") }, "api").unwrap();
    let mention = &mentions(&page)[0];
    assert_eq!((&*mention.text, mention.rating.unwrap().best), ("Sam", 5.0));
}

#[test]
fn scales_are_those_of_the_form() {
    let form = parse_form(FORM).unwrap();
    assert_eq!(form.questions["q5"].scale, Some([0.0, 6.0]));
    assert_eq!(form.questions["q4"].scale, Some([1.0, 5.0]));
    assert_eq!(form.questions["q2"].scale, None);
}

#[test]
fn recorded_answers_are_read() {
    let Some(bytes) = recording("typeform/NangoHQ__get-form.test.json") else { return };
    let record: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
    let form = record["api"]["get"]["/forms/WMpBq4vc"]["response"].to_string();
    assert_eq!(parse_form(form.as_bytes()).unwrap().questions.len(), 1);
    let bytes = recording("typeform/NangoHQ__list-responses.test.json").unwrap();
    let record: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
    let responses = record["api"]["get"]["/forms/WMpBq4vc/responses"]["response"].to_string();
    let page = parse(responses.as_bytes(), &Form::default(), Choice::default(), "api").unwrap();
    assert_eq!(page.items.len(), 0);
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(bytes in prop_oneof![broken(FORM), broken(RESPONSES)]) {
        let form = parse_form(&bytes).unwrap_or_default();
        let _ = parse(&bytes, &form, Choice::default(), "api");
    }
}
