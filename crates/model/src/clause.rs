//! A text cut into clauses, each of which can carry an opinion of its own.

use std::cmp::Ordering;

use crate::{
    contrast::contrast_starts,
    link::link_starts,
    script::{is_clause_spaced, is_spaceless, weight},
    sentence::{address_end, sentence_starts},
};

/// A stretch of a text that may carry an opinion.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Clause {
    /// Its first character, in Unicode scalar values.
    pub(crate) start: usize,
    /// One past its last character.
    pub(crate) end: usize,
}

/// Why a text may be cut at a place; the weaker ones give way first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Cut {
    Link,
    Comma,
    Contrast,
    Sentence,
}

impl Cut {
    /// What both sides must weigh for the cut to hold, see [`weight`]: a comma or a link parts clauses of three
    /// characters, the comma from three words and the link from two; a contrastive word or a full stop parts two
    /// characters or two words. Chosen on labelled aspects, see docs/opinions.md.
    fn least_weight(self) -> u32 {
        match self {
            Self::Link => 10,
            Self::Comma => 12,
            Self::Contrast | Self::Sentence => 8,
        }
    }
}

/// A stretch between two cuts.
#[derive(Debug, Clone, Copy)]
struct Piece {
    start: usize,
    end: usize,
    weight: u32,
    /// The cut it begins at.
    cut: Cut,
}

/// The clauses of a text, in order, without overlap; at least one. Between them lie only spaces and commas.
pub(crate) fn split_clauses(chars: &[char]) -> Vec<Clause> {
    let clauses: Vec<Clause> = merge_fragments(pieces(chars)).iter().filter_map(|piece| trim(chars, *piece)).collect();
    if clauses.is_empty() { vec![Clause { start: 0, end: chars.len() }] } else { clauses }
}

fn pieces(chars: &[char]) -> Vec<Piece> {
    let mut cuts: Vec<(usize, Cut)> = sentence_starts(chars).into_iter().map(|at| (at, Cut::Sentence)).collect();
    cuts.extend(contrast_starts(chars).into_iter().map(|at| (skip_soft(chars, at), Cut::Contrast)));
    cuts.extend(link_starts(chars).into_iter().map(|at| (at, Cut::Link)));
    cuts.extend(comma_ends(chars).into_iter().map(|at| (at, Cut::Comma)));
    cuts.retain(|&(at, _)| at < chars.len());
    // Of several cuts at one place the strongest counts.
    cuts.sort_by(|a, b| match a.0.cmp(&b.0) {
        Ordering::Equal => b.1.cmp(&a.1),
        order => order,
    });
    cuts.dedup_by_key(|(at, _)| *at);
    let starts = std::iter::once((0, Cut::Sentence)).chain(cuts.iter().copied());
    let ends = cuts.iter().map(|(at, _)| *at).chain([chars.len()]);
    starts.zip(ends).map(|((start, cut), end)| Piece { start, end, weight: weight(&chars[start..end]), cut }).collect()
}

/// Joins pieces too light for the cuts beside them to a neighbour, over the weaker of those cuts.
fn merge_fragments(mut pieces: Vec<Piece>) -> Vec<Piece> {
    let mut done: Vec<Piece> = Vec::with_capacity(pieces.len());
    pieces.reverse(); // the rest of the text, next piece last
    while let Some(mut piece) = pieces.pop() {
        let too_light = |cut: Cut| piece.weight < cut.least_weight();
        let left = done.last().map(|_| piece.cut).filter(|&cut| too_light(cut));
        let right = pieces.last().map(|next| next.cut).filter(|&cut| too_light(cut));
        let joins_left = match (left, right) {
            (None, None) => {
                done.push(piece);
                continue;
            }
            (Some(left), Some(right)) => left <= right,
            (left, _) => left.is_some(),
        };
        if joins_left {
            if let Some(before) = done.pop() {
                piece = join(before, piece);
            }
        } else if let Some(next) = pieces.pop() {
            piece = join(piece, next);
        }
        pieces.push(piece);
    }
    done
}

fn join(left: Piece, right: Piece) -> Piece {
    Piece { start: left.start, end: right.end, weight: left.weight + right.weight, cut: left.cut }
}

/// Takes spaces and commas off both ends; `None` where nothing else is left, unless the piece is the whole text.
fn trim(chars: &[char], piece: Piece) -> Option<Clause> {
    let inside = &chars[piece.start..piece.end];
    let keep = |soft: fn(char) -> bool| {
        let first = inside.iter().position(|&c| !soft(c))?;
        let last = inside.iter().rposition(|&c| !soft(c))?;
        let (start, end) = (piece.start + first, piece.start + last + 1);
        Some(Clause { start, end })
    };
    let whole = inside.len() == chars.len();
    keep(is_soft).or_else(|| if whole { keep(char::is_whitespace) } else { None })
}

/// Where clauses may begin because of a comma, a dash or a space that stands for one.
fn comma_ends(chars: &[char]) -> Vec<usize> {
    let mut ends = Vec::new();
    let mut at = 0;
    while at < chars.len() {
        if let Some(end) = address_end(chars, at) {
            at = end;
            continue;
        }
        let before = at.checked_sub(1).map(|i| chars[i]);
        let next = chars.get(at + 1).copied();
        let between = |is: fn(char) -> bool| before.is_some_and(is) && next.is_some_and(is);
        let parts = match chars[at] {
            ',' | '~' | '～' | '—' => !between(|c| c.is_ascii_digit()),
            '，' | '、' | '､' | '،' => true,
            '-' | '–' => between(char::is_whitespace),
            c if c.is_whitespace() => between(is_spaceless) || between(is_clause_spaced),
            _ => false,
        };
        at += 1;
        if parts {
            at = skip_soft(chars, at);
            ends.push(at);
        }
    }
    ends
}

/// The first place at or after `at` that is neither a space nor a comma.
fn skip_soft(chars: &[char], at: usize) -> usize {
    chars[at..].iter().position(|&c| !is_soft(c)).map_or(chars.len(), |n| at + n)
}

fn is_soft(c: char) -> bool {
    c.is_whitespace() || matches!(c, ',' | '，' | '、' | '､' | '،' | '~' | '～' | '—' | '–')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn clauses(text: &str) -> Vec<String> {
        let chars: Vec<char> = text.chars().collect();
        split_clauses(&chars).iter().map(|c| chars[c.start..c.end].iter().collect()).collect()
    }

    #[test]
    fn chinese_is_cut_at_marks_contrasts_links_and_commas() {
        assert_eq!(
            clauses("物流速度非常快，包装也很结实，但是客服一直不回消息。以后不会再买了！"),
            ["物流速度非常快", "包装也很结实", "但是客服一直不回消息。", "以后不会再买了！"]
        );
        assert_eq!(clauses("好吃但是贵"), ["好吃", "但是贵"]);
        assert_eq!(clauses("包装好，味道差，速度快"), ["包装好", "味道差", "速度快"]);
        assert_eq!(clauses("红的，蓝的，味道很好"), ["红的，蓝的", "味道很好"]);
        assert_eq!(clauses("味道很好而且不贵"), ["味道很好", "而且不贵"]);
        assert_eq!(clauses("送货速度很快 味道也很不错"), ["送货速度很快", "味道也很不错"]);
        assert_eq!(clauses("味道不错，不过，等得太久"), ["味道不错", "不过，等得太久"]);
    }

    #[test]
    fn traditional_chinese_and_cantonese_are_cut_alike() {
        assert_eq!(clauses("嘢食幾好味，但係等咗成個鐘先有位"), ["嘢食幾好味", "但係等咗成個鐘先有位"]);
        assert_eq!(clauses("店員態度很親切，只是停車不太方便"), ["店員態度很親切", "只是停車不太方便"]);
    }

    #[test]
    fn english_is_cut_at_marks_contrasts_links_and_commas() {
        assert_eq!(
            clauses("The delivery was really fast, but the box was crushed. Support never answered my mail."),
            ["The delivery was really fast", "but the box was crushed.", "Support never answered my mail."]
        );
        assert_eq!(
            clauses("I love the new design, the colours are very pretty"),
            ["I love the new design", "the colours are very pretty"]
        );
        assert_eq!(clauses("Good, cheap, fast"), ["Good, cheap, fast"]);
        assert_eq!(clauses("The soup was cold and the waiter rude"), ["The soup was cold", "and the waiter rude"]);
        assert_eq!(clauses("Cheap and good, nothing to add"), ["Cheap and good", "nothing to add"]);
        assert_eq!(clauses("All of it was fine except the bill"), ["All of it was fine", "except the bill"]);
        assert_eq!(
            clauses("It cost $1,200.50 in total, although shipping was free"),
            ["It cost $1,200.50 in total", "although shipping was free"]
        );
    }

    #[test]
    fn japanese_is_cut_after_kedo_and_ga_and_before_shikashi() {
        assert_eq!(
            clauses("デザインは可愛いけど、サイズが小さすぎる。"),
            ["デザインは可愛いけど", "サイズが小さすぎる。"]
        );
        assert_eq!(clauses("配送は早かったが、箱が潰れていました。"), ["配送は早かったが", "箱が潰れていました。"]);
        assert_eq!(clauses("味は最高です。しかし店員の態度が悪い。"), ["味は最高です。", "しかし店員の態度が悪い。"]);
    }

    #[test]
    fn spanish_is_cut_at_pero_and_sin_embargo() {
        assert_eq!(
            clauses("El envío llegó rápido pero el producto venía roto. Sin embargo, la atención fue buena."),
            ["El envío llegó rápido", "pero el producto venía roto.", "Sin embargo, la atención fue buena."]
        );
    }

    #[test]
    fn a_fragment_joins_its_neighbour() {
        assert_eq!(clauses("Great! I will order from them again"), ["Great! I will order from them again"]);
        assert_eq!(clauses("It arrived on time 👍"), ["It arrived on time 👍"]);
        assert_eq!(clauses("It works as described though."), ["It works as described though."]);
    }

    #[test]
    fn a_text_without_letters_is_one_clause() {
        for text in ["👍👍👍", "！！！", "，，", "…", "12345"] {
            assert_eq!(clauses(text), [text]);
        }
        assert_eq!(split_clauses(&[]), [Clause { start: 0, end: 0 }]);
        assert_eq!(split_clauses(&[' ', '\n']), [Clause { start: 0, end: 2 }]);
    }

    fn check(text: &str) -> Result<(), TestCaseError> {
        let chars: Vec<char> = text.chars().collect();
        let found = split_clauses(&chars);
        prop_assert!(!found.is_empty());
        let mut at = 0;
        for clause in &found {
            prop_assert!(at <= clause.start && clause.start <= clause.end && clause.end <= chars.len());
            prop_assert!(chars.is_empty() || clause.start < clause.end);
            prop_assert!(chars[at..clause.start].iter().all(|&c| is_soft(c)), "only separators are left out");
            at = clause.end;
        }
        prop_assert!(chars[at..].iter().all(|&c| is_soft(c)));
        Ok(())
    }

    proptest! {
        #[test]
        fn clauses_tile_any_text(text in "\\PC*") {
            check(&text)?;
        }

        #[test]
        fn clauses_tile_text_full_of_marks(text in "[a-zÀ但是不过味道けどが、지만 ,，。.!?;…\n—~3👍]{0,60}( but | pero |https://a.b/c,d )?[店が、 ,.]{0,8}") {
            check(&text)?;
        }
    }
}
