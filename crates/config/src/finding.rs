//! One mistake, and all mistakes together.

use std::fmt;

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// Longest part of a source line that is shown, in terminal columns; the rest is cut away around the mistake.
const SHOWN_COLUMNS: usize = 100;

/// One mistake and where it stands.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Finding {
    /// The file as it was named to the reader.
    pub file: String,
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// What is wrong, lower case, without a full stop.
    pub message: String,
    /// The whole line without its line break.
    pub source_line: String,
    /// How many characters of the line are meant; at least 1.
    pub width: usize,
}

impl Finding {
    /// A mistake of a whole file, without a line to show.
    pub fn of_file(file: impl Into<String>, message: impl Into<String>) -> Self {
        Self { file: file.into(), line: 1, column: 1, message: message.into(), source_line: String::new(), width: 1 }
    }
}

/// `file:line:column: message`, then the line with carets under what is meant.
impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { file, line, column, message, .. } = self;
        write!(f, "{file}:{line}:{column}: {message}")?;
        if self.source_line.trim().is_empty() {
            return Ok(());
        }
        let (shown, offset, carets) = excerpt(&self.source_line, self.column - 1, self.width.max(1));
        let gutter = line.to_string();
        write!(f, "\n{gutter} | {shown}\n{:1$} | {2:3$}{4}", "", gutter.len(), "", offset, "^".repeat(carets))
    }
}

/// The part of `line` to show, the terminal column of the mistake in it, and how many columns the mistake takes.
fn excerpt(line: &str, start: usize, width: usize) -> (String, usize, usize) {
    let plain: Vec<char> = line.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let columns = |chars: &[char]| chars.iter().map(|c| c.width().unwrap_or(0)).sum::<usize>();
    let start = start.min(plain.len());
    let end = (start + width).min(plain.len()).max(start);
    if columns(&plain) <= SHOWN_COLUMNS {
        return (plain.iter().collect(), columns(&plain[..start]), columns(&plain[start..end]).max(1));
    }
    // A third of the room stays before the mistake, the rest begins with it.
    let mut first = start;
    while first > 0 && columns(&plain[first - 1..start]) <= SHOWN_COLUMNS / 3 {
        first -= 1;
    }
    let mut last = first;
    while last < plain.len() && columns(&plain[first..=last]) <= SHOWN_COLUMNS {
        last += 1;
    }
    let before = if first > 0 { "… " } else { "" };
    let after = if last < plain.len() { " …" } else { "" };
    let shown: String = plain[first..last].iter().collect();
    let offset = before.width() + columns(&plain[first..start]);
    (format!("{before}{shown}{after}"), offset, columns(&plain[start..end.min(last).max(start)]).max(1))
}

/// All mistakes, in the order of files and lines; never empty when returned as an error.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Findings(Vec<Finding>);

impl Findings {
    /// The mistakes in order.
    pub fn as_slice(&self) -> &[Finding] {
        &self.0
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether nothing is wrong.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Iterates in order.
    pub fn iter(&self) -> std::slice::Iter<'_, Finding> {
        self.0.iter()
    }

    /// Takes the mistakes of `other` in.
    pub fn merge(&mut self, other: Self) {
        *self = self.0.drain(..).chain(other.0).collect();
    }

    /// `Ok` with `value` where nothing is wrong.
    ///
    /// # Errors
    /// The findings themselves where there are any.
    pub fn or<T>(self, value: T) -> Result<T, Self> {
        if self.is_empty() { Ok(value) } else { Err(self) }
    }
}

/// Sorts by position and drops what was said twice.
impl FromIterator<Finding> for Findings {
    fn from_iter<I: IntoIterator<Item = Finding>>(findings: I) -> Self {
        let mut findings: Vec<Finding> = findings.into_iter().collect();
        findings.sort();
        findings.dedup();
        Self(findings)
    }
}

impl IntoIterator for Findings {
    type Item = Finding;
    type IntoIter = std::vec::IntoIter<Finding>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<'a> IntoIterator for &'a Findings {
    type Item = &'a Finding;
    type IntoIter = std::slice::Iter<'a, Finding>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

/// Every mistake, then how many there are.
impl fmt::Display for Findings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for finding in &self.0 {
            writeln!(f, "{finding}")?;
        }
        match self.0.len() {
            1 => f.write_str("1 mistake"),
            n => write!(f, "{n} mistakes"),
        }
    }
}

impl std::error::Error for Findings {}

#[cfg(test)]
mod tests {
    use super::*;

    fn finding(source_line: &str, column: usize, width: usize) -> Finding {
        Finding {
            file: "a.toml".into(),
            line: 12,
            column,
            message: "wrong".into(),
            source_line: source_line.into(),
            width,
        }
    }

    #[test]
    fn carets_stand_under_wide_characters() {
        let shown = finding("name = \"支付页面\" x", 9, 4).to_string();
        assert_eq!(shown, "a.toml:12:9: wrong\n12 | name = \"支付页面\" x\n   |         ^^^^^^^^");
    }

    #[test]
    fn a_long_line_is_cut_around_the_mistake() {
        let line = format!("keywords = [{}]", "\"payment\", ".repeat(40));
        let shown = finding(&line, 244, 9).to_string();
        let lines: Vec<&str> = shown.lines().collect();
        assert!(lines[1].starts_with("12 | … ") && lines[1].ends_with(" …"), "{shown}");
        assert!(lines[1].width() <= SHOWN_COLUMNS + 10, "{shown}");
        let at = lines[2].find('^').unwrap();
        let marked: String = lines[1].chars().skip(at).take(9).collect();
        assert_eq!(marked, line.chars().skip(243).take(9).collect::<String>());
    }

    #[test]
    fn control_characters_never_reach_the_terminal() {
        assert!(!finding("a = \u{1b}[31m", 1, 1).to_string().contains('\u{1b}'));
    }

    #[test]
    fn findings_are_sorted_and_said_once() {
        let late = Finding { line: 13, ..finding("x", 1, 1) };
        let findings: Findings = [late, finding("x", 1, 1), finding("x", 1, 1)].into_iter().collect();
        assert_eq!(findings.iter().map(|f| f.line).collect::<Vec<_>>(), [12, 13]);
        assert!(findings.to_string().ends_with("2 mistakes"));
    }
}
