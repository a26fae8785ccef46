//! Frames of Jetstream, versions 2 and 1.

use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::post::{COLLECTION, Record};
/// One frame.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Frame {
    /// Where to resume, itself included: `seq` in version 2, `time_us` in version 1. `None` for notices.
    pub(super) cursor: Option<u64>,
    /// When the server saw it.
    pub(super) seen_at: Option<DateTime<Utc>>,
    pub(super) event: Event,
}

/// What happened.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Event {
    /// A post was made or changed.
    Post { did: String, rkey: String, record: Box<Record>, edited: bool },
    /// A post was deleted.
    Deleted { did: String, rkey: String },
    /// An account was closed, suspended or taken down: everything it said is to be hidden.
    AccountGone { did: String },
    /// A notice that the stream begins later than asked.
    Outdated { message: String },
    /// The server ends the stream.
    Refused { name: String, message: String },
    /// Something else, or a record that is not in the shape of a post.
    Other,
}

/// Which protocol a server speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Version {
    /// `/subscribe`.
    V1,
    /// `network.bsky.jetstream.subscribeEvents`.
    V2,
}

#[derive(Debug, Deserialize)]
struct Envelope<'a> {
    #[serde(rename = "$type")]
    kind: Option<String>,
    #[serde(borrow)]
    payload: Option<&'a RawValue>,
    error: Option<String>,
    message: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Payload<'a> {
    #[serde(rename = "$type")]
    kind: String,
    seq: Option<u64>,
    did: Option<String>,
    time: Option<DateTime<Utc>>,
    operation: Option<String>,
    collection: Option<String>,
    rkey: Option<String>,
    #[serde(borrow)]
    record: Option<&'a RawValue>,
    account: Option<Account>,
    message: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Account {
    active: bool,
}

#[derive(Debug, Deserialize)]
struct Legacy<'a> {
    did: String,
    time_us: u64,
    #[serde(borrow)]
    commit: Option<Commit<'a>>,
    account: Option<Account>,
}

#[derive(Debug, Deserialize)]
struct Commit<'a> {
    operation: String,
    collection: String,
    rkey: String,
    #[serde(borrow)]
    record: Option<&'a RawValue>,
}

/// Reads one text frame.
///
/// # Errors
/// For anything but a frame of that version.
pub(super) fn parse(bytes: &[u8], version: Version) -> Result<Frame, serde_json::Error> {
    match version {
        Version::V1 => legacy(bytes),
        Version::V2 => current(bytes),
    }
}

fn current(bytes: &[u8]) -> Result<Frame, serde_json::Error> {
    let envelope: Envelope<'_> = serde_json::from_slice(bytes)?;
    let Some(payload) = envelope.payload else {
        let name = envelope.error.or(envelope.kind).unwrap_or_else(|| {
            "the frames are those of version 1: set jetstream = \"v1\" or the address of a version 2 server".to_owned()
        });
        let event = Event::Refused { name, message: envelope.message.unwrap_or_default() };
        return Ok(Frame { cursor: None, seen_at: None, event });
    };
    let payload: Payload<'_> = serde_json::from_str(payload.get())?;
    let did = payload.did.unwrap_or_default();
    let event = match payload.kind.rsplit('#').next().unwrap_or_default() {
        "commit" => commit(
            did,
            payload.operation.as_deref().unwrap_or_default(),
            payload.collection.as_deref().unwrap_or_default(),
            payload.rkey.unwrap_or_default(),
            payload.record,
        ),
        "account" => account(did, payload.account.as_ref()),
        "info" => Event::Outdated { message: payload.message.unwrap_or_default() },
        _ => Event::Other,
    };
    Ok(Frame { cursor: payload.seq, seen_at: payload.time, event })
}

fn legacy(bytes: &[u8]) -> Result<Frame, serde_json::Error> {
    let frame: Legacy<'_> = serde_json::from_slice(bytes)?;
    let event = match frame.commit {
        Some(Commit { operation, collection, rkey, record }) => {
            commit(frame.did, &operation, &collection, rkey, record)
        }
        None => account(frame.did, frame.account.as_ref()),
    };
    let seen_at = i64::try_from(frame.time_us).ok().and_then(DateTime::from_timestamp_micros);
    Ok(Frame { cursor: Some(frame.time_us), seen_at, event })
}

fn commit(did: String, operation: &str, collection: &str, rkey: String, record: Option<&RawValue>) -> Event {
    if collection != COLLECTION || did.is_empty() || rkey.is_empty() {
        return Event::Other;
    }
    let record = record.and_then(|record| serde_json::from_str(record.get()).ok());
    match (operation, record) {
        ("create" | "update", Some(record)) => {
            Event::Post { did, rkey, record: Box::new(record), edited: operation == "update" }
        }
        ("delete", _) => Event::Deleted { did, rkey },
        _ => Event::Other,
    }
}

fn account(did: String, account: Option<&Account>) -> Event {
    match account {
        Some(Account { active: false }) if !did.is_empty() => Event::AccountGone { did },
        _ => Event::Other,
    }
}
