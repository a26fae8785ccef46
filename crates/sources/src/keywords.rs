//! Words to look for in what strangers write.

/// Words and phrases of which one must stand in a text. Upper and lower case are alike; a word in an alphabet counts
/// only as a whole word, one in a script without spaces anywhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Keywords(Vec<String>);

impl Keywords {
    /// Of `words`, those that hold anything.
    pub(crate) fn new<T: AsRef<str>>(words: impl IntoIterator<Item = T>) -> Self {
        let words = words.into_iter().map(|word| normal(word.as_ref()));
        Self(words.filter(|word| !word.is_empty()).collect())
    }

    /// Whether one of them stands in `text`.
    pub(crate) fn found_in(&self, text: &str) -> bool {
        let text = normal(text);
        self.0.iter().any(|word| {
            text.match_indices(word.as_str()).any(|(start, found)| {
                let before = text[..start].chars().next_back();
                let after = text[start + found.len()..].chars().next();
                !joined(before, found.chars().next()) && !joined(found.chars().next_back(), after)
            })
        })
    }
}

/// Lower case, one space between words.
fn normal(text: &str) -> String {
    text.to_lowercase().split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Whether two characters side by side belong to one word.
fn joined(left: Option<char>, right: Option<char>) -> bool {
    let spaced = |c: char| (c.is_alphanumeric() || c == '_') && !is_unspaced(c);
    left.is_some_and(spaced) && right.is_some_and(spaced)
}

/// Scripts that put no spaces between words: Han, kana, Thai, Lao, Khmer, Burmese. Korean puts spaces, but its
/// endings grow on to the word.
fn is_unspaced(c: char) -> bool {
    matches!(c,
        '\u{0E00}'..='\u{0EFF}' | '\u{1000}'..='\u{109F}' | '\u{1100}'..='\u{11FF}' | '\u{1780}'..='\u{17FF}'
        | '\u{3040}'..='\u{30FF}' | '\u{3400}'..='\u{9FFF}' | '\u{AC00}'..='\u{D7AF}' | '\u{F900}'..='\u{FAFF}'
        | '\u{20000}'..='\u{3FFFF}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_word_counts_as_a_whole_and_in_any_case() {
        let keywords = Keywords::new(["Acme", "north  star"]);
        for text in ["acme!", "I left ACME's shop", "(Acme)", "the North\nStar app", "买了acme的"] {
            assert!(keywords.found_in(text), "{text}");
        }
        for text in ["acmeism", "macme", "acme_2", "north starling", "acne", ""] {
            assert!(!keywords.found_in(text), "{text}");
        }
    }

    #[test]
    fn a_word_without_spaces_around_it_is_found_anywhere() {
        let keywords = Keywords::new(["小米", "삼성"]);
        assert!(keywords.found_in("我的小米手机坏了"));
        assert!(keywords.found_in("삼성전자는"));
        assert!(!keywords.found_in("大米"));
    }

    #[test]
    fn empty_words_are_none() {
        assert!(!Keywords::new(["", "  "]).found_in("anything"));
    }

    proptest! {
        #[test]
        fn any_text_can_be_searched(word in "\\PC{0,6}", text in "\\PC{0,40}") {
            let _ = Keywords::new([&word]).found_in(&text);
            let whole = Keywords::new([&word]);
            prop_assert_eq!(whole.found_in(&word), !word.trim().is_empty());
        }
    }
}
