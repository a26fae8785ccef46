//! Text in one or several languages.

use std::{collections::BTreeMap, fmt};

use serde::{
    Deserialize, Deserializer,
    de::{self, MapAccess, Visitor},
};

/// A text as a map's author wrote it: one string, or one string per language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LocalText {
    /// The same in every language.
    Plain(String),
    /// By BCP 47 tag; never empty.
    ByLanguage(BTreeMap<String, String>),
}

impl LocalText {
    /// The text for a reader of `language` (BCP 47): the exact tag, else the same script or language, else English,
    /// else the first there is.
    pub fn in_language(&self, language: &str) -> &str {
        let by_language = match self {
            Self::Plain(text) => return text,
            Self::ByLanguage(by_language) => by_language,
        };
        let find =
            |wanted: &dyn Fn(&str) -> bool| by_language.iter().find(|(tag, _)| wanted(tag)).map(|(_, text)| text);
        find(&|tag| tag.eq_ignore_ascii_case(language))
            .or_else(|| find(&|tag| primary(tag) == primary(language) && script(tag) == script(language)))
            .or_else(|| find(&|tag| primary(tag) == primary(language)))
            .or_else(|| find(&|tag| primary(tag) == "en"))
            .or_else(|| by_language.values().next())
            .map_or("", String::as_str)
    }

    /// Every variant with its language tag, `None` where the text names no language.
    pub fn variants(&self) -> impl Iterator<Item = (Option<&str>, &str)> {
        let (plain, tagged) = match self {
            Self::Plain(text) => (Some((None, text.as_str())), None),
            Self::ByLanguage(by_language) => (None, Some(by_language)),
        };
        let tagged = tagged.into_iter().flatten().map(|(tag, text)| (Some(tag.as_str()), text.as_str()));
        plain.into_iter().chain(tagged)
    }
}

impl From<&str> for LocalText {
    fn from(text: &str) -> Self {
        Self::Plain(text.to_owned())
    }
}

/// Whether `tag` has the form of a BCP 47 tag: a language of 2 to 8 letters, then parts of 1 to 8 letters or digits.
pub(crate) fn is_language_tag(tag: &str) -> bool {
    let mut parts = tag.split('-');
    let language = parts.next().unwrap_or_default();
    (2..=8).contains(&language.len())
        && language.chars().all(|c| c.is_ascii_alphabetic())
        && parts.all(|part| (1..=8).contains(&part.len()) && part.chars().all(|c| c.is_ascii_alphanumeric()))
}

fn primary(tag: &str) -> String {
    tag.split(['-', '_']).next().unwrap_or_default().to_ascii_lowercase()
}

/// The script a tag names or, for Chinese, implies by its region (CLDR likely subtags).
fn script(tag: &str) -> Option<String> {
    tag.split(['-', '_']).skip(1).find_map(|part| match part.to_ascii_uppercase().as_str() {
        "TW" | "HK" | "MO" => Some("hant".to_owned()),
        "CN" | "SG" | "MY" => Some("hans".to_owned()),
        _ if part.len() == 4 => Some(part.to_ascii_lowercase()),
        _ => None,
    })
}

/// Written by hand and not as an untagged enum, so that errors point into the table.
impl<'de> Deserialize<'de> for LocalText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct TextVisitor;

        impl<'de> Visitor<'de> for TextVisitor {
            type Value = LocalText;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string, or a table of strings by language such as { en = \"…\", zh-Hans = \"…\" }")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<LocalText, E> {
                Ok(LocalText::Plain(text.to_owned()))
            }

            fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<LocalText, A::Error> {
                let mut by_language = BTreeMap::new();
                while let Some((tag, text)) = entries.next_entry::<String, String>()? {
                    by_language.insert(tag, text);
                }
                if by_language.is_empty() {
                    return Err(de::Error::custom("expected at least one language"));
                }
                Ok(LocalText::ByLanguage(by_language))
            }
        }

        deserializer.deserialize_any(TextVisitor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(pairs: &[(&str, &str)]) -> LocalText {
        LocalText::ByLanguage(pairs.iter().map(|(tag, text)| ((*tag).to_owned(), (*text).to_owned())).collect())
    }

    #[test]
    fn a_reader_gets_the_nearest_language() {
        let name = text(&[("en", "Payment"), ("ja", "支払い"), ("zh-Hans", "支付"), ("zh-Hant", "付款")]);
        for (asked, given) in [
            ("zh-Hant", "付款"),
            ("ZH-hans", "支付"),
            ("zh-TW", "付款"),
            ("zh-CN", "支付"),
            ("zh", "支付"),
            ("ja-JP", "支払い"),
            ("en-GB", "Payment"),
            ("fr", "Payment"),
        ] {
            assert_eq!(name.in_language(asked), given, "{asked}");
        }
        assert_eq!(text(&[("ja", "支払い"), ("zh", "支付")]).in_language("fr"), "支払い");
        assert_eq!(LocalText::from("Pay").in_language("ja"), "Pay");
    }

    #[test]
    fn every_variant_can_be_seen() {
        let seen: Vec<_> =
            text(&[("en", "a"), ("ja", "b")]).variants().map(|(tag, _)| tag.map(str::to_owned)).collect();
        assert_eq!(seen, [Some("en".to_owned()), Some("ja".to_owned())]);
        assert_eq!(LocalText::from("a").variants().collect::<Vec<_>>(), [(None, "a")]);
    }

    #[test]
    fn language_tags_have_a_form() {
        for good in ["en", "zh-Hans", "pt-BR", "sr-Latn-RS", "de-1996"] {
            assert!(is_language_tag(good), "{good}");
        }
        for bad in ["", "e", "english language", "zh_Hans", "zh-", "en-", "支付"] {
            assert!(!is_language_tag(bad), "{bad}");
        }
    }
}
