//! One entry of a source made safe to keep.

use chrono::{DateTime, Duration, TimeZone, Utc};
use moodline_privacy::Counts;
use moodline_sources::Page;
use moodline_store::{IngestPage, NewMention};
use moodline_types::{RawMention, RejectedRow, SourceId};
use sha2::{Digest, Sha256};

use crate::Protection;

/// Longest text kept. Reviews end far below it; what is longer is a book or a mistake, and is set aside by name.
pub const MAX_TEXT_CHARS: usize = 200_000;

/// Turns a page as read into a page to store. `keyed_as` is the source's first name.
pub(crate) fn page(
    source: &SourceId,
    keyed_as: &SourceId,
    page: Page,
    protection: &Protection,
    now: DateTime<Utc>,
) -> IngestPage {
    let removed = page.removed.into_iter().map(bounded_id).collect();
    let removed_authors = page.removed_authors.iter().map(|author| protection.author(keyed_as, author)).collect();
    let Page { mut rejected, cursor, mut dropped, afresh, .. } = page;
    // What could not be read, or is kept out, may name people as well.
    let redacted = |text: &mut String| *text = protection.redact(text, &mut Counts::new());
    for row in &mut rejected {
        redacted(&mut row.excerpt);
        redacted(&mut row.reason);
    }
    for item in &mut dropped {
        item.external_id = bounded_id(std::mem::take(&mut item.external_id));
        redacted(&mut item.excerpt);
    }
    let mut stored =
        IngestPage { rejected, cursor, removed, removed_authors, dropped, afresh, ..IngestPage::default() };
    for raw in page.mentions {
        match mention(source, keyed_as, raw, protection, now) {
            Ok(mention) => stored.mentions.push(mention),
            Err(rejected) => stored.rejected.push(rejected),
        }
    }
    stored
}

fn mention(
    source: &SourceId,
    keyed_as: &SourceId,
    raw: RawMention,
    protection: &Protection,
    now: DateTime<Utc>,
) -> Result<NewMention, RejectedRow> {
    let text = clean(&raw.text);
    let title = raw.title.as_deref().map(clean).filter(|title| !title.is_empty());
    // A source may give a headline and nothing else: then the headline is what was said.
    let (title, text) = if text.is_empty() { (None, title.unwrap_or_default()) } else { (title, text) };
    let mut redacted = Counts::new();
    let title = title.map(|title| protection.redact(&title, &mut redacted));
    let text = protection.redact(&text, &mut redacted);
    let reject = |reason: String| RejectedRow {
        origin: source.to_string(),
        line: None,
        reason,
        excerpt: format!("{} {}", raw.external_id, text.chars().take(80).collect::<String>()).trim().to_owned(),
    };
    if raw.external_id.trim().is_empty() {
        return Err(reject("has no id of its own".to_owned()));
    }
    if text.is_empty() {
        return Err(reject(format!("mention {} has neither text nor title", raw.external_id)));
    }
    let length = text.chars().count();
    if length > MAX_TEXT_CHARS {
        return Err(reject(format!(
            "mention {} has {length} characters, more than the {MAX_TEXT_CHARS} that are kept",
            raw.external_id
        )));
    }
    let external_id = bounded_id(raw.external_id);
    let (posted_at, posted_at_is_approximate) = bounded(raw.posted_at, now);
    let author_hash = raw.author.as_deref().filter(|a| !a.trim().is_empty()).map(|a| protection.author(keyed_as, a));
    let marks = protection.marks(keyed_as, &external_id, raw.url.as_deref(), author_hash.as_deref());
    let content_hash = content_hash([
        title.as_deref().unwrap_or_default(),
        &text,
        &raw.rating.map(|rating| format!("{:.4}", rating.normalised())).unwrap_or_default(),
        // A date or language that is read otherwise than before (another zone, a mended column) is a change; the time
        // of fetching is not.
        &if posted_at_is_approximate { String::new() } else { posted_at.timestamp_millis().to_string() },
        raw.language.as_deref().unwrap_or_default(),
    ]);
    Ok(NewMention {
        external_id,
        canonical_id: raw.canonical_id.filter(|id| !id.trim().is_empty()).map(bounded_id),
        thread: raw.thread.filter(|id| !id.trim().is_empty()).map(bounded_id),
        url: raw.url,
        author_hash,
        title,
        text,
        language: raw.language,
        posted_at,
        posted_at_is_approximate,
        rating: raw.rating,
        content_hash,
        marks,
        redacted,
    })
}

/// Drops control characters other than line breaks and tabs, and white space at both ends.
fn clean(text: &str) -> String {
    let kept: String = text
        .replace("\r\n", "\n")
        .chars()
        .map(|c| if c == '\r' { '\n' } else { c })
        .filter(|c| !c.is_control() || matches!(c, '\n' | '\t'))
        .filter(|c| *c != '\u{FEFF}')
        .collect();
    kept.trim().to_owned()
}

/// Longest id kept as it is, in bytes; database indexes end not far above.
const MAX_ID_BYTES: usize = 512;

/// An id short enough for an index: a longer one (some feeds put a whole page into it) becomes its hash, the same one
/// at every reading.
fn bounded_id(id: String) -> String {
    if id.len() <= MAX_ID_BYTES { id } else { format!("sha256:{}", hex::encode(Sha256::digest(id.as_bytes()))) }
}

/// A claimed date that can be true: authors and feeds claim 1970 and next year. Anything before 1995 or more than a
/// day ahead is replaced by the time of fetching, and marked.
fn bounded(claimed: Option<DateTime<Utc>>, now: DateTime<Utc>) -> (DateTime<Utc>, bool) {
    let earliest = Utc.with_ymd_and_hms(1995, 1, 1, 0, 0, 0).single().unwrap_or(DateTime::UNIX_EPOCH);
    match claimed {
        Some(at) if at >= earliest && at <= now + Duration::days(1) => (at, false),
        _ => (now, true),
    }
}

fn content_hash(parts: [&str; 5]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part.as_bytes());
        hash.update([0]);
    }
    hex::encode(&hash.finalize()[..16])
}

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use super::*;
    use crate::AuthorKey;

    static PROTECTION: LazyLock<Protection> =
        LazyLock::new(|| Protection::full(AuthorKey::from_bytes([7; 32])).unwrap());

    fn now() -> DateTime<Utc> {
        Utc.with_ymd_and_hms(2026, 5, 1, 12, 0, 0).unwrap()
    }

    fn shop() -> SourceId {
        "shop".parse().unwrap()
    }

    fn raw(text: &str) -> RawMention {
        RawMention {
            external_id: "1".into(),
            author: Some("mei".into()),
            text: text.into(),
            posted_at: Some(now() - Duration::days(3)),
            ..RawMention::default()
        }
    }

    fn ingest(raw: RawMention) -> Result<NewMention, RejectedRow> {
        mention(&shop(), &shop(), raw, &PROTECTION, now())
    }

    #[test]
    fn the_author_is_never_kept_by_name() {
        let mention = ingest(raw("很好")).unwrap();
        assert!(!format!("{mention:?}").contains("mei"));
        assert!(mention.author_hash.is_some());
    }

    #[test]
    fn personal_data_is_replaced_before_anything_is_kept_and_counted() {
        let raw = RawMention { title: Some("Order no. 114-3941689-8772232".into()), ..raw("call 13812345678") };
        let mention = ingest(raw).unwrap();
        assert_eq!(mention.title.as_deref(), Some("Order no. [order]"));
        assert_eq!(mention.text, "call [phone]");
        assert_eq!(mention.redacted, Counts::from([("order".to_owned(), 1), ("phone".to_owned(), 1)]));
        let rejected = RejectedRow { excerpt: "a@b.example,,".into(), ..ingest(super::tests::raw(" ")).unwrap_err() };
        let page = Page { rejected: vec![rejected], ..Page::default() };
        assert_eq!(super::page(&shop(), &shop(), page, &PROTECTION, now()).rejected[0].excerpt, "[e-mail],,");
    }

    #[test]
    fn a_mention_carries_the_marks_of_its_identity_address_and_author() {
        let raw = RawMention { url: Some("https://example.org/1".into()), ..raw("ok then") };
        let mention = ingest(raw).unwrap();
        let author = mention.author_hash.unwrap();
        let expected = [
            PROTECTION.mark_of_identity(&"shop".parse().unwrap(), "1"),
            PROTECTION.mark_of_address("https://example.org/1"),
            PROTECTION.mark_of_author(&author),
        ];
        assert_eq!(mention.marks, expected);
        assert!(!mention.marks.contains(&author), "a tombstone is no author");
    }

    #[test]
    fn a_date_that_cannot_be_true_becomes_the_time_of_fetching_and_says_so() {
        for claimed in [Some(DateTime::UNIX_EPOCH), Some(now() + Duration::days(300)), None] {
            let mention = ingest(RawMention { posted_at: claimed, ..raw("ok then") }).unwrap();
            assert_eq!((mention.posted_at, mention.posted_at_is_approximate), (now(), true));
        }
        assert!(!ingest(raw("ok then")).unwrap().posted_at_is_approximate);
    }

    #[test]
    fn a_headline_alone_is_the_text() {
        let mention = ingest(RawMention { title: Some("Great bank".into()), ..raw("  ") }).unwrap();
        assert_eq!((mention.title, mention.text.as_str()), (None, "Great bank"));
    }

    #[test]
    fn nothing_said_and_far_too_much_said_are_both_set_aside_with_a_reason() {
        assert!(ingest(raw(" \u{0} \u{FEFF}")).unwrap_err().reason.contains("neither text nor title"));
        assert!(ingest(raw(&"长".repeat(MAX_TEXT_CHARS + 1))).unwrap_err().reason.contains("200001 characters"));
    }

    #[test]
    fn an_endless_id_becomes_a_short_one_that_stays_the_same() {
        let ingest_id = |id: String| ingest(RawMention { external_id: id, ..raw("ok then") }).unwrap().external_id;
        assert_eq!(ingest_id("tag:example.org,2026:1".into()), "tag:example.org,2026:1");
        let long = ingest_id("x".repeat(5000));
        assert!(long.len() < 100 && long == ingest_id("x".repeat(5000)) && long != ingest_id("x".repeat(5001)));
    }

    #[test]
    fn a_changed_rating_or_date_is_a_change_and_a_changed_author_is_not() {
        let dated =
            |days| ingest(RawMention { posted_at: Some(now() - Duration::days(days)), ..raw("ok then") }).unwrap();
        assert_ne!(dated(3).content_hash, dated(4).content_hash);
        let undated = |hours| {
            let raw = RawMention { posted_at: None, ..raw("ok then") };
            let later = now() + Duration::hours(hours);
            mention(&shop(), &shop(), raw, &PROTECTION, later).unwrap()
        };
        assert_eq!(undated(0).content_hash, undated(9).content_hash, "the time of fetching is no content");

        let rated = |value| ingest(RawMention { rating: moodline_types::Rating::new(value, 1.0, 5.0), ..raw("ok") });
        assert_ne!(rated(1.0).unwrap().content_hash, rated(2.0).unwrap().content_hash);
        let renamed = ingest(RawMention { author: None, ..raw("很好") }).unwrap();
        assert_eq!(renamed.content_hash, ingest(raw("很好")).unwrap().content_hash);
    }
}
