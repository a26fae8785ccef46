//! A host with numbered posts, and everything it can do wrong.

use std::{
    collections::BTreeMap,
    sync::{
        OnceLock,
        atomic::{AtomicI64, AtomicUsize, Ordering},
    },
};

use chrono::{DateTime, TimeDelta, Utc};
use moodline_testkit::{Received, Reply};
use url::form_urlencoded;

use crate::kinds::Kind;

/// What the host does instead of answering properly.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    None,
    BusyForSeconds,
    BusyUntilDate,
    BusyUntilReset,
    Broken,
    Stalls,
    CutCompression,
    CutShort,
    Huge,
    Bomb,
    RedirectsInCircles,
    WebPage,
    Mislabelled,
    Empty,
    Duplicates,
    Reorders,
    DuplicatesPages,
    ReordersPages,
    GoesRound,
    ClockAhead,
    ClockBehind,
}

impl Fault {
    pub(crate) const ALL: [Self; 20] = [
        Self::BusyForSeconds,
        Self::BusyUntilDate,
        Self::BusyUntilReset,
        Self::Broken,
        Self::Stalls,
        Self::CutCompression,
        Self::CutShort,
        Self::Huge,
        Self::Bomb,
        Self::RedirectsInCircles,
        Self::WebPage,
        Self::Mislabelled,
        Self::Empty,
        Self::Duplicates,
        Self::Reorders,
        Self::DuplicatesPages,
        Self::ReordersPages,
        Self::GoesRound,
        Self::ClockAhead,
        Self::ClockBehind,
    ];

    /// Whether it asks for a pause of two minutes.
    pub(crate) fn asks_for_a_pause(self) -> bool {
        matches!(self, Self::BusyForSeconds | Self::BusyUntilDate | Self::BusyUntilReset)
    }

    /// Whether it lies in the way an answer is sent, whatever was asked.
    pub(crate) fn is_of_the_connection(self) -> bool {
        Self::ALL.iter().position(|fault| *fault == self).is_some_and(|place| place < 12)
    }

    /// An answer with this fault.
    fn spoil(self, request: &Received, proper: impl FnOnce() -> Reply) -> Reply {
        let now = Utc::now();
        let written = |at: DateTime<Utc>| at.format("%a, %d %b %Y %H:%M:%S GMT").to_string();
        match self {
            Self::BusyForSeconds => Reply::status(429).header("Retry-After", "120"),
            // Its clock is an hour behind.
            Self::BusyUntilDate => Reply::status(503)
                .header("Date", &written(now - TimeDelta::hours(1)))
                .header("Retry-After", &written(now - TimeDelta::minutes(58))),
            Self::BusyUntilReset => {
                Reply::status(429).header("X-RateLimit-Reset", &(now.timestamp() + 120).to_string())
            }
            Self::Broken => Reply::status(500).body("<h1>oops</h1>"),
            Self::Stalls => proper().stall_after(20),
            Self::CutCompression => proper().gzip().cut_after(30),
            Self::CutShort => proper().cut_after(40),
            Self::Huge => Reply::ok(vec![b' '; 30_000_000]),
            Self::Bomb => Reply::ok(bomb()).header("Content-Encoding", "gzip"),
            Self::RedirectsInCircles => Reply::redirect(&request.path),
            Self::WebPage => {
                Reply::ok("<!doctype html><html><body>Sign in</body></html>").header("Content-Type", "text/html")
            }
            Self::Mislabelled => proper().header("Content-Type", "image/png"),
            _ => proper(),
        }
    }
}

/// 30 MB in a few kilobytes.
fn bomb() -> Vec<u8> {
    static BOMB: OnceLock<Vec<u8>> = OnceLock::new();
    let pack = || {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        std::io::Write::write_all(&mut encoder, &vec![b' '; 30_000_000]).unwrap();
        encoder.finish().unwrap()
    };
    BOMB.get_or_init(pack).clone()
}

/// A request, taken apart.
pub(crate) struct Asked<'a> {
    pub(crate) received: &'a Received,
    /// Without parameters.
    pub(crate) path: &'a str,
    parameters: BTreeMap<String, String>,
}

impl<'a> Asked<'a> {
    fn new(received: &'a Received) -> Self {
        let (path, query) = received.path.split_once('?').unwrap_or((&received.path, ""));
        let parameters = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        Self { received, path, parameters }
    }

    pub(crate) fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters.get(name).map(String::as_str)
    }

    pub(crate) fn number(&self, name: &str) -> Option<i64> {
        self.parameter(name)?.parse().ok()
    }

    /// The field of a form.
    pub(crate) fn form(&self, name: &str) -> Option<String> {
        form_urlencoded::parse(&self.received.body)
            .into_owned()
            .find(|(given, _)| given == name)
            .map(|(_, value)| value)
    }

    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.received.body).unwrap_or_default()
    }

    /// The address of a path of this host.
    pub(crate) fn address(&self, path: &str) -> String {
        format!("http://{}{path}", self.received.header("host").unwrap_or_default())
    }
}

/// What of the list is asked for.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Question {
    /// A page, counted from 0, of the posts up to `top` (all where it is not given), newest first.
    NewestFirst { top: Option<i64>, page: i64 },
    /// The same of the posts written after.
    NewestSince { since: DateTime<Utc>, top: Option<i64>, page: i64 },
    /// A page, counted from 0, of the posts written since, oldest first.
    OldestFirst { since: Option<DateTime<Utc>>, page: i64 },
    /// Posts with lower numbers, newest first.
    Below(i64),
    /// Posts with higher numbers, oldest first.
    Above(i64),
    /// Posts of a time, newest first.
    Between(DateTime<Utc>, DateTime<Utc>),
    /// Everything, newest first.
    Whole,
}

impl Question {
    /// Newest first, by a token that [`Shown::token`] made.
    pub(crate) fn by_token(token: Option<&str>) -> Self {
        let (top, page) = token.and_then(|token| token.split_once('x')).unwrap_or_default();
        Self::NewestFirst { top: top.parse().ok(), page: page.parse().unwrap_or(0) }
    }

    /// Newest first, by the number of a page counted from 1.
    pub(crate) fn by_number(number: Option<i64>) -> Self {
        Self::NewestFirst { top: None, page: number.unwrap_or(1) - 1 }
    }
}

/// One post.
#[derive(Debug, Clone)]
pub(crate) struct Post {
    pub(crate) number: i64,
    /// When it was written, by the host's clock as it is now.
    pub(crate) at: DateTime<Utc>,
    /// When it was really written.
    pub(crate) truly_at: DateTime<Utc>,
    pub(crate) text: String,
}

/// One page.
#[derive(Debug, Clone)]
pub(crate) struct Shown {
    pub(crate) posts: Vec<Post>,
    /// The page that is said to come next, with the newest post of this walk.
    next: Option<(i64, i64)>,
    /// Posts that fit the question, on all pages.
    pub(crate) total: usize,
    /// Whether it is the first page.
    pub(crate) first: bool,
}

impl Shown {
    /// Whether there are more pages.
    pub(crate) fn more(&self) -> bool {
        self.next.is_some()
    }

    /// The next page's token.
    pub(crate) fn token(&self) -> Option<String> {
        self.next.map(|(top, page)| format!("{top}x{page}"))
    }

    /// The next page's number, counted from 1.
    pub(crate) fn number(&self) -> Option<i64> {
        self.next.map(|(_, page)| page + 1)
    }
}

/// The host of one case.
#[derive(Debug)]
pub(crate) struct Host {
    kind: &'static Kind,
    /// Posts are numbered from 1 to this.
    newest: AtomicI64,
    fault: AtomicUsize,
    /// Questions for the list that are still answered properly.
    grace: AtomicI64,
    /// Questions for the list since the last change.
    asked: AtomicI64,
    /// Whether what is beside the list (tokens, look-ups) is spoilt as well.
    everywhere: AtomicI64,
    /// Post 0 was written at.
    began: DateTime<Utc>,
}

impl Host {
    pub(crate) fn new(kind: &'static Kind) -> Self {
        let posts = kind.stages()[2] + 20;
        let began = Utc::now() - kind.every() * i32::try_from(posts).unwrap();
        let zero = || AtomicI64::new(0);
        let (newest, grace, asked, everywhere) = (zero(), zero(), zero(), zero());
        Self { kind, newest, fault: AtomicUsize::new(0), grace, asked, everywhere, began }
    }

    /// How it behaves from now on.
    pub(crate) fn set(&self, newest: i64, fault: Fault, grace: i64, everywhere: bool) {
        self.newest.store(newest, Ordering::SeqCst);
        self.grace.store(grace, Ordering::SeqCst);
        self.asked.store(0, Ordering::SeqCst);
        self.everywhere.store(i64::from(everywhere), Ordering::SeqCst);
        let number = Fault::ALL.iter().position(|known| *known == fault).map_or(0, |place| place + 1);
        self.fault.store(number, Ordering::SeqCst);
    }

    pub(crate) fn answer(&self, received: &Received) -> Reply {
        let asked = Asked::new(received);
        let number = self.fault.load(Ordering::SeqCst);
        let fault = if number == 0 { Fault::None } else { Fault::ALL[number - 1] };
        if let Some(reply) = (self.kind.beside)(&asked) {
            let spoilt = self.everywhere.load(Ordering::SeqCst) > 0 && fault.is_of_the_connection();
            return if spoilt { fault.spoil(received, || reply) } else { reply };
        }
        let count = self.asked.fetch_add(1, Ordering::SeqCst);
        let fault = if count < self.grace.load(Ordering::SeqCst) { Fault::None } else { fault };
        fault.spoil(received, || (self.kind.shows)(&self.page((self.kind.asks)(&asked), fault, count), &asked))
    }

    fn post(&self, number: i64, fault: Fault) -> Post {
        let truly_at = self.began + self.kind.every() * i32::try_from(number).unwrap();
        let at = match fault {
            Fault::ClockAhead => truly_at + TimeDelta::days(400),
            Fault::ClockBehind => truly_at - TimeDelta::days(400),
            _ => truly_at,
        };
        Post { number, at, truly_at, text: format!("acme post {number}") }
    }

    fn page(&self, question: Question, fault: Fault, count: i64) -> Shown {
        let newest = self.newest.load(Ordering::SeqCst);
        let size = self.kind.page;
        let since = |at: DateTime<Utc>| {
            let fits = |number: &i64| self.post(*number, Fault::None).truly_at >= at;
            (1..=newest).find(fits).unwrap_or(newest + 1)
        };
        let (all, page, top): (Vec<i64>, i64, i64) = match question {
            Question::NewestFirst { top, page } => {
                let top = top.unwrap_or(newest);
                ((1..=top).rev().collect(), page, top)
            }
            Question::NewestSince { since: from, top, page } => {
                let top = top.unwrap_or(newest);
                ((since(from + TimeDelta::milliseconds(1))..=top).rev().collect(), page, top)
            }
            Question::OldestFirst { since: from, page } => ((from.map_or(1, since)..=newest).collect(), page, newest),
            Question::Below(number) => ((1..number.min(newest + 1)).rev().collect(), 0, newest),
            Question::Above(number) => ((number + 1..=newest).collect(), 0, newest),
            Question::Between(from, to) => ((since(from)..since(to)).rev().collect(), 0, newest),
            Question::Whole => ((1..=newest).rev().collect(), 0, newest),
        };
        let whole = matches!(question, Question::Whole);
        let by_post = matches!(question, Question::Below(_) | Question::Above(_));
        let pages = if whole { 1 } else { (all.len() as i64 + size - 1) / size };
        // The pages in the order that the host shows them.
        let (place, pages) = match fault {
            Fault::DuplicatesPages | Fault::GoesRound if by_post => return self.astray(question, fault, count, newest),
            Fault::DuplicatesPages => (page / 2, pages * 2),
            Fault::ReordersPages if self.kind.has_places && (page ^ 1) < pages => (page ^ 1, pages),
            Fault::GoesRound if !whole => (page.min(2), pages),
            _ => (page, pages),
        };
        let from = usize::try_from(place * size).unwrap().min(all.len());
        let to = if whole { all.len() } else { usize::try_from((place + 1) * size).unwrap().min(all.len()) };
        let mut numbers = all[from..to].to_vec();
        let mut next = (page + 1 < pages).then_some((top, page + 1));
        match fault {
            Fault::Empty => (numbers, next) = (Vec::new(), None),
            Fault::Duplicates => numbers = numbers.iter().flat_map(|number| [*number, *number]).collect(),
            Fault::Reorders => numbers.reverse(),
            // From the second page to the third and back.
            Fault::GoesRound if pages > 1 => next = Some((top, if page == 1 { 2 } else { 1 })),
            _ => {}
        }
        let posts = numbers.into_iter().map(|number| self.post(number, fault)).collect();
        Shown { posts, next, total: all.len(), first: page == 0 }
    }

    /// Lists that are asked for by the last post: every second answer is the one before once more, or the answers go
    /// round between two pages.
    fn astray(&self, question: Question, fault: Fault, count: i64, newest: i64) -> Shown {
        let size = self.kind.page;
        let turn = (count % 2) * size;
        let question = match (question, fault) {
            (Question::Below(_), Fault::GoesRound) => Question::Below(newest + 1 - turn),
            (Question::Above(_), Fault::GoesRound) => Question::Above(self.kind.stages()[0] + turn),
            (Question::Below(number), _) => Question::Below(number.min(newest + 1).saturating_add(turn)),
            (Question::Above(number), _) => Question::Above((number - turn).max(0)),
            (other, _) => other,
        };
        self.page(question, Fault::None, count)
    }
}
