//! The views that other tools read: what `docs/sql.md` says of them is so.

use moodline_store::{QueryStore as _, Store as _, conformance::querying};
use moodline_store_sqlite::SqliteStore;
use moodline_testkit::{documented_queries, documented_views, temp_sqlite};
use moodline_types::MentionQuery;
use sqlx::{AssertSqlSafe, Connection as _, Row as _, SqliteConnection};

#[tokio::test]
async fn views_have_the_columns_they_are_documented_with() {
    let database = temp_sqlite();
    let store = SqliteStore::open(database.url()).await.unwrap();
    store.migrate().await.unwrap();
    let mut db = SqliteConnection::connect(database.url()).await.unwrap();
    let documented = documented_views();
    let sql = "SELECT name FROM sqlite_master WHERE type = 'view' ORDER BY name";
    let mut names: Vec<&str> = documented.iter().map(|(name, _)| name.as_str()).collect();
    names.sort_unstable();
    let there: Vec<String> = sqlx::query_scalar(sql).fetch_all(&mut db).await.unwrap();
    for name in &names {
        assert!(there.iter().any(|there| there == name), "{name} is documented and does not exist");
    }
    for (view, columns) in &documented {
        let sql = "SELECT name FROM pragma_table_info($1) ORDER BY cid";
        let found: Vec<String> = sqlx::query_scalar(sql).bind(view).fetch_all(&mut db).await.unwrap();
        assert_eq!(&found, columns, "{view}");
    }
    for query in documented_queries() {
        sqlx::query(AssertSqlSafe(query.clone()))
            .fetch_all(&mut db)
            .await
            .unwrap_or_else(|error| panic!("{error}: {query}"));
    }
}

#[tokio::test]
async fn views_say_what_the_query_says() {
    let database = temp_sqlite();
    let store = SqliteStore::open(database.url()).await.unwrap();
    store.migrate().await.unwrap();
    querying::flags_narrow(&store).await.unwrap();
    let mut db = SqliteConnection::connect(database.url()).await.unwrap();
    let rows = store.find_mentions(&MentionQuery::default()).await.unwrap().rows;
    let sql = "SELECT evidence FROM v_opinions ORDER BY posted_at DESC, opinion_id DESC";
    let said: Vec<String> = sqlx::query_scalar(sql).fetch_all(&mut db).await.unwrap();
    assert_eq!(said, rows.iter().map(|row| row.evidence.clone()).collect::<Vec<_>>());
    let sql = "SELECT evidence, posted_at, raised_at, touchpoint FROM v_flags_open ORDER BY posted_at DESC";
    let flagged = sqlx::query(sql).fetch_all(&mut db).await.unwrap();
    let told: Vec<(&str, &str)> = flagged.iter().map(|row| (row.get("evidence"), row.get("posted_at"))).collect();
    assert_eq!(told, [("慢", "2026-06-01T12:02:00.000Z"), ("slow till", "2026-06-01T12:01:00.000Z")]);
    let sql =
        "SELECT sum(negative), sum(mixed), sum(n) FROM v_touchpoint_daily WHERE map = 'm' AND touchpoint = 'till'";
    let sums: (i64, i64, i64) = sqlx::query_as(sql).fetch_one(&mut db).await.unwrap();
    assert_eq!(sums, (1, 1, 2));
    let placed: i64 = sqlx::query_scalar("SELECT count(*) FROM v_places WHERE flag_status = 'open'")
        .fetch_one(&mut db)
        .await
        .unwrap();
    assert_eq!(placed, 2);
    let (mentions, stars): (i64, f64) =
        sqlx::query_as("SELECT count(*), max(stars) FROM v_mentions").fetch_one(&mut db).await.unwrap();
    assert_eq!((mentions, stars), (4, 2.0));
}
