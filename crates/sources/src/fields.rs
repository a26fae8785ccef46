//! Fields of an API's items that every API writes a little differently.

use chrono::{DateTime, Utc};
use moodline_types::RawMention;
use serde::{Deserialize, Deserializer};

use crate::walk::Item;

/// An entry of a list ordered by `at`, with what there is to keep of it.
pub(crate) fn item(id: String, at: Option<DateTime<Utc>>, mention: Option<RawMention>) -> Item {
    Item { mark: at.map(|at| at.timestamp_millis()), id, mention }
}

/// An id that some answers write as a number and others as text.
pub(crate) fn id<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Id {
        Text(String),
        Number(u64),
    }
    let id = match Id::deserialize(deserializer)? {
        Id::Text(text) => text.trim().to_owned(),
        Id::Number(number) => number.to_string(),
    };
    if id.is_empty() { Err(serde::de::Error::custom("the id is empty")) } else { Ok(id) }
}

/// An instant of RFC 3339; `None` where it is missing or something else.
pub(crate) fn instant(text: Option<&str>) -> Option<DateTime<Utc>> {
    DateTime::parse_from_rfc3339(text?.trim()).ok().map(|instant| instant.to_utc())
}

/// Title and text of which one may be missing or say nothing; `None` where both do. A lone title is the text, and a
/// title that the text begins with is none.
pub(crate) fn words(title: Option<String>, text: Option<String>) -> Option<(Option<String>, String)> {
    match (given(title), given(text)) {
        (None, None) => None,
        (Some(title), None) => Some((None, title)),
        (Some(title), Some(text)) if text.starts_with(title.trim_end_matches(['…', '.'])) => Some((None, text)),
        (title, Some(text)) => Some((title, text)),
    }
}

/// A text without white space at its ends; `None` where nothing is left.
pub(crate) fn given(text: Option<String>) -> Option<String> {
    text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty())
}

/// A language as BCP 47 writes it, from forms such as `en_US`; `None` for those that name none.
pub(crate) fn language(code: Option<&str>) -> Option<String> {
    let code = code?.trim().replace('_', "-");
    let part = |part: &str| (1..=8).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric());
    // The q-codes are kept for private use, the others say "none", "several" and "not words" (ISO 639-2).
    let none = code.starts_with('q') || matches!(&*code, "und" | "zxx" | "mul" | "mis" | "art");
    (code.len() >= 2 && code.split('-').all(part) && !none).then_some(code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_text_or_numbers_and_never_empty() {
        #[derive(Deserialize)]
        struct Thing {
            #[serde(deserialize_with = "id")]
            id: String,
        }
        let read = |json: &str| serde_json::from_str(json).map(|Thing { id }| id);
        assert_eq!(read(r#"{"id": 7}"#).unwrap(), "7");
        assert_eq!(read(r#"{"id": " b "}"#).unwrap(), "b");
        assert!(read(r#"{"id": ""}"#).is_err() && read(r#"{"id": null}"#).is_err());
    }

    #[test]
    fn a_title_cut_from_the_text_is_no_title() {
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(words(some("Slow deliv…"), some("Slow delivery today")), Some((None, "Slow delivery today".into())));
        assert_eq!(words(some("Slow"), some("It came late")), Some((some("Slow"), "It came late".into())));
        assert_eq!(words(some("Only this"), some("  ")), Some((None, "Only this".into())));
        assert_eq!(words(None, Some(String::new())), None);
    }

    #[test]
    fn languages_are_tags_or_nothing() {
        assert_eq!(language(Some("en_US")).as_deref(), Some("en-US"));
        assert_eq!(language(Some("zh")).as_deref(), Some("zh"));
        for none in ["und", "qst", "zxx", "", "1", "a language"] {
            assert_eq!(language(Some(none)), None, "{none}");
        }
    }
}
