//! Feeds, and APIs described in the settings.

use chrono::DateTime;
use serde_json::{Value, json};

use super::{Kind, PLAIN, iso, json as reply, secret, tagged};
use crate::host::{Question, Shown};

pub(crate) const FEED: Kind = Kind {
    name: "feed",
    settings: "[[feeds]]\nid = \"posts\"\nurl = \"URL/feed\"\n",
    shows: |shown, asked| tagged(rss(shown), asked),
    ..PLAIN
};

pub(super) fn rss(shown: &Shown) -> String {
    let item = |number: i64, text: &str, date: String| {
        format!("<item><guid>{number}</guid><description>{text}</description><pubDate>{date}</pubDate></item>")
    };
    let items: String = shown.posts.iter().map(|post| item(post.number, &post.text, post.at.to_rfc2822())).collect();
    format!("<rss version=\"2.0\"><channel><title>t</title>{items}</channel></rss>")
}

fn items(shown: &Shown) -> Vec<Value> {
    let item = |post: &crate::host::Post| json!({"id": post.number, "body": post.text, "created": iso(post.at)});
    shown.posts.iter().map(item).collect()
}

macro_rules! described {
    ($more:literal) => {
        concat!(
            "[[http]]\nid = \"posts\"\nurl = \"URL/list\"\nitems = \"$.items[*]\"\noverlap = \"12h\"\n",
            "fields = { id = \"$.id\", text = \"$.body\", time = \"$.created\" }\n",
            $more
        )
    };
}

pub(crate) const HTTP_CURSOR: Kind = Kind {
    name: "http by cursor",
    settings: described!("paging = { by = \"cursor\", parameter = \"after\", next = \"$.next\" }\n"),
    asks: |asked| Question::by_token(asked.parameter("after")),
    shows: |shown, asked| tagged(json!({"items": items(shown), "next": shown.token()}).to_string(), asked),
    ..PLAIN
};

pub(crate) const HTTP_PAGE: Kind = Kind {
    name: "http by page",
    settings: described!("paging = { by = \"page\", parameter = \"p\" }\n"),
    asks: |asked| Question::by_number(asked.number("p")),
    shows: |shown, asked| tagged(json!({"items": items(shown)}).to_string(), asked),
    ..PLAIN
};

pub(crate) const HTTP_OFFSET: Kind = Kind {
    name: "http by offset",
    settings: described!("paging = { by = \"offset\", parameter = \"from\" }\n"),
    asks: |asked| Question::NewestFirst { top: None, page: asked.number("from").unwrap_or(0) / 10 },
    shows: |shown, _| reply(&json!({"items": items(shown)})),
    ..PLAIN
};

pub(crate) const HTTP_LINK: Kind = Kind {
    name: "http by link",
    settings: described!("paging = { by = \"link\" }\n"),
    asks: |asked| Question::by_token(asked.parameter("page")),
    shows: |shown, asked| {
        let reply = tagged(json!({"items": items(shown)}).to_string(), asked);
        match shown.token() {
            Some(token) => reply.header("Link", &format!("</list?page={token}>; rel=\"next\"")),
            None => reply,
        }
    },
    ..PLAIN
};

pub(crate) const HTTP_ADDRESS: Kind = Kind {
    name: "http by address",
    settings: described!("paging = { by = \"next-url\", next = \"$.next\" }\n"),
    asks: |asked| Question::by_token(asked.parameter("page")),
    shows: |shown, asked| {
        let next = shown.token().map(|token| asked.address(&format!("/list?page={token}")));
        reply(&json!({"items": items(shown), "next": next}))
    },
    ..PLAIN
};

/// Oldest first, asked by a form, with a token that is granted.
pub(crate) const HTTP_SINCE: Kind = Kind {
    name: "http since",
    settings: described!(
        r#"
        form = { since = "{since}", page = "{token}" }
        order = "oldest-first"
        since = { format = "unix" }
        paging = { by = "cursor", next = "$.next" }
        oauth = { token_url = "URL/token", client_id = "m", client_secret = { file = "secret" }, send = "form" }
        "#
    ),
    secrets: &[("secret", secret)],
    beside: |asked| (asked.path == "/token").then(|| reply(&json!({"access_token": "granted", "expires_in": 3600}))),
    asks: |asked| {
        let since = asked.form("since").and_then(|since| DateTime::from_timestamp(since.parse().ok()?, 0));
        Question::OldestFirst { since, page: asked.form("page").and_then(|page| page.parse().ok()).unwrap_or(1) - 1 }
    },
    shows: |shown, _| reply(&json!({"items": items(shown), "next": shown.number()})),
    has_more_than_a_list: true,
    ..PLAIN
};
