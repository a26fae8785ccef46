//! Words as both databases index and find them.
//!
//! Neither database knows where a Chinese word ends, and the two cut Latin ones differently. So we cut ourselves, and
//! both store and look up the same words: runs of letters and digits, without case, width and accents; in scripts
//! written without spaces every pair of neighbours, and the last character of a run alone. A word of any length in
//! such a script is then a phrase of pairs, and a single character is the beginning of a pair.

use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

use crate::{Result, StoreError};

/// Words of one mention that are found. PostgreSQL counts places up to 16,383 in a `tsvector` of at most 1 MiB
/// (<https://www.postgresql.org/docs/current/textsearch-limitations.html>); what a longer text says further on is not
/// found on either database.
const MOST_WORDS: usize = 16_000;

/// Bytes of all words of one mention that are found, so that the 16,000 longest fit as well.
const MOST_TEXT_BYTES: usize = 600_000;

/// Bytes of one word that count: a lexeme of PostgreSQL holds less than 2 KiB.
const MOST_BYTES: usize = 200;

/// Most words of a question, so that nobody keeps the database busy with one.
const MOST_ASKED: usize = 32;

/// Words that follow each other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Phrase {
    /// At least one, each of ASCII letters and digits and of characters beyond ASCII: nothing that a database could take
    /// for syntax.
    pub words: Vec<String>,
    /// Whether the last of them may go on.
    pub open: bool,
}

/// What is looked for in title and text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Search {
    /// Every one of these; at least one.
    pub all: Vec<Phrase>,
    /// None of these.
    pub none: Vec<Phrase>,
}

impl Search {
    /// Reads what somebody typed: words that must all occur, `"a phrase"`, `begin*` for words that begin so, `-word` or
    /// `-"a phrase"` for what must not occur.
    ///
    /// # Errors
    /// `Query` for a quotation mark that is never closed, for nothing but punctuation, for nothing but exclusions, and
    /// for more than 32 parts.
    pub fn parse(text: &str) -> Result<Self> {
        let refuse = |reason: String| StoreError::Query { parameter: "text", reason };
        let mut search = Self { all: Vec::new(), none: Vec::new() };
        let mut rest = text.trim_start();
        while !rest.is_empty() {
            let (excluded, part) = match rest.strip_prefix('-') {
                Some(part) => (true, part),
                None => (false, rest),
            };
            let (said, quoted, after) = if let Some(part) = part.strip_prefix(QUOTES) {
                let end = part.find(QUOTES).ok_or_else(|| {
                    refuse(format!("has a quotation mark that is never closed: `{}`", rest.trim_end()))
                })?;
                let mark = part[end..].chars().next().map_or(0, char::len_utf8);
                (&part[..end], true, &part[end + mark..])
            } else {
                let end = part.find(|c: char| c.is_whitespace() || QUOTES.contains(&c)).unwrap_or(part.len());
                (&part[..end], false, &part[end..])
            };
            let (begins, after) = match after.strip_prefix('*') {
                Some(after) if quoted => (true, after),
                _ => (!quoted && said.ends_with('*'), after),
            };
            if said.is_empty() && !quoted {
                // A dash between words is no exclusion.
            } else if let Some(phrase) = phrase(said, begins) {
                if excluded { search.none.push(phrase) } else { search.all.push(phrase) }
            } else if quoted || excluded || said.chars().any(char::is_alphanumeric) {
                return Err(refuse(format!("has no letter or digit to look for in `{said}`")));
            }
            rest = after.trim_start();
        }
        if search.all.is_empty() {
            let nothing = search.none.is_empty();
            let only = "says only what must not occur: add a word that must";
            return Err(refuse(if nothing { "has no letter or digit to look for" } else { only }.to_owned()));
        }
        let asked: usize = search.all.iter().chain(&search.none).map(|phrase| phrase.words.len()).sum();
        if asked > MOST_ASKED {
            return Err(refuse(format!("has {asked} words; at most {MOST_ASKED} can be looked for at once")));
        }
        Ok(search)
    }
}

/// Mentions with the words looked for that are gathered and sorted for `rows` rows of an answer, where there are
/// `mentions` in all. Of more, the order is followed instead, and each row asked for the words.
///
/// Gathering reads every one of the `n` mentions with the words, each with its opinions, their places and flags; following
/// the order reads `rows × mentions / n` rows, each with its words alone, until the answer is full. With three times the
/// lookups for a mention gathered, the two cost alike where `n` is the root of `rows × mentions / 3`.
pub fn most_gathered(rows: u64, mentions: u64) -> u64 {
    (rows as f64 * mentions as f64 / DEARER).sqrt() as u64
}

/// How many times the lookups of a row that is asked for its words a mention takes that is gathered.
const DEARER: f64 = 3.0;

/// Marks that begin and end a phrase, as keyboards and editors write them.
const QUOTES: [char; 5] = ['"', '“', '”', '「', '」'];

/// The words of a phrase; `None` where it has none.
fn phrase(said: &str, begins: bool) -> Option<Phrase> {
    let runs = runs(said);
    let mut words = Vec::new();
    let mut open = begins;
    for (number, run) in runs.iter().enumerate() {
        let last = number + 1 == runs.len();
        match run {
            Run::Word(word) => words.push(word.clone()),
            // The end of a run is the end of its text only where more is said after it.
            Run::Unspaced(characters) if last && characters.len() > 1 => {
                words.extend(characters.windows(2).map(String::from_iter));
                open = false;
            }
            Run::Unspaced(characters) if last => {
                words.extend(characters.iter().map(ToString::to_string));
                open = true;
            }
            Run::Unspaced(characters) => words.extend(pairs(characters)),
        }
    }
    (!words.is_empty()).then_some(Phrase { words, open })
}

/// The words of a mention in their order, joined by spaces; empty where it has none.
pub fn words_of(title: Option<&str>, text: &str) -> String {
    let full = moodline_types::full_text(title, text);
    let words = runs(&full).into_iter().flat_map(|run| match run {
        Run::Word(word) => vec![word],
        Run::Unspaced(characters) => pairs(&characters),
    });
    let mut joined = String::with_capacity(full.len() * 2);
    for word in words.take(MOST_WORDS) {
        if joined.len() + word.len() > MOST_TEXT_BYTES {
            break;
        }
        if !joined.is_empty() {
            joined.push(' ');
        }
        joined.push_str(&word);
    }
    joined
}

/// Every character with its neighbour, the last alone.
fn pairs(characters: &[char]) -> Vec<String> {
    (0..characters.len()).map(|at| characters[at..characters.len().min(at + 2)].iter().collect()).collect()
}

/// A stretch of text without anything that parts words.
#[derive(Debug, PartialEq)]
enum Run {
    /// A word of a script with spaces.
    Word(String),
    /// Characters of scripts without.
    Unspaced(Vec<char>),
}

fn runs(text: &str) -> Vec<Run> {
    let mut runs = Vec::new();
    let mut open: Option<Run> = None;
    for c in text.nfkc().flat_map(char::to_lowercase) {
        let kind = kind(c);
        match (&mut open, kind) {
            (Some(Run::Word(word)), Kind::Letter | Kind::Mark) => word.push(c),
            (Some(Run::Unspaced(characters)), Kind::Unspaced | Kind::Mark) => characters.push(c),
            (_, Kind::Letter) => runs.extend(open.replace(Run::Word(c.to_string()))),
            (_, Kind::Unspaced) => runs.extend(open.replace(Run::Unspaced(vec![c]))),
            (_, Kind::Picture) => {
                runs.extend(open.take());
                runs.push(Run::Word(c.to_string()));
            }
            (_, Kind::Nothing) => {}
            (_, Kind::Mark | Kind::Gap) => runs.extend(open.take()),
        }
    }
    runs.extend(open);
    runs.into_iter().map(plain).collect()
}

/// Without accents, and no longer than an index takes.
fn plain(run: Run) -> Run {
    let Run::Word(word) = run else { return run };
    if word.is_ascii() {
        return Run::Word(cut(word));
    }
    let mut letters = String::with_capacity(word.len());
    for c in word.nfd().filter(|c| !is_accent(*c)) {
        match c {
            'ß' => letters.push_str("ss"),
            'æ' => letters.push_str("ae"),
            'œ' => letters.push_str("oe"),
            'ø' => letters.push('o'),
            'đ' | 'ð' => letters.push('d'),
            'ł' => letters.push('l'),
            'ı' => letters.push('i'),
            'ς' => letters.push('σ'),
            _ => letters.push(c),
        }
    }
    Run::Word(cut(letters.nfc().collect()))
}

fn cut(mut word: String) -> String {
    let mut end = word.len().min(MOST_BYTES);
    while !word.is_char_boundary(end) {
        end -= 1;
    }
    word.truncate(end);
    word
}

enum Kind {
    Letter,
    Unspaced,
    Mark,
    Picture,
    /// Seen by nobody, parts nothing.
    Nothing,
    Gap,
}

fn kind(c: char) -> Kind {
    match c {
        _ if c.is_ascii_alphanumeric() => Kind::Letter,
        // Stored without: see `storable`.
        '\0' => Kind::Nothing,
        _ if c.is_ascii() => Kind::Gap,
        // Joiners of Indic and Arabic writing, soft hyphen, forms of the character before, and halves of Kana where the
        // text is odd: where it is not, they are composed already.
        '\u{200c}' | '\u{200d}' | '\u{ad}' | '\u{640}' | '\u{fe00}'..='\u{fe0f}' | '\u{3099}' | '\u{309a}' => {
            Kind::Nothing
        }
        '\u{2600}'..='\u{27bf}' | '\u{1f300}'..='\u{1f3fa}' | '\u{1f400}'..='\u{1faff}' => Kind::Picture,
        _ if is_unspaced(c) => Kind::Unspaced,
        _ if is_combining_mark(c) => Kind::Mark,
        _ if c.is_alphanumeric() => Kind::Letter,
        _ => Kind::Gap,
    }
}

/// Marks that readers leave out when they type: accents, and the vowel points of Hebrew and Arabic. Vowel signs of
/// Indic scripts are letters to their readers and stay.
fn is_accent(c: char) -> bool {
    matches!(u32::from(c), 0x0300..=0x036F | 0x0591..=0x05C7 | 0x0610..=0x061A | 0x064B..=0x065F | 0x0670 | 0x1AB0..=0x1AFF
        | 0x1DC0..=0x1DFF | 0x20D0..=0x20FF)
}

/// Scripts written without spaces between words, with their marks, and Hangul, whose particles lean on their word
/// (Unicode blocks).
fn is_unspaced(c: char) -> bool {
    matches!(
        u32::from(c),
        0x0E01..=0x0E3A | 0x0E40..=0x0EFF // Thai, Lao
        | 0x1000..=0x109F // Myanmar
        | 0x1100..=0x11FF // Hangul Jamo
        | 0x1780..=0x17D3 // Khmer
        | 0x2E80..=0x2FDF // CJK radicals
        | 0x3005..=0x3007 // iteration mark, zero
        | 0x3041..=0x3096 | 0x309D..=0x309F | 0x30A1..=0x30FA | 0x30FC..=0x30FF // Hiragana, Katakana
        | 0x3100..=0x31FF // Bopomofo, Hangul compatibility Jamo, Katakana extensions
        | 0x3400..=0x4DBF // Han extension A
        | 0x4E00..=0x9FFF // Han
        | 0xA960..=0xA97F // Hangul Jamo extended
        | 0xAC00..=0xD7FF // Hangul syllables
        | 0xF900..=0xFAFF // Han compatibility
        | 0x1B000..=0x1B16F // Kana supplement
        | 0x20000..=0x323AF // Han extensions B to H
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(text: &str) -> String {
        let search = Search::parse(text).unwrap();
        let said = |phrase: &Phrase| format!("{}{}", phrase.words.join("+"), if phrase.open { "*" } else { "" });
        let all = search.all.iter().map(said);
        all.chain(search.none.iter().map(|phrase| format!("-{}", said(phrase)))).collect::<Vec<_>>().join(" ")
    }

    fn refused(text: &str) -> String {
        Search::parse(text).unwrap_err().to_string()
    }

    #[test]
    fn words_are_cut_alike_whatever_their_writing() {
        for (text, words) in [
            ("The CAFÉ isn't open!", "the cafe isn t open"),
            ("退款太慢", "退款 款太 太慢 慢"),
            ("用iPhone付款", "用 iphone 付款 款"),
            ("ｶﾞﾁｬ ＡＰＰ", "ガチ チャ ャ app"),
            ("भुगतान विफल हुआ", "भुगतान विफल हुआ"),
            ("Straße ΟΔΟΣ Đà Nẵng İzmir", "strasse οδοσ da nang izmir"),
            ("환불이 느려요", "환불 불이 이 느려 려요 요"),
            ("สั่งซื้อ", "สั ั่ ่ง งซ ซื ื้ ้อ อ"),
            ("great 👍👍!", "great 👍 👍"),
            ("…!?", ""),
        ] {
            assert_eq!(words_of(None, text), words);
        }
        assert_eq!(words_of(Some("Late"), "too"), "late too");
        assert_eq!(words_of(None, &"a ".repeat(20_000)).split(' ').count(), MOST_WORDS);
    }

    #[test]
    fn gathering_and_following_the_order_meet_where_they_cost_alike() {
        assert_eq!(most_gathered(51, 5_000_000), 9_219);
        assert_eq!(most_gathered(50, 0), 0);
        let (rows, mentions) = (75, 4_000_000);
        let met = most_gathered(rows, mentions);
        assert_eq!(rows * mentions / met, 3 * met);
    }

    #[test]
    fn questions_are_words_phrases_beginnings_and_exclusions() {
        for (text, parts) in [
            ("Slow Till", "slow till"),
            ("\"slow till\" -fast", "slow+till -fast"),
            ("refund*", "refund*"),
            ("退款", "退款"),
            ("退款慢", "退款+款慢"),
            ("慢", "慢*"),
            ("iPhone付", "iphone+付*"),
            ("\"付 card\"", "付+card"),
            ("don't", "don+t"),
            ("“très lent”-“到货慢”", "tres+lent -到货+货慢"),
            ("slow - till -", "slow till"),
            ("C++ & *", "c"),
        ] {
            assert_eq!(asked(text), parts, "{text}");
        }
    }

    #[test]
    fn nonsense_is_refused_with_what_to_do() {
        for (text, told) in [
            ("\"slow till", "never closed"),
            ("-slow", "add a word"),
            ("slow -?", "no letter or digit"),
            ("", "no letter or digit"),
            ("!!! ?", "no letter or digit"),
            ("\"?\"", "`?`"),
            (&"a ".repeat(33), "33 words"),
        ] {
            assert!(refused(text).contains(told), "{text}: {}", refused(text));
        }
    }
}
