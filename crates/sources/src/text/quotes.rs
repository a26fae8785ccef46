//! Lines that quote somebody else.

/// `text` without the lines that quote others by a leading `>` (mail, Hacker News, chats), and without the line that
/// introduces them ("On Monday Ann wrote:"). Where nothing else is left, the text stays as it was: then the quoted
/// words are all that was said.
pub fn without_quoted_lines(text: &str) -> String {
    let lines: Vec<&str> = text.lines().collect();
    let mut kept: Vec<&str> = Vec::new();
    for (index, line) in lines.iter().enumerate() {
        if is_quoted(line) || (introduces(line) && next_said(&lines[index + 1..]).is_some_and(is_quoted)) {
            continue;
        }
        kept.push(line);
    }
    let own = super::html::tidy(&kept.join("\n"));
    if own.is_empty() { text.trim().to_owned() } else { own }
}

fn next_said<'a>(lines: &[&'a str]) -> Option<&'a str> {
    lines.iter().copied().find(|line| !line.trim().is_empty())
}

/// `> text`; but `>:(`, `>_<` and `>= 3` begin something of the author's own.
fn is_quoted(line: &str) -> bool {
    let Some(rest) = line.trim_start().strip_prefix(['>', '＞']) else { return false };
    rest.is_empty() || rest.starts_with(|c: char| c.is_whitespace() || c == '>' || c.is_alphanumeric() || c == '"')
}

fn introduces(line: &str) -> bool {
    let line = line.trim_end();
    let ends = ["wrote:", "writes:", "schrieb:", "a écrit :", "写道：", "写道:", "寫道：", "said:"];
    line.chars().count() < 200 && ends.iter().any(|end| line.ends_with(end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quoted_lines_and_their_introduction_go() {
        let text = "On Mon, Ann wrote:\n> It is slow.\n>> Really?\n\nNot for me, I love it.";
        assert_eq!(without_quoted_lines(text), "Not for me, I love it.");
        assert_eq!(without_quoted_lines(">质量很差\n我觉得还行"), "我觉得还行");
    }

    #[test]
    fn faces_and_comparisons_are_no_quotations() {
        for text in [">:( again", ">_< why", "a > b", ">= 3 crashes a day"] {
            assert_eq!(without_quoted_lines(text), text);
        }
    }

    #[test]
    fn a_text_that_only_quotes_stays() {
        assert_eq!(without_quoted_lines("> greentext is how they talk here"), "> greentext is how they talk here");
    }
}
