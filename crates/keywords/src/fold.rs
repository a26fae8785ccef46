//! Writing made comparable: case, width and spacing of letters do not matter when keywords are looked for.

use unicode_normalization::{UnicodeNormalization, char::compose};

/// A text folded for comparison that still knows which characters of the original each of its characters came from.
#[derive(Debug, Default)]
pub(crate) struct Folded {
    /// The folded text.
    pub(crate) text: String,
    /// For each character of `text`: its first byte in `text`, and the first and one past the last character of the
    /// original.
    pub(crate) origins: Vec<(usize, usize, usize)>,
}

impl Folded {
    /// Lower case; full-width Latin and half-width Kana in their usual width; typographic apostrophes straight; runs
    /// of white space as one space; letters and their combining marks as one character.
    pub(crate) fn new(original: &str) -> Self {
        let mut folded = Self { text: String::with_capacity(original.len()), origins: Vec::new() };
        for (at, c) in original.chars().enumerate() {
            match c {
                _ if c.is_ascii() && !c.is_ascii_whitespace() => folded.push(c.to_ascii_lowercase(), at),
                _ if c.is_whitespace() => folded.push(' ', at),
                '\u{2018}' | '\u{2019}' => folded.push('\'', at),
                // U+FF00 to U+FFEF: half-width and full-width forms (Unicode, chapter 18).
                '\u{ff00}'..='\u{ffef}' => {
                    for usual in c.nfkc().flat_map(char::to_lowercase) {
                        folded.push(usual, at);
                    }
                }
                _ => {
                    for lower in c.to_lowercase() {
                        folded.push(if lower == 'ς' { 'σ' } else { lower }, at);
                    }
                }
            }
        }
        folded
    }

    fn push(&mut self, c: char, at: usize) {
        if let Some(last) = self.text.chars().next_back() {
            let joined = if c == ' ' && last == ' ' {
                Some(' ')
            } else if c.is_ascii() {
                None
            } else {
                compose(last, c)
            };
            if let (Some(joined), Some(origin)) = (joined, self.origins.last_mut()) {
                self.text.pop();
                self.text.push(joined);
                origin.2 = at + 1;
                return;
            }
        }
        self.origins.push((self.text.len(), at, at + 1));
        self.text.push(c);
    }

    /// The characters of the original behind the bytes `start..end` of the folded text.
    pub(crate) fn original(&self, start: usize, end: usize) -> (usize, usize) {
        let first = self.origins.partition_point(|origin| origin.0 < start);
        let last = self.origins.partition_point(|origin| origin.0 < end).saturating_sub(1);
        let at = |index: usize| self.origins.get(index).copied().unwrap_or_default();
        (at(first).1, at(last).2)
    }
}

/// A keyword as it is compared: lower case, usual width, single spaces, without white space around it.
pub fn fold_keyword(keyword: &str) -> String {
    Folded::new(keyword.trim()).text
}

/// Whether `c` is part of a word that has other words' boundaries around it, as in Latin, Cyrillic, Greek or Arabic
/// writing; in Chinese, Japanese, Korean and Thai a keyword may stand anywhere.
pub(crate) fn in_spaced_word(c: char) -> bool {
    c.is_alphanumeric() && !is_unspaced(c)
}

/// Scripts written without spaces between words, and Hangul, whose particles lean on their word (Unicode blocks).
fn is_unspaced(c: char) -> bool {
    matches!(
        u32::from(c),
        0x0E00..=0x0EFF // Thai, Lao
        | 0x1000..=0x109F // Myanmar
        | 0x1100..=0x11FF // Hangul Jamo
        | 0x1780..=0x17FF // Khmer
        | 0x2E80..=0x2FDF // CJK radicals
        | 0x3005..=0x3007 // iteration mark, zero
        | 0x3040..=0x30FF // Hiragana, Katakana
        | 0x3100..=0x31FF // Bopomofo, Hangul compatibility Jamo, Katakana extensions
        | 0x3400..=0x4DBF // Han extension A
        | 0x4E00..=0x9FFF // Han
        | 0xA960..=0xA97F // Hangul Jamo extended
        | 0xAC00..=0xD7FF // Hangul syllables
        | 0xF900..=0xFAFF // Han compatibility
        | 0xFF66..=0xFFDC // half-width Kana and Hangul
        | 0x1B000..=0x1B16F // Kana supplement
        | 0x20000..=0x323AF // Han extensions B to H
    )
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn case_width_and_spacing_fold_away() {
        for (text, folded) in [
            ("ＡＰＰ　Ｓｔｏｒｅ", "app store"),
            ("live \n\t stream", "live stream"),
            ("ｶﾞﾁｬ", "ガチャ"),
            ("cafe\u{301} CAFÉ", "café café"),
            ("can’t", "can't"),
            ("ΟΔΟΣ", "οδοσ"),
        ] {
            assert_eq!(Folded::new(text).text, folded);
        }
    }

    #[test]
    fn places_lead_back_to_the_original() {
        let folded = Folded::new("ｶﾞﾁｬ  x");
        assert_eq!(folded.original(0, "ガ".len()), (0, 2));
        assert_eq!(folded.original("ガチャ".len(), "ガチャ ".len()), (4, 6));
        assert_eq!(folded.original("ガチャ ".len(), folded.text.len()), (6, 7));
    }

    proptest! {
        #[test]
        fn origins_cover_the_original_without_gaps(text in "\\PC{0,40}") {
            let folded = Folded::new(&text);
            let mut end = 0;
            for (_, first, last) in &folded.origins {
                prop_assert!(*first <= end && *last >= end && first < last);
                end = *last;
            }
            prop_assert_eq!(end, text.chars().count());
            prop_assert_eq!(folded.origins.len(), folded.text.chars().count());
        }
    }
}
