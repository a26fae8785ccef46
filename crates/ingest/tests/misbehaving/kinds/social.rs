//! Networks: Hacker News, Mastodon, Bluesky's search, Reddit, X, `YouTube`.

use chrono::DateTime;
use moodline_testkit::Reply;
use serde_json::{Value, json};

use super::{Kind, PLAIN, general::rss, iso, json as reply, secret};
use crate::host::{Post, Question, Shown};

/// The index gives ten hits and says how many there are. Its overlap is three hours of ours, in which all happens.
pub(crate) const HACKERNEWS: Kind = Kind {
    name: "Hacker News",
    settings: "[[hackernews]]\nid = \"posts\"\nquery = \"acme\"\nurl = \"URL/api/v1/\"\nofficial_url = \"URL/v0/\"\n",
    seconds: 60,
    beside: |asked| asked.path.starts_with("/v0/item/").then(|| Reply::ok("{\"id\": 1}")),
    asks: |asked| {
        let filters = asked.parameter("numericFilters").unwrap_or_default();
        let times = filters.split(|c: char| !c.is_ascii_digit()).filter_map(|word| word.parse().ok());
        let times: Vec<i64> = times.filter(|time| *time > 10_000).collect();
        let at = |index: usize| DateTime::from_timestamp(times[index], 0).unwrap();
        Question::Between(at(0), at(1))
    },
    shows: |shown, _| {
        let hit = |post: &Post| {
            json!({"objectID": post.number.to_string(), "created_at_i": post.at.timestamp(), "author": "lin",
                   "comment_text": post.text, "story_id": 1})
        };
        let hits: Vec<Value> = shown.posts.iter().map(hit).collect();
        // Windows are cut by what the index calls the total.
        let total = if shown.total > 10 { 1001 } else { shown.total };
        reply(&json!({"hits": hits, "nbHits": total}))
    },
    ..PLAIN
};

pub(crate) const MASTODON: Kind = Kind {
    name: "Mastodon",
    settings: "[[mastodon]]\nid = \"posts\"\nurl = \"URL\"\ntags = [\"acme\"]\noverlap = \"12h\"\n",
    beside: |asked| asked.path.starts_with("/api/v1/statuses/").then(|| Reply::ok("{}")),
    asks: |asked| Question::by_token(asked.parameter("max_id")),
    shows: |shown, _| {
        let status = |post: &Post| {
            json!({"id": post.number.to_string(), "uri": format!("https://near.example/{}", post.number),
                   "created_at": iso(post.at), "content": format!("<p>{}</p>", post.text), "account": {"acct": "lin"}})
        };
        let page = reply(&shown.posts.iter().map(status).collect());
        match shown.token() {
            Some(token) => page.header("Link", &format!("</api/v1/timelines/tag/acme?max_id={token}>; rel=\"next\"")),
            None => page,
        }
    },
    ..PLAIN
};

pub(crate) const BLUESKY_SEARCH: Kind = Kind {
    name: "Bluesky search",
    settings: r#"
        [[bluesky_search]]
        id = "posts"
        query = "acme"
        identifier = "me.example"
        app_password = { file = "secret" }
        url = "URL"
        overlap = "12h"
    "#,
    secrets: &[("secret", secret)],
    beside: |asked| match asked.path.rsplit('.').next() {
        Some("createSession") => Some(reply(&json!({"accessJwt": "a", "refreshJwt": "r", "did": "did:plc:me"}))),
        Some("getPosts") => {
            let asked = asked.received.path.split("uris=").skip(1).map(|uri| uri.trim_end_matches('&'));
            let uris = asked.map(|uri| json!({"uri": uri.replace("%3A", ":").replace("%2F", "/")}));
            Some(reply(&json!({"posts": uris.collect::<Vec<_>>()})))
        }
        _ => None,
    },
    asks: |asked| Question::by_token(asked.parameter("cursor")),
    shows: |shown, _| {
        let view = |post: &Post| {
            json!({"uri": format!("at://did:plc:mei/app.bsky.feed.post/{}", post.number), "author": {"did": "did:plc:mei"},
                   "indexedAt": iso(post.at), "record": {"text": post.text, "createdAt": iso(post.at)}})
        };
        reply(&json!({"posts": shown.posts.iter().map(view).collect::<Vec<_>>(), "cursor": shown.token()}))
    },
    has_more_than_a_list: true,
    ..PLAIN
};

fn listing(shown: &Shown) -> Value {
    let thing = |post: &Post| {
        json!({"kind": "t3", "data": {"name": format!("t3_{}", post.number), "created_utc": post.at.timestamp() as f64,
               "title": "", "selftext": post.text, "author": "kim"}})
    };
    let children: Vec<Value> = shown.posts.iter().map(thing).collect();
    json!({"kind": "Listing", "data": {"children": children, "after": shown.token()}})
}

pub(crate) const REDDIT: Kind = Kind {
    name: "Reddit",
    settings: r#"
        [[reddit]]
        id = "posts"
        subreddits = ["acme"]
        comments = false
        client_id = "app"
        client_secret = { file = "secret" }
        user = "sam"
        overlap = "12h"
        api_url = "URL/"
        login_url = "URL/"
    "#,
    secrets: &[("secret", secret)],
    beside: |asked| match asked.path {
        "/api/v1/access_token" => Some(reply(&json!({"access_token": "granted", "expires_in": 86_400}))),
        // Whatever is asked about by name is there.
        "/api/info" => {
            let thing = |name: &str| {
                let text = format!("acme post {}", name.trim_start_matches("t3_"));
                json!({"kind": "t3", "data": {"name": name, "title": "", "selftext": text, "author": "kim"}})
            };
            let children: Vec<Value> = asked.parameter("id").unwrap_or_default().split(',').map(thing).collect();
            Some(reply(&json!({"data": {"children": children, "after": null}})))
        }
        _ => None,
    },
    asks: |asked| Question::by_token(asked.parameter("after")),
    shows: |shown, _| reply(&listing(shown)),
    has_more_than_a_list: true,
    ..PLAIN
};

pub(crate) const REDDIT_FEED: Kind = Kind {
    name: "Reddit's feed",
    settings: r#"
        [[reddit_feed]]
        id = "posts"
        path = "/r/acme/new"
        user = "sam"
        token = { file = "secret" }
        feed_url = "URL/"
    "#,
    secrets: &[("secret", secret)],
    shows: |shown, asked| super::tagged(rss(shown), asked),
    ..PLAIN
};

/// Ids count milliseconds since this instant above their 22 lowest bits.
const EPOCH_MS: i64 = 1_288_834_974_657;

/// The search is asked for what is newer than a post, and may then have nothing.
pub(crate) const X: Kind = Kind {
    name: "X",
    settings: r#"
        [[x]]
        id = "posts"
        query = "acme"
        bearer_token = { file = "secret" }
        monthly_budget = 1000.0
        api_url = "URL/"
    "#,
    seconds: 600,
    secrets: &[("secret", secret)],
    asks: |asked| {
        let posted = |id: i64| DateTime::from_timestamp_millis((id >> 22) + EPOCH_MS).unwrap();
        match (asked.number("since_id"), asked.parameter("next_token")) {
            // What is newer is listed newest first as well; the token leads on.
            (Some(since), None) => Question::NewestSince { since: posted(since), top: None, page: 0 },
            (Some(since), Some(token)) => match Question::by_token(Some(token)) {
                Question::NewestFirst { top, page } => Question::NewestSince { since: posted(since), top, page },
                other => other,
            },
            (None, token) => Question::by_token(token),
        }
    },
    shows: |shown, _| {
        let tweet = |post: &Post| {
            let id = ((post.truly_at.timestamp_millis() - EPOCH_MS) << 22).to_string();
            json!({"id": id, "edit_history_tweet_ids": [id], "text": post.text, "author_id": "7", "created_at": iso(post.at)})
        };
        let data: Vec<Value> = shown.posts.iter().map(tweet).collect();
        let mut answer = json!({"meta": {"result_count": data.len(), "next_token": shown.token()}});
        if !data.is_empty() {
            answer["data"] = data.into();
        }
        reply(&answer)
    },
    doubts_nothing: false,
    ..PLAIN
};

pub(crate) const YOUTUBE: Kind = Kind {
    name: "YouTube",
    settings: "[[youtube]]\nid = \"posts\"\nvideos = [\"v1\"]\nkey = { file = \"secret\" }\napi_url = \"URL/\"\n",
    seconds: 4 * 3600,
    secrets: &[("secret", secret)],
    beside: |asked| {
        let ids = asked.parameter("id").filter(|_| asked.path.ends_with("/comments"))?;
        let items: Vec<Value> = ids.split(',').map(|id| json!({"id": id})).collect();
        Some(reply(&json!({"items": items})))
    },
    asks: |asked| Question::by_token(asked.parameter("pageToken")),
    shows: |shown, _| {
        let thread = |post: &Post| {
            let id = post.number.to_string();
            let snippet = json!({"videoId": "v1", "textDisplay": post.text, "publishedAt": iso(post.at)});
            let comment = json!({"id": id, "snippet": snippet});
            json!({"id": id, "snippet": {"videoId": "v1", "totalReplyCount": 0, "topLevelComment": comment}})
        };
        let items: Vec<Value> = shown.posts.iter().map(thread).collect();
        reply(&json!({"items": items, "nextPageToken": shown.token()}))
    },
    ..PLAIN
};
