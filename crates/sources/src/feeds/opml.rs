//! Subscriptions of a feed reader, exported as OPML (<http://opml.org/spec2.opml>): outlines in any depth of folders,
//! those with an `xmlUrl` are feeds.

use moodline_types::SourceId;
use url::Url;

use super::tags::{attribute, opening_tags};
use crate::{ParseError, encoding};

/// One subscription.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subscription {
    /// What the reader calls it; empty where it has no name.
    pub title: String,
    /// Address of the feed.
    pub url: Url,
}

/// What an OPML file subscribes to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Subscriptions {
    /// Each address once, in the order of the file.
    pub feeds: Vec<Subscription>,
    /// Subscriptions to an address that came before.
    pub repeated: Vec<Subscription>,
    /// Titles and addresses of outlines whose address is none that can be fetched.
    pub unusable: Vec<(String, String)>,
}

/// Reads the subscriptions of an OPML file.
///
/// # Errors
/// [`ParseError::Table`] where there is no `<opml>` in it.
pub fn subscriptions(bytes: &[u8]) -> Result<Subscriptions, ParseError> {
    let tags = opening_tags(&encoding::decode(bytes, &[]));
    if !tags.iter().any(|tag| &*tag.name == "opml") {
        return Err(ParseError::Table { reason: "there is no <opml> element in it".to_owned() });
    }
    let mut found = Subscriptions::default();
    for tag in tags.iter().filter(|tag| &*tag.name == "outline") {
        let Some(address) = attribute(tag, "xmlurl") else { continue };
        let title = attribute(tag, "title").or_else(|| attribute(tag, "text")).unwrap_or_default().to_owned();
        match Url::parse(&address.replacen("feed://", "https://", 1)) {
            Ok(url) if matches!(url.scheme(), "http" | "https") => {
                let known = found.feeds.iter().any(|known| same_address(&known.url, &url));
                let list = if known { &mut found.repeated } else { &mut found.feeds };
                list.push(Subscription { title, url });
            }
            _ => found.unusable.push((title, address.to_owned())),
        }
    }
    Ok(found)
}

/// Whether two addresses are one feed's: scheme and closing slash aside.
pub fn same_address(a: &Url, b: &Url) -> bool {
    fn bare(url: &Url) -> &str {
        let text = url.as_str();
        text.split_once("://").map_or(text, |(_, rest)| rest).trim_end_matches('/')
    }
    bare(a) == bare(b)
}

impl Subscription {
    /// An id made of its title, or of its host where the title has no Latin letters; `taken` says which ones are not
    /// free. A number makes it unique.
    ///
    /// # Panics
    /// Never: what is left is always a valid id.
    pub fn source_id(&self, taken: impl Fn(&SourceId) -> bool) -> SourceId {
        const LONGEST: usize = 36;
        let slug = |text: &str| {
            let mut slug = String::new();
            for c in text.chars().flat_map(char::to_lowercase) {
                if c.is_ascii_alphanumeric() {
                    slug.push(c);
                } else if !slug.is_empty() && !slug.ends_with('-') {
                    slug.push('-');
                }
            }
            slug.truncate(LONGEST);
            slug.trim_end_matches('-').to_owned()
        };
        let title = slug(&self.title);
        let host = slug(self.url.host_str().unwrap_or_default().trim_start_matches("www."));
        let name = [title, host].into_iter().find(|name| name.len() > 1).unwrap_or_else(|| "feed".to_owned());
        let numbered = (2..).map(|number| format!("{name}-{number}"));
        std::iter::once(name.clone())
            .chain(numbered)
            .map(|name| name.parse().expect("lower-case letters, digits and dashes are an id"))
            .find(|id| !taken(id))
            .expect("there are more numbers than sources")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const EXPORT: &str = r#"<?xml version="1.0" encoding="UTF-8"?><opml version="2.0"><head><title>mine</title></head><body>
        <outline text="Shops &amp; more"><outline text="Tea House" title="Tea House" type="rss" xmlUrl="https://tea.example/feed"/>
        <outline text="deeper"><outline text="茶馆论坛" xmlUrl="http://bbs.example.org/rss?id=1&amp;x=2"/></outline></outline>
        <outline text="again" xmlUrl="http://tea.example/feed/"/><outline text="mail" xmlUrl="mailto:a@b.example"/>
        <outline text="a page" htmlUrl="https://page.example"/></body></opml>"#;

    #[test]
    fn folders_are_looked_into_and_repetitions_are_named() {
        let found = subscriptions(EXPORT.as_bytes()).unwrap();
        let urls: Vec<&str> = found.feeds.iter().map(|feed| feed.url.as_str()).collect();
        assert_eq!(urls, ["https://tea.example/feed", "http://bbs.example.org/rss?id=1&x=2"]);
        assert_eq!(found.repeated[0].title, "again");
        assert_eq!(found.unusable, [("mail".to_owned(), "mailto:a@b.example".to_owned())]);
        assert!(subscriptions(b"<html>").is_err());
    }

    #[test]
    fn ids_come_from_titles_or_hosts_and_are_free() {
        let found = subscriptions(EXPORT.as_bytes()).unwrap();
        assert_eq!(found.feeds[0].source_id(|_| false).as_str(), "tea-house");
        assert_eq!(found.feeds[0].source_id(|id| id.as_str() == "tea-house").as_str(), "tea-house-2");
        assert_eq!(found.feeds[1].source_id(|_| false).as_str(), "bbs-example-org");
    }

    proptest! {
        #[test]
        fn any_title_makes_an_id(title in "\\PC{0,80}", bytes: Vec<u8>) {
            let url = Url::parse("https://a.example/").unwrap();
            let _ = Subscription { title, url }.source_id(|_| false);
            let _ = subscriptions(&bytes);
        }
    }
}
