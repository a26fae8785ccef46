//! What people read: tables on standard output, errors on standard error.

use std::io::{self, IsTerminal, Write};

use comfy_table::{Attribute, Cell, CellAlignment, Color, ContentArrangement, Table, presets};
use moodline_types::SentimentLabel;
use serde::Serialize;
use unicode_width::UnicodeWidthChar;

/// Standard output, buffered, with what it can show.
pub(crate) struct Output {
    writer: io::BufWriter<io::Stdout>,
    colour: bool,
}

impl Output {
    /// Standard output; colour only on a terminal, and not where `NO_COLOR` is set.
    pub(crate) fn new() -> Self {
        let colour = io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none();
        Self { writer: io::BufWriter::new(io::stdout()), colour }
    }

    /// One line.
    pub(crate) fn line(&mut self, text: impl AsRef<str>) -> io::Result<()> {
        writeln!(self.writer, "{}", text.as_ref())
    }

    /// A value as indented JSON.
    pub(crate) fn json(&mut self, value: &impl Serialize) -> io::Result<()> {
        serde_json::to_writer_pretty(&mut self.writer, value)?;
        self.gap()
    }

    /// Values as JSON, one a line.
    pub(crate) fn json_lines(&mut self, values: &[impl Serialize]) -> io::Result<()> {
        for value in values {
            serde_json::to_writer(&mut self.writer, value)?;
            self.gap()?;
        }
        Ok(())
    }

    /// An empty line.
    pub(crate) fn gap(&mut self) -> io::Result<()> {
        writeln!(self.writer)
    }

    /// A line in bold.
    pub(crate) fn heading(&mut self, text: &str) -> io::Result<()> {
        if self.colour { writeln!(self.writer, "\u{1b}[1m{text}\u{1b}[0m") } else { writeln!(self.writer, "{text}") }
    }

    /// A table.
    pub(crate) fn table(&mut self, table: &Table) -> io::Result<()> {
        for line in table.lines() {
            writeln!(self.writer, "{}", line.trim_end())?;
        }
        Ok(())
    }

    /// A table with these headings that fits the terminal.
    pub(crate) fn new_table(&self, headings: &[&str]) -> Table {
        let mut table = Table::new();
        table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Dynamic);
        if !self.colour {
            table.force_no_tty();
            table.set_width(terminal_width());
        }
        table.set_header(headings.iter().map(|h| Cell::new(h).add_attribute(Attribute::Bold)));
        table
    }

    /// A cell coloured by mood.
    pub(crate) fn mood(&self, text: impl ToString, net: Option<f64>) -> Cell {
        let cell = Cell::new(text);
        match net {
            Some(net) if self.colour && net <= -0.2 => cell.fg(Color::Red),
            Some(net) if self.colour && net >= 0.2 => cell.fg(Color::Green),
            _ => cell,
        }
    }

    /// A verdict, coloured.
    pub(crate) fn verdict(&self, label: SentimentLabel) -> Cell {
        let net = match label {
            SentimentLabel::Negative => Some(-1.0),
            SentimentLabel::Positive => Some(1.0),
            _ => None,
        };
        self.mood(label, net)
    }

    /// Writes out what is buffered.
    pub(crate) fn flush(&mut self) -> io::Result<()> {
        self.writer.flush()
    }
}

impl Write for Output {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        self.writer.write(buffer)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.writer.flush()
    }
}

/// A right-aligned cell.
pub(crate) fn number(text: impl ToString) -> Cell {
    Cell::new(text).set_alignment(CellAlignment::Right)
}

/// `text` cut to `width` columns with an ellipsis, line breaks as spaces.
pub(crate) fn shorten(text: &str, width: usize) -> String {
    let mut short = String::new();
    let mut used = 0;
    for c in text.chars().map(|c| if c.is_whitespace() { ' ' } else { c }) {
        let columns = c.width().unwrap_or(0);
        if used + columns > width.saturating_sub(1) {
            short.push('…');
            return short;
        }
        used += columns;
        short.push(c);
    }
    short
}

/// Columns of the terminal: `COLUMNS` where set, else 120.
pub(crate) fn terminal_width() -> u16 {
    std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok()).filter(|w| *w >= 40).unwrap_or(120)
}

/// Prints a line to standard error, beside a table or file on standard output.
pub(crate) fn note(text: impl AsRef<str>) {
    // Nothing can be done if standard error is gone.
    let _ = writeln!(io::stderr().lock(), "{}", text.as_ref());
}

/// Prints an error and its causes, one to a line, to standard error.
pub(crate) fn report(error: &anyhow::Error) {
    let mut stderr = io::stderr().lock();
    let mut said = error.to_string();
    // Nothing can be done if standard error is gone.
    let _ = writeln!(stderr, "error: {said}");
    for cause in error.chain().skip(1) {
        let text = cause.to_string();
        // Some libraries repeat their cause in their own words.
        if !said.ends_with(&text) {
            let _ = writeln!(stderr, "  because {text}");
        }
        said = text;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wide_characters_take_two_columns() {
        assert_eq!(shorten("退款太慢", 8), "退款太…");
        assert_eq!(shorten("退款太慢", 9), "退款太慢");
        assert_eq!(shorten("a\nb", 10), "a b");
    }
}
