//! Program text between the words.

use std::sync::LazyLock;

use regex::Regex;

use super::html::own_words;

static BLOCK: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"(?is)<pre\b[^>]*>.*?</pre\s*>").expect("the pattern is a constant"));

/// The author's own words in a post of a technical forum: as [`html_own_words`](super::html_own_words), and without
/// blocks of code, logs and output, which say nothing about a mood. Where nothing else is left they stay.
pub(crate) fn own_prose(html: &str) -> String {
    let prose = own_words(&BLOCK.replace_all(html, "<p></p>"));
    if prose.is_empty() { own_words(html) } else { prose }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_of_code_go_and_code_between_words_stays() {
        let html =
            "<p>Why does <code>run()</code> fail?</p><pre class=\"x\"><code>panic\n&lt;pre&gt;</code></pre><p>Sad.</p>";
        assert_eq!(own_prose(html), "Why does run() fail?\n\nSad.");
        assert_eq!(own_prose("<pre>only code</pre>"), "only code");
        assert_eq!(own_prose("<p>prefer</p><pre>never closed"), "prefer\n\nnever closed");
    }
}
