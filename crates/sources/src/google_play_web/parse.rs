//! What Google Play's web pages ask their server for reviews with. Nobody documents it: positions in nested lists, as
//! found in recordings.

use chrono::DateTime;
use moodline_types::{Rating, RawMention};
use serde_json::Value;

use crate::{
    fields,
    walk::{Item, Step},
};

/// The call that lists reviews.
pub const CALL: &str = "UsvDTd";

/// Reads one answer; `next` is the token of the next page. `None` where the server answered, but with nothing: what it
/// does to callers it blocks.
///
/// # Errors
/// When the call's answer is not among the frames.
pub fn parse(bytes: &[u8], package: &str, language: &str) -> serde_json::Result<Option<Step>> {
    let text = String::from_utf8_lossy(bytes);
    // Lengths stand between the frames; every line with frames is a list.
    let frames = text.lines().filter(|line| line.starts_with('[')).filter_map(|line| serde_json::from_str(line).ok());
    let frames: Vec<Value> = frames.filter_map(|line: Value| line.as_array().cloned()).flatten().collect();
    let frame = frames.iter().find(|frame| frame[0] == "wrb.fr" && frame[1] == CALL);
    let Some(frame) = frame else {
        return Err(serde::de::Error::custom(format!("it has no answer to the call `{CALL}`")));
    };
    let Some(payload) = frame[2].as_str() else { return Ok(None) };
    let payload: Value = serde_json::from_str(payload)?;
    let Some(reviews) = payload[0].as_array() else { return Ok(None) };
    let next = payload[1][1].as_str().filter(|token| !token.is_empty()).map(str::to_owned);
    let items = reviews.iter().filter_map(|review| item(review, package, language)).collect();
    Ok(Some(Step { items, next, ..Step::default() }))
}

fn item(review: &Value, package: &str, language: &str) -> Option<Item> {
    let id = review[0].as_str().filter(|id| !id.is_empty())?;
    let at = review[5][0].as_i64().and_then(|seconds| DateTime::from_timestamp(seconds, 0));
    let mention = mention(review, id, package, language).map(|mention| RawMention { posted_at: at, ..mention });
    Some(fields::item(id.to_owned(), at, mention))
}

fn mention(review: &Value, id: &str, package: &str, language: &str) -> Option<RawMention> {
    let (_, text) = fields::words(None, review[4].as_str().map(str::to_owned))?;
    let mut url = url::Url::parse("https://play.google.com/store/apps/details").expect("a constant address");
    url.query_pairs_mut().append_pair("id", package).append_pair("reviewId", id);
    let stars = review[2].as_f64().and_then(|stars| Rating::new(stars as f32, 1.0, 5.0));
    Some(RawMention {
        external_id: id.to_owned(),
        url: Some(url.into()),
        author: review[1][0].as_str().map(str::to_owned),
        text,
        language: Some(language.to_owned()),
        rating: stars,
        ..RawMention::default()
    })
}
