//! Text that every database can hold.

use std::borrow::Cow;

/// `text` without the character U+0000, which PostgreSQL cannot store and SQLite's functions stop at.
pub fn storable(text: &str) -> Cow<'_, str> {
    if text.contains('\0') { Cow::Owned(text.replace('\0', "")) } else { Cow::Borrowed(text) }
}

/// A `LIKE` pattern, with `\` as its escape character, for text that contains `part` word for word.
pub fn containing(part: &str) -> String {
    let mut pattern = String::with_capacity(part.len() + 2);
    pattern.push('%');
    for c in part.chars().filter(|c| *c != '\0') {
        if matches!(c, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern.push('%');
    pattern
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_null_character_goes() {
        assert_eq!(storable("a\0b\u{1F600}"), "ab\u{1F600}");
        assert!(matches!(storable("plain"), Cow::Borrowed("plain")));
    }

    #[test]
    fn wildcards_of_the_user_are_plain_characters() {
        assert_eq!(containing("50%_a\\"), "%50\\%\\_a\\\\%");
    }
}
