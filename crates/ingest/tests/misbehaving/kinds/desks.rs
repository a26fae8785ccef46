//! One's own customers: Zendesk and Typeform.

use chrono::DateTime;
use moodline_testkit::Reply;
use serde_json::{Value, json};

use super::{Kind, PLAIN, iso, json as reply, secret};
use crate::host::{Post, Question, Shown};

/// A cursor that only moves forward: nothing new is an ordinary answer.
pub(crate) const ZENDESK_TICKETS: Kind = Kind {
    name: "Zendesk tickets",
    settings: r#"
        [[zendesk]]
        id = "posts"
        url = "URL/"
        email = "a@shop.example"
        token = { file = "secret" }
        replies = false
        ratings = false
        export_interval = "0s"
    "#,
    secrets: &[("secret", secret)],
    asks: |asked| match asked.parameter("cursor").and_then(|cursor| cursor.split_once('x')) {
        Some((last, _)) => Question::Above(last.parse().unwrap()),
        None => Question::Above(0),
    },
    shows: |shown, asked| {
        let ticket = |post: &Post| {
            json!({"id": post.number, "status": "open", "subject": "", "description": post.text, "requester_id": 5,
                   "submitter_id": 5, "created_at": iso(post.at), "updated_at": iso(post.at)})
        };
        let tickets: Vec<Value> = shown.posts.iter().map(ticket).collect();
        let last = shown.posts.iter().map(|post| post.number).max().map(|last| format!("{last}x"));
        let after = last.or(asked.parameter("cursor").map(str::to_owned));
        reply(&json!({"tickets": tickets, "after_cursor": after, "end_of_stream": !shown.more()}))
    },
    doubts_nothing: false,
    has_places: false,
    ..PLAIN
};

fn list(shown: &Shown, name: &str, item: fn(&Post) -> Value) -> Reply {
    let items: Vec<Value> = shown.posts.iter().map(item).collect();
    reply(&json!({name: items, "meta": {"has_more": shown.more(), "after_cursor": shown.token()}}))
}

/// All of the last month is read in every run.
pub(crate) const ZENDESK_RATINGS: Kind = Kind {
    name: "Zendesk ratings",
    settings: r#"
        [[zendesk]]
        id = "posts"
        url = "URL/"
        token = { file = "secret" }
        tickets = false
    "#,
    asks: |asked| Question::by_token(asked.parameter("page[after]")),
    shows: |shown, _| {
        list(
            shown,
            "satisfaction_ratings",
            |post| json!({"id": post.number, "score": "good", "comment": post.text, "ticket_id": 1, "updated_at": iso(post.at)}),
        )
    },
    doubts_nothing: true,
    has_places: true,
    ..ZENDESK_TICKETS
};

pub(crate) const ZENDESK_SURVEYS: Kind = Kind {
    name: "Zendesk surveys",
    settings: r#"
        [[zendesk]]
        id = "posts"
        url = "URL/"
        token = { file = "secret" }
        tickets = false
        ratings = false
        surveys = true
    "#,
    shows: |shown, _| {
        list(shown, "survey_responses", |post| {
            json!({"id": post.number.to_string(), "answers": [
                {"type": "rating_scale", "rating": 4, "updated_at": iso(post.at)},
                {"type": "open_ended", "value": post.text, "updated_at": iso(post.at)}]})
        })
    },
    ..ZENDESK_RATINGS
};

/// Oldest first, after a response; the overlap is forty minutes.
pub(crate) const TYPEFORM: Kind = Kind {
    name: "Typeform",
    settings: r#"
        [[typeform]]
        id = "posts"
        form = "f1"
        token = { file = "secret" }
        page_size = 10
        min_interval = "0s"
        api_url = "URL/"
    "#,
    seconds: 200,
    secrets: &[("secret", secret)],
    beside: |asked| {
        let question = json!({"id": "q", "title": "Why?", "type": "long_text"});
        (asked.path == "/forms/f1").then(|| reply(&json!({"id": "f1", "fields": [question]})))
    },
    asks: |asked| {
        let since = asked.parameter("since").and_then(|since| DateTime::parse_from_rfc3339(&format!("{since}Z")).ok());
        match asked.parameter("after").and_then(|after| after.trim_start_matches('t').parse().ok()) {
            Some(last) => Question::Above(last),
            None => Question::OldestFirst { since: since.map(|since| since.to_utc()), page: 0 },
        }
    },
    shows: |shown, _| {
        let response = |post: &Post| {
            let answer = json!({"field": {"id": "q", "type": "long_text"}, "type": "text", "text": post.text});
            json!({"token": format!("t{}", post.number), "submitted_at": iso(post.at), "answers": [answer]})
        };
        reply(&json!({"items": shown.posts.iter().map(response).collect::<Vec<_>>()}))
    },
    has_places: false,
    has_more_than_a_list: true,
    ..PLAIN
};
