//! The text of a file and where its lines begin.

use std::ops::Range;

use crate::Finding;

/// A named text that can turn byte ranges into findings.
#[derive(Debug, Clone)]
pub(crate) struct Source {
    name: String,
    text: String,
}

impl Source {
    pub(crate) fn new(name: &str, text: &str) -> Self {
        Self { name: name.to_owned(), text: text.to_owned() }
    }

    /// The finding at a byte range; ranges outside the text or inside a character move to the nearest place in it.
    pub(crate) fn finding(&self, span: Range<usize>, message: impl Into<String>) -> Finding {
        let start = self.boundary(span.start);
        let end = self.boundary(span.end.max(span.start));
        let line_start = self.text[..start].rfind('\n').map_or(0, |at| at + 1);
        let line_end = self.text[line_start..].find('\n').map_or(self.text.len(), |at| line_start + at);
        let source_line = self.text[line_start..line_end].trim_end_matches('\r');
        let start_in_line = start.min(line_start + source_line.len());
        let end_in_line = end.min(line_start + source_line.len()).max(start_in_line);
        Finding {
            file: self.name.clone(),
            line: self.text[..line_start].matches('\n').count() + 1,
            column: self.text[line_start..start_in_line].chars().count() + 1,
            message: message.into(),
            source_line: source_line.to_owned(),
            width: self.text[start_in_line..end_in_line].chars().count().max(1),
        }
    }

    fn boundary(&self, at: usize) -> usize {
        let mut at = at.min(self.text.len());
        while !self.text.is_char_boundary(at) {
            at -= 1;
        }
        at
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_characters_and_lines_end_before_the_carriage_return() {
        let finding = Source::new("a", "a = 1\r\n名 = 支付\r\n").finding(13..19, "x");
        assert_eq!((finding.line, finding.column, finding.width), (2, 5, 2));
        assert_eq!(finding.source_line, "名 = 支付");
    }

    #[test]
    fn a_range_past_the_end_points_at_the_end() {
        let finding = Source::new("a", "a =").finding(90..95, "x");
        assert_eq!((finding.line, finding.column, finding.width), (1, 4, 1));
    }
}
