//! Comments, from bytes to mentions.

use proptest::prelude::*;

use super::*;
use crate::support::{broken, mentions, recording};

const THREADS: &[u8] = include_bytes!("fixtures/threads.json");

#[test]
fn a_thread_brings_its_top_comment_and_some_replies() {
    let page = parse_threads(THREADS, "api").unwrap();
    let read = mentions(&page.step);
    let texts: Vec<_> = read.iter().map(|mention| (&*mention.external_id, &*mention.text)).collect();
    assert_eq!(
        texts,
        [("Ug_one.a", "Same here"), ("Ug_one", "Mine arrived broken 😡"), ("Ug_two", "颜色很好看")],
        "the channel's own replies are not a customer's"
    );
    let first = &read[1];
    assert_eq!(first.url.as_deref(), Some("https://www.youtube.com/watch?v=vid1&lc=Ug_one"));
    assert_eq!((first.author.as_deref(), first.thread.as_deref()), (Some("UCsam"), Some("Ug_one")));
    assert_eq!(read[2].author, None, "a deleted account has no name");
    assert_eq!((page.threads[0].replies, page.threads[0].complete, page.threads[1].complete), (7, false, true));
    assert_eq!((page.step.rejected.len(), page.step.next.as_deref()), (1, Some("page-2")));
}

#[test]
fn a_refusal_says_why() {
    let body = br#"{"error": {"code": 403, "errors": [{"domain": "youtube.quota", "reason": "quotaExceeded"}]}}"#;
    assert_eq!(refusal(body).as_deref(), Some("quotaExceeded"));
    assert_eq!(refusal(b"Forbidden"), None);
}

#[test]
fn recorded_pages_are_read() {
    let Some(bytes) = recording("youtube/Rounak-28__commentThreads_100.json") else { return };
    let page = parse_threads(&bytes, "api").unwrap();
    assert!(page.threads.len() >= 90 && page.step.rejected.is_empty(), "{}", page.threads.len());
    assert!(mentions(&page.step).iter().all(|mention| mention.posted_at.is_some()));
    let replies = recording("youtube/python-youtube/comments/comments_by_parent_paged_1.json").unwrap();
    let replies = parse_comments(&replies, "thread", "video", "api").unwrap();
    assert_eq!((mentions(&replies).len(), replies.next.is_some()), (2, true));
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(bytes in broken(THREADS)) {
        let _ = parse_threads(&bytes, "api");
        let _ = parse_comments(&bytes, "thread", "video", "api");
        let _ = (parse_ids(&bytes), refusal(&bytes));
    }
}
