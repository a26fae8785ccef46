//! The App Store's review feed as JSON: every value is wrapped as `{"label": …}`.

use chrono::{DateTime, Utc};
use moodline_types::{Rating, RawMention};
use serde::Deserialize;
use serde_json::Value;

use crate::{
    answer, fields,
    walk::{Item, Step},
};

/// Reads one page of the feed of `storefront`. Entries that rate nothing (older answers begin with one about the app
/// itself) are passed over.
///
/// # Errors
/// When the bytes are not such a feed. A feed without entries is one.
pub fn parse(bytes: &[u8], storefront: &str, origin: &str) -> serde_json::Result<Step> {
    let Answer { feed } = serde_json::from_slice(bytes)?;
    let entries = match feed.entry {
        Value::Array(entries) => entries,
        Value::Null => Vec::new(),
        one => vec![one],
    };
    let reviews = entries.into_iter().filter(|entry| entry.get("im:rating").is_some()).collect();
    let mut step = Step::default();
    answer::each(reviews, origin, &mut step.rejected, |review| step.items.push(item(review, storefront)));
    Ok(step)
}

#[derive(Deserialize)]
struct Answer {
    feed: Feed,
}

#[derive(Deserialize)]
struct Feed {
    /// A list, a single entry, or missing.
    #[serde(default)]
    entry: Value,
}

#[derive(Deserialize)]
struct Review {
    id: Label,
    #[serde(rename = "im:rating")]
    rating: Label,
    title: Option<Label>,
    content: Option<Label>,
    author: Option<Author>,
    updated: Option<Label>,
    link: Option<Link>,
}

#[derive(Deserialize)]
struct Label {
    label: String,
}

#[derive(Deserialize)]
struct Author {
    name: Option<Label>,
}

#[derive(Deserialize)]
struct Link {
    attributes: Option<Attributes>,
}

#[derive(Deserialize)]
struct Attributes {
    href: Option<String>,
}

fn item(review: Review, storefront: &str) -> Item {
    let id = format!("{storefront}/{}", review.id.label.trim());
    let at = fields::instant(review.updated.as_ref().map(|updated| &*updated.label));
    fields::item(id.clone(), at, mention(review, id, at))
}

fn mention(review: Review, external_id: String, posted_at: Option<DateTime<Utc>>) -> Option<RawMention> {
    let (title, text) = fields::words(review.title.map(|title| title.label), review.content.map(|text| text.label))?;
    let stars = review.rating.label.trim().parse().ok();
    Some(RawMention {
        // Ids are unique across storefronts, as far as anyone knows: one seen in two of them is one review.
        canonical_id: Some(format!("app-store:{}", review.id.label.trim())),
        external_id,
        url: review.link.and_then(|link| link.attributes).and_then(|attributes| attributes.href),
        author: review.author.and_then(|author| author.name).map(|name| name.label),
        title,
        text,
        posted_at,
        rating: stars.and_then(|stars| Rating::new(stars, 1.0, 5.0)),
        ..RawMention::default()
    })
}
