//! The optional script that partitions the tables that grow: every promise holds on them as well, and nothing changes
//! for what was there before.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use chrono::{DateTime, Datelike as _, Months, NaiveTime, Utc};
use moodline_store::{
    AssignmentStore as _, LayerStore as _, MapStore as _, MentionStore as _, OpinionStore as _, QueryStore as _,
    Store as _, WorkKind, WorkStore as _,
    conformance::given::{assigned, at, id, judged, judgement, map, mention, model, opinion, page, placed, shop},
    conformance_tests,
};
use moodline_store_postgres::PostgresStore;
use moodline_testkit::{TestDatabase, postgres_url};
use moodline_types::{DayWindow, MentionId, MentionQuery, SentimentLabel};
use sqlx::{AssertSqlSafe, Connection as _, PgConnection};

const SCRIPT: &str = include_str!("../../../migrations/optional/partition-postgres.sql");

async fn run(database: &TestDatabase, sql: &str) {
    let mut connection = PgConnection::connect(database.url()).await.unwrap();
    sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(&mut connection).await.unwrap();
    connection.close().await.unwrap();
}

async fn partitioned() -> Option<(PostgresStore, TestDatabase)> {
    let database = postgres_url().await?;
    let store = PostgresStore::open(database.url()).await.unwrap();
    store.migrate().await.unwrap();
    run(&database, SCRIPT).await;
    store.check().await.unwrap();
    Some((store, database))
}

conformance_tests!(partitioned);

/// The middle of a month, so many before this one.
fn middle_of(months_ago: u32) -> DateTime<Utc> {
    let this = Utc::now().date_naive().with_day(15).unwrap();
    (this - Months::new(months_ago)).and_time(NaiveTime::MIN).and_utc()
}

/// Stores, judges and places twenty mentions that arrive and are posted in a month, so many before this one.
async fn arrive(store: &PostgresStore, round: &str, months_ago: u32) {
    let when = middle_of(months_ago);
    let names: Vec<String> = (0..20).map(|n| format!("{round}-{n}")).collect();
    let mut mentions: Vec<_> = names.iter().map(|name| mention(name, &format!("text {name}"))).collect();
    for mention in &mut mentions {
        mention.posted_at = when;
    }
    store.commit_page(&shop(), &page(mentions, round), when).await.unwrap();
    let all: Vec<MentionId> = (1..1000).map(MentionId).collect();
    let known = store.mentions(&all).await.unwrap();
    let new: Vec<_> = known.iter().filter(|mention| names.contains(&mention.external_id)).collect();
    assert_eq!(new.len(), 20);
    let verdict = |n: usize| [SentimentLabel::Negative, SentimentLabel::Positive][n % 2];
    let judgements: Vec<_> =
        new.iter().enumerate().map(|(n, new)| judgement(new.id, vec![opinion(&new.text, verdict(n))])).collect();
    let judged = judged(store, &model().id, &judgements).await.unwrap();
    let mut placed: Vec<_> = judged.iter().map(|judged| placed(judged, &[Some("till")])).collect();
    for tally in placed.iter_mut().flat_map(|placed| &mut placed.tallies) {
        tally.day = when.date_naive();
    }
    assigned(store, &id("m"), &placed).await.unwrap();
}

/// Everything a person sees of the database.
async fn seen(store: &PostgresStore) -> String {
    let everything = MentionQuery { map: Some(id("m")), limit: 1000, ..MentionQuery::default() };
    let window = DayWindow { from: "2000-01-01".parse().unwrap(), to: "2100-01-01".parse().unwrap() };
    let mut rollups = store.rollups(&id("m"), window).await.unwrap();
    rollups.sort_by_key(|row| format!("{row:?}"));
    format!(
        "{:#?}\n{rollups:#?}\n{:?}\n{:?}",
        store.find_mentions(&everything).await.unwrap(),
        store.backlog(WorkKind::Enrich, "first", at(0)).await.unwrap(),
        store.source_states().await.unwrap(),
    )
}

/// Partitions that hold rows, with how many.
async fn partitions(database: &TestDatabase, table: &str) -> Vec<(String, i64)> {
    let mut connection = PgConnection::connect(database.url()).await.unwrap();
    let sql = format!("SELECT tableoid::regclass::TEXT, count(*) FROM {table} GROUP BY 1 ORDER BY 1");
    sqlx::query_as(AssertSqlSafe(sql)).fetch_all(&mut connection).await.unwrap()
}

#[tokio::test]
async fn room_is_made_while_ids_are_used_up() {
    let Some((store, database)) = partitioned().await else { return };
    let ids_go_on_at = async |id: i64| {
        run(&database, &format!("SELECT setval(pg_get_serial_sequence('mentions', 'id'), {id})")).await;
    };
    let held = async || partitions(&database, "mentions").await.into_iter().map(|(name, _)| name).collect::<Vec<_>>();
    for (round, id) in [("first", 1_500_000), ("second", 3_500_000), ("third", 5_500_000)] {
        ids_go_on_at(id).await;
        arrive_alone(&store, round).await;
        run(&database, "CALL moodline_make_room()").await;
    }
    let names = held().await;
    assert!(names.len() == 3 && names.iter().all(|name| name.contains("mentions_from_")), "{names:?}");

    // Whoever forgets it loses nothing: the last range takes what comes.
    ids_go_on_at(99_000_000).await;
    arrive_alone(&store, "late").await;
    run(&database, "CALL moodline_make_room()").await;
    arrive_alone(&store, "later").await;
    assert!(held().await.iter().any(|name| name.ends_with("mentions_rest")));
    assert_eq!(store.mention_count().await.unwrap(), 5);
    store.close().await;
}

/// Stores one mention.
async fn arrive_alone(store: &PostgresStore, name: &str) {
    store.commit_page(&shop(), &page(vec![mention(name, name)], "c"), Utc::now()).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_there_before_is_there_afterwards_in_its_month_and_the_work_goes_on() {
    let Some(database) = postgres_url().await else { return };
    let store = PostgresStore::open(database.url()).await.unwrap();
    store.migrate().await.unwrap();
    store.register_model(&model(), at(0)).await.unwrap();
    store.register_map(&map("m"), at(0)).await.unwrap();
    for months_ago in [3, 2, 1] {
        arrive(&store, &format!("{months_ago} ago"), months_ago).await;
    }
    let before = seen(&store).await;
    run(&database, SCRIPT).await;
    store.check().await.unwrap();
    assert_eq!(seen(&store).await, before);
    assert_eq!(store.recount(&id("m")).await.unwrap(), []);
    for table in ["mentions", "opinions", "opinion_embeddings", "assignments", "tallies"] {
        let held = partitions(&database, table).await;
        assert_eq!(held.iter().map(|(_, rows)| *rows).collect::<Vec<_>>(), [20, 20, 20], "{table}: {held:?}");
        assert!(held[0].0.contains(&format!("{table}_20")), "{held:?}");
    }

    // The work goes on: what is known is known, what is new gets a new id in a range made ahead, never in the open one.
    store.commit_page(&shop(), &page(vec![mention("3 ago-0", "edited")], "c"), Utc::now()).await.unwrap();
    assert_eq!(store.mention_count().await.unwrap(), 60);
    arrive(&store, "now", 0).await;
    run(&database, "CALL moodline_make_room()").await;
    arrive(&store, "later", 0).await;
    assert_eq!(store.mention_count().await.unwrap(), 100);
    assert_eq!(store.recount(&id("m")).await.unwrap(), []);
    let ranges = partitions(&database, "mentions").await;
    let [.., (last, 40)] = ranges.as_slice() else { panic!("{ranges:?}") };
    assert!(last.contains("mentions_from_61"), "{ranges:?}");
    store.close().await;
}
