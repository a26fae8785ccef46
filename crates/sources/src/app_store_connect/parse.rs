//! Pages of `customerReviews` of the App Store Connect API
//! (<https://developer.apple.com/documentation/appstoreconnectapi/customer-reviews>).

use chrono::{DateTime, Utc};
use moodline_types::{Rating, RawMention};
use serde::Deserialize;
use serde_json::Value;

use crate::{
    answer, fields,
    walk::{Item, Step},
};

/// Reads one page; `next` is the address of the next one, to be followed as it is.
///
/// # Errors
/// When the bytes are not such a page.
pub fn parse(bytes: &[u8], origin: &str) -> serde_json::Result<Step> {
    let page: Answer = serde_json::from_slice(bytes)?;
    let mut step = Step { next: page.links.next, ..Step::default() };
    answer::each(page.data, origin, &mut step.rejected, |review| step.items.push(item(review)));
    Ok(step)
}

#[derive(Deserialize)]
struct Answer {
    data: Vec<Value>,
    #[serde(default)]
    links: Links,
}

#[derive(Deserialize, Default)]
struct Links {
    next: Option<String>,
}

#[derive(Deserialize)]
struct Review {
    #[serde(deserialize_with = "fields::id")]
    id: String,
    attributes: Attributes,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Attributes {
    rating: Option<f32>,
    title: Option<String>,
    body: Option<String>,
    reviewer_nickname: Option<String>,
    created_date: Option<String>,
}

fn item(Review { id, attributes }: Review) -> Item {
    let at = fields::instant(attributes.created_date.as_deref());
    fields::item(id.clone(), at, mention(id, attributes, at))
}

fn mention(id: String, attributes: Attributes, posted_at: Option<DateTime<Utc>>) -> Option<RawMention> {
    let (title, text) = fields::words(attributes.title, attributes.body)?;
    Some(RawMention {
        external_id: id,
        author: attributes.reviewer_nickname,
        title,
        text,
        posted_at,
        rating: attributes.rating.and_then(|stars| Rating::new(stars, 1.0, 5.0)),
        ..RawMention::default()
    })
}
