//! The views that other tools read: what `docs/sql.md` says of them is so.

use chrono::{DateTime, Utc};
use moodline_store::{
    QueryStore as _, Store as _,
    conformance::{given::at, querying},
};
use moodline_store_postgres::PostgresStore;
use moodline_testkit::{documented_queries, documented_views, postgres_url};
use moodline_types::MentionQuery;
use sqlx::{AssertSqlSafe, Connection as _, PgConnection};

#[tokio::test]
async fn views_have_the_columns_they_are_documented_with() {
    let Some(database) = postgres_url().await else { return };
    let store = PostgresStore::open(database.url()).await.unwrap();
    store.migrate().await.unwrap();
    let mut db = PgConnection::connect(database.url()).await.unwrap();
    let documented = documented_views();
    let sql = "SELECT viewname::TEXT FROM pg_views WHERE schemaname = current_schema()";
    let mut names: Vec<&str> = documented.iter().map(|(name, _)| name.as_str()).collect();
    names.sort_unstable();
    let there: Vec<String> = sqlx::query_scalar(sql).fetch_all(&mut db).await.unwrap();
    for name in &names {
        assert!(there.iter().any(|there| there == name), "{name} is documented and does not exist");
    }
    for (view, columns) in &documented {
        let sql = "SELECT column_name::TEXT, data_type::TEXT FROM information_schema.columns \
                   WHERE table_schema = current_schema() AND table_name = $1 ORDER BY ordinal_position";
        let found: Vec<(String, String)> = sqlx::query_as(sql).bind(view).fetch_all(&mut db).await.unwrap();
        assert_eq!(&found.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>(), columns, "{view}");
        for (name, kind) in found.iter().filter(|(name, _)| name.ends_with("_at")) {
            assert_eq!(kind, "timestamp with time zone", "{view}.{name}");
        }
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
    let Some(database) = postgres_url().await else { return };
    let store = PostgresStore::open(database.url()).await.unwrap();
    store.migrate().await.unwrap();
    querying::flags_narrow(&store).await.unwrap();
    let mut db = PgConnection::connect(database.url()).await.unwrap();
    let rows = store.find_mentions(&MentionQuery::default()).await.unwrap().rows;
    let sql = "SELECT evidence FROM v_opinions ORDER BY posted_at DESC, opinion_id DESC";
    let said: Vec<String> = sqlx::query_scalar(sql).fetch_all(&mut db).await.unwrap();
    assert_eq!(said, rows.iter().map(|row| row.evidence.clone()).collect::<Vec<_>>());
    let sql = "SELECT evidence, posted_at FROM v_flags_open ORDER BY posted_at DESC";
    let flagged: Vec<(String, DateTime<Utc>)> = sqlx::query_as(sql).fetch_all(&mut db).await.unwrap();
    let flagged: Vec<(&str, DateTime<Utc>)> = flagged.iter().map(|(said, at)| (said.as_str(), *at)).collect();
    assert_eq!(flagged, [("慢", at(2)), ("slow till", at(1))]);
    let sql = "SELECT sum(negative)::BIGINT, sum(mixed)::BIGINT, sum(n)::BIGINT FROM v_touchpoint_daily WHERE map = 'm' AND touchpoint = 'till'";
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
