//! Opening, migrating and closing the connections.

use std::{collections::BTreeMap, path::Path, str::FromStr, time::Duration};

use async_trait::async_trait;
use chrono::Utc;
use moodline_store::{Result, Store, StoreError};
use sqlx::{
    Connection as _, PgConnection, PgPool, Postgres, Row as _, Transaction,
    migrate::{MigrateError, Migrator},
    postgres::{PgConnectOptions, PgPoolOptions},
};

use crate::{
    copies,
    failure::{Attempt, Failure},
    jobs::Locks,
    words,
};

/// The transaction of a write.
pub(crate) type Tx = Transaction<'static, Postgres>;

/// Every schema this binary knows how to reach.
static MIGRATOR: Migrator = sqlx::migrate!("../../migrations/postgres");

/// Connections of one process: its stages, its pages and a reserve.
const CONNECTIONS: u32 = 10;

/// How long a call waits for a free connection, or for the server to accept one.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(30);

/// Advisory locks by the first half of their key; the second says the schema, and of jobs which. No two are alike.
#[derive(Debug, Clone, Copy)]
#[repr(i32)]
pub(crate) enum Turn {
    /// Of a job, "moob" in ASCII.
    Job = 0x6d6f_6f62,
    /// Between registering and queueing, "mood".
    Registration = 0x6d6f_6f64,
    /// Of comparing mentions with each other, "mooe".
    Comparison = 0x6d6f_6f65,
    /// On what is told as an event, "moof".
    Events = 0x6d6f_6f66,
}

impl Turn {
    pub(crate) fn key(self) -> i32 {
        self as i32
    }
}

/// Limits in milliseconds that the server enforces, so that a lost client or a stuck lock cannot hold others up: the
/// transaction of a client that says nothing more ends before others give up waiting for it.
const SERVER_LIMITS: [(&str, &str); 3] =
    [("statement_timeout", "120000"), ("lock_timeout", "30000"), ("idle_in_transaction_session_timeout", "20000")];

/// Makes this transaction the only one that numbers flags and alerts until it ends, so that their numbers are in the order
/// in which they can be read. Otherwise a reader who has seen a number would miss a lower one that is committed later.
///
/// To be called last, after everything that may have to wait for a row of another transaction: whoever waits for one while
/// others wait for it would stop them all, or be stopped in a deadlock.
pub(crate) async fn events_in_turn(tx: &mut Tx) -> Attempt<()> {
    let sql = "SELECT pg_advisory_xact_lock($1, hashtext(current_schema()))";
    sqlx::query(sql).bind(Turn::Events.key()).execute(&mut **tx).await?;
    Ok(())
}

/// A whole database on a PostgreSQL server.
#[derive(Debug, Clone)]
pub struct PostgresStore {
    pool: PgPool,
    location: String,
    pub(crate) locks: Locks,
}

impl PostgresStore {
    /// Opens `postgres://user:password@host:port/database`. The schema is not touched: call [`Store::migrate`] next.
    ///
    /// # Errors
    /// `Address` for anything that is not such an address, `Unavailable` where nobody answers. Neither shows the
    /// password.
    pub async fn open(url: &str) -> Result<Self> {
        let options = server_options(url)?;
        let location = shown(&options);
        // A pool keeps trying where nobody listens; whoever starts us should hear of it at once.
        let first = tokio::time::timeout(ACQUIRE_TIMEOUT, PgConnection::connect_with(&options)).await;
        let first = first.unwrap_or(Err(sqlx::Error::PoolTimedOut));
        let first = first.map_err(|error| Failure::from(error).told("connect", &location))?;
        // The server ends a connection whose farewell is lost.
        let _ = first.close().await;
        let pool = PgPoolOptions::new()
            .max_connections(CONNECTIONS)
            .acquire_timeout(ACQUIRE_TIMEOUT)
            .connect_lazy_with(options);
        Ok(Self { pool, location, locks: Locks::default() })
    }

    /// Begins a transaction that writes.
    pub(crate) async fn write(&self) -> Attempt<Tx> {
        Ok(self.pool.begin().await?)
    }

    /// Begins a transaction that queues mentions for the models or maps there are.
    pub(crate) async fn write_queueing(&self) -> Attempt<Tx> {
        let mut tx = self.write().await?;
        sqlx::query("SELECT pg_advisory_xact_lock_shared($1, hashtext(current_schema()))")
            .bind(Turn::Registration.key())
            .execute(&mut *tx)
            .await?;
        Ok(tx)
    }

    /// Begins a transaction that registers a model or map and queues whatever mentions there are for it, however long
    /// that takes. It runs alone: a mention stored meanwhile by a writer that does not see the newcomer would be
    /// queued by neither.
    pub(crate) async fn write_registering(&self) -> Attempt<Tx> {
        let mut tx = self.write().await?;
        sqlx::query("SET LOCAL statement_timeout = 0").execute(&mut *tx).await?;
        sqlx::query("SET LOCAL lock_timeout = 0").execute(&mut *tx).await?;
        sqlx::query("SELECT pg_advisory_xact_lock($1, hashtext(current_schema()))")
            .bind(Turn::Registration.key())
            .execute(&mut *tx)
            .await?;
        Ok(tx)
    }

    /// Connections that read.
    pub(crate) fn read(&self) -> &PgPool {
        &self.pool
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

    async fn applied(&self) -> Attempt<BTreeMap<i64, Vec<u8>>> {
        let known = "SELECT to_regclass('_sqlx_migrations') IS NOT NULL AS known";
        if !sqlx::query(known).fetch_one(&self.pool).await?.try_get::<bool, _>("known")? {
            return Ok(BTreeMap::new());
        }
        let applied = "SELECT version, checksum FROM _sqlx_migrations WHERE success ORDER BY version";
        let rows = sqlx::query(applied).fetch_all(&self.pool).await?;
        rows.iter().map(|row| Ok((row.try_get("version")?, row.try_get("checksum")?))).collect()
    }
}

#[async_trait]
impl Store for PostgresStore {
    async fn migrate(&self) -> Result<()> {
        // Looking needs no lock: whoever only reads is not kept waiting by a writer that hangs.
        if self.check().await.is_ok() && self.told("compare mentions", copies::all_grouped(self).await)? {
            return Ok(());
        }
        // Apart from the pool, because a migration may take longer than any statement of ours. The migrator takes an
        // advisory lock, so several processes go one after the other.
        let options = self.pool.connect_options().as_ref().clone();
        let options = options.options([("statement_timeout", "0"), ("lock_timeout", "0")]);
        let pool = PgPoolOptions::new().max_connections(1).acquire_timeout(ACQUIRE_TIMEOUT).connect_with(options).await;
        let pool = self.told("connect", pool.map_err(Failure::from))?;
        let outcome = MIGRATOR.run(&pool).await.map_err(|error| self.migration_failure(error));
        pool.close().await;
        outcome?;
        self.finish_migration().await
    }

    async fn check(&self) -> Result<()> {
        let mut applied = self.told("read its schema", self.applied().await)?;
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

    async fn backup(&self, _file: &Path) -> Result<()> {
        let instead = "back it up with pg_dump --format=custom, or with its provider's snapshots";
        Err(StoreError::Elsewhere { location: self.location.clone(), instead })
    }

    async fn close(&self) {
        self.pool.close().await;
    }
}

fn server_options(url: &str) -> Result<PgConnectOptions> {
    let refuse = |reason: String| StoreError::Address { url: redacted(url), reason };
    if !(url.starts_with("postgres://") || url.starts_with("postgresql://")) {
        return Err(refuse("expected `postgres://USER@HOST/DATABASE`".to_owned()));
    }
    let options = PgConnectOptions::from_str(url).map_err(|error| refuse(error.to_string()))?;
    Ok(options.application_name("moodline").options(SERVER_LIMITS))
}

/// The database as errors name it: nothing but user, host, port and name.
fn shown(options: &PgConnectOptions) -> String {
    let (user, host, port) = (options.get_username(), options.get_host(), options.get_port());
    format!("postgres://{user}@{host}:{port}/{}", options.get_database().unwrap_or(user))
}

/// An address that may not even parse, without its password and without its parameters, which may hold one too.
fn redacted(url: &str) -> String {
    let url = url.split(['?', '#']).next().unwrap_or_default();
    let Some((scheme, rest)) = url.split_once("://") else { return "***".to_owned() };
    match rest.rsplit_once('@') {
        None => format!("{scheme}://{rest}"),
        Some((credentials, place)) => {
            let user = credentials.split(':').next().unwrap_or_default();
            format!("{scheme}://{user}:***@{place}")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_address_shows_its_password() {
        assert_eq!(redacted("postgres://me:pa@ss:w/rd@db:5432/x?password=y"), "postgres://me:***@db:5432/x");
        assert_eq!(redacted("postgres://db/x#y"), "postgres://db/x");
        assert_eq!(redacted("secret"), "***");
        let options = server_options("postgres://me:secret@db:5433/moods").unwrap();
        assert_eq!(shown(&options), "postgres://me@db:5433/moods");
    }
}
