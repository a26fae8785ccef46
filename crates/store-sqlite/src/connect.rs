//! Opening, migrating and closing the database file.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use async_trait::async_trait;
use chrono::Utc;
use moodline_store::{Result, Store, StoreError};
use sqlx::{
    Row as _, Sqlite, SqlitePool, Transaction,
    migrate::{MigrateError, Migrator},
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};

use crate::{
    backup, copies,
    failure::{Attempt, Failure, is_locked},
    jobs::Locks,
    words,
};

/// The transaction of a write.
pub(crate) type Tx = Transaction<'static, Sqlite>;

/// Every schema this binary knows how to reach.
pub(crate) static MIGRATOR: Migrator = sqlx::migrate!("../../migrations/sqlite");

/// How long a writer waits for another process's transaction.
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);

/// How long a call waits for a free connection of its own process.
const ACQUIRE_TIMEOUT: Duration = Duration::from_mins(1);

/// Readers beside the one writer; a page and an export rarely need more at once.
const READERS: u32 = 4;

/// A whole database in one SQLite file.
#[derive(Debug, Clone)]
pub struct SqliteStore {
    writer: SqlitePool,
    readers: SqlitePool,
    location: String,
    pub(crate) locks: Locks,
}

impl SqliteStore {
    /// Opens `sqlite:PATH` or `sqlite://PATH`, creating the file and its parent folders. The schema is not touched:
    /// call [`Store::migrate`] next.
    ///
    /// # Errors
    /// `Address` for anything that is not such an address, `Unavailable` where the file cannot be opened.
    pub async fn open(url: &str) -> Result<Self> {
        let path = file_path(url)?;
        let options = file_options(&path);
        if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            create_folder(folder, url).await?;
        }
        let location = path.display().to_string();
        let writer = connected(1, options.clone()).await;
        let writer = writer.map_err(|error| Failure::from(error).told("open it", &location))?;
        // What readers share is the system's cache of the file; a page of an answer fits into their own many times over.
        let readers = options.pragma("query_only", "ON").pragma("cache_size", "-4000");
        let readers = connected(READERS, readers).await;
        let readers = readers.map_err(|error| Failure::from(error).told("open it", &location))?;
        let locks = Locks::Folder(backup::locks_of(&path));
        Ok(Self { writer, readers, location, locks })
    }

    /// A database that lives and dies with this value, its schema not yet created.
    pub async fn in_memory() -> Result<Self> {
        let location = ":memory:".to_owned();
        let options = SqliteConnectOptions::new().in_memory(true).foreign_keys(true);
        // A second connection would be a second, empty database.
        let only = pool(1).min_connections(1).connect_with(options).await;
        let only = only.map_err(|error| Failure::from(error).told("open it", &location))?;
        Ok(Self { writer: only.clone(), readers: only, location, locks: Locks::Memory(Arc::default()) })
    }

    /// Begins a transaction that writes.
    pub(crate) async fn write(&self) -> Attempt<Tx> {
        Ok(self.writer.begin_with("BEGIN IMMEDIATE").await?)
    }

    /// The file, as errors name it.
    pub(crate) fn location(&self) -> &str {
        &self.location
    }

    /// Connections that read.
    pub(crate) fn read(&self) -> &SqlitePool {
        &self.readers
    }

    /// The outcome of an operation that does `action`, as the traits report it.
    pub(crate) fn told<T>(&self, action: &'static str, outcome: Attempt<T>) -> Result<T> {
        outcome.map_err(|failure| failure.told(action, &self.location))
    }

    /// What an upgrade leaves to code: each part goes on where it was cut off, and none has anything to do twice.
    async fn finish_migration(&self) -> Result<()> {
        self.told("compare mentions", copies::group_the_rest(self, Utc::now()).await)?;
        self.told("index the words of mentions", words::index_the_rest(self).await)
    }

    fn migration_failure(&self, error: MigrateError) -> StoreError {
        match error {
            MigrateError::Execute(source) => Failure::from(source).told("read its schema", &self.location),
            other => self.schema_failure(other),
        }
    }

    fn schema_failure(&self, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> StoreError {
        StoreError::Schema { location: self.location.clone(), source: source.into() }
    }
}

#[async_trait]
impl Store for SqliteStore {
    async fn migrate(&self) -> Result<()> {
        // Looking needs no lock: whoever only reads is not kept waiting by another process that writes for long.
        if self.check().await.is_ok() && self.told("compare mentions", copies::all_grouped(self).await)? {
            return Ok(());
        }
        // Another process may be migrating at this very moment; SQLite has no lock to wait on, but once the other is
        // through there is nothing left to do.
        for wait_ms in [50, 200, 1000] {
            if MIGRATOR.run(&self.writer).await.is_ok() {
                return self.finish_migration().await;
            }
            tokio::time::sleep(Duration::from_millis(wait_ms)).await;
        }
        MIGRATOR.run(&self.writer).await.map_err(|error| self.migration_failure(error))?;
        self.finish_migration().await
    }

    async fn check(&self) -> Result<()> {
        let known = "SELECT count(*) FROM sqlite_master WHERE name = '_sqlx_migrations'";
        let known: i64 = self.told("read its schema", scalar(&self.readers, known).await)?;
        if known == 0 {
            return Err(self.schema_failure("no migration has been applied"));
        }
        let applied = "SELECT version, checksum FROM _sqlx_migrations WHERE success ORDER BY version";
        let rows = sqlx::query(applied).fetch_all(&self.readers).await.map_err(Failure::from);
        let rows = self.told("read its schema", rows)?;
        let mut applied = std::collections::BTreeMap::new();
        for row in rows {
            let pair = row.try_get::<i64, _>(0).and_then(|version| Ok((version, row.try_get::<Vec<u8>, _>(1)?)));
            let (version, checksum) = self.told("read its schema", pair.map_err(Failure::from))?;
            applied.insert(version, checksum);
        }
        for migration in MIGRATOR.iter() {
            match applied.remove(&migration.version) {
                None => return Err(self.schema_failure(format!("migration {} is missing", migration.version))),
                Some(checksum) if checksum != *migration.checksum => {
                    return Err(self.schema_failure(format!("migration {} was another one", migration.version)));
                }
                Some(_) => {}
            }
        }
        match applied.keys().next() {
            None => Ok(()),
            Some(newer) => Err(self.schema_failure(format!("migration {newer} comes from a newer version"))),
        }
    }

    async fn backup(&self, file: &Path) -> Result<()> {
        self.told("write a backup", backup::write(self, file).await)
    }

    async fn close(&self) {
        self.readers.close().await;
        self.writer.close().await;
    }
}

async fn scalar(pool: &SqlitePool, sql: &'static str) -> Attempt<i64> {
    Ok(sqlx::query_scalar(sql).fetch_one(pool).await?)
}

/// A pool with its first connection open. SQLite gives up at once, without its busy timeout, where another process
/// turns the same new file to write-ahead logging or recovers its log: that passes within moments.
async fn connected(connections: u32, options: SqliteConnectOptions) -> sqlx::Result<SqlitePool> {
    let began = tokio::time::Instant::now();
    loop {
        match pool(connections).connect_with(options.clone()).await {
            Err(error) if is_locked(&error) && began.elapsed() < BUSY_TIMEOUT => {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            outcome => return outcome,
        }
    }
}

fn pool(connections: u32) -> SqlitePoolOptions {
    SqlitePoolOptions::new()
        .max_connections(connections)
        .acquire_timeout(ACQUIRE_TIMEOUT)
        .idle_timeout(None)
        .max_lifetime(None)
        .test_before_acquire(false)
}

/// The file that `sqlite:PATH` or `sqlite://PATH` names. Every character of the path stands for itself.
pub(crate) fn file_path(url: &str) -> Result<PathBuf> {
    let refuse = |reason: &str| StoreError::Address { url: url.to_owned(), reason: reason.to_owned() };
    let path = url.strip_prefix("sqlite:").ok_or_else(|| refuse("expected `sqlite:PATH`"))?;
    let path = path.strip_prefix("//").unwrap_or(path);
    if path.is_empty() || path.starts_with(":memory:") {
        return Err(refuse("expected the path of a file"));
    }
    Ok(PathBuf::from(path))
}

fn file_options(path: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
        .foreign_keys(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Normal)
        .busy_timeout(BUSY_TIMEOUT)
        .pragma("temp_store", "MEMORY")
        // Pages kept per connection, in KiB when negative.
        .pragma("cache_size", "-16000")
        // What a long read let the log grow to is given back at the next checkpoint.
        .pragma("journal_size_limit", "67108864")
}

async fn create_folder(folder: &Path, url: &str) -> Result<()> {
    tokio::fs::create_dir_all(folder).await.map_err(|error| StoreError::Address {
        url: url.to_owned(),
        reason: format!("cannot create the folder {}: {error}", folder.display()),
    })
}
