//! A labelled text.

use std::fmt;

use moodline_types::{Emotion, SentimentLabel};
use serde_json::{Map, Value};

/// What the field `label` is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum LabelMeaning {
    /// positive, negative, neutral or mixed.
    #[default]
    Sentiment,
    /// One emotion or a list of them.
    Emotion,
}

/// One labelled text.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LabelledRow {
    /// What was written.
    pub text: String,
    /// The language as the file writes it.
    pub language: Option<String>,
    /// The row's own `source`.
    pub source: Option<String>,
    /// What people say its sentiment is: negative, neutral, positive or mixed.
    pub sentiment: Option<SentimentLabel>,
    /// The emotions people saw; `None` where the row says nothing of emotions that moodline knows.
    pub emotions: Option<Vec<Emotion>>,
    /// What the text speaks of.
    pub aspects: Vec<GoldAspect>,
}

/// One aspect that people found in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GoldAspect {
    /// In the words of the data set.
    pub category: String,
    /// negative, neutral, positive or mixed; `None` for anything else.
    pub polarity: Option<SentimentLabel>,
}

/// Why a row has no part in the figures that its `label` is for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Skip {
    /// It has no `label`.
    NoLabel,
    /// Its label is null or empty.
    NullLabel,
    /// Its label is a list, an object, a number or a truth value.
    NotAWord,
    /// Its label is another word.
    OtherLabel(String),
    /// Its label should name emotions and names none that moodline knows.
    NoEmotion,
}

/// Labels longer than this are cut where they are named.
const NAMED_CHARACTERS: usize = 24;

impl fmt::Display for Skip {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoLabel => f.write_str("no label"),
            Self::NullLabel => f.write_str("label is null"),
            Self::NotAWord => f.write_str("label is a list or no word"),
            Self::OtherLabel(word) => write!(f, "label is `{word}`"),
            Self::NoEmotion => f.write_str("label names no known emotion"),
        }
    }
}

/// Words of data sets for the emotions moodline knows.
const EMOTION_WORDS: [(&str, Emotion); 12] = [
    ("happy", Emotion::Joy),
    ("happiness", Emotion::Joy),
    ("love", Emotion::Joy),
    ("like", Emotion::Joy),
    ("angry", Emotion::Anger),
    ("sad", Emotion::Sadness),
    ("scared", Emotion::Fear),
    ("afraid", Emotion::Fear),
    ("surprised", Emotion::Surprise),
    ("disgusted", Emotion::Disgust),
    ("none", Emotion::Neutral),
    ("no emotion", Emotion::Neutral),
];

impl LabelledRow {
    /// Reads one object; besides the row, why its label is of no use, if so.
    ///
    /// # Errors
    /// Where there is no text, or `aspects` are not objects with a `category`.
    pub(crate) fn parse(object: &Map<String, Value>, meaning: LabelMeaning) -> Result<(Self, Option<Skip>), String> {
        let text = match object.get("text") {
            Some(Value::String(text)) if !text.trim().is_empty() => text.clone(),
            Some(Value::String(_)) => return Err("`text` is empty".to_owned()),
            Some(_) => return Err("`text` is no string".to_owned()),
            None => return Err("there is no `text`".to_owned()),
        };
        let word = |name: &str| object.get(name).and_then(Value::as_str).map(str::trim).filter(|word| !word.is_empty());
        let label = object.get("label");
        let (sentiment, emotions, skip) = match meaning {
            LabelMeaning::Sentiment => {
                let emotions = object.get("ekman").or_else(|| object.get("emotion")).and_then(emotions);
                match sentiment(label) {
                    Ok(label) => (Some(label), emotions, None),
                    Err(skip) => (None, emotions, Some(skip)),
                }
            }
            LabelMeaning::Emotion => match label.and_then(emotions) {
                Some(emotions) => (None, Some(emotions), None),
                None => (None, None, Some(if label.is_some() { Skip::NoEmotion } else { Skip::NoLabel })),
            },
        };
        let row = Self {
            text,
            language: word("lang").map(str::to_owned),
            source: word("source").map(str::to_owned),
            sentiment,
            emotions,
            aspects: aspects(object.get("aspects"))?,
        };
        Ok((row, skip))
    }
}

fn sentiment(label: Option<&Value>) -> Result<SentimentLabel, Skip> {
    match label {
        None => Err(Skip::NoLabel),
        Some(Value::Null) => Err(Skip::NullLabel),
        Some(Value::String(word)) if word.trim().is_empty() => Err(Skip::NullLabel),
        Some(Value::String(word)) => {
            polarity(word).ok_or_else(|| Skip::OtherLabel(word.trim().chars().take(NAMED_CHARACTERS).collect()))
        }
        Some(_) => Err(Skip::NotAWord),
    }
}

fn polarity(word: &str) -> Option<SentimentLabel> {
    let label = word.trim().to_lowercase().parse().ok()?;
    (label != SentimentLabel::Unsure).then_some(label)
}

fn emotions(value: &Value) -> Option<Vec<Emotion>> {
    let emotion = |value: &Value| {
        let word = value.as_str()?.trim().to_lowercase();
        let named = || EMOTION_WORDS.iter().find(|(other, _)| *other == word).map(|(_, emotion)| *emotion);
        word.parse().ok().or_else(named)
    };
    let found: Vec<Emotion> = match value {
        Value::Array(values) => values.iter().filter_map(emotion).collect(),
        one => emotion(one).into_iter().collect(),
    };
    (!found.is_empty()).then_some(found)
}

fn aspects(value: Option<&Value>) -> Result<Vec<GoldAspect>, String> {
    let list = match value {
        None | Some(Value::Null) => return Ok(Vec::new()),
        Some(Value::Array(list)) => list,
        Some(_) => return Err("`aspects` is no list".to_owned()),
    };
    list.iter()
        .map(|aspect| {
            let category = aspect.get("category").and_then(Value::as_str);
            let category = category.ok_or_else(|| format!("an aspect without `category`: {aspect}"))?;
            let polarity = aspect.get("polarity").and_then(Value::as_str).and_then(polarity);
            Ok(GoldAspect { category: category.to_owned(), polarity })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn parse(value: Value) -> Result<(LabelledRow, Option<Skip>), String> {
        let Value::Object(object) = value else { panic!("no object") };
        LabelledRow::parse(&object, LabelMeaning::Sentiment)
    }

    #[test]
    fn a_row_says_what_it_can() {
        let (row, skip) = parse(json!({
            "text": "Cold soup, kind waiter", "label": " Mixed ", "lang": "en", "source": "web",
            "aspects": [{"category": "food", "polarity": "negative"}, {"category": "staff", "polarity": "doubt"}],
            "ekman": ["joy", "sad", "pride"],
        }))
        .unwrap();
        assert_eq!((row.sentiment, skip), (Some(SentimentLabel::Mixed), None));
        assert_eq!(row.emotions, Some(vec![Emotion::Joy, Emotion::Sadness]));
        assert_eq!(row.aspects[0].polarity, Some(SentimentLabel::Negative));
        assert_eq!(row.aspects[1].polarity, None);
    }

    #[test]
    fn labels_that_are_no_sentiment_are_skipped_with_their_reason() {
        for (label, reason) in [
            (json!(null), "label is null"),
            (json!(["joy"]), "label is a list or no word"),
            (json!("complaint"), "label is `complaint`"),
            (json!("unsure"), "label is `unsure`"),
        ] {
            let (row, skip) = parse(json!({"text": "x", "label": label})).unwrap();
            assert_eq!((row.sentiment, skip.unwrap().to_string().as_str()), (None, reason));
        }
        assert_eq!(parse(json!({"text": "x"})).unwrap().1, Some(Skip::NoLabel));
    }

    #[test]
    fn the_label_may_be_an_emotion_instead() {
        let object = json!({"text": "x", "label": "angry"});
        let (row, skip) = LabelledRow::parse(object.as_object().unwrap(), LabelMeaning::Emotion).unwrap();
        assert_eq!((row.emotions, row.sentiment, skip), (Some(vec![Emotion::Anger]), None, None));
        let object = json!({"text": "x", "label": ["pride"]});
        let (row, skip) = LabelledRow::parse(object.as_object().unwrap(), LabelMeaning::Emotion).unwrap();
        assert_eq!((row.emotions, skip), (None, Some(Skip::NoEmotion)));
    }

    #[test]
    fn a_row_without_text_is_unreadable() {
        assert_eq!(parse(json!({"label": "positive"})).unwrap_err(), "there is no `text`");
        assert_eq!(parse(json!({"text": " "})).unwrap_err(), "`text` is empty");
        assert_eq!(parse(json!({"text": 3})).unwrap_err(), "`text` is no string");
        assert_eq!(parse(json!({"text": "x", "aspects": "food"})).unwrap_err(), "`aspects` is no list");
    }
}
