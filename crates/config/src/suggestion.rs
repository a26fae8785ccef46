//! "Did you mean …?" for words that are nearly one of the allowed ones.

/// Adds the nearest allowed word to serde's `unknown field` and `unknown variant` messages, where one is near.
pub(crate) fn with_suggestion(message: &str) -> String {
    let Some((found, expected)) = unknown_word(message) else {
        return message.to_owned();
    };
    match nearest(found, &expected) {
        Some(word) => format!("{message}; did you mean `{word}`?"),
        None => message.to_owned(),
    }
}

/// The allowed words of an `unknown …` message, in order.
pub(crate) fn expected_words(message: &str) -> Vec<&str> {
    unknown_word(message).map(|(_, expected)| expected).unwrap_or_default()
}

/// Splits serde's ``unknown field `a`, expected one of `b`, `c` `` into the word found and the words allowed.
fn unknown_word(message: &str) -> Option<(&str, Vec<&str>)> {
    let rest = message.strip_prefix("unknown field `").or_else(|| message.strip_prefix("unknown variant `"))?;
    let (found, rest) = rest.split_once("`, expected ")?;
    Some((found, rest.split('`').skip(1).step_by(2).collect()))
}

fn nearest<'a>(found: &str, words: &[&'a str]) -> Option<&'a str> {
    let plain = |word: &str| word.to_lowercase().replace('-', "_");
    let found = plain(found);
    let allowed = (found.chars().count() / 3).clamp(1, 3);
    let (distance, word) =
        words.iter().map(|word| (distance(&found, &plain(word)), *word)).min_by_key(|(distance, _)| *distance)?;
    (distance <= allowed).then_some(word)
}

/// Edits (insert, delete, replace, swap neighbours) between two words: optimal string alignment.
fn distance(a: &str, b: &str) -> usize {
    let a: Vec<char> = a.chars().collect();
    let b: Vec<char> = b.chars().collect();
    let mut before: Vec<usize> = Vec::new();
    let mut above: Vec<usize> = (0..=b.len()).collect();
    for i in 1..=a.len() {
        let mut row = vec![i; b.len() + 1];
        for j in 1..=b.len() {
            let replaced = above[j - 1] + usize::from(a[i - 1] != b[j - 1]);
            row[j] = replaced.min(above[j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                row[j] = row[j].min(before[j - 2] + 1);
            }
        }
        before = std::mem::replace(&mut above, row);
    }
    above[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_near_word_is_suggested_and_a_far_one_is_not() {
        let expected = "expected one of `id`, `url`, `keywords`";
        let say = |word: &str| with_suggestion(&format!("unknown field `{word}`, {expected}"));
        assert!(say("urll").ends_with("; did you mean `url`?"));
        assert!(say("key-words").ends_with("; did you mean `keywords`?"));
        assert!(say("kewyords").ends_with("; did you mean `keywords`?"));
        assert!(say("touchpoint").ends_with(expected));
        assert_eq!(with_suggestion("missing field `id`"), "missing field `id`");
    }
}
