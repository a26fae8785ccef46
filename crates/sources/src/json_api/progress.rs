//! How far a list has been read, and what an unchanged one is recognised by.

use moodline_http::Validators;
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::{
    Page,
    walk::{Marks, NewestFirst, OldestFirst, Step, Taken, Walk},
};

/// What the two walks have in common.
pub(super) trait Listed: Walk {
    /// Whether a first page that has not changed means that nothing has: news would stand on it.
    const NEWS_FIRST: bool;

    fn token(&self) -> Option<&str>;
    fn since(&self, marks: &Marks) -> Option<i64>;
    fn restarted(self) -> Self;
    fn take(self, step: Step, marks: &Marks) -> Taken<Self>;
}

impl Listed for NewestFirst {
    const NEWS_FIRST: bool = true;

    fn token(&self) -> Option<&str> {
        self.token()
    }

    fn since(&self, _marks: &Marks) -> Option<i64> {
        None
    }

    fn restarted(self) -> Self {
        self.restarted()
    }

    fn take(self, step: Step, marks: &Marks) -> Taken<Self> {
        self.take(step, marks)
    }
}

impl Listed for OldestFirst {
    const NEWS_FIRST: bool = false;

    fn token(&self) -> Option<&str> {
        self.token()
    }

    fn since(&self, marks: &Marks) -> Option<i64> {
        self.since(marks)
    }

    fn restarted(self) -> Self {
        self.restarted()
    }

    fn take(self, step: Step, marks: &Marks) -> Taken<Self> {
        self.take(step, false, marks)
    }
}

/// The cursor of a list. Cursors of versions that knew only the walk are read as well.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(bound(serialize = "W: Serialize", deserialize = "W: DeserializeOwned"))]
pub(super) struct Progress<W: Listed> {
    #[serde(flatten)]
    pub(super) walk: W,
    /// The first page of the last walk, where that has read everything.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    top: Option<Shown>,
    /// The first page of the walk under way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    began_with: Option<Shown>,
}

/// An answer as its host will recognise it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(super) struct Shown {
    /// What was asked, under which settings: an answer that was read otherwise is to be read again.
    pub(super) asked: String,
    #[serde(flatten)]
    pub(super) validators: Validators,
}

impl<W: Listed> Walk for Progress<W> {}

impl<W: Listed> Progress<W> {
    /// What to send along with the question `asked`.
    pub(super) fn validators(&self, asked: &str) -> Validators {
        let top = self.top.as_ref().filter(|top| self.walk.token().is_none() && top.asked == asked);
        top.map(|top| top.validators.clone()).unwrap_or_default()
    }

    /// Takes an answer in. Its validators are kept once the walk that began with it has read everything: until then
    /// "not modified" would hide what is left.
    pub(super) fn take(self, step: Step, shown: Option<Shown>, marks: &Marks) -> Taken<Self> {
        let Self { walk, top, began_with } = self;
        let first = walk.token().is_none();
        let only = first && step.next.is_none();
        let began_with = if first { shown } else { began_with };
        let began_with = began_with.filter(|_| step.rejected.is_empty() && (W::NEWS_FIRST || only));
        let Taken { walk, page } = walk.take(step, marks);
        let under_way = walk.token().is_some();
        let complete = !under_way && !page.suspicious;
        let walk = Self {
            walk,
            top: if complete { began_with.clone() } else { top.filter(|_| under_way) },
            began_with: began_with.filter(|_| under_way),
        };
        Taken { walk, page: Page { cursor: None, ..page } }
    }
}
