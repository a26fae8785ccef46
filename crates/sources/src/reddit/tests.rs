//! Posts and comments, from bytes to mentions.

use proptest::prelude::*;

use super::*;
use crate::support::{broken, mentions, recording};

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

proptest! {
    #[test]
    fn no_bytes_make_it_panic(bytes in prop_oneof![broken(COMMENTS), broken(POSTS)]) {
        let _ = parse(&bytes, "api");
    }
}
