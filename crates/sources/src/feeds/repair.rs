//! Makes the XML of real feeds well-formed enough to be read, without touching what they say.
//!
//! Everything is decided in one pass over the decoded text: characters that XML forbids go, named HTML references
//! and bare `&` become XML, comments, declarations and processing instructions are dropped, `<rss>` gets the version
//! it should have, and items that stand directly under it get the missing `<channel>`.

use std::{collections::HashMap, fmt::Write, sync::LazyLock};

use regex::{Captures, Regex};

use crate::{ParseError, text::html};

/// Deeper nesting is no feed, and would exhaust the stack of a recursive reader.
const DEEPEST: usize = 200;

static VERSION: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r#"\sversion\s*=\s*("[^"]*"|'[^']*')"#).expect("the pattern is a constant"));
static REFERENCE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
        .expect("the pattern is a constant")
});

/// Vocabularies that differ from one the reader knows in hardly more than their name: RSS 0.90 (under both of its
/// addresses) from RSS 1.0, Atom 0.3 from Atom 1.0.
static OLD_VOCABULARY: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"http://(?:my|channel)\.netscape\.com/rdf/simple/0\.9/|http://purl\.org/atom/ns#")
        .expect("the pattern is a constant")
});

/// Elements of Atom 0.3 that Atom 1.0 calls otherwise.
const ATOM_03_NAMES: [(&str, &str); 3] = [("issued", "published"), ("modified", "updated"), ("tagline", "subtitle")];

/// How Atom 0.3 says that a text is XHTML.
static XHTML_TYPE: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r#"\stype\s*=\s*["']application/xhtml\+xml["']"#).expect("the pattern is a constant"));

/// A default namespace on `<rss>`, which has none.
static DEFAULT_NAMESPACE: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r#"\sxmlns\s*=\s*(?:"[^"]*"|'[^']*')"#).expect("the pattern is a constant"));

/// What came of the repair.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Repaired {
    /// XML to be read.
    Xml {
        /// The repaired text.
        text: String,
        /// Elements in it that look like entries: a reader that finds none has not understood it.
        items: usize,
    },
    /// An `<rss>` with nothing inside: a feed without entries.
    EmptyRss,
}

/// Repairs `text`.
///
/// # Errors
/// [`ParseError::NotAFeed`] where there is no element at all or the root is HTML, [`ParseError::BrokenFeed`] for
/// absurd nesting.
pub(super) fn repair(text: &str) -> Result<Repaired, ParseError> {
    let mut repair = Repair { rest: text, out: String::with_capacity(text.len()), ..Repair::default() };
    repair.run()?;
    match repair.root {
        None => Err(ParseError::NotAFeed { reason: "there is no XML element in it".to_owned() }),
        Some(Root::Rss) if !repair.rss_has_child => Ok(Repaired::EmptyRss),
        Some(_) => Ok(Repaired::Xml { text: repair.out, items: repair.items }),
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Root {
    Rss,
    Other,
}

#[derive(Debug, Default)]
struct Repair<'a> {
    rest: &'a str,
    out: String,
    root: Option<Root>,
    depth: usize,
    rss_has_child: bool,
    added_channel: bool,
    atom_03: bool,
    items: usize,
    references: HashMap<&'a str, String>,
}

impl<'a> Repair<'a> {
    fn run(&mut self) -> Result<(), ParseError> {
        while let Some(position) = self.rest.find('<') {
            let (before, markup) = self.rest.split_at(position);
            if self.root.is_some() {
                self.characters(before);
            }
            self.rest = markup;
            self.markup()?;
        }
        let tail = self.rest;
        if self.depth > 0 {
            self.characters(tail);
        }
        Ok(())
    }

    fn markup(&mut self) -> Result<(), ParseError> {
        let markup = self.rest;
        if let Some(inside) = markup.strip_prefix("<![CDATA[") {
            // An unfinished section stays so: where it should have ended nobody knows.
            let (content, rest) = inside.split_once("]]>").unwrap_or((inside, ""));
            let end = if inside.len() == content.len() { "" } else { "]]>" };
            self.out.push_str("<![CDATA[");
            self.out.extend(content.chars().filter(|c| is_xml_character(*c)));
            self.out.push_str(end);
            self.rest = rest;
        } else if markup.starts_with("<!--") {
            self.rest = after(markup, "-->");
        } else if markup.starts_with("<?") {
            self.rest = after(markup, "?>");
        } else if markup.starts_with("<!") {
            self.rest = after_doctype(markup);
        } else if markup[1..].starts_with(|c: char| c.is_alphabetic() || c == '_' || c == '/') {
            if let Some(length) = tag_length(markup) {
                let (tag, rest) = markup.split_at(length);
                self.rest = rest;
                self.tag(tag)?;
            } else {
                // Cut off inside a tag.
                self.out.push_str(markup);
                self.rest = "";
            }
        } else {
            self.out.push_str("&lt;");
            self.rest = &markup[1..];
        }
        Ok(())
    }

    fn tag(&mut self, tag: &'a str) -> Result<(), ParseError> {
        let closes = tag.starts_with("</");
        let name = tag_name(tag);
        if closes {
            self.depth = self.depth.saturating_sub(1);
            if self.depth == 0 && self.added_channel {
                self.out.push_str("</channel>");
                self.added_channel = false;
            }
        } else {
            self.opening(name)?;
        }
        if !closes && self.root == Some(Root::Rss) && self.depth == 0 && name == "rss" {
            let tag = VERSION.replace(tag, "");
            let tag = DEFAULT_NAMESPACE.replace(&tag, "");
            self.out.push_str("<rss version=\"2.0\"");
            self.out.push_str(&tag["<rss".len()..].replace('&', "&amp;"));
        } else {
            let start = self.out.len();
            self.characters(tag);
            if !closes && self.depth == 0 {
                let root = OLD_VOCABULARY.replace_all(&self.out[start..], |found: &Captures<'_>| {
                    self.atom_03 |= found[0].contains("atom");
                    if found[0].contains("atom") { "http://www.w3.org/2005/Atom" } else { "http://purl.org/rss/1.0/" }
                });
                let root = root.into_owned();
                self.out.truncate(start);
                self.out.push_str(&root);
            } else if self.atom_03 {
                let mut tag = self.out.split_off(start);
                if let Some((old, new)) = ATOM_03_NAMES.iter().find(|(old, _)| *old == name) {
                    tag = tag.replacen(old, new, 1);
                }
                // Atom 1.0 has a word of its own for this type.
                self.out.push_str(&XHTML_TYPE.replace(&tag, " type=\"xhtml\""));
            }
        }
        if !closes && !tag.ends_with("/>") {
            self.depth += 1;
            if self.depth > DEEPEST {
                return Err(ParseError::BrokenFeed { reason: format!("elements are nested more than {DEEPEST} deep") });
            }
        }
        Ok(())
    }

    /// Notes the root, what stands directly under it, and entries.
    fn opening(&mut self, name: &str) -> Result<(), ParseError> {
        if (1..=2).contains(&self.depth) && matches!(local_name(name), "item" | "entry") {
            self.items += 1;
        }
        match self.root {
            None if name.eq_ignore_ascii_case("html") => {
                return Err(ParseError::NotAFeed { reason: "it is a web page; look for its feed".to_owned() });
            }
            None => self.root = Some(if name == "rss" { Root::Rss } else { Root::Other }),
            Some(Root::Rss) if self.depth == 1 && !self.rss_has_child => {
                self.rss_has_child = true;
                if local_name(name) != "channel" {
                    self.out.push_str("<channel>");
                    self.added_channel = true;
                }
            }
            Some(_) => {}
        }
        Ok(())
    }

    /// Text, or a tag with its attributes: forbidden characters dropped, references and `&` made XML.
    fn characters(&mut self, mut text: &'a str) {
        while let Some(position) = text.find('&') {
            let (before, from) = text.split_at(position);
            self.out.extend(before.chars().filter(|c| is_xml_character(*c)));
            text = if let Some(found) = REFERENCE.find(from) {
                let reference = found.as_str();
                if !self.references.contains_key(reference) {
                    self.references.insert(reference, as_xml(reference));
                }
                self.out.push_str(&self.references[reference]);
                &from[reference.len()..]
            } else {
                self.out.push_str("&amp;");
                &from[1..]
            };
        }
        self.out.extend(text.chars().filter(|c| is_xml_character(*c)));
    }
}

/// The same reference in a form every XML reader knows, or its own text where it means nothing.
fn as_xml(reference: &str) -> String {
    if matches!(reference, "&amp;" | "&lt;" | "&gt;" | "&quot;" | "&apos;") {
        return reference.to_owned();
    }
    let Some(decoded) = html::decode_reference(reference) else { return reference.replacen('&', "&amp;", 1) };
    decoded.chars().filter(|c| is_xml_character(*c)).fold(String::new(), |mut xml, character| {
        if character.is_ascii() {
            let _ = write!(xml, "&#{};", u32::from(character)); // writing to a string does not fail
        } else {
            xml.push(character);
        }
        xml
    })
}

/// The `Char` production of XML 1.0 (§2.2).
fn is_xml_character(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..)
}

fn after<'a>(text: &'a str, end: &str) -> &'a str {
    text.split_once(end).map_or("", |(_, rest)| rest)
}

/// Past a document type, its internal subset in brackets included.
fn after_doctype(text: &str) -> &str {
    let mut brackets = 0_usize;
    let end = text.find(|c| {
        match c {
            '[' => brackets += 1,
            ']' => brackets = brackets.saturating_sub(1),
            _ => {}
        }
        c == '>' && brackets == 0
    });
    end.map_or("", |end| &text[end + 1..])
}

/// Bytes up to and including the `>` that ends the tag; one inside quotes does not.
fn tag_length(text: &str) -> Option<usize> {
    let mut quote = None;
    for (position, byte) in text.bytes().enumerate() {
        match (quote, byte) {
            (None, b'>') => return Some(position + 1),
            (None, b'"' | b'\'') => quote = Some(byte),
            (Some(open), byte) if open == byte => quote = None,
            (Some(_), b'<') => break, // XML allows none here: the quote was never closed
            _ => {}
        }
    }
    // The next `>` has to do, wherever it stands.
    text.find('>').map(|position| position + 1)
}

fn tag_name(tag: &str) -> &str {
    let name = tag.trim_start_matches(['<', '/']);
    name.split(|c: char| c.is_whitespace() || c == '/' || c == '>').next().unwrap_or_default()
}

fn local_name(name: &str) -> &str {
    name.rsplit(':').next().unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn xml(text: &str) -> String {
        match repair(text).unwrap() {
            Repaired::Xml { text, .. } => text,
            Repaired::EmptyRss => "empty".to_owned(),
        }
    }

    #[test]
    fn references_and_bare_ampersands_become_xml() {
        assert_eq!(
            xml("<t a='x?a=1&b=2'>R&D &amp; caf&eacute;&nbsp;&#8211;&bogus; AT&T &lt;</t>"),
            "<t a='x?a=1&amp;b=2'>R&amp;D &amp; café\u{a0}–&amp;bogus; AT&amp;T &lt;</t>"
        );
    }

    #[test]
    fn cdata_is_left_alone_but_for_forbidden_characters() {
        assert_eq!(xml("<t><![CDATA[a & <b>\u{1} c]]></t>"), "<t><![CDATA[a & <b> c]]></t>");
    }

    #[test]
    fn declarations_comments_and_doctypes_go() {
        let text = "<?xml version='1.0' encoding='gbk'?><!DOCTYPE x [<!ENTITY a 'b>'>]><!-- -- --><t>1</t>";
        assert_eq!(xml(text), "<t>1</t>");
    }

    #[test]
    fn only_the_rss_element_gets_a_version() {
        assert_eq!(xml("<rss><channel/></rss>"), "<rss version=\"2.0\"><channel/></rss>");
        assert_eq!(xml("<rss a='1' version='0.93'><channel/></rss>"), "<rss version=\"2.0\" a='1'><channel/></rss>");
        let prefixed = "<rdf:RDF><rss:channel></rss:channel></rdf:RDF>";
        assert_eq!(xml(prefixed), prefixed);
    }

    #[test]
    fn items_without_a_channel_get_one() {
        assert_eq!(
            xml("<rss version='2.0'><item>a</item></rss>"),
            "<rss version=\"2.0\"><channel><item>a</item></channel></rss>"
        );
    }

    #[test]
    fn an_rss_element_alone_is_an_empty_feed() {
        assert_eq!(repair("<rss version='2.0'/>").unwrap(), Repaired::EmptyRss);
        assert_eq!(repair("<rss></rss>").unwrap(), Repaired::EmptyRss);
    }

    #[test]
    fn web_pages_and_absurd_nesting_are_refused() {
        assert!(matches!(repair("<!doctype html><html>"), Err(ParseError::NotAFeed { .. })));
        assert!(matches!(repair("no markup"), Err(ParseError::NotAFeed { .. })));
        assert!(matches!(repair(&"<div>".repeat(100_000)), Err(ParseError::BrokenFeed { .. })));
    }

    #[test]
    fn a_lone_bracket_in_text_is_text() {
        assert_eq!(xml("<t>5 < 6</t>"), "<t>5 &lt; 6</t>");
    }

    proptest! {
        #[test]
        fn any_text_can_be_looked_at(text in "(<[/!?a-z]{0,5}|[>&;#\"'= \n]|\\PC|<rss|<!\\[CDATA\\[|\\]\\]>|-->){0,50}") {
            let _ = repair(&text);
        }
    }
}
