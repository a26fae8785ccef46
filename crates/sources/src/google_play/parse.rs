//! Pages of `reviews.list` of the Google Play Developer API
//! (<https://developers.google.com/android-publisher/api-ref/rest/v3/reviews>).

use chrono::{DateTime, Utc};
use moodline_types::{Rating, RawMention};
use serde::Deserialize;
use serde_json::Value;

use crate::{
    answer, fields,
    walk::{Item, Step},
};

/// Reads one page of the reviews of `package`; `next` is a page token. An app without reviews answers `{}`.
///
/// # Errors
/// When the bytes are not such a page.
pub fn parse(bytes: &[u8], package: &str, origin: &str) -> serde_json::Result<Step> {
    let page: Answer = serde_json::from_slice(bytes)?;
    let next = page.token_pagination.and_then(|pagination| pagination.next_page_token);
    let mut step = Step { next: next.filter(|token| !token.is_empty()), ..Step::default() };
    let reviews = page.reviews.unwrap_or_default();
    answer::each(reviews, origin, &mut step.rejected, |review| step.items.push(item(review, package)));
    Ok(step)
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Answer {
    reviews: Option<Vec<Value>>,
    token_pagination: Option<Pagination>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Pagination {
    next_page_token: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Review {
    #[serde(rename = "reviewId", deserialize_with = "fields::id")]
    id: String,
    author_name: Option<String>,
    #[serde(default)]
    comments: Vec<Comment>,
}

/// Either the customer's or the developer's words; only the customer's count.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Comment {
    user_comment: Option<UserComment>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct UserComment {
    /// Title and body with a tab between them.
    text: Option<String>,
    /// The words before translation, where one was asked for.
    original_text: Option<String>,
    star_rating: Option<f32>,
    reviewer_language: Option<String>,
    last_modified: Option<Timestamp>,
}

/// Seconds since 1970, written as text or as a number.
#[derive(Deserialize)]
struct Timestamp {
    #[serde(deserialize_with = "fields::id")]
    seconds: String,
}

fn item(review: Review, package: &str) -> Item {
    let Review { id, author_name, comments } = review;
    let comment = comments.into_iter().find_map(|comment| comment.user_comment);
    let at = comment.as_ref().and_then(|comment| comment.last_modified.as_ref()).and_then(instant);
    let mention = comment.and_then(|comment| mention(id.clone(), comment, package));
    let mention = mention.map(|mention| RawMention { author: fields::given(author_name), posted_at: at, ..mention });
    fields::item(id, at, mention)
}

fn mention(external_id: String, comment: UserComment, package: &str) -> Option<RawMention> {
    let written = comment.original_text.filter(|text| !text.trim().is_empty()).or(comment.text)?;
    let (title, text) = match written.split_once('\t') {
        Some((title, body)) => (Some(title.to_owned()), body.to_owned()),
        None => (None, written),
    };
    let (title, text) = fields::words(title, Some(text))?;
    let mut url = url::Url::parse("https://play.google.com/store/apps/details").expect("a constant address");
    url.query_pairs_mut().append_pair("id", package).append_pair("reviewId", &external_id);
    Some(RawMention {
        external_id,
        url: Some(url.into()),
        title,
        text,
        language: fields::language(comment.reviewer_language.as_deref()),
        rating: comment.star_rating.and_then(|stars| Rating::new(stars, 1.0, 5.0)),
        ..RawMention::default()
    })
}

fn instant(time: &Timestamp) -> Option<DateTime<Utc>> {
    DateTime::from_timestamp(time.seconds.parse().ok()?, 0)
}
