//! Which keywords stand in a text: the rules of assignment.

use aho_corasick::AhoCorasick;

use crate::fold::{Folded, fold_keyword, in_spaced_word};

/// Keywords of many owners (touchpoints or personas), found in one pass over a text.
///
/// Words of scripts with spaces match whole words whatever their case (`app` in "My App!", not in "apple"); Chinese,
/// Japanese, Korean and Thai match anywhere. Full-width Latin, half-width Kana, composed and decomposed letters and
/// any white space are alike.
#[derive(Debug, Clone)]
pub struct KeywordIndex<K> {
    automaton: AhoCorasick,
    entries: Vec<Entry<K>>,
}

#[derive(Debug, Clone)]
struct Entry<K> {
    owner: K,
    keyword: String,
    chars: usize,
}

/// A keyword found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeywordMatch<'a, K> {
    /// Whose keyword it is.
    pub owner: &'a K,
    /// The keyword as its author wrote it.
    pub keyword: &'a str,
    /// First character of the match in the text, in Unicode scalar values.
    pub start: usize,
    /// One past its last character.
    pub end: usize,
}

impl<K> KeywordIndex<K> {
    /// An index of these keywords; empty ones are left out.
    ///
    /// # Panics
    /// When all keywords together exceed two gigabytes.
    pub fn new<'k>(keywords: impl IntoIterator<Item = (K, &'k str)>) -> Self {
        let mut patterns = Vec::new();
        let mut entries = Vec::new();
        for (owner, keyword) in keywords {
            let pattern = fold_keyword(keyword);
            if pattern.is_empty() {
                continue;
            }
            entries.push(Entry { owner, keyword: keyword.to_owned(), chars: pattern.chars().count() });
            patterns.push(pattern);
        }
        let automaton = AhoCorasick::new(&patterns).expect("keywords of a map stay far below two gigabytes");
        Self { automaton, entries }
    }

    /// Whether there is nothing to find.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Every keyword in `text`, also where they overlap: the longest first, then by place.
    pub fn find(&self, text: &str) -> Vec<KeywordMatch<'_, K>> {
        if self.entries.is_empty() {
            return Vec::new();
        }
        let folded = Folded::new(text);
        let mut found: Vec<(usize, KeywordMatch<'_, K>)> = self
            .automaton
            .find_overlapping_iter(&folded.text)
            .filter(|place| is_whole(&folded.text, place.start(), place.end()))
            .map(|place| {
                let entry = &self.entries[place.pattern().as_usize()];
                let (start, end) = folded.original(place.start(), place.end());
                (entry.chars, KeywordMatch { owner: &entry.owner, keyword: &entry.keyword, start, end })
            })
            .collect();
        found.sort_by(|(a_chars, a), (b_chars, b)| b_chars.cmp(a_chars).then(a.start.cmp(&b.start)));
        found.into_iter().map(|(_, found)| found).collect()
    }

    /// The owner of the longest keyword in `text`, the first in the text among equals, and that keyword.
    pub fn best(&self, text: &str) -> Option<KeywordMatch<'_, K>> {
        self.find(text).into_iter().next()
    }
}

/// Whether neither end of the match lies inside a word.
fn is_whole(text: &str, start: usize, end: usize) -> bool {
    let inside = |outer: Option<char>, inner: Option<char>| {
        outer.zip(inner).is_some_and(|(outer, inner)| in_spaced_word(outer) && in_spaced_word(inner))
    };
    let matched = &text[start..end];
    !inside(text[..start].chars().next_back(), matched.chars().next())
        && !inside(text[end..].chars().next(), matched.chars().next_back())
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use proptest::prelude::*;

    use super::*;

    fn index(keywords: &[(&'static str, &'static str)]) -> KeywordIndex<&'static str> {
        KeywordIndex::new(keywords.iter().copied())
    }

    fn found(keywords: &[(&'static str, &'static str)], text: &str) -> Vec<(String, usize, usize)> {
        index(keywords).find(text).iter().map(|m| (m.keyword.to_owned(), m.start, m.end)).collect()
    }

    #[test]
    fn latin_words_match_whole_and_in_any_case() {
        let keywords = [("a", "app"), ("b", "Оплата"), ("c", "live stream")];
        assert_eq!(found(&keywords, "My App! 用app买"), [("app".into(), 3, 6), ("app".into(), 9, 12)]);
        assert_eq!(found(&keywords, "apples, wrapp, app2"), []);
        assert_eq!(found(&keywords, "ОПЛАТА не прошла, предоплата"), [("Оплата".into(), 0, 6)]);
        assert_eq!(found(&keywords, "the Live\n Stream was fun"), [("live stream".into(), 4, 16)]);
    }

    #[test]
    fn chinese_japanese_korean_and_thai_match_anywhere() {
        let keywords = [("a", "退款"), ("b", "配送"), ("c", "배송"), ("d", "จัดส่ง")];
        assert_eq!(found(&keywords, "还没退款呢"), [("退款".into(), 2, 4)]);
        assert_eq!(found(&keywords, "無料配送です"), [("配送".into(), 2, 4)]);
        assert_eq!(found(&keywords, "빠른배송이에요"), [("배송".into(), 2, 4)]);
        assert_eq!(found(&keywords, "การจัดส่งเร็ว").len(), 1);
    }

    #[test]
    fn width_does_not_matter() {
        assert_eq!(found(&[("a", "APP")], "这个ＡＰＰ真卡"), [("APP".into(), 2, 5)]);
        assert_eq!(found(&[("a", "ガチャ")], "ｶﾞﾁｬが渋い"), [("ガチャ".into(), 0, 4)]);
    }

    #[test]
    fn the_longest_keyword_comes_first_and_its_owner_is_best() {
        let keywords = [("list", "商品"), ("page", "商品页"), ("pay", "付款")];
        let matches = found(&keywords, "付款后商品页没了");
        assert_eq!(matches.iter().map(|m| m.0.as_str()).collect::<Vec<_>>(), ["商品页", "付款", "商品"]);
        assert_eq!(index(&keywords).best("付款后商品页没了").unwrap().owner, &"page");
        assert!(index(&[]).best("付款").is_none());
        assert!(index(&[("a", " ")]).is_empty());
    }

    #[test]
    fn a_keyword_of_two_owners_is_found_for_both() {
        let index = index(&[("a", "card"), ("b", "Card")]);
        assert_eq!(index.find("my card").iter().map(|m| *m.owner).collect::<Vec<_>>(), ["a", "b"]);
    }

    /// A million opinions against 200 keywords must take seconds; a twentieth of that, unoptimised, may take as long.
    #[test]
    fn many_opinions_are_matched_quickly() {
        let words: Vec<String> = (0..200).map(|n| format!("关键{n}词")).collect();
        let index = KeywordIndex::new(words.iter().enumerate().map(|(n, word)| (n, word.as_str())));
        let text = "昨天下单以后一直没有发货，客服说系统升级，让我再等三天，关键77词，太失望了。Never again!";
        let begin = Instant::now();
        let hits: usize = (0..50_000).map(|_| index.find(text).len()).sum();
        assert_eq!(hits, 50_000);
        assert!(begin.elapsed() < Duration::from_secs(20), "{:?}", begin.elapsed());
    }

    proptest! {
        #[test]
        fn a_match_is_inside_the_text_and_says_the_keyword(
            before in "[a-z支退 ]{0,6}",
            keyword in "[a-zA-Zé支退]{1,4}",
            after in "\\PC{0,6}",
        ) {
            let text = format!("{before} {keyword} {after}");
            let index = KeywordIndex::new([(0, keyword.as_str())]);
            let matches = index.find(&text);
            prop_assert!(!matches.is_empty());
            for found in matches {
                let said: String = text.chars().skip(found.start).take(found.end - found.start).collect();
                prop_assert_eq!(fold_keyword(&said), fold_keyword(&keyword));
            }
        }
    }
}
