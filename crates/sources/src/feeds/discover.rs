//! Finds the feeds of a site: those its pages name, else those at the usual places.

use moodline_http::{HttpClient, Response, Validators};
use url::Url;

use super::{
    document::{FeedDocument, parse_document},
    tags::{attribute, opening_tags},
};
use crate::{ParseError, SourceError, encoding};

/// Types of `<link rel="alternate">` that are feeds
/// (<https://www.rssboard.org/rss-autodiscovery>, <https://www.jsonfeed.org/version/1.1/#discovery>).
const TYPES: [&str; 5] =
    ["application/rss+xml", "application/atom+xml", "application/feed+json", "application/rdf+xml", "application/json"];
/// Where feeds lie when no page names them.
const USUAL: [&str; 8] =
    ["/feed", "/rss", "/feed.xml", "/rss.xml", "/atom.xml", "/index.xml", "/feed.json", "/latest.rss"];
/// Feeds that one page may make us ask for.
const MOST: usize = 20;
const ACCEPT: &str = "text/html, application/xhtml+xml, application/rss+xml, application/atom+xml, \
                      application/feed+json, application/xml;q=0.9, */*;q=0.5";

/// A feed of a site.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundFeed {
    /// Its address.
    pub url: Url,
    /// What the page calls it.
    pub title: Option<String>,
    /// Entries it shows now; `Err` with the reason where it cannot be read.
    pub entries: Result<usize, String>,
}

/// The feeds that belong to an address: itself where it is one, those that its page names, else what answers at the
/// usual places. Each is fetched once.
///
/// # Errors
/// Where the address itself cannot be fetched.
pub async fn discover(http: &HttpClient, url: &Url) -> Result<Vec<FoundFeed>, SourceError> {
    let page = http.get(url, ACCEPT, &Validators::default()).await.map_err(SourceError::from_http)?;
    if let Ok(document) = read(&page) {
        return Ok(vec![FoundFeed { url: page.url, title: None, entries: Ok(document.len()) }]);
    }
    let mut found = Vec::new();
    for (address, title) in named_in(&text(&page), &page.url) {
        let entries = entries(http, &address).await;
        found.push(FoundFeed { url: address, title, entries });
    }
    if found.iter().any(|feed| feed.entries.is_ok()) {
        return Ok(found);
    }
    for path in USUAL {
        let Ok(address) = page.url.join(path) else { continue };
        // What does not answer there was only a guess of ours.
        if let Ok(count) = entries(http, &address).await {
            found.push(FoundFeed { url: address, title: None, entries: Ok(count) });
        }
    }
    Ok(found)
}

/// Addresses and titles of the feeds that a page names in its head, each address once.
pub(super) fn named_in(page: &str, url: &Url) -> Vec<(Url, Option<String>)> {
    let tags = opening_tags(page);
    let base = tags.iter().find(|tag| &*tag.name == "base").and_then(|tag| attribute(tag, "href"));
    let base = base.and_then(|href| url.join(href).ok()).unwrap_or_else(|| url.clone());
    let mut found: Vec<(Url, Option<String>)> = Vec::new();
    for tag in tags.iter().filter(|tag| &*tag.name == "link") {
        let says = |name: &str, wanted: &dyn Fn(&str) -> bool| {
            attribute(tag, name).is_some_and(|value| value.to_ascii_lowercase().split_whitespace().any(wanted))
        };
        let is_feed = says("type", &|given| TYPES.contains(&given.trim_end_matches(';')));
        if !(is_feed && says("rel", &|rel| rel == "alternate" || rel == "feed")) {
            continue;
        }
        let address = attribute(tag, "href").and_then(|href| base.join(href).ok());
        if let Some(address) = address.filter(|address| matches!(address.scheme(), "http" | "https"))
            && found.iter().all(|(known, _)| *known != address)
        {
            found.push((address, attribute(tag, "title").map(str::to_owned)));
        }
    }
    found.truncate(MOST);
    found
}

async fn entries(http: &HttpClient, url: &Url) -> Result<usize, String> {
    let answer = http.get(url, ACCEPT, &Validators::default()).await.map_err(|error| error.to_string())?;
    read(&answer).map(|document| document.len()).map_err(|error| error.to_string())
}

fn read(answer: &Response) -> Result<FeedDocument, ParseError> {
    parse_document(&answer.body, &answer.url, answer.charset())
}

fn text(answer: &Response) -> String {
    encoding::decode(&answer.body, answer.charset().as_slice())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_names_its_feeds_in_links() {
        let page = r#"<html><head><base href="/blog/"><title><link></title>
            <script>"<link rel='alternate' type='application/rss+xml' href='/no'>"</script>
            <link rel="stylesheet" href="a.css"><link REL="Alternate home" TYPE="application/rss+xml" title="News &amp; more" href="rss">
            <link rel=alternate type=application/atom+xml href="https://other.example/atom">
            <link rel=alternate type=application/atom+xml href="https://other.example/atom">
            <link rel=alternate hreflang=de type="text/html" href="/de"><link rel=alternate type=application/rss+xml href="ftp://x/y">"#;
        let found = named_in(page, &Url::parse("https://shop.example/about").unwrap());
        let found: Vec<(&str, Option<&str>)> =
            found.iter().map(|(url, title)| (url.as_str(), title.as_deref())).collect();
        assert_eq!(
            found,
            [("https://shop.example/blog/rss", Some("News & more")), ("https://other.example/atom", None)]
        );
    }
}
