//! Posts and comments, from bytes to mentions.

use moodline_testkit::{LocalServer, Reply};
use moodline_types::SecretText;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::{source::RedditSource, *};
use crate::{
    Source, SourceConfig,
    registry::BuildContext,
    support::{broken, client, mentions, parameters, recording, run},
};

const COMMENTS: &[u8] = include_bytes!("fixtures/comments.json");
const POSTS: &[u8] = include_bytes!("fixtures/posts.json");

#[test]
fn a_comment_is_its_own_words() {
    let step = parse(COMMENTS, "api").unwrap();
    let first = &mentions(&step)[0];
    assert_eq!(
        (&*first.external_id, &*first.text),
        ("t1_aaa4", "Not for me & never did. 😕"),
        "the quotation is not hers"
    );
    assert_eq!((first.author.as_deref(), first.thread.as_deref()), (Some("teapot_42"), Some("t3_ppp1")));
    assert_eq!(first.url.as_deref(), Some("https://www.reddit.com/r/kettles/comments/ppp1/leaks/aaa4/"));
    assert_eq!(mentions(&step)[1].url.as_deref(), Some("https://www.reddit.com/comments/ppp1/_/aaa1"));
    assert_eq!(step.removed, ["t1_aaa3", "t1_aaa2"], "taken down by author and moderator");
    assert_eq!(step.next.as_deref(), Some("t1_aaa1"));
}

#[test]
fn a_post_is_its_title_and_text_and_a_link_its_title() {
    let step = parse(POSTS, "api").unwrap();
    let [text, link] = &mentions(&step)[..] else { panic!("two posts") };
    assert_eq!((text.title.as_deref(), &*text.text), (Some("Lid falls off"), "After a week.\n\nTwice."));
    assert_eq!((&link.title, &*link.text), (&None, "It leaks"));
    assert_eq!(link.canonical_id.as_deref(), Some("reddit:t3_zzz9"));
    assert_eq!((&step.removed[..], step.next), (&["t3_ppp0".to_owned()][..], None));
}

#[test]
fn recorded_steps_are_read() {
    for (name, items) in [
        ("TestSubredditListings.test_new", 100),
        ("TestSubredditStreams.test_comments__with_pause", 16),
        ("TestSubreddit.test_search", 6),
    ] {
        let Some(bytes) = recording(&format!("reddit/bodies/praw-dev__{name}.01.GET.200.json")) else { return };
        let step = parse(&bytes, name).unwrap();
        assert_eq!((step.items.len(), step.rejected.len()), (items, 0), "{name}");
        assert_eq!(mentions(&step).len() + step.removed.len(), items, "{name}");
    }
    let refused = recording(
        "reddit/bodies/praw-dev__TestReddit.test_bad_request_without_json_text_plain_response.01.GET.400.txt",
    );
    assert!(parse(&refused.unwrap(), "api").is_err());
}

fn source(server: &LocalServer) -> RedditSource {
    let settings = format!(
        "id = \"talk\"\nsubreddits = [\"kettles\", \"tea\"]\ncomments = false\nclient_id = \"app\"\nuser = \"sam\"\n\
         client_secret = {{ env = \"X\" }}\napi_url = \"{0}\"\nlogin_url = \"{0}\"",
        server.url("/")
    );
    RedditSource::new(toml::from_str(&settings).unwrap(), SecretText::new("app-secret"), None, client())
}

/// A post written `hours` ago.
fn post(name: &str, hours: i64, text: &str) -> Value {
    let created = (chrono::Utc::now() - chrono::TimeDelta::hours(hours)).timestamp() as f64;
    json!({"kind": "t3", "data": {"name": name, "created_utc": created, "title": name, "selftext": text, "author": "kim"}})
}

fn listing(children: &[Value], after: Option<&str>) -> Reply {
    Reply::ok(json!({"kind": "Listing", "data": {"children": children, "after": after}}).to_string())
}

const TOKEN: &str = r#"{"access_token": "granted-1", "token_type": "bearer", "expires_in": 86400, "scope": "*"}"#;

#[tokio::test]
async fn edits_and_deletions_of_the_last_days_are_found() {
    let server = LocalServer::start(|request| {
        let asked = parameters(request);
        match (request.path.split('?').next().unwrap(), asked.get("after").map(String::as_str), request.index) {
            ("/api/v1/access_token", ..) => Reply::ok(TOKEN),
            ("/api/info", ..) => listing(&[post("t3_c", 4, "[removed]")], None),
            (_, None, 0..=3) => {
                listing(&[post("t3_d", 3, "one"), post("t3_c", 4, "two"), post("t3_b", 5, "three")], Some("t3_b"))
            }
            (_, None, _) => listing(&[post("t3_e", 1, "new"), post("t3_d", 3, "one, edited")], Some("t3_b")),
            _ => listing(&[post("t3_a", 9000, "old")], None),
        }
    })
    .await;
    let first = run(&mut source(&server), None).await.unwrap();
    assert_eq!(first.ids(), ["t3_d", "t3_c", "t3_b", "t3_a"]);
    let received = server.received();
    assert!(received[0].header("authorization").unwrap().starts_with("Basic "));
    assert_eq!(received[1].path, "/r/kettles+tea/new?raw_json=1&limit=100");
    assert_eq!(received[1].header("authorization"), Some("Bearer granted-1"));
    assert!(received[1].header("user-agent").unwrap().ends_with("(by /u/sam)"));
    let second = run(&mut source(&server), first.cursor).await.unwrap();
    assert_eq!(second.mentions[1].text, "one, edited");
    assert_eq!(second.removed, ["t3_c", "t3_b"], "taken down, and gone altogether");
}

#[tokio::test]
async fn a_listing_that_ends_too_early_is_a_gap() {
    let server = LocalServer::start(|request| match (&*request.path, request.index) {
        ("/api/v1/access_token", _) => Reply::ok(TOKEN),
        (_, 1) => listing(&[post("t3_a", 500, "old")], None),
        _ => listing(&[post("t3_c", 3, "new")], None),
    })
    .await;
    let first = run(&mut source(&server), None).await.unwrap();
    let second = run(&mut source(&server), first.cursor).await.unwrap();
    assert!(second.notes[0].contains("some may be missing"), "{:?}", second.notes);
}

#[tokio::test]
async fn a_pause_that_reddit_asks_for_is_kept() {
    let server = LocalServer::start(|request| match &*request.path {
        "/api/v1/access_token" => Reply::ok(TOKEN),
        _ => Reply::status(429).header("Retry-After", "90"),
    })
    .await;
    let error = source(&server).fetch(None).await.unwrap_err();
    assert_eq!(error.retry_after(), Some(std::time::Duration::from_secs(90)));
}

const FEED: &str = r#"<?xml version="1.0" encoding="UTF-8"?><feed xmlns="http://www.w3.org/2005/Atom"><title>new</title>
<entry><author><name>/u/kim</name></author><id>t3_b</id><title>Lid falls off</title><updated>2026-05-04T10:00:00+00:00</updated>
<content type="html">&lt;div class="md"&gt;&lt;p&gt;After a week.&lt;/p&gt;&lt;/div&gt; &amp;#32; submitted by &amp;#32; &lt;a href="x"&gt; /u/kim &lt;/a&gt; &lt;br/&gt; &lt;span&gt;&lt;a href="x"&gt;[link]&lt;/a&gt;&lt;/span&gt; &amp;#32; &lt;span&gt;&lt;a href="x"&gt;[comments]&lt;/a&gt;&lt;/span&gt;</content></entry>
<entry><author><name>/u/lee</name></author><id>t3_a</id><title>It leaks</title><updated>2026-05-04T09:00:00+00:00</updated>
<content type="html">submitted by &lt;a href="x"&gt; /u/lee &lt;/a&gt; to &lt;a href="x"&gt; r/kettles &lt;/a&gt; &lt;span&gt;&lt;a href="x"&gt;[link]&lt;/a&gt;&lt;/span&gt; &lt;span&gt;&lt;a href="x"&gt;[comments]&lt;/a&gt;&lt;/span&gt;</content></entry></feed>"#;

#[tokio::test]
async fn a_feed_opened_by_a_token_has_the_authors_words_alone() {
    let server = LocalServer::start(|request| match request.header("If-None-Match") {
        Some("\"v1\"") => Reply::status(304),
        _ => Reply::ok(FEED).header("ETag", "\"v1\""),
    })
    .await;
    let token = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(token.path(), "feed-token\n").unwrap();
    let settings = format!(
        "id = \"talk\"\npath = \"/r/kettles/new\"\nuser = \"sam\"\ntoken = {{ file = {:?} }}\nfeed_url = \"{}\"",
        token.path(),
        server.url("/")
    );
    let config: RedditFeedConfig = toml::from_str(&settings).unwrap();
    let http = client();
    let context = BuildContext { http: &http, base_dir: std::path::Path::new("/") };
    let mut source = config.build(&context).unwrap();
    let first = run(&mut *source, None).await.unwrap();
    assert_eq!(server.received()[0].path, "/r/kettles/new/.rss?user=sam&limit=100&feed=feed-token");
    assert_eq!(
        (first.mentions[0].title.as_deref(), &*first.mentions[0].text),
        (Some("Lid falls off"), "After a week.")
    );
    assert_eq!((&first.mentions[1].title, &*first.mentions[1].text), (&None, "It leaks"));
    assert_eq!(first.mentions[0].author.as_deref(), Some("kim"));
    assert!(!first.cursor.as_ref().unwrap().0.contains("feed-token"), "the token is not stored");
    let second = run(&mut *source, first.cursor).await.unwrap();
    assert_eq!(second.notes, ["not modified"]);
}

#[test]
fn what_cannot_be_read_is_named() {
    let settings =
        "id = \"a\"\nsubreddits = [\"r/kettles\"]\nclient_id = \"a\"\nuser = \"b\"\nclient_secret = { env = \"X\" }";
    let config: RedditConfig = toml::from_str(settings).unwrap();
    assert!(config.findings()[0].contains("without r/"), "{:?}", config.findings());
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(bytes in prop_oneof![broken(COMMENTS), broken(POSTS)]) {
        let _ = parse(&bytes, "api");
    }
}
