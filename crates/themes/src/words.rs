//! Texts as the words that carry them.
//!
//! Chinese is cut by a dictionary and a hidden Markov model for words it does not hold (`jieba-rs`), everything else by
//! the Unicode word breaks with the dictionaries of ICU for Japanese and Thai (`icu_segmenter`). Stop words are those of
//! NLTK and Stopwords ISO for the language; words of alphabets with a Snowball stemmer are alike whatever their ending.

use std::{
    collections::{HashMap, HashSet},
    sync::LazyLock,
};

use icu_segmenter::{WordSegmenter, WordSegmenterBorrowed, options::WordBreakInvariantOptions};
use jieba_rs::Jieba;
use regex::Regex;
use rust_stemmers::{Algorithm, Stemmer};
use unicode_normalization::UnicodeNormalization as _;

/// What is no word of the author's: addresses, handles and what our own redaction left.
static NO_WORDS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"https?://\S+|www\.\S+|[@＠][\w.-]+|\[[a-z-]+\]").expect("the pattern is constant and correct")
});

/// Words that say how much or how bad, not what about: no theme is made of them.
const EMPTY: &[&str] = &[
    "really",
    "very",
    "even",
    "ever",
    "never",
    "still",
    "also",
    "get",
    "got",
    "getting",
    "one",
    "would",
    "could",
    "please",
    "like",
    "us",
    "go",
    "going",
    "gonna",
    "im",
    "ive",
    "dont",
    "doesnt",
    "didnt",
    "cant",
    "wont",
    "isnt",
    "u",
    "ur",
    "lol",
    "amp",
    "via",
    "rt",
    "thing",
    "things",
    "lot",
    "much",
    "many",
    "make",
    "made",
    "makes",
    "know",
    "see",
    "say",
    "said",
    "says",
    "way",
    "back",
    "since",
    "well",
    "another",
    "every",
    "always",
    "already",
    "actually",
    "let",
    "want",
    "need",
    "people",
    "someone",
    "anyone",
    "everyone",
    "nothing",
    "something",
    "anything",
    "everything",
    "yes",
    "ok",
    "okay",
    "真的",
    "真是",
    "实在",
    "非常",
    "特别",
    "有点",
    "感觉",
    "觉得",
    "东西",
    "一点",
    "一下",
    "一次",
    "第一次",
    "知道",
    "居然",
    "竟然",
    "简直",
    "根本",
    "完全",
    "已经",
    "还有",
    "而且",
    "然后",
    "结果",
    "下次",
    "以后",
    "之前",
    "以前",
    "时候",
    "直接",
    "太",
    "很",
    "好",
    "挺",
    "真",
    "超",
    "超级",
    "最",
    "说",
    "想",
    "想要",
    "点",
    "个",
    "次",
    "没",
    "没有",
    "都",
    "还",
    "就",
    "又",
    "才",
    "再",
    "也",
    "不",
    "是",
    "有",
    "要",
    "会",
    "能",
    "人",
    "里",
    "下",
    "上",
    "去",
    "来",
    "到",
    "给",
    "做",
    "看",
    "这家",
    "家",
    "一家",
    "这次",
    "今天",
    "昨天",
    "每次",
    "一直",
    "几个",
    "一份",
    "份",
    "不是",
    "可能",
    "应该",
    "一样",
    "沒",
    "沒有",
    "這",
    "這個",
    "個",
    "們",
    "還",
    "說",
    "過",
    "會",
    "讓",
    "來",
    "裡",
    "嗎",
    "為什麼",
    "什麼",
    "怎麼",
    "時候",
    "すごく",
    "とても",
    "本当",
    "ない",
    "する",
    "いる",
    "ある",
    "なる",
    "思う",
    "こと",
    "もの",
    "さん",
];

/// Words on the lists that do say what about: food that is not varied, help that is not in time.
const KEPT: &[&str] = &["及时", "丰富", "合理", "处理", "严重", "不足", "不够", "复杂", "准备", "允许", "加强"];

/// One word of a text.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Word {
    /// What makes it the same word: its stem.
    pub(crate) stem: String,
    /// As written, in lower case.
    pub(crate) form: String,
    /// Its place among all words of the text, stop words included: neighbours follow each other.
    pub(crate) place: usize,
}

/// Cuts texts into words. Keeps a dictionary of some 50 MB from the first Chinese text on: made for a run and dropped
/// with it.
#[derive(Default)]
pub(crate) struct Cutter {
    chinese: Option<Jieba>,
    others: Option<WordSegmenterBorrowed<'static>>,
    stop_words: HashMap<String, HashSet<String>>,
}

impl Cutter {
    /// The words of `text` that carry meaning, in order. `language` is BCP 47; where it is unknown the script decides.
    pub(crate) fn words(&mut self, text: &str, language: Option<&str>) -> Vec<Word> {
        let text: String = text.nfkc().flat_map(char::to_lowercase).map(plain_apostrophe).collect();
        let text = NO_WORDS.replace_all(&text, " ");
        let language = primary(language, &text);
        let parts: Vec<&str> = if matches!(language.as_str(), "zh" | "yue" | "wuu") {
            self.chinese.get_or_insert_with(Jieba::new).cut(&text, true).into_iter().map(|token| token.word).collect()
        } else {
            let others =
                self.others.get_or_insert_with(|| WordSegmenter::new_auto(WordBreakInvariantOptions::default()));
            let mut start = 0;
            others
                .segment_str(&text)
                .map(|end| &text[std::mem::replace(&mut start, end)..end])
                .filter(|part| !part.is_empty())
                .collect()
        };
        let stop_words = self.stop_words.entry(language.clone()).or_insert_with(|| stop_words(&language));
        let stemmer = stemmer(&language);
        let mut words = Vec::new();
        let spoken = parts.into_iter().filter(|part| part.chars().any(char::is_alphanumeric));
        for (place, part) in spoken.enumerate() {
            let form = part.trim_matches(|c: char| !c.is_alphanumeric());
            if says_something(form) && !stop_words.contains(form) {
                let latin = form.chars().all(|c| c.is_alphabetic() || c == '\'');
                let stem = match &stemmer {
                    Some(stemmer) if latin => stemmer.stem(form).into_owned(),
                    _ => form.to_owned(),
                };
                words.push(Word { stem, form: form.to_owned(), place });
            }
        }
        words
    }
}

fn plain_apostrophe(c: char) -> char {
    if c == '’' { '\'' } else { c }
}

/// Numbers, single letters and single kana say nothing; a single Chinese character may.
fn says_something(form: &str) -> bool {
    let mut letters = form.chars().filter(|c| c.is_alphabetic());
    let Some(first) = letters.next() else { return false };
    is_han(first) || letters.next().is_some()
}

pub(crate) fn is_han(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}' | '\u{20000}'..='\u{3FFFF}')
}

fn is_kana(c: char) -> bool {
    matches!(c, '\u{3040}'..='\u{30FF}')
}

/// Whether words of this script are written without spaces between them.
pub(crate) fn is_unspaced(c: char) -> bool {
    is_han(c) || is_kana(c) || matches!(c, '\u{0E00}'..='\u{0EFF}')
}

/// The language without script and region. What is said to be in another language but is written in Han characters
/// alone is Chinese, and kana are Japanese.
fn primary(language: Option<&str>, text: &str) -> String {
    let said = language.and_then(|tag| tag.split(['-', '_']).next()).unwrap_or("und").to_ascii_lowercase();
    let (han, kana) = (text.chars().any(is_han), text.chars().any(is_kana));
    match said.as_str() {
        "ja" | "zh" | "yue" | "wuu" => said,
        _ if kana => "ja".to_owned(),
        _ if han => "zh".to_owned(),
        "und" => "en".to_owned(),
        _ => said,
    }
}

fn stop_words(language: &str) -> HashSet<String> {
    let language = if matches!(language, "yue" | "wuu") { "zh" } else { language };
    let listed = stop_words::lookup(language).unwrap_or_default();
    let said = |word: &&&str| !KEPT.contains(*word);
    listed.iter().filter(said).chain(EMPTY).map(|word| (*word).to_owned()).collect()
}

fn stemmer(language: &str) -> Option<Stemmer> {
    Some(Stemmer::create(match language {
        "en" => Algorithm::English,
        "de" => Algorithm::German,
        "fr" => Algorithm::French,
        "es" => Algorithm::Spanish,
        "it" => Algorithm::Italian,
        "pt" => Algorithm::Portuguese,
        "nl" => Algorithm::Dutch,
        "sv" => Algorithm::Swedish,
        "da" => Algorithm::Danish,
        "no" | "nb" | "nn" => Algorithm::Norwegian,
        "fi" => Algorithm::Finnish,
        "hu" => Algorithm::Hungarian,
        "ro" => Algorithm::Romanian,
        "ru" => Algorithm::Russian,
        "tr" => Algorithm::Turkish,
        "el" => Algorithm::Greek,
        "ar" => Algorithm::Arabic,
        _ => return None,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn forms(text: &str, language: &str) -> Vec<String> {
        Cutter::default().words(text, Some(language)).into_iter().map(|word| word.form).collect()
    }

    #[test]
    fn chinese_is_cut_into_words_and_loses_its_stop_words() {
        assert_eq!(forms("送餐速度实在太慢了！", "zh-Hans"), ["送餐", "速度", "太慢"]);
        assert_eq!(forms("客服態度很差，退款一直沒到", "zh-Hant").first().map(String::as_str), Some("客服"));
        assert_eq!(forms("汤都洒了", "zh"), ["汤", "洒"]);
    }

    #[test]
    fn japanese_and_thai_are_cut_too() {
        let words = forms("配送が遅すぎて料理が冷めていた", "ja");
        for word in ["配送", "料理"] {
            assert!(words.iter().any(|found| found == word), "{word} is missing in {words:?}");
        }
        let thai = forms("พนักงานส่งอาหารมาถึงช้าและอาหารเย็นหมดแล้ว", "th");
        assert!(thai.iter().any(|word| word == "อาหาร"), "{thai:?}");
    }

    #[test]
    fn words_of_alphabets_are_alike_whatever_their_ending() {
        let stems = |text| Cutter::default().words(text, Some("en")).into_iter().map(|w| w.stem).collect::<Vec<_>>();
        assert_eq!(stems("it was crashing"), stems("it crashes"));
        assert_eq!(stems("my bags")[0], stems("the bag")[0]);
    }

    #[test]
    fn handles_links_and_redactions_are_no_words() {
        assert_eq!(
            forms("@SkyAir lost my bag, see https://example.org/x or call [phone]", "en"),
            ["lost", "bag", "call"]
        );
    }

    #[test]
    fn the_script_decides_where_the_language_is_unknown_or_wrong() {
        assert_eq!(Cutter::default().words("退款太慢", None)[0].form, "退款");
        assert_eq!(forms("退款太慢", "en")[0], "退款");
    }

    #[test]
    fn places_tell_neighbours() {
        let places: Vec<usize> =
            Cutter::default().words("customer service is the worst", Some("en")).iter().map(|w| w.place).collect();
        assert_eq!(places, [0, 1, 4]);
    }
}
