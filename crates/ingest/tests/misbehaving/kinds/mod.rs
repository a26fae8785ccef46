//! How each kind of source asks, and how its host answers: by the documented shape of each API.

pub(crate) mod desks;
pub(crate) mod forums;
pub(crate) mod general;
pub(crate) mod social;
pub(crate) mod stores;

use std::{fs, path::Path};

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use moodline_testkit::Reply;
use serde_json::Value;

use crate::host::{Asked, Question, Shown};

/// A file by its name, and what stands in it for the host at an address.
pub(crate) type SecretFile = (&'static str, fn(&str) -> String);

/// One kind of source and its API.
#[derive(Debug)]
pub(crate) struct Kind {
    pub(crate) name: &'static str,
    /// The settings, with `URL` for the host's address. Overlaps span twelve posts, a page and a little.
    pub(crate) settings: &'static str,
    /// Posts on a page.
    pub(crate) page: i64,
    /// Seconds between two posts.
    pub(crate) seconds: i64,
    /// Files with secrets.
    pub(crate) secrets: &'static [SecretFile],
    /// The answer to what is no question for the list: tokens, look-ups.
    pub(crate) beside: fn(&Asked<'_>) -> Option<Reply>,
    /// What of the list is asked for.
    pub(crate) asks: fn(&Asked<'_>) -> Question,
    /// A page in the shape of the API.
    pub(crate) shows: fn(&Shown, &Asked<'_>) -> Reply,
    /// Whether an answer without posts is to be doubted.
    pub(crate) doubts_nothing: bool,
    /// Whether a page is asked for by its place or token; otherwise by the last post before it, and a page left out is
    /// one that nobody can ask for.
    pub(crate) has_places: bool,
    /// Whether more is asked than the list: tokens, names.
    pub(crate) has_more_than_a_list: bool,
}

/// A list without anything beside it, by the hour.
pub(crate) const PLAIN: Kind = Kind {
    name: "",
    settings: "",
    page: 10,
    seconds: 3600,
    secrets: &[],
    beside: |_| None,
    asks: |_| Question::Whole,
    shows: |_, _| Reply::status(501),
    doubts_nothing: true,
    has_places: true,
    has_more_than_a_list: false,
};

impl Kind {
    /// How many posts there are at first, during the trouble, and after it.
    pub(crate) fn stages(&self) -> [i64; 3] {
        [self.page * 3, self.page * 13 / 2, self.page * 36 / 5]
    }

    pub(crate) fn every(&self) -> TimeDelta {
        TimeDelta::seconds(self.seconds)
    }

    pub(crate) fn settings(&self, url: &str) -> String {
        self.settings.replace("URL", url)
    }

    pub(crate) fn write_secrets(&self, folder: &Path, url: &str) {
        for (name, content) in self.secrets {
            fs::write(folder.join(name), content(url)).unwrap();
        }
    }
}

/// The secret that every host here knows.
pub(crate) fn secret(_url: &str) -> String {
    "s3cret-s3cret".to_owned()
}

pub(crate) fn json(value: &Value) -> Reply {
    Reply::ok(value.to_string())
}

/// An answer that its `ETag` recognises.
pub(crate) fn tagged(body: String, asked: &Asked<'_>) -> Reply {
    let sum = body.bytes().fold(7_u64, |sum, byte| sum.wrapping_mul(31).wrapping_add(byte.into()));
    let tag = format!("\"{sum:x}\"");
    let known = asked.received.header("if-none-match") == Some(&tag);
    let reply = if known { Reply::status(304) } else { Reply::ok(body) };
    reply.header("ETag", &tag)
}

pub(crate) fn iso(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Millis, true)
}
