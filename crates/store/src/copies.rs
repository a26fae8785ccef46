//! Which mentions say the same: retweets, syndicated reviews, copied spam, one federated post seen twice.
//!
//! Texts are compared as sets of shingles: three neighbouring characters where words are not spaced, two neighbouring
//! words elsewhere, after links, @names, case, punctuation and width are dropped. Candidates are found by banded
//! `MinHash` keys in an indexed table (Leskovec, Rajaraman, Ullman, *Mining of Massive Datasets*, §3.4) and then
//! compared exactly. Every group has one original, the others are its copies: likeness to the original decides, never
//! likeness to another copy, so that groups do not drift.

use std::collections::{HashMap, HashSet};

use unicode_normalization::UnicodeNormalization;

/// Weight below which equal texts are a coincidence: many people write "很好" or "great product".
const TELLING_FROM: usize = 12;
/// Weight below which texts have to be equal after normalisation; a single other word may mean something else.
const LIKENESS_FROM: usize = 24;
/// Share of common shingles (Jaccard) from which a longer text is a copy.
const COPY_FROM: f64 = 0.7;
/// Keys per text; the chance to meet in one of them is 0.98 at a likeness of 0.7, and 0.24 at 0.3.
const BANDS: u64 = 10;
/// Minimum hashes per key.
const ROWS: u64 = 3;

/// What a text is compared by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fingerprint {
    canonical_id: Option<String>,
    /// Hash of the normalised text; `None` where it is too short to tell.
    form: Option<u64>,
    /// Shingles, sorted; empty where only equality counts.
    shingles: Vec<u64>,
}

impl Fingerprint {
    /// The fingerprint of a body (a title is shared by a whole thread and says nothing). `canonical_id` is the identity
    /// that a federated post has on every instance: equal ones are always copies.
    pub fn of(text: &str, canonical_id: Option<&str>) -> Self {
        let tokens = tokens(text);
        let weight: usize = tokens.iter().map(Token::weight).sum();
        let mut shingles = if weight < LIKENESS_FROM { Vec::new() } else { shingles(&tokens) };
        shingles.sort_unstable();
        shingles.dedup();
        let form = (weight >= TELLING_FROM).then(|| hash(tokens.iter().map(|token| token.text.as_str())));
        Self { canonical_id: canonical_id.map(str::to_owned), form, shingles }
    }

    /// Keys to store and to look candidates up by; none for a text that is never a copy.
    pub fn keys(&self) -> Vec<i64> {
        let exact = self.form.filter(|_| self.shingles.is_empty());
        self.canonical_key().into_iter().chain(exact).chain(self.bands()).map(u64::cast_signed).collect()
    }

    fn canonical_key(&self) -> Option<u64> {
        self.canonical_id.as_deref().map(|id| hash(["canonical", id].into_iter()))
    }

    fn bands(&self) -> impl Iterator<Item = u64> {
        (0..BANDS).filter(|_| !self.shingles.is_empty()).map(|band| self.band(band))
    }

    fn band(&self, band: u64) -> u64 {
        (0..ROWS).fold(mix(band), |key, row| {
            let seed = mix(1 + band * ROWS + row);
            let least = self.shingles.iter().map(|shingle| mix(shingle ^ seed)).min().unwrap_or_default();
            mix(key ^ least)
        })
    }

    /// How alike this text is to one of which only its keys are left, as [`Fingerprint::likeness`]. The share of common
    /// bands estimates it: each is common with a chance of its [`ROWS`]th power.
    fn likeness_by_keys(&self, keys: &HashSet<i64>) -> Option<f64> {
        let known = |key: u64| keys.contains(&key.cast_signed());
        let whole = self.canonical_key().into_iter().chain(self.form.filter(|_| self.shingles.is_empty()));
        if whole.into_iter().any(known) {
            return Some(1.0);
        }
        let common = self.bands().filter(|band| known(*band)).count();
        let likeness = (common as f64 / BANDS as f64).powf(1.0 / ROWS as f64);
        (likeness >= COPY_FROM).then_some(likeness)
    }

    /// How alike two texts are, 0 to 1, where they are copies of each other; `None` where they are not.
    pub fn likeness(&self, other: &Self) -> Option<f64> {
        let same = self.canonical_id.is_some() && self.canonical_id == other.canonical_id;
        if same || (self.form.is_some() && self.form == other.form) {
            return Some(1.0);
        }
        if self.shingles.is_empty() || other.shingles.is_empty() {
            return None;
        }
        let known: HashSet<u64> = other.shingles.iter().copied().collect();
        let common = self.shingles.iter().filter(|shingle| known.contains(shingle)).count();
        let likeness = common as f64 / (self.shingles.len() + other.shingles.len() - common) as f64;
        (likeness >= COPY_FROM).then_some(likeness)
    }
}

/// Originals to find the one that a mention copies.
#[derive(Debug, Default)]
pub struct Originals {
    known: Vec<(i64, Known)>,
    by_key: HashMap<i64, Vec<usize>>,
}

/// What an original is compared by.
#[derive(Debug)]
enum Known {
    Whole(Fingerprint),
    /// Its text was dropped for its age.
    Keys(HashSet<i64>),
}

impl Originals {
    /// Adds an original by its row id.
    pub fn add(&mut self, id: i64, fingerprint: Fingerprint) {
        self.add_known(id, &fingerprint.keys(), Known::Whole(fingerprint));
    }

    /// Adds an original without its text by the keys that are stored of it.
    pub fn add_by_keys(&mut self, id: i64, keys: &[i64]) {
        self.add_known(id, keys, Known::Keys(keys.iter().copied().collect()));
    }

    fn add_known(&mut self, id: i64, keys: &[i64], known: Known) {
        for key in keys {
            self.by_key.entry(*key).or_default().push(self.known.len());
        }
        self.known.push((id, known));
    }

    /// The original that `fingerprint` is most like, the oldest of several; `None` where it is one itself.
    pub fn of(&self, fingerprint: &Fingerprint) -> Option<i64> {
        let mut seen = HashSet::new();
        let mut best: Option<(f64, i64)> = None;
        for place in fingerprint.keys().iter().filter_map(|key| self.by_key.get(key)).flatten() {
            let (id, original) = &self.known[*place];
            if seen.insert(*place)
                && let Some(likeness) = match original {
                    Known::Whole(original) => fingerprint.likeness(original),
                    Known::Keys(keys) => fingerprint.likeness_by_keys(keys),
                }
                && best.is_none_or(|(most, oldest)| likeness > most || (likeness >= most && *id < oldest))
            {
                best = Some((likeness, *id));
            }
        }
        best.map(|(_, id)| id)
    }
}

/// A word, or one character of a script that does not space its words.
struct Token {
    text: String,
    unspaced: bool,
}

impl Token {
    /// Words count double: a Chinese word has about two characters.
    fn weight(&self) -> usize {
        if self.unspaced { 1 } else { 2 }
    }
}

/// The words of a text, normalised: no links, no @names, no punctuation, no case, one width.
fn tokens(text: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut word = String::new();
    let folded: String = text.nfkc().flat_map(char::to_lowercase).collect();
    let mut rest = folded.as_str();
    while let Some(c) = rest.chars().next() {
        let skipped = if rest.starts_with("http://") || rest.starts_with("https://") || rest.starts_with("www.") {
            rest.find(|c: char| !c.is_ascii_graphic()).unwrap_or(rest.len())
        } else if c == '@' && word.is_empty() {
            rest[1..]
                .find(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '@')))
                .map_or(rest.len(), |at| at + 1)
        } else {
            0
        };
        let joins = c.is_alphanumeric() && skipped == 0 && !is_unspaced(c);
        if !joins && !word.is_empty() {
            tokens.push(Token { text: std::mem::take(&mut word), unspaced: false });
        }
        if skipped > 0 {
            rest = &rest[skipped..];
            continue;
        }
        if joins {
            word.push(c);
        } else if c.is_alphanumeric() {
            tokens.push(Token { text: c.to_string(), unspaced: true });
        }
        rest = &rest[c.len_utf8()..];
    }
    if !word.is_empty() {
        tokens.push(Token { text: word, unspaced: false });
    }
    // How a retweet begins.
    if tokens.first().is_some_and(|first| first.text == "rt") {
        tokens.remove(0);
    }
    tokens
}

/// Han, kana, Hangul, Thai, Lao, Burmese, Khmer.
fn is_unspaced(c: char) -> bool {
    matches!(c, '\u{e00}'..='\u{eff}' | '\u{1000}'..='\u{109f}' | '\u{1100}'..='\u{11ff}' | '\u{1780}'..='\u{17ff}'
        | '\u{2e80}'..='\u{9fff}' | '\u{ac00}'..='\u{d7ff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
}

fn shingles(tokens: &[Token]) -> Vec<u64> {
    let shingle = |start: usize| {
        let size = if tokens[start].unspaced { 3 } else { 2 };
        let end = (start + size).min(tokens.len());
        hash(tokens[start..end].iter().map(|token| token.text.as_str()))
    };
    // The last one of its script would be a part of the one before.
    (0..tokens.len()).filter(|start| start + 1 < tokens.len()).map(shingle).collect()
}

/// FNV-1a, 64 bits (<http://www.isthe.com/chongo/tech/comp/fnv/>): stored, so it must never change.
pub(crate) fn hash<'a>(parts: impl Iterator<Item = &'a str>) -> u64 {
    let bytes = parts.flat_map(|part| part.bytes().chain([0xff]));
    mix(bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)))
}

/// The finaliser of `SplitMix64` (Steele, Lea, Flood, 2014).
fn mix(value: u64) -> u64 {
    let value = value.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn copies(a: &str, b: &str) -> bool {
        let (a, b) = (Fingerprint::of(a, None), Fingerprint::of(b, None));
        let mut originals = Originals::default();
        originals.add(1, a);
        originals.of(&b).is_some()
    }

    #[test]
    fn a_retweet_is_a_copy_of_its_tweet() {
        let tweet = "The new checkout is a disaster, it took me four attempts to pay #fail https://t.example/a1";
        assert!(copies(tweet, &format!("RT @shopper_99: {tweet}")));
        assert!(copies(
            tweet,
            "the NEW checkout is a disaster - it took me four attempts to pay! #fail https://t.example/zz"
        ));
    }

    #[test]
    fn copied_chinese_text_is_found_through_small_edits() {
        let text = "昨天下单今天就到了，包装完好，客服态度也很好，只是价格比上个月贵了不少，希望以后多做活动。";
        assert!(copies(
            text,
            "昨天下单今天就到了,包装完好,客服态度也很好,只是价格比上个月贵了不少,希望以后多多做活动!!"
        ));
        assert!(copies(text, &format!("@小王：{text} http://t.cn/abc 转")));
        assert!(!copies(
            text,
            "昨天下单今天还没到，打客服电话也没人接，包装破了一个洞，再也不会来这家店买东西了，差评。"
        ));
    }

    #[test]
    fn what_many_people_write_is_no_copy() {
        for text in
            ["很好", "质量不错，很满意", "Great product!", "Works as expected, thanks", "👍👍👍👍👍👍👍👍👍👍👍👍👍👍"]
        {
            assert!(!copies(text, text), "{text}");
            assert_eq!(Fingerprint::of(text, None).keys(), Vec::<i64>::new());
        }
    }

    #[test]
    fn a_text_of_middle_length_has_to_be_equal() {
        let text = "Delivery was two days late and nobody told me why";
        assert!(copies(text, "delivery was two days late, and nobody told me why..."));
        assert!(!copies(text, "Delivery was two days late and nobody told me that"));
    }

    #[test]
    fn one_federated_post_is_one_however_short() {
        let seen = |id| Fingerprint::of("很好", Some(id));
        assert_eq!(seen("https://a.example/1").likeness(&seen("https://a.example/1")), Some(1.0));
        assert_eq!(seen("https://a.example/1").likeness(&seen("https://a.example/2")), None);
    }

    #[test]
    fn the_most_alike_original_wins_and_of_equals_the_oldest() {
        let text =
            "The courier left my parcel in the rain and the shop refuses to send another one without a photo of it";
        let other = "The courier left my parcel in the rain and the shop refuses to send another one without a photo";
        let mut originals = Originals::default();
        originals.add(9, Fingerprint::of(text, None));
        originals.add(4, Fingerprint::of(other, None));
        originals.add(7, Fingerprint::of(other, None));
        assert_eq!(originals.of(&Fingerprint::of(text, None)), Some(9));
        assert_eq!(originals.of(&Fingerprint::of(other, None)), Some(4));
    }

    #[test]
    fn an_original_without_its_text_is_known_by_its_keys() {
        let found = |original: &str, copy: &str, canonical_id: Option<&str>| {
            let mut originals = Originals::default();
            originals.add_by_keys(3, &Fingerprint::of(original, canonical_id).keys());
            originals.of(&Fingerprint::of(copy, canonical_id))
        };
        let text =
            "The courier left my parcel in the rain and the shop refuses to send another one without a photo of it";
        assert_eq!(found(text, &format!("RT @mei: {text} https://t.example/1"), None), Some(3));
        assert_eq!(found(text, &text.replace("rain", "snow"), None), Some(3));
        assert_eq!(
            found(text, "The courier was kind, the shop sent a photo of the parcel and another one at once", None),
            None
        );
        let short = "Delivery was two days late and nobody told me why";
        assert_eq!(found(short, "Delivery was two days late, and nobody told me why!", None), Some(3));
        assert_eq!(found(short, "Delivery was two days late and nobody told me that", None), None);
        assert_eq!(found("很好", "很好", Some("https://a.example/1")), Some(3));
        assert_eq!(found("很好", "很好", None), None);
    }

    #[test]
    fn keys_never_change() {
        // They are stored: a change here needs a migration that empties `mention_keys`.
        assert_eq!(
            Fingerprint::of("Delivery was two days late and nobody told me why", None).keys(),
            [-2_412_053_555_390_894_406]
        );
    }
}
