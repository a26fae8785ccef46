//! HTML to plain text: paragraphs kept, markup gone.

use std::{cell::RefCell, sync::LazyLock};

use html5ever::{
    tendril::StrTendril,
    tokenizer::{
        BufferQueue, Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts, states::RawKind,
    },
};
use regex::Regex;

/// Elements that readers put markup into, for telling HTML from text that happens to contain `<`.
static MARKUP: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)</?(?:p|br|div|a|span|b|i|em|strong|ul|ol|li|img|blockquote|h[1-6]|table|tr|td|pre|code|font|hr)(?:\s+[\w:-]+\s*=[^<>]*)?\s*/?>")
        .expect("the pattern is a constant")
});

/// Whether a text that claims to be plain is HTML all the same.
pub(crate) fn looks_like_html(text: &str) -> bool {
    MARKUP.is_match(text)
}

/// The words of `html` as a reader would see them: paragraphs apart by an empty line, other blocks and line breaks
/// on lines of their own, links by their text, pictures only where they stand for an emoji; without scripts, hidden
/// parts, and quotations of other posts. HTML that was escaped twice is read twice.
pub fn to_text(html: &str) -> String {
    read(html, false)
}

/// The same without block quotations, for posts and comments, where those are somebody else's words. Where nothing
/// else is left they stay.
pub fn own_words(html: &str) -> String {
    let own = read(html, true);
    if own.is_empty() { to_text(html) } else { own }
}

fn read(html: &str, drop_quotations: bool) -> String {
    let text = tidy(&strip(html, drop_quotations));
    if looks_like_html(&text) && !looks_like_html(html) { tidy(&strip(&text, drop_quotations)) } else { text }
}

/// Lines trimmed, spaces and empty lines collapsed; at most one empty line in a row.
pub(crate) fn tidy(text: &str) -> String {
    let mut tidied = String::with_capacity(text.len());
    let mut empty_lines = 0;
    for line in text.lines() {
        let mut words = line.split_whitespace().peekable();
        if words.peek().is_none() {
            empty_lines += 1;
            continue;
        }
        if !tidied.is_empty() {
            tidied.push_str(if empty_lines > 0 { "\n\n" } else { "\n" });
        }
        empty_lines = 0;
        for (index, word) in words.enumerate() {
            if index > 0 {
                tidied.push(' ');
            }
            tidied.push_str(word);
        }
    }
    tidied
}

/// What a character reference such as `&nbsp;` stands for; `None` where it stands for nothing.
pub(crate) fn decode_reference(reference: &str) -> Option<String> {
    let decoded = strip(reference, false);
    (decoded != reference).then_some(decoded)
}

fn strip(html: &str, drop_quotations: bool) -> String {
    let stripper = Stripper { state: RefCell::new(State { drop_quotations, ..State::default() }) };
    let tokenizer = Tokenizer::new(stripper, TokenizerOpts::default());
    let input = BufferQueue::default();
    input.push_back(StrTendril::from_slice(html));
    while !input.is_empty() {
        let _ = tokenizer.feed(&input);
    }
    tokenizer.end();
    tokenizer.sink.state.into_inner().text
}

/// Gathers the text of the tokens that pass by.
#[derive(Debug)]
struct Stripper {
    state: RefCell<State>,
}

#[derive(Debug, Default)]
struct State {
    text: String,
    /// The element being left out, and how many of its name are open inside.
    hidden: Option<(String, usize)>,
    /// Whether block quotations are left out.
    drop_quotations: bool,
    /// How many `pre` are open: their line breaks count.
    preformatted: usize,
}

impl TokenSink for Stripper {
    type Handle = ();

    fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
        let mut state = self.state.borrow_mut();
        match token {
            Token::CharacterTokens(characters) => {
                state.characters(&characters);
                TokenSinkResult::Continue
            }
            Token::TagToken(tag) => state.tag(&tag),
            _ => TokenSinkResult::Continue,
        }
    }
}

impl State {
    fn characters(&mut self, characters: &str) {
        if self.hidden.is_some() {
            return;
        }
        if self.preformatted > 0 {
            self.text.push_str(characters);
        } else {
            self.text.extend(characters.chars().map(|c| if c == '\n' || c == '\r' { ' ' } else { c }));
        }
    }

    /// Whatever comes next begins a line.
    fn line(&mut self) {
        let before = self.text.trim_end_matches(' ');
        if !before.is_empty() && !before.ends_with('\n') {
            self.text.push('\n');
        }
    }

    /// Whatever comes next begins a paragraph.
    fn paragraph(&mut self) {
        self.line();
        let before = self.text.trim_end_matches(' ');
        if !before.is_empty() && !before.ends_with("\n\n") {
            self.text.push('\n');
        }
    }

    fn tag(&mut self, tag: &Tag) -> TokenSinkResult<()> {
        let name: &str = &tag.name;
        let opens = tag.kind == TagKind::StartTag;
        if let Some((hidden, depth)) = &mut self.hidden {
            if hidden == name && !tag.self_closing {
                *depth = if opens { *depth + 1 } else { *depth - 1 };
                if *depth == 0 {
                    self.hidden = None;
                }
            }
            return TokenSinkResult::Continue;
        }
        let quoted = self.drop_quotations && name == "blockquote";
        if opens && (quoted || is_hidden(tag)) && !tag.self_closing {
            self.hidden = Some((name.to_owned(), 1));
            return match name {
                "script" => TokenSinkResult::RawData(RawKind::ScriptData),
                "style" | "iframe" | "noscript" | "noembed" => TokenSinkResult::RawData(RawKind::Rawtext),
                "textarea" | "title" => TokenSinkResult::RawData(RawKind::Rcdata),
                _ => TokenSinkResult::Continue,
            };
        }
        match name {
            "p" | "h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "blockquote" | "ul" | "ol" | "table" | "hr" => {
                self.paragraph();
            }
            "pre" => {
                self.preformatted = if opens { self.preformatted + 1 } else { self.preformatted.saturating_sub(1) };
                self.paragraph();
            }
            "br" => self.text.push('\n'),
            "div" | "li" | "tr" | "dt" | "dd" | "section" | "article" | "header" | "footer" | "figure"
            | "figcaption" | "summary" | "details" | "aside" | "main" | "nav" => self.line(),
            "td" | "th" => self.text.push(' '),
            "img" if opens => self.text.push_str(emoji_of(tag).unwrap_or(" ")),
            _ => {}
        }
        TokenSinkResult::Continue
    }
}

fn attribute<'a>(tag: &'a Tag, name: &str) -> &'a str {
    tag.attrs.iter().find(|attribute| &*attribute.name.local == name).map_or("", |attribute| &*attribute.value)
}

fn has_class(tag: &Tag, class: &str) -> bool {
    attribute(tag, "class").split_ascii_whitespace().any(|given| given == class)
}

/// Parts no reader sees, or that someone else wrote.
fn is_hidden(tag: &Tag) -> bool {
    match &*tag.name {
        "script" | "style" | "iframe" | "noscript" | "noembed" | "template" | "svg" | "math" | "object"
        | "textarea" | "title" | "select" | "audio" | "video" => true,
        // The hidden ends of a shortened link (Mastodon).
        "span" => has_class(tag, "invisible"),
        // The quoted post (Discourse), the answered mail.
        "aside" => has_class(tag, "quote"),
        "blockquote" => attribute(tag, "type") == "cite",
        // The quoted mail; the box around a picture, which tells its size.
        "div" => has_class(tag, "gmail_quote") || has_class(tag, "lightbox-wrapper"),
        _ => false,
    }
}

/// The emoji a picture stands for, by its class or by what is written in its place.
fn emoji_of(tag: &Tag) -> Option<&str> {
    let alt = attribute(tag, "alt");
    let class = attribute(tag, "class");
    let wrapped = (alt.starts_with('[') && alt.ends_with(']')) || (alt.starts_with(':') && alt.ends_with(':'));
    let pictorial = !alt.is_ascii() && !alt.chars().any(char::is_alphanumeric);
    (!alt.is_empty() && (class.contains("emoji") || class.contains("emoticon") || wrapped || pictorial)).then_some(alt)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn paragraphs_stay_apart_and_lines_stay_lines() {
        assert_eq!(to_text("<p>One\ntwo</p><p>Three<br>four</p>"), "One two\n\nThree\nfour");
        assert_eq!(to_text("<ul><li>a</li> <li>b</li></ul>c"), "a\nb\n\nc");
        assert_eq!(to_text("<div>a</div><div><div>b</div></div>"), "a\nb");
    }

    #[test]
    fn links_are_their_text_and_nothing_more() {
        assert_eq!(to_text(r#"See <a href="https://a.example/">the docs</a>."#), "See the docs.");
    }

    #[test]
    fn references_and_emoji_come_out_as_characters() {
        assert_eq!(to_text("caf&eacute; &amp; tea&nbsp;&#128512; 👍🏽 &lt;3 &unknown;"), "café & tea 😀 👍🏽 <3 &unknown;");
    }

    #[test]
    fn pictures_count_only_as_emoji() {
        assert_eq!(to_text(r#"a<img src="x" alt="a chart">b"#), "a b");
        assert_eq!(to_text(r#"好<img alt="[赞]">"#), "好[赞]");
        assert_eq!(to_text(r#"ok <img class="emoji" alt="tada">"#), "ok tada");
        assert_eq!(to_text(r#"ok <img alt="🎉">"#), "ok 🎉");
    }

    #[test]
    fn scripts_hidden_parts_and_quotations_are_left_out() {
        let html = r#"<style>p{}</style><script>if (a<b) "</p>"</script>Mine
            <aside class="quote"><aside>Theirs</aside>too</aside><span class="invisible">https://</span>!"#;
        assert_eq!(to_text(html), "Mine !");
    }

    #[test]
    fn in_a_post_block_quotations_are_the_words_of_others() {
        assert_eq!(own_words("<blockquote><p>Bad</p></blockquote><p>Good</p>"), "Good");
        assert_eq!(to_text("<blockquote><p>Bad</p></blockquote><p>Good</p>"), "Bad\n\nGood");
        assert_eq!(own_words("<blockquote>Only this</blockquote>"), "Only this");
    }

    #[test]
    fn a_lone_bracket_is_not_a_tag() {
        assert_eq!(to_text("5 < 6 and 7 > 2"), "5 < 6 and 7 > 2");
        assert!(!looks_like_html("a <b and c> d"));
    }

    #[test]
    fn what_was_escaped_twice_is_read_twice() {
        assert_eq!(to_text("&lt;p&gt;Hello &amp;amp; bye&lt;/p&gt;"), "Hello & bye");
        assert_eq!(to_text("<p>Write &lt;br&gt; in HTML</p>"), "Write <br> in HTML");
    }

    proptest! {
        #[test]
        fn any_text_can_be_stripped(html in "(<[/!a-z]{0,6}|[>&;#\"'= a-z\n]|\\PC|--|script|\\]\\]){0,60}") {
            let text = to_text(&html);
            prop_assert_eq!(tidy(&text), text);
        }
    }
}
