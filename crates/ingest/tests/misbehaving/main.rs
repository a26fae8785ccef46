//! A host that misbehaves in every way we know of, and every kind of source that reads over HTTP, into a real
//! database. Whatever happens in between, in the end every post is stored once.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod host;
mod jetstream;
mod kinds;

use std::{
    collections::BTreeMap,
    path::Path,
    sync::{Arc, OnceLock},
    time::Duration,
};

use host::{Fault, Host};
use kinds::Kind;
use moodline_http::{HttpClient, HttpConfig};
use moodline_ingest::{AuthorKey, FetchOutcome, IngestError, Protection, read_source};
use moodline_privacy::Redactor;
use moodline_sources::SourcesConfig;
use moodline_store::{MentionStore, Store};
use moodline_store_sqlite::SqliteStore;
use moodline_testkit::LocalServer;
use moodline_types::{Interval, MentionId, SystemClock};

/// Pages of one run after which it is taken for endless.
const ENDLESS: u64 = 400;

pub(crate) fn client(timeout: Interval) -> HttpClient {
    let config = HttpConfig {
        allow_private_addresses: true,
        min_interval: Interval::from_secs(0),
        timeout,
        ..HttpConfig::default()
    };
    HttpClient::new(&config).unwrap()
}

/// The clients of three services: pauses that one was asked for do not hold up the next.
struct Clients {
    patient: HttpClient,
    hasty: HttpClient,
    restarted: HttpClient,
}

impl Clients {
    fn new() -> Self {
        let patient = Interval::from_secs(20);
        Self { patient: client(patient), hasty: client(Interval::from_millis(300)), restarted: client(patient) }
    }
}

pub(crate) async fn store() -> SqliteStore {
    let store = SqliteStore::in_memory().await.unwrap();
    store.migrate().await.unwrap();
    store
}

/// Personal data is another suite's; here there is none.
static PROTECTION: OnceLock<Protection> = OnceLock::new();

fn protection() -> Protection {
    Protection::new(AuthorKey::from_bytes([7; 32]), Redactor::new(&[], &BTreeMap::new()).unwrap())
}

/// One run of a freshly started service.
pub(crate) async fn run(
    settings: &str,
    folder: &Path,
    store: &SqliteStore,
    client: &HttpClient,
) -> Result<FetchOutcome, IngestError> {
    let config: SourcesConfig = toml::from_str(settings).unwrap_or_else(|error| panic!("{error}\n{settings}"));
    let mut source = config.build(client, folder, &[]).unwrap().remove(0);
    let protection = PROTECTION.get_or_init(protection);
    let mut endless = |outcome: &FetchOutcome| {
        assert!(outcome.pages < ENDLESS, "the run never ends");
        true
    };
    read_source(source.as_mut(), store, protection, &SystemClock, &mut endless).await
}

/// How often each post is stored, by its text.
pub(crate) async fn stored(store: &SqliteStore) -> BTreeMap<String, usize> {
    let all: Vec<MentionId> = (1..=2000).map(MentionId).collect();
    let mut texts = BTreeMap::new();
    for mention in store.mentions(&all).await.unwrap().iter().filter(|mention| mention.hidden_at.is_none()) {
        *texts.entry(mention.text.clone()).or_insert(0) += 1;
    }
    texts
}

/// Checks that posts 1 to `newest` are stored, each once.
pub(crate) async fn assert_whole(store: &SqliteStore, newest: i64, what: &str) {
    let posts = stored(store).await;
    let missing: Vec<i64> = (1..=newest).filter(|post| !posts.contains_key(&format!("acme post {post}"))).collect();
    assert!(missing.is_empty(), "{what}: lost {missing:?}");
    let doubled: Vec<_> = posts.iter().filter(|(_, count)| **count > 1).collect();
    assert!(doubled.is_empty() && posts.len() as i64 == newest, "{what}: {doubled:?} of {}", posts.len());
    assert_eq!(store.mention_count().await.unwrap() as i64, newest, "{what}");
}

/// When the host begins to misbehave: after so many proper answers, or at whatever it is asked.
#[derive(Debug, Clone, Copy)]
enum When {
    After(i64),
    Everywhere,
}

async fn every_post_is_stored_once(kind: &'static Kind, fault: Fault, when: When, clients: &Clients) {
    let what = format!("{}, {fault:?}, {when:?}", kind.name);
    let host = Arc::new(Host::new(kind));
    let answering = Arc::clone(&host);
    let server = LocalServer::start(move |request| answering.answer(request)).await;
    let settings = kind.settings(&server.url(""));
    let folder = tempfile::tempdir().unwrap();
    kind.write_secrets(folder.path(), &server.url(""));
    let store = store().await;
    let [few, more, all] = kind.stages();

    host.set(few, Fault::None, 0, false);
    let first = run(&settings, folder.path(), &store, &clients.restarted).await;
    first.unwrap_or_else(|error| panic!("{what}: {}", moodline_types::error_chain(&error)));
    assert_whole(&store, few, &format!("{what}, before")).await;

    let (grace, everywhere) = match when {
        When::After(grace) => (grace, false),
        When::Everywhere => (0, true),
    };
    host.set(more, fault, grace, everywhere);
    let client = if fault == Fault::Stalls { &clients.hasty } else { &clients.patient };
    let outcome = run(&settings, folder.path(), &store, client).await;
    match &outcome {
        Err(IngestError::Source { source, .. }) => {
            let pause = source.retry_after();
            let error = moodline_types::error_chain(source);
            assert_eq!(pause.is_some(), fault.asks_for_a_pause(), "{what}: {error}");
            assert!(pause.is_none_or(|pause| pause > Duration::from_secs(100)), "{what}: {pause:?}");
        }
        Err(error) => panic!("{what}: {error}"),
        Ok(outcome) if fault == Fault::Empty && grace == 0 && kind.doubts_nothing => {
            assert!(outcome.suspicious, "{what}: nothing to doubt: {outcome}");
        }
        Ok(outcome) => {
            let silent = fault.is_of_the_connection() && fault != Fault::Mislabelled && grace == 0;
            assert!(!silent || outcome.suspicious, "{what}: nothing went wrong: {outcome}");
        }
    }

    host.set(all, Fault::None, 0, false);
    for _ in 0..2 {
        let mended = run(&settings, folder.path(), &store, &clients.restarted).await;
        mended.unwrap_or_else(|error| panic!("{what}, mended: {}", moodline_types::error_chain(&error)));
    }
    assert_whole(&store, all, &what).await;
}

async fn no_fault_loses_or_doubles_a_post(kind: &'static Kind) {
    let clients = Clients::new();
    for fault in Fault::ALL {
        // From the first answer on, and in the middle of a walk.
        for grace in [0, 2] {
            every_post_is_stored_once(kind, fault, When::After(grace), &clients).await;
        }
        if kind.has_more_than_a_list && fault.is_of_the_connection() {
            every_post_is_stored_once(kind, fault, When::Everywhere, &clients).await;
        }
    }
}

macro_rules! kinds {
    ($($name:ident: $kind:expr,)*) => {
        $(
            #[tokio::test]
            async fn $name() {
                static KIND: Kind = $kind;
                no_fault_loses_or_doubles_a_post(&KIND).await;
            }
        )*

        /// The tables of the settings that are read here.
        const TABLES: &[&str] = &[$($kind.settings),*];
    };
}

kinds! {
    feeds: kinds::general::FEED,
    http_by_cursor: kinds::general::HTTP_CURSOR,
    http_by_page: kinds::general::HTTP_PAGE,
    http_by_offset: kinds::general::HTTP_OFFSET,
    http_by_link: kinds::general::HTTP_LINK,
    http_by_address: kinds::general::HTTP_ADDRESS,
    http_since_by_form: kinds::general::HTTP_SINCE,
    hackernews: kinds::social::HACKERNEWS,
    mastodon: kinds::social::MASTODON,
    bluesky_search: kinds::social::BLUESKY_SEARCH,
    reddit: kinds::social::REDDIT,
    reddit_feed: kinds::social::REDDIT_FEED,
    x: kinds::social::X,
    youtube: kinds::social::YOUTUBE,
    discourse: kinds::forums::DISCOURSE,
    lemmy: kinds::forums::LEMMY,
    stackexchange: kinds::forums::STACKEXCHANGE,
    github_issues: kinds::forums::GITHUB_ISSUES,
    github_comments: kinds::forums::GITHUB_COMMENTS,
    github_discussions: kinds::forums::GITHUB_DISCUSSIONS,
    steam: kinds::stores::STEAM,
    app_store: kinds::stores::APP_STORE,
    app_store_connect: kinds::stores::APP_STORE_CONNECT,
    google_play: kinds::stores::GOOGLE_PLAY,
    google_play_web: kinds::stores::GOOGLE_PLAY_WEB,
    trustpilot: kinds::stores::TRUSTPILOT,
    zendesk_tickets: kinds::desks::ZENDESK_TICKETS,
    zendesk_ratings: kinds::desks::ZENDESK_RATINGS,
    zendesk_surveys: kinds::desks::ZENDESK_SURVEYS,
    typeform: kinds::desks::TYPEFORM,
}

/// Kinds that ask nobody anything over HTTP, and the stream, which has its own test.
const ELSEWHERE: [&str; 3] = ["files", "push", "bluesky"];

#[test]
fn no_kind_of_source_is_left_out() {
    let unknown = toml::from_str::<SourcesConfig>("[[nothing]]").unwrap_err().to_string();
    let (_, list) = unknown.split_once("expected one of").unwrap();
    let known = list.lines().next().unwrap().split('`').skip(1).step_by(2);
    let left_out: Vec<&str> = known
        .filter(|kind| !ELSEWHERE.contains(kind))
        .filter(|kind| !TABLES.iter().any(|settings| settings.contains(&format!("[[{kind}]]"))))
        .collect();
    assert_eq!(left_out, Vec::<&str>::new());
}
