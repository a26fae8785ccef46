//! Typeform's answers: a form's questions, and its responses
//! (<https://www.typeform.com/developers/responses/>).

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use moodline_types::{Rating, RawMention};
use serde::Deserialize;
use serde_json::Value;

use crate::{answer, fields, walk::Step};

/// What a form asks.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Form {
    /// Language of its questions.
    pub language: Option<String>,
    /// Questions by their id.
    pub questions: HashMap<String, Question>,
}

/// One question.
#[derive(Debug, Clone, PartialEq)]
pub struct Question {
    /// Its own name in the form's settings.
    pub reference: String,
    /// As shown to people.
    pub title: String,
    /// Whether it asks for sentences.
    pub is_long: bool,
    /// Worst and best value, where it asks for a number on a scale.
    pub scale: Option<[f32; 2]>,
}

/// Which answers count; empty lists take what the form itself suggests.
#[derive(Debug, Clone, Copy, Default)]
pub struct Choice<'a> {
    /// Ids, references or titles of the questions whose answers are the text.
    pub text: &'a [String],
    /// Id, reference or title of the question whose answer is the rating.
    pub rating: Option<&'a str>,
}

/// Reads a form's questions, those inside groups as well.
///
/// # Errors
/// When the bytes are not a form.
pub fn parse_form(bytes: &[u8]) -> serde_json::Result<Form> {
    let form: FormAnswer = serde_json::from_slice(bytes)?;
    let mut read = Form {
        language: fields::language(form.settings.and_then(|settings| settings.language).as_deref()),
        ..Form::default()
    };
    let mut waiting = form.fields;
    while let Some(field) = waiting.pop() {
        let Ok(field) = Field::deserialize(&field) else { continue };
        let properties = field.properties.unwrap_or_default();
        let scale = scale(&field.kind, &properties);
        waiting.extend(properties.fields);
        let is_long = field.kind == "long_text";
        let question = Question { reference: field.reference.unwrap_or_default(), title: field.title, is_long, scale };
        read.questions.insert(field.id, question);
    }
    Ok(read)
}

/// Reads one page of responses.
///
/// # Errors
/// When the bytes are not such a page.
pub fn parse(bytes: &[u8], form: &Form, choice: Choice<'_>, origin: &str) -> serde_json::Result<Step> {
    let page: Answer = serde_json::from_slice(bytes)?;
    let mut step = Step::default();
    answer::each(page.items, origin, &mut step.rejected, |response: Response| {
        let submitted = fields::instant(response.submitted_at.as_deref());
        step.items.push(fields::item(response.token.clone(), submitted, mention(response, submitted, form, choice)));
    });
    Ok(step)
}

#[derive(Deserialize)]
struct FormAnswer {
    fields: Vec<Value>,
    settings: Option<Settings>,
}

#[derive(Deserialize)]
struct Settings {
    language: Option<String>,
}

#[derive(Deserialize)]
struct Field {
    id: String,
    #[serde(rename = "ref")]
    reference: Option<String>,
    #[serde(default)]
    title: String,
    #[serde(rename = "type")]
    kind: String,
    properties: Option<Properties>,
}

#[derive(Deserialize, Default)]
struct Properties {
    steps: Option<u8>,
    #[serde(default)]
    start_at_one: bool,
    /// The questions of a group.
    #[serde(default)]
    fields: Vec<Value>,
}

fn scale(kind: &str, properties: &Properties) -> Option<[f32; 2]> {
    let steps = f32::from(properties.steps.unwrap_or(match kind {
        "rating" => 3,
        _ => 11,
    }));
    let [worst, best] = match kind {
        "nps" => [0.0, 10.0],
        "rating" => [1.0, steps],
        "opinion_scale" if properties.start_at_one => [1.0, steps],
        "opinion_scale" => [0.0, steps - 1.0],
        _ => return None,
    };
    (worst < best).then_some([worst, best])
}

#[derive(Deserialize)]
struct Answer {
    items: Vec<Value>,
}

#[derive(Deserialize)]
struct Response {
    #[serde(deserialize_with = "fields::id")]
    token: String,
    submitted_at: Option<String>,
    answers: Option<Vec<Given>>,
}

#[derive(Deserialize)]
struct Given {
    field: Asked,
    #[serde(rename = "type")]
    kind: String,
    text: Option<String>,
    number: Option<f32>,
}

#[derive(Deserialize)]
struct Asked {
    id: String,
    #[serde(rename = "ref")]
    reference: Option<String>,
    #[serde(rename = "type")]
    kind: Option<String>,
}

impl Given {
    fn question<'a>(&self, form: &'a Form) -> Option<&'a Question> {
        form.questions.get(&self.field.id)
    }

    /// Whether the settings mean this question.
    fn is(&self, name: &str, form: &Form) -> bool {
        self.field.id == name
            || self.field.reference.as_deref() == Some(name)
            || self.question(form).is_some_and(|question| question.title.trim() == name.trim())
    }

    fn is_long(&self, form: &Form) -> bool {
        self.field.kind.as_deref() == Some("long_text") || self.question(form).is_some_and(|question| question.is_long)
    }

    fn rating(&self, form: &Form) -> Option<Rating> {
        let [worst, best] = self.question(form)?.scale?;
        Rating::new(self.number?, worst, best)
    }
}

fn mention(
    response: Response,
    submitted: Option<DateTime<Utc>>,
    form: &Form,
    choice: Choice<'_>,
) -> Option<RawMention> {
    let answers = response.answers.unwrap_or_default();
    let counts = |given: &&Given| match choice.text {
        [] => given.is_long(form),
        named => named.iter().any(|name| given.is(name, form)),
    };
    let texts = answers.iter().filter(|given| given.kind == "text").filter(counts);
    let texts: Vec<&str> =
        texts.filter_map(|given| given.text.as_deref()).map(str::trim).filter(|text| !text.is_empty()).collect();
    let rating = match choice.rating {
        Some(name) => answers.iter().find(|given| given.is(name, form)).and_then(|given| given.rating(form)),
        None => answers.iter().find_map(|given| given.rating(form)),
    };
    let (_, text) = fields::words(None, Some(texts.join("\n\n")))?;
    Some(RawMention {
        external_id: response.token,
        text,
        language: form.language.clone(),
        posted_at: submitted,
        rating,
        ..RawMention::default()
    })
}
