//! `BBCode` to plain text.

use std::sync::LazyLock;

use regex::Regex;

use super::html::tidy;

/// An opening or closing tag: name, value.
static TAG: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)\[(/?)(quote|spoiler|noparse|code|table|th|tr|td|list|olist|ul|ol|li|h[1-6]|hr|strike|url|img|previewyoutube|media|youtube|color|size|font|center|left|right|sub|sup|p|b|i|u|s|\*)(?:=[^\]\n]{0,500})?\]")
        .expect("the pattern is a constant")
});

/// The author's own words in a text with `BBCode` (Steam, classic forums): tags gone, quotations, code, pictures and
/// videos left out with what is in them, list items on lines of their own. What is no known tag stays.
pub fn bbcode_to_text(bbcode: &str) -> String {
    let mut text = String::with_capacity(bbcode.len());
    let mut hidden: Option<(String, usize)> = None;
    let mut end = 0;
    for tag in TAG.captures_iter(bbcode) {
        let Some(whole) = tag.get(0) else { continue };
        if hidden.is_none() {
            text.push_str(&bbcode[end..whole.start()]);
        }
        end = whole.end();
        let (closes, name) = (!tag[1].is_empty(), tag[2].to_ascii_lowercase());
        match &mut hidden {
            Some((inside, depth)) => {
                if *inside == name {
                    *depth = if closes { *depth - 1 } else { *depth + 1 };
                    if *depth == 0 {
                        hidden = None;
                        text.push('\n');
                    }
                }
                continue;
            }
            // Only what is closed again can be left out: a lone tag must not swallow the rest.
            None if !closes && leaves_out(&name) && closes_later(&bbcode[end..], &name) => {
                hidden = Some((name, 1));
                continue;
            }
            None => {}
        }
        match &*name {
            "*" | "li" | "tr" | "hr" => text.push('\n'),
            "p" | "list" | "olist" | "ul" | "ol" | "table" | "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => {
                text.push_str("\n\n");
            }
            "td" | "th" => text.push(' '),
            _ => {}
        }
    }
    if hidden.is_none() {
        text.push_str(&bbcode[end..]);
    }
    tidy(&text)
}

fn leaves_out(name: &str) -> bool {
    matches!(name, "quote" | "code" | "img" | "previewyoutube" | "media" | "youtube")
}

fn closes_later(rest: &str, name: &str) -> bool {
    TAG.captures_iter(rest).any(|tag| !tag[1].is_empty() && tag[2].eq_ignore_ascii_case(name))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn tags_go_and_words_stay() {
        let text =
            "[h1]Great[/h1]I [b]love[/b] it, see [url=https://a.example]this[/url]\n[list][*]fast[*]cheap[/list]";
        assert_eq!(bbcode_to_text(text), "Great\n\nI love it, see this\n\nfast\ncheap");
    }

    #[test]
    fn quotations_are_dropped_with_what_is_in_them() {
        assert_eq!(bbcode_to_text("[quote=ann]bad [quote]worse[/quote][/quote]\nNo, good 👍"), "No, good 👍");
        assert_eq!(bbcode_to_text("[quote]never closed, so nothing is lost"), "never closed, so nothing is lost");
    }

    #[test]
    fn brackets_that_are_no_tags_stay() {
        assert_eq!(bbcode_to_text("[10/10] would [redacted] again [笑]"), "[10/10] would [redacted] again [笑]");
    }

    proptest! {
        #[test]
        fn any_text_can_be_read(text in "(\\[/?(quote|b|list|\\*|url=x|code)\\]|[a-z\\[\\]/= ]|\\PC){0,60}") {
            let _ = bbcode_to_text(&text);
        }
    }
}
