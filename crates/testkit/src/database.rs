//! Databases that last as long as a test.

use std::{
    path::Path,
    sync::atomic::{AtomicU64, Ordering},
    time::{Duration, SystemTime},
};

use sqlx::{AssertSqlSafe, Connection as _, PgConnection, SqliteConnection, sqlite::SqliteConnectOptions};
use tempfile::TempDir;

/// Where PostgreSQL is looked for when `MOODLINE_TEST_POSTGRES` does not say.
const USUAL_SERVER: &str = "postgres://root@127.0.0.1/test";

/// How long a server may take to answer before tests go on without it.
const PATIENCE: Duration = Duration::from_secs(5);

/// An empty database; it is gone once this value is dropped.
#[derive(Debug)]
pub struct TestDatabase {
    url: String,
    _kept: Kept,
}

#[derive(Debug)]
enum Kept {
    Folder(#[expect(dead_code, reason = "held for its drop")] TempDir),
    Schema(#[expect(dead_code, reason = "held for its drop")] Schema),
}

/// A schema of a PostgreSQL database.
#[derive(Debug)]
struct Schema {
    server: String,
    name: String,
}

impl TestDatabase {
    /// Its address, as the stores open it.
    pub fn url(&self) -> &str {
        &self.url
    }
}

impl Drop for Schema {
    fn drop(&mut self) {
        let drop_schema = format!("DROP SCHEMA IF EXISTS {} CASCADE", self.name);
        let server = self.server.clone();
        // On a thread of its own, because a test drops this inside its runtime.
        let dropped = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            if let Ok(runtime) = runtime {
                // A schema that stays behind disturbs nobody.
                let _ = runtime.block_on(execute(&server, drop_schema));
            }
        });
        let _ = dropped.join();
    }
}

/// A SQLite file in a folder of its own, not yet created.
///
/// # Panics
/// Where no temporary folder can be made.
pub fn temp_sqlite() -> TestDatabase {
    let folder = tempfile::tempdir().expect("tests need a temporary folder");
    let url = format!("sqlite:{}", folder.path().join("moodline.db").display());
    TestDatabase { url, _kept: Kept::Folder(folder) }
}

/// A SQLite file that nobody else can write to until this is dropped.
#[derive(Debug)]
pub struct HeldSqlite(#[expect(dead_code, reason = "held for its drop")] SqliteConnection);

/// Begins to write to a SQLite file, as another program might, and does not come to an end.
///
/// # Panics
/// Where the file cannot be opened, or somebody else is writing to it for longer than the driver waits.
pub async fn hold_sqlite(file: &Path) -> HeldSqlite {
    let options = SqliteConnectOptions::new().filename(file);
    let mut connection = SqliteConnection::connect_with(&options).await.expect("the database of the test opens");
    sqlx::raw_sql("BEGIN EXCLUSIVE").execute(&mut connection).await.expect("nobody else writes for long");
    HeldSqlite(connection)
}

/// A fresh schema on the PostgreSQL server at `MOODLINE_TEST_POSTGRES`, else on this machine; `None`, with a note on
/// stderr, where none answers.
///
/// # Panics
/// Where `MOODLINE_TEST_POSTGRES` is set and nothing answers there: a test that was asked for is not skipped.
pub async fn postgres_url() -> Option<TestDatabase> {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let asked_for = std::env::var("MOODLINE_TEST_POSTGRES").ok();
    let server = asked_for.clone().unwrap_or_else(|| USUAL_SERVER.to_owned());
    let since_1970 = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    let name = format!(
        "moodline_test_{}_{}_{}",
        std::process::id(),
        since_1970.as_micros(),
        NEXT.fetch_add(1, Ordering::Relaxed)
    );
    if let Err(error) = execute(&server, format!("CREATE SCHEMA {name}")).await {
        assert!(asked_for.is_none(), "the server of MOODLINE_TEST_POSTGRES cannot be used: {error}");
        note_skipped(&error);
        return None;
    }
    let separator = if server.contains('?') { '&' } else { '?' };
    let url = format!("{server}{separator}options=-c%20search_path%3D{name}%20-c%20synchronous_commit%3Doff");
    Some(TestDatabase { url, _kept: Kept::Schema(Schema { server, name }) })
}

#[expect(clippy::print_stderr, reason = "whoever runs the tests should know what was not tested")]
fn note_skipped(error: &sqlx::Error) {
    eprintln!("skipped: no PostgreSQL server at hand ({error}); set MOODLINE_TEST_POSTGRES to use one");
}

async fn execute(server: &str, sql: String) -> Result<(), sqlx::Error> {
    let work = async {
        let mut connection = PgConnection::connect(server).await?;
        sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut connection).await?;
        connection.close().await
    };
    tokio::time::timeout(PATIENCE, work).await.unwrap_or(Err(sqlx::Error::PoolTimedOut))
}
