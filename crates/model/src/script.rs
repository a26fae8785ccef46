//! What kind of letter a character is, as far as splitting a text and naming its language need to know.

/// Chinese characters, as Chinese, Japanese and old Korean write them.
pub(crate) fn is_han(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}' | '々' | '〇')
}

/// Hiragana and katakana.
pub(crate) fn is_kana(c: char) -> bool {
    matches!(c, '\u{3041}'..='\u{3096}' | '\u{309d}'..='\u{309f}' | '\u{30a1}'..='\u{30fa}' | '\u{30fc}'..='\u{30ff}' | '\u{ff66}'..='\u{ff9f}')
}

/// Korean syllables and letters.
pub(crate) fn is_hangul(c: char) -> bool {
    matches!(c, '\u{1100}'..='\u{11ff}' | '\u{3131}'..='\u{318e}' | '\u{ac00}'..='\u{d7a3}')
}

/// Thai, Lao, Burmese and Khmer, which put a space between clauses rather than between words.
pub(crate) fn is_clause_spaced(c: char) -> bool {
    matches!(c, '\u{0e00}'..='\u{0eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}')
}

/// Scripts that write words without a space between them and clauses without one either.
pub(crate) fn is_spaceless(c: char) -> bool {
    is_han(c) || is_kana(c)
}

/// How much a stretch of text says, on a scale where 20 is enough to stand as a clause: five Chinese or Japanese
/// characters, four words of an alphabet, three Korean words, ten Thai letters. Punctuation and emoji say nothing.
pub(crate) fn weight(chars: &[char]) -> u32 {
    let mut sum = 0;
    let mut in_word = false;
    for &c in chars {
        if is_spaceless(c) {
            sum += 4;
            in_word = false;
        } else if is_clause_spaced(c) {
            sum += 2;
            in_word = false;
        } else if c.is_alphanumeric() {
            if !in_word {
                sum += if is_hangul(c) { 7 } else { 5 };
            }
            in_word = true;
        } else if !matches!(c, '\'' | '’' | '-' | '_' | '\u{0300}'..='\u{036f}' | '\u{093c}' | '\u{094d}' | '\u{200d}')
        {
            in_word = false;
        }
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    fn weight_of(text: &str) -> u32 {
        weight(&text.chars().collect::<Vec<_>>())
    }

    #[test]
    fn a_clause_worth_of_each_script_weighs_alike() {
        assert_eq!(weight_of("味道很不错"), 20);
        assert_eq!(weight_of("don't like it much"), 20);
        assert_eq!(weight_of("배송이 정말 느려요"), 21);
        assert_eq!(weight_of("พนักงานดีม"), 20);
        assert_eq!(weight_of("👍🏽 … !!"), 0);
    }
}
