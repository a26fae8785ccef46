//! Zendesk's answers: the incremental export of tickets, the comments of a ticket, and both kinds of satisfaction
//! rating (<https://developer.zendesk.com/api-reference/ticketing/>).

use chrono::{DateTime, Utc};
use moodline_types::{Rating, RawMention};
use serde::Deserialize;
use serde_json::Value;

use super::reply::own_words;
use crate::{
    answer, fields, text,
    walk::{Item, Step},
};

/// One page of the incremental export.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Export {
    /// First messages; `removed` holds deleted tickets, `next` the cursor to go on with now or at the next poll.
    pub step: Step,
    /// Tickets that may hold more messages of their requester.
    pub tickets: Vec<Ticket>,
    /// Tickets that were deleted.
    pub deleted: Vec<u64>,
    /// Whether nothing newer is to be had for now.
    pub end: bool,
}

/// A ticket whose comments are to be read.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, Deserialize)]
pub struct Ticket {
    /// Its number.
    pub id: u64,
    /// Who asked.
    pub requester: u64,
    /// When its text was first written, in seconds since 1970: the comment of that time is the ticket's own text.
    pub created: i64,
}

/// The id of a ticket's first message.
pub(crate) fn ticket_id(ticket: u64) -> String {
    format!("ticket/{ticket}")
}

/// Reads one page of the export.
///
/// # Errors
/// When the bytes are not such a page.
pub fn parse_export(bytes: &[u8], base: &str) -> serde_json::Result<Export> {
    let page: ExportAnswer = serde_json::from_slice(bytes)?;
    let mut step = Step::default();
    let (mut tickets, mut deleted) = (Vec::new(), Vec::new());
    answer::each(page.tickets, base, &mut step.rejected, |ticket: TicketItem| {
        if ticket.status.as_deref() == Some("deleted") {
            step.removed.push(ticket_id(ticket.id));
            deleted.push(ticket.id);
            return;
        }
        let created = fields::instant(ticket.created_at.as_deref());
        if let (Some(requester), Some(created)) = (ticket.requester_id, created) {
            tickets.push(Ticket { id: ticket.id, requester, created: created.timestamp() });
        }
        step.items.extend(first_message(ticket, created, base).map(Item::posted));
    });
    step.next = page.after_cursor.filter(|cursor| !cursor.is_empty());
    Ok(Export { step, tickets, deleted, end: page.end_of_stream })
}

/// Reads the comments of `ticket`: what its requester wrote in public, without the ticket's own text. `next` is the
/// address of the next page.
///
/// # Errors
/// When the bytes are not such a page.
pub fn parse_comments(bytes: &[u8], ticket: &Ticket, base: &str) -> serde_json::Result<Step> {
    let page: CommentsAnswer = serde_json::from_slice(bytes)?;
    let more = page.meta.as_ref().is_none_or(|meta| meta.has_more);
    let next = page.links.and_then(|links| links.next).filter(|_| more).or(page.next_page);
    let mut step = Step { next, ..Step::default() };
    answer::each(page.comments, base, &mut step.rejected, |comment: CommentItem| {
        step.items.extend(comment_mention(comment, ticket, base).map(Item::posted));
    });
    Ok(step)
}

/// Reads a page of `satisfaction_ratings`: thumbs up or down. Only those with a comment say something; `offered` is
/// no answer at all.
///
/// # Errors
/// When the bytes are not such a page.
pub fn parse_ratings(bytes: &[u8], base: &str) -> serde_json::Result<Step> {
    let page: RatingsAnswer = serde_json::from_slice(bytes)?;
    let next = page.meta.filter(|meta| meta.has_more).and_then(|meta| meta.after_cursor);
    let mut step = Step { next, ..Step::default() };
    answer::each(page.satisfaction_ratings, base, &mut step.rejected, |rating: RatingItem| {
        step.items.extend(rating_mention(rating, base).map(Item::posted));
    });
    Ok(step)
}

/// Reads a page of `guide/survey_responses`: 1 to 5 and an open answer.
///
/// # Errors
/// When the bytes are not such a page.
pub fn parse_surveys(bytes: &[u8], base: &str) -> serde_json::Result<Step> {
    let page: SurveysAnswer = serde_json::from_slice(bytes)?;
    let next = page.meta.filter(|meta| meta.has_more).and_then(|meta| meta.after_cursor);
    let mut step = Step { next, ..Step::default() };
    answer::each(page.survey_responses, base, &mut step.rejected, |response: SurveyItem| {
        step.items.extend(survey_mention(&response, base).map(Item::posted));
    });
    Ok(step)
}

#[derive(Deserialize)]
struct ExportAnswer {
    tickets: Vec<Value>,
    after_cursor: Option<String>,
    #[serde(default)]
    end_of_stream: bool,
}

#[derive(Deserialize)]
struct TicketItem {
    id: u64,
    status: Option<String>,
    subject: Option<String>,
    description: Option<String>,
    created_at: Option<String>,
    requester_id: Option<u64>,
    submitter_id: Option<u64>,
    via: Option<Via>,
}

#[derive(Deserialize)]
struct Via {
    channel: Option<String>,
}

#[derive(Deserialize)]
struct CommentsAnswer {
    comments: Vec<Value>,
    meta: Option<Meta>,
    links: Option<Links>,
    next_page: Option<String>,
}

#[derive(Deserialize)]
struct Links {
    next: Option<String>,
}

#[derive(Deserialize)]
struct Meta {
    #[serde(default)]
    has_more: bool,
    after_cursor: Option<String>,
}

#[derive(Deserialize)]
struct CommentItem {
    id: u64,
    author_id: Option<u64>,
    #[serde(default)]
    public: bool,
    created_at: Option<String>,
    html_body: Option<String>,
    plain_body: Option<String>,
    body: Option<String>,
}

#[derive(Deserialize)]
struct RatingsAnswer {
    satisfaction_ratings: Vec<Value>,
    meta: Option<Meta>,
}

#[derive(Deserialize)]
struct RatingItem {
    id: u64,
    score: Option<String>,
    comment: Option<String>,
    ticket_id: Option<u64>,
    requester_id: Option<u64>,
    created_at: Option<String>,
    updated_at: Option<String>,
}

#[derive(Deserialize)]
struct SurveysAnswer {
    survey_responses: Vec<Value>,
    meta: Option<Meta>,
}

#[derive(Deserialize)]
struct SurveyItem {
    #[serde(deserialize_with = "fields::id")]
    id: String,
    responder_id: Option<u64>,
    #[serde(default)]
    subjects: Vec<Subject>,
    #[serde(default)]
    answers: Vec<AnswerItem>,
}

#[derive(Deserialize)]
struct Subject {
    #[serde(rename = "type")]
    kind: String,
    #[serde(deserialize_with = "fields::id")]
    id: String,
}

#[derive(Deserialize)]
struct AnswerItem {
    #[serde(rename = "type")]
    kind: String,
    rating: Option<f32>,
    value: Option<String>,
    updated_at: Option<String>,
}

/// The ticket's own text, where its requester wrote it: agents open tickets for customers as well.
fn first_message(ticket: TicketItem, created: Option<DateTime<Utc>>, base: &str) -> Option<RawMention> {
    let sample = ticket.via.and_then(|via| via.channel).is_some_and(|channel| channel == "sample_ticket");
    if sample || ticket.requester_id != ticket.submitter_id {
        return None;
    }
    let (title, text) = fields::words(ticket.subject, ticket.description.map(|text| own_words(&text)))?;
    Some(RawMention {
        external_id: ticket_id(ticket.id),
        url: Some(ticket_url(base, ticket.id)),
        author: ticket.requester_id.map(|id| id.to_string()),
        title,
        text,
        posted_at: created,
        thread: Some(ticket_id(ticket.id)),
        ..RawMention::default()
    })
}

/// What the requester wrote in public, later than the ticket's own text.
fn comment_mention(comment: CommentItem, ticket: &Ticket, base: &str) -> Option<RawMention> {
    let created = fields::instant(comment.created_at.as_deref());
    let first = created.is_some_and(|created| created.timestamp() <= ticket.created);
    if comment.author_id != Some(ticket.requester) || !comment.public || first {
        return None;
    }
    let written = comment.html_body.as_deref().map(text::html_own_words).filter(|text| !text.is_empty());
    let written = written.or(comment.plain_body).or(comment.body)?;
    Some(RawMention {
        external_id: format!("{}/comment/{}", ticket_id(ticket.id), comment.id),
        url: Some(ticket_url(base, ticket.id)),
        author: Some(ticket.requester.to_string()),
        text: some(own_words(&written))?,
        posted_at: created,
        thread: Some(ticket_id(ticket.id)),
        ..RawMention::default()
    })
}

fn rating_mention(rating: RatingItem, base: &str) -> Option<RawMention> {
    let up = match rating.score.as_deref()? {
        score if score.starts_with("good") => 1.0,
        score if score.starts_with("bad") => 0.0,
        _ => return None,
    };
    Some(RawMention {
        external_id: format!("rating/{}", rating.id),
        url: rating.ticket_id.map(|ticket| ticket_url(base, ticket)),
        author: rating.requester_id.map(|id| id.to_string()),
        text: some(own_words(&rating.comment?))?,
        posted_at: fields::instant(rating.updated_at.or(rating.created_at).as_deref()),
        rating: Rating::new(up, 0.0, 1.0),
        thread: rating.ticket_id.map(ticket_id),
        ..RawMention::default()
    })
}

fn survey_mention(response: &SurveyItem, base: &str) -> Option<RawMention> {
    let open = response.answers.iter().filter(|answer| answer.kind == "open_ended");
    let words: Vec<&str> = open.filter_map(|answer| answer.value.as_deref()).map(str::trim).collect();
    let text = some(own_words(&words.join("\n\n")))?;
    let stars = response.answers.iter().find_map(|answer| answer.rating);
    let last = response.answers.iter().filter_map(|answer| fields::instant(answer.updated_at.as_deref())).max();
    let ticket = response.subjects.iter().find(|subject| subject.kind == "ticket");
    let ticket = ticket.and_then(|subject| subject.id.parse().ok());
    Some(RawMention {
        external_id: format!("survey/{}", response.id),
        url: ticket.map(|ticket| ticket_url(base, ticket)),
        author: response.responder_id.map(|id| id.to_string()),
        text,
        posted_at: last,
        rating: stars.and_then(|stars| Rating::new(stars, 1.0, 5.0)),
        thread: ticket.map(ticket_id),
        ..RawMention::default()
    })
}

fn ticket_url(base: &str, ticket: u64) -> String {
    format!("{}/agent/tickets/{ticket}", base.trim_end_matches('/'))
}

fn some(text: String) -> Option<String> {
    (!text.is_empty()).then_some(text)
}
