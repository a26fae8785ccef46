//! Every promise of the storage traits, kept by SQLite.

use moodline_store::{JobStore as _, MentionStore as _, Store as _, StoreError, conformance_tests};
use moodline_store_sqlite::{SqliteStore, restore};
use moodline_testkit::{TestDatabase, temp_sqlite};

async fn fresh() -> Option<(SqliteStore, TestDatabase)> {
    let database = temp_sqlite();
    let store = SqliteStore::open(database.url()).await.expect("an empty database opens");
    store.migrate().await.expect("an empty database takes the schema");
    Some((store, database))
}

conformance_tests!(fresh);

#[tokio::test]
async fn the_schema_is_checked_and_migrating_twice_is_harmless() {
    let database = temp_sqlite();
    let store = SqliteStore::open(database.url()).await.unwrap();
    assert!(matches!(store.check().await, Err(StoreError::Schema { .. })));
    let other = SqliteStore::open(database.url()).await.unwrap();
    let (here, there) = tokio::join!(store.migrate(), other.migrate());
    here.unwrap();
    there.unwrap();
    store.migrate().await.unwrap();
    store.check().await.unwrap();
}

#[tokio::test]
async fn a_database_in_memory_does_all_of_it() {
    let store = SqliteStore::in_memory().await.unwrap();
    store.migrate().await.unwrap();
    moodline_store::conformance::querying::an_empty_query_lists_everything(&store).await.unwrap();
}

#[tokio::test]
async fn an_address_must_name_a_file() {
    for bad in ["postgres://host/db", "sqlite:", "sqlite::memory:", "moods.db"] {
        assert!(matches!(SqliteStore::open(bad).await, Err(StoreError::Address { .. })), "{bad} must be refused");
    }
}

#[tokio::test]
async fn parent_folders_are_created_and_both_spellings_are_one_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a/b c/moods.db");
    let store = SqliteStore::open(&format!("sqlite://{}", path.display())).await.unwrap();
    store.migrate().await.unwrap();
    let same = SqliteStore::open(&format!("sqlite:{}", path.display())).await.unwrap();
    same.check().await.unwrap();
    assert!(path.is_file());
}

#[test]
fn a_new_file_that_several_open_at_once_is_opened_by_all() {
    for _ in 0..80 {
        let database = temp_sqlite();
        let open = || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                let store = SqliteStore::open(database.url()).await?;
                store.migrate().await?;
                store.check().await
            })
        };
        std::thread::scope(|scope| {
            let opening: Vec<_> = (0..6).map(|_| scope.spawn(open)).collect();
            for outcome in opening {
                outcome.join().unwrap().unwrap();
            }
        });
    }
}

#[tokio::test]
async fn two_processes_may_write_at_once() {
    let database = temp_sqlite();
    let one = SqliteStore::open(database.url()).await.unwrap();
    one.migrate().await.unwrap();
    let two = SqliteStore::open(database.url()).await.unwrap();
    let write = async |store: &SqliteStore, source: &str| {
        for n in 0..50 {
            let mention = moodline_testkit::given::mention(&format!("{n}"), "text");
            let page = moodline_testkit::given::page(vec![mention], "c");
            store.commit_page(&source.parse().unwrap(), &page, moodline_testkit::given::at(n)).await.unwrap();
        }
    };
    tokio::join!(write(&one, "a"), write(&one, "b"), write(&two, "c"));
    assert_eq!(two.mention_count().await.unwrap(), 150);
}

#[tokio::test]
async fn a_copy_made_in_use_is_whole_and_can_be_put_back_when_nobody_works() {
    let database = temp_sqlite();
    let store = SqliteStore::open(database.url()).await.unwrap();
    store.migrate().await.unwrap();
    let write = async |name: &str| {
        let page = moodline_testkit::given::page(vec![moodline_testkit::given::mention(name, name)], "c");
        store.commit_page(&"shop".parse().unwrap(), &page, moodline_testkit::given::at(0)).await.unwrap();
    };
    write("before").await;
    let folder = tempfile::tempdir().unwrap();
    let copy = folder.path().join("copy.db");
    store.backup(&copy).await.unwrap();
    assert!(store.backup(&copy).await.unwrap_err().to_string().contains("copy.db"), "an older copy is not replaced");
    write("after").await;
    let alive = store.announce().await.unwrap();
    let refused = |error: StoreError| moodline_types::error_chain(&error);
    let error = refused(restore(&copy, database.url(), false).await.unwrap_err());
    assert!(error.contains("--overwrite"), "{error}");
    let error = refused(restore(&copy, database.url(), true).await.unwrap_err());
    assert!(error.contains("stop the service"), "{error}");
    drop(alive);
    store.close().await;
    restore(&copy, database.url(), true).await.unwrap();
    let back = SqliteStore::open(database.url()).await.unwrap();
    back.check().await.unwrap();
    assert_eq!(back.mention_count().await.unwrap(), 1);
}

#[tokio::test]
async fn what_is_no_sound_copy_is_refused_before_anything_changes() {
    let folder = tempfile::tempdir().unwrap();
    let bad = folder.path().join("bad.db");
    std::fs::write(&bad, "not a database, though it is long enough to be taken for one".repeat(50)).unwrap();
    let url = format!("sqlite:{}", folder.path().join("new.db").display());
    for from in [bad, folder.path().join("missing.db")] {
        restore(&from, &url, false).await.unwrap_err();
        assert!(!folder.path().join("new.db").exists());
    }
}

#[tokio::test]
async fn every_character_of_a_path_stands_for_itself() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("100%20 sure? #1.db");
    let store = SqliteStore::open(&format!("sqlite:{}", path.display())).await.unwrap();
    store.migrate().await.unwrap();
    assert!(path.is_file());
}
