//! Jobs as advisory locks of one session: the server lets go of them when its process, or the way to it, is gone.

use std::{
    collections::HashSet,
    sync::{Arc, Mutex, PoisonError},
};

use async_trait::async_trait;
use moodline_store::{JobGuard, JobStore, Result, workers_among};
use sqlx::{Connection as _, PgConnection, postgres::PgConnectOptions};
use tokio::sync::{mpsc, oneshot};

use crate::{PostgresStore, connect::Turn, failure::Attempt};

/// How soon the server notices that a machine is gone: after a minute of silence it asks three times.
const KEEPALIVES: [(&str, &str); 3] =
    [("tcp_keepalives_idle", "60"), ("tcp_keepalives_interval", "10"), ("tcp_keepalives_count", "3")];

enum Ask {
    Take(String, oneshot::Sender<sqlx::Result<bool>>),
    Give(String),
}

/// The way to the session that holds the locks; it is opened at first use.
#[derive(Debug, Clone, Default)]
pub(crate) struct Locks(Arc<Mutex<Option<mpsc::UnboundedSender<Ask>>>>);

/// A job taken; dropping it gives it back.
struct Taken {
    job: String,
    session: mpsc::UnboundedSender<Ask>,
}

impl Drop for Taken {
    fn drop(&mut self) {
        // A session that has ended has let go already.
        let _ = self.session.send(Ask::Give(std::mem::take(&mut self.job)));
    }
}

impl Locks {
    async fn take(&self, job: &str, options: PgConnectOptions) -> sqlx::Result<Option<JobGuard>> {
        let session = self.session(options);
        let (answer, answered) = oneshot::channel();
        let ended = |_| sqlx::Error::WorkerCrashed;
        session.send(Ask::Take(job.to_owned(), answer)).map_err(|_| sqlx::Error::WorkerCrashed)?;
        let taken = answered.await.map_err(ended)??;
        Ok(taken.then(|| JobGuard::new(Taken { job: job.to_owned(), session })))
    }

    fn session(&self, options: PgConnectOptions) -> mpsc::UnboundedSender<Ask> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(session) = known.as_ref().filter(|session| !session.is_closed()) {
            return session.clone();
        }
        let (session, asks) = mpsc::unbounded_channel();
        tokio::spawn(keep(Session { options, open: None, held: HashSet::new() }, asks));
        known.insert(session).clone()
    }
}

struct Session {
    options: PgConnectOptions,
    open: Option<PgConnection>,
    held: HashSet<String>,
}

/// One session for all jobs of this process. The same session may lock twice, so it remembers what it holds.
async fn keep(mut session: Session, mut asks: mpsc::UnboundedReceiver<Ask>) {
    while let Some(ask) = asks.recv().await {
        match ask {
            Ask::Take(job, answer) => {
                let taken = if session.held.contains(&job) { Ok(false) } else { session.take(&job).await };
                if matches!(taken, Ok(true)) {
                    session.held.insert(job.clone());
                }
                if let Err(Ok(true)) = answer.send(taken) {
                    // Whoever asked has gone.
                    session.give(&job).await;
                }
            }
            Ask::Give(job) => session.give(&job).await,
        }
    }
}

impl Session {
    async fn take(&mut self, job: &str) -> sqlx::Result<bool> {
        let answers = match &mut self.open {
            Some(open) => open.ping().await.is_ok(),
            None => false,
        };
        if !answers {
            self.open = Some(self.reopened().await?);
        }
        match &mut self.open {
            Some(open) => lock(open, job).await,
            None => Err(sqlx::Error::WorkerCrashed),
        }
    }

    /// A new session with every lock of the old one that can still be had. What was lost meanwhile may run twice: the
    /// tables bear that, and the next time is exclusive again.
    async fn reopened(&self) -> sqlx::Result<PgConnection> {
        let mut open = PgConnection::connect_with(&self.options.clone().options(KEEPALIVES)).await?;
        for job in &self.held {
            lock(&mut open, job).await?;
        }
        Ok(open)
    }

    async fn give(&mut self, job: &str) {
        self.held.remove(job);
        if let Some(open) = &mut self.open {
            let sql = "SELECT pg_advisory_unlock($1, hashtext(current_schema() || '/' || $2))";
            if sqlx::query(sql).bind(Turn::Job.key()).bind(job).execute(&mut *open).await.is_err() {
                self.open = None;
            }
        }
    }
}

async fn lock(open: &mut PgConnection, job: &str) -> sqlx::Result<bool> {
    let sql = "SELECT pg_try_advisory_lock($1, hashtext(current_schema() || '/' || $2))";
    sqlx::query_scalar(sql).bind(Turn::Job.key()).bind(job).fetch_one(open).await
}

async fn working(store: &PostgresStore) -> Attempt<Vec<String>> {
    let sql = "SELECT DISTINCT holder FROM work WHERE holder IS NOT NULL";
    let holders: Vec<String> = sqlx::query_scalar(sql).fetch_all(store.read()).await?;
    Ok(workers_among(holders.iter().map(String::as_str)))
}

async fn free(store: &PostgresStore, worker: &str) -> Attempt<u64> {
    let sql = "UPDATE work SET holder = NULL, leased_until_ms = NULL WHERE starts_with(holder, $1)";
    let mut tx = store.write().await?;
    let freed = sqlx::query(sql).bind(format!("{worker}/")).execute(&mut *tx).await?.rows_affected();
    tx.commit().await?;
    Ok(freed)
}

#[async_trait]
impl JobStore for PostgresStore {
    async fn take_job(&self, job: &str) -> Result<Option<JobGuard>> {
        let options = self.read().connect_options().as_ref().clone();
        self.told("take a job", self.locks.take(job, options).await.map_err(Into::into))
    }

    async fn working(&self) -> Result<Vec<String>> {
        self.told("find who works", working(self).await)
    }

    async fn free_work_of(&self, worker: &str) -> Result<u64> {
        self.told("free work", free(self, worker).await)
    }
}
