//! Every promise of the storage traits, kept by PostgreSQL where a server is at hand.

use moodline_store::{Store as _, StoreError, conformance_tests};
use moodline_store_postgres::PostgresStore;
use moodline_testkit::{TestDatabase, postgres_url};

async fn fresh() -> Option<(PostgresStore, TestDatabase)> {
    let database = postgres_url().await?;
    let store = PostgresStore::open(database.url()).await.expect("an empty database opens");
    store.migrate().await.expect("an empty database takes the schema");
    Some((store, database))
}

conformance_tests!(fresh);

#[tokio::test]
async fn the_schema_is_checked_and_migrating_twice_is_harmless() {
    let Some(database) = postgres_url().await else { return };
    let store = PostgresStore::open(database.url()).await.unwrap();
    assert!(matches!(store.check().await, Err(StoreError::Schema { .. })));
    let other = PostgresStore::open(database.url()).await.unwrap();
    let (here, there) = tokio::join!(store.migrate(), other.migrate());
    here.unwrap();
    there.unwrap();
    store.migrate().await.unwrap();
    store.check().await.unwrap();
}

#[tokio::test]
async fn an_address_that_is_none_is_refused_without_its_password() {
    let error = PostgresStore::open("mysql://me:secret@host/db").await.unwrap_err();
    assert!(matches!(error, StoreError::Address { .. }));
    assert!(!format!("{error:?} {error}").contains("secret"));
}

#[tokio::test]
async fn a_server_that_is_not_there_is_worth_another_try() {
    // Port 1 is reserved and closed everywhere.
    let error = PostgresStore::open("postgres://me:secret@127.0.0.1:1/db").await.unwrap_err();
    assert!(error.is_transient(), "{error:?}");
    assert!(!format!("{error:?} {error}").contains("secret"));
}
