//! Jobs as locked files in a folder beside the database: the operating system lets go of them with their process.

use std::{
    collections::HashSet,
    fs::{self, File, TryLockError},
    io,
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
};

use async_trait::async_trait;
use moodline_store::{JobGuard, JobStore, Result, StoreError, workers_among};

use crate::{SqliteStore, failure::Attempt};

/// Where the jobs of a database are locked.
#[derive(Debug, Clone)]
pub(crate) enum Locks {
    /// A folder beside the file.
    Folder(PathBuf),
    /// A database in memory has one process.
    Memory(Arc<Mutex<HashSet<String>>>),
}

/// A locked file; closing it lets go.
struct LockedFile {
    path: PathBuf,
    _file: File,
    /// Files of processes would pile up, one for every start.
    goes: bool,
}

impl Drop for LockedFile {
    fn drop(&mut self) {
        if self.goes {
            // Whoever opened it meanwhile holds a file that nobody else will find, of a process that is gone.
            let _ = fs::remove_file(&self.path);
        }
    }
}

/// A name taken in memory.
struct TakenName {
    name: String,
    taken: Arc<Mutex<HashSet<String>>>,
}

impl Drop for TakenName {
    fn drop(&mut self) {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.name);
    }
}

impl Locks {
    fn take(&self, job: &str) -> io::Result<Option<JobGuard>> {
        match self {
            Self::Memory(taken) => {
                let is_new = taken.lock().unwrap_or_else(PoisonError::into_inner).insert(job.to_owned());
                Ok(is_new.then(|| JobGuard::new(TakenName { name: job.to_owned(), taken: Arc::clone(taken) })))
            }
            Self::Folder(folder) => {
                fs::create_dir_all(folder)?;
                let path = folder.join(job.replace(|c: char| !c.is_ascii_alphanumeric() && c != '-', "."));
                let file = File::options().write(true).create(true).truncate(false).open(&path)?;
                match file.try_lock() {
                    Ok(()) => {
                        let goes = job.starts_with("worker/");
                        Ok(Some(JobGuard::new(LockedFile { path, _file: file, goes })))
                    }
                    Err(TryLockError::WouldBlock) => Ok(None),
                    Err(TryLockError::Error(error)) => Err(error),
                }
            }
        }
    }
}

async fn working(store: &SqliteStore) -> Attempt<Vec<String>> {
    let sql = "SELECT DISTINCT holder FROM work WHERE holder IS NOT NULL";
    let holders: Vec<String> = sqlx::query_scalar(sql).fetch_all(store.read()).await?;
    Ok(workers_among(holders.iter().map(String::as_str)))
}

async fn free(store: &SqliteStore, worker: &str) -> Attempt<u64> {
    // "0" follows "/": all names of one process lie between the two.
    let sql = "UPDATE work SET holder = NULL, leased_until_ms = NULL WHERE holder >= $1 AND holder < $2";
    let mut tx = store.write().await?;
    let query = sqlx::query(sql).bind(format!("{worker}/")).bind(format!("{worker}0"));
    let freed = query.execute(&mut *tx).await?.rows_affected();
    tx.commit().await?;
    Ok(freed)
}

#[async_trait]
impl JobStore for SqliteStore {
    async fn take_job(&self, job: &str) -> Result<Option<JobGuard>> {
        self.locks.take(job).map_err(|error| StoreError::Unavailable {
            location: format!("{} (its locks beside it)", self.location()),
            source: Box::new(error),
        })
    }

    async fn working(&self) -> Result<Vec<String>> {
        self.told("find who works", working(self).await)
    }

    async fn free_work_of(&self, worker: &str) -> Result<u64> {
        self.told("free work", free(self, worker).await)
    }
}
