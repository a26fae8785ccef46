//! Markdown to plain text.

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

use super::{html, without_quoted_lines};

/// The author's own words in a Markdown text: paragraphs kept, links by their text, pictures and code blocks left
/// out, block quotations dropped, HTML inside it read as HTML.
pub fn markdown_to_text(markdown: &str) -> String {
    let options = Options::ENABLE_STRIKETHROUGH | Options::ENABLE_TABLES;
    let mut reader = Reader::default();
    for event in Parser::new_ext(markdown, options) {
        reader.take(event);
    }
    let text = html::tidy(&reader.text);
    if text.is_empty() { without_quoted_lines(&html::tidy(markdown)) } else { text }
}

#[derive(Default)]
struct Reader {
    text: String,
    /// Open elements that are left out.
    hidden: usize,
    /// Block HTML, gathered until its block ends.
    html: String,
}

impl Reader {
    fn take(&mut self, event: Event<'_>) {
        match event {
            Event::Start(Tag::BlockQuote(_) | Tag::CodeBlock(_) | Tag::Image { .. }) => self.hidden += 1,
            Event::End(TagEnd::BlockQuote(_) | TagEnd::CodeBlock | TagEnd::Image) => {
                self.hidden = self.hidden.saturating_sub(1);
                self.text.push_str("\n\n");
            }
            _ if self.hidden > 0 => {}
            Event::Text(text) | Event::Code(text) => self.text.push_str(&text),
            Event::Html(part) => self.html.push_str(&part),
            Event::InlineHtml(tag) if tag.starts_with("<br") => self.text.push('\n'),
            Event::End(TagEnd::HtmlBlock) => {
                let inner = html::own_words(&std::mem::take(&mut self.html));
                self.text.push_str(&inner);
                self.text.push_str("\n\n");
            }
            Event::SoftBreak | Event::HardBreak | Event::End(TagEnd::Item | TagEnd::TableRow | TagEnd::TableHead) => {
                self.text.push('\n');
            }
            Event::End(TagEnd::TableCell) => self.text.push(' '),
            Event::Rule | Event::End(TagEnd::Paragraph | TagEnd::Heading(_) | TagEnd::List(_) | TagEnd::Table) => {
                self.text.push_str("\n\n");
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn markup_goes_and_paragraphs_stay() {
        let text = "# Slow\n\nThe **new** [app](https://a.example) is *so* slow.\nStill is.\n\n- one\n- two\n\n👍 `ok`";
        assert_eq!(markdown_to_text(text), "Slow\n\nThe new app is so slow.\nStill is.\n\none\ntwo\n\n👍 ok");
    }

    #[test]
    fn the_words_of_others_and_code_are_dropped() {
        let text = "> I hate it\n\nI love it.\n\n```\nerror: bad\n```\n\n![a chart](x.png)";
        assert_eq!(markdown_to_text(text), "I love it.");
    }

    #[test]
    fn html_inside_is_read() {
        assert_eq!(markdown_to_text("<p>Good &amp; cheap</p>\n\nyes<br>no"), "Good & cheap\n\nyes\nno");
    }

    proptest! {
        #[test]
        fn any_text_can_be_read(text in "([>#*_`!\\[\\]()<>a-z \n-]|\\PC){0,80}") {
            let _ = markdown_to_text(&text);
        }
    }
}
