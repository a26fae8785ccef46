//! Pages of a business unit's reviews
//! (<https://documentation-apidocumentation.trustpilot.com/business-units-api>).

use chrono::{DateTime, Utc};
use moodline_types::{Rating, RawMention};
use serde::Deserialize;
use serde_json::Value;

use crate::{
    answer, fields,
    walk::{Item, Step},
};

/// Reads one page. Pages have numbers, so there is no `next`.
///
/// # Errors
/// When the bytes are not such a page.
pub fn parse(bytes: &[u8], origin: &str) -> serde_json::Result<Step> {
    let page: Answer = serde_json::from_slice(bytes)?;
    let mut step = Step::default();
    answer::each(page.reviews, origin, &mut step.rejected, |review: Review| step.items.push(item(review)));
    Ok(step)
}

/// The id of the business unit a search by name found.
///
/// # Errors
/// When the bytes are not the answer of that search.
pub fn parse_unit(bytes: &[u8]) -> serde_json::Result<String> {
    #[derive(Deserialize)]
    struct Unit {
        #[serde(deserialize_with = "fields::id")]
        id: String,
    }
    serde_json::from_slice(bytes).map(|Unit { id }| id)
}

#[derive(Deserialize)]
struct Answer {
    reviews: Vec<Value>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Review {
    #[serde(deserialize_with = "fields::id")]
    id: String,
    stars: Option<f32>,
    title: Option<String>,
    text: Option<String>,
    language: Option<String>,
    created_at: Option<String>,
    consumer: Option<Consumer>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Consumer {
    id: Option<String>,
    display_name: Option<String>,
    /// As events call it.
    name: Option<String>,
}

fn item(review: Review) -> Item {
    let at = fields::instant(review.created_at.as_deref());
    fields::item(review.id.clone(), at, mention(review, at))
}

fn mention(review: Review, posted_at: Option<DateTime<Utc>>) -> Option<RawMention> {
    let (title, text) = fields::words(review.title, review.text)?;
    let author = review.consumer.and_then(|consumer| consumer.id.or(consumer.display_name).or(consumer.name));
    Some(RawMention {
        url: Some(format!("https://www.trustpilot.com/reviews/{}", review.id)),
        external_id: review.id,
        author,
        title,
        text,
        language: fields::language(review.language.as_deref()),
        posted_at,
        rating: review.stars.and_then(|stars| Rating::new(stars, 1.0, 5.0)),
        ..RawMention::default()
    })
}
