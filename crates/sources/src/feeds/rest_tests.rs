//! How long a feed is left alone.

use std::sync::Arc;

use chrono::TimeDelta;
use moodline_testkit::{FakeClock, LocalServer, Reply};

use super::{FeedConfig, FeedSource};
use crate::{Page, Source, support::client};

const WORDS: &str = "<rss><channel><item><guid>1</guid><description>words</description></item></channel></rss>";

/// A feed at eight o'clock, and the clock it goes by.
fn source(server: &LocalServer) -> (FeedSource, Arc<FakeClock>) {
    let clock = Arc::new(FakeClock::at("2024-05-01T08:00:00Z".parse().unwrap()));
    let config: FeedConfig = toml::from_str(&format!("id = \"f\"\nurl = \"{}\"", server.url("/feed"))).unwrap();
    (FeedSource::new(config, client()).with_clock(clock.clone()), clock)
}

#[tokio::test]
async fn a_feed_is_left_alone_as_long_as_it_wants_also_after_it_has_not_changed() {
    let server = LocalServer::start(|request| match request.header("if-none-match") {
        Some("\"1\"") => Reply::status(304),
        _ => Reply::ok(WORDS.replace("<item>", "<ttl>120</ttl><item>")).header("ETag", "\"1\""),
    })
    .await;
    let (mut source, clock) = source(&server);
    let first = source.fetch(None).await.unwrap();
    clock.advance(TimeDelta::minutes(60));
    let second = source.fetch(first.cursor.as_ref()).await.unwrap();
    assert!(second.note.unwrap().contains("left alone until 09:48"), "a tenth is forgiven");
    clock.advance(TimeDelta::minutes(60));
    let third = source.fetch(first.cursor.as_ref()).await.unwrap();
    assert_eq!((third.note.as_deref(), server.received().len()), (Some("not modified"), 2));
    clock.advance(TimeDelta::minutes(60));
    let fourth = source.fetch(third.cursor.as_ref()).await.unwrap();
    assert!(fourth.note.unwrap().contains("left alone until 11:48"), "two hours count from the last answer");
}

#[tokio::test]
async fn a_host_that_says_how_long_its_answer_holds_is_not_asked_sooner() {
    let server = LocalServer::start(|request| {
        let reply = if request.header("if-none-match").is_some() { Reply::status(304) } else { Reply::ok(WORDS) };
        let reply = reply.header("ETag", "\"1\"");
        match request.index {
            0 => reply.header("Cache-Control", "public, max-age=7200"),
            1 => {
                reply.header("Expires", "Wed, 01 May 2024 14:00:00 GMT").header("Date", "Wed, 01 May 2024 10:00:00 GMT")
            }
            2 => reply.header("Cache-Control", "max-age=31536000"),
            _ => reply,
        }
    })
    .await;
    let (mut source, clock) = source(&server);
    let mut cursor = None;
    for (hours, rests_until) in [(0, "09:48"), (2, "13:36"), (4, "11:36")] {
        clock.advance(TimeDelta::hours(hours));
        cursor = source.fetch(cursor.as_ref()).await.unwrap().cursor.or(cursor);
        clock.advance(TimeDelta::minutes(1));
        let Page { note, .. } = source.fetch(cursor.as_ref()).await.unwrap();
        assert!(note.as_deref().unwrap().contains(rests_until), "{note:?}");
        clock.advance(TimeDelta::minutes(-1));
    }
    clock.advance(TimeDelta::hours(22));
    source.fetch(cursor.as_ref()).await.unwrap();
    assert_eq!(server.count(), 4, "a year is a day");
}
