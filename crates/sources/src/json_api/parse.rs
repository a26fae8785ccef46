//! From an answer to the items in it.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use moodline_types::{Rating, RawMention, RejectedRow};
use serde_json::Value;

use super::{
    config::{Fields, HttpApiConfig, Order, TextFormat},
    path::{Path, plain},
};
use crate::{
    bbcode_to_text, html_own_words,
    identity::excerpt,
    instant::TimeReading,
    markdown_to_text,
    walk::{Item, Step},
    without_quoted_lines,
};

/// How items are read, made once.
#[derive(Debug, Clone)]
pub(crate) struct Reading {
    pub(crate) items: Path,
    pub(crate) fields: Fields,
    /// Whether items have marks.
    pub(crate) sorted: bool,
    pub(crate) text_format: TextFormat,
    pub(crate) time: TimeReading,
    pub(crate) rating_scale: Option<[f32; 2]>,
    /// As [`Reading::words`] makes them.
    pub(crate) rating_words: Vec<(String, f32)>,
}

/// What an item turned out to be.
enum Read {
    Mention(RawMention),
    Deleted(String),
    /// There is nothing said in it, e.g. stars without words.
    Silent(String),
}

impl Reading {
    pub(super) fn new(config: &HttpApiConfig) -> Self {
        Self {
            items: config.items.clone(),
            fields: config.fields.clone(),
            sorted: config.order != Order::Unsorted,
            text_format: config.text_format,
            time: config.time_reading(),
            rating_scale: config.rating_scale,
            rating_words: Self::words(&config.rating_words),
        }
    }

    /// Ratings in words, whatever their case.
    pub(crate) fn words(words: &BTreeMap<String, f32>) -> Vec<(String, f32)> {
        words.iter().map(|(word, value)| (word.to_lowercase(), *value)).collect()
    }

    /// The items of an answer, without the next page. `unnamed` gives an id to those in a place (from 1), where the
    /// settings do not say that they have one.
    ///
    /// # Errors
    /// A sentence, where there is no list at the place of the settings: an error in the guise of success.
    pub(crate) fn step(&self, answer: &Value, origin: &str, unnamed: &dyn Fn(u64) -> String) -> Result<Step, String> {
        if let Some(list) = self.items.list()
            && !list.all(answer).iter().any(|found| found.is_array() || found.is_object() || found.is_null())
        {
            let said = excerpt(&answer.to_string());
            return Err(format!("there is no list at `{}` in the answer: {said}", list.as_str()));
        }
        let mut step = Step::default();
        for (index, value) in self.items.all(answer).into_iter().enumerate() {
            let mark = self.mark(value);
            let line = index as u64 + 1;
            match self.item(value, &|| unnamed(line)) {
                Ok(Read::Mention(mention)) => {
                    step.items.push(Item { mark, id: mention.external_id.clone(), mention: Some(mention) });
                }
                Ok(Read::Deleted(id)) => {
                    step.removed.push(id.clone());
                    step.items.push(Item::passed_over(id, mark));
                }
                Ok(Read::Silent(id)) => step.items.push(Item::passed_over(id, mark)),
                Err(reason) => step.rejected.push(RejectedRow {
                    origin: origin.to_owned(),
                    line: Some(line),
                    reason,
                    excerpt: excerpt(&value.to_string()),
                }),
            }
        }
        Ok(step)
    }

    fn mark(&self, item: &Value) -> Option<i64> {
        let path = self.fields.sorted_by.as_ref().or(self.fields.time.as_ref()).filter(|_| self.sorted)?;
        self.instant(path.first(item)?).map(|at| at.timestamp_millis())
    }

    fn item(&self, item: &Value, unnamed: &dyn Fn() -> String) -> Result<Read, String> {
        let Fields { id, text, title, time, rating, author, url, language, thread, deleted, .. } = &self.fields;
        let external_id = match id {
            None => unnamed(),
            Some(id) => {
                id.first(item).and_then(plain).ok_or_else(|| format!("no id at `{}`: a text or number", id.as_str()))?
            }
        };
        if deleted.as_ref().and_then(|deleted| deleted.first(item)).is_some_and(is_set) {
            return Ok(Read::Deleted(external_id));
        }
        let optional = |path: &Option<Path>| path.as_ref().and_then(|path| path.text(item));
        let title = optional(title).map(|title| self.plain_text(&title)).filter(|title| !title.is_empty());
        let said = text.text(item).map(|text| self.plain_text(&text)).unwrap_or_default();
        if said.is_empty() && title.is_none() {
            let leads_nowhere = text.all(item).is_empty();
            return if leads_nowhere {
                Err(format!("no text at `{}`", text.as_str()))
            } else {
                Ok(Read::Silent(external_id))
            };
        }
        let posted_at = match time.as_ref().and_then(|time| time.first(item)) {
            None => None,
            Some(value) => Some(self.instant(value).ok_or_else(|| {
                format!("{value} is not a time that can be told for sure: see `time_format` and `time_zone`")
            })?),
        };
        Ok(Read::Mention(RawMention {
            external_id,
            thread: optional(thread),
            url: optional(url),
            author: optional(author),
            title,
            text: said,
            language: optional(language),
            posted_at,
            rating: rating
                .as_ref()
                .and_then(|rating| rating.first(item))
                .map(|r| self.rating(r))
                .transpose()?
                .flatten(),
            ..RawMention::default()
        }))
    }

    fn plain_text(&self, text: &str) -> String {
        match self.text_format {
            TextFormat::Plain => without_quoted_lines(text),
            TextFormat::Html => html_own_words(text),
            TextFormat::Markdown => markdown_to_text(text),
            TextFormat::Bbcode => bbcode_to_text(text),
        }
    }

    fn instant(&self, value: &Value) -> Option<DateTime<Utc>> {
        match value {
            Value::String(text) => self.time.parse(text),
            // Seconds may have decimals.
            Value::Number(number) => {
                let whole = number.as_i64().or_else(|| number.as_f64().map(|float| float as i64))?;
                TimeReading::default().parse(&whole.to_string())
            }
            _ => None,
        }
    }

    fn rating(&self, value: &Value) -> Result<Option<Rating>, String> {
        let Some([worst, best]) = self.rating_scale else { return Ok(None) };
        let number = match value {
            Value::Bool(good) => Some(if *good { best } else { worst }),
            Value::Number(number) => number.as_f64().map(|number| number as f32),
            Value::String(text) => {
                let word = text.trim().to_lowercase();
                let known = self.rating_words.iter().find(|(known, _)| *known == word).map(|(_, value)| *value);
                known.or_else(|| word.parse().ok())
            }
            _ => None,
        };
        match number.and_then(|number| Rating::new(number, worst, best)) {
            Some(rating) => Ok(Some(rating)),
            // A word that is none, such as "offered", is no rating; a number out of the scale is a mistake.
            None if value.is_string() && number.is_none() => Ok(None),
            None => Err(format!("{value} is not a rating from {worst} to {best}: see `rating_scale`")),
        }
    }
}

/// Whether a value says "yes": not null, false, 0 or empty.
pub(super) fn is_set(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(set) => *set,
        Value::Number(number) => number.as_f64() != Some(0.0),
        Value::String(text) => !text.is_empty() && text != "false" && text != "0",
        Value::Array(items) => !items.is_empty(),
        Value::Object(fields) => !fields.is_empty(),
    }
}
