//! What a customer wrote, as a source gave it and as it is stored.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::{MentionId, SourceId};

/// A star rating or score on the source's own scale.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Rating {
    /// The value given.
    pub value: f32,
    /// The worst value of the scale.
    pub worst: f32,
    /// The best value of the scale; differs from `worst`.
    pub best: f32,
}

impl Rating {
    /// `value` on a scale from `worst` to `best`; `None` where the scale is empty or the value lies outside it.
    pub fn new(value: f32, worst: f32, best: f32) -> Option<Self> {
        let (low, high) = if worst < best { (worst, best) } else { (best, worst) };
        (low < high && (low..=high).contains(&value)).then_some(Self { value, worst, best })
    }

    /// The rating from 0 (worst) to 1 (best).
    pub fn normalised(&self) -> f32 {
        (self.value - self.worst) / (self.best - self.worst)
    }
}

/// A mention as a source read it: plain text, not yet stored, its author still by name.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct RawMention {
    /// The source's own id for it; with the source it is the mention's identity.
    pub external_id: String,
    /// Its identity beyond this source, where it has one: the `ActivityPub` or `at://` URI of a federated post, the
    /// address of a syndicated article. Two mentions with one canonical id are one post seen twice.
    pub canonical_id: Option<String>,
    /// The conversation it belongs to, by the source's own id: topic, issue, root post.
    pub thread: Option<String>,
    /// Where a person can read it.
    pub url: Option<String>,
    /// The author's handle; kept only as a keyed hash once ingested.
    pub author: Option<String>,
    /// Title or subject, plain text.
    pub title: Option<String>,
    /// Body, plain text, not empty.
    pub text: String,
    /// Language the source claims, e.g. `zh-Hans`; a hint, not a fact.
    pub language: Option<String>,
    /// When it was posted; `None` where the source does not say (the time of fetching is taken, and marked so).
    pub posted_at: Option<DateTime<Utc>>,
    /// Stars or score, where given.
    pub rating: Option<Rating>,
}

/// A row or entry that could not become a mention.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RejectedRow {
    /// File name or address.
    pub origin: String,
    /// 1-based line (or row, or entry) in it, where known.
    pub line: Option<u64>,
    /// What is wrong with it and what was expected.
    pub reason: String,
    /// The beginning of the offending row.
    pub excerpt: String,
}

/// An item that the rules of its source keep out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DroppedItem {
    /// The source's own id.
    pub external_id: String,
    /// The rule that it fails.
    pub reason: String,
    /// The beginning of its text.
    pub excerpt: String,
}

/// A mention as stored.
#[derive(Debug, Clone, PartialEq)]
pub struct Mention {
    /// Row id.
    pub id: MentionId,
    /// The source it came from.
    pub source: SourceId,
    /// The source's own id.
    pub external_id: String,
    /// 1 for the first text seen, one more for every later change upstream.
    pub revision: i32,
    /// Where a person can read it.
    pub url: Option<String>,
    /// Keyed hash of the author's handle.
    pub author_hash: Option<String>,
    /// Title or subject.
    pub title: Option<String>,
    /// Body, plain text.
    pub text: String,
    /// The source's language hint until judged, then the identified language; BCP 47.
    pub language: Option<String>,
    /// When it was posted, or first seen where `posted_at_is_approximate`.
    pub posted_at: DateTime<Utc>,
    /// Whether `posted_at` is the time of fetching for want of better.
    pub posted_at_is_approximate: bool,
    /// Stars or score.
    pub rating: Option<Rating>,
    /// When it vanished upstream or was judged irrelevant; hidden mentions count nowhere.
    pub hidden_at: Option<DateTime<Utc>>,
    /// The earlier mention, of any source, that says the same; copies are neither judged nor counted.
    pub copy_of: Option<MentionId>,
}

/// Where a copy of a mention was found.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Origin {
    /// The source it came from.
    pub source: SourceId,
    /// That source's id for it.
    pub external_id: String,
    /// Where a person can read it.
    pub url: Option<String>,
    /// When it was posted there.
    pub posted_at: DateTime<Utc>,
}

impl Mention {
    /// What the model reads: title and body, the title alone on its line unless the body begins with it.
    pub fn full_text(&self) -> String {
        full_text(self.title.as_deref(), &self.text)
    }
}

/// Title and body of a mention in one, as [`Mention::full_text`] tells.
pub fn full_text(title: Option<&str>, text: &str) -> String {
    match title {
        Some(title) if !title.is_empty() && !text.starts_with(title) => format!("{title}\n{text}"),
        _ => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rating_knows_its_scale() {
        assert!((Rating::new(4.0, 1.0, 5.0).unwrap().normalised() - 0.75).abs() < 1e-6);
        assert!((Rating::new(2.0, 5.0, 1.0).unwrap().normalised() - 0.75).abs() < 1e-6, "scales may run downwards");
        assert_eq!(Rating::new(6.0, 1.0, 5.0), None);
        assert_eq!(Rating::new(1.0, 1.0, 1.0), None);
    }
}
