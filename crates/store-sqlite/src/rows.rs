//! Values as rows hold them, and back.

use std::{error::Error, str::FromStr};

use chrono::{DateTime, Utc};
use moodline_store::StoreError;
use moodline_types::{
    Counts, Embedding, EmotionCounts, Emotions, JudgedOpinion, Mention, MentionId, Opinion, OpinionId, Rating,
    Sentiment,
};
use sqlx::{ColumnIndex, Decode, Row as _, Sqlite, Type, sqlite::SqliteRow};

use crate::failure::{Attempt, Failure};

/// The dialect, named once.
pub(crate) type Db = Sqlite;
/// A row of it.
pub(crate) type Row = SqliteRow;

/// Rows per `INSERT`: 40 columns × 200 rows stay far below SQLite's 32 766 parameters.
pub(crate) const ROWS_PER_INSERT: usize = 200;

/// Ids or texts as one parameter, for `IN (SELECT value FROM json_each(…))`.
pub(crate) fn list<T: Listed>(values: &[T]) -> String {
    serde_json::Value::Array(values.iter().map(T::listed).collect()).to_string()
}

/// What [`list`] takes.
pub(crate) trait Listed {
    /// As JSON.
    fn listed(&self) -> serde_json::Value;
}

impl Listed for i64 {
    fn listed(&self) -> serde_json::Value {
        (*self).into()
    }
}

impl Listed for MentionId {
    fn listed(&self) -> serde_json::Value {
        self.0.into()
    }
}

impl Listed for String {
    fn listed(&self) -> serde_json::Value {
        self.as_str().into()
    }
}

/// A column of a type the driver knows.
pub(crate) fn column<'r, T>(row: &'r Row, name: &'static str) -> Attempt<T>
where
    T: Decode<'r, Db> + Type<Db>,
    &'static str: ColumnIndex<Row>,
{
    Ok(row.try_get(name)?)
}

/// An unsigned number; a negative one in the table reads as 0.
pub(crate) fn count(row: &Row, name: &'static str) -> Attempt<u64> {
    Ok(u64::try_from(column::<i64>(row, name)?).unwrap_or(0))
}

/// A column whose text is one of our words or ids.
pub(crate) fn word<T>(row: &Row, table: &'static str, name: &'static str) -> Attempt<T>
where
    T: FromStr<Err: Error + Send + Sync + 'static>,
{
    let text: &str = row.try_get(name)?;
    text.parse().map_err(|error| corrupt(table, name, error))
}

/// The same for a column that may be empty (`NULL` or `''`).
pub(crate) fn word_or_none<T>(row: &Row, table: &'static str, name: &'static str) -> Attempt<Option<T>>
where
    T: FromStr<Err: Error + Send + Sync + 'static>,
{
    match row.try_get::<Option<&str>, _>(name)? {
        None | Some("") => Ok(None),
        Some(text) => text.parse().map(Some).map_err(|error| corrupt(table, name, error)),
    }
}

/// An instant in unix milliseconds.
pub(crate) fn instant(row: &Row, table: &'static str, name: &'static str) -> Attempt<DateTime<Utc>> {
    to_instant(column(row, name)?, table, name)
}

/// The same for a column that may be empty.
pub(crate) fn instant_or_none(row: &Row, table: &'static str, name: &'static str) -> Attempt<Option<DateTime<Utc>>> {
    column::<Option<i64>>(row, name)?.map(|ms| to_instant(ms, table, name)).transpose()
}

fn to_instant(ms: i64, table: &'static str, name: &'static str) -> Attempt<DateTime<Utc>> {
    DateTime::from_timestamp_millis(ms).ok_or_else(|| corrupt(table, name, format!("{ms} ms is no instant")))
}

/// A stored value that cannot be read.
pub(crate) fn corrupt(
    table: &'static str,
    column: &'static str,
    source: impl Into<Box<dyn Error + Send + Sync>>,
) -> Failure {
    Failure::Told(StoreError::Corrupt { table, column, source: source.into() })
}

/// The rating of a mention, where all three parts are there.
pub(crate) fn rating(row: &Row) -> Attempt<Option<Rating>> {
    let parts: (Option<f32>, Option<f32>, Option<f32>) =
        (column(row, "rating_value")?, column(row, "rating_worst")?, column(row, "rating_best")?);
    Ok(match parts {
        (Some(value), Some(worst), Some(best)) => Some(Rating { value, worst, best }),
        _ => None,
    })
}

/// Mentions by verdict.
pub(crate) fn counts(row: &Row) -> Attempt<Counts> {
    Ok(Counts {
        positive: count(row, "positive")?,
        neutral: count(row, "neutral")?,
        negative: count(row, "negative")?,
        mixed: count(row, "mixed")?,
        unsure: count(row, "unsure")?,
    })
}

/// Mentions by emotion.
pub(crate) fn emotion_counts(row: &Row) -> Attempt<EmotionCounts> {
    Ok(EmotionCounts {
        joy: count(row, "joy")?,
        anger: count(row, "anger")?,
        sadness: count(row, "sadness")?,
        fear: count(row, "fear")?,
        surprise: count(row, "surprise")?,
        disgust: count(row, "disgust")?,
        neutral: count(row, "calm")?,
    })
}

/// The probabilities of an opinion.
pub(crate) fn sentiment(row: &Row) -> Attempt<Sentiment> {
    Ok(Sentiment {
        negative: column(row, "negative")?,
        neutral: column(row, "neutral")?,
        positive: column(row, "positive")?,
    })
}

/// The emotions of an opinion.
pub(crate) fn emotions(row: &Row) -> Attempt<Emotions> {
    Ok(Emotions {
        joy: column(row, "joy")?,
        anger: column(row, "anger")?,
        sadness: column(row, "sadness")?,
        fear: column(row, "fear")?,
        surprise: column(row, "surprise")?,
        disgust: column(row, "disgust")?,
        neutral: column(row, "calm")?,
    })
}

/// A row of `mentions`.
pub(crate) fn mention(row: &Row) -> Attempt<Mention> {
    Ok(Mention {
        id: MentionId(column(row, "id")?),
        source: word(row, "mentions", "source")?,
        external_id: column(row, "external_id")?,
        revision: column(row, "revision")?,
        url: column(row, "url")?,
        author_hash: column(row, "author_hash")?,
        title: column(row, "title")?,
        text: column(row, "text")?,
        language: column(row, "language")?,
        posted_at: instant(row, "mentions", "posted_ms")?,
        posted_at_is_approximate: column(row, "posted_approximate")?,
        rating: rating(row)?,
        hidden_at: instant_or_none(row, "mentions", "hidden_ms")?,
        copy_of: column::<Option<i64>>(row, "copy_of")?.map(MentionId),
    })
}

/// A row of `opinions` with its `embedding`.
pub(crate) fn opinion(row: &Row) -> Attempt<Opinion> {
    Ok(Opinion {
        id: OpinionId(column(row, "id")?),
        mention: MentionId(column(row, "mention_id")?),
        model: word(row, "opinions", "model")?,
        revision: column(row, "revision")?,
        judged: JudgedOpinion {
            start: characters(row, "start_char")?,
            end: characters(row, "end_char")?,
            evidence: column(row, "evidence")?,
            sentiment: sentiment(row)?,
            label: word(row, "opinions", "label")?,
            emotions: emotions(row)?,
            embedding: Embedding::from_bytes(row.try_get::<&[u8], _>("embedding")?),
        },
    })
}

/// A position in a text.
pub(crate) fn characters(row: &Row, name: &'static str) -> Attempt<u32> {
    Ok(u32::try_from(column::<i32>(row, name)?).unwrap_or(0))
}
