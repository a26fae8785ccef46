//! Stores and review sites: Steam, the App Store twice, Google Play twice, Trustpilot.

use moodline_testkit::Reply;
use serde_json::{Value, json};

use super::{Kind, PLAIN, iso, json as reply, secret};
use crate::host::{Post, Question};

/// Two lists of the same reviews; the last page leads back to itself. The overlap is one hour.
pub(crate) const STEAM: Kind = Kind {
    name: "Steam",
    settings: "[[steam]]\nid = \"posts\"\napp_id = 440\nurl = \"URL/reviews/\"\n",
    seconds: 300,
    asks: |asked| {
        let input: Value = serde_json::from_str(asked.parameter("input_json").unwrap_or_default()).unwrap();
        Question::by_token(input["cursor"].as_str())
    },
    shows: |shown, asked| {
        let input: Value = serde_json::from_str(asked.parameter("input_json").unwrap_or_default()).unwrap();
        let review = |post: &Post| {
            json!({"recommendationid": post.number.to_string(), "author": {"steamid": format!("7{}", post.number)},
                   "language": "english", "review": post.text, "timestamp_created": post.at.timestamp(),
                   "timestamp_updated": post.at.timestamp(), "voted_up": true})
        };
        let asked_for = input["cursor"].as_str().unwrap_or_default();
        let mut response = json!({"cursor": shown.token().unwrap_or_else(|| asked_for.to_owned())});
        if !shown.posts.is_empty() {
            response["reviews"] = shown.posts.iter().map(review).collect();
            if shown.first {
                response["total_matching"] = json!(shown.total);
            }
        }
        reply(&json!({"response": response}))
    },
    ..PLAIN
};

/// Ten pages of fifty; the overlap is two days.
pub(crate) const APP_STORE: Kind = Kind {
    name: "App Store",
    settings: r#"
        [[app_store]]
        id = "posts"
        app = 42
        storefronts = ["us"]
        min_interval = "0s"
        api_url = "URL/"
    "#,
    page: 50,
    seconds: 48 * 60,
    asks: |asked| {
        let number = asked.path.split("page=").nth(1).and_then(|rest| rest.split('/').next()?.parse().ok());
        Question::by_number(number)
    },
    shows: |shown, _| {
        let label = |text: &str| json!({"label": text});
        let entry = |post: &Post| {
            json!({"id": label(&post.number.to_string()), "im:rating": label("4"), "title": label(""),
                   "content": label(&post.text), "author": {"name": label("Kim")}, "updated": label(&iso(post.at))})
        };
        // No entry, one, or a list.
        let entries: Vec<Value> = shown.posts.iter().map(entry).collect();
        let feed = match entries.as_slice() {
            [] => json!({}),
            [one] => json!({"entry": one}),
            _ => json!({"entry": entries}),
        };
        reply(&json!({"feed": feed}))
    },
    ..PLAIN
};

/// The overlap is thirty days.
pub(crate) const APP_STORE_CONNECT: Kind = Kind {
    name: "App Store Connect",
    settings: r#"
        [[app_store_connect]]
        id = "posts"
        app = 42
        issuer_id = "i"
        key_id = "k"
        private_key = { file = "key.p8" }
        api_url = "URL/"
    "#,
    seconds: 60 * 3600,
    secrets: &[("key.p8", |_| include_str!("../p256-test-key.pem").to_owned())],
    beside: |asked| asked.path.starts_with("/v1/customerReviews/").then(|| Reply::ok("{}")),
    asks: |asked| Question::by_token(asked.parameter("cursor")),
    shows: |shown, asked| {
        let review = |post: &Post| {
            json!({"id": post.number.to_string(), "attributes": {"rating": 4, "title": "", "body": post.text,
                   "createdDate": iso(post.at)}})
        };
        let next = shown.token().map(|token| asked.address(&format!("/v1/apps/42/customerReviews?cursor={token}")));
        reply(&json!({"data": shown.posts.iter().map(review).collect::<Vec<_>>(), "links": {"next": next}}))
    },
    ..PLAIN
};

fn service_account(url: &str) -> String {
    let key = include_str!("../../../../sources/src/google_play/fixtures/test-key.pem");
    json!({"type": "service_account", "client_email": "reader@project.example", "private_key": key,
           "private_key_id": "k1", "token_uri": format!("{url}/token")})
    .to_string()
}

/// The overlap is six hours.
pub(crate) const GOOGLE_PLAY: Kind = Kind {
    name: "Google Play",
    settings: r#"
        [[google_play]]
        id = "posts"
        package = "com.example.app"
        service_account = { file = "account.json" }
        api_url = "URL/"
    "#,
    seconds: 1800,
    secrets: &[("account.json", service_account)],
    beside: |asked| (asked.path == "/token").then(|| reply(&json!({"access_token": "granted", "expires_in": 3600}))),
    asks: |asked| Question::by_token(asked.parameter("token")),
    shows: |shown, _| {
        let review = |post: &Post| {
            let comment = json!({"text": format!("\t{}", post.text), "starRating": 4,
                                 "lastModified": {"seconds": post.at.timestamp().to_string()}});
            json!({"reviewId": post.number.to_string(), "comments": [{"userComment": comment}]})
        };
        let mut answer = json!({});
        if !shown.posts.is_empty() {
            answer["reviews"] = shown.posts.iter().map(review).collect();
        }
        if let Some(token) = shown.token() {
            answer["tokenPagination"] = json!({"nextPageToken": token});
        }
        reply(&answer)
    },
    has_more_than_a_list: true,
    ..PLAIN
};

/// Lists in lists in a text; the overlap is a day.
pub(crate) const GOOGLE_PLAY_WEB: Kind = Kind {
    name: "Google Play's pages",
    settings: r#"
        [[google_play_web]]
        id = "posts"
        package = "com.example.app"
        unofficial = true
        min_interval = "0s"
        api_url = "URL/"
    "#,
    seconds: 7200,
    asks: |asked| {
        let calls: Value = serde_json::from_str(&asked.form("f.req").unwrap_or_default()).unwrap_or_default();
        let call: Value = serde_json::from_str(calls[0][0][1].as_str().unwrap_or_default()).unwrap_or_default();
        Question::by_token(call[2][2][2].as_str())
    },
    shows: |shown, _| {
        let review =
            |post: &Post| json!([post.number.to_string(), ["Kim"], 4, null, post.text, [post.at.timestamp(), 0], 0]);
        let reviews: Vec<Value> = shown.posts.iter().map(review).collect();
        let payload = json!([reviews, [null, shown.token()]]).to_string();
        let frames = json!([["wrb.fr", "UsvDTd", payload, null, null, null, "generic"]]);
        Reply::ok(format!(")]}}'\n\n99\n{frames}\n"))
    },
    ..PLAIN
};

/// Pages of a hundred by number; the overlap is two days.
pub(crate) const TRUSTPILOT: Kind = Kind {
    name: "Trustpilot",
    settings: r#"
        [[trustpilot]]
        id = "posts"
        domain = "shop.example"
        api_key = { file = "secret" }
        rescan_days = 1
        api_url = "URL/"
    "#,
    page: 100,
    seconds: 24 * 60,
    secrets: &[("secret", secret)],
    beside: |asked| match asked.path {
        "/v1/business-units/find" => Some(reply(&json!({"id": "unit1"}))),
        path => path.starts_with("/v1/reviews/").then(|| Reply::ok("{}")),
    },
    asks: |asked| Question::by_number(asked.number("page")),
    shows: |shown, _| {
        let review = |post: &Post| {
            json!({"id": format!("r{}", post.number), "stars": 2, "text": post.text, "createdAt": iso(post.at),
                   "consumer": {"id": "c"}})
        };
        reply(&json!({"reviews": shown.posts.iter().map(review).collect::<Vec<_>>()}))
    },
    has_more_than_a_list: true,
    ..PLAIN
};
