//! Forums: Discourse, Lemmy, Stack Exchange, GitHub.

use chrono::{DateTime, Utc};
use moodline_testkit::Reply;
use serde_json::{Value, json};

use super::{Kind, PLAIN, iso, json as reply, secret};
use crate::host::{Asked, Post, Question, Shown};

/// Asked for what stands below a post.
pub(crate) const DISCOURSE: Kind = Kind {
    name: "Discourse",
    settings: "[[discourse]]\nid = \"posts\"\nurl = \"URL/forum\"\noverlap_posts = 12\n",
    beside: |asked| {
        let id = asked.path.strip_prefix("/forum/posts/")?.strip_suffix(".json")?.parse().ok()?;
        Some(reply(&post_json(id, "there", Utc::now())))
    },
    asks: |asked| asked.number("before").map_or(Question::Below(i64::MAX), |before| Question::Below(before + 1)),
    shows: |shown, _| {
        let posts: Vec<Value> = shown.posts.iter().map(|post| post_json(post.number, &post.text, post.at)).collect();
        reply(&json!({"latest_posts": posts}))
    },
    has_places: false,
    ..PLAIN
};

fn post_json(id: i64, text: &str, at: DateTime<Utc>) -> Value {
    json!({"id": id, "username": "kim", "created_at": iso(at), "cooked": format!("<p>{text}</p>"), "topic_id": 1})
}

/// Pages have numbers; there are posts, and no comments.
pub(crate) const LEMMY: Kind = Kind {
    name: "Lemmy",
    settings: "[[lemmy]]\nid = \"posts\"\nurl = \"URL\"\ncommunity = \"acme\"\noverlap = \"12h\"\n",
    beside: |asked| match asked.path {
        "/api/v3/site" => Some(reply(&json!({"all_languages": []}))),
        "/api/v3/comment/list" => Some(reply(&json!({"comments": []}))),
        "/api/v3/post" => Some(reply(&json!({"post_view": {"post": {"deleted": false}}}))),
        _ => None,
    },
    asks: |asked| Question::by_number(asked.number("page")),
    shows: |shown, _| {
        let view = |post: &Post| {
            json!({"post": {"id": post.number, "name": post.text, "published": iso(post.at),
                   "ap_id": format!("https://near.example/post/{}", post.number)}, "creator": {"name": "kim"}})
        };
        reply(&json!({"posts": shown.posts.iter().map(view).collect::<Vec<_>>()}))
    },
    has_more_than_a_list: true,
    ..PLAIN
};

fn since(asked: &Asked<'_>, since: Option<DateTime<Utc>>) -> Question {
    Question::OldestFirst { since, page: asked.number("page").unwrap_or(1) - 1 }
}

/// Everything since a time, oldest first, in numbered pages; the overlap is ten minutes.
pub(crate) const STACKEXCHANGE: Kind = Kind {
    name: "Stack Exchange",
    settings: "[[stackexchange]]\nid = \"posts\"\nsite = \"unix\"\ntags = [\"acme\"]\nurl = \"URL/2.3/\"\n",
    seconds: 50,
    beside: |asked| (asked.path == "/2.3/filters/create").then(|| reply(&json!({"items": [{"filter": "!made"}]}))),
    asks: |asked| since(asked, asked.number("min").and_then(|min| DateTime::from_timestamp(min, 0))),
    shows: |shown, _| {
        let question = |post: &Post| {
            json!({"question_id": post.number, "title": post.text, "creation_date": post.at.timestamp(),
                   "last_activity_date": post.at.timestamp()})
        };
        let items: Vec<Value> = shown.posts.iter().map(question).collect();
        reply(&json!({"items": items, "has_more": shown.more(), "quota_remaining": 9000}))
    },
    has_more_than_a_list: true,
    ..PLAIN
};

fn issue(post: &Post) -> Value {
    json!({"id": post.number, "number": post.number, "title": "", "body": post.text, "user": {"login": "mei", "type": "User"},
           "html_url": "https://github.com/acme/map/issues/1", "issue_url": "https://api.github.com/x/issues/1",
           "created_at": iso(post.at), "updated_at": iso(post.at)})
}

fn issues(shown: &Shown) -> Reply {
    let page = reply(&shown.posts.iter().map(issue).collect());
    match shown.number() {
        Some(number) => page.header("Link", &format!("<https://api.github.com/x?page={number}>; rel=\"next\"")),
        None => page,
    }
}

/// Everything changed since a time, oldest first; the overlap is two minutes.
pub(crate) const GITHUB_ISSUES: Kind = Kind {
    name: "GitHub issues",
    settings: "[[github]]\nid = \"posts\"\nrepository = \"acme/map\"\nparts = [\"issues\"]\nurl = \"URL/\"\n",
    seconds: 10,
    asks: |asked| since(asked, asked.parameter("since").and_then(|since| since.parse().ok())),
    shows: |shown, _| issues(shown),
    ..PLAIN
};

pub(crate) const GITHUB_COMMENTS: Kind = Kind {
    name: "GitHub comments",
    settings: "[[github]]\nid = \"posts\"\nrepository = \"acme/map\"\nparts = [\"comments\"]\nurl = \"URL/\"\n",
    ..GITHUB_ISSUES
};

/// GraphQL, newest first.
pub(crate) const GITHUB_DISCUSSIONS: Kind = Kind {
    name: "GitHub discussions",
    settings: r#"
        [[github]]
        id = "posts"
        repository = "acme/map"
        parts = ["discussions"]
        token = { file = "secret" }
        url = "URL/"
    "#,
    secrets: &[("secret", secret)],
    asks: |asked| Question::by_token(asked.json()["variables"]["after"].as_str()),
    shows: |shown, _| {
        let node = |post: &Post| {
            let comment = json!({"databaseId": post.number, "body": post.text, "createdAt": iso(post.at)});
            json!({"number": post.number, "title": "", "body": "", "createdAt": iso(post.at), "updatedAt": iso(post.at),
                   "comments": {"totalCount": 1, "nodes": [comment]}})
        };
        let nodes: Vec<Value> = shown.posts.iter().map(node).collect();
        let page = json!({"hasNextPage": shown.more(), "endCursor": shown.token()});
        reply(&json!({"data": {"repository": {"discussions": {"pageInfo": page, "nodes": nodes}}}}))
    },
    ..GITHUB_ISSUES
};
