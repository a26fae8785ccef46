//! Words at which an opinion turns: but, 但是, しかし, 지만.

use crate::script::{is_clause_spaced, is_hangul, is_spaceless};

/// A word that opens a clause against the one before it.
struct Opener {
    word: &'static str,
    /// Whether it counts only after a comma, a mark or a space, because inside a clause it means something else.
    after_break: bool,
    /// What may not stand right before it.
    not_before: &'static [&'static str],
    /// What may not stand right after it.
    not_after: &'static [&'static str],
}

const fn plain(word: &'static str) -> Opener {
    Opener { word, after_break: false, not_before: &[], not_after: &[] }
}

const fn after_break(word: &'static str) -> Opener {
    Opener { after_break: true, ..plain(word) }
}

const fn unless(word: &'static str, not_before: &'static [&'static str], not_after: &'static [&'static str]) -> Opener {
    Opener { not_before, not_after, ..plain(word) }
}

/// Longer words before the words they begin with.
const OPENERS: &[Opener] = &[
    // Chinese
    plain("但是"),
    plain("但係"),
    unless("但", &["不", "非"], &["凡", "愿", "願"]),
    unless("不过", &["再好", "比", "说", "受", "瞒", "躲"], &["如此", "去", "来", "了", "分", "敏", "关", "时", "是"]),
    unless("不過", &["再好", "比", "說", "受", "瞞", "躲"], &["如此", "去", "來", "了", "分", "敏", "關", "時", "是"]),
    unless("可是", &["这", "那", "我", "你", "他", "她", "它", "真", "這"], &[]),
    plain("然而"),
    plain("可惜"),
    unless("只是", &["不", "不仅", "不僅", "也", "还", "還", "都", "就"], &[]),
    plain("就是有点"),
    plain("就是有點"),
    plain("就是太"),
    after_break("就是"),
    after_break("却"),
    after_break("卻"),
    plain("虽然"),
    plain("雖然"),
    plain("尽管"),
    plain("儘管"),
    // Japanese
    plain("しかし"),
    after_break("でも"),
    after_break("ただし"),
    after_break("ただ"),
    after_break("けれど"),
    // Korean
    plain("하지만"),
    plain("그런데"),
    plain("근데"),
    plain("그렇지만"),
    // English
    unless("but", &["nothing ", "anything ", "everything ", "all ", "last "], &[]),
    plain("however"),
    plain("although"),
    plain("even though"),
    unless("though", &["as ", "even "], &[]),
    plain("and yet"),
    after_break("yet"),
    // Spanish, Portuguese, Italian, French
    plain("pero"),
    plain("aunque"),
    plain("sin embargo"),
    plain("porém"),
    plain("però"),
    after_break("mas"),
    plain("mais"),
    plain("cependant"),
    plain("par contre"),
    // German, Dutch, Russian, Indonesian
    plain("aber"),
    plain("jedoch"),
    plain("allerdings"),
    plain("maar"),
    after_break("но"),
    plain("однако"),
    plain("tapi"),
    plain("tetapi"),
];

/// Endings that close a clause against the one after it.
const CLOSERS: [&str; 6] = ["けれども", "けれど", "けども", "けど", "が、", "지만"];

/// First characters of the clauses that turn against what came before, as indices into `chars`, in order.
pub(crate) fn contrast_starts(chars: &[char]) -> Vec<usize> {
    let lower: Vec<char> = chars.iter().map(|&c| lower(c)).collect();
    let mut starts = Vec::new();
    let mut at = 0;
    while at < lower.len() {
        if let Some(opener) = OPENERS.iter().find(|opener| opens(&lower, at, opener)) {
            starts.push(at);
            at += opener.word.chars().count();
        } else if let Some(closer) = CLOSERS.iter().find(|closer| closes(&lower, at, closer)) {
            at += closer.chars().count();
            starts.push(at);
        } else {
            at += 1;
        }
    }
    starts.retain(|&start| 0 < start && start < chars.len());
    starts
}

/// Small letter of `c` where it is one character.
fn lower(c: char) -> char {
    let mut small = c.to_lowercase();
    small.next().filter(|_| small.next().is_none()).unwrap_or(c)
}

fn opens(chars: &[char], at: usize, opener: &Opener) -> bool {
    let Some(after) = match_at(chars, at, opener.word) else { return false };
    let is_word = !chars[at..after].iter().any(|&c| is_spaceless(c));
    let breaks_before = at == 0 || is_break(chars[at - 1]);
    let breaks_after = after == chars.len() || is_break(chars[after]);
    if is_word && !(breaks_before && breaks_after) || opener.after_break && !follows_break(chars, at) {
        return false;
    }
    let before = |word: &&str| at.checked_sub(word.chars().count()).is_some_and(|start| matches(chars, start, word));
    !opener.not_before.iter().any(before) && !opener.not_after.iter().any(|word| matches(chars, after, word))
}

fn closes(chars: &[char], at: usize, closer: &str) -> bool {
    let Some(after) = match_at(chars, at, closer) else { return false };
    if !closer.starts_with(is_hangul) {
        return at > 0;
    }
    at > 0 && is_hangul(chars[at - 1]) && after < chars.len() && is_break(chars[after])
}

/// Whether `at` follows a mark, or a space where spaces part clauses rather than words.
fn follows_break(chars: &[char], at: usize) -> bool {
    let spaces = chars[..at].iter().rev().take_while(|c| c.is_whitespace()).count();
    match chars[..at - spaces].last() {
        None => true,
        Some(&c) if is_spaceless(c) || is_clause_spaced(c) => spaces > 0,
        Some(&c) => !c.is_alphanumeric(),
    }
}

fn is_break(c: char) -> bool {
    !c.is_alphanumeric() && c != '\'' && c != '’' && c != '-' || is_spaceless(c)
}

fn match_at(chars: &[char], at: usize, word: &str) -> Option<usize> {
    matches(chars, at, word).then(|| at + word.chars().count())
}

fn matches(chars: &[char], at: usize, word: &str) -> bool {
    word.chars().enumerate().all(|(i, c)| chars.get(at + i) == Some(&c))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn turns(text: &str) -> Vec<String> {
        let chars: Vec<char> = text.chars().collect();
        contrast_starts(&chars).into_iter().map(|start| chars[start..].iter().collect()).collect()
    }

    #[test]
    fn a_clause_turns_at_its_contrastive_word() {
        assert_eq!(turns("味道好但是送得慢"), ["但是送得慢"]);
        assert_eq!(turns("Great food but slow"), ["but slow"]);
        assert_eq!(turns("美味しいけど高い"), ["高い"]);
        assert_eq!(turns("早かったが、箱が潰れていた"), ["箱が潰れていた"]);
        assert_eq!(turns("맛있지만 비싸요"), [" 비싸요"]);
        assert_eq!(turns("Muy rico, PERO caro"), ["PERO caro"]);
        assert_eq!(turns("好吃，就是贵"), ["就是贵"]);
    }

    #[test]
    fn words_that_only_look_contrastive_are_left_alone() {
        for text in [
            "不但好吃",
            "再好不过了",
            "就是这家店",
            "这可是新的",
            "不只是便宜",
            "nothing but praise",
            "a button that works",
            "it has not arrived yet",
            "何度でも行きたい",
            "ただいま",
            "dass as though",
        ] {
            let found = turns(text);
            assert!(found.iter().all(|f| f.len() == text.len()), "{text}: {found:?}");
        }
    }
}
