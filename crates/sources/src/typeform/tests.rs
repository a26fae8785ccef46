//! Responses, from bytes to mentions.

use moodline_testkit::{LocalServer, Reply};
use moodline_types::SecretText;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::{source::TypeformSource, *};
use crate::{
    Source,
    support::{broken, client, mentions, parameters, recording, run},
};

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

fn source(server: &LocalServer) -> TypeformSource {
    let settings = format!(
        "id = \"form\"\nform = \"fOrM01\"\ntoken = {{ env = \"X\" }}\nmin_interval = \"0s\"\napi_url = \"{}\"",
        server.url("/")
    );
    TypeformSource::new(toml::from_str(&settings).unwrap(), SecretText::new("token-1"), client())
}

/// Responses `numbers`, one a minute.
fn responses(numbers: impl Iterator<Item = u32>) -> Reply {
    let response = |n: u32| {
        let submitted = chrono::DateTime::from_timestamp(1_777_000_000 + i64::from(n) * 60, 0).unwrap();
        json!({"token": format!("t{n}"), "submitted_at": submitted.to_rfc3339(), "answers": [
            {"field": {"id": "q2", "type": "long_text"}, "type": "text", "text": format!("answer {n}")}]})
    };
    Reply::ok(json!({"items": numbers.map(response).collect::<Vec<Value>>()}).to_string())
}

#[tokio::test]
async fn long_histories_come_page_by_page_and_later_runs_bring_what_is_new() {
    let server = LocalServer::start(|request| {
        let asked = parameters(request);
        match (request.path.as_str(), asked.get("after").map(String::as_str), asked.contains_key("since")) {
            ("/forms/fOrM01", ..) => Reply::ok(FORM),
            (_, None, false) => responses(1..=1000),
            (_, Some("t1000"), _) => responses(1001..=1200),
            _ => responses(1161..=1203),
        }
    })
    .await;
    let first = run(&mut source(&server), None).await.unwrap();
    assert_eq!((first.ids().len(), first.ids()[1199]), (1200, "t1200"));
    assert_eq!(server.received()[1].header("authorization"), Some("Bearer token-1"));
    assert!(!server.received()[2].path.contains("sort="), "`after` bears no order");
    let second = run(&mut source(&server), first.cursor).await.unwrap();
    assert_eq!(second.ids().last(), Some(&"t1203"));
    assert_eq!(parameters(&server.received()[4])["since"], "2026-04-24T22:26:40", "40 minutes before the last one");
}

#[tokio::test]
async fn an_interrupted_reading_goes_on_at_its_page() {
    let server = LocalServer::start(|request| {
        match (request.path.as_str(), parameters(request).contains_key("after"), request.index) {
            ("/forms/fOrM01", ..) => Reply::ok(FORM),
            (_, true, 3) => Reply::status(500),
            (_, true, _) => responses(1001..=1005),
            _ => responses(1..=1000),
        }
    })
    .await;
    let first = source(&server).fetch(None).await.unwrap();
    assert!(source(&server).fetch(first.cursor.as_ref()).await.unwrap_err().is_transient());
    let rest = run(&mut source(&server), first.cursor).await.unwrap();
    assert_eq!(rest.ids(), ["t1001", "t1002", "t1003", "t1004", "t1005"]);
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(bytes in prop_oneof![broken(FORM), broken(RESPONSES)]) {
        let form = parse_form(&bytes).unwrap_or_default();
        let _ = parse(&bytes, &form, Choice::default(), "api");
    }
}
