//! Words that go on from one thing to the next: and, except, 而且, そして.

use crate::script::is_spaceless;

/// Words between spaces: English, Spanish, German, French, Portuguese and Italian, Indonesian, Russian, Korean.
const WORDS: [&str; 25] = [
    "and",
    "while",
    "whereas",
    "except",
    "besides",
    "plus",
    "y",
    "mientras",
    "excepto",
    "además",
    "und",
    "während",
    "außer",
    "et",
    "tandis",
    "sauf",
    "e",
    "enquanto",
    "exceto",
    "mentre",
    "dan",
    "serta",
    "и",
    "그리고",
    "또한",
];
/// Words of scripts without spaces: Chinese, Japanese.
const UNSPACED: [&str; 9] = ["而且", "并且", "並且", "另外", "除了", "そして", "それに", "しかも", "その上"];

/// First characters of the clauses that such a word opens, as indices into `chars`, in order.
pub(crate) fn link_starts(chars: &[char]) -> Vec<usize> {
    (1..chars.len()).filter(|&at| opens(chars, at)).collect()
}

fn opens(chars: &[char], at: usize) -> bool {
    let is = |word: &str| {
        let length = word.chars().count();
        let same = |(c, expected): (&char, char)| c.to_lowercase().eq(expected.to_lowercase());
        chars.len() - at > length && chars[at..].iter().zip(word.chars()).all(same)
    };
    if is_spaceless(chars[at]) {
        return UNSPACED.iter().any(|word| is(word));
    }
    let parted = chars[at - 1].is_whitespace() || matches!(chars[at - 1], ',' | '(');
    parted && WORDS.iter().any(|word| is(word) && chars[at + word.chars().count()].is_whitespace())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn links(text: &str) -> Vec<String> {
        let chars: Vec<char> = text.chars().collect();
        link_starts(&chars).into_iter().map(|at| chars[at..].iter().collect()).collect()
    }

    #[test]
    fn a_clause_goes_on_at_its_link() {
        assert_eq!(links("The soup was cold and the waiter rude"), ["and the waiter rude"]);
        assert_eq!(links("All fine, EXCEPT the bill"), ["EXCEPT the bill"]);
        assert_eq!(links("味道好而且便宜"), ["而且便宜"]);
        assert_eq!(links("安いそして早い"), ["そして早い"]);
        assert_eq!(links("La sopa fría y el vino caro"), ["y el vino caro"]);
    }

    #[test]
    fn parts_of_words_and_last_words_link_nothing() {
        for text in ["a sandy beach", "rock and", "and so it was", "Bandung", "除了"] {
            assert_eq!(links(text), Vec::<String>::new(), "{text}");
        }
    }
}
