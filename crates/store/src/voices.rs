//! Who speaks: what makes one author, however much they write, weigh as much as one mention.

use moodline_types::MentionId;

use crate::copies::hash;

/// The number under which a mention's voice is kept: above zero the same for all mentions of one author or, where the
/// author is unknown, of one thread of a source; below zero the mention's own. It tells nothing of the author beyond
/// their hash, which is keyed already.
pub fn voice(mention: MentionId, author_hash: Option<&str>, thread: Option<(&str, &str)>) -> i64 {
    let shared = match (author_hash, thread) {
        (Some(author), _) => hash(["author", author].into_iter()),
        (None, Some((source, thread))) => hash(["thread", source, thread].into_iter()),
        (None, None) => return -mention.0,
    };
    (shared >> 1).cast_signed().max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_author_is_one_voice_and_a_thread_only_where_the_author_is_unknown() {
        let of = |id, author, thread| voice(MentionId(id), author, thread);
        let thread = Some(("forum", "42"));
        assert_eq!(of(1, Some("a"), None), of(2, Some("a"), thread));
        assert_ne!(of(1, Some("a"), thread), of(2, Some("b"), thread));
        assert_eq!(of(1, None, thread), of(2, None, thread));
        assert_ne!(of(1, None, thread), of(2, None, Some(("board", "42"))));
        assert_eq!((of(1, None, None), of(2, None, None)), (-1, -2));
        assert!(of(1, Some("a"), None) > 0 && of(1, None, thread) > 0);
    }
}
