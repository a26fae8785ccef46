//! SVG elements with their text escaped, and how wide text will be.

use std::fmt::{Display, Write};

use unicode_width::UnicodeWidthChar;

/// Where a text stands relative to its x.
#[derive(Debug, Clone, Copy)]
pub(super) enum Anchor {
    Start,
    Middle,
    End,
}

/// How a text looks.
#[derive(Debug, Clone, Copy)]
pub(super) struct Font {
    pub(super) size: f64,
    pub(super) weight: u16,
    pub(super) colour: &'static str,
    pub(super) anchor: Anchor,
}

impl Font {
    pub(super) const fn new(size: f64, weight: u16, colour: &'static str, anchor: Anchor) -> Self {
        Self { size, weight, colour, anchor }
    }
}

/// A picture being drawn.
#[derive(Debug, Default)]
pub(super) struct Canvas {
    out: String,
}

impl Canvas {
    /// Adds an element without content; `attributes` are our own and need no escaping.
    pub(super) fn element(&mut self, name: &str, attributes: impl Display) {
        let _ = writeln!(self.out, "<{name} {attributes}/>");
    }

    /// Opens a group with a tooltip.
    pub(super) fn open(&mut self, tooltip: &str) {
        let _ = writeln!(self.out, "<g><title>{}</title>", escape(tooltip));
    }

    /// Closes a group.
    pub(super) fn close(&mut self) {
        self.out.push_str("</g>\n");
    }

    /// Adds one line of text that stays readable over what was drawn before.
    pub(super) fn text_over(&mut self, x: f64, y: f64, font: Font, text: &str) {
        self.out.push_str(r##"<g stroke="#ffffff" stroke-width="3.5" stroke-linejoin="round" paint-order="stroke">"##);
        self.text(x, y, font, text);
        self.close();
    }

    /// Adds one line of text.
    pub(super) fn text(&mut self, x: f64, y: f64, font: Font, text: &str) {
        let anchor = match font.anchor {
            Anchor::Start => "start",
            Anchor::Middle => "middle",
            Anchor::End => "end",
        };
        let Font { size, weight, colour, .. } = font;
        let _ = writeln!(
            self.out,
            r#"<text x="{x:.1}" y="{y:.1}" font-size="{size}" font-weight="{weight}" fill="{colour}" text-anchor="{anchor}">{}</text>"#,
            escape(text)
        );
    }

    /// The elements drawn.
    pub(super) fn into_string(self) -> String {
        self.out
    }
}

/// Text for content and quoted attributes; characters XML 1.0 forbids are dropped.
pub(super) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\t' | '\n' | '\r' => out.push(' '),
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => {}
            c => out.push(c),
        }
    }
    out
}

/// How much wider bold letters are.
pub(super) const BOLD: f64 = 1.07;

/// How wide `text` is at `size` in a rather wide sans-serif font, for the reader's own is not known; CJK characters are
/// square.
pub(super) fn width(text: &str, size: f64) -> f64 {
    text.chars().map(em).sum::<f64>() * size
}

fn em(c: char) -> f64 {
    match c {
        _ if c.width() == Some(2) => 1.0,
        _ if c.width() == Some(0) => 0.0,
        'i' | 'j' | 'l' | '\'' | '.' | ',' | ':' | ';' | '|' | '!' | 'I' => 0.3,
        'f' | 't' | 'r' | ' ' | '(' | ')' | '-' => 0.4,
        'm' | 'w' | 'M' | 'W' | '%' => 0.95,
        _ if c.is_uppercase() => 0.72,
        _ => 0.62,
    }
}

/// Breaks `text` into at most `lines` lines no wider than `room`: at spaces, between CJK characters (never before
/// closing punctuation), inside a word only when it is too long by itself. What does not fit ends in `…`.
pub(super) fn wrap(text: &str, size: f64, room: f64, lines: usize) -> Vec<String> {
    let mut wrapped = Vec::new();
    let mut line = String::new();
    for piece in pieces(text) {
        if line.is_empty() || width(&format!("{line}{}", piece.trim_end()), size) <= room {
            line.push_str(&piece);
        } else {
            wrapped.push(std::mem::replace(&mut line, piece));
        }
        while width(line.trim_end(), size) > room && line.chars().count() > 1 {
            let (head, tail) = split_to_fit(&line, size, room);
            wrapped.push(head);
            line = tail;
        }
    }
    wrapped.push(line);
    let mut wrapped: Vec<String> =
        wrapped.iter().map(|line| line.trim().to_owned()).filter(|line| !line.is_empty()).collect();
    if wrapped.len() > lines.max(1) {
        wrapped.truncate(lines.max(1));
        if let Some(last) = wrapped.last_mut() {
            while width(last, size) + size > room && last.pop().is_some() {}
            last.push('…');
        }
    }
    wrapped
}

/// As [`wrap`], with lines of nearly equal length; words stay whole where they can.
pub(super) fn wrap_evenly(text: &str, size: f64, room: f64, lines: usize) -> Vec<String> {
    let mut best = wrap(text, size, room, lines);
    if best.last().is_some_and(|line| line.ends_with('…')) {
        return best;
    }
    let longest = pieces(text).iter().map(|piece| width(piece.trim_end(), size)).fold(0.0, f64::max);
    let mut narrower = room - size / 4.0;
    while narrower >= longest.max(room / 2.0) {
        let tried = wrap(text, size, narrower, lines + 1);
        if tried.len() > best.len() {
            break;
        }
        best = tried;
        narrower -= size / 4.0;
    }
    best
}

/// The longest beginning that fits (at least one character) and the rest.
fn split_to_fit(line: &str, size: f64, room: f64) -> (String, String) {
    let mut used = 0.0;
    for (count, (at, c)) in line.char_indices().enumerate() {
        used += em(c) * size;
        if used > room && count > 0 {
            return (line[..at].to_owned(), line[at..].to_owned());
        }
    }
    (line.to_owned(), String::new())
}

/// The text cut at every place where a line may end.
fn pieces(text: &str) -> Vec<String> {
    let mut pieces = Vec::new();
    let mut piece = String::new();
    let mut chars = text.chars().map(|c| if c.is_whitespace() { ' ' } else { c }).peekable();
    while let Some(c) = chars.next() {
        piece.push(c);
        let Some(next) = chars.peek() else { break };
        let is_wide = |c: char| c.width() == Some(2);
        let sticks = "，。、；：？！）】》」』”’,.;:?!)…ー々".contains(*next) || "（【《「『“‘(".contains(c);
        let may_break = c == ' ' || c == '-' || c == '/' || is_wide(c) || is_wide(*next);
        if may_break && !sticks && *next != ' ' {
            pieces.push(std::mem::take(&mut piece));
        }
    }
    pieces.push(piece);
    pieces
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn markup_in_text_stays_text() {
        assert_eq!(escape("\"; <script>&'\u{0}\u{8}"), "&quot;; &lt;script&gt;&amp;&#39;");
    }

    #[test]
    fn chinese_breaks_between_characters_and_not_before_punctuation() {
        assert_eq!(wrap("商品详情页，尺码表", 10.0, 50.0, 4), ["商品详情", "页，尺码表"]);
        assert_eq!(wrap("Search and filters", 10.0, 60.0, 4), ["Search and", "filters"]);
    }

    #[test]
    fn even_lines_keep_words_whole() {
        assert_eq!(wrap_evenly("Checkout and payment", 12.0, 80.0, 4).join(" "), "Checkout and payment");
        assert_eq!(wrap_evenly("利率与费用页面", 12.0, 75.0, 4), ["利率与费", "用页面"]);
        assert_eq!(wrap_evenly("Product page", 12.0, 75.0, 4), ["Product", "page"]);
    }

    #[test]
    fn what_does_not_fit_ends_in_an_ellipsis() {
        let lines = wrap("one two three four five six seven", 10.0, 40.0, 2);
        assert_eq!(lines.len(), 2);
        assert!(lines[1].ends_with('…'), "{lines:?}");
    }

    proptest! {
        #[test]
        fn no_line_is_wider_than_its_room(text in "[a-zA-Z支付，。 -]{0,60}", room in 20.0..200.0_f64) {
            for line in wrap(&text, 12.0, room, 3) {
                prop_assert!(width(&line, 12.0) <= room.max(12.0) + 0.01 || line.chars().count() <= 2, "{}", line);
            }
        }

        #[test]
        fn escaped_text_holds_no_markup(text in "\\PC*") {
            let escaped = escape(&text);
            prop_assert!(!escaped.contains(['<', '>', '"', '\'']));
        }
    }
}
