//! Answers of `IUserReviewsService/GetAppReviews`.

use chrono::DateTime;
use moodline_types::{Rating, RawMention};
use serde::Deserialize;
use serde_json::Value;

use crate::{
    answer::{Content, Entry, add_all},
    identity::derived_id,
    text::bbcode_to_text,
    walk::Step,
};

#[derive(Debug, Deserialize)]
struct Answer {
    response: Body,
}

#[derive(Debug, Deserialize)]
struct Body {
    /// Left out where there is none.
    #[serde(default)]
    reviews: Vec<Value>,
    cursor: Option<String>,
    total_matching: Option<u64>,
}

#[derive(Debug, Deserialize)]
struct Review {
    #[serde(deserialize_with = "text_or_number")]
    recommendationid: String,
    author: Author,
    language: Option<String>,
    #[serde(rename = "review", default)]
    text: String,
    timestamp_created: i64,
    timestamp_updated: Option<i64>,
    voted_up: bool,
}

#[derive(Debug, Deserialize)]
struct Author {
    #[serde(deserialize_with = "text_or_number")]
    steamid: String,
}

/// By which of its two times a step of reviews is ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
    /// Newest review first.
    Created,
    /// Last changed review first.
    Updated,
}

/// Reviews with text by their time in milliseconds, and how many there are in all, which only the first page says. `next`
/// is the cursor, which Steam gives even with the last page.
///
/// # Errors
/// For anything but an answer of the service.
pub(super) fn parse(
    bytes: &[u8],
    origin: &str,
    app_id: u32,
    order: Order,
) -> Result<(Step, Option<u64>), serde_json::Error> {
    let Answer { response: body } = serde_json::from_slice(bytes)?;
    let next = body.cursor.filter(|cursor| !cursor.is_empty());
    let mut step = Step { next, ..Step::default() };
    add_all(&mut step, body.reviews, origin, |review: Review| item(review, app_id, order));
    Ok((step, body.total_matching))
}

fn item(review: Review, app_id: u32, order: Order) -> Entry {
    let text = bbcode_to_text(&review.text);
    let seconds = match order {
        Order::Created => review.timestamp_created,
        Order::Updated => review.timestamp_updated.unwrap_or(review.timestamp_created),
    };
    let order = seconds.saturating_mul(1000);
    let id = review.recommendationid;
    if text.is_empty() {
        return Entry { id, mark: order, content: Content::Nothing };
    }
    let mention = RawMention {
        external_id: id.clone(),
        text,
        url: Some(format!("https://steamcommunity.com/profiles/{}/recommended/{app_id}/", review.author.steamid)),
        // A player has one review of a game: one written again after it was deleted takes the place of the old one.
        canonical_id: Some(format!("steam:{app_id}:{}", derived_id(&["steam", &review.author.steamid]))),
        author: Some(review.author.steamid),
        language: review.language.as_deref().and_then(language).map(str::to_owned),
        posted_at: DateTime::from_timestamp(review.timestamp_created, 0),
        rating: Rating::new(f32::from(u8::from(review.voted_up)), 0.0, 1.0),
        ..RawMention::default()
    };
    Entry { id, mark: order, content: Content::Mention(Box::new(mention)) }
}

/// Steam's names of languages as BCP 47 (partner.steamgames.com/doc/store/localization/languages).
pub(crate) fn language(name: &str) -> Option<&'static str> {
    Some(match name {
        "arabic" => "ar",
        "bulgarian" => "bg",
        "schinese" => "zh-Hans",
        "tchinese" => "zh-Hant",
        "czech" => "cs",
        "danish" => "da",
        "dutch" => "nl",
        "english" => "en",
        "finnish" => "fi",
        "french" => "fr",
        "german" => "de",
        "greek" => "el",
        "hungarian" => "hu",
        "indonesian" => "id",
        "italian" => "it",
        "japanese" => "ja",
        "koreana" => "ko",
        "malay" => "ms",
        "norwegian" => "no",
        "polish" => "pl",
        "portuguese" => "pt-PT",
        "brazilian" => "pt-BR",
        "romanian" => "ro",
        "russian" => "ru",
        "spanish" => "es-ES",
        "latam" => "es-419",
        "swedish" => "sv",
        "thai" => "th",
        "turkish" => "tr",
        "ukrainian" => "uk",
        "vietnamese" => "vi",
        _ => return None,
    })
}

fn text_or_number<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    match Value::deserialize(deserializer)? {
        Value::String(text) if !text.is_empty() => Ok(text),
        Value::Number(number) => Ok(number.to_string()),
        other => Err(serde::de::Error::custom(format_args!("an id was expected, not {other}"))),
    }
}
