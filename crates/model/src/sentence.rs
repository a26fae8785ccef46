//! Where sentences end.

use crate::script::{is_han, is_spaceless};

/// Titles: a dot after one never ends a sentence.
const TITLES: [&str; 11] = ["mr", "mrs", "ms", "dr", "prof", "st", "sr", "sra", "srta", "dra", "mme"];
/// Abbreviations: a dot after one ends no sentence where the text goes on in small letters or digits.
const ABBREVIATIONS: [&str; 24] = [
    "vs", "etc", "approx", "no", "nr", "inc", "ltd", "co", "corp", "dept", "est", "min", "max", "av", "pág", "núm",
    "ej", "ud", "uds", "bzw", "usw", "ca", "tel", "incl",
];

/// First characters of every sentence but the first, as indices into `chars`, in order.
///
/// A sentence ends with its marks (`。！？!?;；।…` and a dot that is one), the quotes and brackets that close
/// after them, or a line. Dots in numbers, addresses and abbreviations end nothing.
pub(crate) fn sentence_starts(chars: &[char]) -> Vec<usize> {
    let mut starts = Vec::new();
    let mut at = 0;
    while at < chars.len() {
        if let Some(end) = address_end(chars, at) {
            at = end;
        } else if is_line_break(chars[at]) {
            at += 1;
            starts.push(at);
        } else if is_mark(chars[at]) {
            let end = run_end(chars, at, is_mark);
            let after = run_end(chars, end, is_closing);
            if ends_sentence(chars, at, end, after) {
                starts.push(after);
            }
            at = after;
        } else {
            at += 1;
        }
    }
    starts.retain(|&start| start < chars.len());
    starts
}

/// One past the last character of the web address that begins at `at`, if one does.
pub(crate) fn address_end(chars: &[char], at: usize) -> Option<usize> {
    let begins = |word: &str| word.chars().enumerate().all(|(i, c)| chars.get(at + i) == Some(&c));
    if at > 0 && chars[at - 1].is_ascii_alphanumeric() || !["http://", "https://", "www."].iter().any(|w| begins(w)) {
        return None;
    }
    let mut end = run_end(chars, at, |c| c.is_ascii_graphic());
    while end > at + 4 && matches!(chars[end - 1], '.' | ',' | '!' | '?' | ';' | ')') {
        end -= 1;
    }
    Some(end)
}

fn run_end(chars: &[char], start: usize, is_in: impl Fn(char) -> bool) -> usize {
    chars[start..].iter().position(|&c| !is_in(c)).map_or(chars.len(), |n| start + n)
}

fn is_line_break(c: char) -> bool {
    matches!(c, '\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

fn is_mark(c: char) -> bool {
    is_full_stop(c) || matches!(c, '.' | '!' | '?' | ';' | '…' | '⋯')
}

/// Marks that end a sentence wherever they stand.
fn is_full_stop(c: char) -> bool {
    matches!(c, '。' | '｡' | '！' | '？' | '；' | '‼' | '⁉' | '؟' | '؛' | '۔' | '।' | '॥' | '።' | '။' | '។')
}

fn is_closing(c: char) -> bool {
    matches!(c, '"' | '\'' | '”' | '’' | '」' | '』' | ')' | '）' | ']' | '】' | '》' | '»' | '\u{fe0f}')
}

/// Whether the marks `chars[start..end]`, with closing quotes up to `after`, end a sentence.
fn ends_sentence(chars: &[char], start: usize, end: usize, after: usize) -> bool {
    let marks = &chars[start..end];
    let next = chars.get(after).copied();
    let Some(next) = next else { return true };
    if marks.iter().any(|&c| is_full_stop(c)) {
        return true;
    }
    if marks.iter().any(|c| matches!(c, '!' | '?')) {
        return !next.is_ascii_alphanumeric();
    }
    let apart = next.is_whitespace() || is_spaceless(next);
    if marks.contains(&';') {
        // `;)` and `;-)` are faces.
        return apart && after == end;
    }
    let following = chars[after..].iter().copied().find(|c| !c.is_whitespace());
    let goes_on = following.is_none_or(|c| c.is_lowercase() || c.is_numeric());
    if marks.len() > 1 || marks[0] != '.' {
        return apart && !following.is_some_and(char::is_lowercase);
    }
    let before = start.checked_sub(1).map(|at| chars[at]);
    if !apart || before.is_some_and(|c| c.is_ascii_digit() && is_han(next)) {
        return false;
    }
    !is_abbreviation(&chars[..start], goes_on)
}

/// Whether the dot after `before` belongs to a shortened word or a list number.
fn is_abbreviation(before: &[char], goes_on: bool) -> bool {
    let length = before.iter().rev().take_while(|c| c.is_alphanumeric() || **c == '.').count();
    let (earlier, word) = before.split_at(before.len() - length);
    if word.iter().all(char::is_ascii_digit) {
        return word.len() < 3 && earlier.last().is_none_or(|c| is_line_break(*c));
    }
    let word: String = word.iter().flat_map(|c| c.to_lowercase()).collect();
    let initials = word.chars().count() == 1 || word.contains('.');
    TITLES.contains(&word.as_str()) || goes_on && (initials || ABBREVIATIONS.contains(&word.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sentences(text: &str) -> Vec<String> {
        let chars: Vec<char> = text.chars().collect();
        let starts = sentence_starts(&chars);
        let from = std::iter::once(0).chain(starts.iter().copied());
        let to = starts.iter().copied().chain([chars.len()]);
        from.zip(to).map(|(from, to)| chars[from..to].iter().collect::<String>().trim().to_owned()).collect()
    }

    #[test]
    fn chinese_and_japanese_marks_end_sentences() {
        assert_eq!(sentences("味道好！！服务差。“不会再来。”走了"), ["味道好！！", "服务差。", "“不会再来。”", "走了"]);
        assert_eq!(sentences("早かったです。でも高い…もう買わない"), ["早かったです。", "でも高い…", "もう買わない"]);
    }

    #[test]
    fn a_dot_in_a_number_an_address_or_an_abbreviation_ends_nothing() {
        for whole in [
            "Paid 3.50 at example.com for v2.1",
            "See https://example.com/a.b?c=d;e for more",
            "Dr. Brown and Mr. Smith were kind",
            "Fees, e.g. for transfers, vs. last year",
            "1. Open the app",
            "更新到17.3版本后好了",
            "well... not really ;) honestly",
            "Yahoo!Japan",
        ] {
            assert_eq!(sentences(whole), [whole]);
        }
    }

    #[test]
    fn a_dot_before_a_new_start_ends_one() {
        assert_eq!(
            sentences("Slow. Very slow?! Yes... Never again"),
            ["Slow.", "Very slow?!", "Yes...", "Never again"]
        );
        assert_eq!(sentences("好吃.下次再来"), ["好吃.", "下次再来"]);
        assert_eq!(sentences("See www.example.com. Great shop"), ["See www.example.com.", "Great shop"]);
    }

    #[test]
    fn a_line_is_a_sentence() {
        assert_eq!(sentences("Title without a dot\nBody"), ["Title without a dot", "Body"]);
    }
}
