//! A host that misbehaves in every way we know of, and three kinds of source that read it into a real database: a
//! feed, an API described in the settings, and Mastodon. Whatever happens in between, in the end every post is stored
//! once.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::{
    collections::BTreeMap,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicI64, AtomicUsize, Ordering},
    },
    time::Duration,
};

use chrono::{DateTime, TimeDelta, Utc};
use moodline_http::{HttpClient, HttpConfig};
use moodline_ingest::{AuthorKey, FetchOutcome, IngestError, Protection, read_source};
use moodline_sources::SourcesConfig;
use moodline_store::{MentionStore, Store};
use moodline_store_sqlite::SqliteStore;
use moodline_testkit::{LocalServer, Received, Reply};
use moodline_types::{Interval, MentionId, SystemClock};

/// Posts on a page of the APIs.
const PAGE: i64 = 10;

/// What the host does instead of answering properly.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    None,
    BusyForSeconds,
    BusyUntilDate,
    Broken,
    Stalls,
    CutCompression,
    Huge,
    RedirectsInCircles,
    WebPage,
    Empty,
    Duplicates,
    Reorders,
    GoesRound,
    ClockAhead,
    Mislabelled,
}

const FAULTS: [Fault; 14] = [
    Fault::BusyForSeconds,
    Fault::BusyUntilDate,
    Fault::Broken,
    Fault::Stalls,
    Fault::CutCompression,
    Fault::Huge,
    Fault::RedirectsInCircles,
    Fault::WebPage,
    Fault::Empty,
    Fault::Duplicates,
    Fault::Reorders,
    Fault::GoesRound,
    Fault::ClockAhead,
    Fault::Mislabelled,
];

#[derive(Debug)]
struct Host {
    /// Posts are numbered from 1 to this.
    newest: AtomicI64,
    fault: AtomicUsize,
    /// Requests that are still answered properly.
    grace: AtomicI64,
    /// Post 0 was written at.
    began: DateTime<Utc>,
}

impl Host {
    fn new() -> Self {
        let began = Utc::now() - TimeDelta::days(10);
        Self { newest: AtomicI64::new(0), fault: AtomicUsize::new(0), grace: AtomicI64::new(0), began }
    }

    fn set(&self, newest: i64, fault: Fault, grace: i64) {
        self.newest.store(newest, Ordering::SeqCst);
        self.grace.store(grace, Ordering::SeqCst);
        let number = FAULTS.iter().position(|known| *known == fault).map_or(0, |place| place + 1);
        self.fault.store(number, Ordering::SeqCst);
    }

    fn answer(&self, request: &Received) -> Reply {
        let number = self.fault.load(Ordering::SeqCst);
        let fault = if number == 0 { Fault::None } else { FAULTS[number - 1] };
        if request.path.contains("/statuses/") {
            return Reply::ok("{}");
        }
        let graced = self.grace.fetch_sub(1, Ordering::SeqCst) > 0;
        let (posts, next) = self.posts(request, if graced { Fault::None } else { fault });
        let proper = self.page(request, &posts, next.as_deref(), !graced && fault == Fault::ClockAhead);
        if graced {
            return proper;
        }
        match fault {
            Fault::BusyForSeconds => Reply::status(429).header("Retry-After", "120"),
            Fault::BusyUntilDate => {
                let until = (Utc::now() + TimeDelta::minutes(2)).format("%a, %d %b %Y %H:%M:%S GMT").to_string();
                Reply::status(503).header("Retry-After", &until)
            }
            Fault::Broken => Reply::status(500).body("<h1>oops</h1>"),
            Fault::Stalls => proper.stall_after(20),
            Fault::CutCompression => proper.gzip().cut_after(30),
            Fault::Huge => Reply::ok(vec![b' '; 30_000_000]),
            Fault::RedirectsInCircles => Reply::redirect(&request.path),
            Fault::WebPage => {
                Reply::ok("<!doctype html><html><body>Sign in</body></html>").header("Content-Type", "text/html")
            }
            Fault::Mislabelled => proper.header("Content-Type", "image/png"),
            _ => proper,
        }
    }

    /// The posts of one page, newest first, and the token of the next.
    fn posts(&self, request: &Received, fault: Fault) -> (Vec<i64>, Option<String>) {
        let newest = self.newest.load(Ordering::SeqCst);
        let paged = !request.path.starts_with("/feed");
        let token = request.path.split(['?', '&']).find_map(|pair| pair.strip_prefix("max_id="));
        let top = token.map_or(newest, |token| token.parse::<i64>().unwrap() - 1);
        let bottom = if paged { (top - PAGE + 1).max(1) } else { 1 };
        let mut posts: Vec<i64> = (bottom..=top).rev().collect();
        let mut next = (paged && bottom > 1).then(|| bottom.to_string());
        match fault {
            Fault::Empty => (posts, next) = (Vec::new(), None),
            Fault::Duplicates => posts = posts.iter().flat_map(|post| [*post, *post]).collect(),
            Fault::Reorders => posts.reverse(),
            Fault::GoesRound => next = next.map(|_| (newest - PAGE + 1).to_string()),
            _ => {}
        }
        (posts, next)
    }

    fn page(&self, request: &Received, posts: &[i64], next: Option<&str>, ahead: bool) -> Reply {
        let skew = if ahead { TimeDelta::days(400) } else { TimeDelta::zero() };
        let at = |post: i64| self.began + TimeDelta::minutes(post) + skew;
        if request.path.starts_with("/feed") {
            let items: String = posts
                .iter()
                .map(|post| {
                    let date = at(*post).to_rfc2822();
                    format!("<item><guid>{post}</guid><description>post {post}</description><pubDate>{date}</pubDate></item>")
                })
                .collect();
            return Reply::ok(format!("<rss version=\"2.0\"><channel><title>t</title>{items}</channel></rss>"));
        }
        let items: Vec<String> = posts
            .iter()
            .map(|post| {
                let date = at(*post).to_rfc3339();
                format!(
                    r#"{{"id": "{post}", "created_at": "{date}", "content": "post {post}", "account": {{"acct": "lin"}}}}"#
                )
            })
            .collect();
        if request.path.starts_with("/api/v1/timelines") {
            let reply = Reply::ok(format!("[{}]", items.join(",")));
            return match next {
                Some(next) => {
                    reply.header("Link", &format!("</api/v1/timelines/tag/acme?max_id={next}>; rel=\"next\""))
                }
                None => reply,
            };
        }
        let next = next.map_or("null".to_owned(), |next| format!("\"{next}\""));
        Reply::ok(format!(r#"{{"items": [{}], "next": {next}}}"#, items.join(",")))
    }
}

const KINDS: [(&str, &str); 3] = [
    ("feed", "[[feeds]]\nid = \"posts\"\nurl = \"URL/feed\"\n"),
    (
        "http",
        r#"[[http]]
        id = "posts"
        url = "URL/list"
        items = "$.items[*]"
        fields = { id = "$.id", text = "$.content", time = "$.created_at" }
        paging = { by = "cursor", parameter = "max_id", next = "$.next" }
        overlap = "0s"
        "#,
    ),
    ("mastodon", "[[mastodon]]\nid = \"posts\"\nurl = \"URL\"\ntags = [\"acme\"]\noverlap = \"0s\"\n"),
];

/// One run of a freshly started service.
async fn run(settings: &str, store: &SqliteStore, timeout: Interval) -> Result<FetchOutcome, IngestError> {
    let config: SourcesConfig = toml::from_str(settings).unwrap();
    let http = HttpConfig {
        allow_private_addresses: true,
        min_interval: Interval::from_secs(0),
        timeout,
        ..HttpConfig::default()
    };
    let mut source = config.build(&HttpClient::new(&http).unwrap(), Path::new("."), &[]).unwrap().remove(0);
    read_source(
        source.as_mut(),
        store,
        &Protection::full(AuthorKey::from_bytes([7; 32])).unwrap(),
        &SystemClock,
        &mut |_| true,
    )
    .await
}

/// How often each post is stored, by its text.
async fn stored(store: &SqliteStore) -> BTreeMap<String, usize> {
    let all: Vec<MentionId> = (1..=500).map(MentionId).collect();
    let mut texts = BTreeMap::new();
    for mention in store.mentions(&all).await.unwrap().iter().filter(|mention| mention.hidden_at.is_none()) {
        *texts.entry(mention.text.clone()).or_insert(0) += 1;
    }
    texts
}

async fn every_post_is_stored_once(kind: &str, settings: &str, fault: Fault, grace: i64) {
    let what = format!("{kind}, {fault:?} after {grace} answers");
    let host = Arc::new(Host::new());
    let server = LocalServer::start({
        let host = Arc::clone(&host);
        move |request| host.answer(request)
    })
    .await;
    let settings = settings.replace("URL", &server.url(""));
    let store = SqliteStore::in_memory().await.unwrap();
    store.migrate().await.unwrap();
    let patient = Interval::from_secs(20);

    host.set(30, Fault::None, 0);
    run(&settings, &store, patient).await.unwrap();
    assert_eq!(stored(&store).await.len(), 30, "{what}");

    host.set(65, fault, grace);
    let hasty = if fault == Fault::Stalls { Interval::from_millis(300) } else { patient };
    let outcome = run(&settings, &store, hasty).await;
    match &outcome {
        Err(IngestError::Source { source, .. }) => {
            let pause = source.retry_after();
            let asked = matches!(fault, Fault::BusyForSeconds | Fault::BusyUntilDate);
            assert_eq!(pause.is_some(), asked, "{what}: {source}");
            assert!(pause.is_none_or(|pause| pause > Duration::from_secs(100)), "{what}: {pause:?}");
        }
        Err(error) => panic!("{what}: {error}"),
        Ok(outcome) if fault == Fault::Empty && grace == 0 => assert!(outcome.suspicious, "{what}: nothing to doubt"),
        Ok(_) => {}
    }

    host.set(72, Fault::None, 0);
    run(&settings, &store, patient).await.unwrap();
    run(&settings, &store, patient).await.unwrap();
    let posts = stored(&store).await;
    let missing: Vec<i64> = (1..=72).filter(|post| !posts.contains_key(&format!("post {post}"))).collect();
    assert!(missing.is_empty(), "{what}: lost {missing:?}");
    assert!(posts.values().all(|count| *count == 1) && posts.len() == 72, "{what}: {posts:?}");
    assert_eq!(store.mention_count().await.unwrap(), 72, "{what}");
}

#[tokio::test]
async fn no_fault_loses_or_doubles_a_post() {
    for (kind, settings) in KINDS {
        for fault in FAULTS {
            // From the first answer on, and in the middle of a walk.
            for grace in [0, 2] {
                every_post_is_stored_once(kind, settings, fault, grace).await;
            }
        }
    }
}
